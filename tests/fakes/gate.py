"""A gate in memory, and time that passes only when somebody sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import requests

from bot.models import Listed, Paper
from bot.sources.gate import Gate, Priority, session
from tests.fakes.arxiv import FakeArxiv


class Time:
    """A clock that stands still until `sleep`."""

    def __init__(self, now: datetime = datetime(2026, 5, 20, 12, tzinfo=UTC)) -> None:
        self.now = now
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


class MemoryGate:
    """The gate of one process: the same promise as the store's."""

    def __init__(self) -> None:
        self.free_at = 0.0
        self.holder: str | None = None
        self.lease_until = 0.0
        self.waiting: dict[str, int] = {}
        self.entered: list[int] = []

    def gate_enter(self, *, ticket: str, priority: int, now: float, lease: float) -> float:
        self.waiting[ticket] = priority
        if self.holder not in (None, ticket) and self.lease_until > now:
            return 0.1
        if self.free_at > now:
            return self.free_at - now
        if min(self.waiting, key=self.waiting.__getitem__) != ticket:
            return 0.1
        del self.waiting[ticket]
        self.entered.append(priority)
        self.holder, self.lease_until = ticket, now + lease
        return 0.0

    def gate_leave(self, *, ticket: str, now: float, free_at: float) -> None:
        self.free_at = max(self.free_at, free_at)
        if self.holder == ticket:
            self.holder = None

    def gate_forget(self, *, ticket: str) -> None:
        self.waiting.pop(ticket, None)


@contextmanager
def asking(
    server: FakeArxiv,
    gate: Gate,
    time: Time,
    *,
    priority: Priority = Priority.ANNOUNCEMENTS,
    delay: float = 3.0,
    timeout: float = 5.0,
    contact: str | None = None,
) -> Iterator[requests.Session]:
    """A session for `server` through `gate`, in a time of its own."""
    polite = session(
        gate,
        priority=priority,
        api_url=server.api_url,
        feed_url=server.feed_url,
        site_url=server.site_url,
        clock=time.clock,
        sleep=time.sleep,
        delay=delay,
        timeout=timeout,
        contact=contact,
        jitter=lambda: 0.0,
    )
    with polite:
        yield polite


def paper(number: int) -> Paper:
    """One of the papers the API knows."""
    return Paper(
        id=f"2605.{number:05}",
        version=1,
        title=f"Paper {number}",
        authors=("Ada Lovelace",),
        abstract="We study things.",
        categories=("cs.CL",),
        primary_category="cs.CL",
        published=datetime(2026, 5, 18, 20, tzinfo=UTC),
        updated=datetime(2026, 5, 18, 20, tzinfo=UTC),
    )


def five_papers() -> FakeArxiv:
    """An arXiv with five papers, announced on its today."""
    papers = [paper(number) for number in range(1, 6)]
    today = date(2026, 5, 20)
    return FakeArxiv(papers=papers, announced={today: [Listed(paper=each) for each in papers]}, today=today)


def ask_api(polite: requests.Session, server: FakeArxiv, **more: str) -> requests.Response:
    """A search that finds all five."""
    query = {"search_query": "cat:cs.CL", "start": "0", "max_results": "10", **more}
    return polite.get(server.api_url, params=query)
