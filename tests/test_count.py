"""arXiv's own count of a query: the last fourteen days, in its own words, or an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.ports import SourceError
from bot.sources.count import ArxivCount
from bot.topics.query import parse
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.gate import MemoryGate, Time, asking
from tests.samples import paper

NOON = datetime(2026, 5, 20, 16, tzinfo=UTC)


def submitted(
    number: int, *, days: float, title: str = "A language model", category: str = "cs.CL"
) -> dict[str, object]:
    at = NOON - timedelta(days=days)
    return {
        "id_": f"2605.{number:05d}",
        "title": title,
        "version": 1,
        "categories": (category,),
        "primary_category": category,
        "published": at,
        "updated": at,
    }


PAPERS = [
    submitted(1, days=0.1),
    submitted(2, days=13.9),
    submitted(3, days=14.1),
    submitted(4, days=1, title="Zebrafish"),
    submitted(5, days=1, title="Zebrafish", category="math.AG"),
]


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv(papers=[paper(**each) for each in PAPERS]) as made:  # type: ignore[arg-type] # fields of it
        yield made
        assert made.violations == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("language model", 2),
        ("zebrafish OR math.AG", 2),
        ("cs.CL -zebrafish", 2),
        ("zebrafish cs.CL", 1),
        ("axolotl", 0),
    ],
)
async def test_what_matches_is_counted_as_far_as_it_was_submitted_within_two_weeks(
    arxiv: FakeArxiv, query: str, count: int
) -> None:
    time = Time(NOON)
    with asking(arxiv, MemoryGate(), time) as session:
        found = await ArxivCount(session, arxiv.api_url, clock=time.clock)(parse(query))
    assert (found.total, len(found.latest)) == (count, count)
    assert len(arxiv.requests) == 1


async def test_an_arxiv_that_does_not_answer_is_an_error_of_ours(arxiv: FakeArxiv) -> None:
    arxiv.fail("/api", status=503, times=None)
    time = Time(NOON)
    with asking(arxiv, MemoryGate(), time) as session, pytest.raises(SourceError):
        await ArxivCount(session, arxiv.api_url, clock=time.clock)(parse("zebrafish"))


async def test_the_latest_three_come_with_it(arxiv: FakeArxiv) -> None:
    time = Time(NOON)
    more = [submitted(number, days=2 + number / 100, title="Quokka") for number in range(10, 15)]
    arxiv.papers.update({(each := paper(**fields)).id: each for fields in more})  # type: ignore[arg-type] # likewise
    with asking(arxiv, MemoryGate(), time) as session:
        found = await ArxivCount(session, arxiv.api_url, clock=time.clock)(parse("quokka"))
    assert found.total == 5
    assert [(each.id, each.title) for each in found.latest] == [(f"2605.000{n}", "Quokka") for n in (10, 11, 12)]
