"""A platform unlike the one in memory: a thread hangs on the first message and takes the rest; short messages with
markup; a nonce makes a message the same message; some answers only the asker sees.

It proves that the port holds for such a platform before a real one is built.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.memory import Arrived, Fault
from adapters.plain_text import text_of
from adapters.slices import slices
from bot.document import Block, Bold, Card, Details, Document, Heading, Paragraph, Quote, Span, Text, utf16
from bot.platforms import (
    Actor,
    Ask,
    BadFormat,
    Caps,
    Core,
    Fatal,
    MessageRef,
    Pace,
    Part,
    Reply,
    TargetGone,
    TargetMoved,
    Where,
)
from bot.targets import Chat, Target

CAPS = Caps(
    text=2000,
    idempotent=True,
    nonce_window=120,
    threads=True,
    private_replies=True,
    overall=Pace(50, 1),
    chat=Pace(5, 5),
)

_MARKS = re.compile(r"([\\*_~`|<>\[\]()#])")


@dataclass
class Threaded:
    """`arrived` is every message; one with a root stands in the thread of that root, `thread <message id>`."""

    name: str = "threaded"
    caps: Caps = CAPS
    faults: deque[Fault] = field(default_factory=deque)
    gone: dict[Target, str] = field(default_factory=dict)
    moved: dict[Target, Target] = field(default_factory=dict)
    missing: dict[Target, Sequence[str]] = field(default_factory=dict)

    arrived: list[Arrived] = field(default_factory=list, init=False)
    whispered: list[Reply] = field(default_factory=list, init=False)
    core: Core | None = field(default=None, init=False)

    # ------------------------------------------------------------ the port

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        pieces = slices(document, lambda blocks: utf16(_markup(blocks)) <= self.caps.text)
        return [Part({"content": _markup(piece.blocks)}, piece) for piece in pieces]

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        pieces = slices(document, lambda blocks: utf16(_escaped(text_of(blocks))) <= self.caps.text)
        return [Part({"content": _escaped(text_of(piece.blocks))}, piece) for piece in pieces]

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        fault = await self._called(target)
        if fault is not None and not fault.arrives:
            raise fault.error
        if not 0 < len(nonce) <= 25:
            raise Fatal("a nonce has 1 to 25 characters")
        if not str(part.payload["content"]).strip() or utf16(part.payload["content"]) > self.caps.text:
            raise BadFormat("content must be 1 to 2000 in length")
        ref = next((m.ref for m in self.arrived if m.nonce == nonce and _now() - m.at < self.caps.nonce_window), None)
        if ref is None:
            thread = target.thread_id if root is None else f"thread {root.message_id}"
            number = str(len(self.arrived) + 1)
            ref = MessageRef(target.chat_id, number, thread, url=f"https://threaded.example/{target.chat_id}/{number}")
            self.arrived.append(Arrived(target, part, ref, nonce, root, silent, _now()))
        if fault is not None:
            raise fault.error
        return ref

    async def edit(self, ref: MessageRef, part: Part) -> None:
        fault = await self._called(Target(self.name, ref.chat_id))
        if fault is not None:
            raise fault.error
        message = next((message for message in self.arrived if message.ref == ref), None)
        if message is None:
            raise Fatal("Unknown Message")
        message.part = part

    async def check(self, target: Target) -> Sequence[str]:
        return self.missing.get(target, ())

    def private_chat(self, actor: Actor) -> Target:
        return Target(self.name, actor.id)

    def invitation(self, where: Where) -> str | None:
        return None

    async def run(self, core: Core) -> None:
        self.core = core
        await asyncio.Event().wait()

    # ------------------------------------------------------------ the world

    async def say(self, ask: Ask) -> list[Reply]:
        """Somebody asks; what only the asker sees is `whispered` too."""
        if self.core is None:
            raise RuntimeError("nobody listens: run it first")
        replies = [reply async for reply in self.core.ask(ask)]
        self.whispered.extend(reply for reply in replies if reply.private)
        return replies

    async def _called(self, target: Target) -> Fault | None:
        await asyncio.sleep(0)
        for fault in self.faults:
            if fault.target in (None, target):
                self.faults.remove(fault)
                return fault
        if target in self.moved:
            return Fault(TargetMoved(self.moved[target]))
        return Fault(TargetGone(self.gone[target])) if target in self.gone else None


def visible(content: str) -> str:
    """What a reader sees of a message's content."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)((?:\\\\)*)\*\*", r"\1", content))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _markup(blocks: Sequence[Block]) -> str:
    return _escaped(text_of([_bold(block) for block in blocks])).replace("\ue000", "**")


def _bold(block: Block) -> Block:
    """Bold spans between private-use characters, which become marks when all else is escaped."""
    match block:
        case Heading() | Paragraph() | Quote():
            return Paragraph(tuple(map(_bold_span, block.spans)))
        case Card():
            return Card(tuple(map(_bold, block.blocks)))
        case Details():
            return Details(block.summary, tuple(map(_bold, block.blocks)))
        case _:
            return block


def _bold_span(span: Span) -> Span:
    if isinstance(span, Bold) and span.text.strip():
        return Text(f"\ue000{span.text}\ue000")  # no source has it: it is not shown anywhere
    return span


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
