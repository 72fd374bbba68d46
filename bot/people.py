"""What people keep: papers they saved, and what they said of papers; each change once, however often it is told.

All methods block: from the event loop they are called in a thread. They may be called from any thread and raise
StoreError; one that writes returns when it is committed. A person is known by their platform's id alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

import sqlite_utils

from bot import chat_tables, people_table
from bot.people_table import Kept, Vote
from bot.platforms import Actor
from bot.ports import Clock, UsageError
from bot.store import Store

__all__ = ["MOST_SAVED", "Kept", "People", "TooManySaved", "Vote"]

MOST_SAVED = 1000
"""Papers one person may save."""

T = TypeVar("T")


class TooManySaved(UsageError):
    """The person keeps as many papers as one may."""


class People:
    """People in `store`; `clock` dates what they do.

    `update` is the platform's key of what somebody sent: what came of it is remembered in the same transaction as the
    effect, and a second use changes nothing.
    """

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._database = store.database
        self._clock = clock

    def saved(self, actor: Actor, *, offset: int = 0, limit: int = MOST_SAVED) -> list[str]:
        """Ids (without version) of the papers they saved, the latest first."""
        return self._database.read(lambda conn: people_table.saved(conn, str(actor), offset=offset, limit=limit))

    def save(self, actor: Actor, paper_ids: Collection[str], *, update: str) -> int:
        """Save these; those they had stay where they were. How many were new. Raises TooManySaved, and saves none."""

        def work(db: sqlite_utils.Database) -> int:
            added = people_table.save(db, str(actor), paper_ids, self._clock())
            if people_table.count_saved(db.conn, str(actor)) > MOST_SAVED:
                raise TooManySaved(f"At most {MOST_SAVED} papers can be saved. Remove some of them first.")
            return added

        return self._once(update, work, otherwise=lambda _: len(paper_ids))

    def unsave(self, actor: Actor, paper_ids: Collection[str], *, update: str) -> int:
        """Save these no more. How many were saved."""
        return self._once(
            update,
            lambda db: people_table.unsave(db, str(actor), paper_ids),
            otherwise=lambda _: len(paper_ids),
        )

    def vote(self, actor: Actor, paper_id: str, said: Vote, *, update: str) -> Vote | None:
        """They say so of the paper, or, if they said it before, take it back. What they say of it now."""

        def work(db: sqlite_utils.Database) -> Vote | None:
            now = None if people_table.vote(db.conn, str(actor), paper_id) == said else said
            people_table.put_vote(db, str(actor), paper_id, now, self._clock())
            return now

        return self._once(update, work, otherwise=lambda db: people_table.vote(db.conn, str(actor), paper_id))

    def kept(self, actor: Actor | None = None) -> Kept:
        """How much is stored about them; None: about all people."""
        return self._database.read(lambda conn: people_table.kept(conn, None if actor is None else str(actor)))

    def forget(self, actor: Actor) -> Kept:
        """Delete all that is stored about them. How much that was."""

        def work(db: sqlite_utils.Database) -> Kept:
            was = people_table.kept(db.conn, str(actor))
            people_table.forget(db, str(actor))
            return was

        return self._database.write(work)

    def _once(
        self,
        update: str,
        work: Callable[[sqlite_utils.Database], T],
        *,
        otherwise: Callable[[sqlite_utils.Database], T],
    ) -> T:
        """What `work` does; if `update` had its effect before, what there is to say of it still."""
        at = self._clock()
        return self._database.write(
            lambda db: work(db) if chat_tables.put_update(db, update, at) else otherwise(db),
        )
