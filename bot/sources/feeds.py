"""One of arXiv's feeds, asked so that nothing is missed: unchanged, cut, refused by its archive's name, or stale.

A feed that is read is stored before anybody hears of it. Everything here blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

import requests

from bot.models import Kind, Listed
from bot.ports import Clock, SourceError, SourceGarbled
from bot.sources.answers import SourceRejected
from bot.sources.atom import FEED_LIMIT, Feed, feed, unite
from bot.sources.calendar import window
from bot.sources.plan import Reading
from bot.sources.scope import Archives, halves, pieces
from bot.store import FeedState

logger = logging.getLogger(__name__)

STALE_OVERLAP = 0.9
"""A feed with a new date of whose new papers so many were announced on its day before is yesterday's again."""

MOST_REQUESTS = 16
"""For one feed: halving down to a single category takes fourteen; a server that gives the same to all ends here."""


class FeedStore(Protocol):
    """What of `bot.store.Store` is needed here."""

    def announced(self, day: date) -> list[Listed]:
        """What is stored as announced on `day`."""
        ...

    def feed(self, name: str) -> FeedState | None:
        """The answer of this feed that was fetched last."""
        ...

    def save_feed(self, state: FeedState, listed: Iterable[Listed]) -> None:
        """A feed's answer and all it listed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    problem: SourceError | None = None


@dataclass(slots=True)
class _Way:
    """A way to ask for a feed, stored as `name`: by all these names, whose answers are put together."""

    name: str
    asked: Sequence[str]
    before: FeedState | None = None
    requests: int = field(default=0, init=False)


class Feeds:
    """The feeds below `url`, cut at `limit` items; `session` is one of `bot.sources.gate.session`."""

    def __init__(
        self,
        *,
        store: FeedStore,
        session: requests.Session,
        url: str,
        archives: Archives,
        clock: Clock,
        limit: int = FEED_LIMIT,
    ) -> None:
        self._store = store
        self._session = session
        self._url = url
        self._archives = archives
        self._clock = clock
        self._limit = limit

    def read(self, name: str, *, narrower: str = "", doubtful: bool = True) -> Reading:
        """Ask for it. What fails is said in the Reading, not raised.

        A server that does not know an archive's name refuses it, or has nothing: then it is asked for its categories,
        and last for `narrower`, a feed of those that are wanted. An empty feed is `doubtful` if no other says that
        there was an announcement, and it is none of a weekend or holiday.
        """
        empty: tuple[_Way, _Read] | None = None
        problem: SourceError | None = None
        for way in self._ways(name, narrower):
            try:
                read = self._answer(way)
            except SourceRejected as exc:
                problem = problem or exc
                continue
            except SourceError as exc:
                problem = exc
                empty = empty and (empty[0], replace(empty[1], problem=exc))
                break
            if read is None:
                return Reading(
                    name=way.name,
                    day=way.before.day if way.before else None,
                    count=way.before.count if way.before else 0,
                )
            if read.feed.count or not doubtful or not window(read.feed.day):
                return self._kept(way, read)
            empty = empty or (way, read)
        if empty:
            return self._kept(*empty)
        problem = problem or SourceGarbled("arXiv's feed has no name.")
        logger.warning("arXiv's feed failed: feed=%s problem=%s", name, problem.code)
        return Reading(name=name, problem=problem)

    def _ways(self, name: str, narrower: str) -> Iterator[_Way]:
        before = self._store.feed(name)
        yield _Way(name, [name], before)
        if (joined := "+".join(pieces(name, self._archives))) != name:
            yield _Way(name, [joined], before)
        if narrower:
            yield _Way(narrower, [narrower], self._store.feed(narrower))
        if "+" in narrower:
            yield _Way(narrower, narrower.split("+"))

    def _kept(self, way: _Way, read: _Read) -> Reading:
        """Store it, unless it is a stale one under a new date."""
        found = read.feed
        copy_of = self._copied(found, way.before)
        if copy_of:
            logger.warning("arXiv's feed is stale: feed=%s day=%s copy_of=%s", way.name, found.day, copy_of)
            return Reading(name=way.name, day=found.day, count=found.count, copy_of=copy_of)
        state = FeedState(
            name=way.name,
            day=found.day,
            count=found.count,
            fetched_at=self._clock(),
            etag=read.etag,
            last_modified=read.last_modified,
            complete=read.problem is None,
        )
        self._store.save_feed(state, found.items)
        logger.info("arXiv's feed: feed=%s day=%s items=%d skipped=%d", way.name, state.day, state.count, found.skipped)
        return Reading(name=way.name, day=state.day, count=state.count, problem=read.problem)

    def _answer(self, way: _Way) -> _Read | None:
        """None: not modified."""
        if len(way.asked) > 1:
            return self._together(way, way.asked)
        return self._whole(way, way.asked[0], way.before)

    def _whole(self, way: _Way, name: str, before: FeedState | None) -> _Read | None:
        """The feed; if it is as long as a cut one, in halves, and they in theirs."""
        read = self._get(way, name, before)
        if read is None or read.feed.count < self._limit:
            return read
        two = halves(name, self._archives)
        return self._together(way, two, cut=read) if two else replace(read, problem=_cut(read))

    def _together(self, way: _Way, names: Sequence[str], *, cut: _Read | None = None) -> _Read:
        """The feeds of `names`, and what is left of a `cut` one that should have had all they have."""
        parts: list[_Read] = []
        problem: SourceError | None = None
        for name in names:
            if way.requests >= MOST_REQUESTS:
                problem = problem or SourceGarbled("arXiv's feed is cut in more pieces than it has categories.")
                break
            try:
                part = self._whole(way, name, None)
            except SourceRejected as exc:
                problem = exc
                continue
            except SourceError as exc:  # it was asked again and again: who waits has waited enough
                problem = exc
                break
            if part:
                parts.append(part)
                problem = problem or part.problem
        first = cut or next(iter(parts), None)
        if first is None:
            raise problem or SourceGarbled("arXiv's feed has no name.")
        day = first.feed.day
        if any(part.feed.day != day for part in parts):  # rebuilt at midnight, between two requests
            problem = problem or SourceGarbled("arXiv's feeds are of two days.")
        same = [part.feed for part in parts if part.feed.day == day]
        items = unite(item for each in [*same, *([cut.feed] if cut else [])] for item in each.items)
        skipped = sum(each.skipped for each in same)
        return _Read(feed=Feed(day=day, items=items, count=len(items) + skipped, skipped=skipped), problem=problem)

    def _get(self, way: _Way, name: str, before: FeedState | None) -> _Read | None:
        way.requests += 1
        asked = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified} if before else {}
        headers = {key: value for key, value in asked.items() if value and before and before.complete}
        response = self._session.get(f"{self._url}/{name}", headers=headers)
        if response.status_code == requests.codes.not_modified:
            if not headers:
                raise SourceGarbled("arXiv said its feed has not changed since we never asked.")
            return None
        found = feed(response.content)
        unreadable = SourceGarbled(f"{found.skipped} items of arXiv's feed cannot be read.") if found.skipped else None
        return _Read(
            feed=found,
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            problem=unreadable,
        )

    def _copied(self, found: Feed, before: FeedState | None) -> date | None:
        """The earlier day whose papers `found` announces as new once more.

        Only what feeds said counts: what a sweep found for that day may be announced by arXiv itself a day later.
        """
        if before is None or found.day <= before.day:
            return None
        new = {item.paper.id for item in found.items if _is_new(item)}
        old = {item.paper.id for item in self._store.announced(before.day) if _is_fed(item)} if new else set()
        return before.day if new and len(new & old) >= STALE_OVERLAP * len(new) else None


def _cut(read: _Read) -> SourceError:
    return SourceGarbled(f"arXiv's feed has {read.feed.count} items and is cut.")


def _is_new(item: Listed) -> bool:
    return item.announcement is not None and item.announcement.announce_type is Kind.NEW


def _is_fed(item: Listed) -> bool:
    return item.announcement is not None and item.announcement.source == "feed"
