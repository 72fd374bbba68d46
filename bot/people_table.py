"""What people keep and what they think of papers: the SQL of saved papers and votes, by `platform:id` of a person.

Functions of an open connection; those that write run inside a write transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import sqlite_utils

from bot import rows

Vote: TypeAlias = Literal[1, -1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How much is stored about people: papers they saved, and what they said of papers."""

    saved: int
    likes: int
    dislikes: int


# ---------------------------------------------------------------- saved papers


def saved(conn: sqlite3.Connection, actor: str, *, offset: int = 0, limit: int) -> list[str]:
    """Ids of papers this person saved, the latest first."""
    found = conn.execute(
        "SELECT paper_id FROM saved WHERE actor = ? ORDER BY at DESC, paper_id DESC LIMIT ? OFFSET ?",
        [actor, max(0, limit), max(0, offset)],
    )
    return [row["paper_id"] for row in found]


def count_saved(conn: sqlite3.Connection, actor: str) -> int:
    """How many papers this person saved."""
    return int(conn.execute("SELECT COUNT(*) FROM saved WHERE actor = ?", [actor]).fetchone()[0])


def save(db: sqlite_utils.Database, actor: str, paper_ids: Collection[str], at: datetime) -> int:
    """Keep these for this person; one kept before stays where it was. How many were added."""
    return sum(
        db.execute(
            "INSERT INTO saved (actor, paper_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [actor, paper_id, rows.moment(at)],
        ).rowcount
        for paper_id in paper_ids
    )


def unsave(db: sqlite_utils.Database, actor: str, paper_ids: Collection[str]) -> int:
    """Keep these no more. How many were kept."""
    return sum(
        db.execute("DELETE FROM saved WHERE actor = ? AND paper_id = ?", [actor, paper_id]).rowcount
        for paper_id in paper_ids
    )


# ---------------------------------------------------------------- votes


def vote(conn: sqlite3.Connection, actor: str, paper_id: str) -> Vote | None:
    """What this person said of the paper; None: nothing, or they took it back."""
    found = conn.execute("SELECT vote FROM votes WHERE actor = ? AND paper_id = ?", [actor, paper_id]).fetchone()
    if found is None:
        return None
    return 1 if found["vote"] > 0 else -1


def put_vote(db: sqlite_utils.Database, actor: str, paper_id: str, said: Vote | None, at: datetime) -> None:
    """What this person says of the paper now; None takes back what they said."""
    if said is None:
        db.execute("DELETE FROM votes WHERE actor = ? AND paper_id = ?", [actor, paper_id])
    else:
        db.execute(
            "INSERT INTO votes (actor, paper_id, vote, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (actor, paper_id) DO UPDATE SET vote = excluded.vote, at = excluded.at",
            [actor, paper_id, said, rows.moment(at)],
        )


# ---------------------------------------------------------------- all of it


def kept(conn: sqlite3.Connection, actor: str | None = None) -> Kept:
    """How much is stored about this person; None: about all of them."""
    row = conn.execute(
        "SELECT (SELECT COUNT(*) FROM saved WHERE :actor IS NULL OR actor = :actor) AS saved, "
        "COUNT(*) FILTER (WHERE vote > 0) AS likes, COUNT(*) FILTER (WHERE vote < 0) AS dislikes "
        "FROM votes WHERE :actor IS NULL OR actor = :actor",
        {"actor": actor},
    ).fetchone()
    return Kept(saved=row["saved"], likes=row["likes"], dislikes=row["dislikes"])


def forget(db: sqlite_utils.Database, actor: str) -> None:
    """Delete all that is stored about this person; chats they changed have no admin then."""
    db.execute("UPDATE targets SET admin = NULL WHERE admin = ?", [actor])
    for table in ("saved", "votes"):
        db.execute(f"DELETE FROM {table} WHERE actor = ?", [actor])  # noqa: S608 - tables of ours
