"""One model call for each paper, whoever asks and whoever leaves; never too many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.models import Depth, Paper, Summary
from bot.ports import Progress, Refused, no_progress
from bot.store import Store
from bot.summaries.service import Summaries, Summarized, key_of
from tests.fakes.summarizers import FakeExtractive, FakeSummarizer, service, until
from tests.samples import NOW, paper

PAPERS = [paper(f"2405.{number:05}") for number in range(64)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


# ---------------------------------------------------------------- once


async def test_a_summary_is_made_once_and_then_comes_from_the_store(store: Store) -> None:
    model = FakeSummarizer()
    first = await service(store, model).brief(PAPERS[:5], language="zh")
    again = await service(store, model).brief(PAPERS[:5], language="zh")

    assert first == again
    assert first.notes == ()
    assert list(first.summaries) == [each.id for each in PAPERS[:5]]
    assert sorted(model.asked) == [each.id for each in PAPERS[:5]]


async def test_ten_callers_at_once_cause_one_call(store: Store) -> None:
    model = FakeSummarizer()
    model.gate.clear()
    summaries = service(store, model)
    callers = [asyncio.create_task(summaries.one(PAPERS[0], language="en")) for _ in range(8)]
    callers += [asyncio.create_task(first_of(summaries)) for _ in range(2)]
    await until(lambda: len(model.asked) == 1)
    await asyncio.sleep(0.01)
    model.gate.set()

    made = await asyncio.gather(*callers)
    assert model.asked == [PAPERS[0].id]
    assert {each.tldr for each in made} == {"big says"}
    assert summaries._flights.under_way == {}


async def first_of(summaries: Summaries) -> Summary:
    made = await summaries.brief(PAPERS[:1], language="en")
    return made.summaries[PAPERS[0].id]


async def test_the_first_callers_leaving_takes_nothing_from_the_others(store: Store) -> None:
    model = FakeSummarizer()
    model.gate.clear()
    summaries = service(store, model)
    first, *others = [asyncio.create_task(summaries.one(PAPERS[0], language="en")) for _ in range(3)]
    await until(lambda: len(model.asked) == 1)
    first.cancel()
    await asyncio.wait({first})
    model.gate.set()

    assert [each.tldr for each in await asyncio.gather(*others)] == ["big says"] * 2
    assert first.cancelled()
    assert model.asked == [PAPERS[0].id]


async def test_when_nobody_waits_any_more_the_making_stops_and_the_next_begins_anew(store: Store) -> None:
    model = FakeSummarizer()
    model.gate.clear()
    summaries = service(store, model)
    callers = [asyncio.create_task(summaries.one(PAPERS[0], language="en")) for _ in range(2)]
    await until(lambda: model.now == 1)
    for caller in callers:
        caller.cancel()
    model.gate.set()
    late = asyncio.create_task(summaries.one(PAPERS[0], language="en"))

    assert (await late).tldr == "big says"
    assert all(caller.cancelled() for caller in callers)
    assert model.now == 0
    assert summaries._flights.under_way == {}


async def test_a_cancelled_batch_leaves_nothing_running(store: Store) -> None:
    model = FakeSummarizer()
    model.gate.clear()
    summaries = service(store, model)
    batch = asyncio.create_task(summaries.brief(PAPERS, language="en"))
    await until(lambda: model.now == 16)
    batch.cancel()
    await asyncio.wait({batch})
    await until(lambda: model.now == 0)

    assert batch.cancelled()
    assert len(model.asked) == 16
    assert summaries._flights.under_way == {}


async def test_languages_depths_and_models_have_summaries_of_their_own(store: Store) -> None:
    big, deep = FakeSummarizer(), FakeSummarizer(model="deep")
    summaries = service(store, big, deep_model=deep)
    for _ in range(2):
        assert (await summaries.one(PAPERS[0], language="en")).tldr == "big says"
        assert (await summaries.one(PAPERS[0], language="zh")).language == "zh"
        assert (await summaries.one(PAPERS[0], language="en", depth="deep")).tldr == "deep says"
    assert (await service(store, big).one(PAPERS[0], language="en", depth="deep")).depth == "deep"
    assert (len(big.asked), len(deep.asked)) == (3, 1)


def test_the_key_tells_texts_apart_and_does_not_mind_white_space_or_a_missing_version() -> None:
    def key(given: Paper) -> object:
        return key_of(given, FakeSummarizer(), language="en", depth="brief")

    base = replace(PAPERS[0], title="A b", abstract="c d", version=None)
    assert key(base) == key(replace(base, title=" A\n b", abstract="c  d "))
    others = [
        replace(base, title="A", abstract="b c d"),
        replace(base, abstract="c e"),
        replace(base, version=1),
        replace(base, title="A b \ud800"),
    ]
    assert len({key(each) for each in (base, *others)}) == 5


# ---------------------------------------------------------------- many


async def test_no_more_than_the_allowed_number_are_asked_for_at_the_same_time(store: Store) -> None:
    model = FakeSummarizer()
    summaries = service(store, model, concurrency=5)
    made = await asyncio.gather(
        summaries.brief(PAPERS[:20], language="en"), summaries.brief(PAPERS[10:40], language="en")
    )
    assert model.most == 5
    assert len(model.asked) == 40
    assert [len(each.summaries) for each in made] == [20, 30]


async def test_progress_hears_of_every_paper(store: Store) -> None:
    heard: list[tuple[str, int, int]] = []
    model = FakeSummarizer(failures={PAPERS[1].id: Refused("no")})
    await service(store, model).brief(
        [*PAPERS[:4], PAPERS[0]], language="en", progress=lambda *said: heard.append(said)
    )
    assert heard == [("summaries", done, 4) for done in range(5)]


async def test_nothing_to_summarize_is_no_trouble(store: Store) -> None:
    assert await service(store, None).brief([], language="en") == Summarized(summaries={})


async def test_the_loop_stays_free_while_sentences_are_chosen(store: Store) -> None:
    import threading

    loops = threading.Event()

    class Slow(FakeExtractive):
        async def summarize(
            self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
        ) -> Summary:
            assert loops.wait(5)  # blocks its thread until the loop has come round
            return await super().summarize(paper, language=language, depth=depth)

    summaries = Summaries(store, extractive=Slow(), model=None, clock=lambda: NOW, daily_cap=1, concurrency=1)
    made = asyncio.create_task(summaries.one(PAPERS[0], language="en"))
    await asyncio.sleep(0.01)
    loops.set()
    assert (await made).method == "extractive"
