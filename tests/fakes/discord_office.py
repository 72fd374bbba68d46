"""The real Discord adapter in front of the test server, with a core that says what a test lets it say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.discord.client import Discord
from adapters.discord.connection import Connection
from adapters.discord.letters import Draw
from adapters.discord.limits import CAPS
from adapters.discord.settings import DiscordSettings
from bot.document import Document
from bot.platforms import Ask, Caps, Part
from bot.targets import Chat, ChatKind, Settings, Target
from tests.fakes.discord_model import THREADS, Channel, Guild, Person
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core, Memo


class Hasty(Connection):
    """Does not wait between two identifies, nor long for guilds or answers that never come."""

    ready_after = 0.02
    longest_request = 1.0
    again = (0.01, 0.02)
    patience = 2.5

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""


def adapter(
    server: FakeDiscord,
    *,
    marks: Memo | None = None,
    clock: Callable[[], datetime] | None = None,
    patience: float = 5.0,
    settles: float = 0.0,
    caps: Caps = CAPS,
    draw: Draw | None = None,
    environ: Mapping[str, str] | None = None,
) -> Discord:
    """The adapter as somebody sets it up to talk to `server`."""
    given = {
        "DISCORD_BOT_TOKEN": server.state.token,
        "DISCORD_API_URL": server.api_url,
        "DISCORD_GATEWAY_URL": server.gateway_url,
        **(environ or {}),
    }
    settings = DiscordSettings.read(given)
    now = clock or (lambda: datetime.fromtimestamp(server.world.now(), UTC))
    return Discord(
        settings,
        clock=now,
        marks=marks or Memo(),
        patience=patience,
        settles=timedelta(seconds=settles),
        caps=caps,
        connect=Hasty,
        draw=draw,
    )


@dataclass
class Office:
    """Server, adapter and core of one test; a guild with a channel, its owner, and Ann, who is a member."""

    server: FakeDiscord
    core: Core
    discord: Discord
    guild: Guild
    channel: Channel
    ann: Person

    @property
    def owner(self) -> Person:
        """Who may manage the guild."""
        return self.guild.owner

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something is so, for five seconds at most."""
        async with asyncio.timeout(5):
            while not true():  # noqa: ASYNC110 - what is waited for is somebody else's state
                await asyncio.sleep(0.002)

    async def heard(self, command: str) -> Ask:
        """The one ask of this command, when it has come."""
        await self.until(lambda: any(ask.command == command for ask in self.core.asks))
        return self.core.of(command)

    async def seen(self, channel: Channel) -> Target:
        """That channel or thread, when the adapter has heard of it."""
        await self.until(lambda: self.connection.get_channel(int(channel.id)))
        return target(channel)

    @property
    def connection(self) -> Connection:
        """The one there is."""
        assert self.discord._connection is not None
        return self.discord._connection

    def texts(self, channel: Channel | None = None, *, seen_by: Person | None = None) -> list[str]:
        """What stands there, as one who sees only what all see, or as `seen_by`."""
        return [each.text for each in self.server.messages(channel or self.channel, seen_by=seen_by)]

    def routes(self, prefix: str = "") -> list[str]:
        """What was asked of the server, in order."""
        return [call.route for call in self.server.calls if call.route.startswith(prefix)]


@asynccontextmanager
async def office(
    core: Core | None = None, *, marks: Memo | None = None, draw: Draw | None = None, **environ: str
) -> AsyncIterator[Office]:
    """A server and an adapter that serves."""
    async with FakeDiscord(identify_window=0) as server:
        guild = server.world.guild("Research")
        channel = server.world.channel(guild, "papers")
        ann = server.world.joins(server.world.person("Ann"), guild)
        made = Office(
            server, core or Core(), adapter(server, marks=marks, draw=draw, environ=environ), guild, channel, ann
        )
        async with running(made.discord, made.core):
            yield made


@asynccontextmanager
async def running(discord: Discord, core: Core) -> AsyncIterator[asyncio.Task[None]]:
    """While the block runs the adapter serves; a failure of it fails the test."""
    task = asyncio.create_task(discord.run(core))
    ready = asyncio.create_task(discord.check(Target("discord", "1")))  # which waits for the connection
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        yield task
    finally:
        task.cancel()
        ended, _ = await asyncio.gather(task, ready, return_exceptions=True)
        if isinstance(ended, Exception):
            raise ended


def target(channel: Channel) -> Target:
    """A channel or thread as we know places."""
    if channel.kind in THREADS and channel.parent is not None:
        return Target("discord", channel.parent.id, channel.id)
    return Target("discord", channel.id)


def parts(
    discord: Discord, document: Document, where: Target, *, kind: ChatKind = "group", **settings: str
) -> list[Part]:
    """What it is rendered to."""
    chat = Chat(target=where, kind=kind, settings=Settings(**settings))  # type: ignore[arg-type] # a test's own names
    return list(discord.render(document, chat=chat))
