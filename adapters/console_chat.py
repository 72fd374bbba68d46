"""The terminal as a chat platform, for `paperboy run` without tokens: one private chat with whoever runs the bot.

Lines come from a terminal or a pipe. In a terminal an answer takes the place of what was said meanwhile, and a digest
that arrives stands above the prompt; in a pipe only the last of an answer's replies is written, and nothing is erased.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import IO, TypeVar

from adapters.console_buttons import pressed
from adapters.console_input import no_lines, read_lines
from adapters.console_lines import visible
from adapters.console_page import Page
from adapters.console_screen import Screen
from adapters.plain_text import text_of
from adapters.slices import slices
from bot.commands.saying import line as said
from bot.commands.text import Said, read
from bot.document import Document, utf16
from bot.languages import from_locale
from bot.locales import say
from bot.platforms import (
    Actor,
    Ask,
    Caps,
    Core,
    Fatal,
    MessageRef,
    NotSent,
    Pace,
    Part,
    Reply,
    TargetGone,
    Unknown,
    Where,
)
from bot.ports import Clock, UsageError
from bot.sources.ids import find
from bot.targets import Chat, Target

TERMINAL = Target("console", "terminal")
YOU = Actor("console", "you")
"""Whoever sits at the terminal, or writes into the pipe: the operator, so an owner."""

CAPS = Caps(
    text=100_000,
    idempotent=True,
    nonce_window=3600,
    overall=Pace(1000, 1),  # nobody limits a terminal
    chat=Pace(1000, 1),
)

PROMPT = "> "
QUIT = frozenset({"/quit", "/exit"})

REMEMBERED = 1000
"""Messages of this session that can still be edited, and nonces that are still known."""

K = TypeVar("K")
V = TypeVar("V")


class ConsoleChat:
    """Port `Platform`. `session` is new for every process, so that nothing is taken for something said before.

    `typed`: somebody sits at the other end of `lines`, sees what they type and wants a prompt. Without them we end
    `linger` seconds after the last line was answered and nothing more has arrived.
    `messages` is what was delivered in this session, by message id, as it now is; `page` says how it looks.
    """

    name = "console"
    operator = YOU

    def __init__(
        self,
        *,
        lines: AsyncIterator[str],
        typed: bool,
        stdout: IO[str],
        environ: Mapping[str, str],
        clock: Clock,
        session: str,
        linger: float = 1.0,
        caps: Caps = CAPS,
    ) -> None:
        self.caps = caps
        self.messages: OrderedDict[str, Part] = OrderedDict()
        self._lines = lines
        self._typed = typed
        self._stdout = stdout
        self._clock = clock
        self._session = session
        self._linger = linger
        self._language = from_locale(environ)
        self._screen = Screen(stdout, environ=environ)
        self.page = Page(stdout, environ=environ, language=self._language)
        self._numbers = count(1)
        self._by_nonce: OrderedDict[str, MessageRef] = OrderedDict()
        self._asked: Document | None = None  # what the last answer was, if it awaits one
        self._core: Core | None = None
        self._arrived = asyncio.Event()

    # ------------------------------------------------------------ the port: what goes out

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """Nearly always one part. How it looks is decided when it is written, for the terminal there is then."""
        return self._parts(document, "best")

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """The same without colours and links."""
        return self._parts(document, "plain")

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        """Write `part` above the prompt. NotSent if nobody reads any more, Unknown if writing fails otherwise."""
        if target != TERMINAL:
            raise TargetGone("there is one terminal only")
        ref = self._by_nonce.get(nonce)
        if ref is None:
            text = self.page.arrival(part, "" if root else say(self._language, "console.arrived", at=self._now()))
            with _delivering():
                self._screen.write(text)
            # From here on the stream has it, and writes it with the next flush if this one fails.
            ref = MessageRef(target.chat_id, f"{self._session}-{next(self._numbers)}")
            _remember(self._by_nonce, nonce, ref)
            _remember(self.messages, ref.message_id, part)
        with _delivering():
            self._screen.flush()
        self._arrived.set()
        return ref

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Write the part again, as it is now: what has scrolled away cannot be changed."""
        before = self.messages.get(ref.message_id)
        if before is None:
            raise Fatal("there is no such message in this session")
        if before == part:
            return
        with _delivering():
            self._screen.say(self.page.arrival(part, say(self._language, "console.updated", at=self._now())))
        self.messages[ref.message_id] = part
        self._arrived.set()

    async def check(self, target: Target) -> Sequence[str]:
        return ["write to the terminal"] if self._stdout.closed else []

    # ------------------------------------------------------------ the port: what comes in

    def private_chat(self, actor: Actor) -> Target:
        return TERMINAL

    def invitation(self, where: Where) -> str | None:
        return None

    async def run(self, core: Core) -> None:
        """Greet, answer every line in turn, and return at the end of them, at /quit, or when nobody reads any more."""
        self._core = core
        try:
            await self._talk()
            if not self._typed:
                await self._nothing_arrives()
        except BrokenPipeError:
            return
        finally:
            self._core = None

    async def answer(self, ask: Ask) -> list[Reply]:
        """What the core replies, in order, each shown in place of the one before."""
        if self._core is None:
            raise RuntimeError("nobody listens: run it first")
        replies: list[Reply] = []
        async for reply in self._core.ask(ask):
            replies.append(reply)
            if self._screen.erases:
                async with self._core.turn(ask.target, ask.kind):
                    self._screen.hold(self.page.document(reply.document))
        self._asked = replies[-1].document if replies and replies[-1].awaits else None
        if replies and not self._screen.erases:
            async with self._core.turn(ask.target, ask.kind):
                self._screen.say(self.page.document(replies[-1].document))
        self._screen.keep()
        self._screen.say("\n" if replies else "")
        return replies

    async def _talk(self) -> None:
        try:
            self._screen.say(self.page.greeting())
            self._prompt()
            async for line in self._lines:
                self._screen.keep()  # Enter has taken the cursor off the prompt's line
                if line.strip().lower() in QUIT:
                    return
                await self._entered(line)
                self._prompt()
        finally:
            self._screen.hold("")

    async def _entered(self, line: str) -> None:
        """Somebody entered `line`: a command, a paper, a number for a button."""
        if not line.strip():
            return
        if not self._typed:
            self._screen.say(f"{PROMPT}{visible(line.strip())}\n")
        number = pressed(line)
        if number is not None and not 0 < number <= len(self.page.buttons):
            self._screen.say(self.page.aside(said(self._language, "console.no_button", number=number)))
            return
        if number is None and self._asked is not None and line.lstrip()[0] not in "/／" and not find(line):
            answered = text_of(self._asked.blocks, buttons=False)
            await self.answer(self._ask(Said("ask", {"question": line.strip()}), replied_to=answered))
            return
        wanted = read(line if number is None else self.page.buttons[number - 1], kind="private")
        if wanted is not None:
            await self.answer(self._ask(wanted, pressed=number is not None))

    def _ask(self, wanted: Said, *, pressed: bool = False, replied_to: str = "") -> Ask:
        return Ask(
            update=f"console:{self._session}:{next(self._numbers)}",
            actor=YOU,
            target=TERMINAL,
            kind="private",
            command=wanted.command,
            options=wanted.options,
            at=self._clock(),
            is_admin=_yes,
            locale=self._language,
            replied_to=replied_to,
            pressed=pressed,
        )

    async def _nothing_arrives(self) -> None:
        """Waits for digests that are on their way: an answer may have brought some about."""
        while True:
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._linger):
                    await self._arrived.wait()
            except TimeoutError:
                return

    def _parts(self, document: Document, form: str) -> Sequence[Part]:
        pieces = slices(document, lambda blocks: utf16(text_of(blocks)) <= self.caps.text)
        return [Part({"form": form}, piece) for piece in pieces]

    def _prompt(self) -> None:
        if self._typed:
            self._screen.hold(PROMPT)

    def _now(self) -> str:
        return f"{self._clock():%H:%M %Z}"


def create(
    *,
    clock: Clock,
    session: str,
    lines: AsyncIterator[str] | None = None,
    typed: bool | None = None,
    stdout: IO[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    linger: float = 1.0,
) -> ConsoleChat:
    """The chat in this process's terminal or pipe, unless other streams are given.

    Raises UsageError where there is neither.
    """
    stdout = stdout or sys.stdout
    if stdout is None:  # it was closed before we came
        raise UsageError("Nobody would read what I say: standard output is closed. Set up a chat with paperboy init.")
    stdin = sys.stdin  # None if it was closed before we came; its number may be anybody's then
    if lines is None:
        lines = no_lines() if stdin is None else read_lines(stdin.fileno())
        typed = stdin is not None and stdin.isatty() if typed is None else typed
    return ConsoleChat(
        lines=lines,
        typed=bool(typed),
        stdout=stdout,
        environ=environ,
        clock=clock,
        session=session,
        linger=linger,
    )


@contextmanager
def _delivering() -> Iterator[None]:
    """What writing raises, as the port has it."""
    try:
        yield
    except (BrokenPipeError, ValueError):  # nobody reads there, or the stream is closed
        raise NotSent("the terminal is gone") from None
    except OSError as exc:
        raise Unknown(f"writing failed: {exc.strerror}") from None


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    while len(known) > REMEMBERED:
        known.popitem(last=False)


async def _yes() -> bool:
    """The only one in this chat may change it."""
    return True
