"""How fast a bot may write, by the rules Telegram tells bots, kept to the letter: windows that slide. Pure but for what
it remembers.

https://core.telegram.org/bots/faq: one message a second in a chat (short bursts are tolerated: three here), twenty a
minute in a group, thirty a second overall. What was refused does not count.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

OVERALL = (30, 1.0)
GROUP = (20, 60.0)
BURST = 3

Mode = Literal["on", "count", "off"]


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A message too many: where, which rule, when, and how long to wait (seconds)."""

    chat: int
    rule: Literal["chat", "group", "overall"]
    at: float
    wait: float


@dataclass
class Limits:
    """`clock` is monotonic. "count" lets everything through and remembers what was too much; "off" does neither.

    `tolerance`: seconds by which the windows are shorter than in the rules, for the way from the bot to us.
    """

    clock: Callable[[], float]
    mode: Mode = "on"
    tolerance: float = 0.0
    exceeded: list[Exceeded] = field(default_factory=list)
    _overall: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _bursts: dict[int, tuple[float, float]] = field(default_factory=dict)

    def take(self, chat: int, *, is_group: bool) -> int | None:
        """Count one message to `chat`; how many whole seconds to wait instead, if it is too many."""
        if self.mode == "off":
            return None
        now = self.clock()
        waits = [found for found in self._waits(chat, is_group, now) if found.wait > 0]
        self.exceeded += waits
        if waits and self.mode == "on":
            return max(1, math.ceil(max(found.wait for found in waits)))
        self._overall.append(now)
        if is_group:
            self._groups.setdefault(chat, deque()).append(now)
        self._bursts[chat] = (self._spent(chat, now) + 1, now)
        return None

    def _waits(self, chat: int, is_group: bool, now: float) -> list[Exceeded]:
        found = [Exceeded(chat, "overall", now, self._window(self._overall, OVERALL, now))]
        if is_group:
            found.append(Exceeded(chat, "group", now, self._window(self._groups.get(chat, deque()), GROUP, now)))
        found.append(Exceeded(chat, "chat", now, self._spent(chat, now) + 1 - BURST - self.tolerance))
        return found

    def _window(self, times: deque[float], rule: tuple[int, float], now: float) -> float:
        count, seconds = rule
        seconds -= self.tolerance
        while times and times[0] <= now - seconds:
            times.popleft()
        return times[-count] + seconds - now if len(times) >= count else 0.0

    def _spent(self, chat: int, now: float) -> float:
        """How much of the burst is used up: one message is given back a second."""
        spent, at = self._bursts.get(chat, (0.0, now))
        return max(0.0, spent - (now - at))
