"""Posts of forums: threads with a first message. They take no nonce, so they are looked for when in doubt."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.utils import time_snowflake

from adapters.discord import limits, render
from adapters.discord.attachments import Letter
from adapters.discord.connection import Connection
from adapters.discord.rooms import ARCHIVE_AFTER, Room, remember
from bot.platforms import Part, RetryLater
from bot.ports import Clock

CLOCKS = timedelta(seconds=30)
"""How far Discord's clock may be from ours."""

SETTLES = timedelta(seconds=10)
"""What was asked of Discord so long ago, and is not there, will not come any more."""


class Posts:
    """`settles` is how long one whose fate is not known is left alone before it is looked for."""

    def __init__(self, *, clock: Clock, settles: timedelta = SETTLES) -> None:
        self._clock = clock
        self._settles = settles
        self._tried: OrderedDict[tuple[int, str], datetime] = OrderedDict()

    async def make(self, connection: Connection, forum: Room, part: Part, letter: Letter) -> int:
        """The id of the new post, which its first message has, too. Raises the library's errors."""
        post: dict[str, Any] = {
            "name": name_of(part),
            "auto_archive_duration": ARCHIVE_AFTER,
            "message": letter.body,
        }
        tags = render.tags(part.payload, forum.tags)
        if not tags and forum.needs_tag:
            tags = [id_ for id_, _ in forum.tags[:1]]
        if tags:
            post["applied_tags"] = tags
        await connection.turn()
        remember(self._tried, (forum.id, name_of(part)), self._clock())
        made = await connection.direct.post(f"/channels/{forum.id}/threads", post, letter.files)
        return int(made["id"])

    async def find(
        self, connection: Connection, forum: Room, part: Part, letters: Sequence[Letter], since: datetime
    ) -> int | None:
        """The post that an earlier try, `since` then, made after all: ours, there, called and beginning like that.

        Raises the library's errors, and RetryLater where it is too early to tell.
        """
        tried = max(since, self._tried.get((forum.id, name_of(part)), since))
        left = min(tried + self._settles - self._clock(), self._settles)
        if left > timedelta():
            raise RetryLater(left.total_seconds())
        async for thread in _threads(connection, forum):
            if (
                str(thread.get("owner_id")) == me(connection)
                and squeezed(thread.get("name")) == squeezed(name_of(part))
                and int(thread["id"]) >= time_snowflake(since - CLOCKS)
                and await _begins(connection, int(thread["id"]), letters)
            ):
                return int(thread["id"])
        return None


def name_of(part: Part) -> str:
    """What a post that begins with `part` is called. Pure."""
    return str(part.payload.get("title") or "arXiv")[: limits.NAME]


async def _threads(connection: Connection, forum: Room) -> AsyncIterator[Mapping[str, Any]]:
    """Those of the forum: the active ones, then the last that were archived, where we may read them."""
    found = await connection.call("GET", "/guilds/{guild_id}/threads/active", guild_id=forum.guild or 0)
    for thread in found.get("threads", ()):
        if str(thread.get("parent_id")) == str(forum.id):
            yield thread
    try:
        found = await connection.call(
            "GET",
            "/channels/{channel_id}/threads/archived/public",
            params={"limit": 100},
            channel_id=forum.id,
        )
    except discord.Forbidden:
        return
    for thread in found.get("threads", ()):
        yield thread


async def _begins(connection: Connection, post: int, letters: Sequence[Letter]) -> bool:
    """Does its first message say this, in one of its forms? One that cannot be read is taken to."""
    try:
        first = await connection.call(
            "GET", "/channels/{channel_id}/messages/{message_id}", channel_id=post, message_id=post
        )
    except (discord.Forbidden, discord.NotFound):
        return True
    return gist(first) in {gist(letter.message) for letter in letters}


# ---------------------------------------------------------------- what is compared


def me(connection: Connection) -> str:
    """Our id."""
    return str(connection.user.id) if connection.user else ""


def gist(message: Mapping[str, Any]) -> tuple[str, ...]:
    """What a message says, without white space and marks, which Discord may change. Pure."""
    embeds: Sequence[Mapping[str, Any]] = message.get("embeds") or ()
    said = [message.get("content"), *(embed.get(key) for embed in embeds for key in ("title", "description"))]
    return tuple(found for text in said if (found := squeezed(text)))


def squeezed(text: object) -> str:
    """Its letters and digits. Pure."""
    return re.sub(r"\W+", "", text)[:500] if isinstance(text, str) else ""
