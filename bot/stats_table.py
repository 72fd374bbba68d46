"""How much is there: figures for whoever runs this. Functions of an open connection that only read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from bot import outbox_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of rows. `waiting` messages are still to be sent, `dead` never will be; `held` wait for a person's word.

    `resent` were sent again though they may have arrived: at most so many stand somewhere twice.
    """

    papers: int
    summaries: int
    digests: int
    sent: int
    waiting: int
    held: int
    dead: int
    resent: int


def figures(conn: sqlite3.Connection) -> Figures:
    """What is there now."""
    row = conn.execute(
        "SELECT (SELECT COUNT(*) FROM papers) AS papers, (SELECT COUNT(*) FROM summaries) AS summaries, "
        "(SELECT COUNT(*) FROM digests) AS digests"
    ).fetchone()
    outbox = outbox_table.counts(conn)
    return Figures(
        papers=row["papers"],
        summaries=row["summaries"],
        digests=row["digests"],
        sent=outbox.get("sent", 0),
        waiting=sum(outbox.get(state, 0) for state in ("ready", "leased", "retry", "unknown")) - outbox["held"],
        held=outbox["held"],
        dead=outbox.get("dead", 0),
        resent=outbox["resent"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks made of the `summaries` that models wrote: how many were `retried`, and of their `statements` and
    translations how many were `dropped` and how many places `repaired` (terms, empty openings).
    """

    summaries: int = 0
    retried: int = 0
    statements: int = 0
    dropped: int = 0
    repaired: int = 0


def checked(conn: sqlite3.Connection, since: date, until: date) -> Checked:
    """Of the days from `since` to `until` (UTC), both included. A summary that cannot be read counts as not there."""

    def total(path: str) -> str:
        return f"COALESCE(SUM(json_extract(summary, '$.checks.{path}')), 0)"

    row = conn.execute(
        "SELECT COUNT(*) AS summaries, COALESCE(SUM(json_extract(summary, '$.usage.calls') > 1), 0) AS retried, "  # noqa: S608 - our own words
        f"{total('statements')} AS statements, {total('dropped')} AS dropped, {total('repaired')} AS repaired "
        "FROM summaries WHERE created_at >= ? AND created_at < ? AND json_valid(summary)",
        [str(since), str(until + timedelta(days=1))],
    ).fetchone()
    return Checked(**{name: int(row[name]) for name in Checked.__slots__})
