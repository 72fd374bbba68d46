"""HTTP/1.1 as a server speaks it, small and strict: keep-alive, Content-Length, no liberties; over a real socket.

For test servers that must answer badly on purpose: a Reply may be slow, cut, dripping, or never come.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MAX_HEAD = 32_768
MAX_BODY = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer. `hang`: never; `drip`: seconds between two bytes; `cut`: how many bytes until we hang up."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    hang: bool = False
    drip: float | None = None
    cut: int | None = None


class Malformed(Exception):
    """The client does not speak HTTP as RFC 9112 has it."""


Handler = Callable[[Request], Awaitable[Reply]]


class Server:
    """A thread with an event loop of its own, so that it serves sync and async tests and other processes alike."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.port = 0
        self.connections = 0

    def start(self) -> None:
        """Listen on a free port of this machine."""
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the test server did not start")

    def stop(self) -> None:
        """Hang up on everybody."""
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            self.connections += 1
            try:
                # The client has gone, or we are stopping.
                with contextlib.suppress(ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
                    await self._converse(reader, writer)
            finally:
                tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=MAX_HEAD, backlog=256)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                request = await _read(reader)
            except (Malformed, asyncio.LimitOverrunError) as exc:
                writer.write(_head(Reply(status=400), len(str(exc))) + str(exc).encode())
                await writer.drain()
                return
            if request is None:
                return
            reply = await self._handler(request)
            if reply.hang:
                await asyncio.Event().wait()
            writer.write(_head(reply, len(reply.body)))
            if reply.drip is not None:
                for byte in reply.body:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(reply.drip)
            else:
                writer.write(reply.body[: reply.cut])
            await writer.drain()
            if reply.cut is not None or request.headers.get("connection", "").lower() == "close":
                return


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None if the client has hung up between two."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        if exc.partial:
            raise
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    if not (match := re.fullmatch(r"([A-Z]+) (?:http://[^/\s]+)?(/[^\s]*) HTTP/1\.1", first)):
        raise Malformed("bad request line")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or name.lower() in headers:
            raise Malformed("bad header")
        headers[name.lower()] = value.strip()
    if "host" not in headers:
        raise Malformed("no Host")
    if "transfer-encoding" in headers:
        raise Malformed("this server wants a Content-Length")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
        raise Malformed("bad Content-Length")
    body = await reader.readexactly(int(length))
    return Request(method=match[1], path=match[2], headers=headers, body=body)


def _head(reply: Reply, length: int) -> bytes:
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    headers = {"Content-Type": reply.content_type, "Content-Length": str(length), **reply.headers}
    lines = (f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
