"""The account of model calls, one row a call: reserved before it is made, settled after. All its SQL stands here.

Functions of an open connection; those that write run inside a write transaction, so that of all callers in all
processes one at a time looks at what is left and takes from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

import sqlite_utils

from bot import rows
from bot.costs.cause import Cause
from bot.costs.prices import Money
from bot.models import Usage
from bot.targets import Target

KEPT: Final = timedelta(days=90)
"""How long it is known which chat and which paper a call was for; then only what it cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a day may cost. None: no limit."""

    calls: int | None = None
    day: Money | None = None
    chat: Money | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """There may be no such call. `open_too`: there might, if calls under way cost less than they may."""

    of: Literal["calls", "day", "chat"]
    open_too: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Of some calls. `cost` is of those whose price is known; `unpriced` counts the others."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: Money = 0
    unpriced: int = 0


def reserve(
    db: sqlite_utils.Database,
    *,
    at: datetime,
    cause: Cause,
    model: str,
    most: Usage,
    cost: Money | None,
    allowance: Allowance,
) -> int | Spent:
    """The number of the call, which counts as `most` for `cost` (None: its price is unknown) until it is settled."""
    day = at.date().isoformat()
    if cost is not None:
        scopes: list[tuple[Literal["day", "chat"], Money | None, Target | None]] = [("day", allowance.day, None)]
        if cause.target is not None:
            scopes.append(("chat", allowance.chat, cause.target))
        for of, limit, target in scopes:
            spent, still_open = _spent(db, day, target)
            if limit is not None and spent + cost > limit:
                return Spent(of, open_too=spent - still_open + cost <= limit)
    if not take_call(db, at.date(), cap=allowance.calls):
        return Spent("calls")
    _forget_old(db, at.date())
    made = db.execute(
        "INSERT INTO usage (at, day, model, purpose, paper_id, platform, chat_id, thread_id, "
        "prompt_tokens, cached_tokens, completion_tokens, cost, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
        [
            rows.moment(at),
            day,
            model,
            cause.purpose,
            cause.paper_id,
            *_columns(cause.target),
            most.prompt_tokens,
            most.cached_tokens,
            most.completion_tokens,
            cost,
        ],
    )
    return int(made.lastrowid or 0)


def settle(db: sqlite_utils.Database, id_: int, *, usage: Usage | None, measured: bool, cost: Money | None) -> None:
    """What the call was in the end. `usage` None: nobody knows, and what was reserved stands."""
    if usage is None:
        db.execute("UPDATE usage SET state = 'estimated' WHERE id = ?", [id_])
        return
    db.execute(
        "UPDATE usage SET prompt_tokens = ?, cached_tokens = ?, completion_tokens = ?, cost = ?, state = ? "
        "WHERE id = ?",
        [
            usage.prompt_tokens,
            usage.cached_tokens,
            usage.completion_tokens,
            cost,
            "measured" if measured else "estimated",
            id_,
        ],
    )


def withdraw(db: sqlite_utils.Database, id_: int) -> None:
    """The call was reserved and never made: it is none. One that was settled stays."""
    row = db.execute("SELECT day FROM usage WHERE id = ? AND state = 'open'", [id_]).fetchone()
    if row is not None:
        db.execute("DELETE FROM usage WHERE id = ?", [id_])
        db.execute("UPDATE model_calls SET calls = calls - 1 WHERE day = ? AND calls > 0", [row[0]])


def take_call(db: sqlite_utils.Database, day: date, *, cap: int | None) -> bool:
    """Count one model call on `day` if fewer than `cap` were made; False if not."""
    return bool(
        db.execute(
            "INSERT INTO model_calls (day, calls) SELECT :day, 1 WHERE :cap IS NULL OR :cap > 0 "
            "ON CONFLICT (day) DO UPDATE SET calls = calls + 1 WHERE :cap IS NULL OR calls < :cap",
            {"day": day.isoformat(), "cap": cap},
        ).rowcount
        > 0
    )


def _spent(db: sqlite_utils.Database, day: str, target: Target | None) -> tuple[Money, Money]:
    """What the day has cost, and how much of that is only reserved; of all, or of one chat with its threads."""
    spent, still_open = db.execute(
        "SELECT COALESCE(SUM(cost), 0), COALESCE(SUM(cost) FILTER (WHERE state = 'open'), 0) FROM usage "
        "WHERE day = :day AND (:platform IS NULL OR (platform = :platform AND chat_id = :chat))",
        {"day": day, "platform": target and target.platform, "chat": target and target.chat_id},
    ).fetchone()
    return int(spent), int(still_open)


def _forget_old(db: sqlite_utils.Database, today: date) -> None:
    db.execute(
        "UPDATE usage SET platform = NULL, chat_id = NULL, thread_id = NULL, paper_id = NULL "
        "WHERE day < ? AND (platform IS NOT NULL OR paper_id IS NOT NULL)",
        [(today - KEPT).isoformat()],
    )


# ---------------------------------------------------------------- where chats go


def move(db: sqlite_utils.Database, old: Target, new: Target) -> None:
    """The place has another id now."""
    db.execute(
        "UPDATE usage SET platform = ?, chat_id = ?, thread_id = ? "
        "WHERE platform = ? AND chat_id = ? AND thread_id IS ?",
        [*_columns(new), *_columns(old)],
    )


def forget(db: sqlite_utils.Database, target: Target) -> None:
    """What was done for `target`, and if it is no thread, for its threads, was done for nobody any more."""
    db.execute(
        "UPDATE usage SET platform = NULL, chat_id = NULL, thread_id = NULL, paper_id = NULL "
        "WHERE platform = :platform AND chat_id = :chat AND (:thread IS NULL OR thread_id = :thread)",
        {"platform": target.platform, "chat": target.chat_id, "thread": target.thread_id},
    )


# ---------------------------------------------------------------- what was spent

_SUM: Final = (
    "COUNT(*) AS calls, COALESCE(SUM(prompt_tokens), 0) AS prompt_tokens, COALESCE(SUM(cached_tokens), 0) "
    "AS cached_tokens, COALESCE(SUM(completion_tokens), 0) AS completion_tokens, COALESCE(SUM(cost), 0) AS cost, "
    "COUNT(*) - COUNT(cost) AS unpriced"
)


def total(conn: sqlite3.Connection, since: date, until: date) -> Sum:
    """Of the days from `since` to `until`, both included."""
    row = conn.execute(f"SELECT {_SUM} FROM usage WHERE day BETWEEN ? AND ?", [str(since), str(until)]).fetchone()  # noqa: S608 - our own words
    return _sum(row)


def by_day(conn: sqlite3.Connection, since: date, until: date) -> list[tuple[date, str, Sum]]:
    """Day, model and what it cost; the earliest day first, then by cost."""
    return [
        (date.fromisoformat(row["day"]), str(row["model"]), _sum(row))
        for row in _grouped(conn, "day, model", since, until, order="day, cost DESC, calls DESC, model")
    ]


def by_model(conn: sqlite3.Connection, since: date, until: date) -> list[tuple[str, Sum]]:
    """The dearest first."""
    return [(str(row["model"]), _sum(row)) for row in _grouped(conn, "model", since, until, order=_DEAREST + "model")]


def by_purpose(conn: sqlite3.Connection, since: date, until: date) -> list[tuple[str, Sum]]:
    """The dearest first; '' is what nobody gave a purpose."""
    found = _grouped(conn, "purpose", since, until, order=_DEAREST + "purpose")
    return [(str(row["purpose"]), _sum(row)) for row in found]


def by_target(conn: sqlite3.Connection, since: date, until: date) -> list[tuple[Target | None, str, Sum]]:
    """Target, its title as far as known, and what it cost; the dearest first. None: the command line, or forgotten."""
    found = _grouped(
        conn, "platform, chat_id, thread_id", since, until, order=_DEAREST + "platform, chat_id, thread_id"
    )
    titles = {
        (row["platform"], row["chat_id"], row["thread_id"] or None): str(row["title"])
        for row in conn.execute("SELECT platform, chat_id, thread_id, title FROM targets")
    }
    told = []
    for row in found:
        key = (row["platform"], row["chat_id"], row["thread_id"])
        told.append((None if key[0] is None else Target(*key), titles.get(key, ""), _sum(row)))
    return told


def by_paper(conn: sqlite3.Connection, since: date, until: date, *, limit: int) -> list[tuple[str, Sum]]:
    """The dearest papers, by id."""
    found = _grouped(
        conn, "paper_id", since, until, order=_DEAREST + "paper_id", limit=limit, only="paper_id IS NOT NULL AND"
    )
    return [(str(row["paper_id"]), _sum(row)) for row in found]


_DEAREST: Final = "cost DESC, calls DESC, "


def _grouped(  # noqa: PLR0917 - the words of a query, in their order
    conn: sqlite3.Connection, by: str, since: date, until: date, order: str, limit: int = -1, only: str = ""
) -> Sequence[sqlite3.Row]:
    query = f"SELECT {by}, {_SUM} FROM usage WHERE {only} day BETWEEN ? AND ? GROUP BY {by} ORDER BY {order} LIMIT ?"  # noqa: S608 - our own words
    return conn.execute(query, [str(since), str(until), limit]).fetchall()


def _sum(row: sqlite3.Row) -> Sum:
    return Sum(
        calls=row["calls"],
        prompt_tokens=row["prompt_tokens"],
        cached_tokens=row["cached_tokens"],
        completion_tokens=row["completion_tokens"],
        cost=row["cost"],
        unpriced=row["unpriced"],
    )


def _columns(target: Target | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if target is None else (target.platform, target.chat_id, target.thread_id)
