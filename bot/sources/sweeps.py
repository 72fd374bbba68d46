"""What the feeds missed: first submissions the API knows, united with what was announced (design, decision 1).

The API's index lags and a feed has holes, so one question looks over the day and the announcement days before it that
we saw. What is found is stored. Everything here blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, Protocol

from bot.models import Announcement, Listed, Paper
from bot.ports import Clock, Progress, SourceError
from bot.sources.api import Api
from bot.sources.calendar import announcement_day, days_back, new_york_date, window
from bot.sources.feeds import FeedStore
from bot.sources.plan import Plan
from bot.sources.scope import Archives, Asked, carried, within
from bot.store import FeedState

logger = logging.getLogger(__name__)

SETTLED = timedelta(days=5)
"""The API's index may lag the announcement by days; a day so long ago is reconstructed once."""

HELD_UP = timedelta(days=31)
"""How long moderation may hold a paper up before we take its announcement for another one."""

LOOK_BACK = 3
"""Announcement days before the latest in which its sweep looks for papers that appeared late."""


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


class Sweeps:
    """Sweeps with `api`; `archives` is what an archive consists of."""

    def __init__(self, *, store: AnnouncementStore, api: Api, archives: Archives, clock: Clock) -> None:
        self._store = store
        self._api = api
        self._archives = archives
        self._clock = clock

    def fill(self, found: Plan, asked: Asked, progress: Progress) -> SourceError | int:
        """Ask the API once for what the feeds of the day lack, and for what those of the days before lacked.

        How many papers it brought that a feed should have had, or why it did not.
        """
        span = window(found.day)
        missing = set(asked.feeds) - set(found.here)
        if span is None or not (missing or not all(self.is_swept(name, found.day) for name in asked.feeds)):
            return 0
        earlier = self._seen_before(found)
        begin = min((each[0] for day in earlier if (each := window(day))), default=span[0])
        progress("sweep", 0, 0)
        try:
            papers = self._api.submitted(self.carried(asked.feeds), begin, span[1])
        except SourceError as exc:
            logger.warning("sweep failed: day=%s problem=%s", found.day, exc.code)
            return exc
        self._store.save_papers(papers)
        new = [*self._lacking(papers, found, span[0]), *self._late(papers, earlier, found.day)]
        self._store.save_announced(new)
        settled = new_york_date(self._clock()) - found.day >= SETTLED
        for name in asked.feeds:
            if name in found.whole or settled:
                self._store.save_feed(
                    FeedState(name=_sweep_of(name), day=found.day, count=len(papers), fetched_at=self._clock()), ()
                )
        progress("sweep", len(papers), len(papers))
        return sum(_source(item) == "sweep" and within(item.paper, asked.wanted) for item in new)

    def back(self, names: Sequence[str], days: int) -> list[Listed]:
        """Papers of the last `days` days of these feeds that none had and the API has by now. Raises SourceError.

        Each is recorded once, as announced on the latest day the feeds gave.
        """
        latest = max((state.day for name in names if (state := self._store.feed(name))), default=None)
        found: list[Listed] = []
        for day in days_back(latest, days) if latest else ():
            stored = [name for name in names if self._store.has_day(name, day)]
            if not stored or latest is None or (span := window(day)) is None:
                continue
            papers = self._api.submitted(self.carried(stored), *span)
            self._store.save_papers(papers)
            late = self._late(papers, {day: self.carried(stored)}, latest)
            self._store.save_announced(late)
            found += late
        if found:
            logger.info("papers appeared late: count=%d day=%s", len(found), latest)
        return found

    def is_swept(self, name: str, day: date) -> bool:
        """Was this feed's day swept when it was complete, or when all was settled?"""
        return self._store.has_day(_sweep_of(name), day)

    def carried(self, names: Sequence[str]) -> tuple[str, ...]:
        """The patterns these feeds carry."""
        return tuple(pattern for name in names for pattern in carried(name, self._archives))

    def _seen_before(self, found: Plan) -> Mapping[date, Sequence[str]]:
        """The days before this one that were seen, and the patterns of the feeds that were stored whole."""
        before = days_back(found.day - timedelta(days=1), LOOK_BACK)
        stored = {day: [name for name in found.here if self._store.has_day(name, day)] for day in before}
        return {day: self.carried(names) for day, names in stored.items() if names}

    def _lacking(self, papers: Sequence[Paper], found: Plan, begin: datetime) -> list[Listed]:
        """Those of the day that were announced on none: a feed lacks them, or there is no feed to tell."""
        of_the_day = [each for each in papers if each.published and each.published >= begin]
        known, there = self._known(of_the_day, found.day), self.carried(found.here)
        return [
            announced_new(each, found.day, source="sweep" if within(each, there) else "reconstructed")
            for each in of_the_day
            if each.id not in known
        ]

    def _late(self, papers: Sequence[Paper], seen: Mapping[date, Sequence[str]], day: date) -> list[Listed]:
        """Those that days we have `seen` should have had and nobody announced: announced on `day`, then."""
        due = [
            each for each in papers if each.published and within(each, seen.get(announcement_day(each.published), ()))
        ]
        known = self._store.announced_ids(each.id for each in due)
        return [announced_new(each, day, source="sweep") for each in due if each.id not in known]

    def _known(self, papers: Sequence[Paper], day: date) -> set[str]:
        """Those that were announced on `day`, or whose first version was on another one: moderation held them up.

        A paper whose replacement was announced later may still have been new on `day`.
        """
        today = {item.paper.id for item in self._store.announced(day)}
        if not self._store.announced_ids(each.id for each in papers) - today:
            return today
        near = [each for each in self._store.days() if each != day and abs(each - day) <= HELD_UP]
        others = (item for each in near for item in self._store.announced(each))
        return today | {
            item.paper.id for item in others if item.announcement and item.announcement.version in (None, 1)
        }


def announced_new(paper: Paper, day: date, *, source: Literal["sweep", "reconstructed"]) -> Listed:
    """A first submission was announced as version 1, whatever the latest version is by now."""
    return Listed(paper=paper, announcement=Announcement(paper_id=paper.id, date=day, version=1, source=source))


def _sweep_of(feed: str) -> str:
    """The name under which the store knows that a feed's day was swept."""
    return f"sweep:{feed}"


def _source(item: Listed) -> str | None:
    return item.announcement.source if item.announcement else None
