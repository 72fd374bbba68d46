"""Every way a model server fails ends in its named error, after bounded calls, without a secret told."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator

import pytest

from bot.models import Paper
from bot.ports import (
    BadAnswer,
    BadKey,
    Filtered,
    NoAbstract,
    RateLimited,
    Refused,
    ServerFailed,
    SummaryError,
    TimedOut,
    TooLong,
    Truncated,
    UnknownModel,
)
from bot.summaries import failures, ladder
from bot.summaries.failures import Failure
from tests.fakes import openai_answers as faults
from tests.fakes.openai import KEY, FakeOpenAI
from tests.fakes.openai_answers import Fault, fails, rate_limited, sends
from tests.fakes.summarizing import NOW, Sleeps, summarizer, summary
from tests.fakes.wire import Reply


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


# ---------------------------------------------------------------- failures by name

FAILURES: dict[str, tuple[list[Fault], type[SummaryError], int]] = {
    "refusal": ([faults.refusal], Refused, 1),
    "declines in words": ([faults.declines], Refused, 1),
    "content filter": ([faults.content_filter], Filtered, 1),
    "filter by code": ([faults.inspection], Filtered, 1),
    "cut twice": ([faults.length] * 2, Truncated, 2),
    "too long": ([faults.context_length], TooLong, 1),
    "413": ([fails(413, "Request too large")], TooLong, 1),
    "401": ([faults.bad_key], BadKey, 1),
    "403": ([fails(403, "Project does not have access", code="forbidden")], BadKey, 1),
    "no model": ([faults.no_model], UnknownModel, 1),
    "404 in plain": ([sends(Reply(status=404, body=b"not found", content_type="text/plain"))], UnknownModel, 1),
    "429 for long": ([rate_limited(retry_after="3600")], RateLimited, 1),
    "429 again and again": ([rate_limited()] * 3, RateLimited, 3),
    "no quota": ([faults.no_quota], RateLimited, 1),
    "503 twice": ([faults.overloaded] * 2, ServerFailed, 2),
    "500 at every form": ([faults.server_error] * 4, ServerFailed, 4),
    "hangs up": ([faults.hangs_up] * 2, ServerFailed, 2),
    "garbage": ([faults.garbage], ServerFailed, 1),
    "html": ([faults.html], ServerFailed, 1),
    "no choices": ([faults.no_choices] * 2, BadAnswer, 2),
    "no content": ([faults.empty_content] * 2, BadAnswer, 2),
    "418": ([fails(418, "I am a teapot")], BadAnswer, 1),
    "200 with an error": (
        [sends(Reply(body=json.dumps({"error": {"code": 429, "message": "quota: add credit"}}).encode()))],
        RateLimited,
        1,
    ),
    "200 without end": ([faults.endless], ServerFailed, 1),
}


@pytest.mark.parametrize(("faulty", "error", "calls"), FAILURES.values(), ids=FAILURES.keys())
async def test_each_failure_ends_in_its_named_error_after_bounded_calls(
    server: FakeOpenAI, faulty: list[Fault], error: type[SummaryError], calls: int
) -> None:
    server.faults.extend(faulty)

    with pytest.raises(SummaryError) as caught:
        await summary(server)

    assert type(caught.value) is error
    assert len(server.calls) == calls
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("fault", [faults.hang, faults.drip], ids=["silence", "a byte at a time"])
async def test_a_server_that_never_finishes_is_left_at_the_deadline(server: FakeOpenAI, fault: Fault) -> None:
    server.faults.append(fault)

    with pytest.raises(TimedOut, match="did not answer in time"):
        await summary(server, deadline=0.2)


async def test_a_summary_has_a_deadline_over_all_its_calls(server: FakeOpenAI) -> None:
    class Slow(Sleeps):
        async def __call__(self, seconds: float) -> None:
            await asyncio.sleep(0.5)

    server.faults.extend([faults.overloaded] * 9)
    with pytest.raises(TimedOut, match="did not finish in time"):
        await summary(server, deadline=0.1, sleep=Slow())


async def test_no_server_at_all_is_a_failed_server() -> None:
    with FakeOpenAI() as gone:
        pass

    with pytest.raises(ServerFailed, match="OPENAI_BASE_URL"):
        await summary(gone)


@pytest.mark.parametrize("fault", [faults.overloaded, faults.hangs_up], ids=["503", "hangs up"])
async def test_a_server_that_stumbles_once_is_asked_again_after_a_moment(server: FakeOpenAI, fault: Fault) -> None:
    server.faults.append(fault)
    sleep = Sleeps()

    made = await summary(server, sleep=sleep)

    assert made.method == "llm"
    assert len(server.calls) == 2
    assert len(sleep) == 1
    assert 0 < sleep[0] <= 1


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry_after": "7"}, 7.0),
        ({"retry_after_ms": "250"}, 0.25),
        ({"retry_after": "Mon, 18 May 2026 12:00:09 GMT"}, 9.0),
        ({"x_ratelimit_reset_requests": "1s", "x_ratelimit_reset_tokens": "2s50ms"}, 2.05),
        ({}, 1.0),
    ],
)
async def test_a_server_that_asks_us_to_wait_is_waited_for(
    server: FakeOpenAI, headers: dict[str, str], waits: float
) -> None:
    server.faults.append(rate_limited(**headers))
    sleep = Sleeps()

    made = await summary(server, sleep=sleep)

    assert made.method == "llm"
    assert list(sleep) == pytest.approx([waits])


async def test_a_long_wait_is_not_waited_but_told(server: FakeOpenAI) -> None:
    server.faults.append(rate_limited(retry_after="120"))
    sleep = Sleeps()

    with pytest.raises(RateLimited) as caught:
        await summary(server, sleep=sleep)

    assert caught.value.after == 120
    assert sleep == []


async def test_a_quota_that_is_used_up_is_told_apart_from_haste(server: FakeOpenAI) -> None:
    server.faults.append(faults.no_quota)

    with pytest.raises(RateLimited, match="quota of the model server is used up"):
        await summary(server)


async def test_an_empty_abstract_costs_no_call(server: FakeOpenAI) -> None:
    async with summarizer(server) as model:
        with pytest.raises(NoAbstract):
            await model.summarize(Paper(id="2501.00001", title="T", authors=(), abstract=" "), language="en")
        with pytest.raises(TooLong):
            await model.summarize(
                Paper(id="2501.00001", title="T", authors=(), abstract="A word. " * 5000), language="en"
            )

    assert server.calls == []


# ---------------------------------------------------------------- secrets


@pytest.mark.parametrize("fault", [*(each[0][0] for each in FAILURES.values()), faults.hang, faults.drip])
async def test_neither_key_nor_paper_is_in_an_error_or_a_log_line(
    server: FakeOpenAI, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    def with_echo(good: dict[str, object]) -> Reply:
        reply = fault(good)
        if reply.status < 400:
            return reply
        body = reply.body.replace(b'"message": "', f'"message": "{KEY} FastGraph samples '.encode())
        return Reply(status=reply.status, body=body, headers=reply.headers, content_type=reply.content_type)

    caplog.set_level(logging.DEBUG)
    server.faults.extend([with_echo] * 8)

    with pytest.raises(SummaryError) as caught:
        await summary(server, deadline=0.3)

    told = caplog.text + "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert KEY not in told
    assert KEY[:8] not in told
    assert "FastGraph" not in told
    assert caught.value.__cause__ is None


async def test_a_wrong_key_is_named_as_the_setting_it_is(server: FakeOpenAI) -> None:
    with pytest.raises(BadKey, match="OPENAI_API_KEY") as caught:
        await summary(server, key="sk-wrong-1234567")

    assert "wrong" not in str(caught.value)


async def test_an_unknown_model_is_named_as_the_setting_it_is(server: FakeOpenAI) -> None:
    with pytest.raises(UnknownModel, match="PAPERBOY_MODEL"):
        await summary(server, model="no-such-model")


def test_a_code_is_repeated_only_if_it_looks_like_one() -> None:
    said = [
        str(failures.error(Failure(status=400, code=code)))
        for code in ("context_length_exceeded", "sk-proj-abcdef", "ab12cd34ef", "a b")
    ]

    assert "(400 context_length_exceeded)" in said[0]
    assert all("(400)" in each for each in said[1:])


# ---------------------------------------------------------------- pure parts


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "Mon, 18 May 2026 11:00:00 GMT"}, 0.0),
        ({"x-ratelimit-reset": "30"}, 30.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}, 60.0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 60) * 1000)}, 60.0),
        ({"x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-tokens": "later"}, None),
    ],
)
def test_every_way_to_ask_for_patience_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.wait(headers, now=NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("status", "message", "error"),
    [
        (400, "the request exceeds the available context size, try increasing it", TooLong),
        (400, "Input length exceeds: please reduce the length of the messages", TooLong),
        (400, "The response was filtered due to the prompt triggering content management policy", Filtered),
        (404, 'model "qwen" not found, try pulling it first', UnknownModel),
        (400, "The model gpt-9 is not supported", UnknownModel),
        (402, "Insufficient credits", RateLimited),
        (408, "timeout", TimedOut),
        (529, "overloaded", ServerFailed),
        (451, "sensitive content", Filtered),
    ],
)
def test_the_words_of_other_providers_are_understood(status: int, message: str, error: type[SummaryError]) -> None:
    failure = failures.failure(status=status, body={"error": {"message": message}}, headers={}, now=NOW)

    assert type(failures.error(failure)) is error


@pytest.mark.parametrize(
    ("status", "message", "changed"),
    [
        (400, "'response_format.type' : value is not one of the allowed values ['json_object']", "rung"),
        (422, "Extra inputs are not permitted: response_format.json_schema", "rung"),
        (500, "grammar: failed to parse", "rung"),
        (501, "", "rung"),
        (
            400,
            "Unsupported value: 'temperature' does not support 0.2. Only the default (1) value is supported.",
            "temperature",
        ),
        (
            400,
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
            "limit_name",
        ),
        (400, "System role not supported", "system"),
        (400, "max_tokens is too large: 3000. This model's maximum context length is 2048. Invalid.", None),
        (400, "bad request", None),
        (503, "response_format unavailable", None),
        (429, "response_format", None),
    ],
)
def test_only_what_the_server_refuses_is_changed(status: int, message: str, changed: str | None) -> None:
    plan = ladder.Plan()
    failure = failures.failure(status=status, body={"error": {"message": message}}, headers={}, now=NOW)
    other = ladder.adapted(plan, failure, proven=status != 501)

    different = other and [name for name in ladder.Plan.__slots__ if getattr(plan, name) != getattr(other, name)]
    assert different == (None if changed is None else [changed])
