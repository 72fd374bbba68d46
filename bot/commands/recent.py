"""How many papers a day a topic brings, counted in what was announced in the last two weeks.

A fortnight of computer science is ten thousand papers; making one ready for queries is most of the work. So a day is
made ready once and kept packed (about a kilobyte a paper), and what a query found on a day that is over is kept too.
"""

from __future__ import annotations

import asyncio
import pickle
import zlib
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from bot.models import Kind, Listed, Paper, Topic
from bot.ports import Clock
from bot.sources.calendar import days_back, expected_day
from bot.targets import Settings
from bot.topics import taxonomy
from bot.topics.prepared import Prepared, prepare
from bot.topics.query import Query
from bot.topics.select import kind

if TYPE_CHECKING:
    from bot.store import Store

WINDOW = timedelta(days=14)
ANNOUNCEMENTS = 10
"""Announcements in two weeks: arXiv has none on Saturdays and Sundays."""

MISSING = 2
"""Days of ten that may be missing (arXiv's holidays) before we rather ask arXiv."""

MOST_COUNTS = 20_000
SETTLED = timedelta(minutes=10)
LATE = timedelta(days=3)
"""Papers may come to a day for so long; until then it is read again when what was read is older than SETTLED."""

SHOWN = 3
"""The newest papers that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """`counts` of papers by announcement, the latest first; `latest` are the newest papers, three at most.

    `reaches` is False where what is stored does not cover two weeks of all that the topic could match.
    """

    counts: tuple[int, ...] = ()
    latest: tuple[Paper, ...] = ()
    reaches: bool = False

    @property
    def total(self) -> int:
        """Papers in the two weeks."""
        return sum(self.counts)

    @property
    def a_day(self) -> int:
        """Papers an announcement, rounded; 0 is fewer than one in two days, or none."""
        return round(self.total / len(self.counts)) if self.counts else 0


@dataclass(frozen=True, slots=True)
class _Ready:
    """A paper as queries and kinds look at it."""

    prepared: Prepared
    listed: Listed


@dataclass(frozen=True, slots=True)
class _Day:
    packed: bytes
    papers: int  # a hash of which they are
    read_at: datetime
    read_on: date


class Recent:
    """The announcements of the last two weeks in `store`, ready for queries. For one event loop.

    Counting is computing: it has one thread at a time, so that it leaves the others to those who only read the store.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._turn = asyncio.Lock()
        self._working = Lock()  # a caller that is cancelled gives up its turn, but its thread works on
        self._days: dict[date, _Day] = {}
        self._counts: OrderedDict[tuple[date, str], Counter[Kind | None]] = OrderedDict()

    async def volumes(self, topics: Sequence[Topic], settings: Settings, *, watched: Sequence[str]) -> list[Volume]:
        """What each of `topics` brings a chat with these settings; `latest` for one alone. Raises StoreError."""
        async with self._turn:
            return await asyncio.to_thread(self._volumes, topics, kinds_of(settings), watched)

    async def primaries(self, topic: Topic, settings: Settings) -> list[str]:
        """The primary categories of what it brings, the commonest first. Raises StoreError."""
        async with self._turn:
            return await asyncio.to_thread(self._primaries, topic.query, kinds_of(settings))

    def _volumes(self, topics: Sequence[Topic], kinds: frozenset[Kind | None], watched: Sequence[str]) -> list[Volume]:
        with self._working:
            days = self._refreshed()
            expected = days_back(expected_day(self._clock()), ANNOUNCEMENTS)
            covered = len(set(expected) - set(days)) <= MISSING
            queries = [topic.query for topic in topics]
            counted = [self._counted(day, queries) for day in days]
            return [
                Volume(
                    counts=tuple(sum(found[number][kind] for kind in kinds) for found in counted),
                    latest=self._latest(days, query, kinds) if len(topics) == 1 else (),
                    reaches=covered and is_watched(query, watched),
                )
                for number, query in enumerate(queries)
            ]

    def _primaries(self, query: Query, kinds: frozenset[Kind | None]) -> list[str]:
        with self._working:
            categories = query.categories()
            found = (
                each.listed for day in self._refreshed() for each in self._ready(day) if query.matches(each.prepared)
            )
            counted = Counter(each.paper.primary_category for each in found if kind(each, categories) in kinds)
            return [category for category, _ in counted.most_common() if category]

    def _refreshed(self) -> list[date]:
        """The days there are, the latest first; those to which papers may have come are read again."""
        now = self._clock()
        today = expected_day(now)
        days = [day for day in self._store.days() if day > today - WINDOW]
        self._days = {day: kept for day, kept in self._days.items() if day in days}
        for day in days:
            kept = self._days.get(day)
            over = kept is not None and kept.read_on > day + LATE
            if kept is not None and (over or timedelta() <= now - kept.read_at < SETTLED):
                continue
            listed = self._store.announced(day)
            papers = tuple((each.paper.id, each.paper.version) for each in listed)
            if kept is not None and kept.papers == hash(papers):
                self._days[day] = replace(kept, read_at=now, read_on=today)
                continue
            self._days[day] = _Day(_packed(listed), hash(papers), now, today)
            for key in [key for key in self._counts if key[0] == day]:
                del self._counts[key]
        return days

    def _counted(self, day: date, queries: Sequence[Query]) -> list[Counter[Kind | None]]:
        """What each of `queries` finds on `day`, by kind; the day is unpacked once, if at all."""
        keys = [(day, query.canonical()) for query in queries]
        new = {key: query for key, query in zip(keys, queries, strict=True) if key not in self._counts}
        found = {key: self._counts[key] for key in keys if key not in new}
        ready = self._ready(day) if new else []
        for key, query in new.items():
            categories = query.categories()
            matching = (each.listed for each in ready if query.matches(each.prepared))
            found[key] = self._counts[key] = Counter(kind(listed, categories) for listed in matching)
        while len(self._counts) > MOST_COUNTS:
            self._counts.popitem(last=False)
        return [found[key] for key in keys]

    def _latest(self, days: Sequence[date], query: Query, kinds: frozenset[Kind | None]) -> tuple[Paper, ...]:
        categories = query.categories()
        latest: list[Paper] = []
        for day in days:
            if len(latest) < SHOWN and self._counted(day, [query])[0]:
                matching = (each.listed for each in self._ready(day) if query.matches(each.prepared))
                wanted = (listed.paper for listed in matching if kind(listed, categories) in kinds)
                latest += sorted(wanted, key=lambda paper: paper.id, reverse=True)
        return tuple(latest[:SHOWN])

    def _ready(self, day: date) -> list[_Ready]:
        unpacked: list[_Ready] = pickle.loads(zlib.decompress(self._days[day].packed))  # noqa: S301 - our own, never stored
        return unpacked


def kinds_of(settings: Settings) -> frozenset[Kind | None]:
    """The kinds of announcements a chat wants; one of unknown kind counts as new. Pure."""
    wanted: set[Kind | None] = {None, Kind.NEW}
    if settings.cross_lists:
        wanted.add(Kind.CROSS)
    if settings.replacements:
        wanted.add(Kind.REPLACE)
        if settings.cross_lists:
            wanted.add(Kind.REPLACE_CROSS)
    return frozenset(wanted)


def is_watched(query: Query, watched: Sequence[str]) -> bool:
    """Is everything that can match among the watched categories? Words alone are looked for in these only. Pure."""
    scope = query.scope()
    return scope is None or all(
        any(pattern == each or taxonomy.matches(each, pattern) for each in watched) for pattern in scope
    )


def _packed(listed: Sequence[Listed]) -> bytes:
    ready = [_Ready(prepare(each.paper), replace(each, paper=replace(each.paper, abstract=""))) for each in listed]
    return zlib.compress(pickle.dumps(ready), level=1)
