"""What must still arrive, and the workers that see to it: written first, sent then, through any crash.

One transaction writes a digest, its items, its seen marks and its messages; `UNIQUE(target, period)` makes a clock that
fires twice harmless. The port promises at least once, and exactly once where the platform knows a message by its nonce.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Literal

import sqlite_utils

from bot import digest_table, edit_table, history_table, outbox_table, target_table
from bot.database import Database
from bot.delivery import outcomes
from bot.delivery.doubt import Doubts
from bot.delivery.incidents import Held, Incident, Report, unheard
from bot.delivery.ledger import Ledger
from bot.delivery.outcomes import Rules
from bot.delivery.pacing import Pacing
from bot.delivery.sender import Sender
from bot.digest_table import DigestItem
from bot.document import Document
from bot.platforms import Caps, Part, Platform
from bot.ports import Clock
from bot.targets import Chat, Target

logger = logging.getLogger(__name__)

AT_ONCE = 64
"""Messages of one platform under way, or next to go, at the same time."""


def _unknown_chat(target: Target) -> Chat | None:
    return None


class Outbox:
    """Every platform's queue in one database. One process at a time may `run` it; its holder has the lock.

    `chat` tells the settings a message is made plain for; `report` hears of what a person should know. All methods are
    for the event loop and raise StoreError.
    """

    def __init__(
        self,
        database: Database,
        platforms: Mapping[str, Platform],
        pacing: Pacing,
        *,
        clock: Clock,
        chat: Callable[[Target], Chat | None] = _unknown_chat,
        report: Report = unheard,
        on_unknown: Literal["resend", "hold"] = "resend",
        resend_after: timedelta = timedelta(minutes=1),
        random: Random | None = None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._ledger = Ledger(database)
        self._intake = Ledger(database)  # many new digests at a time do not stand before what is being sent
        self._clock = clock
        self._chat = chat
        self._report = report
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._doubts = Doubts(on_unknown=on_unknown, resend_after=resend_after)
        self._stopped = asyncio.Event()
        self._stopped.set()
        self._platforms = platforms
        self._senders = {
            name: Sender(
                platform=platform,
                ledger=self._ledger,
                pacing=pacing,
                doubts=self._doubts,
                clock=clock,
                chat=chat,
                report=report,
                random=self._random,
                at_once=at_once,
            )
            for name, platform in platforms.items()
        }

    # ------------------------------------------------------------ what is to be sent

    async def post(
        self,
        target: Target,
        period: str,
        parts: Sequence[Part],
        *,
        items: Sequence[DigestItem] = (),
        seen: Iterable[tuple[str, int | None]] = (),
        unless_seen: Iterable[str] = (),
        day: date | None = None,
        silent: bool = False,
        slug: str | None = None,
    ) -> int | None:
        """Write a digest and everything of it. Its id; None, and nothing is written, if `target` has one of `period`.

        `items` are its papers in order, shown or not; `seen` the papers (with version, or None for any) that are not
        to come again. Nothing is written either if another digest brought one of `unless_seen` (`2405.17428`, or
        `2405.17428v2`) while this one was made. `day` is arXiv's announcement date. Raises NotKnown.
        """
        marks, news = list(seen), list(unless_seen)
        made_at = self._clock()

        def work(db: sqlite_utils.Database) -> tuple[int, int | None]:
            target_id = target_table.known_id(db.conn, target)
            if history_table.seen(db.conn, target_id, news):
                return target_id, None
            digest_id = digest_table.put_digest(
                db, target_id, period, day=day, made_at=made_at, items=items, parts=parts, seen=marks, slug=slug
            )
            if digest_id is not None:
                digest_table.put_messages(
                    db, target_id, parts, key=f"digest {period}", digest_id=digest_id, silent=silent
                )
            return target_id, digest_id

        target_id, digest_id = await self._intake.write(work)
        if digest_id is not None:
            await self._look(target.platform, target_id)
        return digest_id

    async def tell(self, target: Target, key: str, parts: Sequence[Part], *, silent: bool = False) -> bool:
        """Write messages that are no digest: a notice, a question to an admin. Once a `key`: False if it was told.

        Raises NotKnown.
        """

        def work(db: sqlite_utils.Database) -> tuple[int, bool]:
            target_id = target_table.known_id(db.conn, target)
            return target_id, digest_table.put_messages(db, target_id, parts, key=f"tell {key}", silent=silent) > 0

        target_id, is_new = await self._intake.write(work)
        await self._look(target.platform, target_id)
        return is_new

    async def calm(self, platform: str) -> None:
        """Wait while so much stands in line on `platform` that making more messages would only delay these."""
        sender = self._senders.get(platform)
        if sender is not None and not self._stopped.is_set():
            await sender.calm()

    async def edit_part(self, digest: int, part: int, slice_: Document) -> bool:
        """Make `slice_` of part number `part`, in the form it has. False if that is not possible (any more).

        What has not left is replaced; what has arrived is edited, behind all that is to be sent there, within the
        platform's edit window.
        """
        pieces = await self._ledger.read(lambda conn: edit_table.pieces(conn, digest, part))
        sender = self._senders.get(pieces[0].target.platform) if pieces else None
        if sender is None or not all(piece.ref is None or sender.can_edit(piece, self._clock()) for piece in pieces):
            return False
        first = pieces[0]
        chat = await self._ledger.run(lambda: self._chat(first.target)) or Chat(target=first.target, kind=first.kind)
        make = sender.platform.render if first.form == "best" else sender.platform.plain
        parts = make(slice_, chat=chat)
        done = await self._ledger.write(lambda db: edit_table.change(db, pieces, parts, form=first.form))
        if done:
            await sender.look(first.target_id)
        return done

    async def held(self) -> list[Held]:
        """Every message whose fate nobody knows and somebody has to decide, the oldest first."""
        found = await self._ledger.read(lambda conn: outbox_table.messages(conn, outbox_table.HELD, []))
        return [outcomes.held(message) for message in found]

    async def settle(self, message: int, *, resend: bool) -> bool:
        """Somebody decided about a message that was Held. False if it is not held (any more)."""

        def work(db: sqlite_utils.Database) -> tuple[str, int] | None:
            target_id = outbox_table.settle(db, message, resend=resend)
            if target_id is None:
                return None
            found = db.execute("SELECT platform FROM targets WHERE id = ?", [target_id]).fetchone()
            return found["platform"], target_id

        found = await self._ledger.write(work)
        if found is not None:
            await self._look(*found)
        return found is not None

    # ------------------------------------------------------------ what happens to targets

    async def wake(self, target: Target) -> None:
        """Something about `target` changed (resumed, moved, allowed): what waits for it may go on."""
        target_id = await self._ledger.read(lambda conn: target_table.id_of(conn, target))
        if target_id is not None:
            await self._look(target.platform, target_id)

    async def target_back(self, target: Target) -> None:
        """We were let back in: what waited goes on. One that an admin paused stays paused."""
        await self._ledger.write(lambda db: target_table.back(db, target))
        await self.wake(target)

    async def target_moved(self, old: Target, new: Target) -> None:
        """Everything of `old` is `new`'s, in one transaction; where both are known they become one."""
        await self._ledger.write(lambda db: target_table.move(db, old, new))
        await self.wake(new)

    # ------------------------------------------------------------ the life of it

    async def run(self) -> None:
        """Deliver until `drain` or cancelled; nothing is left leased then. Raises StoreError."""
        self._stopped.clear()
        try:
            await self._sweep()
            async with asyncio.TaskGroup() as group:
                for sender in self._senders.values():
                    group.create_task(sender.run())
        finally:
            try:
                await asyncio.shield(self._sweep())
            finally:
                self._stopped.set()

    async def drain(self, seconds: float = 8.0) -> None:
        """Begin nothing more and return when `run` has ended: sends under way have that long, then they are cut."""
        for sender in self._senders.values():
            sender.stop(seconds)
        await self._stopped.wait()

    def close(self) -> None:
        """Let go of the threads; after `run` has ended."""
        self._ledger.close()
        self._intake.close()

    async def counts(self) -> dict[str, int]:
        """How many messages are `ready`, `sent`, … , `held`, and how many sends may have made one arrive twice."""
        return await self._ledger.read(outbox_table.counts)

    async def prune(self, before: datetime) -> int:
        """Forget messages that arrived before then (they cannot be edited any more). How many were forgotten."""
        return await self._ledger.write(lambda db: outbox_table.prune(db, before))

    async def _sweep(self) -> None:
        """Whatever is leased is ours, since nobody else runs, and its send will not come back to us."""
        now = self._clock()

        def work(db: sqlite_utils.Database) -> list[Incident]:
            found = [
                outcomes.sweep(db, message, self._rules(message.target.platform, now))
                for message in outbox_table.messages(db.conn, "outbox.state = 'leased'", [])
            ]
            return [incident for incident in found if incident is not None]

        for incident in await self._ledger.write(work):
            await self._report(incident)

    def _rules(self, platform: str, now: datetime) -> Rules:
        known = self._platforms.get(platform)
        caps = known.caps if known is not None else Caps(text=1)
        return Rules(caps=caps, doubts=self._doubts, now=now, jitter=self._random.random())

    async def _look(self, platform: str, target_id: int) -> None:
        sender = self._senders.get(platform)
        if sender is not None:
            await sender.look(target_id)
