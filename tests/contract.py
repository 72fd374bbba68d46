"""What every platform must keep, whoever it is: the subjects of the contract suite and the table of what can go wrong.

To put another platform under contract, make a Subject of it (with a test server behind it, where it has a network) and
add a line to SUBJECTS.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

from adapters import console_chat, memory
from adapters.console_chat import ConsoleChat
from adapters.memory import Fault, Memory
from adapters.plain_text import text_of
from bot.platforms import (
    Ask,
    BadFormat,
    DeliveryError,
    Fatal,
    NotSent,
    Part,
    Platform,
    Reply,
    RetryLater,
    TargetGone,
    TargetMoved,
    Unknown,
)
from bot.targets import Target
from tests.fakes import threaded
from tests.fakes.terminal import Stream, silence
from tests.fakes.threaded import Threaded
from tests.samples import NOW

ERRORS: Mapping[str, type[DeliveryError]] = {
    "no connection": NotSent,
    "no answer in time": Unknown,
    "the line was cut": Unknown,
    "the server failed": Unknown,
    "asked to wait in this chat": RetryLater,
    "asked to wait everywhere": RetryLater,
    "the form is refused": BadFormat,
    "too long after all": BadFormat,
    "the chat moved": TargetMoved,
    "we were removed": TargetGone,
    "we lack a right": TargetGone,
    "there is no such chat": TargetGone,
    "refused for another reason": Fatal,
}
"""Events and the one class each becomes."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A message as its readers have it."""

    target: Target
    text: str
    thread: str | None


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A platform under contract, with a chat it may write to and hands on what is behind it.

    `limited` is the same platform with another `caps.text`, for rendering alone. `visible` is all a reader sees of a
    part, `counted` what counts towards `caps.text`. `provoke` arms the next call to fail as ERRORS names it; what a
    platform cannot do is not in it. `cut` lets the next send arrive, but not its answer.
    `say` brings an Ask in through the platform and gives what was answered.
    """

    platform: Platform
    target: Target
    limited: Callable[[int], Platform]
    visible: Callable[[Part], str]
    counted: Callable[[Part], str]
    seen: Callable[[], list[Seen]]
    provoke: Mapping[str, Callable[[], None]]
    cut: Callable[[], None]
    take_rights: Callable[[], None]
    say: Callable[[Ask], Awaitable[list[Reply]]]


def _errors(target: Target) -> dict[str, DeliveryError]:
    """For platforms without a network: the errors themselves."""
    return {
        "no connection": NotSent("refused"),
        "no answer in time": Unknown("timed out"),
        "the line was cut": Unknown("closed"),
        "the server failed": Unknown("502"),
        "asked to wait in this chat": RetryLater(3),
        "asked to wait everywhere": RetryLater(3, everywhere=True),
        "the form is refused": BadFormat("can't parse"),
        "too long after all": BadFormat("too long"),
        "the chat moved": TargetMoved(replace(target, chat_id="-100")),
        "we were removed": TargetGone("kicked"),
        "we lack a right": TargetGone("may not post"),
        "there is no such chat": TargetGone("not found"),
        "refused for another reason": Fatal("400"),
    }


def _subject(
    platform: Memory | Threaded,
    limited: Callable[[int], Platform],
    *,
    shown: Callable[[Part], str],
    counted: Callable[[Part], str],
) -> Subject:
    target = Target(platform.name, "42")

    def arming(error: DeliveryError, *, arrives: bool = False) -> Callable[[], None]:
        return lambda: platform.faults.append(Fault(error, arrives=arrives))

    return Subject(
        platform=platform,
        target=target,
        limited=limited,
        visible=shown,
        counted=counted,
        seen=lambda: [Seen(target=m.target, text=shown(m.part), thread=m.ref.thread_id) for m in platform.arrived],
        provoke={event: arming(error) for event, error in _errors(target).items()},
        cut=arming(Unknown("cut"), arrives=True),
        take_rights=lambda: platform.missing.update({target: ["post messages"]}),
        say=platform.say,
    )


@asynccontextmanager
async def _memory() -> AsyncIterator[Subject]:
    yield _subject(
        Memory(),
        lambda limit: Memory(caps=replace(memory.CAPS, text=limit)),
        shown=lambda part: " ".join(
            [part.payload["text"], *(b["label"] for row in part.payload.get("buttons", ()) for b in row)]
        ),
        counted=lambda part: str(part.payload["text"]),
    )


@asynccontextmanager
async def _threaded() -> AsyncIterator[Subject]:
    yield _subject(
        Threaded(),
        lambda limit: Threaded(caps=replace(threaded.CAPS, text=limit)),
        shown=lambda part: threaded.visible(part.payload["content"]),
        counted=lambda part: str(part.payload["content"]),
    )


def _console_chat(stdout: Stream, limit: int = console_chat.CAPS.text) -> ConsoleChat:
    return ConsoleChat(
        lines=silence(),
        typed=False,
        stdout=stdout,
        environ={},
        clock=lambda: NOW,
        session="s1",
        caps=replace(console_chat.CAPS, text=limit),
    )


@asynccontextmanager
async def _console() -> AsyncIterator[Subject]:
    stdout = Stream()
    platform = _console_chat(stdout)
    target = console_chat.TERMINAL
    yield Subject(
        platform=platform,
        target=target,
        limited=lambda limit: _console_chat(stdout, limit),
        visible=platform.page.part,
        counted=lambda part: text_of(part.slice.blocks),
        seen=lambda: [
            Seen(target=target, text=platform.page.part(part), thread=None) for part in platform.messages.values()
        ],
        provoke={
            "no connection": lambda: stdout.break_write(BrokenPipeError()),
            "the line was cut": lambda: stdout.break_write(OSError(5, "Input/output error")),
        },
        cut=lambda: stdout.break_flush(OSError(5, "Input/output error")),
        take_rights=stdout.close,
        say=platform.answer,
    )


@asynccontextmanager
async def _telegram() -> AsyncIterator[Subject]:
    from tests.contract_telegram import subject

    async with subject() as made:
        yield made


@asynccontextmanager
async def _discord() -> AsyncIterator[Subject]:
    from tests.contract_discord import subject

    async with subject() as made:
        yield made


SUBJECTS: Mapping[str, Callable[[], AbstractAsyncContextManager[Subject]]] = {
    "console": _console,
    "discord": _discord,
    "memory": _memory,
    "telegram": _telegram,
    "threaded": _threaded,
}
