"""What comes of a question: statements that stand, silence, or the paper's own passages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from bot.models import Note, Paper, Takeaway, TextSource

Outcome = Literal["answered", "silent", "unproven", "passages"]
"""`answered`: statements, each with its passage. `silent`: the paper does not say. `unproven`: a model answered, but
with nothing that stands the checks. `passages`: no model answered; the passages nearest to the question, if any."""

Aspect: TypeAlias = Literal["problem", "method", "results", "limitations"]
ASPECTS: tuple[Aspect, ...] = ("problem", "method", "results", "limitations")
"""What two papers are set side by side by, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`statements` in the `language` asked for; `passages` as the paper has them: what else there is to show.

    `why` is the code of a SummaryError if a model should have answered and did not; `notes` are about the source.
    """

    outcome: Outcome
    source: TextSource
    language: str
    statements: tuple[Takeaway, ...] = ()
    passages: tuple[Takeaway, ...] = ()
    why: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two papers: what is said of it, by aspect."""

    source: TextSource
    aspects: Mapping[Aspect, tuple[Takeaway, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def statements(self) -> tuple[Takeaway, ...]:
        """All of them, in the order of ASPECTS."""
        return tuple(each for aspect in ASPECTS for each in self.aspects.get(aspect, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two papers side by side; `shared` are benchmarks and data sets that both report on."""

    first: Side
    second: Side
    language: str
    shared: tuple[str, ...] = ()


class Asking(Protocol):
    """Who answers about papers: `bot.questions.service`. Nothing of a question is kept in the database or the log."""

    async def ask(self, paper: Paper, question: str, *, language: str, asks: bool = True) -> Answered:
        """What `paper` says; without `asks` no model is called. Always has an answer."""
        ...

    async def compare(self, first: Paper, second: Paper, *, language: str, asks: bool = True) -> Compared | str:
        """Both by every aspect; or why not, as the code of a SummaryError: then their summaries may stand in."""
        ...
