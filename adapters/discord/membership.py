"""Where we are and what we may do there: told to the core when it changes, and looked through every hour.

Of a place only what is followed there is told: servers have hundreds of channels that are nothing to us.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import discord

from adapters.discord import places
from adapters.discord.connection import FAILURES, Connection, Listener, described
from bot.platforms import Actor, Core
from bot.ports import BotError
from bot.targets import Target

logger = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds between two looks at all permissions."""


class Membership:
    """For one connection. What was found closed is remembered, so that only changes are told."""

    def __init__(self, core: Core, connection: Connection, *, every: float = EVERY) -> None:
        self._core = core
        self._connection = connection
        self._every = every
        self._known: dict[Target, tuple[str, tuple[str, ...]]] = {}  # why it is closed, and what is missing there
        self._turn = asyncio.Lock()  # after a start there is much to look at, and people ask meanwhile

    def listeners(self) -> dict[str, Listener]:
        """By the library's names of events."""
        return {
            "guild_join": self._joined,
            "guild_remove": self._left,
            "guild_available": self._seen_again,
            "guild_channel_delete": self._channel_gone,
            "guild_channel_update": self._channel_changed,
            "guild_role_update": self._role_changed,
            "guild_role_delete": self._role_gone,
            "member_update": self._member_changed,
            "raw_thread_delete": self._thread_gone,
            "thread_update": self._thread_changed,
            "thread_join": self._thread_seen,
        }

    async def watch(self) -> None:
        """Look through all permissions, now and every hour, until cancelled."""
        while True:
            try:
                for guild in self._connection.guilds:
                    await self._look_at(guild)
            except BotError as exc:  # the next look comes
                logger.warning("what we may do could not be looked through: %s", exc)
            await asyncio.sleep(self._every)

    # ------------------------------------------------------------ events

    async def _joined(self, guild: discord.Guild) -> None:
        """What is followed there goes on; whoever invited us is welcomed."""
        await self._look_at(guild)
        first = _first(guild)
        if first is not None:
            await self._core.target_back(
                places.target_of(first),
                kind=places.kind_of(first),
                title=places.title_of(first),
                by=await self._inviter(guild),
                locale=guild.preferred_locale.value,
                aside=True,
            )

    async def _left(self, guild: discord.Guild) -> None:
        for channel in guild.channels:
            if channel.type in places.WRITABLE:
                self._known.pop(places.target_of(channel), None)
                await self._core.target_lost(places.target_of(channel), f"removed from {guild.name}")
        for thread in guild.threads:
            self._known.pop(places.target_of(thread), None)

    async def _seen_again(self, guild: discord.Guild) -> None:
        await self._look_at(guild)

    async def _channel_gone(self, channel: discord.abc.GuildChannel) -> None:
        self._known.pop(places.target_of(channel), None)
        await self._core.target_lost(places.target_of(channel), "the channel was deleted")

    async def _channel_changed(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        await self._look([channel, *getattr(channel, "threads", ())])

    async def _role_changed(self, _: discord.Role, role: discord.Role) -> None:
        await self._look_at(role.guild)

    async def _role_gone(self, role: discord.Role) -> None:
        await self._look_at(role.guild)

    async def _member_changed(self, _: discord.Member, member: discord.Member) -> None:
        if self._connection.user is not None and member.id == self._connection.user.id:
            await self._look_at(member.guild)

    async def _thread_gone(self, event: discord.RawThreadDeleteEvent) -> None:
        target = Target(places.NAME, str(event.parent_id), str(event.thread_id))
        self._known.pop(target, None)
        if await self._core.followed(target):
            await self._core.target_lost(target, "the thread was deleted")

    async def _thread_changed(self, _: discord.Thread, thread: discord.Thread) -> None:
        await self._look([thread])

    async def _thread_seen(self, thread: discord.Thread) -> None:
        await self._look([thread])

    # ------------------------------------------------------------ what we may

    async def _look_at(self, guild: discord.Guild) -> None:
        await self._look([*guild.channels, *guild.threads])

    async def _look(self, channels: Iterable[places.Place]) -> None:
        """Tell the core what was lost or is back in these; of one that we see for the first time, how it is."""
        for channel in channels:
            if channel.type not in places.WRITABLE and not isinstance(channel, discord.Thread):
                continue
            target, state = places.target_of(channel), (_closed(channel), places.missing(channel, channel.guild.me))
            async with self._turn:
                before = self._known.get(target)
                if before == state:
                    continue
                is_followed = bool(await self._core.followed(target))
                if is_followed or not isinstance(channel, discord.Thread):  # threads come and go, and are many
                    self._known[target] = state
                if is_followed:
                    await self._tell(channel, before, state)

    async def _tell(
        self, channel: places.Place, before: tuple[str, tuple[str, ...]] | None, now: tuple[str, tuple[str, ...]]
    ) -> None:
        target, (reason, missing) = places.target_of(channel), now
        if before is None or before[0] != reason:
            if reason:
                await self._core.target_lost(target, reason)
            else:
                await self._core.target_back(target, kind=places.kind_of(channel), title=places.title_of(channel))
        if not reason and (missing or before is not None):
            await self._core.target_lacks(target, missing)

    async def _inviter(self, guild: discord.Guild) -> Actor | None:
        """Who added us, if we may read that; else the server's owner."""
        if guild.me.guild_permissions.view_audit_log:
            try:
                async for entry in guild.audit_logs(limit=5, action=discord.AuditLogAction.bot_add):
                    if entry.user is not None and entry.target is not None and entry.target.id == guild.me.id:
                        return Actor(places.NAME, str(entry.user.id))
            except FAILURES as exc:
                logger.info("who invited us is not told: guild=%s error=%s", guild.id, described(exc))
        return Actor(places.NAME, str(guild.owner_id)) if guild.owner_id else None


def _closed(channel: places.Place) -> str:
    """Why nothing can be posted there; '' if it can."""
    lacking = places.vital(channel, places.missing(channel, channel.guild.me))
    if lacking:
        return f"missing: {', '.join(lacking)}"
    if isinstance(channel, discord.Thread) and channel.locked:
        return "" if channel.permissions_for(channel.guild.me).manage_threads else "the thread is locked"
    return ""


def _first(guild: discord.Guild) -> places.Place | None:
    """What the welcome is about: the server's own choice, else the first channel we may write to, else the first."""
    texts = [channel for channel in guild.channels if channel.type is discord.ChannelType.text]
    system = [guild.system_channel] if guild.system_channel is not None else []
    every: list[places.Place] = [*system, *sorted(texts, key=lambda each: (each.position, each.id))]
    return next((channel for channel in every if not _closed(channel)), every[0] if every else None)
