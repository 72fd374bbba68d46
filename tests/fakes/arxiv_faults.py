"""What can go wrong with an answer of the fake arXiv, and how it looks on the wire."""

from __future__ import annotations

import gzip
import re
import select
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal

Damage = Literal[
    "empty", "cut", "short", "bomb", "gzip_bomb", "hang", "drip", "drip_headers", "not_xml", "deep", "drop", "endless"
]

_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&c;</title></feed>'
)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What is to happen, `times` times or always, to paths that begin with `path`, or are it."""

    path: str
    exact: bool = False
    times: int | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    damage: Damage | None = None

    def takes(self, path: str) -> bool:
        """Does it happen to this one? Then it has happened."""
        if self.times == 0 or not (path == self.path if self.exact else path.startswith(self.path)):
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def head(answer: Answer, length: int | None, **more: str) -> bytes:
    """The status line and headers."""
    headers = {"Date": formatdate(usegmt=True), "Content-Type": "application/atom+xml", **answer.headers, **more}
    if length is not None and answer.status != 304:
        headers["Content-Length"] = str(length)
    lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")


def spoil(to: socket.socket, answer: Answer, how: Damage, closing: threading.Event) -> None:
    """Send `answer` badly; ends when the client leaves (OSError, maybe) or the server closes."""
    body = answer.body
    if how == "hang":
        while not closing.wait(0.005) and not select.select([to], [], [], 0)[0]:
            continue
    elif how == "drop":
        to.close()
    elif how in ("drip", "drip_headers"):
        first = head(answer, len(body))
        to.sendall(first if how == "drip" else first[:20])
        while not closing.wait(0.01):
            to.sendall(b"x")
    elif how == "endless":
        to.sendall(head(answer, None))
        while not closing.is_set():
            to.sendall(b" " * 65536)
    elif how == "short":
        to.sendall(head(answer, len(body)) + body[: len(body) // 2])
    elif how == "gzip_bomb":
        packed = gzip.compress(b" " * (1 << 23), compresslevel=1)
        to.sendall(head(answer, len(packed), **{"Content-Encoding": "gzip"}) + packed)
    else:
        spoiled = {
            "empty": re.sub(rb"<entry>.*</entry>", b"", body, flags=re.DOTALL),
            "cut": body[: len(body) * 2 // 3],
            "bomb": _BOMB,
            "deep": b"<a>" * 5000 + b"</a>" * 5000,
            "not_xml": b"<html><body>Rate exceeded.<br></body></html>",
        }[how]
        to.sendall(head(answer, len(spoiled)) + spoiled)
