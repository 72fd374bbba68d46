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


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often a question is asked.

    `seconds` it may take altogether, waiting included; an `answer` that keeps coming may take so long if that is more,
    from connecting to its last byte. It is asked `attempts` times if the answers are garbled, `refusals` times if it
    is refused or nothing comes: who does not answer thrice is not going to, and somebody waits for what we know.
    """

    seconds: float
    answer: float
    attempts: int
    refusals: int


PATIENCE = {
    Priority.PEOPLE: Patience(seconds=20, answer=0, attempts=3, refusals=3),
    Priority.ANNOUNCEMENTS: Patience(seconds=22, answer=45, attempts=5, refusals=3),
    Priority.BACKFILL: Patience(seconds=120, answer=60, attempts=5, refusals=5),
}


@dataclass(slots=True)
class Turn:
    """A turn at the gate: `seconds` it may take, `silence` of them in a row without a byte.

    The next may begin `pause` seconds after it ends.
    """

    seconds: float
    silence: float
    pause: float


@dataclass(slots=True, kw_only=True)
class Turns:
    """The turns of one session at the gate."""

    gate: Gate
    priority: Priority
    delay: float
    clock: Clock
    jitter: Callable[[], float]
    sleep: Callable[[float], object] | None
    own_patience: Patience | None = None
    line: Line | None = None
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def patience(self) -> Patience:
        """What a question of this session may take: its own, or what goes with its priority."""
        return self.own_patience or PATIENCE[self.priority]

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.clock().timestamp()

    def back_off(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return back_off(failures, delay=self.delay, jitter=self.jitter())

    @contextmanager
    def turn(self, *, deadline: float, not_before: float, problem: SourceError | None) -> Iterator[Turn]:
        """Ours while the block runs. If that cannot be before `deadline`: raises `problem`, or SourceRefused."""
        ticket = uuid.uuid4().hex
        entered = False
        try:
            self._wait(ticket, deadline, not_before, problem)
            entered = True
            left = max(0.01, deadline - self.now())
            mine = Turn(seconds=max(left, self.patience.answer), silence=left, pause=self.delay)
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

    def _wait(self, ticket: str, deadline: float, not_before: float, problem: SourceError | None) -> None:
        while True:
            now = self.now()
            if self.closed.is_set():
                raise SourceUnreachable("Paperboy is stopping; arXiv was not asked.")
            if problem and now >= deadline:
                raise problem
            wait = not_before - now
            if wait <= 0:
                lease = max(deadline - now, self.patience.answer) + LEASE_MARGIN
                wait = self.gate.gate_enter(ticket=ticket, priority=self.priority, now=now, lease=lease)
            if wait <= 0:
                return
            if now + wait >= deadline:
                retry_at = datetime.fromtimestamp(now + wait, UTC)
                if problem is None:
                    raise SourceRefused(
                        "arXiv cannot be asked yet: it wants a pause, or is being asked.", retry_at=retry_at
                    )
                problem.retry_at = retry_at
                raise problem
            (self.sleep or self.closed.wait)(max(wait, 0.01))
