"""The whole engine in virtual time: a real store, a platform in memory, an arXiv that announces what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Literal

from adapters.memory import Memory
from bot.access import Policy
from bot.chats import Chats
from bot.delivery.incidents import Incident
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.voice import Voice
from bot.engine import IN_HAND, Engine
from bot.harvest import Harvester
from bot.hearers import Hearers
from bot.herald import Herald
from bot.lookout import Lookout
from bot.models import Announcement, Kind, Listed, Note
from bot.platforms import Actor, Ask, Platform, Reply
from bot.ports import Announced, Progress, SourceError, no_progress
from bot.press import Press
from bot.rights import Rights
from bot.store import Store
from bot.summaries.service import Summaries
from bot.targets import Access, Chat, ChatKind, Settings, Target
from bot.topics.catalogue import topic
from bot.wiring import Staff
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
class FakeDesk:
    """Answers nobody, and counts how often it was told that there may be new papers."""

    told: int = 0

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        return
        yield

    async def announced(self) -> None:
        self.told += 1


@dataclass
class World:
    """Chats that follow LLM since long ago; `start` is one run of the program, which may be started again.

    `memory` is the platform of that name, `others` are served beside it.
    """

    path: Path
    policy: Policy = "open"
    patience: float = 600.0
    in_hand: int = IN_HAND
    deep_top: int = 0
    on_unknown: Literal["resend", "hold"] = "resend"
    owners: frozenset[Actor] = frozenset()
    memory: Memory = field(default_factory=Memory)
    others: Mapping[str, Platform] = field(default_factory=dict)
    model: FakeSummarizer = field(default_factory=FakeSummarizer)
    desk: FakeDesk = field(default_factory=FakeDesk)
    incidents: list[Incident] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before = 0.0
        self._slugs = count(1)
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

    def jump(self, seconds: float) -> None:
        """The wall clock is set: ahead, or back."""
        self._before += seconds

    def staff(self) -> Staff:
        """Everybody, at work as soon as they run; for a running loop, whose time our clock goes by."""
        self._loop = asyncio.get_running_loop()
        platforms: Mapping[str, Platform] = {"memory": self.memory, **self.others}
        pacing = Pacing({name: platform.caps for name, platform in platforms.items()})
        self.outbox = Outbox(
            self.store.database,
            platforms,
            pacing,
            clock=self.clock,
            chat=self.chats.chat,
            report=self._report,
            on_unknown=self.on_unknown,
        )
        harvester = self.harvester = Harvester(self.store, self.chats, clock=self.clock)
        self.press = Press(
            harvester=harvester,
            announcements=self.arxiv,
            summaries=self.service(self.model),
            modest=self.service(None),
            outbox=self.outbox,
            platforms=platforms,
            policy=self.policy,
            clock=self.clock,
            patience=self.patience,
            deep_top=self.deep_top,
            ids=lambda: f"slug{next(self._slugs)}",
        )
        self.hearers = Hearers(
            chats=self.chats, outbox=self.outbox, voice=Voice(platforms, pacing), platforms=platforms
        )
        self.hearers.owners = lambda: self.owners
        rights = Rights(platforms)
        herald = Herald(
            chats=self.chats,
            outbox=self.outbox,
            hearers=self.hearers,
            rights=rights,
            policy=self.policy,
            clock=self.clock,
        )
        lookout = Lookout(
            chats=self.chats,
            announcements=self.arxiv,
            herald=herald,
            watched=("cs.*",),
            clock=self.clock,
        )
        self.engine = Engine(
            chats=self.chats,
            lookout=lookout,
            harvester=harvester,
            press=self.press,
            outbox=self.outbox,
            pacing=pacing,
            herald=herald,
            rights=rights,
            papers=self.store,
            platforms=platforms,
            clock=self.clock,
            in_hand=self.in_hand,
        )
        self.engine.desk = self.desk
        return Staff(engine=self.engine, outbox=self.outbox, press=self.press, herald=herald)

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Engine]:
        """The engine with its outbox and press running; drained at the end."""
        staff = self.staff()
        late = [asyncio.create_task(staff.press.run()), asyncio.create_task(staff.herald.run())]
        sending = asyncio.create_task(staff.outbox.run())
        await asyncio.sleep(0)
        try:
            yield staff.engine
        finally:
            for task in late:
                task.cancel()
            await staff.outbox.drain()
            await asyncio.gather(*late, sending, return_exceptions=True)
            staff.outbox.close()
            self._before += asyncio.get_running_loop().time()
            self._loop = None

    def service(self, model: FakeSummarizer | None) -> Summaries:
        return Summaries(
            self.store, extractive=FakeExtractive(), model=model, clock=self.clock, daily_cap=1000, concurrency=4
        )

    async def _report(self, incident: Incident) -> None:
        self.incidents.append(incident)
        await self.engine.report(incident)

    def texts(self, target: Target = ROOM) -> str:
        """All that stands in a chat."""
        return "\n".join(self.memory.texts(target))

    def close(self) -> None:
        self.store.close()
