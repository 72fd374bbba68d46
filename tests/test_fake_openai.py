"""The test server refuses what a real one refuses; a lenient one would prove nothing."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.summaries.prompt import answer_schema
from tests.fakes.openai import KEY, MODEL, FakeOpenAI, schema_problem

HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
GOOD: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Title: T\n[1] A sentence."}]}


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


def ask(
    server: FakeOpenAI,
    body: object,
    *,
    headers: dict[str, str] = HEADERS,
    path: str = "/v1/chat/completions",
    method: str = "POST",
) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    connection = HTTPConnection(str(urlsplit(server.base_url).netloc), timeout=10)
    try:
        connection.request(method, path, body if isinstance(body, bytes) else json.dumps(body), headers)
        answer: HTTPResponse = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_good_question_gets_an_answer_in_the_real_shape(server: FakeOpenAI) -> None:
    status, answer = ask(server, GOOD)

    assert status == 200
    assert answer.keys() == {"id", "object", "created", "model", "choices", "usage"}
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["choices"][0]["message"]["role"] == "assistant"
    assert answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"]


def test_its_models_are_listed(server: FakeOpenAI) -> None:
    status, answer = ask(server, b"", path="/v1/models", method="GET")

    assert (status, [each["id"] for each in answer["data"]]) == (200, [MODEL])


def _schema(**changes: object) -> dict[str, object]:
    return {
        "type": "json_schema",
        "json_schema": {"name": "s", "strict": True, "schema": answer_schema("en"), **changes},
    }


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"model": "other"}, 404),
        ({"messages": []}, 400),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400),
        ({"messages": [{"role": "user", "content": ""}]}, 400),
        ({"messages": [{"role": "user", "content": "x", "extra": 1}]}, 400),
        ({"temperature": 3}, 400),
        ({"made_up": 1}, 400),
        ({"max_tokens": 5, "max_completion_tokens": 5}, 400),
        ({"response_format": {"type": "json_object"}}, 400),
        ({"response_format": {"type": "yaml"}}, 400),
        ({"response_format": _schema(strict=False)}, 400),
        ({"response_format": _schema(schema={"type": "object", "properties": {}, "required": []})}, 400),
        ({"response_format": _schema()}, 200),
    ],
)
def test_what_openai_refuses_is_refused_in_its_shape(
    server: FakeOpenAI, changes: dict[str, object], status: int
) -> None:
    found, answer = ask(server, {**GOOD, **changes})

    assert found == status
    if status >= 400:
        assert answer["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 401),
        ({**HEADERS, "Authorization": "Bearer other"}, 401),
        ({**HEADERS, "Content-Type": "text/plain"}, 415),
    ],
)
def test_who_asks_and_how_is_looked_at(server: FakeOpenAI, headers: dict[str, str], status: int) -> None:
    assert ask(server, GOOD, headers=headers)[0] == status


def test_a_body_that_is_no_json_is_refused(server: FakeOpenAI) -> None:
    assert ask(server, b"{")[0] == 400


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "string"}, None),
        ({}, "must have a 'type' key"),
        ({"type": ["string", "null"]}, None),
        ({"type": "text"}, "is not a type"),
        ({"type": "array", "items": {"type": "object", "properties": {}, "required": []}}, "additionalProperties"),
        (
            {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}, "required": []},
            "must include every key",
        ),
    ],
)
def test_a_schema_that_strict_mode_would_not_take_is_named(schema: object, said: str | None) -> None:
    problem = schema_problem(schema)

    assert (problem is None) if said is None else (problem is not None and said in problem)


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /v1/models HTTP/1.0\r\nHost: x\r\n\r\n",
        b"GET /v1/models HTTP/1.1\r\n\r\n",
        b"POST /v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET /v1 HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 40_000 + b"\r\n\r\n",
    ],
    ids=["1.0", "no host", "chunked", "length", "header", "long"],
)
def test_what_is_not_http_is_refused(server: FakeOpenAI, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(server.base_url).port or 0), timeout=10) as connection:
        connection.sendall(sent)

        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
