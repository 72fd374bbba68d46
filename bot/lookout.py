"""Looks what arXiv announced, and makes due who is to get it on arrival."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.chats import Chats
from bot.delivery.schedule import arrival
from bot.harvest import Arrivals, Harvest
from bot.herald import FeedTrouble, Herald
from bot.ports import Announced, Announcements, Clock, SourceError
from bot.sources.calendar import is_weekend
from bot.targets import At, Chat, Target

logger = logging.getLogger(__name__)

LOOKED_LATELY = timedelta(minutes=4)
"""Within it a restart does not look again: arXiv has no more to say."""

LATE_PAPERS = timedelta(minutes=30)
"""How often papers that come late are looked for, for a chat that had none."""

CATCH_UP = timedelta(days=10)


class Lookout:
    """For one event loop."""

    def __init__(
        self,
        *,
        chats: Chats,
        announcements: Announcements,
        herald: Herald,
        watched: Sequence[str],
        clock: Clock,
    ) -> None:
        self._chats = chats
        self._announcements = announcements
        self._herald = herald
        self._watched = tuple(watched)
        self._clock = clock
        self._arrivals = Arrivals(chats)
        self._looking = asyncio.Lock()
        self._had_nothing: dict[Target, datetime] = {}

    async def look(self, *, unless_lately: bool = False) -> bool:
        """Ask arXiv; what is whole makes chats due. Has an announcement arrived that was not here? Raises StoreError.

        `unless_lately`: not if that was done a moment ago, by this process or the one before.
        """
        async with self._looking:
            is_new = await self._looked(unless_lately=unless_lately)
        if is_new is not None:
            await asyncio.to_thread(self._make_due, is_new=is_new)
        return bool(is_new)

    async def _looked(self, *, unless_lately: bool) -> bool | None:
        """Did an announcement arrive that was not here before? None: nothing is known about it now."""
        began = self._clock()  # what it finds was out before: a subscription made meanwhile starts after it
        if unless_lately and await asyncio.to_thread(self._looked_lately):
            return None
        categories = await asyncio.to_thread(self._categories)
        try:
            announced = await self._announcements.on(None, categories)
        except SourceError as exc:
            logger.warning("arXiv could not be asked: %s", exc)
            return None
        await asyncio.to_thread(self._chats.set_mark, _LOOKED, self._clock().isoformat())
        self._tell_trouble(announced)
        if not announced.complete or (not announced.items and is_weekend(announced.date)):
            return None
        await self._catch_up(announced.date, categories)
        is_new = await asyncio.to_thread(self._arrivals.add, announced.date, began)
        if is_new:
            logger.info("announcement arrived: day=%s papers=%d", announced.date, len(announced.items))
        return is_new

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

    def had_nothing(self, chat: Chat) -> None:
        """There was nothing for this chat when it was its turn: what comes late is looked for now and then only."""
        self._had_nothing[chat.target] = self._clock()

    def _make_due(self, *, is_new: bool) -> None:
        """Chats that want it on arrival and have not had the latest are due when their quiet hours allow."""
        latest = next(iter(self._arrivals.all()), None)
        if latest is None:
            return
        now = self._clock()
        if is_new:
            self._had_nothing.clear()
        self._had_nothing = {t: at for t, at in self._had_nothing.items() if timedelta() <= now - at < LATE_PAPERS}
        done = self._chats.served(latest)
        self._chats.move_due(
            (chat, arrival(chat.settings, ready=now))
            for chat in self._chats.arrivals()
            if chat.next_due_at is None and chat.target not in done and chat.target not in self._had_nothing
        )

    def _tell_trouble(self, announced: Announced) -> None:
        """A stale feed and a quiet day look alike to readers, who hear nothing of it; owners do."""
        for note in announced.notes:
            if note.key in _FOR_OWNERS:
                logger.warning("something is wrong with arXiv's feed: %s", note.key)
                self._herald.hear(FeedTrouble(note))


def is_worth_a_digest(harvest: Harvest) -> bool:
    """Is there anything to say, were it that there is nothing? Pure.

    On arrival that is about an announcement, so not about one that was out before anything was followed.
    """
    settings = harvest.chat.settings
    expected = harvest.is_news or (isinstance(settings.schedule, At) and bool(harvest.subscriptions))
    return bool(harvest) or (settings.say_empty and expected)


_LOOKED = "looked_at"
_FOR_OWNERS = frozenset({"feed_stale", "feed_failed", "feed_partial"})
