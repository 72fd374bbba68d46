"""What the model cannot give is the paper's own words, said so; and no call is made beyond the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.costs.bill import Call, Spend
from bot.costs.budget import budget
from bot.costs.prices import read
from bot.costs.usage_table import Allowance
from bot.models import Depth, Note, Paper, Summary
from bot.ports import (
    BadAnswer,
    BadKey,
    BudgetSpent,
    Clock,
    Filtered,
    Progress,
    RateLimited,
    Refused,
    ServerFailed,
    SummaryError,
    TimedOut,
    TooLong,
    Truncated,
    UnknownModel,
    no_progress,
)
from bot.store import Store, StoreError
from bot.summaries.service import key_of
from tests.fakes.summarizers import FakeSummarizer, methods, service, until
from tests.samples import DAY, NOW, paper

PAPERS = [paper(f"2405.{number:05}") for number in range(64)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


def calls_only(store: Store, *, cap: int, clock: Clock = lambda: NOW) -> Spend:
    """A budget of calls."""
    return budget(store.database, prices=read(), allowance=Allowance(calls=cap), clock=clock)


# ---------------------------------------------------------------- honest


async def test_without_a_model_everything_is_the_papers_own_and_said_so_once(store: Store) -> None:
    made = await service(store, None).brief(PAPERS, language="zh")

    assert methods(made) == {"extractive": 64}
    assert made.notes == (Note("no_model"),)
    assert (await service(store, None).one(PAPERS[0], language="zh", depth="deep")).method == "extractive"


@pytest.mark.parametrize("failure", [Refused, Filtered, Truncated, TooLong, BadAnswer, SummaryError])
async def test_one_papers_failure_does_not_keep_the_next_from_the_model(
    store: Store, failure: type[SummaryError]
) -> None:
    failures = {each.id: failure("no") for each in PAPERS[10:20]}
    model = FakeSummarizer(failures=failures)
    made = await service(store, model, concurrency=1).brief(PAPERS[:30], language="en")

    assert methods(made) == {"llm": 20, "extractive": 10}
    assert {id_ for id_, each in made.summaries.items() if each.method == "extractive"} == set(failures)
    assert made.notes == (Note("fell_back", {"count": 10, "reason": failure.code}),)


async def test_each_reason_is_said_with_its_count(store: Store) -> None:
    failures: dict[str, SummaryError] = {PAPERS[0].id: Refused("no"), PAPERS[1].id: BadAnswer("no")}
    failures[PAPERS[2].id] = BadAnswer("no")
    made = await service(store, FakeSummarizer(failures=failures)).brief(PAPERS[:4], language="en")

    assert made.notes == (
        Note("fell_back", {"count": 2, "reason": "bad_answer"}),
        Note("fell_back", {"count": 1, "reason": "refused"}),
    )


async def test_a_failure_is_shared_with_those_who_wait_but_not_remembered(store: Store) -> None:
    model = FakeSummarizer(every=BadAnswer("no"))
    model.gate.clear()
    summaries = service(store, model)
    callers = [asyncio.create_task(summaries.one(PAPERS[0], language="en")) for _ in range(3)]
    await until(lambda: model.now == 1)
    await asyncio.sleep(0.01)
    model.gate.set()
    assert [each.method for each in await asyncio.gather(*callers)] == ["extractive"] * 3
    assert len(model.asked) == 1

    model.every = None
    assert (await summaries.one(PAPERS[0], language="en")).method == "llm"
    assert len(model.asked) == 2


@pytest.mark.parametrize("failure", [BadKey, UnknownModel])
async def test_a_failure_that_every_paper_would_meet_ends_the_asking(store: Store, failure: type[SummaryError]) -> None:
    model = FakeSummarizer(every=failure("no"))
    summaries = service(store, model, concurrency=2)
    made = await summaries.brief(PAPERS, language="en")

    assert len(model.asked) <= 2
    assert made.notes == (Note("fell_back", {"count": 64, "reason": failure.code}),)
    model.every = None
    assert methods(await summaries.brief(PAPERS, language="en")) == {"llm": 64}


@pytest.mark.parametrize("failure", [RateLimited, ServerFailed, TimedOut])
async def test_three_failures_of_the_server_in_a_row_end_the_asking(store: Store, failure: type[SummaryError]) -> None:
    model = FakeSummarizer(every=failure("no"))
    made = await service(store, model, concurrency=1).brief(PAPERS, language="en")

    assert len(model.asked) == 3
    assert methods(made) == {"extractive": 64}
    assert made.notes == (Note("fell_back", {"count": 64, "reason": failure.code}),)


async def test_failures_of_the_server_that_are_not_in_a_row_do_not(store: Store) -> None:
    class Shaky(FakeSummarizer):
        async def summarize(
            self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
        ) -> Summary:
            self.every = ServerFailed("no") if len(self.asked) % 3 else None  # two of three calls, whichever papers
            return await super().summarize(paper, language=language, depth=depth)

    model = Shaky()
    made = await service(store, model, concurrency=1).brief(PAPERS, language="en")

    assert len(model.asked) == 64
    assert methods(made)["llm"] == 22


async def test_what_the_store_has_is_used_even_when_the_model_is_lost(store: Store) -> None:
    await service(store, FakeSummarizer()).brief(PAPERS[32:], language="en")
    made = await service(store, FakeSummarizer(every=BadKey("no")), concurrency=1).brief(PAPERS, language="en")

    assert methods(made) == {"llm": 32, "extractive": 32}


async def test_sentences_are_not_stored_as_the_models_summary(store: Store) -> None:
    model = FakeSummarizer(every=Refused("no"))
    await service(store, model).one(PAPERS[0], language="en")

    assert store.summary(key_of(PAPERS[0], model, language="en", depth="brief")) is None


async def test_a_mistake_of_ours_is_not_taken_for_a_failure_of_the_model(store: Store) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        await service(store, FakeSummarizer(every=ZeroDivisionError("ours"))).brief(PAPERS[:2], language="en")
    assert raised.group_contains(ZeroDivisionError)


# ---------------------------------------------------------------- the budget


async def test_who_may_not_cause_calls_gets_what_others_had_written_and_is_told_of_the_rest(store: Store) -> None:
    model = FakeSummarizer()
    written = await service(store, model).brief(PAPERS[:2], language="zh")
    made = await service(store, model, asks=False).brief(PAPERS[:3], language="zh")

    assert [made.summaries[each.id] for each in PAPERS[:2]] == [written.summaries[each.id] for each in PAPERS[:2]]
    assert made.summaries[PAPERS[2].id].method == "extractive"
    assert made.notes == (Note("not_allowed", {"count": 1}),)
    assert len(model.asked) == 2
    assert (await service(store, model, asks=False).brief(PAPERS[:2], language="zh")).notes == ()


async def test_calls_beyond_the_days_budget_are_not_made_and_it_is_said_once(store: Store) -> None:
    model = FakeSummarizer(spend=calls_only(store, cap=5))
    made = await service(store, model, cap=5).brief(PAPERS, language="en")

    assert len(model.asked) == store.model_calls(NOW.date()) == 5
    assert methods(made) == {"llm": 5, "extractive": 59}
    assert made.notes == (Note("budget_spent", {"cap": 5}),)


async def test_stored_summaries_cost_nothing(store: Store) -> None:
    model = FakeSummarizer(spend=calls_only(store, cap=5))
    for _ in range(3):
        made = await service(store, model, cap=5).brief(PAPERS[:5], language="en")
        assert methods(made) == {"llm": 5}
        assert made.notes == ()


async def test_the_budget_begins_again_at_midnight_utc(store: Store) -> None:
    time = [datetime(2026, 5, 18, 23, 59, tzinfo=UTC)]
    spend = calls_only(store, clock=lambda: time[0], cap=1)
    async with spend(Call(model="big")):
        pass
    with pytest.raises(BudgetSpent, match="PAPERBOY_DAILY_CALLS"):
        async with spend(Call(model="big")):
            pass
    time[0] += timedelta(minutes=1)
    async with spend(Call(model="big")):
        pass
    assert (store.model_calls(DAY), store.model_calls(DAY + timedelta(days=1))) == (1, 1)


# ---------------------------------------------------------------- the store


async def test_a_summary_that_cannot_be_kept_is_still_given(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store._database._writer.submit(store._database._db.execute, "PRAGMA query_only = 1").result()
    made = await service(store, FakeSummarizer()).brief(PAPERS[:1], language="en")

    assert methods(made) == {"llm": 1}
    assert "summary not kept" in caplog.text


async def test_a_store_that_cannot_be_read_is_an_error_of_its_own(store: Store) -> None:
    summaries = service(store, FakeSummarizer())
    store.close()
    with pytest.raises(StoreError):
        await summaries.brief(PAPERS[:3], language="en")
