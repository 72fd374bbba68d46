"""One platform's messages on their way: what became of each is written before the next goes to the same target.

At least once, and exactly once where the platform knows a message by its nonce. Within a target strictly in order;
a target that must wait delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from math import inf
from random import Random
from typing import TypeVar

import sqlite_utils

from bot import edit_table, outbox_table
from bot.abilities import Linking, Searching
from bot.database import StoreError
from bot.delivery import outcomes
from bot.delivery.doubt import Doubts, pause
from bot.delivery.incidents import Report
from bot.delivery.lanes import Lanes
from bot.delivery.ledger import Ledger
from bot.delivery.linking import link
from bot.delivery.outcomes import Next, Rules
from bot.delivery.pacing import Pacing, Turn
from bot.delivery.silence import Silence
from bot.outbox_table import Due, Form, Message
from bot.platforms import BadFormat, DeliveryError, Fatal, MessageRef, Part, Platform, Unknown
from bot.ports import Clock
from bot.targets import Chat, Target

logger = logging.getLogger(__name__)

LONGEST_SEND = 120.0
"""Seconds a send may take, whatever the adapter thinks; then its fate is not known."""

AFTER_A_SURPRISE = 10.0
"""Seconds a target rests after something went wrong that has no name."""

MOMENT = 0.01
"""Seconds a target may stand in line for; who must wait longer makes room for others."""

BACKLOG = 100
"""Targets that stand in line while nobody need make more: three seconds and more of the fastest platform's pace."""

T = TypeVar("T")


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Sender:
    """Delivers what is due on `platform`. `chat` may block; it is called outside the event loop."""

    platform: Platform
    ledger: Ledger
    pacing: Pacing
    doubts: Doubts
    clock: Clock
    chat: Callable[[Target], Chat | None]
    report: Report
    random: Random
    at_once: int

    _lanes: Lanes = field(default_factory=Lanes, init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _calm: asyncio.Event = field(default_factory=_set_event, init=False)
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict, init=False)  # by target id
    _again: set[int] = field(default_factory=set, init=False)  # targets to look at again, when their task ends
    _sending: set[asyncio.Task[None]] = field(default_factory=set, init=False)
    _silence: Silence = field(init=False)
    _stop_at: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._silence = Silence(self.platform.name, self.pacing, self.random)

    # ------------------------------------------------------------ the loop

    async def run(self) -> None:
        """Until `stop`, or cancelled. What has begun then is finished within the time given, or cut."""
        for due in await self.ledger.read(lambda conn: outbox_table.all_due(conn, self.platform.name)):
            self._put(due)
        async with asyncio.TaskGroup() as group:
            try:
                await self._start_tasks(group)
                await self._finish()
            finally:
                for task in self._tasks.values():
                    task.cancel()

    async def _start_tasks(self, group: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        while self._stop_at is None:
            self._wake.clear()
            has_room = len(self._tasks) < self.at_once
            due = self._lanes.pop(loop.time()) if has_room else None
            self._weigh()
            if due is not None:
                self._tasks[due.target_id] = group.create_task(self._attend(due))
                continue
            when = self._lanes.next_at() if has_room else inf
            try:
                async with asyncio.timeout_at(when if when < inf else None):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _finish(self) -> None:
        for task in self._tasks.values():
            if task not in self._sending:
                task.cancel()
        if self._sending and self._stop_at is not None:
            await asyncio.wait(self._sending, timeout=self._stop_at - asyncio.get_running_loop().time())

    def stop(self, seconds: float) -> None:
        """Begin nothing more; what has begun has `seconds`."""
        self._stop_at = asyncio.get_running_loop().time() + seconds
        self._wake.set()
        self._calm.set()

    async def calm(self) -> None:
        """Wait while so much is to be sent that making more would only delay it."""
        await self._calm.wait()

    def _weigh(self) -> None:
        if self._lanes.ready() < BACKLOG or self._stop_at is not None:
            self._calm.set()
        else:
            self._calm.clear()

    async def look(self, target_id: int) -> None:
        """Something changed for this target: see what is next."""
        if target_id in self._tasks:
            self._again.add(target_id)
            return
        due = await self.ledger.read(lambda conn: outbox_table.due(conn, target_id))
        if due is not None:
            self._put(due)

    def _put(self, due: Due) -> None:
        if due.target_id in self._tasks:
            self._again.add(due.target_id)
            return
        now = asyncio.get_running_loop().time()
        wait = 0.0 if due.at is None else (due.at - self.clock()).total_seconds()
        self._lanes.put(due, now + max(0.0, wait), now)
        self._weigh()
        self._wake.set()

    # ------------------------------------------------------------ one target's turn

    async def _attend(self, due: Due) -> None:
        following: Due | None
        try:
            following = await self._next_step(due)
        except Exception:  # whatever it was, it must not stop the others' messages; it is logged in full
            logger.exception("delivery went wrong: target=%s", due.target)
            following = replace(due, at=self.clock() + timedelta(seconds=AFTER_A_SURPRISE))
        finally:
            del self._tasks[due.target_id]
            self._wake.set()
        if due.target_id in self._again:
            self._again.discard(due.target_id)
            following = replace(due, at=None, edit=False)
        if following is not None:
            self._put(following)

    async def _next_step(self, due: Due) -> Due | None:
        """Do what is due and find out what is next."""
        name, chat_id = self.platform.name, due.target.chat_id
        wait = self.pacing.wait(name, chat_id, due.kind)
        if MOMENT < wait < inf:
            return replace(due, at=self.clock() + timedelta(seconds=wait))
        async with self.pacing.turn(name, chat_id, due.kind) as turn:
            if self._stop_at is not None:
                turn.give_back()
                return None
            task = self._tasks[due.target_id]
            self._sending.add(task)
            try:
                return await (self._edit(due, turn) if due.edit else self._send(due, turn))
            finally:
                self._sending.discard(task)

    async def _send(self, due: Due, turn: Turn) -> Due | None:
        rules = self._rules()
        begun = await self.ledger.write(lambda db: outcomes.begin(db, due.target_id, rules))
        if isinstance(begun, Next):
            turn.give_back()
            return await self._reported(begun)
        message = begun
        await turn.comes()
        turn.leaves()
        result = await self._found(message)
        if result is None:
            result = await self._called(
                self.platform.send(
                    message.target, message.part, nonce=message.nonce, root=message.root, silent=message.silent
                )
            )
        self._silence.obey(due, result)
        simpler, form = await self._simpler(message, result) if isinstance(result, BadFormat) else ((), "plain")
        rules = self._rules()
        following = await self._recorded(
            lambda db: outcomes.conclude(db, message, result, simpler=simpler, form=form, rules=rules)
        )
        is_over = isinstance(result, MessageRef | BadFormat | Fatal)
        return await self._linked(message, following) if is_over else following

    async def _found(self, message: Message) -> MessageRef | DeliveryError | None:
        """What an earlier try brought there after all, where the platform can look; it is not sent again then.

        An error says when to look again; None: nothing is known to be there.
        """
        if message.unsure_since is None or not isinstance(self.platform, Searching):
            return None  # its nonce may protect it, but not everything that is sent has one
        found = await self._called(
            self.platform.find(message.target, message.part, since=message.unsure_since, root=message.root)
        )
        return None if isinstance(found, Unknown | BadFormat | Fatal) else found

    async def _edit(self, due: Due, turn: Turn) -> Due | None:
        now = self.clock()
        found = await self.ledger.read(lambda conn: edit_table.next_edit(conn, due.target_id, now))
        if found is None:
            turn.give_back()
            return await self.ledger.read(lambda conn: outbox_table.due(conn, due.target_id))
        message, part = found
        if message.ref is None or not self.can_edit(message, now):
            turn.give_back()
            error: DeliveryError | None = Fatal("too late to edit")
        else:
            await turn.comes()
            turn.leaves()
            error = await self._called(self.platform.edit(message.ref, part))
            self._silence.obey(due, error)
        rules = self._rules()
        following = await self._recorded(lambda db: outcomes.conclude_edit(db, message, part, error, rules=rules))
        return await self._linked(message, following) if error is None else following

    async def _linked(self, message: Message, following: Due | None) -> Due | None:
        """If that was the last of its digest, the first message is to lead to the others. What is next for the chat."""
        digest_id = message.digest_id
        if digest_id is None or not isinstance(self.platform, Linking):
            return following
        try:
            chat = await self._chat_of(message)
            if await link(self.platform, self.ledger, digest_id, chat=chat):
                return await self.ledger.read(lambda conn: outbox_table.due(conn, message.target_id))
        except StoreError as exc:
            logger.warning("a digest is not linked: target=%s: %s", message.target, exc)
        return following

    async def _chat_of(self, message: Message) -> Chat:
        known = await self.ledger.run(lambda: self.chat(message.target))
        return known or Chat(target=message.target, kind=message.kind)

    def can_edit(self, message: Message, now: datetime) -> bool:
        """Does the platform still allow it, if the message has arrived?"""
        window = self.platform.caps.edit_window
        return window is None or (window > 0 and (now - (message.sent_at or now)).total_seconds() < window)

    async def _called(self, call: Awaitable[T]) -> T | DeliveryError:
        """What the platform answers, or the one class of DeliveryError."""
        try:
            async with asyncio.timeout(LONGEST_SEND):
                return await call
        except DeliveryError as exc:
            return exc
        except TimeoutError:
            return Unknown("no answer in time")
        except Exception as exc:  # an adapter that breaks its promise proves nothing about the message
            logger.exception("not a DeliveryError: platform=%s", self.platform.name)
            return Unknown(type(exc).__name__)

    async def _simpler(self, message: Message, error: BadFormat) -> tuple[Sequence[Part], Form]:
        """The same slice in another form, if the platform has learned that it must; else in plain text."""
        chat = await self._chat_of(message)
        if error.again:
            parts = self.platform.render(message.part.slice, chat=chat)
            if [part.payload for part in parts] != [message.part.payload]:
                return parts, "best"
        return self.platform.plain(message.part.slice, chat=chat), "plain"

    async def _recorded(self, work: Callable[[sqlite_utils.Database], Next]) -> Due | None:
        """Write what became of a message, however long it takes: nothing else may go to this target before."""
        for failures in count(1):
            try:
                done = await self.ledger.write(work)
            except StoreError as exc:
                logger.error("cannot record a delivery: %s", exc)  # noqa: TRY400 - the text says what to do
                await asyncio.sleep(pause(failures, self.random.random()).total_seconds())
            else:
                return await self._reported(done)
        raise AssertionError("unreachable")

    async def _reported(self, done: Next) -> Due | None:
        if done.incident is not None:
            await self.report(done.incident)
        return done.due

    def _rules(self) -> Rules:
        return Rules(caps=self.platform.caps, doubts=self.doubts, now=self.clock(), jitter=self.random.random())
