"""What people hear unasked, once each: we are in a new chat, may not post in one, do not know if something arrived.

What was told is in the marks, so that a restart neither repeats nor forgets: a run begins with what the one before did
not get to. Nobody waits for it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from bot import notices
from bot.access import Policy
from bot.chats import Chats
from bot.commands.case import client_language
from bot.delivery.incidents import Dead, Held, Incident, Lost, Moved
from bot.delivery.outbox import Outbox
from bot.hearers import Hearers
from bot.models import Note
from bot.platforms import Actor
from bot.ports import Clock
from bot.rights import Rights
from bot.target_table import DEAD, LACKING, LOST, WELCOMED, mark_of
from bot.targets import Access, Chat, ChatKind, Settings, State, Target

logger = logging.getLogger(__name__)

LANES = 4
"""Pieces of news that are told at the same time; those of one chat one after the other."""

A_PAGE = 500

FAREWELL = 2.0
"""Seconds that are left, at a stop, for what is just being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A platform let us in, or in again: `by` somebody whose client speaks `locale`.

    `aside`: they are welcomed, rather than all who talk there.
    """

    target: Target
    kind: ChatKind
    title: str
    by: Actor | None
    locale: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """Only owners can mend what this note about arXiv's feed says."""

    note: Note


@dataclass(frozen=True, slots=True)
class ModelTrouble:
    """What this note says about the model server, owners should know."""

    note: Note


@dataclass(frozen=True, slots=True)
class Lacking:
    """We may post there, but not do all that makes a digest; nothing is `missing` any more if it is empty."""

    target: Target
    missing: tuple[str, ...]


News: TypeAlias = Incident | Admitted | FeedTrouble | ModelTrouble | Lacking


class Herald:
    """For one event loop."""

    def __init__(
        self, *, chats: Chats, outbox: Outbox, hearers: Hearers, rights: Rights, policy: Policy, clock: Clock
    ) -> None:
        self._chats = chats
        self._outbox = outbox
        self._hearers = hearers
        self._rights = rights
        self._policy = policy
        self._clock = clock
        self._lanes: tuple[asyncio.Queue[News], ...] = tuple(asyncio.Queue() for _ in range(LANES))

    def hear(self, news: News) -> None:
        """Something happened; it is told when `run` gets to it."""
        match news:
            case Admitted(target=target) | Lost(target=target) | Dead(target=target) | Lacking(target=target):
                lane = hash(_place(target)) % LANES
            case _:
                lane = 0  # they share a mark
        self._lanes[lane].put_nowait(news)

    async def run(self) -> None:
        """Tell it, until cancelled."""
        await self._catch_up()
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._work(lane))

    async def _work(self, lane: asyncio.Queue[News]) -> None:
        while True:
            telling = asyncio.create_task(self._told_or_logged(await lane.get()))
            try:
                await asyncio.shield(telling)
            except asyncio.CancelledError:  # what was told is marked as told, or it is told again after the restart
                await asyncio.wait({telling}, timeout=FAREWELL)
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
                raise

    async def _told_or_logged(self, news: News) -> None:
        try:
            await self._told(news)
        except Exception:  # one piece of news that cannot be told must not silence the others
            logger.exception("news could not be told: %s", type(news).__name__)

    async def _catch_up(self) -> None:
        """What happened while nobody told it, or just before we died."""
        offset = 0
        try:
            while lost := await asyncio.to_thread(self._chats.chats, states={State.LOST}, offset=offset, limit=A_PAGE):
                offset += len(lost)
                for chat in lost:
                    self.hear(Lost(chat.target, chat.reason))
            for held in await self._outbox.held():
                self.hear(held)
        except Exception:  # what is new must be told all the same
            logger.exception("what was not told before is not known")

    async def _told(self, news: News) -> None:
        match news:
            case Admitted():
                await self._admitted(news)
            case Lost(target=target, reason=reason):
                await self._lost(target, reason)
            case Lacking(target=target, missing=missing):
                await self._lacking(target, missing)
            case Held():
                await self._held(news)
            case Dead(target=target, error=error):
                await self._dead(target, error)
            case FeedTrouble(note=note) | ModelTrouble(note=note):
                await self._trouble(note)
            case Moved():
                pass  # everything goes on, and nobody needs to do anything

    # ------------------------------------------------------------ what is told

    async def _admitted(self, news: Admitted) -> None:
        places = await asyncio.to_thread(self._chats.places, news.target)
        if await self._unmarked(LOST, news.target):
            await self._hearers.admin(
                news.target, lambda language, chat: notices.back(language, chat=chat), otherwise=news.by
            )
        blocked = any(place.access is Access.BLOCKED for place in places)
        if news.kind == "private" or blocked or await self._follows(places):
            return
        if await self._mark(WELCOMED, news.target) is None and await self._welcomed(news):
            await self._set_mark(WELCOMED, news.target)

    async def _welcomed(self, news: Admitted) -> bool:
        """Did anybody hear that we are there? In a channel, whose readers need not, it is who took us in."""
        stored = await asyncio.to_thread(self._chats.chat, news.target)
        missing = await self._rights.missing(news.target)
        may_choose = self._policy != "owner" or news.by in self._hearers.owners()
        language = client_language(news.locale)
        chat = stored or Chat(
            target=news.target, kind=news.kind, title=news.title, settings=Settings(languages=(language,))
        )

        async def all_there() -> bool:
            spoken = chat.settings.languages[0]
            hello = notices.hello(spoken, kind="group", missing=missing, may_choose=may_choose)
            return news.kind == "group" and await self._hearers.greet(chat, hello)

        async def who_let_us_in() -> bool:
            if news.by is None:
                return False
            greeting = notices.arrived(language, chat=notices.called(chat), missing=missing, may_choose=may_choose)
            return await self._hearers.person(news.by, greeting, about=news.target)

        for say in (who_let_us_in, all_there) if news.aside else (all_there, who_let_us_in):
            if await say():
                return True
        logger.info("a new chat, and nobody to greet: chat=%s", news.target)
        return False

    async def _lost(self, target: Target, reason: str) -> None:
        await self._unmarked(WELCOMED, target)  # when we are let in again, that is news
        places = await asyncio.to_thread(self._chats.places, target)
        lost = [place for place in places if place.state is State.LOST and place.kind != "private"]
        if not await self._follows(lost) or await self._mark(LOST, target) is not None:
            return
        missing = await self._rights.missing(target)
        if await self._hearers.admin(
            target, lambda language, chat: notices.lost(language, chat=chat, missing=missing, reason=reason)
        ):
            await self._set_mark(LOST, target)

    async def _lacking(self, target: Target, missing: tuple[str, ...]) -> None:
        """Once for what is missing; again when something else is."""
        key, said = mark_of(LACKING, target), ", ".join(missing)
        if not missing:
            await asyncio.to_thread(self._chats.drop_mark, key)
            return
        chat = await asyncio.to_thread(self._chats.chat, target)
        told = await asyncio.to_thread(self._chats.mark, key)
        if chat is None or told == said or not await self._follows([chat]):
            return
        if await self._hearers.admin(
            target, lambda language, chat: notices.lacking(language, chat=chat, missing=missing)
        ):
            await asyncio.to_thread(self._chats.set_mark, key, said)

    async def _held(self, news: Held) -> None:
        told = await asyncio.to_thread(self._chats.mark, _ASKED)
        asked = set(json.loads(told or "[]"))
        if news.message not in asked and await self._hearers.admin(
            news.target,
            lambda language, chat: notices.held(language, chat=chat, message=news.message, said=news.said),
        ):
            still = {each.message for each in await self._outbox.held()}
            await asyncio.to_thread(self._chats.set_mark, _ASKED, json.dumps(sorted((asked & still) | {news.message})))

    async def _dead(self, target: Target, error: str) -> None:
        """Once a day for a chat."""
        if (await self._mark(DEAD, target) or "")[:10] == self._today():
            return
        chat = await self._hearers.called(target)
        if await self._hearers.all_owners(lambda language: notices.dead(language, chat=chat, error=error)):
            await self._set_mark(DEAD, target)

    async def _trouble(self, note: Note) -> None:
        """Once a day."""
        key = f"told {note.key}"
        if await asyncio.to_thread(self._chats.mark, key) != self._today() and await self._hearers.all_owners(
            lambda language: notices.trouble(language, note=note)
        ):
            await asyncio.to_thread(self._chats.set_mark, key, self._today())

    async def _follows(self, places: Collection[Chat]) -> bool:
        def any_of_them() -> bool:
            return any(self._chats.subscriptions(place.target) for place in places)

        return await asyncio.to_thread(any_of_them)

    # ------------------------------------------------------------ what was told

    def _today(self) -> str:
        return self._clock().date().isoformat()

    async def _mark(self, what: str, target: Target) -> str | None:
        return await asyncio.to_thread(self._chats.mark, mark_of(what, _place(target)))

    async def _set_mark(self, what: str, target: Target) -> None:
        await asyncio.to_thread(self._chats.set_mark, mark_of(what, _place(target)), self._clock().isoformat())

    async def _unmarked(self, what: str, target: Target) -> bool:
        """Take the mark away; was it there?"""
        return await asyncio.to_thread(self._chats.drop_mark, mark_of(what, _place(target)))


_ASKED = "asked about held"
"""Under which the held messages stand that somebody was asked about."""


def _place(target: Target) -> Target:
    """The chat of a thread: that is where we are let in."""
    return Target(target.platform, target.chat_id)
