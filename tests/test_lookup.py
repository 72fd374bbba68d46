"""Papers by id: the latest from arXiv, the stored copy where it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.models import ArxivId, Note, Paper
from bot.ports import SourceGarbled, SourceRefused, SourceUnreachable
from bot.sources.answers import SourceRejected
from bot.sources.gate import Priority
from bot.sources.lookup import ArxivLookup, is_withdrawn
from bot.store import Store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.gate import MemoryGate, Time, asking


def paper(number: int, **given: object) -> Paper:
    made = Paper(
        id=f"2605.{number:05}",
        version=2,
        title=f"Paper {number}",
        authors=("Ada Lovelace",),
        abstract="We study things.",
        categories=("cs.CL",),
        primary_category="cs.CL",
        published=datetime(2026, 5, 18, 20, tzinfo=UTC),
        updated=datetime(2026, 5, 19, 20, tzinfo=UTC),
    )
    return replace(made, **given)  # type: ignore[arg-type] # any field of it


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    old = replace(paper(0), id="hep-th/9901001")
    with FakeArxiv(papers=[old, *(paper(number) for number in range(1, 251))]) as server:
        yield server
        assert server.violations == []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "papers.db") as opened:
        yield opened


@contextmanager
def looking(server: FakeArxiv, store: Store) -> Iterator[ArxivLookup]:
    with asking(server, MemoryGate(), Time(), priority=Priority.PEOPLE) as session:
        yield ArxivLookup(store=store, session=session, api_url=server.api_url)


def ids(*names: str) -> list[ArxivId]:
    return [ArxivId(name.partition("v")[0], int(name.partition("v")[2] or 0) or None) for name in names]


def keys(notes: tuple[Note, ...]) -> list[str]:
    return [note.key for note in notes]


async def test_papers_are_found_and_saved(arxiv: FakeArxiv, store: Store) -> None:
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids("2605.00001", "hep-th/9901001"))

    assert found == {each: arxiv.papers[each] for each in ("2605.00001", "hep-th/9901001")}
    assert notes == ()
    assert store.papers(["2605.00001"]) == {"2605.00001": paper(1)}


async def test_two_hundred_and_fifty_ids_are_three_questions(arxiv: FakeArxiv, store: Store) -> None:
    steps: list[tuple[str, int, int]] = []
    with looking(arxiv, store) as lookup:
        asked = ids(*(f"2605.{number:05}" for number in range(1, 251)))
        found, notes = await lookup.papers(
            [*asked, *asked], progress=lambda what, done, total: steps.append((what, done, total))
        )

    assert len(found) == 250
    assert notes == ()
    assert [each.query["max_results"] for each in arxiv.requests] == ["100", "100", "50"]
    assert steps == [("papers", 0, 250), ("papers", 100, 250), ("papers", 200, 250), ("papers", 250, 250)]


@pytest.mark.parametrize("asked", [1, 3])
async def test_a_named_version_is_mentioned_and_the_latest_is_asked_for(
    arxiv: FakeArxiv, store: Store, asked: int
) -> None:
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids(f"2605.00001v{asked}"))

    assert found["2605.00001"].version == 2
    assert notes == (Note("asked_version", {"id": "2605.00001", "asked": asked, "latest": 2}),)
    assert arxiv.requests[0].query["id_list"] == "2605.00001"


async def test_naming_the_latest_version_needs_no_note(arxiv: FakeArxiv, store: Store) -> None:
    with looking(arxiv, store) as lookup:
        assert (await lookup.papers(ids("2605.00001v2")))[1] == ()


async def test_an_id_nobody_knows_is_absent_and_said(arxiv: FakeArxiv, store: Store) -> None:
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids("2605.00001", "2605.99999"))

    assert set(found) == {"2605.00001"}
    assert notes == (Note("not_found", {"id": "2605.99999"}),)


async def test_nothing_asked_is_nothing_found(arxiv: FakeArxiv, store: Store) -> None:
    with looking(arxiv, store) as lookup:
        assert await lookup.papers([]) == ({}, ())
    assert arxiv.requests == []


async def test_a_malformed_id_does_not_take_the_others_with_it(arxiv: FakeArxiv, store: Store) -> None:
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers([*ids("2605.00001"), ArxivId("solv-int!"), *ids("2605.00002")])

    assert set(found) == {"2605.00001", "2605.00002"}
    assert notes == (Note("not_found", {"id": "solv-int!"}),)
    assert len(arxiv.requests) == 2


async def test_a_rejected_batch_that_does_not_say_why_is_halved(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.fail("/api/", status=400)
    with looking(arxiv, store) as lookup:
        found, _ = await lookup.papers(ids("2605.00001", "2605.00002", "2605.00003"))

    assert set(found) == {"2605.00001", "2605.00002", "2605.00003"}


@pytest.mark.parametrize("status", [404, 410])
async def test_a_server_that_is_none_is_not_an_unknown_paper(arxiv: FakeArxiv, store: Store, status: int) -> None:
    arxiv.fail("/api/", status=status, times=None)
    with looking(arxiv, store) as lookup:
        for asked in (ids("2605.00001"), ids("2605.00001", "2605.00002")):
            with pytest.raises(SourceRejected, match="ARXIV_"):
                await lookup.papers(asked)

    assert len(arxiv.requests) == 2


async def test_a_server_that_rejects_everything_is_not_asked_for_each(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.fail("/api/", status=400, times=None)
    with looking(arxiv, store) as lookup, pytest.raises(SourceRejected):
        await lookup.papers(ids(*(f"2605.{number:05}" for number in range(1, 101))))

    assert len(arxiv.requests) == 8


async def test_after_a_refusal_no_more_is_asked(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(number) for number in range(1, 251)])
    arxiv.fail("/api/", status=503, times=None)
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids(*(f"2605.{number:05}" for number in range(1, 251))))

    assert len(found) == len(notes) == 250
    assert len(arxiv.requests) == 3


async def test_a_batch_that_is_garbled_does_not_take_the_next_with_it(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(number) for number in range(1, 101)])
    arxiv.damage("/api/", "cut", times=3)
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids(*(f"2605.{number:05}" for number in range(1, 151))))

    assert len(found) == 150
    assert keys(notes) == ["paper_stored"] * 100


async def test_a_paper_that_cannot_be_read_is_not_an_unknown_one(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.papers["2605.00001"] = paper(1, abstract="x" * 30_000)
    with looking(arxiv, store) as lookup, pytest.raises(SourceGarbled):
        await lookup.papers(ids("2605.00001"))


async def test_a_withdrawn_paper_is_said(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.papers["2605.00001"] = paper(1, comment="This paper has been withdrawn by the authors")
    with looking(arxiv, store) as lookup:
        assert keys((await lookup.papers(ids("2605.00001")))[1]) == ["withdrawn"]


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [
        ("This submission has been withdrawn by arXiv administrators", True),
        ("Withdrawn: error in Lemma 3", True),
        ("The paper is withdrawn due to a flaw", True),
        ("Article was withdrawn", True),
        ("Was withdrawn from ICLR, accepted at ACL", False),
        ("On drug withdrawal", False),
        ("20 pages", False),
        (None, False),
    ],
)
def test_what_counts_as_withdrawn(comment: str | None, withdrawn: bool) -> None:
    assert is_withdrawn(paper(1, comment=comment)) is withdrawn


async def test_the_stored_copy_stands_in_where_arxiv_refuses(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(1)])
    arxiv.fail("/api/", status=429, retry_after="600")

    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids("2605.00001v1"))

    assert found == {"2605.00001": paper(1)}
    assert notes == (
        Note("asked_version", {"id": "2605.00001", "asked": 1, "latest": 2}),
        Note("paper_stored", {"id": "2605.00001", "reason": "refused"}),
    )


async def test_arxiv_is_asked_even_if_a_copy_is_stored(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(1, version=1, title="Old")])
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids("2605.00001"))

    assert found["2605.00001"].title == "Paper 1"
    assert notes == ()


async def test_what_the_feed_knew_is_united_with_what_the_api_says(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(1, license="http://creativecommons.org/licenses/by/4.0/", published=None)])
    with looking(arxiv, store) as lookup:
        found, _ = await lookup.papers(ids("2605.00001"))

    assert found["2605.00001"] == paper(1, license="http://creativecommons.org/licenses/by/4.0/")


async def test_an_announced_paper_the_api_does_not_know_yet_is_found(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(900)])
    with looking(arxiv, store) as lookup:
        assert await lookup.papers(ids("2605.00900")) == ({"2605.00900": paper(900)}, ())


async def test_without_a_stored_copy_the_refusal_is_raised_with_its_end(arxiv: FakeArxiv, store: Store) -> None:
    store.save_papers([paper(1)])
    arxiv.fail("/api/", status=503, retry_after="600")
    with looking(arxiv, store) as lookup, pytest.raises(SourceRefused) as refused:
        await lookup.papers(ids("2605.00001", "2605.00002"))

    assert refused.value.retry_at is not None


async def test_a_garbled_answer_is_never_half_a_result(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.damage("/api/", "cut", times=None)
    with looking(arxiv, store) as lookup, pytest.raises(SourceGarbled):
        await lookup.papers(ids("2605.00001"))


async def test_an_empty_page_with_a_total_is_asked_for_again(arxiv: FakeArxiv, store: Store) -> None:
    arxiv.damage("/api/", "empty")
    with looking(arxiv, store) as lookup:
        found, notes = await lookup.papers(ids("2605.00001"))

    assert set(found) == {"2605.00001"}
    assert notes == ()


async def test_no_network_at_all_is_unreachable(store: Store) -> None:
    with FakeArxiv() as gone:
        pass
    with looking(gone, store) as lookup, pytest.raises(SourceUnreachable):
        await lookup.papers(ids("2605.00001"))
