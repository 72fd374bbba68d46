"""Chats in a database and an outbox for them, in virtual time: a test says only what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from adapters.memory import CAPS, Fault, Memory
from bot.database import Database
from bot.delivery.incidents import Incident
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.document import Card, Document, Paragraph, Text
from bot.platforms import DeliveryError, Part, Platform
from bot.targets import Chat, ChatKind, Target
from tests.fakes.virtual_time import EPOCH, clock, virtually

KEYED = replace(CAPS, idempotent=True, nonce_window=120)

A, B, C = (Target("memory", name) for name in "ABC")


def add_targets(database: Database, *targets: Target, kind: ChatKind = "private") -> None:
    """Chats that are active."""
    database.write(
        lambda db: (
            db.conn.executemany(
                "INSERT INTO targets (platform, chat_id, thread_id, kind, created_at) VALUES (?, ?, ?, ?, ?)",
                [(t.platform, t.chat_id, t.thread_id or "", kind, EPOCH.isoformat()) for t in targets],
            )
            and None
        )
    )


def say(text: str, key: str = "") -> Document:
    """A slice that says `text`; with `key`, as the card of a paper."""
    line = Paragraph((Text(text),))
    return Document((Card((line,), key),) if key else (line,))


def parts_of(*texts: str) -> list[Part]:
    """One part a text."""
    return [Part({"text": text}, say(text)) for text in texts]


@dataclass
class Office:
    """A database at `path`, the platforms, and one Outbox after the other, as the bot is started again and again."""

    path: Path
    platforms: Mapping[str, Platform]
    targets: Sequence[Target] = (A, B, C)
    settings: dict[str, Any] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.path)
        add_targets(self.database, *self.targets)

    async def report(self, incident: Incident) -> None:
        self.incidents.append(incident)

    def outbox(self) -> Outbox:
        """One that has not been run."""
        pacing = Pacing({name: platform.caps for name, platform in self.platforms.items()})
        return Outbox(
            self.database,
            self.platforms,
            pacing,
            clock=clock,
            report=self.report,
            chat=lambda target: Chat(target=target, kind="private"),
            random=Random(0),  # noqa: S311 - jitter
            **self.settings,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Outbox]:
        """One that runs, and is drained at the end."""
        outbox = self.outbox()
        task = asyncio.create_task(outbox.run())
        try:
            yield outbox
            await outbox.drain()
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            outbox.close()

    async def crash(self, outbox: Outbox, task: asyncio.Task[None]) -> None:
        """As a power cut leaves it: whatever was leased stays leased."""
        outbox._sweep = _no_sweep  # type: ignore[method-assign] # nobody tidies up after a power cut
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        outbox.close()

    def rows(self, columns: str = "state") -> list[Any]:
        """Of every message in the outbox, in the order of posting: one column, or a tuple of several."""
        found = self.database.read(
            lambda conn: conn.execute(f"SELECT {columns} FROM outbox ORDER BY batch, part, piece").fetchall()  # noqa: S608 - a test's own words
        )
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    def column(self, sql: str) -> list[Any]:
        """The first column of what `sql` finds."""
        return [row[0] for row in self.database.read(lambda conn: conn.execute(sql).fetchall())]


Scenario = Callable[[Office, Memory], Coroutine[Any, Any, None]]


@dataclass
class Play:
    """Scenarios on a fresh database, one platform called `memory`; closed at the end of the block."""

    path: Path
    offices: list[Office] = field(default_factory=list)

    def __call__(
        self,
        scenario: Scenario,
        memory: Memory | None = None,
        *,
        targets: Sequence[Target] = (A, B, C),
        **settings: Any,  # noqa: ANN401 - settings of an Outbox
    ) -> Office:
        """The office after `scenario`."""
        platform = memory or Memory()
        office = Office(self.path, {"memory": platform}, targets=targets, settings=settings)
        self.offices.append(office)
        virtually(scenario(office, platform))
        return office

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        for office in self.offices:
            office.database.close()


def when(error: DeliveryError, *, target: Target | None = None, arrives: bool = False) -> Fault:
    """The next call (to `target`) goes wrong."""
    return Fault(error, target, arrives)


async def _no_sweep() -> None:
    return


async def passes(**given: float) -> None:
    """So much time (as `timedelta` has it)."""
    await asyncio.sleep(timedelta(**given).total_seconds())
