"""What is under way with the Batch API, and what it has reserved on the account. All its SQL stands here.

Functions of an open connection; those that write run inside a write transaction.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, cast

import sqlite_utils

from bot import rows
from bot.costs import usage_table
from bot.costs.bill import Call
from bot.costs.cause import Cause
from bot.costs.prices import Money, Price
from bot.costs.usage_table import Allowance, Spent
from bot.models import Depth, Usage
from bot.targets import Target

KEPT: Final = timedelta(days=7)
"""How long it is remembered what was asked for; by then no digest wants it any more."""

SHARE: Final = 0.75
"""Of a day's calls and money, what batches may hold while they are under way: people ask meanwhile."""

State: TypeAlias = Literal["planned", "creating", "running", "cancelling", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One that is not done. `deadline` is when what is missing is given up."""

    id: int
    mark: str
    state: State
    made_at: datetime
    deadline: datetime
    file: str | None
    name: str | None
    """What the provider calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One summary of a batch: named `custom_id`, on the account under `usage_id`, for `target`."""

    custom_id: str
    paper_id: str
    depth: Depth
    language: str
    model: str
    usage_id: int
    target: Target | None
    prompt_tokens: int = 0
    """As reserved."""
    source: str | None = None
    """See `keep_source`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A summary to ask for: what the call may be, and the chats that want it, one of which pays."""

    custom_id: str
    paper_id: str
    depth: Depth
    language: str
    call: Call
    targets: Sequence[Target]


def plan(
    db: sqlite_utils.Database,
    wishes: Iterable[Wish],
    *,
    mark: str,
    at: datetime,
    deadline: datetime,
    price: Price | None,
    allowance: Allowance,
) -> int:
    """Remember a batch of those `wishes` that nobody has asked for and our share of the day can pay; how many."""
    made = db.execute(
        "INSERT INTO batches (mark, made_at, deadline) VALUES (?, ?, ?)", [mark, rows.moment(at), rows.moment(deadline)]
    )
    batch, planned = int(made.lastrowid or 0), 0
    mine = _share(allowance)
    for wish in wishes:
        if asked(db.conn, [wish.custom_id]):
            continue
        usage_id = _reserved(db, wish, at=at, price=price, allowance=mine)
        if usage_id is None:
            continue
        db.execute(
            "INSERT INTO batch_items (custom_id, batch, paper_id, depth, language, model, usage_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [wish.custom_id, batch, wish.paper_id, wish.depth, wish.language, wish.call.model, usage_id],
        )
        planned += 1
    if not planned:
        db.execute("DELETE FROM batches WHERE id = ?", [batch])
    return planned


def _share(allowance: Allowance) -> Allowance:
    """What batches may plan with: most of what they reserve comes back, but only when they end."""

    def of(whole: int | None) -> int | None:
        return None if whole is None else math.ceil(whole * SHARE)

    return Allowance(calls=of(allowance.calls), day=of(allowance.day), chat=of(allowance.chat))


def _reserved(
    db: sqlite_utils.Database, wish: Wish, *, at: datetime, price: Price | None, allowance: Allowance
) -> int | None:
    """Its place on the account of the first chat that can pay; None: none can."""
    most = Usage(prompt_tokens=wish.call.prompt_tokens, completion_tokens=wish.call.completion_tokens)
    cost: Money | None = None if price is None else price.of(most, batched=True)
    for target in wish.targets:
        why = Cause(target=target, paper_id=wish.paper_id, purpose=wish.depth)
        found = usage_table.reserve(
            db, at=at, cause=why, model=wish.call.model, most=most, cost=cost, allowance=allowance
        )
        if not isinstance(found, Spent):
            return found
        if found.of != "chat":
            return None
    return None


def asked(conn: sqlite3.Connection, names: Iterable[str]) -> set[str]:
    """Those of these requests that are, or were, in a batch."""
    found = conn.execute(
        "SELECT custom_id FROM batch_items WHERE custom_id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(names))],
    )
    return {str(row[0]) for row in found}


def under_way(conn: sqlite3.Connection) -> list[Batch]:
    """Those that are not done, the most urgent first."""
    return [
        Batch(
            id=row["id"],
            mark=row["mark"],
            state=cast("State", row["state"]),
            made_at=datetime.fromisoformat(row["made_at"]),
            deadline=datetime.fromisoformat(row["deadline"]),
            file=row["file_id"],
            name=row["batch_id"],
        )
        for row in conn.execute("SELECT * FROM batches WHERE state <> 'done' ORDER BY deadline, id")
    ]


def items(conn: sqlite3.Connection, batch: int) -> list[Item]:
    """What of it has had no end yet."""
    found = conn.execute(
        "SELECT i.*, u.platform, u.chat_id, u.thread_id, u.prompt_tokens FROM batch_items AS i "
        "LEFT JOIN usage AS u ON u.id = i.usage_id WHERE i.batch = ? AND i.open ORDER BY i.usage_id",
        [batch],
    )
    return [
        Item(
            custom_id=row["custom_id"],
            paper_id=row["paper_id"],
            depth=cast("Depth", row["depth"]),
            language=row["language"],
            model=row["model"],
            usage_id=row["usage_id"],
            target=None if row["platform"] is None else Target(row["platform"], row["chat_id"], row["thread_id"]),
            prompt_tokens=row["prompt_tokens"] or 0,
            source=row["source"],
        )
        for row in found
    ]


def move(
    db: sqlite_utils.Database, batch: int, state: State, *, file: str | None = None, name: str | None = None
) -> None:
    """How it stands now, and what the provider calls its file and itself, where that is new."""
    db.execute(
        "UPDATE batches SET state = ?, file_id = COALESCE(?, file_id), batch_id = COALESCE(?, batch_id) WHERE id = ?",
        [state, file, name, batch],
    )


def keep_source(db: sqlite_utils.Database, item: Item, source: str) -> None:
    """The text it is asked about, until nothing more comes of it: by then arXiv may not answer, or have another."""
    db.execute("UPDATE batch_items SET source = ? WHERE custom_id = ?", [source, item.custom_id])


def settle(
    db: sqlite_utils.Database, item: Item, usage: Usage | None, *, measured: bool = True, price: Price | None = None
) -> None:
    """What its call was. `usage` None: nobody knows, and what was reserved stands."""
    cost = None if price is None or usage is None else price.of(usage, batched=True)
    if usage is not None and not (usage.prompt_tokens or usage.completion_tokens):
        cost = 0
    usage_table.settle(db, item.usage_id, usage=usage, measured=measured, cost=cost)


def lose(db: sqlite_utils.Database, item: Item) -> None:
    """What became of it nobody knows, and nobody will."""
    settle(db, item, None)
    close(db, item)


def withdraw(db: sqlite_utils.Database, item: Item) -> None:
    """Its call was never made; nothing more comes of it."""
    usage_table.withdraw(db, item.usage_id)
    close(db, item)


def close(db: sqlite_utils.Database, item: Item) -> None:
    """Nothing more comes of it."""
    db.execute("UPDATE batch_items SET open = 0, source = NULL WHERE custom_id = ?", [item.custom_id])


def prune(db: sqlite_utils.Database, now: datetime) -> None:
    """Forget what was done long ago."""
    db.execute("DELETE FROM batches WHERE state = 'done' AND made_at < ?", [rows.moment(now - KEPT)])
