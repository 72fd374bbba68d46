"""A platform behind a socket, for processes that are killed: the office outlives them and remembers what arrived.

`PostOffice` is the server, `Mailbox` the platform that speaks to it. Some answers are cut: the letter has arrived, and
whoever sent it is not told.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from types import TracebackType
from typing import Any, Self

from adapters.plain_text import text_of
from bot.document import Document
from bot.platforms import Actor, Caps, Core, MessageRef, NotSent, Pace, Part, Unknown, Where
from bot.targets import Chat, Target
from tests.fakes.wire import Reply, Request, Server

CAPS = Caps(text=4096, overall=Pace(100_000, 1), chat=Pace(100_000, 1))


@dataclass
class PostOffice:
    """`letters` in the order they arrived, by chat; `cut` counts the answers that did not get through, by text."""

    keyed: bool
    cuts: float = 0.01
    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - a test's dice
    letters: dict[str, list[str]] = field(default_factory=dict)
    cut: Counter[str] = field(default_factory=Counter)
    _by_nonce: dict[str, str] = field(default_factory=dict)
    _server: Server = field(init=False)

    def __post_init__(self) -> None:
        self._server = Server(self._take)

    @property
    def port(self) -> int:
        return self._server.port

    def copies(self) -> Counter[str]:
        """How often each text arrived."""
        return Counter(text for texts in self.letters.values() for text in texts)

    async def _take(self, request: Request) -> Reply:
        given = json.loads(request.body)
        await asyncio.sleep(self.dice.random() * 0.002)
        if not (self.keyed and given["nonce"] in self._by_nonce):
            chat = self.letters.setdefault(given["chat"], [])
            chat.append(given["text"])
            self._by_nonce[given["nonce"]] = f"{given['chat']}/{len(chat)}"
        await asyncio.sleep(self.dice.random() * 0.002)
        body = json.dumps({"id": self._by_nonce[given["nonce"]]}).encode()
        if self.dice.random() < self.cuts:
            self.cut[given["text"]] += 1
            return Reply(body=body, cut=3)
        return Reply(body=body)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()


@dataclass
class Mailbox:
    """The platform `post`: one request at a time on each of its connections, which are kept."""

    port: int
    caps: Caps = CAPS
    name: str = "post"
    _idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        return [Part({"text": text_of(document.blocks)}, document)]

    plain = render

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        try:
            line = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as exc:
            raise NotSent("no connection") from exc
        try:
            given = await _asked(line, {"chat": target.chat_id, "text": part.payload["text"], "nonce": nonce})
        except (OSError, asyncio.IncompleteReadError) as exc:
            line[1].close()
            raise Unknown("cut") from exc
        self._idle.append(line)
        return MessageRef(target.chat_id, given["id"])

    async def edit(self, ref: MessageRef, part: Part) -> None:
        raise NotSent("letters are not edited")

    async def check(self, target: Target) -> Sequence[str]:
        return ()

    def private_chat(self, actor: Actor) -> Target:
        return Target(self.name, actor.id)

    def invitation(self, where: Where) -> str | None:
        return None

    async def run(self, core: Core) -> None:
        await asyncio.Event().wait()


async def _asked(line: tuple[asyncio.StreamReader, asyncio.StreamWriter], given: dict[str, str]) -> dict[str, Any]:
    reader, writer = line
    body = json.dumps(given).encode()
    writer.write(b"POST /letters HTTP/1.1\r\nHost: post\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    answer: dict[str, Any] = json.loads(await reader.readexactly(int(length.split(b":")[1])))
    return answer
