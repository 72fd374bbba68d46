"""The test provider refuses what OpenAI refuses of files and batches; a lenient one would prove nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from tests.fakes.openai import MODEL, FakeOpenAI
from tests.fakes.summarizing import connection

GOOD: dict[str, Any] = {
    "custom_id": "a",
    "method": "POST",
    "url": "/v1/chat/completions",
    "body": {"model": MODEL, "messages": [{"role": "user", "content": "Title: T\n[1] A sentence."}]},
}


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


async def upload(client: openai.AsyncOpenAI, *lines: Any, purpose: Any = "batch") -> str:  # noqa: ANN401
    body = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in lines)
    return (await client.files.create(file=("x.jsonl", body), purpose=purpose)).id


async def create(client: openai.AsyncOpenAI, file: str, **given: Any) -> openai.types.Batch:  # noqa: ANN401
    asked: Any = {"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h", **given}
    made: openai.types.Batch = await client.batches.create(**asked)
    return made


async def test_a_batch_goes_its_way_and_its_answers_are_those_of_single_calls(server: FakeOpenAI) -> None:
    async with connection(server) as client:
        made = await create(client, await upload(client, GOOD))
        assert made.status == "validating"
        server.batches.complete()
        found = await client.batches.retrieve(made.id)
        assert (found.status, found.error_file_id) == ("completed", None)
        assert found.output_file_id
        [line] = [json.loads(each) for each in (await client.files.content(found.output_file_id)).text.splitlines()]
        assert line["custom_id"] == "a"
        assert line["response"]["body"]["choices"][0]["finish_reason"] == "stop"
        assert [each.id async for each in client.batches.list()] == [made.id]
        with pytest.raises(openai.BadRequestError):
            await client.batches.cancel(made.id)


@pytest.mark.parametrize("purpose", ["fun", "batch_output", ""])
async def test_a_file_for_another_purpose_is_refused(server: FakeOpenAI, purpose: str) -> None:
    async with connection(server) as client:
        with pytest.raises(openai.BadRequestError):
            await upload(client, GOOD, purpose=purpose)


async def test_a_file_that_is_too_large_is_refused(server: FakeOpenAI) -> None:
    assert server.batches.max_file == 200 * 1024 * 1024
    server.batches.max_file = 50
    async with connection(server) as client:
        with pytest.raises(openai.APIStatusError, match="too large"):
            await upload(client, GOOD)


@pytest.mark.parametrize(
    "given",
    [
        {"endpoint": "/v1/chat"},
        {"completion_window": "1h"},
        {"input_file_id": "file-none"},
        {"metadata": {"k": "x" * 600}},
        {"extra_body": {"priority": 1}},
    ],
)
async def test_a_batch_in_a_wrong_form_is_refused(server: FakeOpenAI, given: dict[str, Any]) -> None:
    async with connection(server) as client:
        file = await upload(client, GOOD)
        with pytest.raises(openai.APIStatusError):
            await create(client, file, **given)


async def test_a_batch_of_a_file_that_was_not_meant_for_one_is_refused(server: FakeOpenAI) -> None:
    async with connection(server) as client:
        file = await upload(client, GOOD, purpose="user_data")
        with pytest.raises(openai.BadRequestError):
            await create(client, file)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([GOOD, GOOD], "duplicate_custom_id"),
        ([{**GOOD, "custom_id": ""}], "duplicate_custom_id"),
        ([GOOD, b"{"], "invalid_json_line"),
        ([{**GOOD, "url": "/v1/embeddings"}], "mismatched_endpoint"),
        ([{**GOOD, "method": "GET"}], "mismatched_endpoint"),
        ([{"custom_id": "a"}], "missing_required_parameter"),
        ([GOOD, {**GOOD, "custom_id": "b", "body": {**GOOD["body"], "model": "other"}}], "mismatched_model"),
    ],
)
async def test_an_input_that_is_wrong_fails_as_a_whole(server: FakeOpenAI, lines: list[Any], code: str) -> None:
    async with connection(server) as client:
        made = await create(client, await upload(client, *lines))
        assert server.batches.begin() == "failed"
        found = await client.batches.retrieve(made.id)
        assert found.errors
        assert found.errors.data
        assert code in [each.code for each in found.errors.data]
