"""Whose turn it is at the gate: one holder, a queue by priority and arrival, shared by every process.

Runs within a write transaction. Times are seconds since the epoch and come from the callers, whose clocks may jump:
a moment far in our future means the clock was set back, and what was counted from it is counted from now on.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

POLL_SECONDS = 0.1
"""How soon to ask again while another holds the gate or is before us."""

GRACE_SECONDS = 5.0
"""How late a waiter may ask again before it counts as gone."""

SET_BACK_SECONDS = 30.0
"""A `now` this much before one we were told already: the clock was set back. Less is a caller that waited to write."""

LONGEST_WAIT = 3700.0
"""The longest the gate stays shut, whatever was written: the longest cooldown is an hour."""


@dataclass(frozen=True, slots=True)
class _Gate:
    holder: str | None
    lease_until: float
    free_at: float


def enter(db: Database, *, ticket: str, priority: int, now: float, lease: float) -> float:
    """0.0: the gate is `ticket`'s until `now + lease`. Else the seconds after which asking again makes sense.

    The lowest priority goes first, then who came first, among those who still ask. Entering again renews the lease.
    """
    gate = _gate(db, now)
    if gate.holder == ticket:
        _write(db, _Gate(ticket, now + lease, gate.free_at), now)
        return 0.0
    _wait_in_line(db, ticket=ticket, priority=priority, now=now)
    if gate.holder is not None:
        return _told(db, ticket, now, min(POLL_SECONDS, gate.lease_until - now))
    if gate.free_at > now:
        return _told(db, ticket, now, gate.free_at - now)
    if _first(db) != ticket:
        return _told(db, ticket, now, POLL_SECONDS)
    _leave_line(db, ticket)
    _write(db, _Gate(ticket, now + lease, gate.free_at), now)
    return 0.0


def leave(db: Database, *, ticket: str, now: float, free_at: float) -> None:
    """The next may enter at `free_at`, or later if that was said before, even if our lease had run out."""
    gate = _gate(db, now)
    until = min(max(gate.free_at, free_at), now + LONGEST_WAIT)
    if gate.holder == ticket:
        _write(db, _Gate(None, 0.0, until), now)
    else:
        _write(db, _Gate(gate.holder, gate.lease_until, until), now)


def forget(db: Database, *, ticket: str) -> None:
    """`ticket` gave up: it waits no more, and if it was let in meanwhile, the gate is free."""
    _leave_line(db, ticket)
    db.execute("UPDATE gate SET holder = NULL, lease_until = 0 WHERE holder = ?", [ticket])


def _gate(db: Database, now: float) -> _Gate:
    """The gate as it stands now: without a holder whose lease has run out, and without a future it cannot have."""
    holder, lease_until, free_at, written_at = db.execute(
        "SELECT holder, lease_until, free_at, written_at FROM gate"
    ).fetchone()
    if written_at - now > SET_BACK_SECONDS:
        lease_until, free_at = lease_until - (written_at - now), free_at - (written_at - now)
        _write(db, _Gate(holder, lease_until, free_at), now)
    return _Gate(holder if lease_until > now else None, lease_until, free_at)


def _write(db: Database, gate: _Gate, now: float) -> None:
    db.execute(
        "UPDATE gate SET holder = ?, lease_until = ?, free_at = ?, written_at = ?",
        [gate.holder, gate.lease_until, gate.free_at, now],
    )


def _wait_in_line(db: Database, *, ticket: str, priority: int, now: float) -> None:
    """Stand in line where we stood before, or at its end; those who no longer ask are gone."""
    db.execute(
        "UPDATE gate_queue SET waits_until = waits_until - (seen_at - :now), seen_at = :now "
        "WHERE seen_at - :now > :set_back",
        {"now": now, "set_back": SET_BACK_SECONDS},
    )
    db.execute("DELETE FROM gate_queue WHERE waits_until < ? AND ticket <> ?", [now, ticket])
    db.execute(
        "INSERT INTO gate_queue (ticket, priority, seen_at, waits_until) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (ticket) DO UPDATE SET priority = excluded.priority",
        [ticket, priority, now, now],
    )


def _told(db: Database, ticket: str, now: float, wait: float) -> float:
    """`wait`, remembered: until then and a little longer, `ticket` counts as waiting."""
    db.execute(
        "UPDATE gate_queue SET seen_at = ?, waits_until = ? WHERE ticket = ?",
        [now, now + wait + GRACE_SECONDS, ticket],
    )
    return wait


def _first(db: Database) -> str:
    return str(db.execute("SELECT ticket FROM gate_queue ORDER BY priority, seq LIMIT 1").fetchone()[0])


def _leave_line(db: Database, ticket: str) -> None:
    db.execute("DELETE FROM gate_queue WHERE ticket = ?", [ticket])
