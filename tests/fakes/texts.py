"""The whole texts of papers, as a test has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.full import Full
from bot.models import Paper
from bot.ports import NoText, Progress, SourceError, no_progress


@dataclass
class FakeTexts:
    """The port FullText: by paper id what it has, else NoText. `error` is raised instead, after `wait`."""

    texts: Mapping[str, Full] = field(default_factory=dict)
    error: SourceError | None = None
    wait: Callable[[], Awaitable[object]] | None = None
    asked: list[str] = field(default_factory=list)

    async def of(self, paper: Paper, *, progress: Progress = no_progress) -> Full:
        self.asked.append(paper.id)
        if self.wait is not None:
            await self.wait()
        if self.error is not None:
            raise self.error
        if paper.id not in self.texts:
            raise NoText("There is none.")
        return self.texts[paper.id]

    async def from_pdf(self, body: bytes) -> Full:
        raise NoText("There is none.")
