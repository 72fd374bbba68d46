"""Digests that were made for a chat, and what became of their messages, as the outbox would have left them."""

from __future__ import annotations

from datetime import date

from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.digest_table import DigestItem
from bot.document import Card, Document, Paragraph, Text
from bot.platforms import Part
from bot.targets import Target
from tests.fakes.desk import Front

_REF = '{"chat_id": "1", "message_id": "1", "thread_id": null, "url": "https://example.org/1"}'


async def delivered(
    at: Front, target: Target, day: date, *, version: int = 1, state: str = "sent", error: str | None = None
) -> None:
    """A digest of `day` with 2605.00001 in full (in `version`) and 2605.00002 by its title; its message in `state`."""
    outbox = Outbox(at.store.database, {}, Pacing({}), clock=at.clock)
    card = Card((Paragraph((Text("x"),)),), key="2605.00001")
    items = (
        DigestItem(paper_id="2605.00001", topic="LLM"),
        DigestItem(paper_id="2605.00002", topic="LLM", shown=False),
    )
    seen = [("2605.00001", version), ("2605.00002", 1)]
    await outbox.post(target, f"of {day}", [Part({}, Document((card,)))], items=items, seen=seen, day=day)
    ref = _REF if state == "sent" else None
    at.store.database.write(
        lambda db: (
            db.execute("UPDATE outbox SET state = ?, error = ?, ref = ?", [state, error, ref]),
            db.execute("UPDATE digests SET root_ref = ?", [ref]),
        )
    )
