"""Papers on demand while they are made: what whoever looks sees of them, and hears of what is done."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.digest import Newsroom
from bot.models import ArxivId, Digest
from bot.ports import TEXT, WRITING, BadAnswer
from bot.store import Store
from tests.fakes.newsroom import FakeAnnouncements
from tests.fakes.summarizers import FakeSummarizer, service, until
from tests.fakes.whole_bot import Library
from tests.samples import paper

A, B = ArxivId("2605.00001"), ArxivId("2605.00002")


def newsroom(store: Store, model: FakeSummarizer | None, *, asks: bool = True) -> Newsroom:
    return Newsroom(
        announcements=FakeAnnouncements(store),
        lookup=Library({each.key: paper(each.key) for each in (A, B)}),
        summaries=service(store, model, asks=asks),
        watched=("cs.*",),
    )


async def test_papers_are_seen_when_they_are_found_and_as_each_is_read(tmp_path: Path) -> None:
    seen: list[list[bool]] = []

    def look(made: Digest) -> None:
        seen.append([entry.summary is not None for entry in made.entries])

    model = FakeSummarizer(failures={B.key: BadAnswer("x")})
    with Store(tmp_path / "p.db") as store:
        digest, _ = await newsroom(store, model).on_demand([A, B, ArxivId("2605.00009")], language="en", glimpse=look)
    assert seen[0] == [False, False]
    assert sorted(seen[1]) == [False, True]
    assert seen[2] == [True, True]
    assert len(seen) == 3
    assert [entry.summary.method for entry in digest.entries if entry.summary] == ["llm", "extractive"]
    assert sorted(model.asked) == [A.key, B.key], "one call each"


async def test_of_a_single_paper_one_hears_what_is_done_and_who_joins_hears_it_too(tmp_path: Path) -> None:
    first: list[tuple[str, int, int]] = []
    second: list[tuple[str, int, int]] = []
    model = FakeSummarizer()
    model.gate.clear()
    with Store(tmp_path / "p.db") as store:
        room = newsroom(store, model)
        one = asyncio.create_task(room.on_demand([A], language="en", progress=lambda *told: first.append(told)))
        await until(lambda: (TEXT, 1, 4) in first)
        two = asyncio.create_task(room.on_demand([A], language="en", progress=lambda *told: second.append(told)))
        await until(lambda: (TEXT, 1, 4) in second)
        model.gate.set()
        await asyncio.gather(one, two)
    for told in (first, second):
        assert [each for each in told if each[0] in {TEXT, WRITING}] == [(TEXT, 1, 4), (WRITING, 0, 0)]
    assert model.asked == [A.key], "one call for both"


async def test_of_several_papers_one_hears_how_many_are_read_alone(tmp_path: Path) -> None:
    heard: set[str] = set()
    with Store(tmp_path / "p.db") as store:
        room = newsroom(store, FakeSummarizer())
        await room.on_demand([A, B], language="en", progress=lambda what, _done, _total: heard.add(what))
    assert heard == {"summaries"}


async def test_what_can_be_said_at_once_is_what_a_model_said_before_and_costs_no_call(tmp_path: Path) -> None:
    model = FakeSummarizer()
    with Store(tmp_path / "p.db") as store:
        await service(store, model).brief([paper(A.key)], language="zh")
        told = await newsroom(store, model, asks=False).at_once([paper(A.key), paper(B.key)], language="zh")
    assert [told[each.key].method for each in (A, B)] == ["llm", "extractive"]
    assert model.asked == [A.key]
