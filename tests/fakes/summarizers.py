"""Summarizers that do as a test says, and a service of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.costs.bill import Call, Spend
from bot.full import Full
from bot.models import Depth, Note, Paper, Summary, SummaryPart, TextSource, Usage
from bot.ports import TEXT, WRITING, Progress, Summarizer, SummaryError, no_progress
from bot.store import Store
from bot.summaries.endpoint import free
from bot.summaries.service import Summaries, Summarized
from tests.samples import NOW, summary


@dataclass
class FakeSummarizer:
    """Answers with a summary that names it, or raises what `failures` says; waits for `gate` if it is shut.

    Each answer is paid for: `call` is what it may be, `usage` what it is.
    """

    model: str = "big"
    prompt_version: str = "1"
    call: Call = field(default_factory=lambda: Call(model="big"))
    usage: Usage = field(default_factory=Usage)
    failures: Mapping[str, SummaryError] = field(default_factory=dict)
    parts: tuple[SummaryPart, ...] = ()
    every: Exception | None = None
    source: TextSource = "abstract"
    notes: tuple[Note, ...] = ()
    spend: Spend = free
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    read_: list[tuple[Paper, Full, str]] = field(default_factory=list)
    now: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        async with self.spend(self.call) as bill:
            self.asked.append(paper.id)
            self.now += 1
            self.most = max(self.most, self.now)
            progress(TEXT, 1, 4)
            try:
                await self.gate.wait()
                await asyncio.sleep(0)
            finally:
                self.now -= 1
            bill.usage, bill.measured = self.usage, True
        progress(WRITING, 0, 0)
        if failure := self.failures.get(paper.id) or self.every:
            raise failure
        made = summary(
            paper_id=paper.id,
            language=language,
            depth=depth,
            model=self.model,
            source=self.source,
            tldr=f"{self.model} says",
            notes=self.notes,
        )
        if not self.parts or depth == "brief":
            return made
        return replace(made, parts=self.parts, takeaways=tuple(s for part in self.parts for s in part.statements))

    async def read(self, paper: Paper, full: Full, *, language: str) -> Summary:
        """As `summarize`, of a text at hand."""
        self.read_.append((paper, full, language))
        return replace(await self.summarize(paper, language=language, depth="deep"), source="pdf")


class FakeExtractive:
    """What Extractive promises: never an error, whatever the language."""

    model = "extractive"
    prompt_version = "1"

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        return summary(paper_id=paper.id, method="extractive", tldr=paper.abstract, depth=depth)


def service(
    store: Store,
    model: Summarizer | None,
    *,
    deep_model: Summarizer | None = None,
    concurrency: int = 16,
    cap: int = 1000,
    asks: bool = True,
) -> Summaries:
    return Summaries(
        store,
        extractive=FakeExtractive(),
        model=model,
        clock=lambda: NOW,
        daily_cap=cap,
        concurrency=concurrency,
        deep_model=deep_model,
        asks=asks,
    )


def methods(made: Summarized) -> Counter[str]:
    return Counter(each.method for each in made.summaries.values())


async def until(condition: Callable[[], bool]) -> None:
    """Let everybody work until `condition` holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what we wait for is anything a test can see
            await asyncio.sleep(0.001)
