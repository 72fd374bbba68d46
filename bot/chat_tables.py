"""Chats and what they follow, and what was applied to them: the SQL of targets, subscriptions, updates and marks.

Functions of an open connection; those that write run inside a write transaction. Which row a target is, and what
platforms do to it, is in `target_table`; what it was sent, in `history_table`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

import sqlite_utils

from bot import rows, settings_json
from bot.platforms import Actor
from bot.target_table import target_of
from bot.targets import Access, Chat, ChatKind, Settings, State, Target
from bot.topic_rows import TopicRow

LONGEST_TITLE = 255
"""Characters of a chat's title that are kept; platforms allow about as many."""

LONGEST_REASON = 500

_CHAT = "platform, chat_id, thread_id, kind, title, settings, state, reason, access, next_due_at FROM targets"
_FOLLOWED = (
    "subscriptions.id, name, query, canonical, catalogue_id, since, platform, chat_id, thread_id "
    "FROM subscriptions JOIN targets ON targets.id = target_id"
)
_SERVED = "state = 'active' AND access IS NOT 'blocked'"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionRow:
    """A stored subscription; `topic` may be one that cannot be read any more."""

    id: int
    target: Target
    topic: TopicRow
    since: datetime


# ---------------------------------------------------------------- chats


def chat(conn: sqlite3.Connection, target: Target) -> Chat | None:
    """The target as we know it."""
    row = conn.execute(
        f"SELECT {_CHAT} WHERE platform = ? AND chat_id = ? AND thread_id = ?",
        [target.platform, target.chat_id, target.thread_id or ""],
    ).fetchone()
    return None if row is None else _chat_of(row)


def places(conn: sqlite3.Connection, target: Target) -> list[Chat]:
    """The target's chat and its threads, as far as we know them, the oldest first."""
    found = conn.execute(
        f"SELECT {_CHAT} WHERE platform = ? AND chat_id = ? ORDER BY id", [target.platform, target.chat_id]
    )
    return [_chat_of(row) for row in found]


def chats(conn: sqlite3.Connection, states: Collection[State], *, offset: int, limit: int) -> list[Chat]:
    """Those in one of `states`, the oldest first."""
    found = conn.execute(
        f"SELECT {_CHAT} WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ? OFFSET ?",  # noqa: S608 - columns of ours
        [json.dumps(list(states)), max(0, limit), max(0, offset)],
    )
    return [_chat_of(row) for row in found]


def count(conn: sqlite3.Connection, states: Collection[State]) -> int:
    """How many are in one of `states`."""
    found = conn.execute(
        "SELECT COUNT(*) FROM targets WHERE state IN (SELECT value FROM json_each(?))", [json.dumps(list(states))]
    )
    return int(found.fetchone()[0])


def due(conn: sqlite3.Connection, now: datetime, *, limit: int) -> list[Chat]:
    """Active ones whose time has come, the one that has waited longest first."""
    found = conn.execute(
        f"SELECT {_CHAT} WHERE {_SERVED} AND next_due_at <= ? ORDER BY next_due_at, id LIMIT ?",
        [rows.moment(now), max(0, limit)],
    )
    return [_chat_of(row) for row in found]


def served(conn: sqlite3.Connection) -> list[Chat]:
    """Every active one, the oldest first."""
    return [_chat_of(row) for row in conn.execute(f"SELECT {_CHAT} WHERE {_SERVED} ORDER BY id")]


def put_chat(
    db: sqlite_utils.Database, target: Target, *, kind: ChatKind, title: str, settings: Settings, at: datetime
) -> Chat:
    """Keep it, if it is new with these settings and what its chat may; else only its kind and title are news."""
    row = db.execute(
        "INSERT INTO targets (platform, chat_id, thread_id, kind, title, settings, created_at, access) "
        "VALUES (:platform, :chat_id, :thread_id, :kind, :title, :settings, :at, ("
        "SELECT access FROM targets WHERE platform = :platform AND chat_id = :chat_id AND access IS NOT NULL "
        "ORDER BY access <> 'blocked', id LIMIT 1)) "
        "ON CONFLICT (platform, chat_id, thread_id) DO UPDATE SET kind = excluded.kind, "
        "title = CASE excluded.title WHEN '' THEN title ELSE excluded.title END RETURNING *",
        {
            "platform": target.platform,
            "chat_id": target.chat_id,
            "thread_id": target.thread_id or "",
            "kind": kind,
            "title": title_text(title),
            "settings": settings_json.dumps(settings),
            "at": rows.moment(at),
        },
    ).fetchone()
    return _chat_of(row)


def put_name(db: sqlite_utils.Database, target: Target, *, kind: ChatKind, title: str) -> None:
    """What kind it is and what it is called now; an empty title is no news."""
    db.execute(
        "UPDATE targets SET kind = ?, title = CASE ? WHEN '' THEN title ELSE ? END "
        "WHERE platform = ? AND chat_id = ? AND thread_id = ?",
        [kind, title, title, target.platform, target.chat_id, target.thread_id or ""],
    )


def admin(conn: sqlite3.Connection, target: Target) -> Actor | None:
    """Who changed it last; of a thread nobody has changed, who changed its chat; of a chat, who changed a thread."""
    found = conn.execute(
        "SELECT admin FROM targets WHERE platform = ? AND chat_id = ? AND admin IS NOT NULL "
        "ORDER BY thread_id <> ?, thread_id <> '', id DESC LIMIT 1",
        [target.platform, target.chat_id, target.thread_id or ""],
    ).fetchone()
    if found is None:
        return None
    platform, _, id_ = str(found["admin"]).partition(":")
    return Actor(platform, id_)


def put_admin(db: sqlite_utils.Database, target_id: int, admin: Actor) -> None:
    """Who changed it last."""
    db.execute("UPDATE targets SET admin = ? WHERE id = ?", [str(admin), target_id])


def title_text(title: str) -> str:
    """A title as it is kept."""
    return rows.clean(title)[:LONGEST_TITLE]


def put_settings(
    db: sqlite_utils.Database, target_id: int, settings: Settings, *, next_due_at: datetime | None
) -> None:
    """Its settings, and when its next digest is due by them."""
    db.execute(
        "UPDATE targets SET settings = ?, next_due_at = ? WHERE id = ?",
        [settings_json.dumps(settings), rows.moment(next_due_at), target_id],
    )


def put_due(db: sqlite_utils.Database, target_id: int, next_due_at: datetime | None) -> None:
    """When its next digest is due."""
    db.execute("UPDATE targets SET next_due_at = ? WHERE id = ?", [rows.moment(next_due_at), target_id])


def move_due(db: sqlite_utils.Database, dues: Iterable[tuple[Target, datetime | None, datetime | None]]) -> None:
    """When next digests are due, by what was due and what is; where something else is due by now, that stays."""
    db.conn.executemany(
        "UPDATE targets SET next_due_at = ? WHERE platform = ? AND chat_id = ? AND thread_id = ? AND next_due_at IS ?",
        [
            (rows.moment(now), target.platform, target.chat_id, target.thread_id or "", rows.moment(was))
            for target, was, now in dues
        ],
    )


def put_state(db: sqlite_utils.Database, target_id: int, state: State, reason: str) -> None:
    """Whether it gets digests, and why not."""
    db.execute("UPDATE targets SET state = ?, reason = ? WHERE id = ?", [state, reason_text(reason), target_id])


def reason_text(reason: str) -> str:
    """A reason as it is kept."""
    return rows.clean(reason)[:LONGEST_REASON]


def put_access(db: sqlite_utils.Database, target: Target, access: Access | None) -> None:
    """What an owner allows its chat, and every thread in it."""
    db.execute(
        "UPDATE targets SET access = ? WHERE platform = ? AND chat_id = ?", [access, target.platform, target.chat_id]
    )


def _chat_of(row: rows.Row) -> Chat:
    return Chat(
        target=target_of(row),
        kind=row["kind"],
        title=row["title"],
        settings=settings_json.loads(row["settings"]),
        state=State(row["state"]),
        reason=row["reason"],
        access=Access(row["access"]) if row["access"] else None,
        next_due_at=datetime.fromisoformat(row["next_due_at"]) if row["next_due_at"] else None,
    )


# ---------------------------------------------------------------- subscriptions


def subscriptions(conn: sqlite3.Connection, target_id: int | None) -> list[SubscriptionRow]:
    """What a target follows, the oldest first."""
    found = conn.execute(f"SELECT {_FOLLOWED} WHERE target_id = ? ORDER BY subscriptions.id", [target_id])
    return [_subscription_of(row) for row in found]


def followed(conn: sqlite3.Connection) -> list[SubscriptionRow]:
    """What active chats follow, chat by chat, the oldest first."""
    found = conn.execute(f"SELECT {_FOLLOWED} WHERE {_SERVED} ORDER BY target_id, subscriptions.id")
    return [_subscription_of(row) for row in found]


def put_subscription(db: sqlite_utils.Database, target_id: int, topic: TopicRow, *, since: datetime) -> bool:
    """Follow `topic` from `since` on; False if it is followed already, under whatever name."""
    cursor = db.execute(
        "INSERT INTO subscriptions (target_id, name, query, canonical, catalogue_id, since) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (target_id, canonical) DO NOTHING",
        [target_id, *astuple(topic), rows.moment(since)],
    )
    return bool(cursor.rowcount)


def delete_subscriptions(db: sqlite_utils.Database, ids: Iterable[int]) -> None:
    """Follow these no more."""
    db.conn.executemany("DELETE FROM subscriptions WHERE id = ?", [(id_,) for id_ in ids])


def _subscription_of(row: rows.Row) -> SubscriptionRow:
    return SubscriptionRow(
        id=row["id"],
        target=target_of(row),
        topic=TopicRow(
            name=row["name"], query=row["query"], canonical=row["canonical"], catalogue_id=row["catalogue_id"]
        ),
        since=datetime.fromisoformat(row["since"]),
    )


# ---------------------------------------------------------------- what was applied; what to remember


def is_applied(conn: sqlite3.Connection, update: str) -> bool:
    """Has this update had its effect?"""
    return conn.execute("SELECT 1 FROM updates WHERE update_key = ?", [update]).fetchone() is not None


def put_update(db: sqlite_utils.Database, update: str, at: datetime) -> bool:
    """It has its effect in this transaction; False if it had it before."""
    cursor = db.execute(
        "INSERT INTO updates (update_key, at) VALUES (?, ?) ON CONFLICT DO NOTHING", [update, rows.moment(at)]
    )
    return bool(cursor.rowcount)


def prune_updates(db: sqlite_utils.Database, before: datetime) -> int:
    """Forget updates applied before then, which no platform will send again. How many were forgotten."""
    return int(db.execute("DELETE FROM updates WHERE at < ?", [rows.moment(before)]).rowcount)


def mark(conn: sqlite3.Connection, key: str) -> str | None:
    """What was remembered under `key`."""
    found = conn.execute("SELECT value FROM marks WHERE key = ?", [key]).fetchone()
    return None if found is None else str(found["value"])


def put_mark(db: sqlite_utils.Database, key: str, value: str) -> None:
    """Remember `value` under `key`, in place of what was there."""
    db.execute(
        "INSERT INTO marks (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )


def drop_mark(db: sqlite_utils.Database, key: str) -> bool:
    """Remember nothing under `key`. Was there anything?"""
    return bool(db.execute("DELETE FROM marks WHERE key = ?", [key]).rowcount)
