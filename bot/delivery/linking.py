"""The lines of a digest's first message lead to the messages below it, once all of those are there.

What that message is to become is written after the last one has arrived; should we die in between, it keeps the links
it has, which lead to the papers themselves.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from bot import edit_table
from bot.abilities import Linking
from bot.delivery.ledger import Ledger
from bot.digest_table import ref_of
from bot.outbox_table import Message
from bot.targets import Chat


@dataclass(frozen=True, slots=True)
class _Complete:
    """A digest that is all there: its first message, and where its papers stand."""

    head: Message
    posts: dict[str, str]


async def link(platform: Linking, ledger: Ledger, digest_id: int, *, chat: Chat) -> bool:
    """Want the first message of a digest to lead to the others. False if it does, or not all of them are there.

    Raises StoreError.
    """
    found = await ledger.read(lambda conn: _complete(conn, digest_id))
    if found is None:
        return False
    part = platform.linked(found.head.part, found.posts, chat=chat)
    if part == found.head.part:
        return False
    return await ledger.write(lambda db: edit_table.change(db, [found.head], [part], form=found.head.form))


def _complete(conn: sqlite3.Connection, digest_id: int) -> _Complete | None:
    counted = conn.execute(
        "SELECT COUNT(*) AS n, COUNT(*) FILTER (WHERE state NOT IN ('sent', 'dead') OR edit IS NOT NULL) AS open "
        "FROM outbox WHERE digest_id = ?",
        [digest_id],
    ).fetchone()
    heads = edit_table.pieces(conn, digest_id, 0) if counted["n"] > 1 and not counted["open"] else []
    if len(heads) != 1 or heads[0].ref is None or heads[0].form != "best":
        return None
    rows = conn.execute(
        "SELECT paper_id, ref FROM digest_items AS items JOIN outbox USING (digest_id, part) "
        "WHERE digest_id = ? AND part > 0 AND ref IS NOT NULL ORDER BY place, piece DESC",
        [digest_id],
    )
    posts = {row["paper_id"]: url for row in rows if (url := ref_of(row["ref"]).url)}
    return _Complete(heads[0], posts) if posts else None
