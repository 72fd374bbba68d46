"""A connection to the gateway, the session it carries, and how what we say is packed."""

from __future__ import annotations

import asyncio
import importlib
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord_errors import Json
from tests.fakes.discord_model import Guild

GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
"""Intents."""


class Closed(Exception):
    """We hang up, with a code of Discord's."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(eq=False)
class Session:
    """One shard of a client, over all its connections; `events` are kept so that it may resume."""

    id: str
    shard: int
    count: int
    intents: int
    events: list[Json] = field(default_factory=list)
    line: Line | None = None

    def wants(self, event: str, guild: Guild | None) -> bool:
        """By its intents."""
        if event.startswith("MESSAGE_"):
            return bool(self.intents & (GUILD_MESSAGES if guild is not None else DIRECT_MESSAGES))
        return event == "INTERACTION_CREATE" or bool(self.intents & GUILDS)


@dataclass(eq=False)
class Line:
    """One connection. What is sent goes through one stream of compression. `left`: how the client hung up."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    pack: Callable[[bytes], bytes] | None
    session: Session | None = None
    left: int | None = None
    received: deque[float] = field(default_factory=deque)
    queue: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)

    def say(self, op: int, data: object = None, *, event: str | None = None, sequence: int | None = None) -> None:
        """Put something on the line, in order."""
        self.queue.put_nowait({"op": op, "d": data, "s": sequence, "t": event})

    async def send_all(self) -> None:
        """Until the line is closed."""
        while (payload := await self.queue.get()) is not None:
            text = json.dumps(payload, ensure_ascii=False)
            if self.pack is None:
                await self.socket.send_str(text)
            else:
                await self.socket.send_bytes(self.pack(text.encode()))


def packer(kind: str | None) -> Callable[[bytes], bytes] | None:
    """Compression over the whole connection, flushed after each payload, as the client asked for it."""
    if kind is None:
        return None
    if kind == "zlib-stream":
        deflate = zlib.compressobj()
        return lambda data: deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if kind == "zstd-stream":
        zstd: Any = importlib.import_module("zstandard")
        stream = zstd.ZstdCompressor().compressobj()
        return lambda data: bytes(stream.compress(data) + stream.flush(zstd.COMPRESSOBJ_FLUSH_BLOCK))
    raise Closed(4002, "Unknown compression.")
