"""arXiv's feeds and results as papers, against real answers and hostile ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import arxiv
import pytest
from arxiv import _feed
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Announcement, Kind, Listed, Paper
from bot.ports import SourceGarbled
from bot.sources import atom
from tests.fakes import arxiv_answers

DATA = Path(__file__).parent / "data" / "arxiv"
REAL = (DATA / "feed_cs.AI.xml").read_bytes()
DAY = date(2026, 5, 20)

FULL = Paper(
    id="2605.00001",
    version=2,
    title=r"On $\alpha$ & <b>things</b>",
    authors=("Ada Lovelace", r"Paul Erd\H{o}s"),
    abstract="We study things.",
    categories=("cs.CL", "stat.ML"),
    primary_category="cs.CL",
    published=datetime(2026, 5, 18, 20, tzinfo=UTC),
    updated=datetime(2026, 5, 19, 20, tzinfo=UTC),
    license="http://creativecommons.org/licenses/by/4.0/",
    comment="20 pages",
    doi="10.1000/1",
    journal_ref="J. Th. 1 (2026)",
)


def without(paper: Paper, *names: str) -> Paper:
    nothing: dict[str, Any] = dict.fromkeys(names)
    return replace(paper, **nothing)


def one_entry(**changed: str) -> bytes:
    """A feed of one entry with some texts changed."""
    listed = Listed(paper=FULL, announcement=Announcement(paper_id=FULL.id, date=DAY, version=2))
    body = arxiv_answers.feed("cs", [listed], day=DAY, categories=frozenset({"cs.CL"})).decode()
    for before, after in changed.items():
        assert before in body
        body = body.replace(before, after)
    return body.encode()


# ---------------------------------------------------------------- feeds


def test_a_real_feed_is_read_whole() -> None:
    feed = atom.feed(REAL)

    assert (feed.day, feed.count, feed.skipped, len(feed.items)) == (date(2025, 8, 20), 7, 0, 7)
    first = feed.items[0]
    assert first.paper.id == "2508.13426"
    assert first.paper.version == 1
    assert first.paper.authors == ("Chunhua Liu", "Kabir Manandhar Shrestha", "Sukai Huang")
    assert first.paper.abstract.startswith("As large language models (LLMs) increasingly")
    assert first.paper.abstract.endswith("improving cultural alignment in AI models.")
    assert first.paper.license == "http://creativecommons.org/licenses/by-nc-sa/4.0/"
    assert first.announcement == Announcement(
        paper_id="2508.13426", date=date(2025, 8, 20), version=1, announce_type=Kind.CROSS
    )


def test_a_feed_does_not_give_the_first_submission_and_we_do_not_invent_it() -> None:
    assert {item.paper.published for item in atom.feed(REAL).items} == {None}
    assert {item.paper.updated for item in atom.feed(REAL).items} == {None}


def test_the_first_category_is_the_primary_one() -> None:
    """In the feed of cs.AI: what is new there has it first, what is cross-listed there has another first."""
    for item in atom.feed(REAL).items:
        assert item.announcement
        assert (item.paper.primary_category == "cs.AI") == (item.announcement.announce_type is Kind.NEW)
        assert item.paper.primary_category == item.paper.categories[0]


def test_what_the_feed_gives_comes_through() -> None:
    (item,) = atom.feed(one_entry()).items

    assert item.paper == without(FULL, "published", "updated", "comment")
    assert item.announcement
    assert item.announcement.announce_type is Kind.REPLACE


def test_the_date_is_new_yorks_and_that_of_the_items() -> None:
    assert atom.feed(one_entry()).day == DAY
    stale = one_entry(**{"<published>2026-05-20": "<published>2026-05-19"})
    assert atom.feed(stale).day == date(2026, 5, 19)


def test_an_empty_feed_has_the_date_it_was_built() -> None:
    saturday = arxiv_answers.feed("cs", [], day=date(2026, 5, 23), categories=frozenset())
    feed = atom.feed(saturday)
    assert (feed.day, feed.items) == (date(2026, 5, 23), ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("oai:arXiv.org:2605.00001v2", "oai:arXiv.org:2605.00001v" + "9" * 5000),
        ("oai:arXiv.org:2605.00001v2", "https://evil.example/"),
        ("Abstract: ", ""),
        ("We study things.", "x" * 30_000),
        ("Ada Lovelace", "x" * 400_000),
    ],
)
def test_an_entry_that_cannot_be_read_is_counted_and_the_others_stay(before: str, after: str) -> None:
    entry = one_entry(**{before: after}).split(b"<entry>")[1].split(b"</entry>")[0]
    feed = atom.feed(REAL.replace(b"</feed>", b"<entry>" + entry + b"</entry></feed>"))

    assert (feed.count, feed.skipped, len(feed.items)) == (8, 1, 7)


def test_the_version_stands_in_the_summary_too() -> None:
    unversioned = {"oai:arXiv.org:2605.00001v2": "oai:arXiv.org:2605.00001"}
    (item,) = atom.feed(one_entry(**unversioned)).items
    (unknown,) = atom.feed(one_entry(**unversioned, **{"arXiv:2605.00001v2": "arXiv:2605.00001"})).items

    assert (item.paper.version, item.announcement and item.announcement.version) == (2, 2)
    assert (unknown.paper.version, unknown.announcement and unknown.announcement.version) == (None, None)


@pytest.mark.parametrize(
    ("built", "day"),
    [
        ("2026-05-20T04:00:19.866337+00:00", "2026-05-20"),
        ("2026-05-20T00:00:00Z", "2026-05-20"),  # a midnight is a date
        ("2026-05-20T03:59:00+00:00", "2026-05-20"),
        ("2026-11-25T04:00:19+00:00", "2026-11-25"),  # an hour before midnight: the change of clocks was forgotten
        ("2026-05-20T02:30:00+00:00", "2026-05-19"),
    ],
)
def test_the_day_a_feed_was_built(built: str, day: str) -> None:
    empty = arxiv_answers.feed("cs", [], day=DAY, categories=frozenset())
    changed = empty.replace(b"2026-05-20T04:00:00.000000+00:00", built.encode())
    assert atom.feed(changed).day == date.fromisoformat(day)


def test_entries_of_several_dates_do_not_say_the_day_of_the_feed() -> None:
    entries = REAL.replace(b"<published>2025-08-20T", b"<published>2025-08-17T", 1)
    assert atom.feed(entries).day == date(2025, 8, 20)
    late = one_entry(**{"<published>2026-05-20T00:00:00-04:00": "<published>2026-05-19T23:30:00-04:00"})
    assert atom.feed(late).day == date(2026, 5, 19)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<feed/>",
        b"<html><body>Rate exceeded.</body></html>",
        REAL[: len(REAL) // 2],
        REAL.replace(b"<updated>2025", b"<updated>soon"),
        REAL.replace(b"oai:arXiv.org", b"oai:elsewhere"),
        b'<!DOCTYPE feed [<!ENTITY a "b">]>' + REAL.split(b"?>", 1)[1],
        b'<?xml version="1.0" encoding="klingon"?><feed/>',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_feed_is_garbled(body: bytes) -> None:
    with pytest.raises(SourceGarbled):
        atom.feed(body)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_a_feed_or_garbled(body: bytes) -> None:
    with pytest.raises(SourceGarbled):
        atom.feed(body)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), st.text("(), JrI.", max_size=30))
def test_any_text_in_a_field_is_kept(title: str, creators: str) -> None:
    title = " ".join(title.split()) or "T"
    changed = {r"On $\alpha$ &amp; &lt;b&gt;things&lt;/b&gt;": escape(title), "Ada Lovelace": escape(creators)}
    feed = atom.feed(one_entry(**changed))
    assert feed.skipped == 0
    assert feed.items[0].paper.title == title


@pytest.mark.parametrize(
    ("creators", "names"),
    [
        ("A B, C D", ("A B", "C D")),
        ("Sammy Davis Jr., C D", ("Sammy Davis Jr.", "C D")),
        ("Sammy Davis, Jr., C D", ("Sammy Davis, Jr.", "C D")),
        ("Henry Ford, III", ("Henry Ford, III",)),
        ("A B (MIT, Harvard (Boston), Yale), C D", ("A B", "C D")),
        ("A B (1 and 2), C D (2) ((1) MIT, (2) ETH)", ("A B", "C D")),
        (" ATLAS Collaboration", ("ATLAS Collaboration",)),
        ("A B (x) C, D E", ("A B (x) C", "D E")),
        ("A (open, B C", ("A (open", "B C")),
        ("Vu, Van", ("Vu", "Van")),
        ("", ()),
        (" , ,", ()),
    ],
)
def test_one_string_of_authors_is_taken_apart(creators: str, names: tuple[str, ...]) -> None:
    assert atom.names(creators) == names


def test_a_paper_listed_twice_is_one_with_its_strongest_type() -> None:
    def item(kind: Kind | None) -> Listed:
        return Listed(paper=FULL, announcement=Announcement(paper_id=FULL.id, date=DAY, announce_type=kind))

    for weak, strong in ((Kind.CROSS, Kind.NEW), (Kind.REPLACE, Kind.CROSS), (Kind.REPLACE_CROSS, Kind.REPLACE)):
        assert atom.unite([item(weak), item(strong), item(None)]) == (item(strong),)
        assert atom.unite([item(strong), item(weak)]) == (item(strong),)


# ---------------------------------------------------------------- results of the API


def results(body: bytes) -> list[arxiv.Result]:
    return _feed.parse(body).results


def test_real_results_are_papers() -> None:
    papers = [
        atom.paper(result)
        for name in ("api_search", "api_one_id", "api_old_id", "api_older_layout")
        for result in results((DATA / f"{name}.xml").read_bytes())
    ]

    assert len(papers) == 14
    assert all(papers)
    old = papers[11]
    assert old
    assert old.id == "astro-ph/0601001"
    assert old.published == datetime(2006, 1, 2, 14, 57, 58, tzinfo=UTC)


def test_a_result_of_the_api_gives_all_but_the_licence() -> None:
    (result,) = results(arxiv_answers.api_page([FULL], query="", total=1, start=0, size=10))
    assert atom.paper(result) == without(FULL, "license")


def test_classes_of_acm_and_msc_are_no_categories() -> None:
    result = arxiv.Result(
        entry_id="http://arxiv.org/abs/math.GT/0309136v1",
        title="T",
        summary="  An\n abstract. ",
        authors=[arxiv.Result.Author("A  B"), arxiv.Result.Author(" ")],
        categories=[
            "math.GT",
            "cs.CL",
            "57M25",
            "I.2.7; H.3.1",
            "68T50 (Primary)",
            "hep-th",
            "cond-mat.str-el",
            "math.GT",
        ],
        primary_category="math.GT",
    )
    paper = atom.paper(result)

    assert paper
    assert paper.id == "math/0309136"
    assert paper.categories == ("math.GT", "cs.CL", "hep-th", "cond-mat.str-el")
    assert paper.authors == ("A B",)
    assert paper.abstract == "An abstract."
    assert (paper.published, paper.updated, paper.comment, paper.doi) == (None, None, None, None)


def test_a_result_without_a_version_is_a_paper_without_one() -> None:
    paper = atom.paper(arxiv.Result(entry_id="https://arxiv.org/abs/2605.00001", title="T"))
    assert paper
    assert (paper.id, paper.version) == ("2605.00001", None)


@pytest.mark.parametrize("entry_id", ["", "http://arxiv.org/api/errors#x", "v1"])
def test_a_result_without_an_id_is_none(entry_id: str) -> None:
    assert atom.paper(arxiv.Result(entry_id=entry_id, title="T")) is None


# ---------------------------------------------------------------- the fake has the shape of the real


def shape(element: Element, path: str = "") -> set[tuple[str, tuple[str, ...]]]:
    """Every path of elements with its attributes."""
    here = f"{path}/{element.tag}"
    found = {(here, tuple(sorted(element.attrib)))}
    return found.union(*(shape(child, here) for child in element))


OPTIONAL = ("comment", "doi", "journal_ref", "journal_reference", "DOI")


def without_optional(found: set[tuple[str, tuple[str, ...]]]) -> set[tuple[str, tuple[str, ...]]]:
    return {
        each for each in found if not each[0].endswith(OPTIONAL) and ("title" not in each[1] or "link" not in each[0])
    }


def test_the_fake_api_answers_in_the_real_shape() -> None:
    real = shape(fromstring((DATA / "api_search.xml").read_bytes()))
    fake = shape(fromstring(arxiv_answers.api_page([FULL], query="a&b", total=1, start=0, size=10)))
    assert fake <= real | {each for each in fake if each[0].endswith(OPTIONAL)}
    assert without_optional(real) == without_optional(fake)


def test_the_fake_error_has_the_real_shape() -> None:
    real = shape(fromstring((DATA / "api_malformed_id.xml").read_bytes()))
    assert shape(fromstring(arxiv_answers.api_error("incorrect id format for abc"))) == real


def test_the_fake_feed_has_the_real_shape() -> None:
    assert without_optional(shape(fromstring(one_entry()))) == without_optional(shape(fromstring(REAL)))
