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

from adapters.discord.attachments import Letter
from adapters.discord.connection import FAILURES, Connection, described
from adapters.discord.followups import ORIGINAL, Followups
from adapters.discord.letters import Letters, first_taken
from adapters.discord.limits import CONTENT
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
        self,
        connection: Connection,
        interaction: discord.Interaction[Any],
        *,
        letters: Letters,
        clock: Clock,
        elsewhere: Elsewhere,
    ) -> None:
        self._connection = connection
        self._interaction = interaction
        self._followups = Followups(connection, interaction)
        self._letters = letters
        self._clock = clock
        self._elsewhere = elsewhere
        self._began: datetime = interaction.created_at
        self._alone = interaction.guild_id is None and not interaction.context.private_channel
        self._on_button = interaction.type is discord.InteractionType.component or interaction.message is not None
        self._most = MOST if interaction.is_guild_integration() or self._alone else MOST_FOLLOW_UPS
        self._acknowledged = False
        self._over = False
        self._original: Literal["own", "button", "gone"] | None = None  # "button": the message that has the button
        self._is_private = False
        self._more: list[tuple[str, bool]] = []  # follow-ups that hold the last answer; is it private?
        self._posted = 0
        self._hidden = False  # is what was said last seen by its person alone?
        self._depicted: list[tuple[str, Letter]] = []
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

    async def say(self, reply: Reply, parts: Sequence[Part], *, simpler: Simpler) -> bool:
        """Show `reply`, made of `parts`, in place of what was answered before; made `simpler`, if they are refused.

        What cannot be shown is logged, and False; what comes too late is kept for `end`.
        """
        if self._is_over():
            self._late = reply, parts
            return True
        if not self._acknowledged and any(map(self._letters.takes_time, parts)):
            await self.later(private=reply.private or reply.place is Place.ASIDE, instead=reply.place is Place.INSTEAD)
            if self._over:
                self._late = reply, parts
                return True
        try:
            await self._say(reply, parts)
        except discord.HTTPException as exc:
            if exc.code in _OVER:
                self._over, self._late = True, (reply, parts)
                return True
            if exc.status == 400:
                logger.warning("an answer was refused, and is made plain: %s", described(exc))
                return await self._say_simply(reply, simpler())
            logger.warning("an answer was refused: %s", described(exc))
            return False
        except FAILURES as exc:
            logger.warning("an answer did not arrive: %s", described(exc))
            return False
        return True

    async def depict(self, pictures: Sequence[Letter]) -> bool:
        """Show `pictures` below what was said, in place of those before. False: not all of them can be, so none is.

        Where what was said stands and the interaction is over since, nothing is to be said again, so that is True.
        """
        if pictures == [each for _, each in self._depicted]:
            return True
        if self._late is None and self._is_over():
            logger.info("pictures came too late for their interaction")
            return True
        try:
            await self._take_back()
            if self._posted + len(pictures) > self._most or self._late is not None:
                return False
            for each in pictures:
                id_ = await self._followups.post(_flagged(each, private=self._hidden))
                self._posted += 1
                self._depicted.append((id_, each))
        except FAILURES as exc:
            logger.info("a picture was not delivered: %s", described(exc))
            if isinstance(exc, discord.HTTPException) and exc.code in _OVER:
                self._over = True
                return True
            with suppress(*FAILURES):  # one too many stays
                await self._take_back()
            return False
        return True

    async def _take_back(self) -> None:
        while self._depicted:
            id_, _ = self._depicted.pop()
            await self._followups.delete(id_)

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

    def _is_over(self) -> bool:
        """Can nothing more be said about the interaction?"""
        return self._over or self._clock() - self._began > TOKEN_LASTS

    # ------------------------------------------------------------ where it goes

    async def _say(self, reply: Reply, parts: Sequence[Part]) -> None:
        """In the best of the forms that Discord takes."""
        may_attach = self._interaction.app_permissions.attach_files
        letters = [await self._letters.of(part, may_attach=may_attach) for part in parts]
        best, bare = [forms[0] for forms in letters], [forms[-1] for forms in letters]
        await first_taken([best, bare] if best != bare else [bare], lambda form: self._say_so(reply, list(form)))

    async def _say_so(self, reply: Reply, letters: list[Letter]) -> None:
        private = (reply.private or reply.place is Place.ASIDE) and not self._alone
        instead = reply.place is Place.INSTEAD and self._on_button
        if not self._acknowledged:
            if instead:
                await self._callback(INSTEAD, letters.pop(0))
                self._original = "button"
            else:
                await self._callback(MESSAGE, _flagged(letters.pop(0), private=private))
                self._original, self._is_private = "own", private
        elif (instead and self._original == "button") or (self._original == "own" and self._is_private >= private):
            if await self._followups.change(ORIGINAL, letters[0]):
                del letters[0]
            else:
                self._original = "gone"
        elif self._original == "own":  # a public "please wait" before what one person should see
            await self._followups.delete(ORIGINAL)
            self._original = None
        self._hidden = private or (self._original in {"own", "gone"} and self._is_private)
        await self._follow(letters, private=self._hidden, language=reply.document.language)

    async def _say_simply(self, reply: Reply, parts: Sequence[Part]) -> bool:
        try:
            await self._say(reply, parts)
        except FAILURES as exc:
            logger.warning("an answer was refused even as plain text: %s", described(exc))
            return False
        return True

    async def _follow(self, letters: list[Letter], *, private: bool, language: str) -> None:
        """`letters` as messages of their own: those there are change, the others come or go."""
        there = [id_ for id_, is_private in self._more if is_private == private]
        room = len(there) + self._most - self._posted
        if len(letters) > room:
            logger.info("an answer is longer than it may be: messages=%d room=%d", len(letters), room)
            letters = _shortened(letters, room, language)
        for id_ in [each for each, _ in self._more if each not in there[: len(letters)]]:
            await self._followups.delete(id_)
        self._more = []
        for id_ in there[: len(letters)]:
            if await self._followups.change(id_, letters[0]):
                self._more.append((id_, private))
                del letters[0]
        for letter in letters:
            id_ = await self._followups.post(_flagged(letter, private=private))
            self._posted += 1
            self._more.append((id_, private))

    # ------------------------------------------------------------ the first answer

    async def _callback(self, kind: int, data: Letter | Mapping[str, Any] | None = None) -> None:
        """The first answer. There is only one, so one whose fate is not known may be tried again."""
        path = f"/interactions/{self._interaction.id}/{self._interaction.token}/callback"
        files = data.files if isinstance(data, Letter) else ()
        given = data.body if isinstance(data, Letter) else data
        json = {"type": kind, **({"data": given} if given is not None else {})}
        for last in (False, True):
            try:
                async with asyncio.timeout(LONGEST_FIRST):
                    await self._connection.direct.answer("POST", path, json, files)
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


def _flagged(letter: Letter, *, private: bool) -> Letter:
    return letter.having(flags=letter.message["flags"] | (EPHEMERAL if private else 0))


def _shortened(letters: list[Letter], room: int, language: str) -> list[Letter]:
    """The first of them, the last of which says how many are missing."""
    if room <= 0:
        return []
    *kept, last = letters[:room]
    more = say(ui(language), "answer.more", count=len(letters) - room)
    content = f"{last.message['content']}\n\n{more}".strip()
    return [*kept, last.having(content=content) if utf16(content) <= CONTENT else last]
