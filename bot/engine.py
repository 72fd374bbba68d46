"""The life of it: look for announcements, see who is due, hear what platforms report. Ticks are idempotent.

What a tick did is in the database before the next one; a restart at any moment repeats nothing that arrived.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.chats import Chats, NotKnown
from bot.delivery.incidents import Dead, Held, Incident, Lost, Moved
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.schedule import arrival, arrival_period, due, next_due, rewound
from bot.document import Document
from bot.harvest import Harvest, Harvester
from bot.herald import Admitted, Herald, Lacking
from bot.lookout import Lookout, is_worth_a_digest
from bot.models import Paper, Topic
from bot.platforms import Actor, Ask, Reply
from bot.ports import Clock, Picture, no_picture
from bot.press import Press
from bot.rights import Rights
from bot.targets import At, Chat, ChatKind, State, Target

logger = logging.getLogger(__name__)

MOST_DUE = 20_000
IN_HAND = 256
"""Digests in the making at a time: each holds its papers in memory."""

AT_ONCE = 2
"""Chats of a platform that are looked at together, which is reading and computing, beside what is being sent."""

A_MOMENT = 0.05
"""Seconds within which a digest is made whose summaries are there: the next is not begun before; others wait aside."""

AT_LEAST = 5.0
"""Seconds a digest has for its summaries, even if those before it took all the time there was."""

AFTER_A_FAILURE = timedelta(minutes=5)
"""How long a chat rests whose digest could not be made; the others do not wait for it."""

A_FEW = 50
"""Lost chats that are asked for at a time."""

A_DAY = timedelta(days=1)
KEPT = timedelta(days=30)


class Answering(Protocol):
    """Who answers people: `bot.commands.desk.Desk`."""

    def ask(self, ask: Ask) -> AsyncIterator[Reply]: ...

    async def announced(self) -> None:
        """There may be papers it has not read: it is just started, or arXiv has announced some. Raises StoreError."""
        ...


class Suggesting(Protocol):
    """What of `bot.store.Store` is needed here."""

    def suggested(self, typed: str, *, limit: int) -> list[Paper]: ...


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done for a chat that is due: make `harvest` the digest of `period`, if there is one; then it is
    due at `next_due_at`.
    """

    harvest: Harvest | None
    period: str
    next_due_at: datetime | None


class Engine:
    """The port Core: what all platforms share. `platforms` are the names of those we serve; `desk` answers people."""

    desk: Answering
    """Set by who makes both."""

    def __init__(
        self,
        *,
        chats: Chats,
        lookout: Lookout,
        harvester: Harvester,
        press: Press,
        outbox: Outbox,
        pacing: Pacing,
        herald: Herald,
        rights: Rights,
        papers: Suggesting,
        platforms: Collection[str],
        clock: Clock,
        pictures: Callable[[str], Picture | None] = no_picture,
        in_hand: int = IN_HAND,
    ) -> None:
        self._chats = chats
        self._lookout = lookout
        self._harvester = harvester
        self._press = press
        self._outbox = outbox
        self._pacing = pacing
        self._herald = herald
        self._rights = rights
        self._papers = papers
        self._platforms = frozenset(platforms)
        self._clock = clock
        self._pictures = pictures
        self._making: set[Target] = set()
        self._resting: dict[Target, datetime] = {}
        self._revived: dict[Target, datetime] = {}
        self._looked_at = 0  # how many of the lost chats
        self._has_told_desk = False
        self._hands = asyncio.Semaphore(in_hand)
        self._rooms = {name: asyncio.Semaphore(AT_ONCE) for name in self._platforms}

    # ------------------------------------------------------------ the port Core

    def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        """See `bot.platforms.Core`."""
        return self.desk.ask(ask)

    def picture(self, address: str) -> Picture | None:
        """See `bot.platforms.Core`."""
        return self._pictures(address)

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        """See `bot.platforms.Core`."""
        return self._pacing.turn(target.platform, target.chat_id, kind, urgent=True)

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        """See `bot.platforms.Core`."""
        return await asyncio.to_thread(self._papers.suggested, words, limit=limit)

    async def followed(self, target: Target) -> Sequence[Topic]:
        """See `bot.platforms.Core`."""
        return [one.topic for one in await asyncio.to_thread(self._chats.subscriptions, target)]

    async def posted(self, target: Target, message_id: str) -> Document | None:
        """See `bot.platforms.Core`."""
        return await asyncio.to_thread(self._chats.posted, target, message_id)

    async def target_lost(self, target: Target, reason: str) -> None:
        """Paused, not gone: nothing of it is deleted, and it resumes when we are let back in."""
        for place in await self._reached(target):
            try:
                await asyncio.to_thread(self._chats.set_state, place.target, State.LOST, reason=reason)
            except NotKnown:  # forgotten at this very moment
                logger.info("lost a chat that is not known: chat=%s", place.target)
        self._herald.hear(Lost(target, reason))

    async def target_back(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        by: Actor | None = None,
        locale: str = "en",
        aside: bool = False,
    ) -> None:
        """The chat and every thread of it that was lost go on. Where nothing is followed, somebody is welcomed."""
        await asyncio.to_thread(self._chats.met, target, kind=kind, title=title)
        for place in await self._reached(target):
            if place.state is State.LOST:
                await self._outbox.target_back(place.target)
        self._herald.hear(Admitted(target=target, kind=kind, title=title, by=by, locale=locale, aside=aside))

    async def _reached(self, target: Target) -> Sequence[Chat]:
        """What happens to a chat happens to its threads; what happens to a thread does to no other."""
        places = await asyncio.to_thread(self._chats.places, target)
        return [place for place in places if target.thread_id is None or place.target == target]

    async def target_lacks(self, target: Target, missing: Sequence[str]) -> None:
        """Whoever set it up hears of it, once."""
        self._herald.hear(Lacking(target, tuple(missing)))

    async def target_moved(self, old: Target, new: Target) -> None:
        """Everything of the old place is the new one's."""
        await self._outbox.target_moved(old, new)

    async def report(self, incident: Incident) -> None:
        """What happened to messages, for the log, and for those who should hear of it."""
        match incident:
            case Lost(target=target, reason=reason):
                logger.warning("a chat is lost: chat=%s reason=%s", target, reason)
            case Moved(old=old, new=new):
                logger.info("a chat has moved: from=%s to=%s", old, new)
            case Held(target=target, message=message):
                logger.warning("a message may have arrived and is held: chat=%s message=%d", target, message)
            case Dead(target=target, message=message, error=error):
                logger.error("a message was refused for good: chat=%s message=%d error=%s", target, message, error)
        self._herald.hear(incident)

    # ------------------------------------------------------------ announcements

    async def look(self, *, unless_lately: bool = False) -> None:
        """See `bot.lookout.Lookout`. Raises StoreError."""
        has_news = await self._lookout.look(unless_lately=unless_lately)
        if has_news or not self._has_told_desk:
            self._has_told_desk = True
            await self.desk.announced()

    # ------------------------------------------------------------ digests that are due

    async def issue(self) -> None:
        """Make every digest that is due and not being made. Returns when they are queued. Raises StoreError.

        Those that wait for summaries do so together: all go when the press has lost its patience with the first.
        """
        now, until = self._clock(), asyncio.get_running_loop().time() + self._press.patience
        waiting = await asyncio.to_thread(self._chats.due, now, limit=MOST_DUE)
        self._resting = {target: until for target, until in self._resting.items() if until > now}
        chats = [chat for chat in waiting if self._may_make(chat)]
        self._making.update(chat.target for chat in chats)
        try:
            async with asyncio.TaskGroup() as group:
                for chat in chats:
                    group.create_task(self._issue(chat, now, until))
        finally:
            self._making.difference_update(chat.target for chat in chats)

    def _may_make(self, chat: Chat) -> bool:
        return self._serves(chat) and chat.target not in self._making and chat.target not in self._resting

    def _serves(self, chat: Chat) -> bool:
        return chat.target.platform in self._platforms

    async def _issue(self, chat: Chat, now: datetime, until: float) -> None:
        """Whatever goes wrong with one chat's digest, the others' are made. `until` is the event loop's time."""
        try:
            async with AsyncExitStack() as hand:
                async with self._rooms[chat.target.platform]:
                    await self._outbox.calm(chat.target.platform)
                    await hand.enter_async_context(self._hands)
                    plan = await asyncio.to_thread(self._plan, chat, now)
                    making = asyncio.create_task(self._make(chat, plan, until))
                    hand.push_async_callback(_ended, making)
                    await asyncio.wait({making}, timeout=A_MOMENT)
                await making
        except Exception:
            logger.exception("a digest could not be made: chat=%s", chat.target)
            self._resting[chat.target] = self._clock() + AFTER_A_FAILURE

    async def _make(self, chat: Chat, plan: _Plan, until: float) -> None:
        if plan.harvest is not None:
            patience = max(AT_LEAST, until - asyncio.get_running_loop().time())
            await self._press.post(plan.harvest, period=plan.period, patience=patience)
        await asyncio.to_thread(self._chats.move_due, [(chat, plan.next_due_at)])

    def _plan(self, chat: Chat, now: datetime) -> _Plan:
        """Blocks: what is computed here for some chats takes a while after an outage."""
        if isinstance(chat.settings.schedule, At):
            scheduled = due(chat.settings, next_due_at=chat.next_due_at or now, now=now)
            if scheduled is None:  # its hours were changed by new rules of its zone: it waits for the next one that is
                return _Plan(None, "", next_due(chat.settings, after=now))
            harvest = self._harvester.of(chat)
            wanted = harvest if is_worth_a_digest(harvest) else None
            return _Plan(wanted, scheduled.period, scheduled.next_due_at)
        harvest = self._harvester.of(chat)
        if harvest.arrived is None or not is_worth_a_digest(harvest):
            self._lookout.had_nothing(chat)
            return _Plan(None, "", None)
        return _Plan(harvest, arrival_period(harvest.arrived), None)

    async def mend_clock(self) -> None:
        """After a clock that was far ahead, nobody waits until it comes there again. Raises StoreError."""
        await asyncio.to_thread(self._rewind)

    def _rewind(self) -> None:
        now, offset, mended = self._clock(), 0, []
        while chats := self._chats.chats(states={State.ACTIVE}, offset=offset, limit=500):
            offset += len(chats)
            for chat in chats:
                if chat.next_due_at is None or chat.next_due_at <= now:
                    continue
                if isinstance(chat.settings.schedule, At):
                    earlier = rewound(chat.settings, next_due_at=chat.next_due_at, now=now)
                else:
                    longest = arrival(chat.settings, ready=now)
                    earlier = longest if chat.next_due_at - now > timedelta(days=1) else None
                if earlier is not None:
                    mended.append((chat, earlier))
        self._chats.move_due(mended)

    async def revive(self) -> None:
        """Go on where we may write again and nobody told us: what everybody in a group may do has changed, say.

        Some chats at a time, and none twice a day. Raises StoreError.
        """
        now = self._clock()
        lost = await asyncio.to_thread(self._chats.chats, states={State.LOST}, offset=self._looked_at, limit=A_FEW)
        self._looked_at = self._looked_at + A_FEW if len(lost) == A_FEW else 0
        self._revived = {target: at for target, at in self._revived.items() if timedelta() <= now - at < A_DAY}
        for chat in lost:
            if chat.kind == "private" or chat.target in self._revived or not self._serves(chat):
                continue
            if await self._rights.is_allowed(chat.target):
                self._revived[chat.target] = now
                await self.target_back(chat.target, kind=chat.kind, title=chat.title)

    async def prune(self) -> None:
        """Forget what nobody needs any more: updates that cannot come again, messages too old to be edited."""
        before = self._clock() - KEPT
        await asyncio.to_thread(self._chats.prune_updates, before)
        await self._outbox.prune(before)


async def _ended(task: asyncio.Task[None]) -> None:
    """It is over, or given up."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
