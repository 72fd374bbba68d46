"""What arXiv announced on a day: its feeds, united with one sweep of the API; else reconstructed; else what is stored.

Whatever is fetched is stored first, and the answer is read from the store, so that asking again gives no less.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

import requests

from bot.models import Announcement, Listed, Note, Paper
from bot.ports import Announced, Clock, Progress, SourceError, no_progress
from bot.sources.api import Api
from bot.sources.atom import FEED_LIMIT
from bot.sources.calendar import days_back, is_weekend, new_york_date, window
from bot.sources.feeds import Feeds, FeedStore
from bot.sources.plan import Plan, Reading, plan
from bot.sources.scope import Archives, carried, feeds_for, patterns, within
from bot.sources.threads import from_thread
from bot.store import FeedState

logger = logging.getLogger(__name__)

SETTLED = timedelta(days=5)
"""The API's index may lag the announcement by days; a day so long ago is reconstructed once."""

HELD_UP = timedelta(days=31)
"""How long moderation may hold a paper up before we take its announcement for another one."""

LOOK_BACK = 10
"""How many stored days are tried for the latest one."""


class AnnouncementStore(FeedStore, Protocol):
    """What of `bot.store.Store` is needed here."""

    def save_papers(self, papers: Iterable[Paper]) -> None:
        """Add what is new about them."""
        ...

    def papers_submitted(self, start: datetime, end: datetime) -> list[Paper]:
        """Papers first submitted in `[start, end)`."""
        ...

    def announced_ids(self, ids: Iterable[str]) -> set[str]:
        """Those announced on any day."""
        ...

    def save_announced(self, listed: Iterable[Listed]) -> None:
        """Papers and their announcements."""
        ...

    def has_day(self, name: str, day: date) -> bool:
        """Is this feed's answer of `day` stored, and complete?"""
        ...

    def days(self) -> list[date]:
        """Every day of which something is stored, the latest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question: the feeds that answer it, and the patterns of the papers wanted."""

    feeds: tuple[str, ...]
    wanted: tuple[str, ...]


class ArxivAnnouncements:
    """The port Announcements. `watched` are the patterns whose feeds are asked; `archives` what an archive consists of.

    Sessions are those of `bot.sources.gate.session`, `backfill` for `sweep`; `feed_limit` is where arXiv cuts a feed.
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
        self._api = Api(session, api_url)
        self._backfill = Api(backfill or session, api_url)
        self._watched = patterns(watched)
        self._archives = archives
        self._clock = clock

    async def on(self, day: date | None, categories: Sequence[str], *, progress: Progress = no_progress) -> Announced:
        """See the port. No `categories`: all that is watched. A day that is stored whole is not asked for again."""
        return await asyncio.to_thread(self._on, day, self._asked(categories), from_thread(progress))

    async def sweep(self, days: int) -> list[Listed]:
        """Papers of the last `days` stored announcement days that no feed had and the API has by now.

        Each is recorded once, as announced on the latest day the feeds gave. Raises SourceError.
        """
        return await asyncio.to_thread(self._sweep_back, days)

    def _asked(self, categories: Sequence[str]) -> _Asked:
        wanted = patterns(categories) or self._watched
        return _Asked(feeds=feeds_for(wanted, self._watched), wanted=wanted)

    # ------------------------------------------------------------ one day

    def _on(self, day: date | None, asked: _Asked, progress: Progress) -> Announced:
        if day is not None and is_weekend(day):
            return Announced(date=day, items=(), notes=(_nothing(day),))
        if day is not None and (stored := self._stored_whole(day, asked)):
            return stored
        readings = self._read(day, asked.feeds, progress)
        found = plan(readings, asked=day, now=self._clock())
        if found.ahead:
            return Announced(date=found.day, items=(), notes=found.notes)
        problem = self._fill(found, asked, progress)
        if isinstance(problem, SourceError) and not found.here:
            first = next((reading.problem for reading in readings if reading.problem), problem)
            return self._stored_only(found, day, asked, first)
        return self._announced(found, asked, problem)

    def _stored_whole(self, day: date, asked: _Asked) -> Announced | None:
        """The day if every feed it needs is stored whole, or was reconstructed when all was settled."""
        fed = [self._store.has_day(name, day) for name in asked.feeds]
        if not all(there or self._is_swept(name, day) for there, name in zip(fed, asked.feeds, strict=True)):
            return None
        notes = [] if all(fed) else [Note("reconstructed", {"day": day})]
        if not self._items(day, self._carried(asked.feeds)):
            notes.append(_nothing(day))
        return Announced(date=day, items=self._items(day, asked.wanted), notes=tuple(notes), complete=all(fed))

    def _read(self, day: date | None, names: Sequence[str], progress: Progress) -> list[Reading]:
        """The feeds in turn, until one shows that they have moved on from `day`."""
        readings: list[Reading] = []
        for name in names:
            progress("feeds", len(readings), len(names))
            readings.append(self._feeds.read(name))
            if day and (its_day := readings[-1].day) and its_day > day:
                break
        progress("feeds", len(names), len(names))
        return readings

    def _fill(self, found: Plan, asked: _Asked, progress: Progress) -> SourceError | int:
        """Ask the API once for what the feeds of the day lack. How many papers it brought, or why it did not."""
        days = window(found.day)
        missing = set(asked.feeds) - set(found.here)
        if days is None or not (missing or not all(self._is_swept(name, found.day) for name in asked.feeds)):
            return 0
        progress("sweep", 0, 0)
        try:
            papers = self._api.submitted(self._carried(asked.feeds), *days)
        except SourceError as exc:
            logger.warning("sweep failed: day=%s problem=%s", found.day, exc.code)
            return exc
        self._store.save_papers(papers)
        there = self._carried(found.here)
        known = self._known(papers, found.day)
        new = [
            _announced_new(each, found.day, source="sweep" if within(each, there) else "reconstructed")
            for each in papers
            if each.id not in known
        ]
        self._store.save_announced(new)
        settled = new_york_date(self._clock()) - found.day >= SETTLED
        for name in asked.feeds:
            if name in found.whole or settled:
                self._store.save_feed(
                    FeedState(name=_sweep_of(name), day=found.day, count=len(papers), fetched_at=self._clock()), ()
                )
        progress("sweep", len(papers), len(papers))
        return sum(_source(item) == "sweep" and within(item.paper, asked.wanted) for item in new)

    def _announced(self, found: Plan, asked: _Asked, filled: SourceError | int) -> Announced:
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

    def _stored_only(self, found: Plan, day: date | None, asked: _Asked, problem: SourceError) -> Announced:
        """What is stored of the day, or was submitted for it; for the latest day, the latest there is."""
        earlier = [] if day else [each for each in self._store.days() if each < found.day][:LOOK_BACK]
        for each in (found.day, *earlier):
            if items := self._items(each, asked.wanted) or self._submitted_for(each, asked):
                note = Note("stored_only", {"day": each, "reason": problem.code})
                return Announced(date=each, items=items, notes=(*found.notes, note), complete=False)
        raise problem

    def _submitted_for(self, day: date, asked: _Asked) -> tuple[Listed, ...]:
        days = window(day)
        papers = self._store.papers_submitted(*days) if days else []
        return tuple(_announced_new(each, day, source="reconstructed") for each in papers if within(each, asked.wanted))

    # ------------------------------------------------------------ looking back

    def _sweep_back(self, days: int) -> list[Listed]:
        names = feeds_for(self._watched, self._watched)
        latest = max((state.day for name in names if (state := self._store.feed(name))), default=None)
        found: list[Listed] = []
        for day in days_back(latest, days) if latest else ():
            stored = [name for name in names if self._store.has_day(name, day)]
            if not stored or latest is None or (span := window(day)) is None:
                continue
            papers = self._backfill.submitted(self._carried(stored), *span)
            known = self._store.announced_ids(each.id for each in papers)
            late = [_announced_new(each, latest, source="sweep") for each in papers if each.id not in known]
            self._store.save_papers(papers)
            self._store.save_announced(late)
            found += late
        if found:
            logger.info("papers appeared late: count=%d day=%s", len(found), latest)
        return found

    # ------------------------------------------------------------ what is stored

    def _items(self, day: date, wanted: Sequence[str] | None = None) -> tuple[Listed, ...]:
        stored = self._store.announced(day)
        return tuple(item for item in stored if wanted is None or within(item.paper, wanted))

    def _carried(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(pattern for name in names for pattern in carried(name, self._archives))

    def _is_swept(self, name: str, day: date) -> bool:
        return self._store.has_day(_sweep_of(name), day)

    def _known(self, papers: Sequence[Paper], day: date) -> set[str]:
        """Those that were announced on `day`, or whose first version was on another one: moderation held them up.

        A paper whose replacement was announced later may still have been new on `day`.
        """
        today = {item.paper.id for item in self._items(day)}
        if not self._store.announced_ids(each.id for each in papers) - today:
            return today
        near = [each for each in self._store.days() if each != day and abs(each - day) <= HELD_UP]
        others = (item for each in near for item in self._store.announced(each))
        return today | {
            item.paper.id for item in others if item.announcement and item.announcement.version in (None, 1)
        }


def _sweep_of(feed: str) -> str:
    """The name under which the store knows that a feed's day was swept."""
    return f"sweep:{feed}"


def _nothing(day: date) -> Note:
    return Note("nothing_announced", {"day": day})


def _source(item: Listed) -> str | None:
    return item.announcement.source if item.announcement else None


def _announced_new(paper: Paper, day: date, *, source: Literal["sweep", "reconstructed"]) -> Listed:
    """A first submission was announced as version 1, whatever the latest version is by now."""
    return Listed(paper=paper, announcement=Announcement(paper_id=paper.id, date=day, version=1, source=source))
