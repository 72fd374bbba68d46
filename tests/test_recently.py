"""What was made lately is given again, what is being made is shared; neither outlives its minutes or its makers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.ports import BudgetSpent, ServerFailed
from bot.questions.recently import KEPT, Recently


class Maker:
    """Counts what it makes; `gate` holds it back, `errors` are raised first."""

    def __init__(self, *errors: Exception) -> None:
        self.made = self.cancelled = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.errors = list(errors)

    async def __call__(self) -> int:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.errors:
            raise self.errors.pop(0)
        self.made += 1
        return self.made


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 18, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_it_is_kept_for_minutes_and_no_longer() -> None:
    clock, make = Clock(), Maker()
    lately: Recently[int] = Recently(clock)
    assert [await lately.get("a", make) for _ in range(3)] == [1, 1, 1]
    clock.now += KEPT - timedelta(seconds=1)
    assert await lately.get("a", make) == 1
    clock.now += timedelta(seconds=1)
    assert await lately.get("a", make) == 2


async def test_only_so_much_is_kept() -> None:
    make = Maker()
    lately: Recently[int] = Recently(Clock(), most=2)
    assert [await lately.get(key, make) for key in "abcb"] == [1, 2, 3, 2]
    assert await lately.get("a", make) == 4


async def test_who_asks_meanwhile_waits_for_the_same() -> None:
    make = Maker()
    make.gate.clear()
    lately: Recently[int] = Recently(Clock())
    waiting = [asyncio.create_task(lately.get("a", make)) for _ in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    make.gate.set()
    assert await asyncio.gather(*waiting[1:]) == [1, 1, 1]
    assert make.cancelled == 0


async def test_when_nobody_waits_any_more_the_making_stops() -> None:
    make = Maker()
    make.gate.clear()
    lately: Recently[int] = Recently(Clock())
    waiting = [asyncio.create_task(lately.get("a", make)) for _ in range(2)]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0)
    assert make.cancelled == 1
    make.gate.set()
    assert await lately.get("a", make) == 1


async def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    make = Maker(ServerFailed("x"))
    lately: Recently[int] = Recently(Clock())
    found = await asyncio.gather(*(lately.get("a", make) for _ in range(2)), return_exceptions=True)
    assert [type(each) for each in found] == [ServerFailed, ServerFailed]
    assert await lately.get("a", make) == 1


async def test_another_chats_empty_purse_stops_only_that_chat() -> None:
    make = Maker(BudgetSpent("x", of="chat"))
    lately: Recently[int] = Recently(Clock())
    first, second = await asyncio.gather(*(lately.get("a", make) for _ in range(2)), return_exceptions=True)
    assert isinstance(first, BudgetSpent)
    assert second == 1
    with pytest.raises(BudgetSpent):
        await Recently[int](Clock()).get("a", Maker(BudgetSpent("x", of="day")))
