"""The whole engine in virtual time: a real store, a platform in memory, an arXiv that announces what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.memory import Memory
from bot.access import Policy
from bot.chats import Chats
from bot.delivery.incidents import Incident
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.engine import Engine
from bot.harvest import Harvester
from bot.models import Announcement, Kind, Listed, Note
from bot.ports import Announced, Progress, SourceError, no_progress
from bot.press import Press
from bot.store import Store
from bot.summaries.service import Summaries
from bot.targets import Access, Chat, ChatKind, Settings, Target
from bot.topics.catalogue import topic
from tests.fakes.summarizers import FakeExtractive, FakeSummarizer
from tests.fakes.virtual_time import EPOCH
from tests.samples import paper

MONDAY, TUESDAY, WEDNESDAY = date(2026, 5, 18), date(2026, 5, 19), date(2026, 5, 20)
ROOM, HALL = Target("memory", "room"), Target("memory", "hall")
LONG_AGO = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
NO_QUIET = Settings(quiet=None)


def announced(id_: str, day: date, *, kind: Kind = Kind.NEW, version: int = 1, **given: Any) -> Listed:  # noqa: ANN401
    """A paper about language models, unless `given` says otherwise."""
    about = {"title": f"Language model {id_}", "abstract": "A language model. It is good.", "version": version}
    where = {"categories": ("cs.CL",), "primary_category": "cs.CL"}
    entry = Announcement(paper_id=id_, date=day, version=version, announce_type=kind)
    return Listed(paper=paper(id_, **{**about, **where, **given}), announcement=entry)


@dataclass
class FakeAnnouncements:
    """Announces `days` up to `today`; every read is stored, as the real one stores it. `notes` come with the latest."""

    store: Store
    today: date = TUESDAY
    days: dict[date, list[Listed]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    complete: bool = True
    error: SourceError | None = None
    asked: list[tuple[date | None, tuple[str, ...]]] = field(default_factory=list)

    async def on(self, day: date | None, categories: Sequence[str], *, progress: Progress = no_progress) -> Announced:
        self.asked.append((day, tuple(categories)))
        if self.error is not None:
            raise self.error
        of = day or self.today
        items = tuple(self.days.get(of, ()))
        await asyncio.to_thread(self.store.save_announced, items)
        return Announced(date=of, items=items, notes=() if day else self.notes, complete=self.complete)


@dataclass
class World:
    """Chats that follow LLM since long ago; `start` is one run of the program, which may be started again."""

    path: Path
    policy: Policy = "open"
    patience: float = 600.0
    memory: Memory = field(default_factory=Memory)
    model: FakeSummarizer = field(default_factory=FakeSummarizer)
    incidents: list[Incident] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before = 0.0
        self.store = Store(self.path)
        self.chats = Chats(self.store, clock=self.clock)
        self.arxiv = FakeAnnouncements(self.store)

    def clock(self) -> datetime:
        """Time goes on over restarts, and is the same in every thread."""
        return EPOCH + timedelta(seconds=self._before + (self._loop.time() if self._loop else 0))

    def add(
        self,
        target: Target,
        settings: Settings = NO_QUIET,
        *,
        topics: Sequence[str] = ("LLM",),
        since: datetime = LONG_AGO,
        kind: ChatKind = "group",
        access: Access | None = None,
        due: datetime | None = None,
    ) -> Chat:
        self.chats.ensure(target, kind=kind, title="", languages=settings.languages, now=since)
        self.chats.save_settings(target, settings, next_due_at=due)
        for name in topics:
            self.chats.subscribe(target, topic(name), since=since)
        if access is not None:
            self.chats.set_access(target, access)
        found = self.chats.chat(target)
        assert found is not None
        return found

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Engine]:
        """The engine with its outbox and press running; drained at the end."""
        self._loop = asyncio.get_running_loop()
        platforms: Mapping[str, Memory] = {"memory": self.memory}
        pacing = Pacing({"memory": self.memory.caps})
        outbox = Outbox(
            self.store.database, platforms, pacing, clock=self.clock, chat=self.chats.chat, report=self._report
        )
        harvester = Harvester(self.store, self.chats, clock=self.clock)
        press = Press(
            harvester=harvester,
            announcements=self.arxiv,
            summaries=self.service(self.model),
            modest=self.service(None),
            outbox=outbox,
            platforms=platforms,
            policy=self.policy,
            clock=self.clock,
            patience=self.patience,
        )
        self.press = press
        self.engine = Engine(
            chats=self.chats,
            announcements=self.arxiv,
            harvester=harvester,
            press=press,
            outbox=outbox,
            pacing=pacing,
            platforms=platforms,
            watched=("cs.*",),
            clock=self.clock,
        )
        running = [asyncio.create_task(outbox.run()), asyncio.create_task(press.run())]
        await asyncio.sleep(0)
        try:
            yield self.engine
        finally:
            running[1].cancel()
            await outbox.drain()
            await asyncio.gather(*running, return_exceptions=True)
            outbox.close()
            self._before += self._loop.time()
            self._loop = None

    def service(self, model: FakeSummarizer | None) -> Summaries:
        return Summaries(
            self.store, extractive=FakeExtractive(), model=model, clock=self.clock, daily_cap=1000, concurrency=4
        )

    async def _report(self, incident: Incident) -> None:
        self.incidents.append(incident)

    def texts(self, target: Target = ROOM) -> str:
        """All that stands in a chat."""
        return "\n".join(self.memory.texts(target))

    def close(self) -> None:
        self.store.close()
