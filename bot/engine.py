"""The life of it: look for announcements, see who is due, hear what platforms report. Ticks are idempotent.

What a tick did is in the database before the next one; a restart at any moment repeats nothing that arrived.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.chats import Chats, NotKnown
from bot.delivery.incidents import Dead, Held, Incident, Lost, Moved
from bot.delivery.outbox import NoSuchTarget, Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.schedule import arrival, arrival_period, due, next_due, rewound
from bot.document import Document, Paragraph, Text
from bot.harvest import Arrivals, Harvest, Harvester
from bot.locales import say
from bot.platforms import Actor, Ask, DeliveryError, Platform, Reply
from bot.ports import Announced, Announcements, Clock, SourceError
from bot.press import Press
from bot.sources.calendar import is_weekend
from bot.targets import At, Chat, ChatKind, State, Target

logger = logging.getLogger(__name__)

LOOKED_LATELY = timedelta(minutes=4)
"""Within it a restart does not look again: arXiv has no more to say."""

MOST_DUE = 20_000
AT_ONCE = 16
"""Digests that are made at the same time; the store and the model have bounds of their own."""

CATCH_UP = timedelta(days=10)
KEPT = timedelta(days=30)


class Answering(Protocol):
    """Who answers people: `bot.commands.desk.Desk`."""

    def ask(self, ask: Ask) -> AsyncIterator[Reply]: ...


class Engine:
    """The port Core: what all platforms share. `desk` answers people; `owners` hear what only they can mend."""

    desk: Answering
    """Set by who makes both, since the desk tells owners through the engine."""

    def __init__(
        self,
        *,
        chats: Chats,
        announcements: Announcements,
        harvester: Harvester,
        press: Press,
        outbox: Outbox,
        pacing: Pacing,
        platforms: Mapping[str, Platform],
        watched: Sequence[str],
        clock: Clock,
    ) -> None:
        self._chats = chats
        self._announcements = announcements
        self._harvester = harvester
        self._press = press
        self._outbox = outbox
        self._pacing = pacing
        self._platforms = platforms
        self._watched = tuple(watched)
        self._clock = clock
        self._arrivals = Arrivals(chats)
        self._making: set[Target] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._looking = asyncio.Lock()
        self.owners: frozenset[Actor] = frozenset()

    # ------------------------------------------------------------ the port Core

    def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        """See `bot.platforms.Core`."""
        return self.desk.ask(ask)

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        """See `bot.platforms.Core`."""
        return self._pacing.turn(target.platform, target.chat_id, kind, urgent=True)

    async def target_lost(self, target: Target, reason: str) -> None:
        """Paused, not gone: nothing of it is deleted, and it resumes when we are let back in."""
        for place in await asyncio.to_thread(self._chats.places, target):
            try:
                await asyncio.to_thread(self._chats.set_state, place.target, State.LOST, reason=reason)
            except NotKnown:  # forgotten at this very moment
                logger.info("lost a chat that is not known: chat=%s", place.target)

    async def target_back(
        self, target: Target, *, kind: ChatKind, title: str, by: Actor | None = None, locale: str = "en"
    ) -> None:
        """The chat and every thread of it that was lost go on."""
        for place in await asyncio.to_thread(self._chats.places, target):
            if place.state is State.LOST:
                await self._outbox.target_back(place.target)

    async def target_moved(self, old: Target, new: Target) -> None:
        """Everything of the old place is the new one's."""
        try:
            await self._outbox.target_moved(old, new)
        except NoSuchTarget:
            logger.info("a chat that was not known has moved: chat=%s", old)

    # ------------------------------------------------------------ announcements

    async def look(self, *, unless_lately: bool = False) -> None:
        """Ask arXiv what it announced; what is new and whole makes digests due. Raises StoreError."""
        async with self._looking:
            began = self._clock()  # what it finds was out before: a subscription made meanwhile starts after it
            if unless_lately and await asyncio.to_thread(self._looked_lately):
                return
            categories = await asyncio.to_thread(self._categories)
            try:
                announced = await self._announcements.on(None, categories)
            except SourceError as exc:
                logger.warning("arXiv could not be asked: %s", exc)
                return
            await asyncio.to_thread(self._chats.set_mark, _LOOKED, self._clock().isoformat())
            await self._tell_stale(announced)
            if not announced.complete or (not announced.items and is_weekend(announced.date)):
                return
            await self._catch_up(announced.date, categories)
            if await asyncio.to_thread(self._arrivals.add, announced.date, began):
                logger.info("announcement arrived: day=%s papers=%d", announced.date, len(announced.items))
        await asyncio.to_thread(self._make_due)

    async def _catch_up(self, until: date, categories: Sequence[str]) -> None:
        """Days that were announced while we were away, after the last that arrived, are read now."""
        known = await asyncio.to_thread(self._arrivals.all)
        if not known:
            return
        day = max(*known, until - CATCH_UP) + timedelta(days=1)
        while day < until:
            if not is_weekend(day):
                try:
                    missed = await self._announcements.on(day, categories)
                except SourceError as exc:
                    logger.warning("a missed announcement could not be read: day=%s: %s", day, exc)
                else:
                    if missed.items:
                        await asyncio.to_thread(self._arrivals.add, day, self._clock())
            day += timedelta(days=1)

    def _looked_lately(self) -> bool:
        told = self._chats.mark(_LOOKED)
        return told is not None and timedelta() <= self._clock() - datetime.fromisoformat(told) < LOOKED_LATELY

    def _categories(self) -> tuple[str, ...]:
        """What to ask for: all that is watched, and what topics name beyond it."""
        named = {category for one in self._chats.followed() for category in one.topic.query.categories()}
        return (*self._watched, *sorted(named)) if named else ()

    def _make_due(self) -> None:
        """Chats that want it on arrival and have not had the latest are due when their quiet hours allow."""
        latest = next(iter(self._arrivals.all()), None)
        if latest is None:
            return
        now = self._clock()
        for chat in self._chats.arrivals():
            last = self._chats.last_digest(chat.target)
            had = last is not None and last.day is not None and last.day >= latest
            if chat.next_due_at is None and not had and self._wants(self._harvester.of(chat)):
                self._chats.set_due(chat.target, arrival(chat.settings, ready=now))

    @staticmethod
    def _wants(harvest: Harvest) -> bool:
        return bool(harvest) or (harvest.chat.settings.say_empty and bool(harvest.subscriptions))

    async def _tell_stale(self, announced: Announced) -> None:
        """A stale feed and a quiet day look alike to readers, who hear nothing of it; owners are told, once a day."""
        for note in announced.notes:
            if note.key not in _FOR_OWNERS:
                continue
            text = say("en", f"note.{note.key}", **note.args)
            logger.warning("%s", text)
            key = f"told {note.key}"
            today = self._clock().date().isoformat()
            if await asyncio.to_thread(self._chats.mark, key) != today:
                await asyncio.to_thread(self._chats.set_mark, key, today)
                for owner in self.owners:
                    await self.notify(owner, Document((Paragraph((Text(text),)),)))

    # ------------------------------------------------------------ digests that are due

    async def issue(self) -> None:
        """Make every digest that is due and not being made. Returns when they are queued. Raises StoreError."""
        now = self._clock()
        waiting = await asyncio.to_thread(self._chats.due, now, limit=MOST_DUE)
        chats = [chat for chat in waiting if chat.target not in self._making and self._serves(chat)]
        self._making.update(chat.target for chat in chats)
        try:
            async with asyncio.TaskGroup() as group:
                for chat in chats:
                    group.create_task(self._issue(chat, now))
        finally:
            self._making.difference_update(chat.target for chat in chats)

    def _serves(self, chat: Chat) -> bool:
        return chat.target.platform in self._platforms

    async def _issue(self, chat: Chat, now: datetime) -> None:
        async with self._room:
            harvest = await asyncio.to_thread(self._harvester.of, chat)
            scheduled = due(chat.settings, next_due_at=chat.next_due_at, now=now) if chat.next_due_at else None
            if isinstance(chat.settings.schedule, At) and scheduled is None:
                # Its hours were changed by new rules of its zone: it waits for the next one that is.
                await self._next(chat, next_due(chat.settings, after=now))
                return
            if scheduled is None and harvest.arrived is None:
                await self._next(chat, None)
                return
        if self._wants(harvest):  # outside the room: it may wait for its summaries
            day = harvest.arrived or now.date()
            period = scheduled.period if scheduled else arrival_period(day)
            await self._press.post(harvest, period=period)
        await self._next(chat, scheduled.next_due_at if scheduled else None)

    async def _next(self, chat: Chat, at: datetime | None) -> None:
        try:
            await asyncio.to_thread(self._chats.set_due, chat.target, at)
        except NotKnown:
            logger.info("a chat was forgotten while its digest was made: chat=%s", chat.target)

    async def mend_clock(self) -> None:
        """After a clock that was far ahead, nobody waits until it comes there again. Raises StoreError."""
        await asyncio.to_thread(self._rewind)

    def _rewind(self) -> None:
        now, offset = self._clock(), 0
        while chats := self._chats.chats(states={State.ACTIVE}, offset=offset, limit=500):
            offset += len(chats)
            for chat in chats:
                if chat.next_due_at is None or chat.next_due_at <= now:
                    continue
                if isinstance(chat.settings.schedule, At):
                    earlier = rewound(chat.settings, next_due_at=chat.next_due_at, now=now)
                else:
                    longest = arrival(chat.settings, ready=now)
                    earlier = longest if chat.next_due_at - now > timedelta(days=1) else None
                if earlier is not None:
                    self._chats.set_due(chat.target, earlier)

    async def prune(self) -> None:
        """Forget what nobody needs any more: updates that cannot come again, messages too old to be edited."""
        before = self._clock() - KEPT
        await asyncio.to_thread(self._chats.prune_updates, before)
        await self._outbox.prune(before)

    # ------------------------------------------------------------ what people should hear unasked

    async def notify(self, actor: Actor, document: Document) -> None:
        """Tell a person something in private; that they cannot be reached is logged."""
        platform = self._platforms.get(actor.platform)
        if platform is None:
            return
        chat = Chat(target=Target(actor.platform, actor.id), kind="private")
        try:
            for part in platform.render(document, chat=chat):
                async with self.turn(chat.target, chat.kind):
                    await platform.send(chat.target, part, nonce=uuid.uuid4().hex[:25])
        except DeliveryError as exc:
            logger.warning("somebody could not be told: platform=%s error=%s", actor.platform, type(exc).__name__)

    async def tell(self, target: Target, document: Document) -> None:
        """Say something in a chat nobody there has just asked for."""
        platform = self._platforms.get(target.platform)
        chat = await asyncio.to_thread(self._chats.chat, target)
        if platform is None or chat is None:
            return
        try:
            await self._outbox.tell(target, uuid.uuid4().hex, platform.render(document, chat=chat))
        except NoSuchTarget:
            logger.info("a chat was forgotten before it was told something: chat=%s", target)

    async def report(self, incident: Incident) -> None:
        """What happened to messages, for the log and for owners."""
        match incident:
            case Lost(target=target, reason=reason):
                logger.warning("a chat is lost: chat=%s reason=%s", target, reason)
            case Moved(old=old, new=new):
                logger.info("a chat has moved: from=%s to=%s", old, new)
            case Held(target=target, message=message):
                logger.warning("a message may have arrived and is held: chat=%s message=%d", target, message)
                text = say("en", "notice.held", chat=str(target))
                for owner in self.owners:
                    await self.notify(owner, Document((Paragraph((Text(text),)),)))
            case Dead(target=target, message=message, error=error):
                logger.error("a message was refused for good: chat=%s message=%d error=%s", target, message, error)


_LOOKED = "looked_at"
_FOR_OWNERS = frozenset({"feed_stale", "feed_failed", "feed_partial"})
