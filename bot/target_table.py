"""Which row a target is, and what platforms do to it: we are shut out, let back in, told it moved.

Functions of an open connection; those that write run inside a write transaction. '' stands for no thread.
"""

from __future__ import annotations

import sqlite3

import sqlite_utils

from bot.rows import Row
from bot.targets import Target


def id_of(conn: sqlite3.Connection, target: Target) -> int | None:
    """The id of `target`'s row; None if it is not known."""
    found = conn.execute(
        "SELECT id FROM targets WHERE platform = ? AND chat_id = ? AND thread_id = ?", _columns(target)
    ).fetchone()
    return None if found is None else int(found["id"])


def target_of(row: Row) -> Target:
    """The target in a row that has the columns `platform`, `chat_id`, `thread_id`."""
    return Target(row["platform"], row["chat_id"], row["thread_id"] or None)


def lose(db: sqlite_utils.Database, target_id: int, reason: str) -> None:
    """We may not write there any more. What waits for it waits on; one an admin paused stays paused by them."""
    db.execute(
        "UPDATE targets SET state = 'lost', reason = ? WHERE id = ? AND state <> 'paused'",
        [reason, target_id],
    )


def back(db: sqlite_utils.Database, target: Target) -> int | None:
    """We were let back in. The target's id; None if it is not known."""
    target_id = id_of(db.conn, target)
    db.execute("UPDATE targets SET state = 'active', reason = '' WHERE id = ? AND state = 'lost'", [target_id])
    return target_id


def move(db: sqlite_utils.Database, old: Target, new: Target) -> int | None:
    """The place has another id now: everything of `old` is `new`'s. The id of the row that is `new`, if there is one.

    Where both are known they become one. The settings of the one that has subscriptions stay; if both have, `new`'s.
    """
    old_id, new_id = id_of(db.conn, old), id_of(db.conn, new)
    if old_id is None or old_id == new_id:
        return new_id
    if new_id is None:
        db.execute(
            "UPDATE targets SET platform = ?, chat_id = ?, thread_id = ?, "
            "state = CASE state WHEN 'lost' THEN 'active' ELSE state END, reason = '' WHERE id = ?",
            [*_columns(new), old_id],
        )
        return old_id
    _merge(db, old_id, new_id)
    return new_id


def _merge(db: sqlite_utils.Database, old: int, new: int) -> None:
    ids = {"old": old, "new": new}
    blocked = db.execute("SELECT 1 FROM targets WHERE id IN (:old, :new) AND access = 'blocked'", ids).fetchone()
    db.execute(
        "UPDATE targets SET (settings, state, reason, access, next_due_at) = ("
        "SELECT settings, CASE state WHEN 'lost' THEN 'active' ELSE state END, "
        "CASE state WHEN 'lost' THEN '' ELSE reason END, COALESCE(access, targets.access), next_due_at "
        "FROM targets AS former WHERE former.id = :old) "
        "WHERE id = :new AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE target_id = :new)",
        ids,
    )
    if blocked:  # moving does not unblock
        db.execute("UPDATE targets SET access = 'blocked' WHERE id = :new", ids)
    db.execute("UPDATE OR IGNORE subscriptions SET target_id = :new WHERE target_id = :old", ids)
    db.execute("UPDATE OR IGNORE seen SET target_id = :new WHERE target_id = :old", ids)
    db.execute(  # both may have had a digest for the same period: neither is lost
        "UPDATE digests SET target_id = :new, period = CASE WHEN EXISTS ("
        "SELECT 1 FROM digests AS other WHERE other.target_id = :new AND other.period = digests.period"
        ") THEN period || ' moved:' || id ELSE period END WHERE target_id = :old",
        ids,
    )
    db.execute("UPDATE outbox SET target_id = :new WHERE target_id = :old", ids)
    db.execute("DELETE FROM targets WHERE id = :old", ids)  # and the subscriptions and seen marks both had


def _columns(target: Target) -> tuple[str, str, str]:
    return (target.platform, target.chat_id, target.thread_id or "")
