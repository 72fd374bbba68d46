"""A PDF somebody sent, read and summarized while they wait. Nothing of it outlives the answer: no text, no summary.

It is as hostile as any paper, and goes the same way: a parser that can be killed, a fence around its text, the checks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from bot.costs.cause import about
from bot.full import Full, SectionKind
from bot.models import ArxivId, Note, Paper, Summary, TextSource
from bot.ports import FullText, NotAllowed, NoText, Summarizer, SummaryError
from bot.sources.ids import find
from bot.summaries.sentences import sentences

logger = logging.getLogger(__name__)

NAME: Final = "PDF"
"""What it is called where a paper has an id, and as a whole if it has no title."""

AT_ONCE: Final = 3
"""Files in memory at the same time."""

LONGEST_ABSTRACT: Final = 3000
"""Characters; where no section is called so, as much of what stands first takes its place."""

_FIRST: Final = (SectionKind.ABSTRACT, SectionKind.INTRODUCTION)


class Reader(Protocol):
    """`bot.summaries.llm.ModelSummarizer`, or another one that can read a text at hand."""

    async def read(self, paper: Paper, full: Full, *, language: str) -> Summary:
        """Raises SummaryError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What there is to say of a file. `stamped`: the paper of arXiv that it claims to be; it may be another one.

    `why` is the code of what kept a model from it, '' if nothing did.
    """

    paper: Paper
    summary: Summary
    stamped: ArxivId | None = None
    notes: tuple[Note, ...] = ()
    why: str = ""


class Files:
    """`model` None: none is set up; then, and whenever it fails, it is the paper's own sentences."""

    def __init__(self, texts: FullText, *, extractive: Summarizer, model: Reader | None) -> None:
        self._texts = texts
        self._extractive = extractive
        self._model = model
        self._room = asyncio.Semaphore(AT_ONCE)

    async def of(
        self, fetch: Callable[[], Awaitable[bytes]], *, language: str, asks: bool, glimpse: Callable[[Sent], None]
    ) -> Sent:
        """What `fetch` brings. With `asks` the model is asked, once; before it answers, `glimpse` sees what there is.

        Raises NoText, and what `fetch` raises.
        """
        async with self._room:
            full = await self._texts.from_pdf(await fetch())
        paper, rest, source = opened(full)
        own = await asyncio.to_thread(self._own, paper)
        stamped = next(iter(find(full.stamp)), None)
        sent = Sent(paper=paper, summary=replace(own, source=source), stamped=stamped, notes=full.notes, why="no_model")
        if self._model is None:
            return sent
        if not asks:
            return replace(sent, why=NotAllowed.code)
        glimpse(replace(sent, why=""))
        try:
            with about(None, "pdf"):
                summary = await self._model.read(paper, rest, language=language)
        except SummaryError as exc:
            logger.info("no summary of a file from the model: reason=%s", exc.code)
            return replace(sent, why=exc.code)
        return replace(sent, summary=summary, why="")

    def _own(self, paper: Paper) -> Summary:
        return asyncio.run(self._extractive.summarize(paper, language="en"))


def opened(full: Full) -> tuple[Paper, Full, TextSource]:
    """The paper that a file says it is, the text beside its abstract, and what that abstract is: an abstract, or the
    beginning of the text (`pdf`). Raises NoText if there is no text at all. Pure.
    """
    kinds = [section.kind for section in full.sections if section.paragraphs]
    kind = next((each for each in _FIRST if each in kinds), next(iter(kinds), None))
    if kind is None:
        raise NoText("There is no running text in it.", code="no_text")
    at = next(n for n, section in enumerate(full.sections) if section.kind is kind and section.paragraphs)
    section = full.sections[at]
    taken = _beginning(section.paragraphs)
    left = replace(section, paragraphs=section.paragraphs[len(taken) :])
    abstract = " ".join(taken) or " ".join(sentences(section.paragraphs[0][:LONGEST_ABSTRACT])[:-1])
    rest = replace(full, sections=(*full.sections[:at], left, *full.sections[at + 1 :]))
    paper = Paper(id=NAME, title=full.title, authors=(), abstract=abstract)
    return paper, rest, "abstract" if kind is SectionKind.ABSTRACT else "pdf"


def _beginning(paragraphs: Sequence[str]) -> list[str]:
    """As many whole paragraphs as an abstract may have."""
    taken: list[str] = []
    room = LONGEST_ABSTRACT
    for paragraph in paragraphs:
        room -= len(paragraph)
        if room < 0:
            break
        taken.append(paragraph)
    return taken
