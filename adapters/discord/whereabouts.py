"""Where somebody is who wants something, which channel they mean, and whether it is theirs to manage."""

from __future__ import annotations

from typing import Any

import discord

from adapters.discord import places
from bot.targets import ChatKind, Target


def seen(client: discord.Client, target: Target) -> places.Place | None:
    """The channel or thread of `target`, the channel where its thread is not known; None: we cannot see it."""
    if not target.chat_id.isdecimal():
        return None
    return _place(client.get_channel(places.channel_id(target)) or client.get_channel(int(target.chat_id)))


def named(client: discord.Client, option: object) -> Target | None:
    """The channel that a command names as an option; None: it names none."""
    if not isinstance(option, str) or not option.isdecimal():
        return None
    channel = _place(client.get_channel(int(option)))
    return places.target_of(channel) if channel is not None else Target(places.NAME, option)


def here(interaction: discord.Interaction[Any]) -> Target:
    """Where it comes from."""
    channel = channel_of(interaction)
    if interaction.guild_id is None and interaction.context.dm_channel is False and interaction.channel_id:
        return Target(places.NAME, str(interaction.channel_id))  # a group of friends
    if interaction.guild_id is None:
        return places.private(interaction.user.id)
    return places.target_of(channel) if channel is not None else Target(places.NAME, str(interaction.channel_id))


def kind(interaction: discord.Interaction[Any]) -> ChatKind:
    """What kind of chat that is."""
    if interaction.guild_id is None:
        return "private" if places.person(here(interaction)) else "group"
    return places.kind_of(channel_of(interaction))


def channel_of(interaction: discord.Interaction[Any]) -> places.Place | None:
    """The channel or thread of a server that it comes from; None: it is none, or Discord has not said."""
    return _place(interaction.channel)


async def manages(client: discord.Client, interaction: discord.Interaction[Any], about: Target | None) -> bool:
    """Does the asker manage the server? Elsewhere than here Discord is asked."""
    if about is None:
        return interaction.guild_id is not None and interaction.permissions.manage_guild
    channel = seen(client, about)
    if channel is None:
        return False
    if channel.guild.id == interaction.guild_id:
        return interaction.permissions.manage_guild
    try:
        member = await channel.guild.fetch_member(interaction.user.id)
    except discord.NotFound:
        return False
    return channel.permissions_for(member).manage_guild


def _place(channel: object) -> places.Place | None:
    return channel if isinstance(channel, discord.Thread | discord.abc.GuildChannel) else None
