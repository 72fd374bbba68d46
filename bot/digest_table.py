"""What is posted: a digest, its items, its seen marks and its messages, all in one transaction; or a message alone.

Functions of an open connection; those that write run inside a write transaction.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlite_utils

from bot import rows
from bot.document import Block, Card, Details
from bot.document_json import dumps
from bot.models import Kind
from bot.platforms import MessageRef, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A paper in a digest, under `topic`: shown, or counted below the cut."""

    paper_id: str
    topic: str
    kind: Kind | None = None
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The papers of a digest below its cut: `papers` are some of them, each with its number in the whole of it.

    `day` is arXiv's (None: on demand), `count` how many are left and `total` how many there are with those shown.
    """

    day: date | None
    made_at: datetime
    count: int
    total: int
    papers: tuple[tuple[int, str], ...]


def left(conn: sqlite3.Connection, slug: str, *, offset: int, limit: int) -> Left | None:
    """What is left of the digest that `slug` names, in order; None if there is no such digest (any more)."""
    digest = conn.execute("SELECT id, day, made_at FROM digests WHERE slug = ?", [slug]).fetchone()
    if digest is None:
        return None
    counted = conn.execute(
        "SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE NOT shown) AS count FROM digest_items WHERE digest_id = ?",
        [digest["id"]],
    ).fetchone()
    found = conn.execute(
        "SELECT place, paper_id FROM digest_items WHERE digest_id = ? AND NOT shown ORDER BY place LIMIT ? OFFSET ?",
        [digest["id"], max(0, limit), max(0, offset)],
    )
    return Left(
        day=date.fromisoformat(digest["day"]) if digest["day"] else None,
        made_at=datetime.fromisoformat(digest["made_at"]),
        count=counted["count"],
        total=counted["total"],
        papers=tuple((row["place"] + 1, row["paper_id"]) for row in found),
    )


def put_digest(
    db: sqlite_utils.Database,
    target_id: int,
    period: str,
    *,
    day: date | None,
    made_at: datetime,
    items: Sequence[DigestItem],
    parts: Sequence[Part],
    seen: Iterable[tuple[str, int | None]],
    slug: str | None = None,
) -> int | None:
    """The new digest's id; None, and nothing written, if this target has one of `period` already.

    `slug` is a name nobody can guess, by which whoever was shown the digest finds the rest of it.
    """
    digest_id = _digest(db, target_id, period, day=day, made_at=made_at, slug=slug)
    if digest_id is None:
        return None
    where = parts_of_papers(parts)
    db.conn.executemany(
        "INSERT OR IGNORE INTO digest_items (digest_id, paper_id, place, topic, kind, shown, part) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                digest_id,
                item.paper_id,
                place,
                rows.clean(item.topic),
                item.kind and item.kind.value,
                item.shown,
                where.get(item.paper_id),
            )
            for place, item in enumerate(items)
        ),
    )
    db.conn.executemany(
        "INSERT OR IGNORE INTO seen (target_id, paper_id, version, digest_id) VALUES (?, ?, ?, ?)",
        ((target_id, paper_id, version or 0, digest_id) for paper_id, version in seen),
    )
    return digest_id


def _digest(
    db: sqlite_utils.Database,
    target_id: int,
    period: str,
    *,
    day: date | None,
    made_at: datetime,
    slug: str | None,
) -> int | None:
    cursor = db.execute(
        "INSERT INTO digests (target_id, period, day, made_at, slug) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (target_id, period) DO NOTHING",  # a slug used twice is an error, not a digest made before
        [target_id, period, day and day.isoformat(), rows.moment(made_at), slug],
    )
    return cursor.lastrowid if cursor.rowcount else None


def put_messages(
    db: sqlite_utils.Database,
    target_id: int,
    parts: Iterable[Part],
    *,
    key: str,
    digest_id: int | None = None,
    silent: bool = False,
) -> int:
    """How many were written, behind all that waits for this target: none if those of `key` are there already."""
    batch = _next_id(db.conn)
    return sum(
        put_message(
            db,
            part,
            nonce=nonce(target_id, key, number),
            batch=batch,
            digest_id=digest_id,
            target_id=target_id,
            number=number,
            silent=silent,
        )
        for number, part in enumerate(parts)
    )


def put_message(
    db: sqlite_utils.Database,
    part: Part,
    *,
    nonce: str,
    batch: int,
    digest_id: int | None,
    target_id: int,
    number: int,
    silent: bool,
    piece: int = 0,
    form: str = "best",
) -> int:
    """One message; 0 if the same one (by its nonce) is there already, else 1."""
    return int(
        db.execute(
            "INSERT INTO outbox (batch, digest_id, target_id, part, piece, payload, slice, form, nonce, silent) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (nonce) DO NOTHING",
            [
                batch,
                digest_id,
                target_id,
                number,
                piece,
                payload_text(part.payload),
                dumps(part.slice),
                form,
                nonce,
                silent,
            ],
        ).rowcount
    )


def nonce(*identity: str | int) -> str:
    """24 characters that stand for this message and no other: what a platform knows it by if it comes twice."""
    digest = hashlib.blake2b(json.dumps(identity).encode(), digest_size=15).digest()
    return base64.b32encode(digest).decode().lower()


def payload_text(payload: Mapping[str, Any]) -> str:
    """A payload as it is stored: ASCII JSON, exact."""
    return json.dumps(payload, separators=(",", ":"))


def parts_of_papers(parts: Sequence[Part]) -> dict[str, int]:
    """In which part each paper stands (the first, if it was broken up), by the keys of its cards."""
    where: dict[str, int] = {}
    for number, part in enumerate(parts):
        for key in card_keys(part.slice.blocks):
            where.setdefault(key, number)
    return where


def card_keys(blocks: Iterable[Block]) -> Iterator[str]:
    """The papers whose cards stand in `blocks`, in order."""
    for block in blocks:
        if isinstance(block, Card):
            if block.key:
                yield block.key
            yield from card_keys(block.blocks)
        elif isinstance(block, Details):
            yield from card_keys(block.blocks)


def root_of(conn: sqlite3.Connection, *, batch: int, digest_id: int | None) -> MessageRef | None:
    """The first message of its digest (or batch) that arrived."""
    if digest_id is not None:
        found = conn.execute("SELECT root_ref AS ref FROM digests WHERE id = ?", [digest_id]).fetchone()
    else:
        found = conn.execute(
            "SELECT ref FROM outbox WHERE batch = ? AND ref IS NOT NULL ORDER BY part, piece LIMIT 1", [batch]
        ).fetchone()
    return ref_of(found["ref"]) if found is not None and found["ref"] else None


def ref_text(ref: MessageRef) -> str:
    """A MessageRef as JSON."""
    return json.dumps(asdict(ref))


def ref_of(text: str) -> MessageRef:
    """The MessageRef `ref_text` was given."""
    return MessageRef(**json.loads(text))


def _next_id(conn: sqlite3.Connection) -> int:
    found = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return 1 if found is None else int(found["seq"]) + 1
