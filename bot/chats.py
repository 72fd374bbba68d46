"""The chats we know: what each follows, how it wants it, what it was sent; each change once, however often it is told.

All methods block: from the event loop they are called in a thread. They may be called from any thread and raise
StoreError; one that writes returns when it is committed. Times are aware; those returned are UTC.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

import sqlite_utils

from bot import chat_tables, history_table, target_table
from bot.chat_tables import SubscriptionRow
from bot.document import Document
from bot.history_table import Explained, Fate, LastDigest, Sending
from bot.models import Topic
from bot.platforms import Actor
from bot.ports import BotError, Clock, UsageError
from bot.remembered import Remembered
from bot.store import Store
from bot.target_table import LOST, NotKnown
from bot.targets import Access, Chat, ChatKind, OnArrival, Settings, State, Subscription, Target
from bot.topic_rows import Topics
from bot.topics.catalogue import Named, entries

__all__ = [
    "MOST_SUBSCRIPTIONS",
    "AlreadyApplied",
    "Chats",
    "Explained",
    "Fate",
    "LastDigest",
    "NotKnown",
    "Sending",
    "TooManySubscriptions",
]

MOST_SUBSCRIPTIONS = 50
"""Topics one target may follow."""

EVERY_STATE = frozenset(State)

logger = logging.getLogger(__name__)
T = TypeVar("T")


class AlreadyApplied(BotError):
    """This update had its effect before; nothing was changed."""


class TooManySubscriptions(UsageError):
    """The target follows as much as one may."""


def _now() -> datetime:
    return datetime.now(UTC)


class Chats(Remembered):
    """Chats in `store`. `catalogue` is what named topics are today, `clock` dates the updates that were applied.

    Where a method takes `update`, the platform's key of what somebody sent, it is remembered in the same transaction
    as the effect; a second use raises AlreadyApplied and changes nothing.
    """

    def __init__(self, store: Store, *, clock: Clock = _now, catalogue: Iterable[Named] | None = None) -> None:
        super().__init__(store.database)
        self._clock = clock
        self._topics = Topics(entries() if catalogue is None else catalogue)

    # ------------------------------------------------------------ chats

    def chat(self, target: Target) -> Chat | None:
        """The target as we know it; None if it is new to us, or forgotten."""
        return self._database.read(lambda conn: chat_tables.chat(conn, target))

    def places(self, target: Target) -> list[Chat]:
        """The target's chat and every thread of it that we know."""
        return self._database.read(lambda conn: chat_tables.places(conn, target))

    def met(self, target: Target, *, kind: ChatKind, title: str) -> Chat | None:
        """`chat`, of a kind and with a title it has just been seen with (an empty title is no news)."""
        known, name = self.chat(target), chat_tables.title_text(title)
        if known is None or (known.kind == kind and name in ("", known.title)):
            return known
        self._database.write(lambda db: chat_tables.put_name(db, target, kind=kind, title=name))
        return replace(known, kind=kind, title=name or known.title)

    def ensure(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        languages: tuple[str, ...],
        now: datetime,
        update: str | None = None,
    ) -> Chat:
        """The target, stored if it is new: with default settings in `languages` and what its chat may already.

        Of one we know, kind and title are brought up to date (an empty title is no news), nothing else.
        """
        known = self.met(target, kind=kind, title=title) if update is None else None
        if known is not None:
            return known
        settings = Settings(languages=languages) if languages else Settings()

        def work(db: sqlite_utils.Database) -> Chat:
            return chat_tables.put_chat(db, target, kind=kind, title=title, settings=settings, at=now)

        return self._write(update, work)

    def save_settings(
        self, target: Target, settings: Settings, *, next_due_at: datetime | None, update: str | None = None
    ) -> None:
        """The settings somebody chose, and when the next digest is due by them (None: on arrival). Raises NotKnown."""
        self._change(
            target, update, lambda db, id_: chat_tables.put_settings(db, id_, settings, next_due_at=next_due_at)
        )

    def set_state(self, target: Target, state: State, *, reason: str = "", update: str | None = None) -> None:
        """Whether it gets digests, and why not. One that an admin paused does not become LOST. Raises NotKnown."""

        def work(db: sqlite_utils.Database, id_: int) -> None:
            if state is State.LOST:
                target_table.lose(db, id_, chat_tables.reason_text(reason))
            else:
                chat_tables.put_state(db, id_, state, reason)
                target_table.drop_mark(db, LOST, target)  # losing it again is news

        self._change(target, update, work)

    def set_access(self, target: Target, access: Access | None, *, update: str | None = None) -> None:
        """What an owner allows its chat: every thread we know of it, and those to come. Raises NotKnown."""
        self._change(target, update, lambda db, _: chat_tables.put_access(db, target, access))

    def admin(self, target: Target) -> Actor | None:
        """Who changed it last (or another thread of its chat), to hear when something is wrong; None: nobody did."""
        return self._database.read(lambda conn: chat_tables.admin(conn, target))

    def set_admin(self, target: Target, admin: Actor) -> None:
        """Remember who changed it. Raises NotKnown."""
        self._change(target, None, lambda db, id_: chat_tables.put_admin(db, id_, admin))

    def set_due(self, target: Target, next_due_at: datetime | None) -> None:
        """When its next digest is due. Raises NotKnown."""
        self._change(target, None, lambda db, id_: chat_tables.put_due(db, id_, next_due_at))

    def move_due(self, dues: Iterable[tuple[Chat, datetime | None]]) -> None:
        """When the next digests of chats are due, as they were read; one changed or forgotten since stays as it is."""
        moved = [(chat.target, chat.next_due_at, at) for chat, at in dues]
        self._database.write(lambda db: chat_tables.move_due(db, moved))

    def move(self, old: Target, new: Target) -> None:
        """The place has another id now: all of `old` is `new`'s. Where we know both they become one.

        What they follow and have seen is united, what waits for `old` goes to `new`. The settings of `new` stay if it
        follows anything, else those of `old` do. Nothing happens if `old` is not known.
        """
        self._database.write(lambda db: target_table.move(db, old, new))

    def forget(self, target: Target) -> bool:
        """Delete everything of that chat, its threads with it; of a thread, only what is the thread's.

        What waits for it is not sent. False if there was nothing.
        """
        return self._database.write(lambda db: target_table.forget(db, target)) > 0

    # ------------------------------------------------------------ all of them

    def chats(self, *, states: Collection[State] = EVERY_STATE, offset: int = 0, limit: int = 50) -> list[Chat]:
        """Those in one of `states`, the oldest first."""
        return self._database.read(lambda conn: chat_tables.chats(conn, states, offset=offset, limit=limit))

    def count(self, *, states: Collection[State] = EVERY_STATE) -> int:
        """How many are in one of `states`."""
        return self._database.read(lambda conn: chat_tables.count(conn, states))

    def due(self, now: datetime, *, limit: int) -> list[Chat]:
        """Active chats, not blocked, whose `next_due_at` has come; the one that has waited longest first."""
        return self._database.read(lambda conn: chat_tables.due(conn, now, limit=limit))

    def arrivals(self) -> list[Chat]:
        """Active chats, not blocked, that get an announcement on arrival; the oldest first."""
        found = self._database.read(chat_tables.served)
        return [chat for chat in found if isinstance(chat.settings.schedule, OnArrival)]

    def served(self, day: date) -> set[Target]:
        """Those that had a digest of the announcement of `day`, or of a later one."""
        return self._database.read(lambda conn: history_table.served(conn, day))

    # ------------------------------------------------------------ what they follow

    def canonical(self, topic: Topic) -> str:
        """What makes two topics the same, under whatever name: `catalogue:llm`, or one spelling of the query."""
        return self._topics.canonical(topic)

    def subscriptions(self, target: Target) -> list[Subscription]:
        """What it follows, the oldest first; topics of the catalogue as they are there today."""
        found = self._database.read(lambda conn: chat_tables.subscriptions(conn, target_table.id_of(conn, target)))
        return self._read(found)

    def followed(self) -> list[Subscription]:
        """What all active chats follow that are not blocked, chat by chat."""
        return self._read(self._database.read(chat_tables.followed))

    def subscribe(self, target: Target, topic: Topic, *, since: datetime, update: str | None = None) -> bool:
        """Follow `topic` from `since` on; False if it does already, under whatever name.

        Raises NotKnown, and TooManySubscriptions.
        """
        row = self._topics.row(topic)

        def work(db: sqlite_utils.Database, id_: int) -> bool:
            there = chat_tables.subscriptions(db.conn, id_)
            if any(self._is(one, row.canonical) for one in there):
                return False
            if len(there) >= MOST_SUBSCRIPTIONS:
                raise TooManySubscriptions(
                    f"One chat follows at most {MOST_SUBSCRIPTIONS} topics. /unsubscribe one of them first."
                )
            return chat_tables.put_subscription(db, id_, row, since=since)

        return self._change(target, update, work)

    def unsubscribe(self, target: Target, canonical: str, *, update: str | None = None) -> bool:
        """Follow what is `canonical` no more (see that method); False if it was not followed. Raises NotKnown."""

        def work(db: sqlite_utils.Database, id_: int) -> bool:
            gone = [one.id for one in chat_tables.subscriptions(db.conn, id_) if self._is(one, canonical)]
            chat_tables.delete_subscriptions(db, gone)
            return bool(gone)

        return self._change(target, update, work)

    def _is(self, row: SubscriptionRow, canonical: str) -> bool:
        """By what was stored, or by what it has become since: the catalogue and the spelling may have changed."""
        if row.topic.canonical == canonical:
            return True
        topic = self._topics.topic(row.topic)
        return topic is not None and self._topics.canonical(topic) == canonical

    def _read(self, found: Iterable[SubscriptionRow]) -> list[Subscription]:
        readable: list[Subscription] = []
        for row in found:
            topic = self._topics.topic(row.topic)
            if topic is None:
                logger.warning("a stored query cannot be read any more: target=%s subscription=%d", row.target, row.id)
            else:
                readable.append(Subscription(target=row.target, topic=topic, since=row.since))
        return readable

    # ------------------------------------------------------------ what they were sent

    def seen(self, target: Target, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that are not to come again: `2405.17428` in any version, `2405.17428v2` in just this one."""
        wanted = list(ids)
        return self._database.read(lambda conn: history_table.seen(conn, target_table.id_of(conn, target), wanted))

    def last_digest(self, target: Target) -> LastDigest | None:
        """(day, ref, when) of the digest made last; `ref` is None as long as nothing of it has arrived."""
        return self._database.read(lambda conn: history_table.last_digest(conn, target_table.id_of(conn, target)))

    def posted(self, target: Target, message_id: str) -> Document | None:
        """What was said in a message there, as long as the outbox remembers it."""
        return self._database.read(lambda conn: history_table.posted(conn, target, message_id))

    def explain(self, target: Target, paper_id: str) -> Explained:
        """What became of a paper (its id without version) there: for /why."""
        return self._database.read(lambda conn: history_table.explain(conn, target_table.id_of(conn, target), paper_id))

    # ------------------------------------------------------------ one transaction

    def _change(self, target: Target, update: str | None, work: Callable[[sqlite_utils.Database, int], T]) -> T:
        return self._write(update, lambda db: work(db, target_table.known_id(db.conn, target)))

    def _write(self, update: str | None, work: Callable[[sqlite_utils.Database], T]) -> T:
        at = self._clock()

        def transaction(db: sqlite_utils.Database) -> T:
            if update is not None and not chat_tables.put_update(db, update, at):
                raise AlreadyApplied("That was done before.")
            return work(db)

        return self._database.write(transaction)
