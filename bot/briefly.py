"""What came of something, a failure too, kept for some seconds in memory alone."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Briefly(Generic[K, T]):
    """At most `most` at a time; what was asked for longest ago makes room. For one event loop."""

    def __init__(self, seconds: float, *, most: int) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: OrderedDict[K, _Kept[T]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> T | None:
        """What was made; None: nothing is known. Raises the failure, if it was one."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        if isinstance(kept.outcome, Exception):
            raise kept.outcome
        return kept.outcome

    def put(self, key: K, outcome: T | Exception) -> None:
        """Keep it, from now."""
        self._forget(key)
        self._kept[key] = _Kept(outcome, asyncio.get_running_loop().call_later(self._seconds, self._forget, key))
        while len(self._kept) > self._most:
            self._forget(next(iter(self._kept)))

    def clear(self) -> None:
        """Forget everything at once."""
        for key in tuple(self._kept):
            self._forget(key)

    def _forget(self, key: K) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            kept.timer.cancel()


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    outcome: T | Exception
    timer: asyncio.TimerHandle
