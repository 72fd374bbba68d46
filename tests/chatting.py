"""Chats in a real database, in which a test names only what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import target_table
from bot.chats import Chats
from bot.digest_table import DigestItem, put_digest
from bot.models import Topic
from bot.store import Store
from bot.targets import Target
from bot.topics.catalogue import topic
from tests.samples import DAY, NOW

ROOM, HALL = Target("memory", "room"), Target("memory", "hall")
LLM, RAG = topic("LLM"), topic("RAG")
MOE = topic('"mixture of experts"  OR MoE')


def chats_of(store: Store, **given_: Any) -> Chats:  # noqa: ANN401 - any argument of it
    return Chats(store, clock=lambda: NOW, **given_)


def known(chats: Chats, *targets: Target, **given_: Any) -> None:  # noqa: ANN401 - any argument of ensure
    for target in targets:
        chats.ensure(target, **{"kind": "group", "title": "", "languages": ("en",), "now": NOW, **given_})


def follow(chats: Chats, target: Target, *topics: Topic) -> None:
    known(chats, target)
    for one in topics:
        assert chats.subscribe(target, one, since=NOW)


def names(chats: Chats, target: Target) -> list[str]:
    return [one.topic.name for one in chats.subscriptions(target)]


def digest(store: Store, target: Target, period: str, *seen: tuple[str, int | None], day: date | None = DAY) -> None:
    def work(db: Any) -> None:  # noqa: ANN401 - sqlite_utils is barely typed
        put_digest(
            db,
            target_table.id_of(db.conn, target) or 0,
            period,
            day=day,
            made_at=NOW,
            items=[DigestItem(paper_id=paper_id, topic="LLM") for paper_id, _ in seen],
            parts=(),
            seen=seen,
        )

    store.database.write(work)
