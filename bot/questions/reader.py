"""A model that reads a paper for one question, or two papers for a comparison: one call; a second one if it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from bot.glossary.terms import NOTHING, Found
from bot.ports import BadAnswer, Refused, SummaryError, TimedOut, Truncated
from bot.questions import checks, prompt
from bot.questions.answers import Answered, Compared, Outcome, Side
from bot.questions.passages import Excerpt
from bot.summaries.answer import MAX_TRANSLATION, Unreadable
from bot.summaries.prompt import JsonSchema, Message, repair

if TYPE_CHECKING:
    from bot.summaries.endpoint import Endpoint
    from bot.summaries.llm import Glossaries

logger = logging.getLogger(__name__)


class _Judged(Protocol):
    @property
    def problems(self) -> tuple[str, ...]: ...


J = TypeVar("J", bound=_Judged)
_Rank: TypeAlias = Callable[[J], tuple[int, ...]]


class Reader:
    """Asks one model through `endpoint`. `timeout` is in seconds, for one call; an answer takes thrice that at most."""

    def __init__(self, endpoint: Endpoint, *, glossaries: Glossaries, timeout: float) -> None:
        self._endpoint = endpoint
        self._glossaries = glossaries
        self._timeout = timeout

    async def answer(self, read: Excerpt, question: str, *, language: str) -> Answered:
        """What the model found that stands the checks. Raises SummaryError."""
        terms = self._terms(read.source.text, language)
        made = await self._checked(
            prompt.messages(read.source, question, language=language, terms=terms),
            prompt.answer_schema(language),
            lambda text: checks.check(text, read, language=language, terms=terms),
            lambda judged: (len(judged.statements), judged.silent),
        )
        outcome: Outcome = "answered" if made.statements else "silent" if made.silent else "unproven"
        logger.info("a question: outcome=%s statements=%d dropped=%d", outcome, len(made.statements), made.dropped)
        return Answered(
            outcome=outcome,
            source=read.source.origin,
            language=language,
            statements=made.statements,
        )

    async def contrast(self, first: Excerpt, second: Excerpt, *, language: str) -> Compared:
        """Two papers side by side. Raises SummaryError, if what stands sets nothing side by side too."""
        terms = self._terms(f"{first.source.text}\n{second.source.text}", language)
        made = await self._checked(
            prompt.contrast_messages(first.source, second.source, language=language, terms=terms),
            prompt.contrast_schema(language),
            lambda text: checks.check_contrast(text, first, second, language=language, terms=terms),
            lambda judged: (judged.will_do, judged.count),
        )
        logger.info("a comparison: statements=%d dropped=%d", made.count, made.dropped)
        if not made.will_do:
            raise BadAnswer("The model's comparison does not stand the checks against the papers.")
        return Compared(
            first=Side(source=first.source.origin, aspects=made.first),
            second=Side(source=second.source.origin, aspects=made.second),
            shared=made.shared,
            language=language,
        )

    def _terms(self, text: str, language: str) -> Found:
        glossary = self._glossaries(language)
        return glossary.found(text) if glossary else NOTHING

    async def _checked(
        self, messages: list[Message], schema: JsonSchema, judge: Callable[[str], J], rank: _Rank[J]
    ) -> J:
        """Ask; if something fails, ask once more, saying what. The better of the two."""
        try:
            async with asyncio.timeout(3 * self._timeout):
                return await self._twice(messages, schema, judge, rank)
        except TimeoutError:
            raise TimedOut("The model did not finish in time. Raise PAPERBOY_MODEL_TIMEOUT.") from None

    async def _twice(self, messages: list[Message], schema: JsonSchema, judge: Callable[[str], J], rank: _Rank[J]) -> J:
        first, text, failure = await self._once(messages, schema, judge)
        problems = first.problems if first is not None else ("answer: it cannot be read",)
        if first is not None and not problems:
            return first
        again = [
            *messages,
            {"role": "assistant", "content": text[:MAX_TRANSLATION] or "…"},
            {"role": "user", "content": repair(problems)},
        ]
        try:
            second, _, failure = await self._once(again, schema, judge)
        except SummaryError:
            if first is None:
                raise
            return first
        found = [each for each in (second, first) if each is not None]
        if not found:
            raise failure or BadAnswer("The model's answer cannot be read.")
        return max(found, key=rank)

    async def _once(
        self, messages: list[Message], schema: JsonSchema, judge: Callable[[str], J]
    ) -> tuple[J | None, str, SummaryError | None]:
        """One answer, judged off the loop; its text, and what it means if it cannot be read. Raises SummaryError."""
        given, _ = await self._endpoint.ask(messages, schema)
        try:
            return await asyncio.to_thread(judge, given.text), given.text, None
        except Unreadable as exc:
            if exc.declined:
                raise Refused("The model declined to answer.") from None
            cut = Truncated("The model's answer stops in the middle.")
            return None, given.text, cut if exc.cut else BadAnswer("The model's answer cannot be read.")
