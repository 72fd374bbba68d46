"""What is known and must not be asked twice: papers, announcements, feeds, summaries, model calls, the gate.

All SQL stands here, in `paper_tables`, in `gate_table` (whose turn it is) and in `migrations` (the shape).
All methods block: from the event loop they are called in a thread. They may be called from any thread and raise
StoreError; one that writes returns when it is committed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlite_utils

from bot import gate_table, paper_tables, rows
from bot.costs import usage_table
from bot.database import Database, StoreError
from bot.models import Announcement, Depth, Listed, Paper, Summary, SummaryKey
from bot.paper_tables import FeedState, texts

__all__ = ["FeedState", "Store", "StoreError"]

logger = logging.getLogger(__name__)


class Store:
    """The database at `path`, made or brought up to date. A context manager; `close` may be called twice."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    @property
    def database(self) -> Database:
        """The open file, for those who have tables of their own in it: chats, the outbox."""
        return self._database

    def close(self) -> None:
        """Wait for writes under way and close; every later call raises StoreError."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ papers

    def save_papers(self, papers: Iterable[Paper]) -> None:
        """Add what is new about `papers`: nothing known is lost to a None, nothing newer to an older version."""
        self._save(rows.together(papers), announcements=(), feed=None)

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The stored ones of `ids` (without versions), by id."""
        wanted = list(ids)
        return self._database.read(lambda conn: paper_tables.papers(conn, wanted))

    def papers_submitted(self, start: datetime, end: datetime) -> list[Paper]:
        """Papers first submitted in `[start, end)`, oldest first. One whose first submission is unknown is in none."""
        return self._database.read(lambda conn: paper_tables.submitted(conn, start, end))

    def search(self, words: str, *, limit: int) -> list[Paper]:
        """Papers with all of `words` (or "phrases") in readable title, abstract or authors; the likest first.

        `words` may be anything; nothing else in it is an operator.
        """
        return self._database.read(lambda conn: paper_tables.search(conn, words, limit=limit))

    def suggested(self, typed: str, *, limit: int) -> list[Paper]:
        """Papers somebody may mean who has typed so much of an id, or of words of a title; the latest first."""
        return self._database.read(lambda conn: paper_tables.suggested(conn, typed, limit=limit))

    # ------------------------------------------------------------ announcements and feeds

    def announced(self, day: date) -> list[Listed]:
        """What is stored as announced on `day`, each with the paper as it is known now, in the order it came."""
        return self._database.read(lambda conn: paper_tables.announced(conn, day))

    def announced_ids(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that were announced on any day."""
        wanted = list(ids)
        return self._database.read(lambda conn: paper_tables.announced_ids(conn, wanted))

    def announcements(self, paper_id: str) -> list[Announcement]:
        """Each day on which this paper (its id without version) was announced, and as what; the latest first."""
        return self._database.read(lambda conn: paper_tables.announcements(conn, paper_id))

    def save_announced(self, listed: Iterable[Listed]) -> None:
        """Papers and their announcements, one a paper and day; a feed's word replaces what we worked out ourselves."""
        self._save_listed(listed, feed=None)

    def save_feed(self, state: FeedState, listed: Iterable[Listed]) -> None:
        """A feed's answer and all it listed, in one transaction. A day once complete stays complete."""
        self._save_listed(listed, feed=state)

    def feed(self, name: str) -> FeedState | None:
        """The answer of this feed that was fetched last, of whatever day."""
        return self._database.read(lambda conn: paper_tables.feed(conn, name))

    def has_day(self, name: str, day: date) -> bool:
        """Is this feed's answer of `day` stored, and complete?"""
        return self._database.read(lambda conn: paper_tables.has_day(conn, name, day))

    def days(self) -> list[date]:
        """Every day of which an announcement or a feed's answer (an empty one too) is stored; the latest first."""
        return self._database.read(paper_tables.days)

    def _save_listed(self, listed: Iterable[Listed], *, feed: FeedState | None) -> None:
        items = list(listed)
        united = rows.together(item.paper for item in items)
        self._save(united, announcements=[item.announcement for item in items if item.announcement], feed=feed)

    def _save(
        self, united: Mapping[str, Paper], *, announcements: Collection[Announcement], feed: FeedState | None
    ) -> None:
        readable = self._readable_beforehand(united)

        def work(db: sqlite_utils.Database) -> None:
            paper_tables.put_papers(db, united, readable=readable)
            paper_tables.put_announcements(db, announcements)
            if feed is not None:
                paper_tables.put_feed(db, feed)

        self._database.write(work)

    def _readable_beforehand(self, papers: Mapping[str, Paper]) -> Callable[[str], str]:
        """`readable`, which already knows the texts of papers we do not have yet.

        Making LaTeX readable is slow beside writing: it is done before the transaction, outside the writer thread.
        """
        from bot.latex import readable  # noqa: PLC0415 - pylatexenc is heavy, and who only reads needs none of it

        remembered = cache(readable)
        stored = self.papers(papers)
        for paper in papers.values():
            if paper.id not in stored or texts(stored[paper.id]) != texts(paper):
                for text in texts(paper):
                    remembered(text)
        return remembered

    # ------------------------------------------------------------ summaries and model calls

    def summary(self, key: SummaryKey) -> Summary | None:
        """The summary saved under `key`. One that cannot be read any more counts as not there."""
        found = self._database.read(
            lambda conn: conn.execute(
                "SELECT summary FROM summaries WHERE paper_id = :paper_id AND version = :version AND depth = :depth "
                "AND language = :language AND model = :model AND prompt_version = :prompt_version "
                "AND text_hash = :text_hash",
                rows.summary_key_row(key),
            ).fetchone()
        )
        return None if found is None else _readable(found["summary"], key.paper_id)

    def newest_summary(self, paper_id: str, *, language: str, depth: Depth | None = None) -> Summary | None:
        """What a model said last, at this depth or any, of the latest version it read of this paper; None: nothing."""
        found = self._database.read(
            lambda conn: conn.execute(
                "SELECT summary FROM summaries WHERE paper_id = ? AND language = ? AND depth = ifnull(?, depth) "
                "ORDER BY version DESC, created_at DESC LIMIT 1",
                [rows.clean(paper_id), language, depth],
            ).fetchone()
        )
        return None if found is None else _readable(found["summary"], paper_id)

    def save_summary(self, key: SummaryKey, summary: Summary, *, at: datetime) -> None:
        """Keep `summary` under `key`; a later one replaces it."""
        row = {**rows.summary_key_row(key), "summary": rows.summary_text(summary), "created_at": rows.moment(at)}
        self._database.write(lambda db: db.table("summaries").insert(row, replace=True) and None)

    def take_model_call(self, day: date, *, cap: int) -> bool:
        """Count one model call on `day` if fewer than `cap` were made; False if not. Exact across processes."""
        return self._database.write(lambda db: usage_table.take_call(db, day, cap=cap))

    def model_calls(self, day: date) -> int:
        """How many model calls were made on `day`."""
        found = self._database.read(
            lambda conn: conn.execute("SELECT calls FROM model_calls WHERE day = ?", [day.isoformat()]).fetchone()
        )
        return 0 if found is None else int(found["calls"])

    # ------------------------------------------------------------ the gate

    def gate_enter(self, *, ticket: str, priority: int, now: float, lease: float) -> float:
        """0.0: the gate is `ticket`'s until `now + lease`. Else the seconds after which asking again makes sense.

        The lowest `priority` goes first, then who came first. Who does not ask again when told loses its place.
        """
        return self._database.write(
            lambda db: gate_table.enter(db, ticket=ticket, priority=priority, now=now, lease=lease)
        )

    def gate_leave(self, *, ticket: str, now: float, free_at: float) -> None:
        """Give the gate back; the next may enter at `free_at`, or later if that was said before (3700 s at most)."""
        self._database.write(lambda db: gate_table.leave(db, ticket=ticket, now=now, free_at=free_at))

    def gate_forget(self, *, ticket: str) -> None:
        """`ticket` gave up: it waits no more and holds nothing."""
        self._database.write(lambda db: gate_table.forget(db, ticket=ticket))


def _readable(stored: str, paper_id: str) -> Summary | None:
    try:
        return rows.summary_of(stored)
    except (ValueError, KeyError, TypeError):
        logger.warning("stored summary is unreadable: paper=%s", paper_id)
        return None
