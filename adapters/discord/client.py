"""Discord: port `Platform` over discord.py. One connection at a time; a new one whenever `run` is called again."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from adapters.discord import commands, limits, places, render
from adapters.discord.connection import FAILURES, Connection, described, settled
from adapters.discord.inbound import Inbound
from adapters.discord.letters import Draw, Letters
from adapters.discord.membership import Membership
from adapters.discord.outbound import Outbound, is_out
from adapters.discord.posts import SETTLES, Posts
from adapters.discord.settings import DiscordSettings
from adapters.discord.whereabouts import seen
from adapters.setup import DISCORD_PERMISSIONS
from bot.document import Document
from bot.formulas.drawing import Drawing
from bot.platforms import Actor, Caps, Core, Marks, MessageRef, NotSent, Part, Where
from bot.ports import Clock
from bot.targets import Chat, Target

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds a message waits for the connection before it is tried another time."""

_SYNCED = "discord commands"


class Discord:
    """See `bot.platforms.Platform`. `marks` remember which slash commands Discord was told."""

    name = places.NAME

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        clock: Clock,
        marks: Marks,
        proxy: str | None = None,
        patience: float = PATIENCE,
        settles: timedelta = SETTLES,
        caps: Caps = limits.CAPS,
        connect: type[Connection] = Connection,
        draw: Draw | None = None,
    ) -> None:
        self.caps = caps
        self._settings = settings
        self._clock = clock
        self._marks = marks
        self._proxy = proxy
        self._patience = patience
        self._connect = connect
        self._connection: Connection | None = None
        self._ready = asyncio.Event()
        self._letters = Letters(draw or Drawing())
        posts = Posts(clock=clock, settles=settles)
        self._outbound = Outbound(
            self._connected, publish=settings.publish, posts=posts, letters=self._letters, clock=clock
        )

    # ------------------------------------------------------------ what goes out

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """Embeds and buttons; text alone where we may not embed links."""
        return render.render(
            document, chat=chat, limit=self.caps.text, embeds=self._may_embed(chat.target), about=about
        )

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """Text alone."""
        return render.plain(document, limit=self.caps.text)

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        """See the port."""
        return await self._outbound.send(target, part, nonce=nonce, root=root, silent=silent)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See the port."""
        await self._outbound.edit(ref, part)

    async def find(self, target: Target, part: Part, *, since: datetime, root: MessageRef | None) -> MessageRef | None:
        """See `bot.platforms.Searching`."""
        return await self._outbound.find(target, part, since=since, root=root)

    def linked(self, part: Part, posts: Mapping[str, str], *, chat: Chat) -> Part:
        """See `bot.platforms.Linking`."""
        return render.linked(part, posts)

    async def check(self, target: Target) -> Sequence[str]:
        """What we may not do there, by the names of Discord's settings; from what the gateway told us.

        Raises NotSent while that server cannot be seen.
        """
        if places.person(target) is not None:
            return ()
        connection = await self._connected()
        if is_out(connection, target):
            raise NotSent("the server is not available")
        channel = seen(connection, target)
        if channel is None:
            return (places.NEEDED["view_channel"],)
        return places.missing(channel, channel.guild.me)

    def private_chat(self, actor: Actor) -> Target:
        """See the port."""
        return places.private(actor.id)

    def invitation(self, where: Where) -> str | None:
        """The page that takes us into a server; our profile for a private chat."""
        user = self._connection.user if self._connection is not None else None
        if user is None:
            return None
        if where == "private":
            return f"https://discord.com/users/{user.id}"
        return (
            f"https://discord.com/oauth2/authorize?client_id={user.id}"
            f"&scope=bot+applications.commands&permissions={DISCORD_PERMISSIONS}"
        )

    # ------------------------------------------------------------ the connection

    @property
    def is_ready(self) -> bool:
        """Are we connected, and have been told where we are?"""
        return self._ready.is_set()

    @property
    def busy(self) -> int:
        """How many things that people did, or that happened, are being dealt with."""
        return self._connection.busy if self._connection is not None else 0

    async def run(self, core: Core) -> None:
        """See the port."""
        connection = self._connect(self._settings, proxy=self._proxy)
        inbound = Inbound(
            core,
            connection,
            platform=self,
            letters=self._letters,
            clock=self._clock,
            elsewhere=partial(self._post, core),
        )
        membership = Membership(core, connection)
        watching: list[asyncio.Task[None]] = []

        async def logged_in() -> None:
            await self._sync(connection)

        async def ready() -> None:  # after every reconnect that could not be resumed
            self._ready.set()
            if not watching:
                watching.append(asyncio.create_task(membership.watch()))

        connection.listen({"interaction": inbound.heard, "ready": ready, **membership.listeners()}, first=logged_in)
        self._connection = connection
        try:
            await connection.serve()
        finally:
            self._connection = None
            self._ready.clear()
            for task in watching:
                await settled(task)

    async def _connected(self) -> Connection:
        try:
            async with asyncio.timeout(self._patience):
                await self._ready.wait()
        except TimeoutError:
            raise NotSent("not connected to Discord") from None
        if self._connection is None:
            raise NotSent("not connected to Discord")
        return self._connection

    async def _sync(self, connection: Connection) -> None:
        """Tell Discord our slash commands, if they are others than it was told."""
        application = connection.application_id
        wanted = f"{application} {commands.fingerprint()}"
        if await self._marks.get(_SYNCED) == wanted:
            return
        try:
            await connection.call(
                "PUT",
                "/applications/{application_id}/commands",
                json=commands.commands(),
                application_id=application or 0,
            )
        except FAILURES as exc:
            logger.error("slash commands could not be registered: %s", described(exc))  # noqa: TRY400 - said whole
            return
        await self._marks.set(_SYNCED, wanted)
        logger.info("slash commands registered")

    async def _post(self, core: Core, target: Target, parts: Iterable[Part]) -> None:
        """What came too late for its interaction. Raises DeliveryError."""
        for part in parts:
            async with core.turn(target, "private" if places.person(target) else "group"):
                await self.send(target, part, nonce=uuid.uuid4().hex[:25])

    def _may_embed(self, target: Target) -> bool:
        connection = self._connection
        channel = seen(connection, target) if connection is not None else None
        return channel is None or channel.permissions_for(channel.guild.me).embed_links


def create(environ: Mapping[str, str] = os.environ, *, clock: Clock, marks: Marks) -> Discord | None:
    """Discord, if `DISCORD_BOT_TOKEN` is set. Raises SettingsError."""
    settings = DiscordSettings.read(environ)
    if settings.token is None:
        return None
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or None
    return Discord(settings, clock=clock, marks=marks, proxy=proxy)
