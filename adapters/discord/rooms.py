"""Where a message goes: the channel, what sort of one it is, and the thread under a message of ours."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import discord

from adapters.discord import limits, places
from adapters.discord.connection import Connection, described
from bot.platforms import MessageRef
from bot.targets import Target

logger = logging.getLogger(__name__)

ARCHIVE_AFTER = 1440
"""Minutes after which a digest's thread, or a post, leaves the list of channels: a day."""

REMEMBERED = 4096

_DIRECT, _NEWS, _THREAD = 1, 5, 11
_REQUIRE_TAG = 1 << 4
_POSTS = {kind.value for kind in places.POSTS}
_EXISTS = 160004
_NO_THREAD = {10008, 50001, 50013, 50024, 50068, 160002, 160006}
"""No such message, no right to make threads, none in such a channel, too many: the papers stand in the channel then."""

K = TypeVar("K")
V = TypeVar("V")


def remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    """Keep the latest of many."""
    known[key] = value
    known.move_to_end(key)
    while len(known) > REMEMBERED:
        known.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel, thread or private chat; `kind` is Discord's type of it, `tags` are a forum's (id, name).

    Only tags that everybody may use; `needs_tag`: no post without one.
    """

    id: int
    kind: int
    guild: int | None = None
    tags: tuple[tuple[str, str], ...] = ()
    needs_tag: bool = False

    @property
    def is_forum(self) -> bool:
        """Is it made of posts?"""
        return self.kind in _POSTS

    @property
    def is_news(self) -> bool:
        """Can what stands there be published?"""
        return self.kind == _NEWS

    @property
    def is_private(self) -> bool:
        """Is it a private chat?"""
        return self.kind == _DIRECT


class Rooms:
    """What the gateway told, and what had to be asked."""

    def __init__(self) -> None:
        self._private: OrderedDict[int, int] = OrderedDict()
        self._asked: OrderedDict[int, Room] = OrderedDict()

    async def of(self, connection: Connection, target: Target) -> Room:
        """The room of `target`; a private one is made when it is needed. Raises the library's errors."""
        user = places.person(target)
        if user is not None:
            return Room(id=await self._chat_with(connection, user), kind=_DIRECT)
        id_ = places.channel_id(target)
        channel = connection.get_channel(id_)
        if isinstance(channel, discord.Thread | discord.abc.GuildChannel):
            room = Room(id=id_, kind=channel.type.value, guild=channel.guild.id)
            if not isinstance(channel, discord.ForumChannel):
                return room
            tags = tuple((str(tag.id), tag.name) for tag in channel.available_tags if not tag.moderated)
            return replace(room, tags=tags, needs_tag=channel.flags.require_tag)
        if target.thread_id is not None:  # one that is archived, say
            parent = connection.get_channel(int(target.chat_id))
            return Room(id=id_, kind=_THREAD, guild=getattr(getattr(parent, "guild", None), "id", None))
        if id_ not in self._asked:
            found = await connection.call("GET", "/channels/{channel_id}", channel_id=id_)
            remember(self._asked, id_, _room(found))
        return self._asked[id_]

    async def _chat_with(self, connection: Connection, user: int) -> int:
        if user not in self._private:
            made = await connection.call("POST", "/users/@me/channels", json={"recipient_id": str(user)})
            remember(self._private, user, int(made["id"]))
        return self._private[user]


def _room(found: Mapping[str, Any]) -> Room:
    return Room(
        id=int(found["id"]),
        kind=int(found["type"]),
        guild=int(found["guild_id"]) if found.get("guild_id") else None,
        tags=tuple(
            (str(tag["id"]), str(tag["name"])) for tag in found.get("available_tags") or () if not tag.get("moderated")
        ),
        needs_tag=bool(int(found.get("flags") or 0) & _REQUIRE_TAG),
    )


class Threads:
    """Those under our messages: made from the message, whose id they have, so there is at most one."""

    def __init__(self) -> None:
        self._titles: OrderedDict[str, str] = OrderedDict()
        self._known: OrderedDict[str, int | None] = OrderedDict()

    def called(self, message: str, title: str) -> None:
        """What a thread under that message would be called."""
        remember(self._titles, message, title)

    def gone(self, root: MessageRef) -> None:
        """Somebody deleted or locked it: what follows stands in the channel."""
        remember(self._known, root.message_id, None)

    async def under(self, connection: Connection, root: MessageRef) -> int | None:
        """The thread under our message, made if it is not there; None: there can be none. Raises as the library."""
        if root.message_id not in self._known:
            remember(self._known, root.message_id, await self._made(connection, root))
        return self._known[root.message_id]

    async def _made(self, connection: Connection, root: MessageRef) -> int | None:
        if not _may_thread(connection, int(root.chat_id)):
            return None
        try:
            name = self._titles.get(root.message_id) or await self._title(connection, root)
            await connection.call(
                "POST",
                "/channels/{channel_id}/messages/{message_id}/threads",
                json={"name": name, "auto_archive_duration": ARCHIVE_AFTER},
                channel_id=root.chat_id,
                message_id=root.message_id,
            )
        except discord.HTTPException as exc:
            if exc.code in _NO_THREAD:
                logger.warning("no thread under a digest: channel=%s error=%s", root.chat_id, described(exc))
                return None
            if exc.code != _EXISTS:
                raise
        return int(root.message_id)

    @staticmethod
    async def _title(connection: Connection, root: MessageRef) -> str:
        """The name for a thread under a message that another process sent."""
        found = await connection.call(
            "GET",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=root.chat_id,
            message_id=root.message_id,
        )
        embeds = found.get("embeds") or [{}]
        return str(embeds[0].get("title") or "arXiv")[: limits.NAME]


def _may_thread(connection: Connection, channel_id: int) -> bool:
    """May we make a thread there, and write in it? What is not known is tried."""
    channel = connection.get_channel(channel_id)
    if not isinstance(channel, discord.abc.GuildChannel):
        return True
    granted = channel.permissions_for(channel.guild.me)
    return granted.create_public_threads and granted.send_messages_in_threads
