"""No call is made that could cost more than the day has left, and every call made is on the account, for its chat."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chats import Chats
from bot.costs import usage_table
from bot.costs.bill import Bill, Call, Spend, tokens
from bot.costs.budget import budget
from bot.costs.cause import about, cause, caused_by
from bot.costs.prices import DOLLAR, Price, Prices
from bot.costs.usage_table import Allowance, Sum
from bot.models import Usage
from bot.ports import BudgetSpent
from bot.store import Store
from bot.targets import Target
from tests.samples import DAY

NOW = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)
CENT = DOLLAR // 100
PRICES = Prices(known={"big": Price(Decimal(1), Decimal("0.1"), Decimal(4))}, own={})
A, B = Target("memory", "-1"), Target("memory", "-2", "7")
ONE_CENT = Usage(prompt_tokens=2_000, completion_tokens=2_000)
CALL = Call(model="big", prompt_tokens=2_000, completion_tokens=2_000)  # a cent


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def spend_of(store: Store, clock: Clock | None = None, **given: Any) -> Spend:  # noqa: ANN401 - what an Allowance has
    return budget(store.database, prices=PRICES, allowance=Allowance(**given), clock=clock or Clock())


async def pay(spend: Spend, call: Call = CALL, *, usage: Usage | None = ONE_CENT, measured: bool = True) -> None:
    async with spend(call) as bill:
        bill.usage, bill.measured = usage, measured


def rows(store: Store) -> list[dict[str, Any]]:
    return store.database.read(lambda conn: [dict(row) for row in conn.execute("SELECT * FROM usage ORDER BY id")])


def total(store: Store) -> Sum:
    return store.database.read(lambda conn: usage_table.total(conn, DAY, DAY))


# ---------------------------------------------------------------- the account


async def test_a_call_is_on_the_account_with_its_tokens_its_price_its_chat_and_its_paper(store: Store) -> None:
    with caused_by(B), about("2405.17428", "deep"):
        await pay(spend_of(store), usage=Usage(prompt_tokens=1_000, cached_tokens=400, completion_tokens=100))
    [row] = rows(store)

    assert row == {
        "id": 1,
        "at": NOW.isoformat(),
        "day": "2026-05-18",
        "model": "big",
        "purpose": "deep",
        "paper_id": "2405.17428",
        "platform": "memory",
        "chat_id": "-2",
        "thread_id": "7",
        "prompt_tokens": 1_000,
        "cached_tokens": 400,
        "completion_tokens": 100,
        "cost": 600_000 + 40_000 + 400_000,
        "state": "measured",
    }


async def test_an_unknown_price_is_unknown_and_not_nothing(store: Store) -> None:
    await pay(spend_of(store), Call(model="small", prompt_tokens=9, completion_tokens=9))
    await pay(spend_of(store))

    assert [row["cost"] for row in rows(store)] == [None, CENT]
    assert total(store) == Sum(calls=2, prompt_tokens=4_000, completion_tokens=4_000, cost=CENT, unpriced=1)


async def test_what_nobody_knows_stays_as_it_was_reserved(store: Store) -> None:
    await pay(spend_of(store), usage=None)
    with pytest.raises(ZeroDivisionError):
        async with spend_of(store)(CALL):
            raise ZeroDivisionError
    assert [(row["cost"], row["state"]) for row in rows(store)] == [(CENT, "estimated")] * 2


async def test_a_server_that_did_nothing_asks_nothing(store: Store) -> None:
    async with spend_of(store)(CALL) as bill:
        bill.free()
    async with spend_of(store)(Call(model="of unknown price")) as bill:
        bill.free()
    assert total(store) == Sum(calls=2)


async def test_a_call_is_of_the_day_on_which_it_begins(store: Store) -> None:
    clock = Clock()
    clock.now = datetime(2026, 5, 18, 23, 59, tzinfo=UTC)
    async with spend_of(store, clock)(CALL) as bill:
        clock.now += timedelta(minutes=2)
        bill.usage = ONE_CENT
    assert total(store).cost == CENT


async def test_it_is_forgotten_for_whom_and_what_a_call_was_when_nobody_asks_any_more(store: Store) -> None:
    clock = Clock()
    with caused_by(A), about("2405.17428", "brief"):
        await pay(spend_of(store, clock))
        clock.now += timedelta(days=90)
        await pay(spend_of(store, clock))
        assert rows(store)[0]["chat_id"] == "-1"
        clock.now += timedelta(days=1)
        await pay(spend_of(store, clock))
    old, *others = rows(store)
    assert (old["platform"], old["chat_id"], old["thread_id"], old["paper_id"]) == (None,) * 4
    assert old["cost"] == CENT
    assert [row["paper_id"] for row in others] == ["2405.17428"] * 2


async def test_a_chat_that_is_forgotten_takes_its_name_from_the_account_and_one_that_moves_takes_it_along(
    store: Store,
) -> None:
    spend, moved = spend_of(store), Target("memory", "-9")
    for target in (A, B, Target("memory", "-2"), Target("memory", "-22")):
        with caused_by(target):
            await pay(spend)
    chats = Chats(store, clock=Clock())
    await asyncio.to_thread(chats.forget, Target("memory", "-2"))
    store.database.write(lambda db: usage_table.move(db, A, moved))
    assert [row["chat_id"] for row in rows(store)] == ["-9", None, None, "-22"]


# ---------------------------------------------------------------- the budget


async def test_beyond_the_budget_of_the_day_no_call_is_made_until_the_next(store: Store) -> None:
    clock = Clock()
    spend = spend_of(store, clock, day=2 * CENT)
    await pay(spend)
    await pay(spend)
    with pytest.raises(BudgetSpent, match="PAPERBOY_DAILY_BUDGET") as raised:
        await pay(spend)
    assert raised.value.of == "day"
    assert "00:00 UTC" in str(raised.value)
    assert store.model_calls(DAY) == 2  # the one that was not made is not counted either
    clock.now += timedelta(hours=12)
    await pay(spend)


async def test_a_chat_has_a_budget_of_its_own_with_its_threads(store: Store) -> None:
    spend = spend_of(store, day=5 * CENT, chat=2 * CENT)
    for target in (A, B, Target("memory", "-2", "8")):
        with caused_by(target):
            await pay(spend)
    with caused_by(Target("memory", "-2")), pytest.raises(BudgetSpent, match="PAPERBOY_CHAT_BUDGET") as raised:
        await pay(spend)
    assert raised.value.of == "chat"
    with caused_by(A):
        await pay(spend)
    await pay(spend)  # the command line is no chat
    with caused_by(A), pytest.raises(BudgetSpent) as raised:
        await pay(spend)
    assert raised.value.of == "day"


async def test_calls_of_unknown_price_are_bounded_by_their_number(store: Store) -> None:
    spend = spend_of(store, calls=3, day=0)
    for _ in range(3):
        await pay(spend, Call(model="small"))
    with pytest.raises(BudgetSpent, match="PAPERBOY_DAILY_CALLS") as raised:
        await pay(spend, Call(model="small"))
    assert raised.value.of == "calls"


async def test_without_money_a_model_whose_price_is_known_is_not_asked(store: Store) -> None:
    with pytest.raises(BudgetSpent):
        await pay(spend_of(store, day=0))
    assert rows(store) == []


async def test_a_call_waits_for_those_under_way_if_they_may_leave_enough(store: Store) -> None:
    spend = spend_of(store, day=CENT)
    less = Usage(prompt_tokens=0, completion_tokens=10)
    entered = asyncio.Event()
    leave = asyncio.Event()

    async def slow() -> None:
        async with spend(CALL) as bill:
            entered.set()
            await leave.wait()
            bill.usage = less

    first = asyncio.create_task(slow())
    await entered.wait()
    second = asyncio.create_task(pay(spend, Call(model="big", completion_tokens=10), usage=less))
    await asyncio.sleep(0.05)
    assert not second.done()
    leave.set()
    await asyncio.gather(first, second)
    assert len(rows(store)) == 2


async def test_many_at_a_time_are_all_made_if_what_they_cost_is_not_too_much(store: Store) -> None:
    spend = spend_of(store, day=2 * CENT)
    await asyncio.gather(*(pay(spend, usage=Usage(completion_tokens=10)) for _ in range(24)))
    assert total(store) == Sum(calls=24, completion_tokens=240, cost=24 * 40_000)


async def test_nobody_waits_for_a_call_that_died_with_another_process(store: Store) -> None:
    spend = spend_of(store, day=CENT)
    await pay(spend, usage=None)
    store.database.write(lambda db: db.execute("UPDATE usage SET state = 'open'") and None)
    async with asyncio.timeout(5):
        with pytest.raises(BudgetSpent):
            await pay(spend)


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(0, 60))
@settings(max_examples=15, deadline=None)
def test_however_many_call_at_a_time_the_day_costs_no_more_than_it_may(seed: int, workers: int, cents: int) -> None:
    """And no chat more than it may; and what could be bought was: nobody is refused while there is enough."""
    from tempfile import TemporaryDirectory

    random = Random(seed)  # noqa: S311 - what a test repeats
    refused: list[str] = []

    async def work(spend: Spend, n: int) -> None:
        for _ in range(4):
            await asyncio.sleep(0)
            with caused_by(Target("memory", str(n % 3))):
                try:
                    async with spend(CALL) as bill:
                        await asyncio.sleep(0)
                        bill.usage = Usage(completion_tokens=random.randrange(0, 2_000))
                except BudgetSpent as exc:
                    refused.append(exc.of)

    async def everybody(store: Store) -> None:
        limits = Allowance(day=cents * CENT, chat=10 * CENT)
        spends = [budget(store.database, prices=PRICES, allowance=limits, clock=Clock()) for _ in range(2)]
        async with asyncio.timeout(20):
            await asyncio.gather(*(work(spends[n % 2], n) for n in range(workers)))

    with TemporaryDirectory() as folder, Store(Path(folder) / "paperboy.db") as store:
        asyncio.run(everybody(store))
        spent = total(store)
        assert spent.cost <= cents * CENT
        assert all(each.cost <= 10 * CENT for _, _, each in store.database.read(_by_target))
        assert spent.calls + len(refused) == 4 * workers
        if "day" in refused and workers == 1:
            assert spent.cost > (cents - 1) * CENT


def _by_target(conn: sqlite3.Connection) -> list[tuple[Target | None, str, Sum]]:
    return usage_table.by_target(conn, DAY, DAY)


async def test_an_account_that_cannot_be_kept_stops_no_answer(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async with spend_of(store)(CALL) as bill:
        bill.usage = ONE_CENT
        store._database._writer.submit(store._database._db.execute, "PRAGMA query_only = 1").result()
    assert "not kept" in caplog.text
    assert rows(store)[0]["state"] == "open"


def test_a_cause_ends_where_it_was_said() -> None:
    with caused_by(A), about("2405.1", "brief"):
        assert (cause().target, cause().paper_id) == (A, "2405.1")
    assert (cause().target, cause().paper_id) == (None, None)


def test_tokens_are_estimated_high() -> None:
    assert tokens("The model is trained on text. " * 100) >= 700
    assert tokens("语言模型的训练方法" * 100) >= 900
    assert tokens("") == 0


def test_a_bill_says_nothing_until_it_is_filled_in() -> None:
    assert Bill().usage is None
