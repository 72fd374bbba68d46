"""Where a budget ends, summaries are the papers' own; what is shared is paid once; the operator is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.costs.budget import allowance, announcement
from bot.costs.cause import caused_by
from bot.costs.prices import DOLLAR, read
from bot.costs.usage_table import Allowance
from bot.models import Note
from bot.settings import Settings, SettingsError
from bot.store import Store
from bot.targets import Target
from tests.fakes.summarizers import FakeSummarizer, methods, service, until
from tests.samples import paper
from tests.test_budget import CALL, CENT, ONE_CENT, A, B, pay, rows, spend_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


PAPERS = [paper(f"2405.{number:05}") for number in range(12)]


async def test_beyond_the_budget_summaries_are_the_papers_own_and_it_is_said_which_budget_and_until_when(
    store: Store,
) -> None:
    model = FakeSummarizer(spend=spend_of(store, day=5 * CENT, chat=3 * CENT), call=CALL, usage=ONE_CENT)
    with caused_by(A):
        of_chat = await service(store, model).brief(PAPERS[:4], language="en")
    with caused_by(B):
        of_day = await service(store, model, concurrency=1).brief(PAPERS[4:7], language="en")

    assert methods(of_chat) == {"llm": 3, "extractive": 1}
    assert of_chat.notes == (Note("chat_budget_spent"),)
    assert methods(of_day) == {"llm": 2, "extractive": 1}
    assert of_day.notes == (Note("day_budget_spent"),)


async def test_a_summary_two_chats_want_is_paid_by_the_first(store: Store) -> None:
    model = FakeSummarizer(spend=spend_of(store), call=CALL, usage=ONE_CENT)
    model.gate.clear()
    made = service(store, model)

    async def want(target: Target) -> None:
        with caused_by(target):
            await made.brief(PAPERS[:1], language="en")

    first = asyncio.create_task(want(A))
    await until(lambda: bool(model.asked))
    second = asyncio.create_task(want(B))
    await asyncio.sleep(0.01)
    model.gate.set()
    await asyncio.gather(first, second)
    assert [(row["chat_id"], row["paper_id"], row["purpose"]) for row in rows(store)] == [("-1", "2405.00000", "brief")]


async def test_a_chat_that_joined_one_whose_budget_is_used_up_pays_itself(store: Store) -> None:
    entered, go = asyncio.Event(), asyncio.Event()
    within = spend_of(store, chat=CENT)

    class Slow(FakeSummarizer):
        async def summarize(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401 - those of FakeSummarizer
            entered.set()
            await go.wait()
            return await super().summarize(*args, **given)

    model = Slow(spend=within, call=CALL, usage=ONE_CENT)
    made = service(store, model)
    with caused_by(A):
        await pay(within)

    async def want(target: Target) -> str:
        with caused_by(target):
            return (await made.brief(PAPERS[:1], language="en")).summaries[PAPERS[0].id].method

    first = asyncio.create_task(want(A))
    await entered.wait()
    second = asyncio.create_task(want(B))
    await until(lambda: any(len(flight.listeners) == 2 for flight in made._flights.under_way.values()))
    go.set()
    assert list(await asyncio.gather(first, second)) == ["extractive", "llm"]
    assert [row["chat_id"] for row in rows(store)] == ["-1", "-2"]


# ---------------------------------------------------------------- what the operator says and hears


def test_a_day_may_cost_a_dollar_if_nobody_says_otherwise() -> None:
    assert allowance(Settings.read(_env_file=None)) == Allowance(calls=1000, day=DOLLAR, chat=None)
    said = allowance(Settings.read(_env_file=None, PAPERBOY_DAILY_BUDGET="2.5", PAPERBOY_CHAT_BUDGET="0.05"))
    assert (said.day, said.chat) == (DOLLAR * 5 // 2, 5 * CENT)


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "much"])
def test_a_budget_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="PAPERBOY_DAILY_BUDGET"):
        Settings.read(_env_file=None, PAPERBOY_DAILY_BUDGET=value)


def test_the_operator_hears_in_one_line_what_a_day_may_cost_and_what_is_not_known() -> None:
    known = announcement(Settings.read(_env_file=None), read())
    assert known.startswith("Models may cost $1.00 a day and 1000 calls")
    assert "unknown" not in known
    unknown = announcement(
        Settings.read(_env_file=None, PAPERBOY_DEEP_MODEL="mine-70b", PAPERBOY_CHAT_BUDGET="0.1"), read()
    )
    assert "($0.10 for one chat)" in unknown
    assert "price of mine-70b is unknown" in unknown
    assert "\n" not in known + unknown
