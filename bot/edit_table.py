"""What should become of parts that are already on their way: rewritten if they have not left, else edited there.

Functions of an open connection; those that write run inside a write transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

import sqlite_utils

from bot import outbox_table, rows
from bot.digest_table import payload_text
from bot.document_json import dumps, loads
from bot.outbox_table import Form, Message
from bot.platforms import Part

UNSENT = frozenset({"ready", "retry"})
"""States of a message that certainly has not arrived (unless an earlier send of it is in doubt)."""


def pieces(conn: sqlite3.Connection, digest_id: int, number: int) -> list[Message]:
    """The messages that are this part of this digest, in order."""
    return outbox_table.messages(conn, "digest_id = ? AND part = ?", [digest_id, number])


def change(db: sqlite_utils.Database, given: Sequence[Message], parts: Sequence[Part], *, form: Form) -> bool:
    """Make `parts` of what `pieces` gave. False, and nothing done, if it cannot be (any more).

    What has not left is replaced, what has arrived, or may have, is edited when all that is to be sent was sent.
    """
    stored = pieces(db.conn, given[0].digest_id or 0, given[0].number)
    if [message.id for message in stored] != [message.id for message in given]:
        return False
    if any(message.state == "dead" for message in stored):
        return False
    if len(parts) == len(stored):
        for message, part in zip(stored, parts, strict=True):
            (_rewrite if _has_not_left(message) else _want)(db, message, part)
        return True
    if parts and all(_has_not_left(message) for message in stored):
        outbox_table.replace(db, stored, parts, form=form)
        return True
    return False


def _has_not_left(message: Message) -> bool:
    return message.state in UNSENT and message.unsure_since is None


def _rewrite(db: sqlite_utils.Database, message: Message, part: Part) -> None:
    db.execute(
        "UPDATE outbox SET payload = ?, slice = ? WHERE id = ?",
        [payload_text(part.payload), dumps(part.slice), message.id],
    )


def _want(db: sqlite_utils.Database, message: Message, part: Part) -> None:
    db.execute(
        "UPDATE outbox SET edit = ?, edit_attempts = 0, edit_not_before = NULL WHERE id = ?",
        [_edit_text(part), message.id],
    )


def next_edit(conn: sqlite3.Connection, target_id: int, now: datetime) -> tuple[Message, Part] | None:
    """A message that has arrived and what it should become, if one may be edited now."""
    due = outbox_table.due(conn, target_id)
    if due is None or not due.edit or (due.at is not None and due.at > now):
        return None
    message = outbox_table.messages(
        conn, "target_id = ? AND edit IS NOT NULL AND outbox.state = 'sent'", [target_id], first_by="edit_not_before"
    )[0]
    wanted = json.loads(conn.execute("SELECT edit FROM outbox WHERE id = ?", [message.id]).fetchone()["edit"])
    return message, Part(wanted["payload"], loads(wanted["slice"]))


def edited(db: sqlite_utils.Database, message: Message, part: Part) -> None:
    """It is `part` now, which may not be the last that is wanted."""
    db.execute(
        "UPDATE outbox SET payload = ?, slice = ?, edit_attempts = 0, edit_not_before = NULL, "
        "edit = CASE edit WHEN ? THEN NULL ELSE edit END WHERE id = ?",
        [payload_text(part.payload), dumps(part.slice), _edit_text(part), message.id],
    )


def edit_later(db: sqlite_utils.Database, message: Message, at: datetime, *, longest: int) -> None:
    """Try again at `at`, but not more than `longest` times: then it stays as it is."""
    db.execute(
        "UPDATE outbox SET edit_attempts = edit_attempts + 1, edit_not_before = ?, "
        "edit = CASE WHEN edit_attempts + 1 >= ? THEN NULL ELSE edit END WHERE id = ?",
        [rows.moment(at), longest, message.id],
    )


def drop_edit(db: sqlite_utils.Database, message: Message) -> None:
    """It stays as it is."""
    db.execute("UPDATE outbox SET edit = NULL WHERE id = ?", [message.id])


def _edit_text(part: Part) -> str:
    return json.dumps({"payload": json.loads(payload_text(part.payload)), "slice": dumps(part.slice)})
