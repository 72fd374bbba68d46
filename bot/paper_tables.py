"""What was announced and what is known of each paper: the SQL of papers, their texts, announcements and feeds.

Functions of an open connection; those that write (`put_…`) run inside a write transaction.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlite_utils

from bot import rows
from bot.models import Announcement, Listed, Paper

LONGEST_SEARCH = 1000
"""Characters of a search that are looked at."""

MOST_WORDS = 8
"""Of a title that is being typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """One feed's answer: `name` as the caller calls it, the feed's own `day`, how many items it had.

    `complete` is False if it is known to miss some; `etag` and `last_modified` are for the next request.
    """

    name: str
    day: date
    count: int
    fetched_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    complete: bool = True


# ---------------------------------------------------------------- papers


def texts(paper: Paper) -> tuple[str, str, str]:
    """What is searched: the columns of `paper_texts`, before they are made readable."""
    return (paper.title, paper.abstract, ", ".join(paper.authors))


def papers(conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Paper]:
    """The stored ones of `ids`, by id."""
    found = conn.execute("SELECT * FROM papers WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])
    return {paper.id: paper for paper in map(rows.paper_of, found)}


def put_papers(db: sqlite_utils.Database, united: Mapping[str, Paper], *, readable: Callable[[str], str]) -> None:
    """Merge `united` (by id) into what is stored, and index the readable text of those whose text changed."""
    stored = papers(db.conn, united)
    after = {id_: rows.merged(stored[id_], paper) if id_ in stored else paper for id_, paper in united.items()}
    changed = [paper for id_, paper in after.items() if stored.get(id_) != paper]
    if not changed:
        return
    db.table("papers").upsert_all(map(rows.paper_row, changed), pk="id")
    reworded = [p for p in changed if p.id not in stored or texts(stored[p.id]) != texts(p)]
    db.conn.executemany(
        "INSERT OR REPLACE INTO paper_texts (rowid, title, abstract, authors) "
        "SELECT pk, ?, ?, ? FROM papers WHERE id = ?",
        ((*(rows.clean(readable(text)) for text in texts(paper)), paper.id) for paper in reworded),
    )


def submitted(conn: sqlite3.Connection, start: datetime, end: datetime) -> list[Paper]:
    """Papers first submitted in `[start, end)`, oldest first."""
    found = conn.execute(
        "SELECT * FROM papers WHERE published >= ? AND published < ? ORDER BY published, id",
        [rows.moment(start), rows.moment(end)],
    )
    return [rows.paper_of(row) for row in found]


def search(conn: sqlite3.Connection, words: str, *, limit: int) -> list[Paper]:
    """Papers with all of `words`, the likest first; nothing in `words` is an operator but quotes around a phrase."""
    plain = rows.clean(words[:LONGEST_SEARCH]).replace("\0", " ")
    sought = sqlite_utils.Database(conn, recursive_triggers=False, execute_plugins=False).quote_fts(plain)
    if not sought.strip():
        return []
    found = conn.execute(
        "SELECT papers.* FROM paper_texts JOIN papers ON papers.pk = paper_texts.rowid "
        "WHERE paper_texts MATCH ? ORDER BY bm25(paper_texts, 8, 1, 4), papers.id LIMIT ?",  # a title says most
        [sought, max(0, limit)],
    )
    return [rows.paper_of(row) for row in found]


def suggested(conn: sqlite3.Connection, typed: str, *, limit: int) -> list[Paper]:
    """Papers somebody may mean who has typed so much of an id, or of words of a title; the latest first."""
    plain = rows.clean(typed[:LONGEST_SEARCH]).replace("\0", " ").strip()
    words = [word.replace('"', "") for word in plain.split() if any(map(str.isalnum, word))][:MOST_WORDS]
    id_ = re.sub(r"v[0-9]+\Z", "", plain)
    quoted = " ".join(f'"{word}"' for word in words)
    found = conn.execute(
        "SELECT * FROM papers WHERE (id >= :id AND id < :after) OR pk IN (SELECT rowid FROM paper_texts "
        "WHERE :sought <> '' AND paper_texts MATCH :sought ORDER BY rowid DESC LIMIT :limit) "
        "ORDER BY pk DESC LIMIT :limit",
        {
            "id": id_,
            "after": f"{id_}\U0010ffff",
            "sought": f"title : ({quoted} *)" if words else '""',  # the last word may not be whole yet
            "limit": max(0, limit),
        },
    )
    return [rows.paper_of(row) for row in found]


# ---------------------------------------------------------------- announcements


def announced(conn: sqlite3.Connection, day: date) -> list[Listed]:
    """What is stored as announced on `day`, in the order it came."""
    found = conn.execute(
        "SELECT papers.*, date, paper_id, announcements.version AS announced_version, announce_type, source "
        "FROM announcements JOIN papers ON papers.id = paper_id WHERE date = ? ORDER BY announcements.rowid",
        [day.isoformat()],
    )
    return [Listed(paper=rows.paper_of(row), announcement=rows.announcement_of(row)) for row in found]


def announced_ids(conn: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that were announced on any day."""
    found = conn.execute(
        "SELECT DISTINCT paper_id FROM announcements WHERE paper_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(ids))],
    )
    return {row["paper_id"] for row in found}


def announcements(conn: sqlite3.Connection, paper_id: str) -> list[Announcement]:
    """Every announcement of this paper, the latest first."""
    found = conn.execute(
        "SELECT date, paper_id, version AS announced_version, announce_type, source FROM announcements "
        "WHERE paper_id = ? ORDER BY date DESC",
        [rows.clean(paper_id)],
    )
    return [rows.announcement_of(row) for row in found]


def put_announcements(db: sqlite_utils.Database, announcements: Iterable[Announcement]) -> None:
    """Keep one announcement a paper and day: the better source's. Their papers must be stored."""
    after: dict[tuple[date, str], Announcement] = {}
    for new in announcements:
        key = (new.date, new.paper_id)
        old = after.get(key) or _announcement(db.conn, new)
        after[key] = rows.merged_announcement(old, new) if old else new
    if after:
        db.table("announcements").upsert_all(map(rows.announcement_row, after.values()), pk=("date", "paper_id"))


def _announcement(conn: sqlite3.Connection, like: Announcement) -> Announcement | None:
    found = conn.execute(
        "SELECT date, paper_id, version AS announced_version, announce_type, source FROM announcements "
        "WHERE date = ? AND paper_id = ?",
        [like.date.isoformat(), like.paper_id],
    ).fetchone()
    return rows.announcement_of(found) if found else None


def days(conn: sqlite3.Connection) -> list[date]:
    """Every day of which an announcement or a feed's answer is stored, the latest first."""
    found = conn.execute("SELECT date AS day FROM announcements UNION SELECT day FROM feeds ORDER BY day DESC")
    return [date.fromisoformat(row["day"]) for row in found]


# ---------------------------------------------------------------- feeds


def feed(conn: sqlite3.Connection, name: str) -> FeedState | None:
    """The answer of this feed that was fetched last."""
    row = conn.execute(
        "SELECT * FROM feeds WHERE name = ? ORDER BY fetched_at DESC, day DESC LIMIT 1", [name]
    ).fetchone()
    if row is None:
        return None
    return FeedState(
        name=row["name"],
        day=date.fromisoformat(row["day"]),
        count=row["count"],
        fetched_at=datetime.fromisoformat(row["fetched_at"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        complete=bool(row["complete"]),
    )


def has_day(conn: sqlite3.Connection, name: str, day: date) -> bool:
    """Is this feed's answer of `day` stored, and complete?"""
    found = conn.execute("SELECT 1 FROM feeds WHERE name = ? AND day = ? AND complete", [name, day.isoformat()])
    return found.fetchone() is not None


def put_feed(db: sqlite_utils.Database, state: FeedState) -> None:
    """Keep this feed's answer of its day; a day once complete stays complete."""
    row = {
        **asdict(state),
        "day": state.day.isoformat(),
        "fetched_at": rows.moment(state.fetched_at),
        "complete": int(state.complete or has_day(db.conn, state.name, state.day)),
    }
    db.table("feeds").upsert(row, pk=("name", "day"))
