"""Answers about papers: from the model, once for all who ask the same within minutes, or else the paper's own passages.

What was asked is kept in memory alone, as a hash beside its answer, and for minutes.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from bot.costs.cause import about
from bot.full import Full
from bot.glossary.terms import Glossary
from bot.models import Note, Paper, Takeaway
from bot.ports import Clock, FullText, NoAbstract, NotAllowed, SourceError, SummaryError
from bot.questions.answers import Answered, Compared
from bot.questions.passages import everything, excerpt, of_two, telling
from bot.questions.prompt import bounded
from bot.questions.reader import Reader
from bot.questions.recently import Recently
from bot.questions.words import Wanted, wanted

logger = logging.getLogger(__name__)

NO_MODEL: Final = "no_model"
"""Why no model answered where none is set up; else it is the code of a SummaryError."""


class Questions:
    """Port `Asking`. `reader` None: no model is set up. At most `concurrency` of its calls at a time."""

    def __init__(
        self,
        *,
        texts: FullText,
        reader: Reader | None,
        clock: Clock,
        concurrency: int,
        glossaries: Callable[[str], Glossary | None],
    ) -> None:
        self._texts = texts
        self._reader = reader
        self._glossaries = glossaries
        self._room = asyncio.Semaphore(concurrency)
        self._answers: Recently[Answered] = Recently(clock)
        self._contrasts: Recently[Compared] = Recently(clock)

    async def ask(self, paper: Paper, question: str, *, language: str, asks: bool = True) -> Answered:
        """What `paper` says; without `asks`, or where the model fails, its passages nearest to the question."""
        full, notes = await self._text(paper)
        question = bounded(question)
        words = await asyncio.to_thread(self._wanted, question, language)

        async def answer(reader: Reader) -> Answered:
            read = await asyncio.to_thread(excerpt, paper, full, words)
            if not read.source.sentences:
                raise NoAbstract("This paper has no text to answer from.")
            async with self._room:
                with about(paper.id, "ask"):
                    return await reader.answer(read, question, language=language)

        reader, why = self._reader, self._why(asks=asks)
        if reader is not None and asks:
            try:
                made = await self._answers.get(_key(question.casefold(), language, paper), partial(answer, reader))
            except SummaryError as exc:
                logger.info("no answer from the model: paper=%s reason=%s", paper.id, exc.code)
                why = exc.code
            else:
                shown = await self._passages(paper, full, words) if made.outcome == "unproven" else ()
                return replace(made, passages=shown, notes=notes)
        passages = await self._passages(paper, full, words)
        source = full.source if full else "abstract"
        return Answered(outcome="passages", source=source, language=language, passages=passages, why=why, notes=notes)

    async def compare(self, first: Paper, second: Paper, *, language: str, asks: bool = True) -> Compared | str:
        """Both papers by every aspect; or the code of why there is nothing that stands."""
        reader = self._reader
        if reader is None or not asks:
            return self._why(asks=asks)
        (full, notes), (other, others) = await asyncio.gather(self._text(first), self._text(second))

        async def contrast() -> Compared:
            read = await asyncio.to_thread(of_two, (first, full), (second, other))
            if not all(each.source.sentences for each in read):
                raise NoAbstract("One of these papers has no text to compare.")
            async with self._room:
                with about(first.id, "compare"):
                    return await reader.contrast(*read, language=language)

        try:
            made = await self._contrasts.get(_key("", language, first, second), contrast)
        except SummaryError as exc:
            logger.info("no comparison from the model: papers=%s,%s reason=%s", first.id, second.id, exc.code)
            return exc.code
        return replace(made, first=replace(made.first, notes=notes), second=replace(made.second, notes=others))

    def _why(self, *, asks: bool) -> str:
        return NO_MODEL if self._reader is None else "" if asks else NotAllowed.code

    def _wanted(self, question: str, language: str) -> Wanted:
        return wanted(question, self._glossaries(language))

    async def _text(self, paper: Paper) -> tuple[Full | None, tuple[Note, ...]]:
        """The paper's text if it can be had, else a note on why its abstract has to do."""
        try:
            full = await self._texts.of(paper)
        except SourceError as exc:
            logger.info("a question to the abstract: paper=%s reason=%s", paper.id, exc.code)
            return None, (Note("text_abstract", {"id": paper.id, "reason": exc.code}),)
        return full, tuple(note for note in full.notes if note.key == "text_cut")

    async def _passages(self, paper: Paper, full: Full | None, words: Wanted) -> tuple[Takeaway, ...]:
        return await asyncio.to_thread(_nearest, paper, full, words)


def _nearest(paper: Paper, full: Full | None, words: Wanted) -> tuple[Takeaway, ...]:
    """The passages to show as they are: statement and evidence are one."""
    whole = everything(paper, full)
    shown = ((whole.shown([index]), whole.sections([index])) for index in telling(whole, words))
    return tuple(Takeaway(passage, passage, section) for passage, section in shown)


def _key(question: str, language: str, *papers: Paper) -> str:
    """What makes two questions the same: no question can be read from it."""
    parts = (question, language, *(part for each in papers for part in (each.versioned_id, each.abstract)))
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
