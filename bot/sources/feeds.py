"""One of arXiv's feeds, asked so that nothing is missed: unchanged, cut, refused by its archive's name, or stale.

A feed that is read is stored before anybody hears of it. Everything here blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import requests

from bot.models import Kind, Listed
from bot.ports import Clock, SourceError, SourceGarbled
from bot.sources.answers import SourceRejected
from bot.sources.atom import FEED_LIMIT, Feed, feed, unite
from bot.sources.plan import Reading
from bot.sources.scope import Archives, halves, pieces
from bot.store import FeedState

logger = logging.getLogger(__name__)

STALE_OVERLAP = 0.9
"""A feed with a new date of whose new papers so many were announced on its day before is yesterday's again."""


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

    def read(self, name: str) -> Reading:
        """Ask for it. What fails is said in the Reading, not raised."""
        before = self._store.feed(name)
        try:
            read = self._by_any_name(name, before)
        except SourceError as exc:
            logger.warning("arXiv's feed failed: feed=%s problem=%s", name, exc.code)
            return Reading(name=name, problem=exc)
        if read is None:
            return Reading(name=name, day=before.day if before else None, count=before.count if before else 0)
        copy_of = self._copied(read.feed, before)
        if copy_of:
            logger.warning("arXiv's feed is stale: feed=%s day=%s copy_of=%s", name, read.feed.day, copy_of)
            return Reading(name=name, day=read.feed.day, count=read.feed.count, copy_of=copy_of)
        state = FeedState(
            name=name,
            day=read.feed.day,
            count=read.feed.count,
            fetched_at=self._clock(),
            etag=read.etag,
            last_modified=read.last_modified,
            complete=read.problem is None,
        )
        self._store.save_feed(state, read.feed.items)
        logger.info("arXiv's feed: feed=%s day=%s items=%d skipped=%d", name, state.day, state.count, read.feed.skipped)
        return Reading(name=name, day=state.day, count=state.count, problem=read.problem)

    def _by_any_name(self, name: str, before: FeedState | None) -> _Read | None:
        """None: not modified. An archive that has no feed of its own is asked for by its categories."""
        try:
            return self._whole(name, before)
        except SourceRejected:
            joined = "+".join(pieces(name, self._archives))
            if joined == name:
                raise
            return self._whole(joined, None)

    def _whole(self, name: str, before: FeedState | None) -> _Read | None:
        """The feed; if it is as long as a cut one, in halves, and they in theirs."""
        read = self._get(name, before)
        two = halves(name, self._archives)
        if read is None or read.feed.count < self._limit:
            return read
        cut = SourceGarbled(f"arXiv's feed has {read.feed.count} items and is cut.")
        if two is None:
            return replace(read, problem=cut)
        parts, problem = [read.feed], None
        for half in two:
            try:
                part = self._whole(half, None)
            except SourceError as exc:
                problem = exc
                continue
            if part and part.feed.day == read.feed.day:
                parts.append(part.feed)
                problem = problem or part.problem
            else:  # rebuilt at midnight, between two requests
                problem = cut
        items = unite(item for part in reversed(parts) for item in part.items)
        skipped = sum(part.skipped for part in parts[1:])
        return _Read(
            feed=Feed(day=read.feed.day, items=items, count=len(items) + skipped, skipped=skipped), problem=problem
        )

    def _get(self, name: str, before: FeedState | None) -> _Read | None:
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
        """The earlier day whose papers `found` announces as new once more."""
        if before is None or found.day <= before.day:
            return None
        new = {item.paper.id for item in found.items if _is_new(item)}
        old = {item.paper.id for item in self._store.announced(before.day)} if new else set()
        return before.day if new and len(new & old) >= STALE_OVERLAP * len(new) else None


def _is_new(item: Listed) -> bool:
    return item.announcement is not None and item.announcement.announce_type is Kind.NEW
