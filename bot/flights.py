"""Single flight: what is being made is waited for by all who ask for it meanwhile, and made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bot.ports import BudgetSpent, Progress, no_progress

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Flights(Generic[K, T]):
    """What is `under_way`, by key; nothing is kept once it is made. For one event loop."""

    def __init__(self) -> None:
        self.under_way: dict[K, Flight[T]] = {}

    async def share(
        self, key: K, make: Callable[[Progress], Coroutine[Any, Any, T]], *, progress: Progress = no_progress
    ) -> T:
        """What `make` gives, or is giving. Raises what it raises, the same to all who wait.

        `progress` hears what `make` tells. Who is cancelled leaves the others theirs; when the last one leaves, the
        making stops. Whoever joined one that ended because another chat's budget is used up makes it for their own.
        """
        flight = self.under_way.get(key)
        joined = flight is not None
        if flight is None:
            flight = self.under_way[key] = Flight()
            flight.task = asyncio.create_task(make(flight.tell))
            flight.task.add_done_callback(lambda _: self._landed(key, flight))
        flight.join(progress)
        try:
            await asyncio.wait({flight.task})  # which, unlike awaiting the task, does not cancel it with us
        finally:
            flight.listeners.remove(progress)
            if not flight.listeners or flight.task.done():
                self._landed(key, flight)  # nobody may join it any more
        try:
            return flight.task.result()
        except BudgetSpent as exc:
            if not joined or exc.of != "chat":
                raise
        return await self.share(key, make, progress=progress)

    def _landed(self, key: K, flight: Flight[T]) -> None:
        if self.under_way.get(key) is flight:
            del self.under_way[key]
        if not flight.task.done():
            flight.task.cancel()
        elif not flight.task.cancelled():
            flight.task.exception()  # seen, even if all who waited were cancelled


@dataclass(slots=True, eq=False)
class Flight(Generic[T]):
    """Something being made, and who hears of it: one entry for each who waits."""

    listeners: list[Progress] = field(default_factory=list)
    task: asyncio.Task[T] = field(init=False)
    _last: tuple[str, int, int] | None = None

    def join(self, listener: Progress) -> None:
        """Tell `listener` as well, and at once what was said last."""
        self.listeners.append(listener)
        if self._last is not None:
            listener(*self._last)

    def tell(self, what: str, done: int, total: int) -> None:
        """The Progress of whoever makes it."""
        self._last = what, done, total
        for each in self.listeners:
            each(what, done, total)
