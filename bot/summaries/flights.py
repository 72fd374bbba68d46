"""Summaries being made, and whether to go on asking. For one event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.models import Summary
from bot.ports import BadKey, BudgetSpent, Progress, RateLimited, ServerFailed, SummaryError, TimedOut, UnknownModel

HOPELESS = (BadKey, UnknownModel, BudgetSpent)
"""Failures that every next paper would meet too."""

DOWN = (RateLimited, ServerFailed, TimedOut)
"""Failures that say the server is in trouble, if they come in a row."""

PATIENCE = 3
"""How many of DOWN in a row end the asking, for one call of ours."""


@dataclass(slots=True, eq=False)
class Flight:
    """One summary being made, and who hears of it: one entry for each who waits."""

    listeners: list[Progress] = field(default_factory=list)
    task: asyncio.Task[Summary] = field(init=False)
    _last: tuple[str, int, int] | None = None

    def join(self, listener: Progress) -> None:
        """Tell `listener` as well, and at once what was said last."""
        self.listeners.append(listener)
        if self._last is not None:
            listener(*self._last)

    def tell(self, what: str, done: int, total: int) -> None:
        self._last = what, done, total
        for each in self.listeners:
            each(what, done, total)


@dataclass(slots=True)
class Patience:
    """Whether it still makes sense to ask the model, within one call of ours."""

    in_a_row: int = 0
    lost_to: SummaryError | None = None

    def raise_if_lost(self) -> None:
        if self.lost_to is not None:
            raise self.lost_to

    def succeeded(self) -> None:
        self.in_a_row = 0

    def failed(self, failure: SummaryError) -> None:
        self.in_a_row = self.in_a_row + 1 if isinstance(failure, DOWN) else 0
        if isinstance(failure, HOPELESS) or self.in_a_row >= PATIENCE:
            self.lost_to = failure
