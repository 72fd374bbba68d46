"""The whole bot on the test Telegram, among the usual people, who say and press things and look at what comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.telegram.client import Telegram
from adapters.telegram.limits import CAPS
from adapters.telegram.pauses import Pauses
from adapters.telegram.settings import TelegramSettings
from bot.platforms import Caps, Marks, Pace
from tests.fakes.messenger import PAUSES
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Pressed
from tests.fakes.telegram_places import Chat, Message, Topic, User
from tests.fakes.whole_bot import Clock, Run, WholeBot

HASTY = replace(CAPS, overall=Pace(100_000, 1), chat=Pace(100_000, 1), group=None)
"""For tests that are not about pacing."""

PATIENT = replace(PAUSES, batch=20)
"""An update is confirmed when everything was answered, so that a test knows when that is."""

IMPATIENT = replace(PATIENT, read=1)
"""For servers that never answer."""


@dataclass
class Town:
    """Ann is everywhere an admin, Bob a member; nobody knows Eve. `run` is the bot's present one."""

    server: FakeTelegram
    bot: WholeBot
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        people = self.people = self.server.people
        self.ann = people.add_user("Ann", started=True)
        self.bob = people.add_user("Bob", started=True)
        self.eve = people.add_user("Eve", started=True)

    def group(self, title: str = "Readers", **given: Any) -> Chat:  # noqa: ANN401 - as the world takes it
        """A supergroup."""
        return self.people.add_supergroup(title, admins=[self.ann], members=[self.bob], **given)

    def forum(self, title: str = "Lab") -> tuple[Chat, Topic]:
        """A forum with a topic."""
        forum = self.people.add_forum(title, admins=[self.ann], members=[self.bob])
        return forum, self.people.add_topic(forum, "Papers")

    def channel(self, title: str = "News", username: str | None = "daily_news", **given: Any) -> Chat:  # noqa: ANN401
        """A channel."""
        return self.people.add_channel(title, username=username, admins=[self.ann], members=[self.bob], **given)

    # ------------------------------------------------------------ what people do

    async def says(self, user: User, where: Chat | User, text: str, **given: Any) -> list[Message]:  # noqa: ANN401
        """What the bot then says there that is new. See `People.says`."""
        before = self._last(where)
        self.people.says(user, where, text, **given)
        await self.quiet()
        return self.since(where, before)

    async def posts(self, channel: Chat, text: str) -> list[Message]:
        """An admin posts; what the bot then says there."""
        before = self._last(channel)
        self.people.posts(channel, text)
        await self.quiet()
        return self.since(channel, before)

    async def answer(self, user: User, where: Chat | User, text: str, **given: Any) -> Message:  # noqa: ANN401
        """The one message the bot answers with."""
        found = await self.says(user, where, text, **given)
        assert len(found) == 1, [each.text for each in found]
        return found[0]

    async def presses(self, user: User, message: Message, button: str) -> Pressed:
        """What somebody who presses it is told. It is told in any case."""
        pressed = self.people.presses(user, message, button)
        await self.quiet()
        assert pressed.answer is not None, f"the clock on {button!r} still turns"
        return pressed

    async def opens(self, user: User, message: Message, button: str) -> list[Message]:
        """A button that is a link to the private chat with the bot; what it says there."""
        url = message.button(button).url
        start = f"https://t.me/{self.people.bot.username}?start="
        assert url is not None, f"{button!r} is no link"
        assert url.startswith(start), url
        return await self.says(user, user, f"/start {url.removeprefix(start)}")

    async def follows(self, user: User, where: Chat | User, topic: str = "LLM", **given: Any) -> None:  # noqa: ANN401
        """Somebody who may subscribes, and wants no quiet hours."""
        offer = await self.answer(user, where, f"/subscribe {topic}", **given)
        await self.presses(user, offer, "Subscribe")
        assert "Following" in offer.text, offer.text
        await self.says(user, where, "/settings quiet off", **given)

    # ------------------------------------------------------------ what people see

    async def quiet(self) -> None:
        """Until everything that happened was dealt with."""
        await self.run.until(lambda: not self.people.updates.waiting)

    def ours(self, where: Chat | User, thread: int | None = None) -> list[Message]:
        """The bot's messages there."""
        return [each for each in self.people.messages(where, thread) if each.ours]

    def texts(self, where: Chat | User, thread: int | None = None) -> list[str]:
        """What they say."""
        return [each.text for each in self.ours(where, thread)]

    def since(self, where: Chat | User, number: int) -> list[Message]:
        """The bot's messages there after that one."""
        return [each for each in self.ours(where) if each.id > number]

    async def sees(self, where: Chat | User, text: str) -> Message:
        """The bot's first message there that says so, when it is there."""
        await self.run.until(lambda: any(text in each for each in self.texts(where)))
        return next(each for each in self.ours(where) if text in each.text)

    def _last(self, where: Chat | User) -> int:
        place = self.people.private(where) if isinstance(where, User) else where
        return max(place.log, default=0)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Run]:
        """The bot works while the block runs."""
        async with self.bot.open() as run:
            self.run = run
            await run.until(lambda: run.platforms["telegram"].invitation("private"))
            yield run


@asynccontextmanager
async def town(
    folder: Path,
    *,
    caps: Caps = HASTY,
    rich: str = "auto",
    pauses: Pauses = PATIENT,
    server: Callable[[Clock], FakeTelegram] = lambda clock: FakeTelegram(now=clock),
    **given: Any,  # noqa: ANN401 - as WholeBot takes it
) -> AsyncIterator[Town]:
    """A Telegram and a bot that has not been opened."""
    clock = Clock()
    async with server(clock) as telegram:
        given_to_it = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.root, "TELEGRAM_RICH": rich}

        def made(marks: Marks, now: Clock) -> Telegram:
            return Telegram(TelegramSettings.read(given_to_it), clock=now, marks=marks, pauses=pauses, caps=caps)

        yield Town(telegram, WholeBot(folder, makers=[made], clock=clock, **given))
