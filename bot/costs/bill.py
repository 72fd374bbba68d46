"""What is said of a model call before and after it is made. Pure."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from bot.models import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that is about to be made: tokens of its prompt, estimated high, and the most its answer may have."""

    model: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(slots=True)
class Bill:
    """What a call was, to be filled in by who made it. `usage` None: nobody knows, and the estimate stands.

    `measured`: the server itself counted the tokens.
    """

    usage: Usage | None = None
    measured: bool = False

    def free(self) -> None:
        """The server did nothing, and asks nothing for it."""
        self.usage, self.measured = Usage(), True


Spend: TypeAlias = Callable[[Call], AbstractAsyncContextManager[Bill]]
"""Entered around each HTTP call to a model; raises BudgetSpent if there may be none."""


def tokens(text: str) -> int:
    """How many tokens `text` has at most, mostly: English has four letters to one, LaTeX fewer, Chinese about one."""
    plain = len(text.encode("ascii", "ignore"))
    return ceil(plain / 3 + 1.3 * (len(text) - plain))
