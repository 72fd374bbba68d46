"""The whole bot on the test Discord, among the usual people, who use commands, press things and see what comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.discord.client import Discord
from adapters.discord.connection import Connection
from adapters.discord.limits import CAPS
from adapters.discord.settings import DiscordSettings
from bot.platforms import Caps, Marks, Pace
from bot.targets import Chat, State
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_model import Channel, Guild, Kind, Message, Person
from tests.fakes.discord_office import Hasty, target
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.newsroom import TUESDAY, announced
from tests.fakes.whole_bot import Clock, Maker, Run, WholeBot

HASTY = replace(CAPS, overall=Pace(100_000, 1), chat=Pace(100_000, 1))
"""For tests that are not about pacing."""


class Patient(Hasty):
    """For a machine that is busy with something else."""

    longest_request = 15.0


@dataclass
class Campus:
    """Ann owns the server `guild`, Bob is a member; Eve has us in her account only. `run` is the bot's present one."""

    server: FakeDiscord
    bot: WholeBot
    run: Run = field(init=False)

    def __post_init__(self) -> None:
        world = self.world = self.server.world
        self.ann = world.person("Ann")
        self.bob = world.person("Bob")
        self.eve = world.person("Eve", installed=True)
        self.guild = self.founded("Research")
        self.papers = world.channel(self.guild, "papers")

    def founded(self, name: str, *, bot: bool = True) -> Guild:
        """Another server with Ann as its owner and Bob in it."""
        made = self.world.guild(name, owner=self.ann, bot=bot)
        self.world.joins(self.bob, made)
        return made

    # ------------------------------------------------------------ what people do

    async def uses(self, person: Person, where: Channel, command: str, **options: object) -> Answer:
        """`/command option: …`; the answer, when it is there."""
        answer = await self.server.uses(person, where, command, options)
        assert not answer.failed, f"/{command} was not answered in time"
        return await self.over(answer)

    async def presses(self, person: Person, message: Message, button: str) -> Answer:
        """A button; the answer, when it is there."""
        answer = await self.server.presses(person, message, button)
        assert not answer.failed, f"{button!r} was not answered in time"
        return await self.over(answer)

    async def over(self, answer: Answer) -> Answer:
        """When the last of it has been said."""
        await self.run.until(lambda: not self.discord.busy)
        return answer

    async def follows(self, person: Person, where: Channel, topic: str = "LLM", **options: object) -> Message:
        """Somebody who may subscribes, and wants no quiet hours; the message that says so."""
        offer = (await self.uses(person, where, "subscribe", topic=topic, **options)).message
        assert offer is not None
        await self.presses(person, offer, "Subscribe")
        assert "Following" in offer.text, offer.text
        await self.uses(person, where, "settings", what="quiet", value="off", **options)
        return offer

    # ------------------------------------------------------------ time

    async def day(self, when: date, *ids: str) -> None:
        """arXiv's announcement of that day comes, with papers of these ids."""
        await self.run.later(datetime(when.year, when.month, when.day, 5, tzinfo=UTC))
        self.announce(when, *ids)
        await self.run.announced()

    async def reader(self, count: int) -> Message:
        """The card of Tuesday's digest of so many papers, in a channel that follows LLM."""
        await self.follows(self.ann, self.papers)
        await self.day(TUESDAY, *ids(count))
        return self.digests(self.papers)[-1]

    def announce(self, when: date, *ids: str) -> None:
        """arXiv announces papers about language models; the bot does not look yet."""
        self.bot.announce(when, *(announced(each, when) for each in ids))

    async def settled(self, true: Callable[[], object]) -> None:
        """Time goes on until something is so: what is tried again later is tried."""
        for _ in range(40):
            await self.run.later(timedelta(seconds=20))
            await self.run.delivered()
            await asyncio.sleep(0.01)
            if true():
                return
        raise AssertionError("it did not become so")

    # ------------------------------------------------------------ what people see

    async def told(self, person: Person, message: Message, button: str) -> str:
        """What whoever presses is told, for themselves alone."""
        return alone(await self.presses(person, message, button)).text

    def digests(self, where: Channel) -> list[Message]:
        """The cards that came there unasked."""
        return [each for each in self.ours(where) if "LLM · Tue" in each.text or "LLM · Wed" in each.text]

    @property
    def discord(self) -> Discord:
        """The adapter of this run."""
        found = self.run.platforms["discord"]
        assert isinstance(found, Discord)
        return found

    def ours(self, where: Channel | Person, *, seen_by: Person | None = None) -> list[Message]:
        """The bot's messages there."""
        place = self.world.dm(where) if isinstance(where, Person) else where
        return [each for each in self.server.messages(place, seen_by=seen_by) if each.author is self.world.bot]

    def texts(self, where: Channel | Person, *, seen_by: Person | None = None) -> list[str]:
        """What they say."""
        return [each.text for each in self.ours(where, seen_by=seen_by)]

    async def sees(self, where: Channel | Person, text: str) -> Message:
        """The bot's first message there that says so, when it is there."""
        await self.run.until(lambda: any(text in each for each in self.texts(where)))
        return next(each for each in self.ours(where) if text in each.text)

    def chat(self, where: Channel) -> Chat:
        """What we know of it."""
        found = self.run.chats.chat(target(where))
        assert found is not None
        return found

    def state(self, where: Channel) -> tuple[State, str]:
        """Does it get digests, and if not, why?"""
        found = self.chat(where)
        return found.state, found.reason

    def followed(self, where: Channel) -> list[str]:
        """What is followed there."""
        return [each.topic.name for each in self.run.chats.subscriptions(target(where))]

    def sees_us(self, guild: Guild) -> bool:
        """Does the bot know that server, and is it not in trouble?"""
        connection = self.discord._connection
        found = connection.get_guild(int(guild.id)) if connection is not None else None
        return found is not None and not found.unavailable

    def news(self) -> Channel:
        """An announcement channel."""
        return self.world.channel(self.guild, "news", Kind.ANNOUNCEMENT)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Run]:
        """The bot works while the block runs."""
        async with self.bot.open() as run:
            self.run = run
            await run.until(lambda: self.server.gateway.connected and self.discord.is_ready)
            yield run


def alone(answer: Answer) -> Message:
    """The one message of an answer that nobody else sees."""
    shown = [each for each in (answer.message, *answer.followups) if each is not None and each.only_for is not None]
    assert len(shown) == 1, answer.text
    return shown[0]


def labels(message: Message) -> list[str]:
    """What its buttons say."""
    return [each.label for each in message.buttons]


def ids(count: int) -> list[str]:
    """So many papers."""
    return [f"2605.{number:05d}" for number in range(1, count + 1)]


@asynccontextmanager
async def campus(
    folder: Path,
    *,
    caps: Caps = HASTY,
    environ: Mapping[str, str] | None = None,
    settles: float = 0.0,
    connect: type[Connection] = Patient,
    **given: Any,  # noqa: ANN401 - as WholeBot takes it
) -> AsyncIterator[Campus]:
    """A Discord and a bot that has not been opened."""
    clock = Clock()
    async with FakeDiscord(clock=lambda: clock().timestamp(), identify_window=0) as server:
        server.limits.on = False
        make = maker(server, caps=caps, settles=settles, environ=environ, connect=connect)
        yield Campus(server, WholeBot(folder, makers=[make], clock=clock, **given))


def maker(
    server: FakeDiscord,
    *,
    caps: Caps = HASTY,
    settles: float = 0.0,
    environ: Mapping[str, str] | None = None,
    connect: type[Connection] = Patient,
) -> Maker:
    """Makes the adapter as somebody sets it up to talk to `server`."""
    given = {
        "DISCORD_BOT_TOKEN": server.state.token,
        "DISCORD_API_URL": server.api_url,
        "DISCORD_GATEWAY_URL": server.gateway_url,
        **(environ or {}),
    }

    def made(marks: Marks, now: Clock) -> Discord:
        settings = DiscordSettings.read(given)
        return Discord(
            settings,
            clock=now,
            marks=marks,
            settles=timedelta(seconds=settles),
            caps=caps,
            connect=connect,
            patience=2,
        )

    return made
