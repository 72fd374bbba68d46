"""What Telegram, Discord and a model server say about a token: over a real socket, strict and small."""

from __future__ import annotations

import json
import re
from types import TracebackType
from typing import Self

from tests.fakes.wire import Reply, Request, Server

TELEGRAM = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = "sk-test-0f3a9c7e5b1d4a6f8e2c"
MODELS = ("gpt-4.1-mini", "gpt-4.1", "google/gemma-3")

_AGENT = re.compile(r"DiscordBot \(https?://[^,\s]+, [^)]+\).*")


class FakeWhoAmI:
    """A context manager. `instead`, if set, is answered to everything; `key` '' is a model server that wants none.

    `asked` are the paths in order; `violations` what a real server would not have put up with.
    """

    def __init__(self, *, key: str = KEY, models: tuple[str, ...] = MODELS) -> None:
        self.key = key
        self.models = models
        self.instead: Reply | None = None
        self.asked: list[str] = []
        self.violations: list[str] = []
        self._server = Server(self._handle)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def discord(self) -> str:
        return f"{self.root}/api/v10"

    @property
    def openai(self) -> str:
        return f"{self.root}/v1"

    async def _handle(self, request: Request) -> Reply:
        self.asked.append(request.path)
        if request.method != "GET" or request.body:
            self.violations.append(f"{request.method} with {len(request.body)} bytes")
        if self.instead is not None:
            return self.instead
        authorization = request.headers.get("authorization", "")
        if found := re.fullmatch(r"/bot([^/]*)/getMe", request.path):
            return self._telegram(found[1], authorization)
        if request.path == "/api/v10/users/@me":
            return self._discord(authorization, request.headers.get("user-agent", ""))
        if request.path == "/v1/models":
            return self._models(authorization)
        return _json(404, {"detail": "Not Found"})

    def _telegram(self, token: str, authorization: str) -> Reply:
        if authorization:
            self.violations.append("Telegram was sent an Authorization header")
        if ":" not in token:
            return _json(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        if token != TELEGRAM:
            return _json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        me = {"id": 110201543, "is_bot": True, "first_name": "Papers", "username": "papers_bot"}
        return _json(200, {"ok": True, "result": me})

    def _discord(self, authorization: str, agent: str) -> Reply:
        if not _AGENT.fullmatch(agent):
            return Reply(status=403, body=b"error code: 1010", content_type="text/html")
        if authorization != f"Bot {DISCORD}":
            return _json(401, {"message": "401: Unauthorized", "code": 0})
        return _json(200, {"id": "198622483471925248", "username": "papers", "discriminator": "0", "bot": True})

    def _models(self, authorization: str) -> Reply:
        if self.key and authorization != f"Bearer {self.key}":
            return _json(401, {"error": {"message": f"Incorrect API key provided: {authorization[-4:]}"}})
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "x"} for name in self.models]
        return _json(200, {"object": "list", "data": listed})


def _json(status: int, body: object) -> Reply:
    return Reply(status=status, body=json.dumps(body).encode())
