"""What goes out to Discord: messages, threads under them, forum posts; each once, however often it is tried.

A message carries its nonce, by which Discord gives back the one that is there already. A thread hangs under our own
message and has its id, so there is at most one. A forum post takes no nonce: `find` looks for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import discord
from discord.utils import time_snowflake

from adapters.discord import limits, places
from adapters.discord.attachments import Letter
from adapters.discord.connection import FAILURES, Connection, described
from adapters.discord.errors import delivery_error
from adapters.discord.letters import Letters, first_taken, may_attach
from adapters.discord.posts import CLOCKS, Posts, gist, me
from adapters.discord.rooms import Room, Rooms, Threads
from bot.platforms import DeliveryError, Fatal, MessageRef, NotSent, Part, TargetGone, Unknown
from bot.ports import Clock
from bot.targets import Target

logger = logging.getLogger(__name__)

SILENT = 1 << 12
"""SUPPRESS_NOTIFICATIONS: Discord's flag of a message that makes no sound."""

NONCE = 25
"""Characters of a nonce, at most."""

PROTECTED = timedelta(seconds=0.8 * limits.CAPS.nonce_window)
"""How long after a message was sent Discord certainly knows its nonce: what `bot.delivery.doubt` trusts."""

LONGEST_PUBLISHING = 10.0
"""Seconds a message that has arrived waits for its being published."""

_THREAD_GONE = {10003, 50001, 50013, 50083, 160005}
"""A thread under a message of ours was deleted or locked, or we lack the right to write in threads."""


class Outbound:
    """Sends and edits over the connection there is; `connected` waits for one and raises NotSent if none comes."""

    def __init__(
        self,
        connected: Callable[[], Awaitable[Connection]],
        *,
        publish: bool,
        posts: Posts,
        letters: Letters,
        clock: Clock,
        protected: timedelta = PROTECTED,
    ) -> None:
        self._connected = connected
        self._publish = publish
        self._posts = posts
        self._letters = letters
        self._clock = clock
        self._protected = protected
        self._rooms = Rooms()
        self._threads = Threads()

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None, silent: bool
    ) -> MessageRef:
        """See `bot.platforms.Platform.send`."""
        connection = await self._connected()
        letters = await self._letters.of(part, may_attach=may_attach(connection, target))
        if silent:
            letters = tuple(each.having(flags=each.message["flags"] | SILENT) for each in letters)
        try:
            room = await self._rooms.of(connection, target)
            if _is_post(room, part, root):
                return await self._post(connection, target, room, part, letters)
            thread = await self._thread(connection, target, room, part, root)
            said = partial(_said, connection, letters=letters, nonce=nonce[:NONCE])
            try:
                sent = await said(room.id if thread is None else thread)
            except (discord.Forbidden, discord.NotFound) as exc:
                if thread is None or root is None or exc.code not in _THREAD_GONE:
                    raise
                logger.warning("a digest's thread is not ours to write in: thread=%s error=%s", thread, described(exc))
                if room.is_forum:
                    return await self._post(connection, target, room, part, letters)
                self._threads.gone(root)
                sent = await said(room.id)
        except FAILURES as exc:
            raise _sorted(connection, target, delivery_error(exc)) from None
        ref = _ref(target, room, channel=int(sent["channel_id"]), message=int(sent["id"]))
        self._threads.called(ref.message_id, str(part.payload.get("title", "")))
        await self._published(connection, room, ref)
        return ref

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """See `bot.platforms.Platform.edit`."""
        connection = await self._connected()
        target = Target(places.NAME, ref.chat_id, ref.thread_id)
        letters = await self._letters.of(part, may_attach=may_attach(connection, target))
        try:
            room = await self._rooms.of(connection, target)

            async def change(letter: Letter) -> None:
                await connection.call(
                    "PATCH",
                    "/channels/{channel_id}/messages/{message_id}",
                    json=letter.body,
                    files=letter.files,
                    channel_id=room.id,
                    message_id=ref.message_id,
                )

            await first_taken(letters, change)
        except FAILURES as exc:
            error = _sorted(connection, target, delivery_error(exc, editing=True))
            if isinstance(error, TargetGone) and ref.thread_id is not None:
                error = Fatal(error.reason)  # the thread of a digest, perhaps: the channel is still there
            raise error from None

    async def find(self, target: Target, part: Part, *, since: datetime, root: MessageRef | None) -> MessageRef | None:
        """The message that an earlier try, `since` then, brought there after all. Raises DeliveryError.

        Nothing goes to a forum before it is known whether it is there. What has a nonce that Discord still knows is not
        looked for: the nonce is more exact.
        """
        connection = await self._connected()
        is_post = False
        letters = await self._letters.of(part, may_attach=True)  # as it may have been tried
        try:
            room = await self._rooms.of(connection, target)
            is_post = _is_post(room, part, root)
            if is_post:
                post = await self._posts.find(connection, room, part, letters, since)
                return None if post is None else _ref(target, room, channel=post, message=post)
            if self._clock() - since < self._protected:
                return None
            for channel in _may_be_in(target, room, part, root):
                found = await _found(connection, channel, letters, since)
                if found is not None:
                    return _ref(target, room, channel=channel, message=found)
        except FAILURES as exc:
            error = _sorted(connection, target, delivery_error(exc))
            raise NotSent(str(error)) if is_post and isinstance(error, Unknown | Fatal) else error from None
        return None

    # ------------------------------------------------------------ how

    async def _thread(
        self, connection: Connection, target: Target, room: Room, part: Part, root: MessageRef | None
    ) -> int | None:
        """The thread of the digest that `part` belongs into; None: it belongs into the room itself."""
        if root is None:
            return None
        if room.is_forum:
            return int(root.thread_id or root.message_id)
        if room.is_private or target.thread_id is not None or not part.payload.get("thread"):
            return None
        return await self._threads.under(connection, root)

    async def _post(
        self, connection: Connection, target: Target, forum: Room, part: Part, letters: Sequence[Letter]
    ) -> MessageRef:
        made = await first_taken(letters, lambda letter: self._posts.make(connection, forum, part, letter))
        return _ref(target, forum, channel=made, message=made)

    async def _published(self, connection: Connection, room: Room, ref: MessageRef) -> None:
        """In an announcement channel, passed on to the servers that follow it. That it fails is no failure to post."""
        if not self._publish or ref.thread_id or not room.is_news:
            return
        try:
            async with asyncio.timeout(LONGEST_PUBLISHING):
                await connection.call(
                    "POST",
                    "/channels/{channel_id}/messages/{message_id}/crosspost",
                    channel_id=ref.chat_id,
                    message_id=ref.message_id,
                )
        except FAILURES as exc:
            logger.warning("a post was not published: channel=%s error=%s", ref.chat_id, described(exc))


def _is_post(room: Room, part: Part, root: MessageRef | None) -> bool:
    return room.is_forum and (root is None or root.thread_id is None or bool(part.payload.get("post")))


async def _said(connection: Connection, channel: int, *, letters: Sequence[Letter], nonce: str) -> Any:  # noqa: ANN401 - JSON
    async def say(letter: Letter) -> Any:  # noqa: ANN401 - JSON
        keyed = letter.having(nonce=nonce, enforce_nonce=True)
        return await connection.call(
            "POST", "/channels/{channel_id}/messages", json=keyed.body, files=keyed.files, channel_id=channel
        )

    return await first_taken(letters, say)


def _may_be_in(target: Target, room: Room, part: Part, root: MessageRef | None) -> list[int]:
    """Where an earlier try may have brought it: into the digest's thread, or into the channel if there is none."""
    if room.is_forum and root is not None:
        return [int(root.thread_id or root.message_id)]
    in_thread = part.payload.get("thread") and root is not None and not room.is_private and target.thread_id is None
    return [int(root.message_id), room.id] if in_thread and root is not None else [room.id]


async def _found(connection: Connection, channel: int, letters: Sequence[Letter], since: datetime) -> int | None:
    """Our message there that says the same, in one of its forms.

    None as well if we may not read it, or there is no such place yet.
    """
    try:
        found = await connection.call(
            "GET",
            "/channels/{channel_id}/messages",
            params={"limit": 100, "after": time_snowflake(since - CLOCKS)},
            channel_id=channel,
        )
    except (discord.Forbidden, discord.NotFound):
        return None
    wanted = {gist(letter.message) for letter in letters}
    ours = (each for each in found if str((each.get("author") or {}).get("id")) == me(connection))
    return next((int(each["id"]) for each in ours if gist(each) in wanted), None)


def _sorted(connection: Connection, target: Target, error: DeliveryError) -> DeliveryError:
    """While Discord itself has lost sight of a server, that it knows no such channel means nothing."""
    if isinstance(error, TargetGone) and is_out(connection, target):
        return NotSent(f"the server is not available ({error.reason})")
    return error


def is_out(connection: Connection, target: Target) -> bool:
    """Is the server of `target` in trouble, or perhaps, since one that is in trouble has not told us its channels?"""
    if places.person(target) is not None:
        return False
    for id_ in (places.channel_id(target), int(target.chat_id)):
        channel = connection.get_channel(id_)
        if isinstance(channel, discord.Thread | discord.abc.GuildChannel):
            return channel.guild.unavailable
    return any(guild.unavailable for guild in connection.guilds)


def _ref(target: Target, room: Room, *, channel: int, message: int) -> MessageRef:
    in_thread = not room.is_private and str(channel) != target.chat_id
    return MessageRef(
        chat_id=target.chat_id,
        message_id=str(message),
        thread_id=str(channel) if in_thread else None,
        url=f"https://discord.com/channels/{room.guild or '@me'}/{channel}/{message}",
    )
