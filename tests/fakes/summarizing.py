"""A summarizer as the program makes it, but for clock and sleep, and a paper for it to read."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import openai

from bot.costs.bill import Bill, Call, Spend
from bot.models import Paper, Summary
from bot.summaries.llm import ModelSummarizer
from tests.fakes.openai import KEY, MODEL, FakeOpenAI

NOW = datetime(2026, 5, 18, 12, 0, tzinfo=UTC)
PAPER = Paper(
    id="2501.00001",
    version=2,
    title="FastGraph: Learning over Sparse Graphs",
    authors=("A. Author",),
    abstract=(
        "Graph models are slow on sparse inputs. FastGraph samples edges by their influence on the loss."
        " Training runs 3.5 times faster on the OGB benchmark. Accuracy stays within 0.2% of full training."
        " The sampler needs no tuning across datasets. Code and weights are released."
    ),
)


class Sleeps(list[float]):
    """A sleep that takes no time and remembers."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def summarizer(
    server: FakeOpenAI,
    *,
    sleep: Sleeps | None = None,
    spend: Callable[[], object] = lambda: None,
    pays: Spend | None = None,
    deadline: float = 10,
    key: str = KEY,
    model: str = MODEL,
) -> AsyncIterator[ModelSummarizer]:
    """As the program makes it, but for the clock and the sleep."""

    @asynccontextmanager
    async def spending(call: Call) -> AsyncIterator[Bill]:
        spend()
        yield Bill()

    client = connection(server, key=key, deadline=deadline)
    made = ModelSummarizer(
        client,
        model=model,
        spend=pays or spending,
        timeout=deadline,
        sleep=sleep if sleep is not None else Sleeps(),
        clock=lambda: NOW,
    )
    async with made:
        yield made


def connection(server: FakeOpenAI, *, key: str = KEY, deadline: float = 10) -> openai.AsyncOpenAI:
    """The client as the program makes it; close it when done."""
    return openai.AsyncOpenAI(
        api_key=key,
        base_url=server.base_url,
        max_retries=0,
        timeout=deadline,
        http_client=openai.DefaultAsyncHttpxClient(verify=_trust()),
    )


async def summary(server: FakeOpenAI, *, language: str = "en", **options: object) -> Summary:
    """Of PAPER, by a summarizer that has asked nothing before."""
    async with summarizer(server, **options) as model:  # type: ignore[arg-type] # those of summarizer
        return await model.summarize(PAPER, language=language)


@functools.cache
def _trust() -> ssl.SSLContext:
    """Made once: it reads all certificates of this machine."""
    return ssl.create_default_context()
