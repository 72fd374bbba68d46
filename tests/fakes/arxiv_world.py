"""An arXiv, a store and a time in which a test announces papers and asks what was announced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.models import Announcement, Listed, Paper
from bot.ports import Announced
from bot.sources.announcements import ArxivAnnouncements
from bot.sources.calendar import window
from bot.sources.gate import Priority
from bot.store import Store
from bot.topics.taxonomy import ARCHIVES
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.gate import MemoryGate, Time, asking

MONDAY, TUESDAY, WEDNESDAY = date(2026, 5, 18), date(2026, 5, 19), date(2026, 5, 20)
THURSDAY, SATURDAY = date(2026, 5, 21), date(2026, 5, 23)
NOON = datetime(2026, 5, 20, 16, tzinfo=UTC)
"""Wednesday noon in New York."""

LIMIT = 40
"""Where this arXiv cuts its feeds; the real one does at 2000."""


def paper(number: int, *categories: str, day: date = WEDNESDAY, version: int = 1) -> Paper:
    """A paper submitted in time for the feed of `day`."""
    span = window(day)
    assert span
    return Paper(
        id=f"2605.{number:05}",
        version=version,
        title=f"Paper {number}",
        authors=("Ada Lovelace", "Alan Turing"),
        abstract="We study things.",
        categories=categories or ("cs.CL",),
        primary_category=(categories or ("cs.CL",))[0],
        published=span[0] + timedelta(minutes=number % 1000),
        updated=span[0] + timedelta(minutes=number % 1000),
        license="http://creativecommons.org/licenses/by/4.0/",
        comment="20 pages",
    )


def listed(*papers: Paper) -> list[Listed]:
    return [Listed(paper=each) for each in papers]


@dataclass
class World:
    """An arXiv, a store, a time, and who asks."""

    arxiv: FakeArxiv
    store: Store
    time: Time
    news: ArxivAnnouncements

    def announce(self, day: date, *papers: Paper, indexed: bool = True) -> None:
        """arXiv announces `papers`; its API knows them unless it lags."""
        self.arxiv.announced.setdefault(day, []).extend(listed(*papers))
        if indexed:
            self.arxiv.papers |= {each.id: each for each in papers}

    def paths(self) -> list[str]:
        return [each.path for each in self.arxiv.requests]

    def forget_requests(self) -> None:
        self.arxiv.requests.clear()


@contextmanager
def world_at(path: Path) -> Iterator[World]:
    """A Wednesday on which `cs.*` and `stat.ML` are watched; at the end, no rule of arXiv's may be broken."""
    time = Time(NOON)
    with (
        FakeArxiv(today=WEDNESDAY, feed_limit=LIMIT) as arxiv,
        Store(path) as store,
        asking(arxiv, MemoryGate(), time) as session,
        asking(arxiv, MemoryGate(), time, priority=Priority.BACKFILL) as backfill,
    ):
        news = ArxivAnnouncements(
            store=store,
            session=session,
            backfill=backfill,
            feed_url=arxiv.feed_url,
            api_url=arxiv.api_url,
            watched=("cs.*", "stat.ML"),
            archives=ARCHIVES,
            clock=time.clock,
            feed_limit=LIMIT,
        )
        yield World(arxiv, store, time, news)
        assert arxiv.violations == []


def ids(announced: Announced) -> list[str]:
    return sorted(item.paper.id for item in announced.items)


def keys(announced: Announced) -> list[str]:
    return [note.key for note in announced.notes]


def announcement(announced: Announced, number: int) -> Announcement:
    found = next(item.announcement for item in announced.items if item.paper.id == f"2605.{number:05}")
    assert found
    return found
