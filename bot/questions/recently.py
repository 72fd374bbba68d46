"""What was made within minutes is given again, and what is being made is waited for: once for all who ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from bot.flights import Flights
from bot.ports import Clock

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
        self._flights: Flights[str, T] = Flights()

    async def get(self, key: str, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `make` gives, or gave for `key` lately; see `Flights.share`."""
        self._forget_old()
        if (found := self._made.get(key)) is not None:
            return found[0]
        made = await self._flights.share(key, lambda _: make())
        self._keep(key, made)
        return made

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
