"""Counting messages in sliding windows, exactly. Pure: the time is an argument."""

from __future__ import annotations

from collections import deque
from math import inf

from bot.platforms import Pace


class Window:
    """At most `pace.count` messages in any `pace.seconds`, however they fall.

    A place is taken when a message is allowed, and counts from the moment it leaves for the length of the window. It
    may be allowed beforehand, for a moment known already: those that left make room in their order.
    """

    __slots__ = ("_free_at", "_pace", "_taken")

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._taken = 0  # places of messages that have not left yet
        self._free_at: deque[float] = deque()  # when the places of those that left are free again, in order

    def opens_at(self, now: float) -> float:
        """When the next message may leave, `now` or later; inf: not before one that is allowed has left."""
        self._forget(now)
        too_many = self._taken + len(self._free_at) - self._pace.count
        if too_many < 0:
            return now
        return self._free_at[too_many] if too_many < len(self._free_at) else inf

    def take(self) -> None:
        """A message is allowed; it must not leave before `opens_at` said."""
        self._taken += 1

    def leave(self, now: float) -> None:
        """A message that was allowed goes out now."""
        self._taken -= 1
        self._free_at.append(now + self._pace.seconds)

    def give_back(self) -> None:
        """A message that was allowed does not go out at all."""
        self._taken -= 1

    def last_until(self, now: float) -> float:
        """Until when something counts: at most `now` if nothing does; inf while an allowed message has not left."""
        if self._taken:
            return inf
        return self._free_at[-1] if self._free_at else now

    def _forget(self, now: float) -> None:
        while self._free_at and self._free_at[0] <= now:
            self._free_at.popleft()
