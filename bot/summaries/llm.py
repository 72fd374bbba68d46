"""Summaries by any OpenAI-compatible model server: one call a paper; a second one if the answer fails its checks."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from bot.costs.bill import Call, Spend
from bot.full import Full
from bot.glossary.reading import additions, merged, shipped
from bot.glossary.terms import NOTHING, Found, Glossary
from bot.models import Depth, Note, Paper, Summary, Usage
from bot.ports import (
    WRITING,
    BadAnswer,
    Clock,
    FullText,
    NoAbstract,
    Progress,
    Refused,
    SourceError,
    SummaryError,
    TimedOut,
    TooLong,
    Truncated,
    no_progress,
)
from bot.settings import Settings
from bot.summaries import answer, checks, prompt
from bot.summaries.completion import Completion
from bot.summaries.deep import deep_source
from bot.summaries.endpoint import Endpoint, Sleep, free, is_whole, utc_now

if TYPE_CHECKING:
    from openai import AsyncOpenAI

logger = logging.getLogger(__name__)

OPENAI: Final = "https://api.openai.com/v1"

Glossaries = Callable[[str], Glossary | None]
"""The glossary for a language (BCP 47), if there is one."""


class ModelSummarizer:
    """Port `Summarizer`. Its concurrency is its caller's business; its memory of the server is shared by all calls.

    `timeout` is in seconds, for one HTTP call; a summary takes three times that at most, whatever the server does.
    `edition` names what was added to the glossaries: summaries made with another one are other summaries.
    Deep summaries are made from what `texts` has of a paper, else from its abstract.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        model: str,
        spend: Spend = free,
        timeout: float = 60,
        max_tokens: int = 3000,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = utc_now,
        glossaries: Glossaries = shipped,
        edition: str = "",
        texts: FullText | None = None,
    ) -> None:
        self.model = model
        self.prompt_version = f"{prompt.PROMPT_VERSION}+{edition}" if edition else prompt.PROMPT_VERSION
        self._glossaries = glossaries
        self._texts = texts
        self._client = client
        self._timeout = timeout
        self._endpoint = Endpoint(
            client, model=model, spend=spend, timeout=timeout, max_tokens=max_tokens, sleep=sleep, clock=clock
        )

    @property
    def endpoint(self) -> Endpoint:
        """The server, for whoever asks it something else: what it knows is found out once."""
        return self._endpoint

    @property
    def glossaries(self) -> Glossaries:
        """What its answers are held to."""
        return self._glossaries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    @property
    def proven(self) -> bool:
        """Whether the server has answered before, so that the form of our questions is one it knows."""
        return self._endpoint.proven

    def request(
        self, source: prompt.Source, *, language: str, depth: Depth = "brief"
    ) -> tuple[Mapping[str, object], Call]:
        """The body of the call that `summarize` makes first, and what it may cost; raises SummaryError."""
        asked = self._about(source, language=language, depth=depth)
        return self._endpoint.request(asked.messages, asked.schema)

    async def finish(
        self,
        paper: Paper,
        source: prompt.Source,
        given: Completion,
        *,
        language: str,
        depth: Depth = "brief",
        progress: Progress = no_progress,
    ) -> Summary:
        """What `summarize` makes of `given`, an answer to `request` that somebody else fetched."""
        asked = self._about(source, language=language, depth=depth)
        return await self._written(asked, paper, depth=depth, progress=progress, given=given)

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        """A summary that stands the checks; raises SummaryError."""
        source = await self.source(paper, depth=depth, progress=progress)
        asked = self._about(source, language=language, depth=depth)
        return await self._written(asked, paper, depth=depth, progress=progress)

    async def read(self, paper: Paper, full: Full, *, language: str, progress: Progress = no_progress) -> Summary:
        """In depth, of a paper whose text is at hand; `paper` has what else is known of it. As `summarize`."""
        source = await asyncio.to_thread(deep_source, paper, full)
        asked = self._about(source, language=language, depth="deep")
        return await self._written(asked, paper, depth="deep", progress=progress)

    async def _written(
        self, asked: _Question, paper: Paper, *, depth: Depth, progress: Progress, given: Completion | None = None
    ) -> Summary:
        progress(WRITING, 0, 0)
        try:
            async with asyncio.timeout(3 * self._timeout):
                verdict, usage = await self._checked(asked, given)
        except TimeoutError:
            raise TimedOut("The model did not finish in time. Raise PAPERBOY_MODEL_TIMEOUT.") from None
        dropped = verdict.checks.dropped
        logger.info("summarized: paper=%s model=%s calls=%d dropped=%d", paper.id, self.model, usage.calls, dropped)
        return Summary(
            paper_id=paper.id,
            version=paper.version,
            language=asked.language,
            depth=depth,
            source=asked.source.origin,
            method="llm",
            model=self.model,
            headline=verdict.headline,
            tldr=verdict.tldr,
            takeaways=verdict.takeaways,
            parts=verdict.parts,
            title_translation=verdict.title_translation,
            abstract_translation=verdict.abstract_translation,
            checks=verdict.checks,
            usage=usage,
            notes=asked.source.notes,
        )

    def _about(self, source: prompt.Source, *, language: str, depth: Depth) -> _Question:
        if not source.sentences:
            raise NoAbstract("This paper has no abstract to summarize.")
        if sum(map(len, source.abstract)) + len(source.title) > prompt.MAX_SOURCE:
            raise TooLong("The abstract is longer than an abstract can be.")
        glossary = self._glossaries(language)
        terms = glossary.found(source.text) if glossary else NOTHING
        return _Question(
            source=source,
            language=language,
            terms=terms,
            messages=prompt.messages(source, language=language, depth=depth, terms=terms),
            schema=prompt.answer_schema(language, depth=depth),
        )

    async def source(self, paper: Paper, *, depth: Depth, progress: Progress = no_progress) -> prompt.Source:
        """What is read: in depth the paper's text if it can be had; the abstract is better than nothing."""
        if depth == "brief":
            return prompt.source(paper)
        if self._texts is None:
            return prompt.source(paper)
        try:
            full = await self._texts.of(paper, progress=progress)
        except SourceError as exc:
            logger.info("deep summary from the abstract: paper=%s reason=%s", paper.id, exc.code)
            said = Note("text_abstract", {"id": paper.id, "reason": exc.code})
            return replace(prompt.source(paper), notes=(said,))
        return replace(deep_source(paper, full), notes=full.notes)

    async def _checked(self, asked: _Question, given: Completion | None) -> tuple[checks.Verdict, Usage]:
        """Ask; if the answer fails, ask once more, saying what failed. The better of the two, if it will do."""
        if given is not None and is_whole(given):
            usage = given.usage + Usage(calls=1)
        else:
            given, usage = await self._endpoint.ask(asked.messages, asked.schema)
        first = await _judged(given, asked)
        if not first.wants_retry:
            return first.verdict_or_raise(), usage
        again = [
            *asked.messages,
            {"role": "assistant", "content": given.text[: answer.MAX_TRANSLATION]},
            {"role": "user", "content": prompt.repair(first.problems)},
        ]
        try:
            given, more = await self._endpoint.ask(again, asked.schema)
        except SummaryError:
            if first.verdict is None:
                raise
            return first.verdict, usage
        second = await _judged(given, asked)
        verdicts = [each.verdict for each in (second, first) if each.verdict is not None]
        if not verdicts:
            logger.info("no summary stood the checks: model=%s problems=%d", self.model, len(second.problems))
        return (max(verdicts, key=lambda each: each.rank) if verdicts else second.verdict_or_raise()), usage + more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked about one paper, and how."""

    source: prompt.Source
    language: str
    terms: Found
    messages: Sequence[prompt.Message]
    schema: prompt.JsonSchema


def client(settings: Settings) -> AsyncOpenAI:
    """For the server that `settings` name; close it when done."""
    import openai  # noqa: PLC0415 - takes a second to import

    key = settings.openai_api_key
    return openai.AsyncOpenAI(
        api_key=key.get_secret_value() if key else "none",  # a server that needs no key does not look at it
        base_url=settings.openai_base_url or OPENAI,
        timeout=openai.Timeout(settings.model_timeout, connect=min(10.0, settings.model_timeout)),
        max_retries=0,  # retries are ours: counted, bounded, paid for
    )


def create(
    settings: Settings, spend: Spend = free, *, depth: Depth = "brief", texts: FullText | None = None
) -> ModelSummarizer:
    """For the server and the model that `settings` name; close it when done. Raises GlossaryError."""
    added = additions(settings.glossary) if settings.glossary else {}
    edition = hashlib.sha256(repr(sorted(added.items())).encode()).hexdigest()[:8] if added else ""
    asking = client(settings)
    _ = asking.chat.completions.with_streaming_response  # imported here, not while the first papers wait
    model = (settings.deep_model or settings.model) if depth == "deep" else settings.model
    return ModelSummarizer(
        asking,
        model=model,
        spend=spend,
        timeout=settings.model_timeout,
        glossaries=lambda language: merged(language, added),
        edition=edition,
        texts=texts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One answer, judged: a verdict that will do, or the error it would end in."""

    problems: tuple[str, ...]
    wants_retry: bool
    verdict: checks.Verdict | None = None
    error: SummaryError | None = None

    def verdict_or_raise(self) -> checks.Verdict:
        """The verdict, or the error raised."""
        if self.verdict is None:
            raise self.error or BadAnswer("The model's summary does not stand the checks against the paper.")
        return self.verdict


async def _judged(given: Completion, asked: _Question) -> Judged:
    """What `given` is worth; a whole paper takes a while to look things up in, so not on the loop."""
    if not asked.source.sections:
        return judge(given, asked.source, language=asked.language, terms=asked.terms)
    return await asyncio.to_thread(judge, given, asked.source, language=asked.language, terms=asked.terms)


def judge(given: Completion, source: prompt.Source, *, language: str, terms: Found = NOTHING) -> Judged:
    """What `given` is worth. Pure."""
    try:
        verdict = checks.check(answer.parse(given.text), source, language=language, terms=terms)
    except answer.Unreadable as exc:
        if exc.declined:
            error: SummaryError = Refused("The model declined to summarize this paper.")
        elif exc.cut:
            error = Truncated("The model's answer stops in the middle.")
        else:
            error = BadAnswer("The model's answer cannot be read as a summary.")
        return Judged(problems=(f"answer: {exc}",), wants_retry=not exc.declined, error=error)
    return Judged(
        problems=verdict.problems, wants_retry=verdict.wants_retry, verdict=verdict if verdict.will_do else None
    )
