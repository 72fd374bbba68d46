"""Who gets which papers, under which topic, in which order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import Announcement, Entry, Kind, Listed, Paper, Topic
from bot.topics.catalogue import topic
from bot.topics.select import kind, select
from tests.topic_papers import real

DAY = date(2026, 5, 18)
CL = frozenset({"cs.CL"})


def listed(
    paper_id: str,
    title: str = "graph",
    *,
    abstract: str = "",
    categories: tuple[str, ...] = ("cs.CL",),
    version: int | None = 1,
    said: Kind | None = None,
    published: datetime | None = None,
    announced: bool = True,
) -> Listed:
    paper = Paper(
        id=paper_id,
        title=title,
        authors=("Ann Lee",),
        abstract=abstract,
        categories=categories,
        primary_category=categories[0] if categories else None,
        published=published,
    )
    announcement = Announcement(paper_id=paper_id, date=DAY, version=version, announce_type=said)
    return Listed(paper=paper, announcement=announcement if announced else None)


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.paper.id for entry in entries]


@pytest.mark.parametrize(
    ("version", "primary", "categories", "said", "expected"),
    [
        (1, "cs.CL", CL, None, Kind.NEW),
        (1, "cs.CV", CL, None, Kind.CROSS),
        (3, "cs.CL", CL, None, Kind.REPLACE),
        (3, "cs.CV", CL, None, Kind.REPLACE_CROSS),
        (1, "cs.CV", frozenset({"cs.*"}), Kind.CROSS, Kind.NEW),
        (1, "math.NA", frozenset({"cs.NA"}), None, Kind.NEW),
        (1, "cs.CV", frozenset(), Kind.CROSS, Kind.NEW),
        (2, "cs.CV", frozenset(), None, Kind.REPLACE),
        (None, "cs.CL", CL, Kind.REPLACE, Kind.REPLACE),
        (None, "cs.CV", CL, Kind.NEW, Kind.CROSS),
        (None, None, CL, Kind.REPLACE_CROSS, Kind.REPLACE_CROSS),
        (None, None, frozenset(), Kind.REPLACE_CROSS, Kind.REPLACE),
        (1, None, CL, Kind.CROSS, Kind.CROSS),
        (1, None, frozenset(), None, Kind.NEW),
        (None, "cs.CL", CL, None, None),
        (1, None, CL, None, None),
    ],
)
def test_what_an_announcement_is_to_a_topic(
    version: int | None, primary: str | None, categories: frozenset[str], said: Kind | None, expected: Kind | None
) -> None:
    of = (primary,) if primary else ()

    assert kind(listed("2605.00001", version=version, said=said, categories=of), categories) is expected


def test_a_paper_that_was_not_announced_has_no_kind() -> None:
    assert kind(listed("2605.00001", announced=False), CL) is None


def test_the_version_of_the_paper_stands_in_for_one_the_announcement_lacks() -> None:
    paper = Paper(id="1", title="a", authors=(), abstract="", version=2, primary_category="cs.CL")

    assert kind(Listed(paper=paper, announcement=Announcement(paper_id="1", date=DAY)), CL) is Kind.REPLACE


def test_a_paper_stands_once_under_the_first_topic_it_matches_and_names_all() -> None:
    both = listed("2605.00001", "graph agents")
    topics = [topic("graph"), topic("lee OR au:lee"), topic('"agents"'), topic("graph")]

    selection = select([both, both, listed("2605.00002", "other")], topics, limit=None)

    assert ids(selection.entries) == ["2605.00001", "2605.00002"]
    assert selection.entries[0].topics == ("graph", "lee OR au:lee", '"agents"')
    assert selection.entries[1].topics == ("lee OR au:lee",)
    assert selection.entries[0].announcement == both.announcement
    assert selection.total == 2


def test_new_comes_first_then_cross_lists_then_replacements_then_replaced_cross_lists() -> None:
    day = [
        listed("2605.00001", version=2, categories=("cs.CV", "cs.CL")),
        listed("2605.00002", version=2),
        listed("2605.00003", categories=("cs.CV", "cs.CL")),
        listed("2605.00004"),
        listed("2605.00005", announced=False),
    ]

    entries = select(day, [topic("cs.CL")], limit=None).entries

    assert ids(entries) == ["2605.00005", "2605.00004", "2605.00003", "2605.00002", "2605.00001"]
    assert [entry.kind for entry in entries] == [None, Kind.NEW, Kind.CROSS, Kind.REPLACE, Kind.REPLACE_CROSS]


def test_within_a_kind_the_best_comes_first_then_the_newest() -> None:
    may = datetime(2026, 5, 1, tzinfo=UTC)
    day = [
        listed("2605.00001", "other", abstract="graph"),
        listed("2605.00002", "graph", abstract="other"),
        listed("2605.00003", "other", abstract="graph", published=may),
        listed("2605.10004", "other", abstract="graph"),
        listed("hep-th/9901001", "other", abstract="graph"),
        listed("1412.9999", "other", abstract="graph"),
        listed("odd", "other", abstract="graph"),
    ]

    entries = select(day, [topic("graph")], limit=None).entries

    expected = ["2605.00002", "2605.00003", "2605.10004", "2605.00001", "1412.9999", "hep-th/9901001", "odd"]
    assert ids(entries) == expected
    assert entries[0].score > entries[1].score == entries[2].score > 0


def test_the_score_is_okapi_bm25_with_the_title_counted_twice() -> None:
    day = [
        listed("2605.00001", "graph models", abstract="a graph learns"),  # 2 x 2 + 3 = 7 words, graph three times
        listed("2605.00002", "vision", abstract="large images"),  # 2 + 2 = 4 words
        listed("2605.00003", "speech", abstract="one graph"),  # 2 + 2 = 4 words
    ]
    average = (7 + 4 + 4) / 3
    weight = log(1 + (3 - 2 + 0.5) / (2 + 0.5))

    entries = select(day, [topic("graph")], limit=None).entries

    assert entries[0].score == pytest.approx(weight * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 7 / average)))
    assert entries[1].score == pytest.approx(weight * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / average)))


def test_a_word_said_twice_in_a_row_counts_twice() -> None:
    day = [listed("2605.00001", "a", abstract="graph graph b c"), listed("2605.00002", "a", abstract="graph b c d")]

    first, second = select(day, [topic("graph")], limit=None).entries

    assert first.paper.id == "2605.00001"
    assert first.score > second.score


def test_a_rare_word_counts_more_than_a_common_one_and_fields_count_where_they_are() -> None:
    day = [listed(f"2605.0000{number}", "graph") for number in range(1, 6)]
    day.append(listed("2605.00006", "rare"))

    entries = select(day, [topic("graph OR rare")], limit=1).entries

    assert ids(entries) == ["2605.00006"]
    assert select(day, [topic("abs:graph OR cs.CL -au:nobody")], limit=1).entries[0].score == 0.0


def test_a_limit_is_shared_in_turn_and_unused_places_go_to_the_others() -> None:
    day = [listed(f"2605.0000{number}", "graph") for number in range(1, 6)]
    day += [listed("2605.00006", "vision"), listed("2605.00007", "speech"), listed("2605.00008", "speech")]
    topics = [topic("graph"), topic("vision"), topic('"speech"')]

    def under(limit: int | None) -> list[str]:
        return [entry.topics[0] for entry in select(day, topics, limit=limit).entries]

    assert under(2) == ["graph", "vision"]
    assert under(5) == ["graph", "graph", "vision", '"speech"', '"speech"']
    assert under(7) == ["graph"] * 4 + ["vision"] + ['"speech"'] * 2
    assert under(None) == under(99) == ["graph"] * 5 + ["vision"] + ['"speech"'] * 2
    assert under(0) == under(-1) == []


def test_only_the_kinds_asked_for_come_and_a_paper_may_then_stand_under_another_topic() -> None:
    day = [
        listed("2605.00001", categories=("cs.CV", "cs.CL")),
        listed("2605.00002", version=2),
        listed("2605.00003"),
        listed("2605.00004", version=None),
    ]
    topics = [topic("cs.CL"), topic("graph")]

    entries = select(day, topics, limit=None, kinds=frozenset({Kind.NEW})).entries

    assert {entry.paper.id: entry.topics for entry in entries} == {
        "2605.00003": ("cs.CL", "graph"),
        "2605.00004": ("cs.CL", "graph"),
        "2605.00001": ("graph",),
    }


def test_nothing_listed_or_asked_for_selects_nothing() -> None:
    assert select([], [topic("LLM")], limit=10).total == 0
    assert select([listed("2605.00001")], [], limit=10).total == 0
    assert select([listed("2605.00001", "")], [topic("cs.CL OR LLM")], limit=10).entries[0].score == 0.0


@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["graph", "vision", "graph vision", "speech"])), max_size=9),
    st.lists(st.sampled_from(["graph", "vision", "speech OR graph", "cs.CL"]), max_size=4, unique=True),
    st.one_of(st.none(), st.integers(0, 10)),
)
def test_nothing_is_lost_nothing_is_twice_and_the_limit_holds(
    day: list[tuple[int, str]], asked: list[str], limit: int | None
) -> None:
    items = [listed(f"2605.0000{number}", title) for number, title in day]
    topics = [topic(text) for text in asked]
    everything = select(items, topics, limit=None)

    selection = select(items, topics, limit=limit)

    shown, left = ids(selection.entries), ids(selection.left)
    assert sorted(shown + left) == sorted(ids(everything.entries))
    assert len(set(shown + left)) == len(shown + left) == selection.total
    assert len(shown) == (selection.total if limit is None else min(limit, selection.total))
    for entries in (selection.entries, selection.left):
        places = [asked.index(entry.topics[0]) for entry in entries]
        assert places == sorted(places)


def test_real_papers_come_best_first() -> None:
    day = [Listed(paper=paper) for paper in real("papers").values()]
    asked: list[Topic] = [topic("speech"), topic("moe")]

    entries = select(day, asked, limit=2).entries

    assert ids(entries) == ["2605.25404", "2605.17598"]
