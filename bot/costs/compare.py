"""Which model? The same papers through each, and what came of it: quality by the checks, money, time.

A model is on the Pareto front if no other is at least as good in all three and better in one.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Final, TypeAlias

from bot.costs.bill import Bill, Call, Spend
from bot.costs.cause import about
from bot.costs.prices import DOLLAR, Money, Prices
from bot.models import Checks, Paper, Summary, Usage
from bot.ports import BudgetSpent, Progress, Summarizer, SummaryError, no_progress
from bot.summaries.patience import Patience

PURPOSE: Final = "compare"
"""What calls for a comparison are on the account for."""

AT_ONCE: Final = 4
"""Papers a model has in hand: few enough that its time is its own and not that of a queue."""

Maker: TypeAlias = Callable[[str, Spend], AbstractAsyncContextManager[Summarizer]]
"""A summarizer that asks the model of this name, and pays so."""

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one model did with `papers` papers.

    `seconds` are those of each summary that stood; `usage` and `cost` are of all calls, in vain or not; `cost` None:
    its price is unknown. `failures` counts by reason the papers it has no summary of; `reasons` has each in words.
    """

    model: str
    papers: int
    checks: tuple[Checks, ...] = ()
    seconds: tuple[float, ...] = ()
    retried: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    reasons: Mapping[str, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost: Money | None = None

    @property
    def quality(self) -> float:
        """The share of what it said that is supported by the paper, from 0 to 1: the mean over all papers.

        What was left out because it failed counts as said; a paper without a summary counts 0.
        """
        shares = (each.supported / said for each in self.checks if (said := each.statements + each.dropped))
        return sum(shares) / self.papers if self.papers else 0.0

    @property
    def dropped(self) -> int:
        """Statements that were left out because they failed."""
        return sum(each.dropped for each in self.checks)

    @property
    def latency(self) -> float | None:
        """Seconds of a summary, in the median; None if there is none."""
        return median(self.seconds) if self.seconds else None

    @property
    def per_paper(self) -> Money | None:
        """What a paper cost; None: unknown."""
        return None if self.cost is None or not self.papers else round(self.cost / self.papers)


async def compare(
    models: Sequence[str],
    papers: Sequence[Paper],
    *,
    language: str,
    maker: Maker,
    spend: Spend,
    prices: Prices,
    timer: Callable[[], float],
    progress: Progress = no_progress,
) -> list[Trial]:
    """One Trial a model, in their order, each after the other. `timer` gives seconds. Raises StoreError only."""
    trials = []
    for model in dict.fromkeys(models):
        tally = _Tally(spend)
        async with maker(model, tally.spend) as summarizer:
            made = await _Run(summarizer, language, timer, progress).through(papers)
        price = prices.of(model)
        trials.append(
            Trial(
                model=model,
                papers=len(papers),
                checks=tuple(summary.checks for summary, _ in made.summaries),
                seconds=tuple(took for _, took in made.summaries),
                retried=sum((summary.usage or Usage()).calls > 1 for summary, _ in made.summaries),
                failures=made.failures,
                reasons=made.reasons,
                usage=tally.usage,
                cost=None if price is None else price.of(tally.usage),
            )
        )
    return trials


class _Tally:
    """Adds up what calls really were, beside the account that is kept of them."""

    def __init__(self, spend: Spend) -> None:
        self._spend = spend
        self.usage = Usage()

    @asynccontextmanager
    async def spend(self, call: Call) -> AsyncIterator[Bill]:
        async with self._spend(call) as bill:
            try:
                yield bill
            finally:
                unknown = Usage(prompt_tokens=call.prompt_tokens, completion_tokens=call.completion_tokens)
                self.usage += Usage(calls=1) + (bill.usage or unknown)


class _Run:
    """One model's papers. A failure that every next one would meet too ends the asking, as a dead server does."""

    def __init__(self, summarizer: Summarizer, language: str, timer: Callable[[], float], progress: Progress) -> None:
        self._summarizer = summarizer
        self._language = language
        self._timer = timer
        self._progress = progress
        self._room = asyncio.Semaphore(AT_ONCE)
        self._patience = Patience()
        self._done = 0
        self.summaries: list[tuple[Summary, float]] = []
        self.failures: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}

    async def through(self, papers: Sequence[Paper]) -> _Run:
        async with asyncio.TaskGroup() as group:
            for paper in papers:
                group.create_task(self._one(paper, len(papers)))
        return self

    async def _one(self, paper: Paper, total: int) -> None:
        async with self._room:
            try:
                self._patience.raise_if_lost()
                began = self._timer()
                with about(paper.id, PURPOSE):
                    summary = await self._summarizer.summarize(paper, language=self._language)
                self.summaries.append((summary, self._timer() - began))
                self._patience.succeeded()
            except SummaryError as exc:
                reason = exc.of + "_spent" if isinstance(exc, BudgetSpent) else exc.code
                self.failures[reason] += 1
                self.reasons.setdefault(reason, str(exc))
                self._patience.failed(exc)
            self._done += 1
            self._progress(self._summarizer.model, self._done, total)


# ---------------------------------------------------------------- who is on the front. Pure.


def front(trials: Sequence[Trial]) -> set[str]:
    """The models that no other dominates. One that answered nothing is not among them."""
    some = [trial for trial in trials if trial.seconds]
    return {trial.model for trial in some if not any(_dominates(other, trial) for other in some)}


def _dominates(one: Trial, other: Trial) -> bool:
    """At least as good in quality, money and time, and better in one. Money nobody knows cannot be compared."""
    mine, theirs = _measures(one), _measures(other)
    if (one.per_paper is None) != (other.per_paper is None):
        return False
    return mine != theirs and all(a >= b for a, b in zip(mine, theirs, strict=True))


def _measures(trial: Trial) -> tuple[float, float, float]:
    """More is better."""
    return (trial.quality, -float(trial.per_paper or 0), -(trial.latency or 0.0))


def to_json(trials: Sequence[Trial], *, language: str) -> str:
    """`{"schema": 1, "language", "models": [...]}`. Money is in US dollars a paper, null where its price is unknown."""
    best = front(trials)
    made: Json = {"schema": 1, "language": language, "models": [_json(trial, best) for trial in trials]}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _json(trial: Trial, best: set[str]) -> Json:
    return {
        "model": trial.model,
        "front": trial.model in best,
        "papers": trial.papers,
        "summaries": len(trial.seconds),
        "quality": round(trial.quality, 4),
        "statements": sum(each.statements for each in trial.checks),
        "supported": sum(each.supported for each in trial.checks),
        "dropped": trial.dropped,
        "retried": trial.retried,
        "failures": dict(trial.failures),
        "reasons": dict(trial.reasons),
        "calls": trial.usage.calls,
        "prompt_tokens": trial.usage.prompt_tokens,
        "cached_tokens": trial.usage.cached_tokens,
        "completion_tokens": trial.usage.completion_tokens,
        "cost_per_paper": None if trial.per_paper is None else trial.per_paper / DOLLAR,
        "latency": None if trial.latency is None else round(trial.latency, 3),
    }
