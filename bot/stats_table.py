"""How much is there: figures for whoever runs this. Functions of an open connection that only read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

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
