"""Which row a target is, and what platforms do to it: we are shut out, let back in, told it moved, told to forget it.

Functions of an open connection; those that write run inside a write transaction. '' stands for no thread.
"""

from __future__ import annotations

import sqlite3

import sqlite_utils

from bot.costs import usage_table
from bot.ports import BotError
from bot.rows import Row
from bot.targets import Target

OFFERS = "offers"
"""Of the mark of what buttons in a chat offer; a JSON list."""

WISH = "wish"
"""Of what somebody there wants as soon as the owners allow it."""

WELCOMED, LOST, DEAD, LACKING = "welcomed", "lost", "dead", "lacking"
"""Of when people were told that we are there, that we may not write there, that a message was refused."""

MARKS = (OFFERS, WISH, WELCOMED, LOST, DEAD, LACKING)
"""Marks that are about a chat; they go where it goes, and with it."""


class NotKnown(BotError):
    """The target is not stored (any more), so nothing can be changed there, and nothing posted."""


def mark_of(what: str, target: Target) -> str:
    """The key of `what`, one of MARKS, about `target`."""
    return f"{what} {target}"


def id_of(conn: sqlite3.Connection, target: Target) -> int | None:
    """The id of `target`'s row; None if it is not known."""
    found = conn.execute(
        "SELECT id FROM targets WHERE platform = ? AND chat_id = ? AND thread_id = ?", _columns(target)
    ).fetchone()
    return None if found is None else int(found["id"])


def known_id(conn: sqlite3.Connection, target: Target) -> int:
    """The id of `target`'s row. Raises NotKnown."""
    found = id_of(conn, target)
    if found is None:
        raise NotKnown(f"{target} is not known (any more).")
    return found


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
    What buttons there offer still works, whether we know the chat or not.
    """
    _move_marks(db, old, new)
    usage_table.move(db, old, new)
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
    db.execute(
        "UPDATE targets SET admin = COALESCE(targets.admin, former.admin) FROM targets AS former "
        "WHERE targets.id = :new AND former.id = :old",
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


def _move_marks(db: sqlite_utils.Database, old: Target, new: Target) -> None:
    """What both have stays as `new` has it, but for the offers, which are united."""
    if old == new:
        return
    for what in MARKS:
        keys = {"old": mark_of(what, old), "new": mark_of(what, new)}
        db.execute(
            "INSERT INTO marks (key, value) SELECT :new, value FROM marks WHERE key = :old "
            "ON CONFLICT (key) DO UPDATE SET value = CASE WHEN :united THEN ("
            "SELECT json_group_array(json(value)) FROM (SELECT value FROM json_each(excluded.value) "
            "UNION ALL SELECT value FROM json_each(marks.value))) ELSE marks.value END",
            {**keys, "united": what == OFFERS},
        )
        db.execute("DELETE FROM marks WHERE key = :old", keys)


def drop_mark(db: sqlite_utils.Database, what: str, target: Target) -> None:
    """Of the target's chat."""
    place = Target(target.platform, target.chat_id)
    db.execute("DELETE FROM marks WHERE key = ?", [mark_of(what, place)])


def forget(db: sqlite_utils.Database, target: Target) -> int:
    """Delete the target, and if it is no thread, its threads; all that hangs on them goes with them. How many."""
    usage_table.forget(db, target)
    for what in MARKS:
        key = mark_of(what, target)
        db.execute("DELETE FROM marks WHERE key = ?", [key])
        if target.thread_id is None:
            db.execute("DELETE FROM marks WHERE substr(key, 1, ?) = ?", [len(key) + 1, f"{key}:"])
    return int(
        db.execute(
            "DELETE FROM targets WHERE platform = ? AND chat_id = ? AND (? IS NULL OR thread_id = ?)",
            [target.platform, target.chat_id, target.thread_id, target.thread_id],
        ).rowcount
    )


def _columns(target: Target) -> tuple[str, str, str]:
    return (target.platform, target.chat_id, target.thread_id or "")
