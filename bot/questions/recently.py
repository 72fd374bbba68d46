"""What was made within minutes is given again, and what is being made is waited for: once for all who ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from bot.ports import BudgetSpent, Clock

KEPT: Final = timedelta(minutes=10)
"""As long as the text of a paper is."""

MOST: Final = 200
"""Things that are kept at a time."""

T = TypeVar("T")


class Recently(Generic[T]):
    """Keeps what was made, by key, in memory alone. A failure is not kept. For one event loop."""

    def __init__(self, clock: Clock, *, kept: timedelta = KEPT, most: int = MOST) -> None:
        self._clock = clock
        self._kept = kept
        self._most = most
        self._made: OrderedDict[str, tuple[T, datetime]] = OrderedDict()
        self._flights: dict[str, _Flight[T]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """What `make` gives, or gave for `key` lately. Raises what it raises, the same to all who wait.

        Who is cancelled leaves the others theirs; when the last one leaves, the making stops. Whoever joined one that
        ended because another chat's budget is used up makes it for their own.
        """
        self._forget_old()
        if (found := self._made.get(key)) is not None:
            return found[0]
        flight = self._flights.get(key)
        joined = flight is not None
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(make()))
        flight.waiting += 1
        try:
            await asyncio.wait({flight.task})  # which, unlike awaiting the task, does not cancel it with us
        finally:
            flight.waiting -= 1
            if not flight.waiting or flight.task.done():
                self._landed(key, flight)
        try:
            made = flight.task.result()
        except BudgetSpent as exc:
            if not joined or exc.of != "chat":
                raise
            return await self.get(key, make)
        self._keep(key, made)
        return made

    def _landed(self, key: str, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.task.done():
            flight.task.cancel()  # nobody waits for it any more
        elif not flight.task.cancelled():
            flight.task.exception()  # seen, even if all who waited were cancelled

    def _keep(self, key: str, made: T) -> None:
        self._made[key] = made, self._clock()
        self._made.move_to_end(key)
        while len(self._made) > self._most:
            self._made.popitem(last=False)

    def _forget_old(self) -> None:
        now = self._clock()
        while self._made:
            key, (_, at) = next(iter(self._made.items()))
            if timedelta() <= now - at < self._kept:
                return
            del self._made[key]


@dataclass(slots=True, eq=False)
class _Flight(Generic[T]):
    """Something being made, and how many wait for it."""

    task: asyncio.Future[T]
    waiting: int = 0
