"""Where we are and what we may do there: told to the core when it changes, and looked through every hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

import discord

from adapters.discord import places
from adapters.discord.connection import Connection, Listener, described
from bot.platforms import Actor, Core
from bot.targets import Target

logger = logging.getLogger(__name__)

EVERY = 3600.0
"""Seconds between two looks at all permissions."""


class Membership:
    """For one connection. What was found lost is remembered, so that only changes are told."""

    def __init__(self, core: Core, connection: Connection) -> None:
        self._core = core
        self._connection = connection
        self._lost: set[Target] = set()

    def listeners(self) -> dict[str, Listener]:
        """By the library's names of events."""
        return {
            "guild_join": self._joined,
            "guild_remove": self._left,
            "guild_channel_delete": self._channel_gone,
            "guild_channel_update": self._channel_changed,
            "guild_role_update": self._role_changed,
            "member_update": self._member_changed,
            "raw_thread_delete": self._thread_gone,
            "thread_update": self._thread_changed,
        }

    async def watch(self) -> None:
        """Look through all permissions, now and every hour, until cancelled."""
        while True:
            for guild in self._connection.guilds:
                await self._look(guild.channels)
                await self._look(guild.threads)
            await asyncio.sleep(EVERY)

    # ------------------------------------------------------------ events

    async def _joined(self, guild: discord.Guild) -> None:
        """Everything there goes on; where nothing was followed, whoever invited us is welcomed."""
        self._lost = {target for target in self._lost if self._guild_of(target) != guild.id}
        by, locale = await self._inviter(guild), guild.preferred_locale.value
        first = _first(guild)
        for channel in (*_writable(guild), *guild.threads):
            if channel is not first:
                await self._core.target_back(
                    places.target_of(channel), kind=places.kind_of(channel), title=places.title_of(channel)
                )
        if first is not None:
            await self._core.target_back(
                places.target_of(first),
                kind=places.kind_of(first),
                title=places.title_of(first),
                by=by,
                locale=locale,
            )

    async def _left(self, guild: discord.Guild) -> None:
        for channel in guild.channels:
            await self._core.target_lost(places.target_of(channel), f"removed from {guild.name}")

    async def _channel_gone(self, channel: discord.abc.GuildChannel) -> None:
        await self._core.target_lost(places.target_of(channel), "the channel was deleted")

    async def _channel_changed(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        await self._look([channel, *getattr(channel, "threads", ())])

    async def _role_changed(self, _: discord.Role, role: discord.Role) -> None:
        await self._look([*role.guild.channels, *role.guild.threads])

    async def _member_changed(self, _: discord.Member, member: discord.Member) -> None:
        if self._connection.user is not None and member.id == self._connection.user.id:
            await self._look([*member.guild.channels, *member.guild.threads])

    async def _thread_gone(self, event: discord.RawThreadDeleteEvent) -> None:
        target = Target(places.NAME, str(event.parent_id), str(event.thread_id))
        await self._core.target_lost(target, "the thread was deleted")

    async def _thread_changed(self, _: discord.Thread, thread: discord.Thread) -> None:
        await self._look([thread])

    # ------------------------------------------------------------ what we may

    async def _look(self, channels: Iterable[places.Place]) -> None:
        """Tell the core what was lost or is back in these."""
        for channel in channels:
            if channel.type not in places.WRITABLE and not isinstance(channel, discord.Thread):
                continue
            target, reason = places.target_of(channel), _closed(channel)
            if reason and target not in self._lost:
                self._lost.add(target)
                await self._core.target_lost(target, reason)
            elif not reason and target in self._lost:
                self._lost.discard(target)
                await self._core.target_back(target, kind=places.kind_of(channel), title=places.title_of(channel))

    async def _inviter(self, guild: discord.Guild) -> Actor | None:
        """Who added us, if we may read that; else the server's owner."""
        if guild.me.guild_permissions.view_audit_log:
            try:
                async for entry in guild.audit_logs(limit=5, action=discord.AuditLogAction.bot_add):
                    if entry.user is not None and entry.target is not None and entry.target.id == guild.me.id:
                        return Actor(places.NAME, str(entry.user.id))
            except discord.HTTPException as exc:
                logger.info("who invited us is not told: guild=%s error=%s", guild.id, described(exc))
        return Actor(places.NAME, str(guild.owner_id)) if guild.owner_id else None

    def _guild_of(self, target: Target) -> int | None:
        channel = self._connection.get_channel(int(target.chat_id)) if target.chat_id.isdecimal() else None
        return getattr(getattr(channel, "guild", None), "id", None)


def _closed(channel: places.Place) -> str:
    """Why nothing can be posted there; '' if it can."""
    lacking = places.vital(channel, places.missing(channel, channel.guild.me))
    if lacking:
        return f"missing: {', '.join(lacking)}"
    if isinstance(channel, discord.Thread) and channel.locked:
        return "the thread is locked"
    return ""


def _writable(guild: discord.Guild) -> list[places.Place]:
    return [channel for channel in guild.channels if channel.type in places.WRITABLE and not _closed(channel)]


def _first(guild: discord.Guild) -> places.Place | None:
    """Where newcomers are greeted: the server's own choice, else the first text channel we may write to."""
    system = guild.system_channel
    if system is not None and not _closed(system):
        return system
    return next((channel for channel in _writable(guild) if channel.type is discord.ChannelType.text), None)
