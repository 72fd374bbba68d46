"""A log that stays calm: what is the same again and again is told now and then, with its number."""

from __future__ import annotations

from collections import OrderedDict

EVERY = 600.0
"""Seconds between two lines about the same."""

MOST = 64
"""Different things that are kept in mind."""


class Repeats:
    """For whoever reads the log of a program that runs for weeks."""

    def __init__(self, *, every: float = EVERY) -> None:
        self._every = every
        self._heard: OrderedDict[str, tuple[float, int]] = OrderedDict()  # when it was told last, how often since

    def worth(self, what: str, at: float) -> int:
        """How often `what` happened since it was told last, now included; 0: it need not be told now."""
        told, count = self._heard.pop(what, (at - self._every, 0))
        count += 1
        due = at - told >= self._every
        self._heard[what] = (at, 0) if due else (told, count)
        while len(self._heard) > MOST:
            self._heard.popitem(last=False)
        return count if due else 0


def times(count: int) -> str:
    """`count` for the end of a line; nothing for once."""
    return f" ({count} times since the last line)" if count > 1 else ""
