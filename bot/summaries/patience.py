"""Whether to go on asking a model that fails. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import BadKey, BudgetSpent, RateLimited, ServerFailed, SummaryError, TimedOut, UnknownModel

HOPELESS = (BadKey, UnknownModel, BudgetSpent)
"""Failures that every next paper would meet too."""

DOWN = (RateLimited, ServerFailed, TimedOut)
"""Failures that say the server is in trouble, if they come in a row."""

PATIENCE = 3
"""How many of DOWN in a row end the asking, for one call of ours."""


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
