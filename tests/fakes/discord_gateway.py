"""Discord's gateway: hello, identify or resume, heartbeats, events in sequence, and all the ways it hangs up.

Rules: events/gateway of Discord's documentation.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes import discord_json as as_json
from tests.fakes.discord_errors import Json
from tests.fakes.discord_lines import Closed, Line, Session, packer
from tests.fakes.discord_model import Guild
from tests.fakes.discord_state import State

INTENTS = (1 << 26) - 1
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
PAYLOAD = 4096
FREQUENCY = 120
GUILDS_A_SHARD = 2500


@dataclass
class Gateway:
    """`heartbeat` in seconds between two; `deaf`: heartbeats are not acknowledged any more."""

    state: State
    heartbeat: float = 41.25
    deaf: bool = False
    sessions: dict[str, Session] = field(default_factory=dict)
    lines: set[Line] = field(default_factory=set)
    log: list[tuple[str, Any]] = field(default_factory=list)
    """Identify, resume and how lines ended, in order."""
    last_identify: dict[int, float] = field(default_factory=dict)

    # ------------------------------------------------------------ events

    def dispatch(self, event: str, data: Json, guild: Guild | None) -> None:
        """To the shard of that guild, or the first; kept for those who come back."""
        for session in self.sessions.values():
            home = (int(guild.id) >> 22) % session.count if guild is not None else 0
            if session.shard == home and session.wants(event, guild):
                self._push(session, event, data)

    def _push(self, session: Session, event: str, data: Json) -> None:
        sequence = len(session.events) + 1
        session.events.append({"t": event, "d": data})
        if session.line is not None:
            session.line.say(0, data, event=event, sequence=sequence)

    @property
    def connected(self) -> bool:
        """Is any session on a line?"""
        return any(session.line is not None for session in self.sessions.values())

    @property
    def transports(self) -> list[asyncio.Transport]:
        """Of all lines."""
        return [line.transport for line in self.lines if line.transport is not None]

    # ------------------------------------------------------------ trouble

    async def drop(self, code: int = 4000, reason: str = "Unknown error") -> None:
        """Hang up on everybody."""
        self.log.append(("dropped", code))
        for line in tuple(self.lines):
            await line.socket.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """The lines break, without a word."""
        for transport in self.transports:
            transport.abort()

    def ask_to_reconnect(self) -> None:
        """Opcode 7."""
        for line in self.lines:
            line.say(7)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Opcode 9; a session that is not resumable is gone."""
        for line in tuple(self.lines):
            if not resumable and line.session is not None:
                self._forget(line.session)
            line.say(9, resumable)

    def forget(self) -> None:
        """Sessions are lost: who wants to resume is told to start anew."""
        for session in tuple(self.sessions.values()):
            self._forget(session)

    def _forget(self, session: Session) -> None:
        session.line = None
        self.sessions.pop(session.id, None)

    # ------------------------------------------------------------ a connection

    async def serve(self, request: web.Request, heard: Callable[[], None]) -> web.WebSocketResponse:
        """One connection, until either side hangs up; `heard` is called whenever something came in."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 20, autoping=True)
        await socket.prepare(request)
        sender: asyncio.Task[None] | None = None
        line = Line(socket, request.transport, None)
        try:
            line.pack = _agreed(request)
            self.lines.add(line)
            sender = asyncio.create_task(line.send_all())
            line.say(10, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": ["[]"]})
            await self._listen(line, heard)
        except Closed as exc:
            self.log.append(("closed", exc.code))
            await socket.close(code=exc.code, message=exc.reason.encode())
        finally:
            self.lines.discard(line)
            if line.session is not None and line.session.line is line:
                line.session.line = None
                if line.left in (1000, 1001):  # the client is done for good: nothing to resume
                    self._forget(line.session)
            if sender is not None:
                line.queue.put_nowait(None)
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
        return socket

    async def _listen(self, line: Line, heard: Callable[[], None]) -> None:
        patience = self.heartbeat * 2 + 1
        while True:
            try:
                message = await line.socket.receive(timeout=patience)
            except TimeoutError:
                raise Closed(4009, "Session timed out.") from None
            if message.type is WSMsgType.CLOSE:
                line.left = int(message.data)
                self.log.append(("left", line.left))
                return
            if message.type in (WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            if message.type is not WSMsgType.TEXT or len(message.data.encode()) > PAYLOAD:
                raise Closed(4002, "Error while decoding payload.")
            now = asyncio.get_running_loop().time()
            line.received.append(now)
            while line.received[0] < now - 60:
                line.received.popleft()
            if len(line.received) > FREQUENCY:
                raise Closed(4008, "You are being rate limited.")
            try:
                payload = json.loads(message.data)
                op, data = payload["op"], payload.get("d")
            except (ValueError, KeyError, TypeError):
                raise Closed(4002, "Error while decoding payload.") from None
            self._heard(line, op, data)
            heard()

    def _heard(self, line: Line, op: object, data: Any) -> None:  # noqa: ANN401 - whatever a client sends
        if op == 1:
            if not self.deaf:
                line.say(11)
        elif op == 2:
            self._identify(line, data)
        elif op == 6:
            self._resume(line, data)
        elif op in (3, 4, 8):
            if line.session is None:
                raise Closed(4003, "Not authenticated.")
            if op == 8:
                self._members(line.session, data)
        else:
            raise Closed(4001, "Unknown opcode.")

    def _identify(self, line: Line, data: Json) -> None:
        if line.session is not None:
            raise Closed(4005, "Already authenticated.")
        self.log.append(("identify", {"shard": data.get("shard"), "intents": data.get("intents")}))
        if data.get("token") != self.state.token:
            raise Closed(4004, "Authentication failed.")
        intents = data.get("intents")
        if not isinstance(intents, int) or not 0 <= intents <= INTENTS:
            raise Closed(4013, "Invalid intents.")
        if intents & PRIVILEGED:
            raise Closed(4014, "Disallowed intents.")
        shard, count = data.get("shard") or (0, 1)
        if not 0 <= shard < count:
            raise Closed(4010, "Invalid shard.")
        mine = [each for each in self.state.world.guilds.values() if each.bot_in]
        mine = [each for each in mine if (int(each.id) >> 22) % count == shard]
        if len(mine) > GUILDS_A_SHARD:
            raise Closed(4011, "Sharding required.")
        now = self.state.world.now()
        # one identify in five seconds for all shards (max_concurrency 1)
        if now - self.last_identify.get(0, float("-inf")) < self.state.identify_window:
            line.say(9, data=False)
            return
        self.last_identify[0] = now
        self.state.sessions_left -= 1
        session = Session(self.state.world.new_id(), shard, count, intents, line=line)
        self.sessions[session.id] = line.session = session
        self._push(session, "READY", self._ready(session, mine))
        for guild in mine:
            if session.wants("GUILD_CREATE", guild) and guild.available:
                self._push(session, "GUILD_CREATE", self.state.world.guild_json(guild, joined=False))

    def _ready(self, session: Session, mine: list[Guild]) -> Json:
        bot = self.state.world.bot
        return {
            "v": 10,
            "user": as_json.user(bot) | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in mine],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.state.gateway_url(),
            "shard": [session.shard, session.count],
            "application": {"id": bot.id, "flags": 0},
            "private_channels": [],
            "user_settings": {},
        }

    def _resume(self, line: Line, data: Json) -> None:
        self.log.append(("resume", data.get("seq")))
        if data.get("token") != self.state.token:
            raise Closed(4004, "Authentication failed.")
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            line.say(9, data=False)
            return
        seen = data.get("seq")
        if not isinstance(seen, int) or not 0 <= seen <= len(session.events):
            raise Closed(4007, "Invalid seq.")
        session.line, line.session = line, session
        for number, each in enumerate(session.events[seen:], seen + 1):
            line.say(0, each["d"], event=each["t"], sequence=number)
        self._push(session, "RESUMED", {"_trace": ["[]"]})

    def _members(self, session: Session, data: Json) -> None:
        """Members one asks for by id; the whole list needs the Server Members intent."""
        guild = self.state.world.guilds.get(str(data.get("guild_id")))
        if guild is None:
            return
        asked = data.get("user_ids")
        wanted = [str(each) for each in (asked if isinstance(asked, list) else [asked]) if each]
        found = [self.state.world.people[each] for each in wanted if each in guild.members]
        chunk: Json = {
            "guild_id": guild.id,
            "members": [as_json.member(guild, each) for each in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [each for each in wanted if each not in guild.members],
            "nonce": data.get("nonce"),
        }
        self._push(session, "GUILD_MEMBERS_CHUNK", chunk)


def _agreed(request: web.Request) -> Callable[[bytes], bytes] | None:
    """How the client wants it packed. Raises Closed for what we do not speak."""
    if request.query.get("v") not in ("9", "10") or request.query.get("encoding") != "json":
        raise Closed(4012, "Invalid API version.")
    return packer(request.query.get("compress"))
