"""One interaction and its answers: acknowledged within three seconds, then for fifteen minutes, then in the channel.

Discord's words: the *original* is the message an interaction was first answered with, or the one whose button it was;
a *follow-up* is any further message. An ephemeral one is seen by its person alone, and cannot become a public one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import discord

from adapters.discord import render
from adapters.discord.connection import FAILURES, Connection, described
from adapters.discord.depicting import Depicted, Upload
from adapters.discord.limits import CONTENT, SUPPRESS_EMBEDS
from bot.document import utf16
from bot.locales import say, ui
from bot.platforms import DeliveryError, Part, Place, Reply
from bot.ports import Clock

logger = logging.getLogger(__name__)

EPHEMERAL: Final = 1 << 6

TOKEN_LASTS: Final = timedelta(minutes=14, seconds=30)
"""An interaction can be answered for fifteen minutes."""

LONGEST_FIRST: Final = 1.5
"""Seconds one try of the first answer may take: it counts only if it comes within three."""

MOST_FOLLOW_UPS: Final = 5
"""What an app may send that only a person installed, not the server."""

MOST: Final = 24
"""Follow-ups of one answer; more is more than anybody reads."""

MESSAGE, LATER, LATER_INSTEAD, INSTEAD, CHOICES, FORM = 4, 5, 6, 7, 8, 9
"""Types of an interaction's callback: discord-api-docs, interactions/receiving-and-responding."""

_ANSWERED = 40060
_OVER = {10015, 10062, 50027}
"""The webhook, the interaction or its token is not known any more."""

Elsewhere = Callable[[Sequence[Part]], Awaitable[None]]
Simpler = Callable[[], Sequence[Part]]


class Talk:
    """Answers to one interaction. `elsewhere` posts to the channel when the interaction is over."""

    def __init__(
        self, connection: Connection, interaction: discord.Interaction[Any], *, clock: Clock, elsewhere: Elsewhere
    ) -> None:
        self._connection = connection
        self._interaction = interaction
        self._clock = clock
        self._elsewhere = elsewhere
        self._began: datetime = interaction.created_at
        self._alone = interaction.guild_id is None and not interaction.context.private_channel
        self._on_button = interaction.type is discord.InteractionType.component or interaction.message is not None
        self._most = MOST if interaction.is_guild_integration() or self._alone else MOST_FOLLOW_UPS
        self._acknowledged = False
        self._over = False
        self._original: Literal["own", "button"] | None = None  # "button": the message that has the button
        self._is_private = False
        self._more: list[tuple[str, bool]] = []  # follow-ups that hold the last answer; is it private?
        self._posted = 0
        self._hidden = False  # is what was said last seen by its person alone?
        self._depicted: list[tuple[str, Depicted]] = []
        self._late: tuple[Reply, Sequence[Part]] | None = None

    async def later(self, *, private: bool, instead: bool) -> None:
        """Acknowledge now, since the answer takes longer. If that is too late, the answer goes to the channel."""
        if self._acknowledged:
            return
        instead = instead and self._on_button
        self._is_private = private and not self._alone and not instead
        try:
            if instead:
                await self._callback(LATER_INSTEAD)
            else:
                await self._callback(LATER, {"flags": EPHEMERAL if self._is_private else 0})
        except FAILURES as exc:
            logger.warning("an interaction could not be acknowledged: %s", described(exc))
            self._over = True
        self._original = "button" if instead else "own"

    async def choices(self, choices: Sequence[Mapping[str, str]]) -> None:
        """What an option suggests. Raises the library's errors."""
        await self._callback(CHOICES, {"choices": list(choices)})

    async def form(self, modal: Mapping[str, Any]) -> None:
        """A form to fill in. Raises the library's errors."""
        await self._callback(FORM, modal)

    async def say(self, reply: Reply, parts: Sequence[Part], *, simpler: Simpler) -> None:
        """Show `reply`, made of `parts`, in place of what was answered before; made `simpler`, if they are refused.

        What cannot be shown is logged; what comes too late is kept for `end`.
        """
        if self._over or self._clock() - self._began > TOKEN_LASTS:
            self._late = reply, parts
            return
        try:
            await self._say(reply, parts)
        except discord.HTTPException as exc:
            if exc.code in _OVER:
                self._over, self._late = True, (reply, parts)
            elif exc.status == 400:
                logger.warning("an answer was refused, and is made plain: %s", described(exc))
                await self._say_simply(reply, simpler())
            else:
                logger.warning("an answer was refused: %s", described(exc))
        except FAILURES as exc:
            logger.warning("an answer did not arrive: %s", described(exc))

    async def depict(self, pictures: Sequence[Depicted]) -> bool:
        """Show `pictures` below what was said, in place of those before. False: not all of them can be, so none is."""
        if pictures == [each for _, each in self._depicted]:
            return True
        try:
            await self._take_back()
            if self._over or self._posted + len(pictures) > self._most or self._late is not None:
                return False
            for each in pictures:
                body = _flagged(each.body, private=self._hidden)
                sent = await self._call("POST", "", body, files=[each.upload])
                self._posted += 1
                self._depicted.append((str(sent["id"]), each))
        except FAILURES as exc:
            logger.info("a picture was not delivered: %s", described(exc))
            with suppress(*FAILURES):  # one too many stays
                await self._take_back()
            return False
        return True

    async def _take_back(self) -> None:
        while self._depicted:
            id_, _ = self._depicted.pop()
            await self._call("DELETE", f"/messages/{id_}")

    async def end(self) -> None:
        """Nothing more is said: what came too late for the interaction goes to the channel, the last of it."""
        if self._late is None:
            return
        reply, parts = self._late
        if reply.private and not self._alone:  # it is for one person, and there is no way to them any more
            logger.info("an answer came too late for its interaction")
            return
        try:
            await self._elsewhere(parts)
        except DeliveryError as exc:
            logger.warning("an answer came too late, and the channel does not take it: %s", type(exc).__name__)

    # ------------------------------------------------------------ where it goes

    async def _say(self, reply: Reply, parts: Sequence[Part]) -> None:
        bodies = [render.body(part.payload) for part in parts]
        private = (reply.private or reply.place is Place.ASIDE) and not self._alone
        instead = reply.place is Place.INSTEAD and self._on_button
        if not self._acknowledged:
            if instead:
                await self._callback(INSTEAD, bodies.pop(0))
                self._original = "button"
            else:
                await self._callback(MESSAGE, _flagged(bodies.pop(0), private=private))
                self._original, self._is_private = "own", private
        elif (instead and self._original == "button") or (self._original == "own" and self._is_private >= private):
            await self._change("@original", bodies.pop(0))
        elif self._original == "own":  # a public "please wait" before what one person should see
            await self._call("DELETE", "/messages/@original")
            self._original = None
        self._hidden = private or (self._original == "own" and self._is_private)
        await self._follow(bodies, private=self._hidden, language=reply.document.language)

    async def _say_simply(self, reply: Reply, parts: Sequence[Part]) -> None:
        try:
            await self._say(reply, parts)
        except FAILURES as exc:
            logger.warning("an answer was refused even as plain text: %s", described(exc))

    async def _follow(self, bodies: list[dict[str, Any]], *, private: bool, language: str) -> None:
        """`bodies` as messages of their own: those there are change, the others come or go."""
        there = [id_ for id_, is_private in self._more if is_private == private]
        room = len(there) + self._most - self._posted
        if len(bodies) > room:
            logger.info("an answer is longer than it may be: messages=%d room=%d", len(bodies), room)
            bodies = _shortened(bodies, room, language)
        for id_ in [each for each, _ in self._more if each not in there[: len(bodies)]]:
            await self._call("DELETE", f"/messages/{id_}")
        self._more = [(id_, private) for id_ in there[: len(bodies)]]
        for id_, body in zip(there, bodies, strict=False):
            await self._change(id_, body)
        for body in bodies[len(there) :]:
            sent = await self._call("POST", "", _flagged(body, private=private))
            self._posted += 1
            self._more.append((str(sent["id"]), private))

    # ------------------------------------------------------------ Discord's endpoints

    async def _callback(self, kind: int, data: Mapping[str, Any] | None = None) -> None:
        """The first answer. There is only one, so one whose fate is not known may be tried again."""
        path = f"/interactions/{self._interaction.id}/{self._interaction.token}/callback"
        json = {"type": kind, **({"data": data} if data is not None else {})}
        for last in (False, True):
            try:
                async with asyncio.timeout(LONGEST_FIRST):
                    await self._connection.direct.answer("POST", path, json)
            except discord.HTTPException as exc:
                if exc.code != _ANSWERED and (last or exc.status < 500):
                    raise
                if exc.code != _ANSWERED:
                    continue
            except FAILURES:
                if last:
                    raise
                continue
            self._acknowledged = True
            return

    async def _change(self, message: str, body: Mapping[str, Any]) -> None:
        flags = body.get("flags", 0) & SUPPRESS_EMBEDS
        await self._call("PATCH", f"/messages/{message}", {**body, "flags": flags})

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, files: Sequence[Upload] = ()
    ) -> Any:  # noqa: ANN401 - JSON
        webhook = f"/webhooks/{self._interaction.application_id}/{self._interaction.token}"
        return await self._connection.direct.answer(method, webhook + path, body, files=files)


def _flagged(body: Mapping[str, Any], *, private: bool) -> dict[str, Any]:
    return {**body, "flags": body.get("flags", 0) | (EPHEMERAL if private else 0)}


def _shortened(bodies: list[dict[str, Any]], room: int, language: str) -> list[dict[str, Any]]:
    """The first of them, the last of which says how many are missing."""
    if room <= 0:
        return []
    *kept, last = bodies[:room]
    more = say(ui(language), "answer.more", count=len(bodies) - room)
    content = f"{last['content']}\n\n{more}".strip()
    return [*kept, {**last, "content": content} if utf16(content) <= CONTENT else last]
