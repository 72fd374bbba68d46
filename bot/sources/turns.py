"""Whose turn it is to ask arXiv: waiting for it within bounds, giving it back with the pause that is due."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Protocol

from bot.ports import Clock, SourceError, SourceRefused, SourceUnreachable
from bot.sources.answers import back_off
from bot.sources.wire import Line

LONGEST_ANSWER = 60.0
"""Seconds one answer may take, from connecting to its last byte."""

LEASE_MARGIN = 15.0
"""Seconds the gate stays ours beyond an answer's deadline: resolving a name cannot be cut short."""


class Gate(Protocol):
    """Whose turn it is, shared by every process. Times are seconds since the epoch. `bot.store.Store` is one."""

    def gate_enter(self, *, ticket: str, priority: int, now: float, lease: float) -> float:
        """0.0: the gate is the ticket's until `now + lease`; else seconds until asking again makes sense."""
        ...

    def gate_leave(self, *, ticket: str, now: float, free_at: float) -> None:
        """Give it back; the next may enter at `free_at`, or later if that was said before."""
        ...

    def gate_forget(self, *, ticket: str) -> None:
        """The ticket gave up waiting."""
        ...


class Priority(IntEnum):
    """Who goes first."""

    PEOPLE = 0
    ANNOUNCEMENTS = 1
    BACKFILL = 2


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a question may take altogether, waiting included, and how often it is asked."""

    seconds: float
    attempts: int


PATIENCE = {
    Priority.PEOPLE: Patience(20, 3),
    Priority.ANNOUNCEMENTS: Patience(60, 5),
    Priority.BACKFILL: Patience(120, 5),
}


@dataclass(slots=True)
class Turn:
    """A turn at the gate: `seconds` it may take; the next may begin `pause` seconds after it ends."""

    seconds: float
    pause: float


@dataclass(slots=True, kw_only=True)
class Turns:
    """The turns of one session at the gate. `refusals` counts those in a row."""

    gate: Gate
    priority: Priority
    delay: float
    clock: Clock
    jitter: Callable[[], float]
    sleep: Callable[[float], object] | None
    refusals: int = 0
    line: Line | None = None
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def patience(self) -> Patience:
        """What a question of this session may take."""
        return PATIENCE[self.priority]

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.clock().timestamp()

    def back_off(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return back_off(failures, delay=self.delay, jitter=self.jitter())

    @contextmanager
    def turn(self, *, deadline: float, problem: SourceError | None) -> Iterator[Turn]:
        """Ours while the block runs. If that cannot be before `deadline`: raises `problem`, or SourceRefused."""
        ticket = uuid.uuid4().hex
        entered = False
        try:
            self._wait(ticket, deadline, problem)
            entered = True
            mine = Turn(seconds=max(0.01, min(deadline - self.now(), LONGEST_ANSWER)), pause=self.delay)
            try:
                yield mine
            finally:
                now = self.now()
                self.gate.gate_leave(ticket=ticket, now=now, free_at=now + mine.pause)
        finally:
            if not entered:
                self.gate.gate_forget(ticket=ticket)

    def close(self) -> None:
        """End what is under way; nothing is asked after it."""
        self.closed.set()
        if line := self.line:
            line.cut()

    def _wait(self, ticket: str, deadline: float, problem: SourceError | None) -> None:
        while True:
            now = self.now()
            if self.closed.is_set():
                raise SourceUnreachable("Paperboy is stopping; arXiv was not asked.")
            if problem and now >= deadline:
                raise problem
            lease = max(0.0, min(deadline - now, LONGEST_ANSWER)) + LEASE_MARGIN
            wait = self.gate.gate_enter(ticket=ticket, priority=self.priority, now=now, lease=lease)
            if wait <= 0:
                return
            if now + wait >= deadline:
                retry_at = datetime.fromtimestamp(now + wait, UTC)
                if problem is None:
                    raise SourceRefused("arXiv asked us to wait; ask again later.", retry_at=retry_at)
                problem.retry_at = retry_at
                raise problem
            (self.sleep or self.closed.wait)(max(wait, 0.01))
