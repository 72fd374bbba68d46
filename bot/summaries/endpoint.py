"""One model behind one OpenAI-compatible server: a question in, a complete answer out, in as few calls as it allows."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from bot.costs.bill import Bill, Call, Spend, tokens
from bot.models import Usage
from bot.ports import Clock, Filtered, Refused, ServerFailed, Truncated
from bot.summaries import completion, failures, ladder
from bot.summaries.completion import Completion
from bot.summaries.failures import Failure
from bot.summaries.prompt import JsonSchema, Message
from bot.summaries.transport import fetched

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

    # The ladder builds the parameters, of which the client knows a hundred forms.
    _Create: TypeAlias = Callable[..., AbstractAsyncContextManager[AsyncAPIResponse[object]]]

logger = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]

MAX_CALLS: Final = 8
"""HTTP calls one question may cost while a server's abilities are found out; afterwards it is one."""

MAX_BODY: Final = 2_000_000
"""Bytes of one answer; a summary has some thousands."""

PATIENCE: Final = 20.0
"""Seconds we wait if a server asks for it, at most twice."""


@asynccontextmanager
async def free(call: Call) -> AsyncIterator[Bill]:
    """No budget: every call may be made."""
    yield Bill()


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


class Endpoint:
    """What the server turned out to know is remembered, so that later questions take one call each.

    `timeout` is in seconds, for one call from first to last byte. `max_tokens` is raised once if an answer needs it.
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
        self._client = client
        self._model = model
        self._spend = spend
        self._timeout = timeout
        self._sleep = sleep
        self._clock = clock
        self._plan = ladder.Plan(limit=max_tokens)
        self._proven = False

    @property
    def proven(self) -> bool:
        """Whether the server has answered a question of the form we ask now."""
        return self._proven

    def request(self, messages: Sequence[Message], schema: JsonSchema) -> tuple[Mapping[str, object], Call]:
        """The body of the call that asks this, as far as we know what the server knows, and what it may cost."""
        parameters = ladder.parameters(self._plan, messages, schema)
        return {"model": self._model, **parameters}, self._call(parameters, self._plan)

    def _call(self, parameters: Mapping[str, object], plan: ladder.Plan) -> Call:
        prompt = tokens(json.dumps(parameters, ensure_ascii=False))
        return Call(model=self._model, prompt_tokens=prompt, completion_tokens=plan.limit)

    async def ask(self, messages: Sequence[Message], schema: JsonSchema) -> tuple[Completion, Usage]:
        """A complete answer and what it cost over all calls; raises SummaryError."""
        plan, usage = self._plan, Usage()
        waited = failed = cut = 0
        for _ in range(MAX_CALLS):
            parameters = ladder.parameters(plan, messages, schema)
            call = self._call(parameters, plan)
            async with self._spend(call) as bill:
                found = await self._post(parameters)
                _fill(bill, found, call.prompt_tokens)
            usage += Usage(calls=1)
            if isinstance(found, Completion):
                usage += found.usage
                if is_whole(found):
                    self._learn(plan)
                    return found, usage
                if cut:
                    raise Truncated("The model's answer is longer than it may be.")
                cut += 1
                plan = replace(plan, limit=3 * plan.limit)
            elif other := ladder.adapted(plan, found, proven=self._proven and plan.rung == self._plan.rung):
                logger.info("model server takes no %s: status=%s", ladder.difference(plan, other), found.status)
                plan = other
            elif found.status == 429 and waited < 2 and not failures.has_no_quota(found):
                waited += 1
                after = found.after if found.after is not None else float(waited)
                if after > PATIENCE:
                    raise failures.error(found)
                await self._sleep(after)
            elif failures.is_passing(found) and not failed:
                failed += 1
                await self._sleep(0.5 + random.random() / 2)  # noqa: S311 - spreads callers out, hides nothing
            else:
                raise failures.error(found)
        raise ServerFailed("The model server takes no form of request we know.")

    def _learn(self, plan: ladder.Plan) -> None:
        """Remember a form that worked; one that has worked before is not given up for a lower one."""
        if self._proven and plan.rung > self._plan.rung:
            plan = replace(plan, rung=self._plan.rung)
        self._plan, self._proven = plan, True

    async def _post(self, parameters: Mapping[str, object]) -> Completion | Failure:
        """One HTTP call."""
        create = cast("_Create", self._client.chat.completions.with_streaming_response.create)
        opening = create(model=self._model, **parameters)
        body = await fetched(opening, seconds=self._timeout, most=MAX_BODY, clock=self._clock)
        return body if isinstance(body, Failure) else completion.read(body, now=self._clock())


def _fill(bill: Bill, found: Completion | Failure, prompt: int) -> None:
    """What a call was, as far as we know: an error costs nothing, and what was cut off on its way may cost all."""
    if isinstance(found, Failure):
        if found.kind in {"status", "foreign"} or not found.arrived:
            bill.free()
        return
    bill.usage, bill.measured = used(found, prompt)


def used(found: Completion, prompt: int) -> tuple[Usage, bool]:
    """What an answer to a question of `prompt` tokens used, and whether the server itself counted."""
    if found.usage.prompt_tokens > 0:
        return found.usage, True
    return Usage(prompt_tokens=prompt, completion_tokens=tokens(found.text)), False


def is_whole(found: Completion) -> bool:
    """Whether the answer was not cut; raises Filtered or Refused if there is none."""
    if found.finish == "content_filter":
        raise Filtered("The provider's content filter stopped this paper.")
    if found.refusal:
        raise Refused("The model declined to summarize this paper.")
    return found.finish != "length"
