"""A Discord on this machine for tests: REST v10 and gateway over real sockets, strict, with people in it.

`async with FakeDiscord() as discord:` listens on `discord.api_url` and `discord.gateway_url`; it runs in the event
loop of the test. Build its world by `discord.world`, act by `uses`, `presses`, … (discord_people), read by `messages`
and `calls`, break it by `fail`, `refuse`, `discord.gateway`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord_errors import ApiError, Json, method_not_allowed, not_found, refused
from tests.fakes.discord_faults import Fault, How, met
from tests.fakes.discord_files import Files
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_limits import VIA, Answer, Limits
from tests.fakes.discord_model import THREADS, Attachment, Channel, Guild, Message, Person
from tests.fakes.discord_people import People
from tests.fakes.discord_routes import MAJOR, ROUTES, found, read
from tests.fakes.discord_state import Ask, State
from tests.fakes.discord_world import World

MAX_BODY = 25 << 20
_OPEN = ("/interactions/", "/webhooks/")
"""What needs no token, and is bound by no limit over all."""


@dataclass(slots=True, kw_only=True)
class Call:
    """A request we got: `route` as `POST /channels/{channel}/messages`, `at` in seconds since 1970 of the world.

    `status` None: it came to nothing. What a client was not told, because the line was cut, has its status.
    """

    route: str
    path: str
    bucket: str
    at: float
    status: int | None = None
    body: Any = None
    code: int | None = None


class FakeDiscord(People):
    """All its numbers are at hand: `limits`, `state` (patience, lives), `gateway.heartbeat`."""

    def __init__(self, *, clock: Callable[[], float] = time.time, **state: Any) -> None:  # noqa: ANN401 - fields of State
        self.world = World(clock=clock)
        shared = State(self.world, **state)
        super().__init__(shared, Gateway(shared))
        shared.gateway_url = lambda: self.gateway_url
        self.world.listeners.append(self._tell)
        self.limits = Limits(self.world.now)
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.broken: list[Exception] = []
        self.files = Files()
        self.port = 0
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    def _tell(self, event: str, data: Json, guild: Guild | None) -> None:
        self.gateway.dispatch(event, data, guild)
        self.pulse.beat()

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_get("/attachments/{id}/{name}", self.files.serve)
        app.router.add_route("*", "/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self.gateway.cut()
        if self._runner is not None:
            await self._runner.cleanup()
        if self.broken and exc is None:
            raise self.broken[0]

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL should be."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    def uploads(
        self, content: bytes, name: str = "paper.pdf", media_type: str = "application/pdf", *, url: str = ""
    ) -> Attachment:
        """A file that somebody attaches, kept by this server. See `Files.add`."""
        return self.files.add(self.world.new_id(), content, name, media_type, port=self.port, url=url)

    @property
    def gateway_url(self) -> str:
        """What DISCORD_GATEWAY_URL should be."""
        return f"ws://127.0.0.1:{self.port}/gateway/"

    async def listen(self) -> None:
        """Take connections (again), on the port we had."""
        assert self._runner is not None
        if self._site is None:
            self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
            await self._site.start()
            self.port = self._runner.addresses[0][1]

    async def refuse(self) -> None:
        """Take no connections any more, and hang up on those that rest; the gateway's stay."""
        if self._site is None or self._runner is None or self._runner.server is None:
            return
        await self._site.stop()
        self._site = None
        for handler in tuple(self._runner.server.connections):
            if handler.transport is not None and handler.transport not in self.gateway.transports:
                handler.transport.abort()
        await asyncio.sleep(0.005)  # clients of this loop notice it, and take no line from their pool that is dead

    # ------------------------------------------------------------ trouble and what came of it

    def fail(self, route: str, how: How, *, times: int | None = 1, **details: Any) -> Fault:  # noqa: ANN401 - fields of Fault
        """Arm a fault; see Fault."""
        fault = Fault(route=route, how=how, times=times, **details)
        self.faults.append(fault)
        return fault

    def deny(self, route: str, code: int, *, times: int | None = 1, after: float | None = None) -> Fault:
        """Refuse such requests with one of Discord's error codes, whatever they are."""
        return self.fail(route, "refused", times=times, error=refused(code, retry_after=after))

    def messages(self, channel: Channel, *, seen_by: Person | None = None) -> list[Message]:
        """What stands there, oldest first; private answers only for who got them."""
        every = sorted(channel.messages.values(), key=lambda each: int(each.id))
        return [each for each in every if each.only_for is None or each.only_for is seen_by]

    def threads(self, channel: Channel) -> list[Channel]:
        """Its threads or posts, oldest first; archived ones too."""
        every = [each for each in self.world.channels.values() if each.parent is channel and each.kind in THREADS]
        return sorted(every, key=lambda each: int(each.id))

    def pinged(self) -> set[str]:
        """Everybody whom any message ever notified."""
        every = [each for channel in self.world.channels.values() for each in channel.messages.values()]
        return set().union(*(each.pings for each in every))

    def counted(self) -> Counter[str]:
        """How often each route was asked."""
        return Counter(call.route for call in self.calls)

    async def until(self, test: Callable[[], bool], *, within: float = 5.0) -> None:
        """As soon as that is true. Raises AssertionError if it does not become so."""
        if not await self.pulse.until(test, within=within):
            raise AssertionError("it did not become true")

    async def connected(self) -> None:
        """As soon as a client is on the gateway."""
        await self.until(lambda: self.gateway.connected)

    # ------------------------------------------------------------ a request

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        return await self.gateway.serve(request, self.pulse.beat)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        route, params, path = found(request)
        fault = met(self.faults, route, path)
        if fault is not None and fault.how == "slow":
            await asyncio.sleep(fault.seconds)
        call = Call(route=route, path=path, bucket=ROUTES.get(route, ("other",))[0], at=self.world.now())
        self.calls.append(call)
        answer: Answer | None = None
        try:
            if fault is None or fault.how not in ("cut", "hang"):
                answer = await self._answer(request, call, params, fault)
                call.status = answer.status
                self.limits.answered(answer.status, answer.headers.get("X-RateLimit-Scope"))
        except Exception as exc:
            self.broken.append(exc)  # a mistake of this server: it is raised when the test is over
            raise
        finally:
            self.pulse.beat()
        if answer is None or (fault is not None and fault.how.startswith("arrives")):
            return await self._never(request, hangs=fault is not None and fault.how.endswith(("hang", "hangs")))
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _answer(self, request: web.Request, call: Call, params: dict[str, str], fault: Fault | None) -> Answer:
        refusal, headers = self._let_through(request, call, params, fault)
        if refusal is not None:
            return refusal
        try:
            call.body, files = await read(request)
            return self._do(
                call.route, Ask(params=params, query=request.query, body=call.body, files=files), headers, fault
            )
        except ApiError as exc:
            call.code = exc.code
            return _refusal(exc, headers)

    def _let_through(
        self, request: web.Request, call: Call, params: dict[str, str], fault: Fault | None
    ) -> tuple[Answer | None, dict[str, str]]:
        """What stands before the handler: faults, token, limits; and the headers of the answer."""
        is_open = call.route.partition(" ")[2].startswith(_OPEN)
        if fault is not None and fault.how == "429":
            return self.limits.refuse(fault.after, scope=fault.scope, via=fault.via, as_json=fault.as_json), {}
        if fault is not None and fault.how == "status" and not fault.applied:
            return Answer(fault.status, fault.page, {"Content-Type": fault.media_type, "Via": VIA}), {}
        if not request.headers.get("User-Agent", "").startswith("DiscordBot (") and not is_open:
            return _refusal(ApiError(403, 40333, "Cloudflare is blocking your request."), {}), {}
        if not is_open and request.headers.get("Authorization") != f"Bot {self.state.token}":
            return _refusal(refused(0), {}), {}
        major = "/".join(params[key] for key in MAJOR if key in params)
        return self.limits.ask(call.bucket, major, exempt=is_open)

    def _do(self, route: str, ask: Ask, headers: dict[str, str], fault: Fault | None) -> Answer:
        if route not in ROUTES:
            raise method_not_allowed() if route.startswith("405 ") else not_found()
        if fault is not None and fault.how == "refused":
            assert fault.error is not None
            raise fault.error
        told = ROUTES[route][1](self.state, ask)
        if fault is not None and fault.how == "status":
            return Answer(fault.status, fault.page, {"Content-Type": fault.media_type, "Via": VIA})
        if told.json is None:
            return Answer(204, b"", {"Via": VIA, **headers})
        given = {"Content-Type": "application/json", "Via": VIA, **headers}
        return Answer(told.status, json.dumps(told.json, ensure_ascii=False).encode(), given)

    async def _never(self, request: web.Request, *, hangs: bool) -> web.StreamResponse:
        """No answer: at once, or when the client has lost patience or we close."""
        if hangs:
            await self._closing.wait()
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


def _refusal(exc: ApiError, headers: dict[str, str]) -> Answer:
    given = {"Content-Type": "application/json", "Via": VIA, **headers}
    if exc.retry_after is not None:
        given |= {"Retry-After": str(int(exc.retry_after) + 1), "X-RateLimit-Scope": "shared"}
    return Answer(exc.status, json.dumps(exc.body()).encode(), given)
