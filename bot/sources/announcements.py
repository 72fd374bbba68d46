"""What arXiv announced on a day: its feeds, united with one sweep of the API; else reconstructed; else what is stored.

Whatever is fetched is stored first, and the answer is read from the store, so that asking again gives no less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import requests

from bot.models import Listed, Note
from bot.ports import Announced, Clock, Progress, SourceError, SourceRefused, SourceUnreachable, no_progress
from bot.sources.api import Api
from bot.sources.atom import FEED_LIMIT
from bot.sources.calendar import is_weekend, window
from bot.sources.feeds import Feeds
from bot.sources.plan import Plan, Reading, plan
from bot.sources.scope import Archives, Asked, feeds_for, patterns, watched_patterns, within
from bot.sources.sweeps import AnnouncementStore, Sweeps, announced_new
from bot.sources.threads import from_thread

LOOK_BACK = 10
"""How many stored days are tried for the latest one."""

ENOUGH_SECONDS = 8.0
"""After so long in which feeds refused or did not answer no more are asked: somebody waits, and the API may tell."""


class ArxivAnnouncements:
    """The port Announcements. `watched` are the patterns whose feeds are asked; `archives` what an archive consists of.

    Sessions are those of `bot.sources.gate.session`, `backfill` for `sweep`; `feed_limit` is where arXiv cuts a feed.
    Raises UsageError if `watched` are not arXiv's.
    """

    def __init__(
        self,
        *,
        store: AnnouncementStore,
        session: requests.Session,
        feed_url: str,
        api_url: str,
        watched: Sequence[str],
        archives: Archives,
        clock: Clock,
        backfill: requests.Session | None = None,
        feed_limit: int = FEED_LIMIT,
    ) -> None:
        self._store = store
        self._feeds = Feeds(
            store=store, session=session, url=feed_url, archives=archives, clock=clock, limit=feed_limit
        )
        self._sweeps = Sweeps(store=store, api=Api(session, api_url), archives=archives, clock=clock)
        later = Api(backfill or session, api_url)
        self._backfill = Sweeps(store=store, api=later, archives=archives, clock=clock)
        self._watched = watched_patterns(watched)
        self._clock = clock

    async def on(self, day: date | None, categories: Sequence[str], *, progress: Progress = no_progress) -> Announced:
        """See the port. No `categories`: all that is watched. A day that is stored whole is not asked for again."""
        return await asyncio.to_thread(self._on, day, self._asked(categories), from_thread(progress))

    async def sweep(self, days: int) -> list[Listed]:
        """Papers of the last `days` stored announcement days that no feed had and the API has by now.

        Each is recorded once, as announced on the latest day the feeds gave. Raises SourceError.
        """
        return await asyncio.to_thread(self._backfill.back, feeds_for(self._watched, self._watched), days)

    def _asked(self, categories: Sequence[str]) -> Asked:
        wanted = patterns(categories) or self._watched
        return Asked(feeds=feeds_for(wanted, self._watched), wanted=wanted)

    # ------------------------------------------------------------ one day

    def _on(self, day: date | None, asked: Asked, progress: Progress) -> Announced:
        if day is not None and (stored := self._stored_whole(day, self._as_read(asked, day))):
            return stored
        readings = self._read(day, asked, progress)
        asked = replace(asked, feeds=tuple(reading.name for reading in readings) + asked.feeds[len(readings) :])
        found = plan(readings, asked=day, now=self._clock())
        if found.ahead:
            return Announced(date=found.day, items=(), notes=found.notes)
        problem = self._sweeps.fill(found, asked, progress)
        if isinstance(problem, SourceError) and not found.here:
            first = next((reading.problem for reading in readings if reading.problem), problem)
            return self._stored_only(found, day, asked, first)
        return self._announced(found, asked, problem)

    def _stored_whole(self, day: date, asked: Asked) -> Announced | None:
        """The day if every feed it needs is stored whole, or was reconstructed when all was settled."""
        fed = [self._store.has_day(name, day) for name in asked.feeds]
        if not all(there or self._sweeps.is_swept(name, day) for there, name in zip(fed, asked.feeds, strict=True)):
            return None
        notes = [] if all(fed) else [Note("reconstructed", {"day": day})]
        if not self._items(day, self._sweeps.carried(asked.feeds)):
            notes.append(_nothing(day))
        return Announced(date=day, items=self._items(day, asked.wanted), notes=tuple(notes), complete=all(fed))

    def _as_read(self, asked: Asked, day: date) -> Asked:
        """The feeds by the names under which they are stored: narrower ones, where arXiv does not know the wide."""
        there = self._store.has_day
        names = ((name, asked.narrower(name)) for name in asked.feeds)
        return replace(
            asked, feeds=tuple(few if few and not there(name, day) and there(few, day) else name for name, few in names)
        )

    def _read(self, day: date | None, asked: Asked, progress: Progress) -> list[Reading]:
        """The feeds in turn, until one shows that they have moved on from `day`, or too many do not answer."""
        readings: list[Reading] = []
        lost = 0.0
        for name in asked.feeds:
            progress("feeds", len(readings), len(asked.feeds))
            if lost >= ENOUGH_SECONDS:
                readings.append(Reading(name=name, problem=readings[-1].problem))
                continue
            began = self._clock()
            doubtful = not any(reading.count for reading in readings)
            readings.append(self._feeds.read(name, narrower=asked.narrower(name), doubtful=doubtful))
            if isinstance(readings[-1].problem, SourceRefused | SourceUnreachable):
                lost += (self._clock() - began).total_seconds()
            its_day = readings[-1].day
            if day and its_day and (its_day > day or (its_day < day and is_weekend(day))):
                break
        progress("feeds", len(asked.feeds), len(asked.feeds))
        return readings

    def _announced(self, found: Plan, asked: Asked, filled: SourceError | int) -> Announced:
        notes = list(found.notes)
        missing = set(asked.feeds) - set(found.here)
        if isinstance(filled, SourceError):
            notes.append(Note("sweep_failed", {"reason": filled.code}))
        elif filled:
            notes.append(Note("late", {"count": filled, "day": found.day}))
        items = self._items(found.day, asked.wanted)
        gap = bool(missing) and window(found.day) is not None
        if gap and not isinstance(filled, SourceError):
            notes.append(Note("reconstructed", {"day": found.day}))
        if not gap and not items and not found.count:
            notes.append(_nothing(found.day))
        complete = not isinstance(filled, SourceError) and set(found.whole) == set(asked.feeds)
        return Announced(date=found.day, items=items, notes=tuple(notes), complete=complete)

    def _stored_only(self, found: Plan, day: date | None, asked: Asked, problem: SourceError) -> Announced:
        """What is stored of the day, or was submitted for it; for the latest day, the latest there is."""
        earlier = [] if day else [each for each in self._store.days() if each < found.day][:LOOK_BACK]
        for each in (found.day, *earlier):
            if items := self._items(each, asked.wanted) or self._submitted_for(each, asked):
                note = Note("stored_only", {"day": each, "reason": problem.code})
                return Announced(date=each, items=items, notes=(*found.notes, note), complete=False)
        raise problem

    def _submitted_for(self, day: date, asked: Asked) -> tuple[Listed, ...]:
        days = window(day)
        papers = self._store.papers_submitted(*days) if days else []
        return tuple(announced_new(each, day, source="reconstructed") for each in papers if within(each, asked.wanted))

    # ------------------------------------------------------------ what is stored

    def _items(self, day: date, wanted: Sequence[str] | None = None) -> tuple[Listed, ...]:
        stored = self._store.announced(day)
        return tuple(item for item in stored if wanted is None or within(item.paper, wanted))


def _nothing(day: date) -> Note:
    return Note("nothing_announced", {"day": day})
