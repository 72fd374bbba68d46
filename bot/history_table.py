"""What a target was sent: which papers it has seen, its latest digest, and what became of one paper.

Functions of an open connection that only read.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeAlias

from bot.digest_table import ref_of
from bot.document import Document, Item, Link, ListBlock
from bot.document_json import loads
from bot.models import ArxivId, Kind
from bot.platforms import MessageRef
from bot.posted import papers_of
from bot.rows import Row
from bot.sources.ids import abs_url
from bot.target_table import target_of
from bot.targets import Target

MOST_SENDINGS = 20
"""How many digests with one paper are looked at: a paper has a few versions."""

_VERSION = re.compile(r"(.+?)(?:v([1-9][0-9]{0,8}))?", re.DOTALL)

Fate: TypeAlias = Literal["waiting", "sent", "unsure", "held", "failed"]
"""What became of a message: it is still to be sent; it arrived; it may have arrived and will be sent again; it may have
arrived and somebody must decide; it never will arrive."""

_WORST_FIRST: Sequence[Fate] = ("failed", "held", "unsure", "waiting", "sent")


class LastDigest(NamedTuple):
    """A target's latest digest: arXiv's day (None: on demand), its first message if it arrived, when it was made."""

    day: date | None
    ref: MessageRef | None
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A paper in one digest: at `place` (from 0) of `total`, in full or (`shown` False) by its title at most.

    `ref` is the message it stands in, as far as that arrived and is still known, else the digest's first. `fate` is
    its message's, or for a title that of the whole digest; None if nothing was to be sent. `version` None: any.
    """

    day: date | None
    period: str
    made_at: datetime
    version: int | None
    place: int
    total: int
    topic: str
    kind: Kind | None
    shown: bool
    ref: MessageRef | None
    fate: Fate | None
    error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What is known of one paper in one target: whether it counts as seen, its digests, the latest first."""

    seen: bool
    sendings: tuple[Sending, ...]


def seen(conn: sqlite3.Connection, target_id: int | None, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that are not to come again: `2405.17428` in any version, `2405.17428v2` in this one."""
    asked = {id_: _VERSION.fullmatch(id_) for id_ in ids}
    wanted = [(id_, found[1], int(found[2] or 0)) for id_, found in asked.items() if found]
    found = conn.execute(
        "SELECT asked FROM (SELECT json_extract(value, '$[0]') AS asked, json_extract(value, '$[1]') AS paper, "
        "json_extract(value, '$[2]') AS named FROM json_each(:wanted)) WHERE EXISTS (SELECT 1 FROM seen "
        "WHERE target_id = :target_id AND paper_id = paper AND (named = 0 OR version IN (0, named)))",
        {"wanted": json.dumps(wanted), "target_id": target_id},
    )
    return {row["asked"] for row in found}


def served(conn: sqlite3.Connection, day: date) -> set[Target]:
    """Targets that had a digest of the announcement of `day`, or of a later one."""
    found = conn.execute(
        "SELECT platform, chat_id, thread_id FROM targets WHERE id IN (SELECT target_id FROM digests WHERE day >= ?)",
        [day.isoformat()],
    )
    return {target_of(row) for row in found}


def last_digest(conn: sqlite3.Connection, target_id: int | None) -> LastDigest | None:
    """The digest made last."""
    row = conn.execute(
        "SELECT day, root_ref, made_at FROM digests WHERE target_id = ? ORDER BY made_at DESC, id DESC LIMIT 1",
        [target_id],
    ).fetchone()
    if row is None:
        return None
    return LastDigest(_day(row["day"]), _ref(row["root_ref"]), datetime.fromisoformat(row["made_at"]))


def explain(conn: sqlite3.Connection, target_id: int | None, paper_id: str) -> Explained:
    """What is known of this paper there."""
    found = conn.execute(
        "SELECT digests.id, day, period, made_at, root_ref, place, topic, kind, shown, part, "
        "(SELECT COUNT(*) FROM digest_items AS others WHERE others.digest_id = digests.id) AS total, ("
        "SELECT MAX(version) FROM seen WHERE seen.digest_id = digests.id AND seen.paper_id = :paper) AS version "
        "FROM digests JOIN digest_items ON digest_id = digests.id AND paper_id = :paper "
        "WHERE target_id = :target_id ORDER BY made_at DESC, digests.id DESC LIMIT :most",
        {"paper": paper_id, "target_id": target_id, "most": MOST_SENDINGS},
    ).fetchall()
    return Explained(
        seen=bool(seen(conn, target_id, [paper_id])),
        sendings=tuple(_sending(row, _messages(conn, row["id"], row["part"])) for row in found),
    )


def _messages(conn: sqlite3.Connection, digest_id: int, part: int | None) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT state, not_before, error, ref, sent_at FROM outbox WHERE digest_id = ? AND (? IS NULL OR part = ?) "
        "ORDER BY part, piece",
        [digest_id, part, part],
    ).fetchall()


def _sending(row: Row, messages: Sequence[Row]) -> Sending:
    fates = [_fate(message) for message in messages]
    worst = next((fate for fate in _WORST_FIRST if fate in fates), None)
    if worst is None and row["root_ref"]:
        worst = "sent"  # only messages that arrived are ever cleared away
    arrived = [_ref(message["ref"]) for message in messages if message["ref"]] if row["part"] is not None else []
    sent = [message["sent_at"] for message in messages if message["sent_at"]]
    return Sending(
        day=_day(row["day"]),
        period=row["period"],
        made_at=datetime.fromisoformat(row["made_at"]),
        version=row["version"] or None,
        place=row["place"],
        total=row["total"],
        topic=row["topic"],
        kind=Kind(row["kind"]) if row["kind"] else None,
        shown=bool(row["shown"]),
        ref=arrived[0] if arrived else _ref(row["root_ref"]),
        fate=worst,
        error=next((m["error"] for m, fate in zip(messages, fates, strict=True) if fate == worst and m["error"]), None),
        sent_at=datetime.fromisoformat(sent[0]) if sent else None,
    )


def _fate(message: Row) -> Fate:
    match message["state"]:
        case "sent":
            return "sent"
        case "dead":
            return "failed"
        case "unknown":
            return "held" if message["not_before"] is None else "unsure"
        case _:
            return "waiting"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _ref(text: str | None) -> MessageRef | None:
    return None if text is None else ref_of(text)


def posted(conn: sqlite3.Connection, target: Target, message_id: str) -> Document | None:
    """What was said in that message of the chat, in whatever thread; None: it is none of a digest, or forgotten.

    Where it names no paper (the lines of a card may lead to its posts), those that its digest shows stand at its end.
    """
    found = conn.execute(
        "SELECT slice, digest_id FROM outbox WHERE target_id IN (SELECT id FROM targets WHERE platform = ? AND "
        "chat_id = ?) AND ref IS NOT NULL AND json_extract(ref, '$.message_id') = ?",
        [target.platform, target.chat_id, message_id],
    ).fetchone()
    if found is None:
        return None
    document = loads(found["slice"])
    if papers_of(document):
        return document
    shown = conn.execute(
        "SELECT paper_id FROM digest_items WHERE digest_id = ? AND shown ORDER BY place", [found["digest_id"]]
    ).fetchall()
    items = tuple(Item((Link(row["paper_id"], abs_url(ArxivId(row["paper_id"]))),)) for row in shown)
    return replace(document, blocks=(*document.blocks, ListBlock(items))) if items else document
