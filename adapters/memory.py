"""A platform in memory: chats are lists, and everything that can go wrong on a real one goes wrong on demand."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from adapters.plain_text import text_of
from adapters.slices import slices
from bot.commands.paper_buttons import alone, single
from bot.document import Actions, Block, Card, Details, Document, utf16
from bot.platforms import (
    Actor,
    Ask,
    Caps,
    Core,
    DeliveryError,
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

CAPS = Caps(text=4096, edit_window=None, overall=Pace(30, 1), chat=Pace(1, 1), group=Pace(20, 60))


@dataclass(slots=True)
class Arrived:
    """A message in a chat; `part` changes when it is edited."""

    target: Target
    part: Part
    ref: MessageRef
    nonce: str
    root: MessageRef | None
    silent: bool
    at: float

    @property
    def text(self) -> str:
        """What a reader sees."""
        return str(self.part.payload["text"])


@dataclass(frozen=True, slots=True)
class Fault:
    """The next call (to `target`; None: to any) raises `error`; `arrives`: after it did what it was asked."""

    error: DeliveryError
    target: Target | None = None
    arrives: bool = False


@dataclass
class Memory:
    """`arrived` is what people see, in order. `missing`: what `check` says of a target.

    `latency` in seconds a call: half of it before anything happens, half after.
    """

    name: str = "memory"
    caps: Caps = CAPS
    latency: float = 0.0
    faults: deque[Fault] = field(default_factory=deque)
    gone: dict[Target, str] = field(default_factory=dict)
    moved: dict[Target, Target] = field(default_factory=dict)
    missing: dict[Target, Sequence[str]] = field(default_factory=dict)
    invitations: dict[Where, str] = field(default_factory=dict)

    arrived: list[Arrived] = field(default_factory=list, init=False)
    calls: int = field(default=0, init=False)
    core: Core | None = field(default=None, init=False)
    _by_id: dict[str, Arrived] = field(default_factory=dict, init=False)
    _by_nonce: dict[str, Arrived] = field(default_factory=dict, init=False)
    _ids: Iterator[int] = field(default_factory=lambda: count(1), init=False)

    def texts(self, target: Target) -> list[str]:
        """What stands in this chat, in order."""
        return [message.text for message in self.arrived if message.target == target]

    # ------------------------------------------------------------ the port

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """Text, with its actions as buttons beside it."""
        pieces = slices(document, lambda blocks: utf16(text_of(blocks, buttons=False)) <= self.caps.text)
        return [Part(_payload(piece, about), piece) for piece in pieces]

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """Text alone."""
        pieces = slices(document, lambda blocks: utf16(text_of(blocks)) <= self.caps.text)
        return [Part({"text": text_of(piece.blocks)}, piece) for piece in pieces]

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        fault = await self._called(target)
        if fault is not None and not fault.arrives:
            raise fault.error
        message = self._known(nonce)
        if message is None:
            ref = MessageRef(target.chat_id, str(next(self._ids)), target.thread_id)
            message = Arrived(target, part, ref, nonce, root, silent, _now())
            self.arrived.append(message)
            self._by_id[ref.message_id] = self._by_nonce[nonce] = message
        await asyncio.sleep(self.latency / 2)
        if fault is not None:
            raise fault.error
        return message.ref

    async def edit(self, ref: MessageRef, part: Part) -> None:
        message = self._by_id.get(ref.message_id)
        fault = await self._called(Target(self.name, ref.chat_id, ref.thread_id))
        if fault is not None and not fault.arrives:
            raise fault.error
        window = self.caps.edit_window
        if message is None or (window is not None and _now() - message.at >= window):
            raise Fatal("there is no such message to edit")
        message.part = part
        await asyncio.sleep(self.latency / 2)
        if fault is not None:
            raise fault.error

    async def check(self, target: Target) -> Sequence[str]:
        return self.missing.get(target, ())

    def private_chat(self, actor: Actor) -> Target:
        return Target(self.name, actor.id)

    def invitation(self, where: Where) -> str | None:
        return self.invitations.get(where)

    async def run(self, core: Core) -> None:
        self.core = core
        await asyncio.Event().wait()

    # ------------------------------------------------------------ the world

    async def say(self, ask: Ask) -> list[Reply]:
        """Somebody asks; every reply, in order."""
        if self.core is None:
            raise RuntimeError("nobody listens: run it first")
        return [reply async for reply in self.core.ask(ask)]

    async def _called(self, target: Target) -> Fault | None:
        """What goes wrong with this call, if anything does."""
        self.calls += 1
        await asyncio.sleep(self.latency / 2)
        for fault in self.faults:
            if fault.target in (None, target):
                self.faults.remove(fault)
                return fault
        if target in self.moved:
            return Fault(TargetMoved(self.moved[target]))
        if target in self.gone:
            return Fault(TargetGone(self.gone[target]))
        return None

    def _known(self, nonce: str) -> Arrived | None:
        message = self._by_nonce.get(nonce) if self.caps.idempotent else None
        return message if message is not None and _now() - message.at < self.caps.nonce_window else None


def create(caps: Caps = CAPS) -> Memory:
    """A platform nobody is on yet."""
    return Memory(caps=caps)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _payload(piece: Document, about: Target | None) -> dict[str, object]:
    """What a message is sent as, with its buttons; `about` is there if they are about another chat."""
    card = alone(piece.blocks)
    blocks = piece.blocks if card is None else (*piece.blocks, single(card.key, piece.language))
    made: dict[str, object] = {"text": text_of(piece.blocks, buttons=False), "buttons": list(_buttons(blocks))}
    return made if about is None else {**made, "about": str(about)}


def _buttons(blocks: Sequence[Block]) -> Iterator[list[dict[str, str | None]]]:
    for block in blocks:
        if isinstance(block, Actions):
            yield [{"label": a.label, "command": a.command, "url": a.url} for a in block.actions]
        elif isinstance(block, Card | Details):
            yield from _buttons(block.blocks)
