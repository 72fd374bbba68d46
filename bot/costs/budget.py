"""The budget of the day: looked at before each model call, in the transaction that reserves what the call may cost.

What is reserved and what is spent together are never more than the budget, however many calls run at a time, in
however many processes, as long as no call costs more than was estimated. A call whose price is unknown costs no money
that we know of; the number of calls bounds those.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import sqlite_utils

from bot.costs import usage_table
from bot.costs.bill import Bill, Call, Spend
from bot.costs.cause import Cause, cause
from bot.costs.prices import Price, Prices, dollars, nanodollars
from bot.costs.usage_table import Allowance, Spent
from bot.database import Database, StoreError
from bot.models import Usage
from bot.ports import BudgetSpent, Clock
from bot.settings import Settings

logger = logging.getLogger(__name__)


def allowance(settings: Settings) -> Allowance:
    """What `settings` allow a day to cost."""
    chat = settings.chat_budget
    return Allowance(
        calls=settings.daily_calls,
        day=nanodollars(settings.daily_budget),
        chat=None if chat is None else nanodollars(chat),
    )


def budget(database: Database, *, prices: Prices, allowance: Allowance, clock: Clock) -> Spend:
    """What a model is asked through: raises BudgetSpent before a call that would be too much, keeps account of others.

    The day is the UTC day on which the call begins. Shared by all calls of a process; for one event loop.
    """
    return _Budget(database, prices, allowance, clock).spend


class _Budget:
    def __init__(self, database: Database, prices: Prices, allowance: Allowance, clock: Clock) -> None:
        self._database = database
        self._prices = prices
        self._allowance = allowance
        self._clock = clock
        self._open = 0  # calls under way
        self._settled = asyncio.Event()  # set when the next of them is over
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def spend(self, call: Call) -> AsyncIterator[Bill]:
        price = self._prices.of(call.model)
        id_ = await self._reserve(call, price, cause())
        bill = Bill()
        try:
            yield bill
        finally:
            try:
                await asyncio.to_thread(self._settle, id_, bill, price)
            finally:
                self._open -= 1
                self._settled.set()
                self._settled = asyncio.Event()

    async def _reserve(self, call: Call, price: Price | None, why: Cause) -> int:
        """Wait for calls of ours that are under way, if what they do not cost in the end may be enough for this one."""
        most = Usage(prompt_tokens=call.prompt_tokens, completion_tokens=call.completion_tokens)
        cost = None if price is None else price.of(most)
        while True:
            at, settled = self._clock().astimezone(UTC), self._settled

            def work(db: sqlite_utils.Database, at: datetime = at) -> int | Spent:
                return usage_table.reserve(
                    db, at=at, cause=why, model=call.model, most=most, cost=cost, allowance=self._allowance
                )

            async with self._turn:  # so that whoever is refused knows of every call that was let through
                found = await asyncio.to_thread(self._database.write, work)
                if not isinstance(found, Spent):
                    self._open += 1
                    return found
            if not found.open_too or not (self._open or settled.is_set()):
                raise self._spent(found, at)
            await settled.wait()

    def _settle(self, id_: int, bill: Bill, price: Price | None) -> None:
        usage = bill.usage
        cost = None if price is None or usage is None else price.of(usage)
        if usage is not None and not (usage.prompt_tokens or usage.completion_tokens):
            cost = 0  # nothing was used, whatever it costs
        try:
            self._database.write(lambda db: usage_table.settle(db, id_, usage=usage, measured=bill.measured, cost=cost))
        except StoreError as exc:  # what was reserved stands, which is no less
            logger.warning("the cost of a model call is not kept: %s", exc)

    def _spent(self, found: Spent, at: datetime) -> BudgetSpent:
        what, setting = {
            "calls": (f"The {self._allowance.calls} model calls of {at.date()} are", "PAPERBOY_DAILY_CALLS"),
            "day": (f"The budget of {at.date()} is", "PAPERBOY_DAILY_BUDGET"),
            "chat": (f"This chat's budget of {at.date()} is", "PAPERBOY_CHAT_BUDGET"),
        }[found.of]
        text = f"{what} used up; it starts again at 00:00 UTC. {setting} sets how much there is."
        return BudgetSpent(text, of=found.of)


def announcement(settings: Settings, prices: Prices) -> str:
    """One line for the operator: what a day may cost, and what is not known about it."""
    models = dict.fromkeys((settings.model, settings.deep_model or settings.model))
    unknown = [model for model in models if prices.of(model) is None]
    each = f" ({dollars(nanodollars(settings.chat_budget))} for one chat)" if settings.chat_budget is not None else ""
    told = (
        f"Models may cost {dollars(nanodollars(settings.daily_budget))} a day{each} and {settings.daily_calls} calls, "
        "then summaries are the papers' own sentences"
    )
    told += ". What is not due for an hour goes in batches" if settings.batch else ""
    if not unknown:
        return f"{told}."
    return (
        f"{told}. The price of {' and '.join(unknown)} is unknown: only the calls bound it; PAPERBOY_PRICES may tell."
    )
