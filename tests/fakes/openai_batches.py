"""OpenAI's files and batches for tests: refuses what they refuse; time passes in it when a test says so.

A batch goes `validating` → `in_progress` → `finalizing` → `completed`; or `failed`, `expired`, `cancelling` →
`cancelled`. `run` answers as the server answers a single call, faults included.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.openai_answers import Json, error
from tests.fakes.wire import Reply, Request

ENDPOINTS = frozenset({"/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/responses", "/v1/moderations"})
PURPOSES = frozenset({"assistants", "batch", "fine-tune", "vision", "user_data", "evals"})
MAX_FILE = 200 * 1024 * 1024
MAX_REQUESTS = 50_000

_OVER = frozenset({"failed", "completed", "expired", "cancelled"})


@dataclass
class File:
    """One that was uploaded, or made."""

    purpose: str
    body: bytes


@dataclass
class Batches:
    """`answer` is what a single call is answered with. `faults` are answered first, whatever is asked."""

    answer: Callable[[Json], Reply]
    max_file: int = MAX_FILE
    faults: list[tuple[str, Reply]] = field(default_factory=list)
    """(how method and path begin, what is answered instead); each once."""
    lost: list[str] = field(default_factory=list)
    """How method and path begin of what is done, and its answer lost on the way; each once."""

    files: dict[str, File] = field(default_factory=dict)
    all: dict[str, Json] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Method and path of every request."""

    _ran: dict[str, list[Json]] = field(default_factory=dict)

    # ------------------------------------------------------------ HTTP

    def handle(self, request: Request) -> Reply | None:
        """None: that is no address of files or batches."""
        parts = urlsplit(request.path)
        words = parts.path.removeprefix("/v1/").split("/")
        if words[0] not in {"files", "batches"}:
            return None
        named = f"{request.method} {parts.path}"
        self.asked.append(named)
        for place, (begins, reply) in enumerate(self.faults):
            if named.startswith(begins):
                del self.faults[place]
                return reply
        reply = self._file(request, words) if words[0] == "files" else self._batch(request, words, parts.query)
        for begins in self.lost:
            if named.startswith(begins):
                self.lost.remove(begins)
                return Reply(status=502, body=b"<html>", content_type="text/html")
        return reply

    def _file(self, request: Request, words: list[str]) -> Reply:
        match request.method, words:
            case "POST", ["files"]:
                return self._upload(request)
            case "GET", ["files", id_, "content"]:
                return self._content(id_)
            case "DELETE", ["files", id_]:
                return self._delete(id_)
        return error(404, f"Unknown request URL: {request.method} {request.path}", code="unknown_url")

    def _batch(self, request: Request, words: list[str], query: str) -> Reply:
        match request.method, words:
            case "POST", ["batches"]:
                return self._create(request)
            case "GET", ["batches"]:
                return self._list(parse_qs(query))
            case "GET", ["batches", id_]:
                return self._named(id_)
            case "POST", ["batches", id_, "cancel"]:
                return self._cancel(id_)
        return error(404, f"Unknown request URL: {request.method} {request.path}", code="unknown_url")

    def _upload(self, request: Request) -> Reply:
        given = _form(request)
        if given is None:
            return error(400, "Could not parse multipart form")
        purpose, file = given.get("purpose", b"").decode(), given.get("file")
        if purpose not in PURPOSES:
            return error(400, f"'{purpose}' is not one of {sorted(PURPOSES)} - 'purpose'")
        if file is None or not file:
            return error(400, "'file' is a required property")
        if len(file) > self.max_file:
            return error(413, f"File is too large. Maximum size is {self.max_file} bytes.")
        return _json(self._file_said(self._kept(purpose, file)))

    def _kept(self, purpose: str, body: bytes) -> str:
        id_ = f"file-{len(self.files) + 1:04}"
        self.files[id_] = File(purpose, body)
        return id_

    def _file_said(self, id_: str) -> Json:
        file = self.files[id_]
        return {
            "id": id_,
            "object": "file",
            "bytes": len(file.body),
            "created_at": 1_760_000_000,
            "filename": "x.jsonl",
            "purpose": file.purpose,
            "status": "processed",
        }

    def _content(self, id_: str) -> Reply:
        if id_ not in self.files or not self.files[id_].body:
            return error(404, f"No such File object: {id_}")
        return Reply(body=self.files[id_].body, content_type="application/octet-stream")

    def _delete(self, id_: str) -> Reply:
        if id_ not in self.files:
            return error(404, f"No such File object: {id_}")
        self.files[id_] = File(self.files[id_].purpose, b"")
        return _json({"id": id_, "object": "file", "deleted": True})

    def _create(self, request: Request) -> Reply:
        try:
            body = json.loads(request.body)
        except ValueError:
            return error(400, "We could not parse the JSON body of your request.")
        if unknown := body.keys() - {"input_file_id", "endpoint", "completion_window", "metadata"}:
            return error(400, f"Unknown parameter: '{min(unknown)}'.")
        if body.get("endpoint") not in ENDPOINTS:
            return error(400, f"Invalid value: '{body.get('endpoint')}'.", param="endpoint")
        if body.get("completion_window") != "24h":
            return error(400, "Invalid value for 'completion_window'.", param="completion_window")
        file = self.files.get(str(body.get("input_file_id")))
        if file is None or not file.body:
            return error(404, "No such File object", param="input_file_id")
        if file.purpose != "batch":
            return error(400, "The file's purpose must be 'batch'.", param="input_file_id")
        metadata = body.get("metadata") or {}
        if not all(isinstance(v, str) and len(k) <= 64 and len(v) <= 512 for k, v in metadata.items()):
            return error(400, "Invalid 'metadata'.", param="metadata")
        id_ = f"batch_{len(self.all) + 1:04}"
        self.all[id_] = {
            "id": id_,
            "object": "batch",
            "endpoint": body["endpoint"],
            "errors": None,
            "input_file_id": body["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": 1_760_000_000,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": metadata,
        }
        self._ran[id_] = []
        return _json(self.all[id_])

    def _list(self, query: Mapping[str, list[str]]) -> Reply:
        limit = int(query.get("limit", ["20"])[0])
        if not 1 <= limit <= 100:
            return error(400, "Invalid 'limit'", param="limit")
        listed = list(self.all.values())[::-1]
        return _json({"object": "list", "data": listed[:limit], "has_more": len(listed) > limit})

    def _named(self, id_: str) -> Reply:
        return _json(self.all[id_]) if id_ in self.all else error(404, f"No batch found with id '{id_}'.")

    def _cancel(self, id_: str) -> Reply:
        if id_ not in self.all:
            return error(404, f"No batch found with id '{id_}'.")
        if self.all[id_]["status"] in _OVER:
            return error(400, f"Cannot cancel a batch with status '{self.all[id_]['status']}'.")
        self.all[id_]["status"] = "cancelling"
        return _json(self.all[id_])

    # ------------------------------------------------------------ what a test lets happen

    @property
    def latest(self) -> str:
        """The batch that was made last."""
        return max(self.all)

    @property
    def ran(self) -> int:
        """Requests that were run, of all batches."""
        return sum(map(len, self._ran.values()))

    def requests(self, id_: str | None = None) -> list[Json]:
        """The lines of a batch's input file."""
        return [json.loads(each) for each in self._input(id_ or self.latest).splitlines()]

    def begin(self, id_: str | None = None) -> str:
        """Look through the input: `in_progress`, or `failed`. Its status."""
        batch = self.all[id_ or self.latest]
        problems = list(_problems(self._input(batch["id"]), batch["endpoint"]))
        if problems:
            batch["errors"] = {"object": "list", "data": problems[:100]}
        batch["status"] = "failed" if problems else "in_progress"
        return str(batch["status"])

    def run(self, count: int | None = None, *, id_: str | None = None) -> None:
        """Answer so many of the requests that are left, or all."""
        batch = self.all[id_ or self.latest]
        ran = self._ran[batch["id"]]
        lines = self.requests(batch["id"])[len(ran) :]
        ran.extend(self._line(each) for each in lines[:count])

    def end(self, status: str = "completed", *, id_: str | None = None) -> None:
        """Write down what was run, and what was not."""
        batch = self.all[id_ or self.latest]
        ran = self._ran[batch["id"]]
        good = [each for each in ran if each["response"]["status_code"] == 200]
        bad = [each for each in ran if each not in good]
        if status == "expired":
            for number, each in enumerate(self.requests(batch["id"])[len(ran) :], len(ran)):
                code = {"code": "batch_expired", "message": "This request could not be executed in time."}
                bad.append(
                    {"id": f"batch_req_{number}", "custom_id": each["custom_id"], "response": None, "error": code}
                )
        batch["status"] = status
        batch["output_file_id"] = self._written(good)
        batch["error_file_id"] = self._written(bad)

    def complete(self) -> None:
        """All of it, well."""
        assert self.begin() == "in_progress", self.all[self.latest]["errors"]
        self.run()
        self.end()

    def rewrite(self, change: Callable[[bytes], bytes], *, id_: str | None = None) -> None:
        """Other bytes in the output file."""
        name = self.all[id_ or self.latest]["output_file_id"]
        self.files[name] = File("batch_output", change(self.files[name].body))

    def _input(self, id_: str) -> bytes:
        return self.files[self.all[id_]["input_file_id"]].body

    def _line(self, asked: Json) -> Json:
        reply = self.answer(asked["body"])
        response = {"status_code": reply.status, "request_id": "req_1", "body": json.loads(reply.body)}
        return {"id": "batch_req_1", "custom_id": asked["custom_id"], "response": response, "error": None}

    def _written(self, lines: list[Json]) -> str | None:
        return (
            self._kept("batch_output", b"".join(json.dumps(each).encode() + b"\n" for each in lines)) if lines else None
        )


def _form(request: Request) -> dict[str, bytes] | None:
    """The parts of a multipart form, by name."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    parsed: Any = BytesParser(policy=HTTP).parsebytes(head + request.body)
    if not parsed.is_multipart():
        return None
    found = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = bytes(part.get_payload(decode=True) or b"")
    return found


def _problems(body: bytes, endpoint: str) -> list[Json]:
    """What is wrong with an input file, in OpenAI's words."""
    found: list[Json] = []
    names: set[str] = set()
    models: set[str] = set()
    lines = body.splitlines()
    if len(lines) > MAX_REQUESTS:
        found.append({"code": "too_many_tasks", "message": "The batch has too many requests.", "line": None})
    for number, raw in enumerate(lines, 1):
        try:
            each = json.loads(raw)
        except ValueError:
            found.append(
                {"code": "invalid_json_line", "message": "This line is not parseable as valid JSON.", "line": number}
            )
            continue
        if not isinstance(each, dict) or each.keys() != {"custom_id", "method", "url", "body"}:
            found.append(
                {"code": "missing_required_parameter", "message": "custom_id, method, url, body", "line": number}
            )
            continue
        if each["url"] != endpoint or each["method"] != "POST":
            found.append(
                {"code": "mismatched_endpoint", "message": "The URL is not that of the batch.", "line": number}
            )
        if (
            not isinstance(each["custom_id"], str)
            or not 0 < len(each["custom_id"]) <= 512
            or each["custom_id"] in names
        ):
            found.append({"code": "duplicate_custom_id", "message": "The custom_id has been used.", "line": number})
        names.add(str(each["custom_id"]))
        models.add(str(each["body"].get("model")))
        if len(models) > 1:
            found.append({"code": "mismatched_model", "message": "All requests must be for one model.", "line": number})
    return found


def _json(said: Json) -> Reply:
    return Reply(body=json.dumps(said).encode())
