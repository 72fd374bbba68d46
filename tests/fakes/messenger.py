"""The real Telegram adapter in front of the test server, with a core that says what a test lets it say."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from adapters.telegram.client import Telegram
from adapters.telegram.limits import CAPS
from adapters.telegram.pauses import Pauses
from adapters.telegram.settings import TelegramSettings
from bot.document import Action, Actions, Block, Document, Paragraph, Text
from bot.models import Paper, Topic
from bot.platforms import Actor, Ask, Caps, Part, Reply
from bot.ports import Picture
from bot.targets import Chat, ChatKind, Settings, Target
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Pressed
from tests.fakes.telegram_places import Chat as Place
from tests.fakes.telegram_places import Message, User

PAUSES = Pauses(read=10, batch=0.2, spinner=30, first=0.01, longest=0.05, conflict=0.05, answers=(0.01, 0.02))
"""Nobody waits long in a test, unless it is for a machine that is busy with something else."""

IMPATIENT = replace(PAUSES, read=0.3)
"""For servers that never answer."""

LONG = "word " * 2000
"""Three messages."""

Script = Callable[[Ask], AsyncIterator[Reply] | Sequence[Reply] | Awaitable[Sequence[Reply]]]


def said(*blocks: str | Block, language: str = "en") -> Document:
    """A document of paragraphs, or of other blocks."""
    made = (Paragraph((Text(block),)) if isinstance(block, str) else block for block in blocks)
    return Document(tuple(made), language=language)


def buttons(*pairs: tuple[str, str]) -> Actions:
    """A row of buttons: label and command."""
    return Actions(tuple(Action(label, command) for label, command in pairs))


def always(*replies: Reply) -> Script:
    """The same, whatever is asked."""
    return lambda ask: replies


def slowly(*replies: Reply) -> Script:
    """One after the other, with a breath between."""

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        for reply in replies:
            yield reply
            await asyncio.sleep(0.01)

    return told


@dataclass
class Back:
    """One `target_back`."""

    target: Target
    kind: ChatKind
    title: str
    by: Actor | None
    locale: str
    aside: bool = False


@dataclass
class Core:
    """Answers as `script` says and remembers everything it is told. `turns`: whose turn was asked for.

    `topics`: what is followed, wherever. `posts`: what was said in digests, by chat and message.
    """

    script: Script = lambda ask: [Reply(said(f"/{ask.command} {' '.join(map(str, ask.options.values()))}".strip()))]
    asks: list[Ask] = field(default_factory=list)
    lost: list[tuple[Target, str]] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)
    lacks: list[tuple[Target, tuple[str, ...]]] = field(default_factory=list)
    moved: list[tuple[Target, Target]] = field(default_factory=list)
    turns: list[tuple[Target, ChatKind]] = field(default_factory=list)
    topics: Sequence[Topic] = ()
    posts: dict[tuple[str, str], Document] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        self.asks.append(ask)
        replies = self.script(ask)
        if inspect.isawaitable(replies):
            replies = await replies
        if isinstance(replies, AsyncIterator):
            async for reply in replies:
                yield reply
            return
        assert isinstance(replies, Sequence)
        for reply in replies:
            yield reply

    async def target_lost(self, target: Target, reason: str) -> None:
        self.lost.append((target, reason))

    async def target_back(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        by: Actor | None = None,
        locale: str = "en",
        aside: bool = False,
    ) -> None:
        self.back.append(Back(target, kind, title, by, locale, aside))

    async def target_lacks(self, target: Target, missing: Sequence[str]) -> None:
        self.lacks.append((target, tuple(missing)))

    async def target_moved(self, old: Target, new: Target) -> None:
        self.moved.append((old, new))

    def picture(self, address: str) -> Picture | None:
        return self.pictures.get(address)

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        return ()

    async def followed(self, target: Target) -> Sequence[Topic]:
        return self.topics

    async def posted(self, target: Target, message_id: str) -> Document | None:
        return self.posts.get((target.chat_id, message_id))

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        self.turns.append((target, kind))
        return nullcontext()

    def of(self, command: str) -> Ask:
        """The one ask of this command."""
        (ask,) = [each for each in self.asks if each.command == command]
        return ask


@dataclass
class Memo:
    """Marks in memory."""

    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def set(self, key: str, value: str) -> None:
        self.kept[key] = value


def adapter(
    server: FakeTelegram,
    *,
    rich: str = "auto",
    marks: Memo | None = None,
    pauses: Pauses = PAUSES,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    caps: Caps = CAPS,
) -> Telegram:
    """The adapter as somebody sets it up to talk to `server`."""
    given = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_URL": server.root, "TELEGRAM_RICH": rich}
    return Telegram(TelegramSettings.read(given), clock=clock, marks=marks or Memo(), pauses=pauses, caps=caps)


@asynccontextmanager
async def running(telegram: Telegram, core: Core) -> AsyncIterator[asyncio.Task[None]]:
    """While the block runs the adapter serves; a failure of it fails the test."""
    task = asyncio.create_task(telegram.run(core))
    try:
        yield task
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended


@dataclass
class Office:
    """Server, adapter and core of one test."""

    server: FakeTelegram
    core: Core
    telegram: Telegram

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so, for twenty seconds at most."""
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110 - what is waited for is somebody else's state
                await asyncio.sleep(0.002)

    async def heard(self, count: int = 1) -> Ask:
        """The ask of that number, when it has come."""
        await self.until(lambda: len(self.core.asks) >= count)
        return self.core.asks[count - 1]

    def texts(self, place: Place | User, thread: int | None = None) -> list[str]:
        """What the bot said there."""
        return [each.text for each in self.ours(place, thread)]

    def ours(self, place: Place | User, thread: int | None = None) -> list[Message]:
        """The bot's messages there."""
        return [each for each in self.server.people.messages(place, thread) if each.ours]

    async def said(self, place: Place | User, text: str) -> Message:
        """Our message that says so, when it is there."""
        await self.until(lambda: any(text in each for each in self.texts(place)))
        return next(each for each in self.ours(place) if text in each.text)

    async def quiet(self) -> None:
        """Until every update was confirmed: nothing is under way any more."""
        await self.until(lambda: not self.server.people.updates.waiting)


@asynccontextmanager
async def office(
    core: Core | None = None, *, rich: str = "auto", marks: Memo | None = None, pauses: Pauses = PAUSES
) -> AsyncIterator[Office]:
    """A server and an adapter that serves."""
    async with FakeTelegram() as server:
        made = Office(server, core or Core(), adapter(server, rich=rich, marks=marks, pauses=pauses))
        async with running(made.telegram, made.core):
            yield made


async def message_with_button(here: Office, user: User, place: Place | User, command: str) -> Message:
    """What the bot says to /help there: a message with a button `go` for `command`."""
    here.core.script = always(Reply(said("press", buttons(("go", command)))))
    here.server.people.says(user, place, "/help@paperboy_bot")
    message = await here.said(place, "press")
    await here.quiet()
    here.core.asks.clear()
    return message


async def answered(here: Office, pressed: Pressed) -> str:
    """What popped up for whoever pressed."""
    await here.until(lambda: pressed.answer is not None)
    return str(pressed.answer)


def target(place: Place | User, thread: int | None = None) -> Target:
    """A place of the server as we know places."""
    return Target("telegram", str(place.id), None if thread is None else str(thread))


def one(telegram: Telegram, document: Document, place: Target, *, form: str = "", kind: ChatKind = "group") -> Part:
    """The one part it is rendered to."""
    (part,) = telegram.render(document, chat=Chat(target=place, kind=kind, settings=Settings(form=form)))
    return part
