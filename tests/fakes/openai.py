"""An OpenAI-compatible server for tests: strict in what it takes, plausible in what it says, faulty on request.

`with FakeOpenAI() as server:` listens on `server.base_url` in a thread of its own; `server.faults` are answered first,
one per call. It takes what OpenAI's chat completions take and refuses what they refuse; `knows` and `refuses` make it
a lesser server, `has_batches` False one without the Batch API.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.fakes import openai_answers as answers
from tests.fakes import openai_questions as questions
from tests.fakes.openai_answers import Fault, Json, error
from tests.fakes.openai_batches import Batches
from tests.fakes.wire import Reply, Request, Server

KEY = "test-key-5f0c1a"
MODEL = "test-model"

_KNOWN = frozenset(
    "frequency_penalty logit_bias logprobs top_logprobs max_completion_tokens max_tokens messages metadata model n "  # noqa: SIM905 - a list of names reads better than its quotes
    "parallel_tool_calls presence_penalty reasoning_effort response_format seed service_tier stop store stream "
    "stream_options temperature tool_choice tools top_p user verbosity".split()
)
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})


@dataclass
class FakeOpenAI:
    """`knows`: which response formats; others are refused with 400, or silently with 500 if `silent`.

    `refuses`: parameters (or the role `system`) it does not take. `key` None: it needs none. `latency` in seconds.
    """

    key: str | None = KEY
    model: str = MODEL
    latency: float = 0.0
    knows: Collection[str] = ("json_schema", "json_object")
    silent: bool = False
    refuses: Collection[str] = ()
    faults: deque[Fault] = field(default_factory=deque)
    has_batches: bool = True

    calls: list[Json] = field(default_factory=list, init=False)
    """The body of every chat completion asked for, refused ones too."""
    running: int = field(default=0, init=False)
    most_at_once: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._server = Server(self._handle)
        self.batches = Batches(answer=self._answer)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def base_url(self) -> str:
        """What OPENAI_BASE_URL should be."""
        return f"http://127.0.0.1:{self._server.port}/v1"

    @property
    def connections(self) -> int:
        """How many were opened."""
        return self._server.connections

    async def _handle(self, request: Request) -> Reply:
        path = request.path.split("?")[0]
        if (refused := self._unauthorized(request)) is not None:
            return refused
        if path == "/v1/models" and request.method == "GET":
            listed = {"id": self.model, "object": "model", "created": 1_760_000_000, "owned_by": "test"}
            return Reply(body=json.dumps({"object": "list", "data": [listed]}).encode())
        if self.has_batches and (reply := self.batches.handle(request)) is not None:
            return reply
        if path != "/v1/chat/completions":
            return error(404, f"Unknown request URL: {request.method} {path}", code="unknown_url")
        if request.method != "POST":
            return error(405, f"Not allowed to {request.method} on {path}", code="method_not_supported")
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            return self._complete(request)
        finally:
            self.running -= 1

    def _unauthorized(self, request: Request) -> Reply | None:
        given = request.headers.get("authorization", "")
        if self.key is None or given == f"Bearer {self.key}":
            return None
        if not given:
            return error(401, "You didn't provide an API key.", code=None)
        shown = given.removeprefix("Bearer ")  # real servers repeat a part of the key
        return error(401, f"Incorrect API key provided: {shown[:8]}***.", code="invalid_api_key")

    def _complete(self, request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith("application/json"):
            return error(415, "Unsupported media type: use application/json.")
        try:
            body = json.loads(request.body)
        except ValueError:
            return error(400, "We could not parse the JSON body of your request.")
        if not isinstance(body, dict):
            return error(400, "The body must be a JSON object.")
        return self._answer(body)

    def _answer(self, body: Json) -> Reply:
        self.calls.append(body)
        for refused in self._objections(body):
            return refused
        good = self._good(body)
        return self.faults.popleft()(good) if self.faults else Reply(body=json.dumps(good).encode())

    def _good(self, body: Json) -> Json:
        said = self._said(body["messages"])
        content = json.dumps(said, ensure_ascii=False)
        if not body.get("response_format"):  # unbound, models chat
            content = f"Sure! Here is the summary:\n```json\n{content}\n```"
        prompt = json.dumps(body["messages"])
        return answers.completion(content, model=self.model, number=len(self.calls), prompt=prompt)

    @staticmethod
    def _said(messages: list[Json]) -> Json:
        if (question := questions.question_of(messages)) is not None:
            return questions.answer(question, messages)
        if questions.is_contrast(messages):
            return questions.contrast(messages)
        title, sentences, language = answers.paper_of(messages)
        said = answers.summary(title, sentences, language, answers.terms_of(messages))
        return answers.deep(said) if answers.is_deep(messages) else said

    def _objections(self, body: Json) -> Iterable[Reply]:
        """Whatever a real server would refuse, in its words."""
        for name in body.keys() - _KNOWN:
            yield error(400, f"Unrecognized request argument supplied: {name}")
        if body.get("model") != self.model:
            yield error(404, f"The model `{body.get('model')}` does not exist", code="model_not_found")
        yield from _message_objections(body.get("messages"))
        if "system" in self.refuses and any(message["role"] == "system" for message in body["messages"]):
            yield error(400, "System role not supported")
        for name in self.refuses:
            if name in body:
                other = " Use 'max_completion_tokens' instead." if name == "max_tokens" else ""
                message = f"Unsupported parameter: '{name}' is not supported with this model.{other}"
                yield error(400, message, code="unsupported_parameter", param=name)
        if {"max_tokens", "max_completion_tokens"} <= body.keys():
            yield error(400, "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
        temperature = body.get("temperature", 1)
        if not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
            yield error(400, "Invalid 'temperature': must be between 0 and 2.", param="temperature")
        yield from self._format_objections(body)

    def _format_objections(self, body: Json) -> Iterable[Reply]:
        form = body.get("response_format")
        if form is None:
            return
        kind = form.get("type") if isinstance(form, dict) else None
        if kind not in self.knows:
            if self.silent:
                yield answers.bare_500({})
            message = f"Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
            yield error(400, message, param="response_format")
        if kind == "json_object":
            if form.keys() != {"type"}:
                yield error(400, "Unknown parameter in 'response_format'.", param="response_format")
            if "json" not in json.dumps(body["messages"]).lower():
                yield error(400, "'messages' must contain the word 'json' in some form.", param="messages")
        if kind == "json_schema":
            named = form.get("json_schema")
            if (
                not isinstance(named, dict)
                or named.keys() != {"name", "strict", "schema"}
                or named["strict"] is not True
            ):
                yield error(400, "Missing required parameter: 'response_format.json_schema'.")
            elif problem := schema_problem(named["schema"]):
                message = f"Invalid schema for response_format '{named['name']}': {problem}"
                yield error(400, message, param="response_format", code=None)


def _message_objections(messages: object) -> Iterable[Reply]:
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) for each in messages):
        yield error(400, "Missing required parameter: 'messages'.", param="messages")
        return
    for number, message in enumerate(messages):
        if message.keys() != {"role", "content"} or message["role"] not in _ROLES:
            yield error(400, f"Invalid value: 'messages[{number}]'.", param=f"messages[{number}].role")
        elif not isinstance(message["content"], str) or not message["content"]:
            yield error(400, f"Invalid 'messages[{number}].content': expected a string.", param="messages")


def schema_problem(schema: object, place: str = "()") -> str | None:
    """Why OpenAI's strict mode would refuse a schema: every object closed, every key required."""
    if not isinstance(schema, dict) or "type" not in schema:
        return f"In context={place}, schema must have a 'type' key."
    inner: list[tuple[object, str]] = []
    if schema["type"] == "object":
        if schema.get("additionalProperties") is not False:
            return f"In context={place}, 'additionalProperties' is required to be supplied and to be false."
        properties = schema.get("properties", {})
        if list(properties) != schema.get("required"):
            return f"In context={place}, 'required' must include every key in properties."
        inner = [(each, f"{place}.{name}") for name, each in properties.items()]
    elif schema["type"] == "array":
        inner = [(schema.get("items"), f"{place}[]")]
    else:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not all(kind in {"string", "integer", "number", "boolean", "null"} for kind in kinds):
            return f"In context={place}, {schema['type']!r} is not a type."
    return next((problem for each, where in inner if (problem := schema_problem(each, where))), None)
