"""A strict Telegram for tests: the Bot API over a real socket, people who write and press, and everything it refuses.

`async with FakeTelegram() as telegram:` serves in the loop of the test on `telegram.root`, for clients of this process
and others. `telegram.people` builds the world and acts in it; `telegram.calls` are what bots asked.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram_asking import Asking
from tests.fakes.telegram_faults import Fault, Planned
from tests.fakes.telegram_files import Files
from tests.fakes.telegram_limits import Limits, Mode
from tests.fakes.telegram_methods import Writing, unknown_method
from tests.fakes.telegram_params import Params, read
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import User
from tests.fakes.telegram_refusals import Refused

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
BOT = 110201543

_TOKEN_SHAPE = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{30,80}")


@dataclass(slots=True, kw_only=True)
class Call:
    """One request. `at` by the server's clock; `status` answered, None while (or if) nothing was; `applied`: it did
    its work; `heard`: the whole answer went out on an open line.
    """

    method: str
    params: Mapping[str, Any]
    at: float
    status: int | None = None
    description: str = ""
    applied: bool = False
    heard: bool = False

    @property
    def ok(self) -> bool:
        return self.status == 200


class FakeTelegram:
    """`limits`: are messages too fast refused ("on"), only noted ("count") or nothing ("off"). `rich` False is a server
    older than rich messages. `clock` is monotonic, `now` the wall clock.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        limits: Mode = "off",
        tolerance: float = 0.0,
        rich: bool = True,
        reads_all: bool = False,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        username: str = "paperboy_bot",
    ) -> None:
        self.token = token
        self.clock = clock
        bot = User(id=int(token.split(":", 1)[0]), name="Paperboy", username=username, is_bot=True)
        self.people = People(bot=bot, now=now, clock=clock, reads_all=reads_all)
        self.limits = Limits(clock, limits, tolerance)
        self.writing = Writing(self.people, self.limits, rich)
        self.asking = Asking(self.people)
        self.files = Files(self.people)
        self.calls: list[Call] = []
        self._faults: list[Planned] = []
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._closing = asyncio.Event()
        self._methods: dict[str, Callable[[Params], Any]] = {
            "getme": self.asking.get_me,
            "getfile": self.files.get_file,
            "getchat": self.asking.get_chat,
            "getchatmember": self.asking.get_chat_member,
            "getchatadministrators": self.asking.get_chat_administrators,
            "leavechat": self.asking.leave_chat,
            "setmycommands": self.asking.set_my_commands,
            "getmycommands": self.asking.get_my_commands,
            "deletemycommands": self.asking.delete_my_commands,
            "sendmessage": self.writing.send_message,
            "senddocument": self.writing.send_document,
            "sendphoto": self.writing.send_photo,
            "editmessagetext": self.writing.edit_message_text,
            "editmessagereplymarkup": self.writing.edit_message_reply_markup,
            "deletemessage": self.writing.delete_message,
            "answercallbackquery": self.writing.answer_callback_query,
            "sendchataction": self.writing.send_chat_action,
            "sendmessagedraft": self.writing.send_message_draft,
            "getwebhookinfo": lambda params: self.people.updates.webhook_info(),
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
        }
        if rich:
            self._methods["sendrichmessage"] = self.writing.send_rich_message
            self._methods["sendrichmessagedraft"] = self.writing.send_rich_message_draft

    async def __aenter__(self) -> Self:
        await self.come_up()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.go_down()

    @property
    def root(self) -> str:
        """What TELEGRAM_API_URL should be."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls so."""
        return f"{self.root}/bot"

    def fail(self, fault: Fault, *, method: str | None = None, chat: int | None = None, times: int | None = 1) -> None:
        """Let the next calls (of `method`, to `chat`) go wrong, `times` times or always; polling only by name."""
        self._faults.append(Planned(fault=fault, method=method, chat=chat, times=times))

    @property
    def dropped(self) -> list[str]:
        """What bots sent and the real server loses without a word: nested quotes, the 101st entity, bad links."""
        return self.writing.dropped

    def heal(self) -> None:
        """No faults from now on."""
        self._faults.clear()

    def called(self, method: str) -> list[Call]:
        """The calls of a method, in order."""
        return [each for each in self.calls if each.method.lower() == method.lower()]

    async def go_down(self) -> None:
        """Refuse connections; hang up on everybody."""
        self._closing.set()
        self.people.updates.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def come_up(self) -> None:
        """Listen, on the same port as before."""
        self._closing = asyncio.Event()
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=1024, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """While the block runs nobody is there."""
        await self.go_down()
        try:
            yield
        finally:
            await self.come_up()

    # ------------------------------------------------------------ answering

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/file/"):
            return await self._file(request)
        match = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if match is None or not _TOKEN_SHAPE.fullmatch(match[1]):
            return _answer(Refused(404, "Not Found").body(), 404)
        if match[1] != self.token:
            return _answer(Refused(401, "Unauthorized").body(), 401)
        call = Call(method=match[2], params={}, at=self.clock())
        self.calls.append(call)
        params = Params({})
        try:
            params = await read(request)
            call.params = params.given
        except Refused as refused:
            return await self._reply(request, call, refused.body(), refused.code, Fault())
        chat = str(params.given.get("chat_id", ""))
        fault = next((each.fault for each in self._faults if each.takes(call.method, chat)), Fault(applied=True))
        body, status = await self._do(call, params, fault)
        return await self._reply(request, call, body, status, fault)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        match = re.fullmatch(r"/file/bot([^/]+)/(.+)", request.path)
        call = Call(method="file", params={}, at=self.clock())
        self.calls.append(call)
        fault = next((each.fault for each in self._faults if each.takes("file", "")), None)
        try:
            content = self.files.at(match[2] if match is not None and match[1] == self.token else "")
        except Refused as refused:
            return await self._reply(request, call, refused.body(), refused.code, fault or Fault())
        if fault is not None:
            return await self._reply(request, call, {}, 200, fault)
        call.status = 200
        self.files.fetched += len(content)
        if not self.files.endless:
            return web.Response(body=content, content_type="application/octet-stream")
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while not self._closing.is_set():
                await answer.write(bytes(1 << 20))
                self.files.fetched += 1 << 20
        except ConnectionError:
            self.files.endless = False
        return answer

    async def _do(self, call: Call, params: Params, fault: Fault) -> tuple[dict[str, Any], int]:
        try:
            if fault.refusal is not None:
                raise fault.refusal
            if not fault.applied:
                return {}, 0
            result = await self._result(call.method.lower(), params)
        except Refused as refused:
            call.description = refused.description
            return refused.body(), refused.code
        call.applied = True
        return {"ok": True, "result": result}, 200

    async def _result(self, method: str, params: Params) -> Any:  # noqa: ANN401 - JSON
        if method == "getupdates":
            return await self.people.updates.get(
                offset=params.number("offset") or 0,
                limit=params.number("limit") or 100,
                timeout=params.number("timeout") or 0,
                allowed=params.object("allowed_updates"),
            )
        if method not in self._methods:
            raise unknown_method()
        return self._methods[method](params)

    async def _reply(
        self, request: web.Request, call: Call, body: dict[str, Any], status: int, fault: Fault
    ) -> web.StreamResponse:
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.line == "hang":
            await self._closing.wait()
        if fault.line in {"hang", "close", "reset"} or self._closing.is_set():
            _hang_up(request, reset=fault.line == "reset")
            return web.Response()
        if fault.line == "half":
            answer = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "4096"})
            await answer.prepare(request)
            await answer.write(json.dumps(body).encode()[:40])
            _hang_up(request)
            return answer
        call.status = fault.status or status
        call.heard = request.transport is not None and not request.transport.is_closing()
        if fault.body is not None:
            return web.Response(text=fault.body, status=call.status, content_type="text/html")
        return _answer(body, call.status)

    def _set_webhook(self, params: Params) -> bool:
        connections = params.number("max_connections")
        self.people.updates.set_webhook(
            params.text("url"),
            secret=params.text("secret_token"),
            allowed=params.object("allowed_updates"),
            drop=params.flag("drop_pending_updates"),
            connections=40 if connections is None else connections,
        )
        return True

    def _delete_webhook(self, params: Params) -> bool:
        drop = params.flag("drop_pending_updates")
        self.people.updates.set_webhook("", secret="", allowed=None, drop=drop, connections=40)
        return True


def _answer(body: dict[str, Any], status: int) -> web.Response:
    headers = {"Retry-After": str(wait)} if (wait := body.get("parameters", {}).get("retry_after")) else {}
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, headers=headers, content_type="application/json")


def _hang_up(request: web.Request, *, reset: bool = False) -> None:
    transport = request.transport
    if transport is None:
        return
    if reset:  # a socket that does not linger says RST, not FIN, when it is closed
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
