"""Channels, threads and people as Targets and back, and what we may not do in them. Pure.

A private chat is `@` and the id of its person, since its channel is made when it is needed; a thread stands beside the
channel it belongs to, so that what happens to the channel happens to its threads.
"""

from __future__ import annotations

from typing import TypeAlias

import discord

from bot.targets import ChatKind, Target

NAME = "discord"

Place: TypeAlias = "discord.abc.GuildChannel | discord.Thread"

READ_ONLY = (discord.ChannelType.news, discord.ChannelType.forum, discord.ChannelType.media)
"""Channels people read; in the others they talk."""

POSTS = (discord.ChannelType.forum, discord.ChannelType.media)
"""Channels made of posts, which are threads: a message can only be written into one of them."""

WRITABLE = (discord.ChannelType.text, discord.ChannelType.news, *POSTS)

NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
"""What a digest needs, by the library's name and by that of Discord's own settings pages, in their order."""

_IN_THREADS = ("view_channel", "send_messages_in_threads", "embed_links", "read_message_history")
_IN_FORUMS = ("view_channel", "send_messages", "send_messages_in_threads", "embed_links", "read_message_history")


def private(user_id: int | str) -> Target:
    """The private chat with a person."""
    return Target(NAME, f"@{user_id}")


def person(target: Target) -> int | None:
    """Whose private chat it is; None if it is none."""
    return int(target.chat_id[1:]) if target.chat_id.startswith("@") and target.chat_id[1:].isdecimal() else None


def target_of(channel: Place) -> Target:
    """Where a digest for this channel or thread goes."""
    if isinstance(channel, discord.Thread):
        return Target(NAME, str(channel.parent_id), str(channel.id))
    return Target(NAME, str(channel.id))


def kind_of(channel: Place | None) -> ChatKind:
    """Do people read there, or talk?"""
    return "channel" if channel is not None and channel.type in READ_ONLY else "group"


def title_of(channel: Place | None) -> str:
    """`Research · #papers`."""
    if channel is None:
        return ""
    return f"{channel.guild.name} · #{channel.name}"


def channel_id(target: Target) -> int:
    """The channel or thread that messages for `target` are written into."""
    return int(target.thread_id or target.chat_id)


def missing(channel: Place, me: discord.Member) -> tuple[str, ...]:
    """What we may not do there, by the names people find in Discord's settings."""
    granted = channel.permissions_for(me)
    if isinstance(channel, discord.Thread):
        needed: tuple[str, ...] = _IN_THREADS
    elif channel.type in POSTS:
        needed = _IN_FORUMS
    else:
        needed = tuple(NEEDED)
    return tuple(NEEDED[name] for name in needed if not getattr(granted, name))


def vital(channel: Place, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `missing` without which nothing can be posted at all; without the others it is posted more simply."""
    writing = "send_messages_in_threads" if isinstance(channel, discord.Thread) else "send_messages"
    return tuple(name for name in names if name in {NEEDED["view_channel"], NEEDED[writing]})
