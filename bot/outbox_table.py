"""What must still arrive: whose turn it is within a target, and what became of each send.

Functions of an open connection; those that write run inside a write transaction. Within a target messages go strictly
by (batch, part, piece): the head is the first that is open, and nothing passes it. A held message (`unknown` without
`not_before`) is nobody's head. Edits come after all that is to be sent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime
from typing import Literal, TypeAlias

import sqlite_utils

from bot import rows
from bot.digest_table import nonce, put_message, ref_of, ref_text, root_of
from bot.document_json import loads
from bot.platforms import MessageRef, Part
from bot.target_table import target_of
from bot.targets import ChatKind, Target

Form: TypeAlias = Literal["best", "plain"]

_OPEN = "state IN ('ready', 'leased', 'retry', 'unknown')"  # as the index has it, word for word
HELD = "outbox.state = 'unknown' AND outbox.not_before IS NULL"
_WRITABLE = "targets.state = 'active' AND targets.access IS NOT 'blocked'"
_MESSAGE = "outbox.*, platform, chat_id, thread_id, kind FROM outbox JOIN targets ON targets.id = target_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A row of the outbox with its target; `root` is the first message of its digest that arrived.

    `number` is its part's in the batch, from 0; `is_resend`: the send under way is one by which it may arrive twice.
    """

    id: int
    batch: int
    digest_id: int | None
    target_id: int
    target: Target
    kind: ChatKind
    number: int
    piece: int
    part: Part
    form: Form
    nonce: str
    silent: bool
    state: str
    attempts: int
    not_before: datetime | None
    started_at: datetime | None
    unsure_since: datetime | None
    resent: int
    interrupted: bool
    ref: MessageRef | None
    sent_at: datetime | None
    root: MessageRef | None
    is_resend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next thing to do for a target: send its head, or (`edit`) change what has arrived. `at` None: at once."""

    target_id: int
    target: Target
    kind: ChatKind
    at: datetime | None
    edit: bool


# ---------------------------------------------------------------- what is next


def due(conn: sqlite3.Connection, target_id: int) -> Due | None:
    """What is next for this target; None: nothing, or not before something else happens."""
    head = _head(conn, target_id)
    if head is not None:
        return None if head["state"] == "leased" else _due(head, head["not_before"], edit=False)
    edit = conn.execute(
        f"SELECT {_MESSAGE} WHERE target_id = ? AND edit IS NOT NULL AND outbox.state = 'sent' AND {_WRITABLE} "
        "ORDER BY edit_not_before, batch, part, piece LIMIT 1",
        [target_id],
    ).fetchone()
    return None if edit is None else _due(edit, edit["edit_not_before"], edit=True)


def all_due(conn: sqlite3.Connection, platform: str) -> list[Due]:
    """What is next for every target of `platform`, those that waited longest first."""
    where = f"platform = ? AND {_WRITABLE} AND (outbox.{_OPEN} OR edit IS NOT NULL)"
    found = conn.execute(
        f"SELECT MIN(outbox.id), {_MESSAGE} WHERE {where} GROUP BY target_id ORDER BY 1", [platform]
    ).fetchall()
    return [next_one for row in found if (next_one := due(conn, row["target_id"])) is not None]


def _head(conn: sqlite3.Connection, target_id: int) -> sqlite3.Row | None:
    found: sqlite3.Row | None = conn.execute(
        f"SELECT {_MESSAGE} WHERE target_id = ? AND outbox.{_OPEN} AND {_WRITABLE} "
        "AND NOT (outbox.state = 'unknown' AND not_before IS NULL) ORDER BY batch, part, piece LIMIT 1",
        [target_id],
    ).fetchone()
    return found


def _due(row: rows.Row, at: str | None, *, edit: bool) -> Due:
    return Due(target_id=row["target_id"], target=target_of(row), kind=row["kind"], at=_moment(at), edit=edit)


# ---------------------------------------------------------------- before and after a send


def head(conn: sqlite3.Connection, target_id: int, now: datetime) -> Message | None:
    """The message to send now, if it may be sent now."""
    row = _head(conn, target_id)
    if row is None or row["state"] == "leased":
        return None
    message = _message(conn, row)
    return message if message.not_before is None or message.not_before <= now else None


def lease(db: sqlite_utils.Database, message: Message, now: datetime, *, is_resend: bool) -> Message:
    """Its send begins now; `is_resend`: it may arrive twice by that. The message as it is now."""
    db.execute(
        "UPDATE outbox SET state = 'leased', attempts = attempts + 1, started_at = ?, resent = resent + ?, "
        "interrupted = 0 WHERE id = ?",
        [rows.moment(now), is_resend, message.id],
    )
    return changed(
        message,
        state="leased",
        attempts=message.attempts + 1,
        started_at=now,
        resent=message.resent + is_resend,
        interrupted=False,
        is_resend=is_resend,
    )


def is_of(conn: sqlite3.Connection, message: Message) -> int | None:
    """The id of the target it belongs to by now, which may have moved; None if it was forgotten meanwhile."""
    found = conn.execute("SELECT target_id FROM outbox WHERE id = ?", [message.id]).fetchone()
    return None if found is None else int(found["target_id"])


def arrived(db: sqlite_utils.Database, message: Message, ref: MessageRef, now: datetime) -> None:
    """It is there; the first message of a digest that arrives is its root."""
    db.execute(
        "UPDATE outbox SET state = 'sent', ref = ?, sent_at = ?, error = NULL, not_before = NULL WHERE id = ?",
        [ref_text(ref), rows.moment(now), message.id],
    )
    db.execute("UPDATE digests SET root_ref = ? WHERE id = ? AND root_ref IS NULL", [ref_text(ref), message.digest_id])


def not_arrived(db: sqlite_utils.Database, message: Message, *, at: datetime, error: str) -> None:
    """This send certainly did nothing; the next may begin at `at`. What was in doubt before it still is."""
    db.execute(
        "UPDATE outbox SET state = 'retry', not_before = ?, error = ?, resent = ? WHERE id = ?",
        [rows.moment(at), error, message.resent - message.is_resend, message.id],
    )


def in_doubt(
    db: sqlite_utils.Database, message: Message, *, at: datetime | None, error: str, interrupted: bool = False
) -> None:
    """It may have arrived. It is sent again at `at`; None: it is held."""
    db.execute(
        "UPDATE outbox SET state = 'unknown', not_before = ?, error = ?, interrupted = ?, "
        "unsure_since = COALESCE(unsure_since, started_at) WHERE id = ?",
        [rows.moment(at), error, interrupted, message.id],
    )


def postpone(db: sqlite_utils.Database, message: Message, at: datetime | None) -> None:
    """Nothing was sent; not before `at`. A message in doubt is held by None."""
    db.execute("UPDATE outbox SET not_before = ? WHERE id = ?", [rows.moment(at), message.id])


def dead(db: sqlite_utils.Database, message: Message, *, error: str) -> None:
    """It will never arrive; the others go on."""
    db.execute("UPDATE outbox SET state = 'dead', error = ?, edit = NULL WHERE id = ?", [error, message.id])


def replace(db: sqlite_utils.Database, messages: Sequence[Message], parts: Iterable[Part], *, form: Form) -> None:
    """These pieces of one part, none of which has arrived, become `parts` of `form`, at the same place."""
    first = messages[0]
    db.conn.executemany("DELETE FROM outbox WHERE id = ?", [(message.id,) for message in messages])
    for piece, part in enumerate(parts):
        put_message(
            db,
            part,
            nonce=nonce(first.nonce, form, piece),
            batch=first.batch,
            digest_id=first.digest_id,
            target_id=first.target_id,
            number=first.number,
            silent=first.silent,
            piece=piece,
            form=form,
        )


def messages(
    conn: sqlite3.Connection, where: str, given: Sequence[str | int], *, first_by: str = "outbox.id"
) -> list[Message]:
    """Messages for which `where` is true, by `first_by`, then in the order they are sent. Both are our own words."""
    found = conn.execute(f"SELECT {_MESSAGE} WHERE {where} ORDER BY {first_by}, batch, part, piece", given)
    return [_message(conn, row) for row in found.fetchall()]


def settle(db: sqlite_utils.Database, message_id: int, *, resend: bool) -> int | None:
    """Somebody decided about a held message. Its target's id; None if it is not held (any more)."""
    found = db.execute(
        "UPDATE outbox SET state = ?, error = ?, resent = resent + ?, unsure_since = NULL, interrupted = 0 "
        "WHERE id = ? AND state = 'unknown' AND not_before IS NULL RETURNING target_id",
        ["ready" if resend else "dead", None if resend else "given up", resend, message_id],
    ).fetchone()
    return None if found is None else int(found["target_id"])


# ---------------------------------------------------------------- counting and clearing


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """How many messages are in each state; `held` of the unknown ones; `resent`: sent again without protection."""
    found = conn.execute("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
    counted = {row["state"]: int(row["n"]) for row in found}
    more = conn.execute(
        "SELECT COUNT(*) FILTER (WHERE state = 'unknown' AND not_before IS NULL) AS held, "
        "COALESCE(SUM(resent), 0) AS resent FROM outbox"
    ).fetchone()
    return {**counted, "held": int(more["held"]), "resent": int(more["resent"])}


def prune(db: sqlite_utils.Database, before: datetime) -> int:
    """Forget messages that arrived before; their digests, items and seen marks stay. How many were forgotten."""
    return int(
        db.execute(
            "DELETE FROM outbox WHERE state = 'sent' AND edit IS NULL AND sent_at < ?", [rows.moment(before)]
        ).rowcount
    )


# ---------------------------------------------------------------- rows


def _message(conn: sqlite3.Connection, row: sqlite3.Row) -> Message:
    return Message(
        id=row["id"],
        batch=row["batch"],
        digest_id=row["digest_id"],
        target_id=row["target_id"],
        target=target_of(row),
        kind=row["kind"],
        number=row["part"],
        piece=row["piece"],
        part=Part(json.loads(row["payload"]), loads(row["slice"])),
        form=row["form"],
        nonce=row["nonce"],
        silent=bool(row["silent"]),
        state=row["state"],
        attempts=row["attempts"],
        not_before=_moment(row["not_before"]),
        started_at=_moment(row["started_at"]),
        unsure_since=_moment(row["unsure_since"]),
        resent=row["resent"],
        interrupted=bool(row["interrupted"]),
        ref=ref_of(row["ref"]) if row["ref"] else None,
        sent_at=_moment(row["sent_at"]),
        root=root_of(conn, batch=row["batch"], digest_id=row["digest_id"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
