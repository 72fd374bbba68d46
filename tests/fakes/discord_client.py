"""The real discord.py, pointed at a test server: to drive the server, not the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.connection import quieted
from tests.fakes.discord_model import Channel, Guild, Message, Person
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import World


class Client(discord.AutoShardedClient):
    """As small as ours; it does not wait between two identifies, which the test server must allow."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the library's own
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.02,
            **options,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.up = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""

    async def on_ready(self) -> None:
        """It is."""
        self.up.set()

    async def close(self) -> None:
        """And let no thread beat on."""
        await super().close()
        quieted(self)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own
        """Remember which events there were."""
        self.heard.append(event)
        super().dispatch(event, *args, **kwargs)

    def at(self, channel: Channel) -> discord.PartialMessageable:
        """A channel to send to."""
        guild = int(channel.guild.id) if channel.guild is not None else None
        return self.get_partial_messageable(int(channel.id), guild_id=guild)

    async def asks(self, method: str, path: str, json: Any = None, **params: Any) -> Any:  # noqa: ANN401 - JSON
        """A request of any shape, by the library's own means."""
        more: dict[str, Any] = {"params": params} if params else {}
        if json is not None:
            more["json"] = json
        return await self.http.request(Route(method, path), **more)

    async def posts(self, channel: Channel, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """A message whatever the library thinks of it."""
        return await self.asks("POST", f"/channels/{channel.id}/messages", dict(body))

    async def edits(self, message: Message, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """An edit, likewise."""
        return await self.asks("PATCH", f"/channels/{message.channel.id}/messages/{message.id}", dict(body))


@asynccontextmanager
async def logged_in(
    server: FakeDiscord, client: Client | None = None, *, token: str | None = None
) -> AsyncIterator[Client]:
    """A client on the server's gateway, ready; gone afterwards. Raises what its login raises."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = server.api_url, yarl.URL(server.gateway_url)
    made = client or Client()
    try:
        async with made:
            running = asyncio.create_task(made.start(token or server.state.token))
            ready = asyncio.create_task(made.up.wait())
            await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if running.done():
                running.result()
            yield made
            await made.close()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        quieted(made)  # which may have met a gateway once more
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@dataclass(frozen=True, kw_only=True)
class Room:
    """A server with one guild, one channel and one member besides its owner, and a client that is logged in."""

    server: FakeDiscord
    client: Client
    guild: Guild
    channel: Channel
    alice: Person

    @property
    def world(self) -> World:
        """What is in it."""
        return self.server.world

    async def says(self, text: str = "x") -> Message:
        """The client writes into the channel."""
        sent = await self.client.at(self.channel).send(text)
        return self.channel.messages[str(sent.id)]


@asynccontextmanager
async def opened(client: Client | None = None, **state: Any) -> AsyncIterator[Room]:  # noqa: ANN401 - fields of State
    """A room, for one test."""
    async with FakeDiscord(identify_window=0, **state) as server:
        guild = server.world.guild("Research", locale="ru")
        channel = server.world.channel(guild, "papers")
        alice = server.world.joins(server.world.person("alice"), guild)
        async with logged_in(server, client) as made:
            yield Room(server=server, client=made, guild=guild, channel=channel, alice=alice)


def code(caught: Any) -> tuple[int, int]:  # noqa: ANN401 - pytest's ExceptionInfo of an HTTPException
    """HTTP status and Discord's own code."""
    return caught.value.status, caught.value.code
