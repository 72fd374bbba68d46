"""Summaries by any OpenAI-compatible model server: one call a paper; a second one if the answer fails its checks."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from bot.models import Depth, Paper, Summary, Usage
from bot.ports import BadAnswer, Clock, Refused, SummaryError, TimedOut, TooLong, Truncated
from bot.settings import Settings
from bot.summaries import answer, checks, prompt
from bot.summaries.completion import Completion
from bot.summaries.endpoint import Endpoint, Sleep, Spend, free, utc_now

if TYPE_CHECKING:
    from openai import AsyncOpenAI

logger = logging.getLogger(__name__)

OPENAI: Final = "https://api.openai.com/v1"


class ModelSummarizer:
    """Port `Summarizer`. Its concurrency is its caller's business; its memory of the server is shared by all calls.

    `timeout` is in seconds, for one HTTP call; a summary takes three times that at most, whatever the server does.
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
    ) -> None:
        self.model = model
        self.prompt_version = prompt.PROMPT_VERSION
        self._client = client
        self._timeout = timeout
        self._endpoint = Endpoint(
            client, model=model, spend=spend, timeout=timeout, max_tokens=max_tokens, sleep=sleep, clock=clock
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def summarize(self, paper: Paper, *, language: str, depth: Depth = "brief") -> Summary:
        """A summary that stands the checks; raises SummaryError."""
        source = prompt.source(paper)
        if not source.sentences:
            raise BadAnswer("This paper has no abstract to summarize.")
        if len(source.text) > prompt.MAX_SOURCE:
            raise TooLong("The abstract is longer than an abstract can be.")
        try:
            async with asyncio.timeout(3 * self._timeout):
                verdict, usage = await self._checked(source, language=language, depth=depth)
        except TimeoutError:
            raise TimedOut("The model did not finish in time. Raise PAPERBOY_MODEL_TIMEOUT.") from None
        dropped = verdict.checks.dropped
        logger.info("summarized: paper=%s model=%s calls=%d dropped=%d", paper.id, self.model, usage.calls, dropped)
        return Summary(
            paper_id=paper.id,
            version=paper.version,
            language=language,
            depth=depth,
            source="abstract",
            method="llm",
            model=self.model,
            headline=verdict.headline,
            tldr=verdict.tldr,
            takeaways=verdict.takeaways,
            title_translation=verdict.title_translation,
            abstract_translation=verdict.abstract_translation,
            checks=verdict.checks,
            usage=usage,
        )

    async def _checked(self, source: prompt.Source, *, language: str, depth: Depth) -> tuple[checks.Verdict, Usage]:
        """Ask; if the answer fails, ask once more, saying what failed. The better of the two, if it will do."""
        messages = prompt.messages(source, language=language, depth=depth)
        schema = prompt.answer_schema(language)
        given, usage = await self._endpoint.ask(messages, schema)
        first = judge(given, source, language=language)
        if not first.wants_retry:
            return first.verdict_or_raise(), usage
        again = [
            *messages,
            {"role": "assistant", "content": given.text[: answer.MAX_TRANSLATION]},
            {"role": "user", "content": prompt.repair(first.problems)},
        ]
        try:
            given, more = await self._endpoint.ask(again, schema)
        except SummaryError:
            if first.verdict is None:
                raise
            return first.verdict, usage
        second = judge(given, source, language=language)
        verdicts = [each.verdict for each in (second, first) if each.verdict is not None]
        if not verdicts:
            logger.info("no summary stood the checks: model=%s problems=%d", self.model, len(second.problems))
        return (max(verdicts, key=lambda each: each.rank) if verdicts else second.verdict_or_raise()), usage + more


def create(settings: Settings, spend: Spend = free, *, depth: Depth = "brief") -> ModelSummarizer:
    """For the server and the model that `settings` name; close it when done."""
    import openai  # noqa: PLC0415 - takes a second to import

    key = settings.openai_api_key
    client = openai.AsyncOpenAI(
        api_key=key.get_secret_value() if key else "none",  # a server that needs no key does not look at it
        base_url=settings.openai_base_url or OPENAI,
        timeout=openai.Timeout(settings.model_timeout, connect=min(10.0, settings.model_timeout)),
        max_retries=0,  # retries are ours: counted, bounded, paid for
    )
    _ = client.chat.completions.with_streaming_response  # imported here, not while the first papers wait
    model = (settings.deep_model or settings.model) if depth == "deep" else settings.model
    return ModelSummarizer(client, model=model, spend=spend, timeout=settings.model_timeout)


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


def judge(given: Completion, source: prompt.Source, *, language: str) -> Judged:
    """What `given` is worth. Pure."""
    try:
        verdict = checks.check(answer.parse(given.text), source, language=language)
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
