"""One connection for one answer, cut at its deadline whatever the server does.

Time-outs of sockets only bound silence: a server that drips a byte a second would hold us for hours. Here a timer
shuts the socket down, be it in the middle of a header, of a body or of a TLS handshake.
"""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from bot.ports import SourceGarbled

CHUNK = 1 << 16

_here = threading.local()
"""`line`: the Line of the attempt this thread is making."""


class AnswerTooLong(SourceGarbled):
    """It is longer than any we read; asking again would only bring it again."""


class Line:
    """The connection of one attempt; a context manager around it. `was_cut` says that time was up."""

    def __init__(self, seconds: float) -> None:
        self.was_cut = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _here.line = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        _here.line = None
        self._timer.cancel()
        with self._lock:
            for held in self._sockets:
                _shut(held)
                held.close()
            self._sockets.clear()

    def hold(self, sock: socket.socket) -> None:
        """Keep a second handle of `sock`: wrapping it in TLS takes the first one away."""
        with self._lock:
            self._sockets.append(sock.dup())
            if self.was_cut:
                _shut(self._sockets[-1])

    def cut(self) -> None:
        """End it now; whoever reads gets an end of file."""
        with self._lock:
            self.was_cut = True
            for held in self._sockets:
                _shut(held)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:  # the other side was faster
        return


def _held(sock: socket.socket) -> socket.socket:
    line = getattr(_here, "line", None)
    if isinstance(line, Line):
        line.hold(sock)
    return sock


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn())


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn())


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}


class WiredAdapter(HTTPAdapter):
    """An adapter of requests whose connections the thread's Line holds (not those of a SOCKS proxy)."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - handed on as they come
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - requests' own signature
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def read_bounded(raw: HTTPResponse, limit: int) -> bytes:
    """The whole body, decompressed as it comes; raises AnswerTooLong once it is, or says to be, over `limit` bytes."""
    stated = raw.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated[:20]) > limit:
        raise AnswerTooLong(f"arXiv's answer is {stated[:20]} bytes long.")
    body = bytearray()
    while chunk := raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise AnswerTooLong(f"arXiv's answer is longer than {limit} bytes.")
    return bytes(body)
