"""The whole bot in the loop of a test: all that `paperboy run` wires, but for arXiv, models and the time.

`WholeBot` is a folder that outlives its runs; each `open` is one run of the program. `makers` make its platforms:

    bot = WholeBot(tmp_path, makers=[lambda marks, clock: adapter(server, marks=marks, clock=clock)])
    async with bot.open() as run:
        ...  # people say and press things on the platform's server
        await run.announced()  # arXiv has been asked, and digests that are due are queued
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from bot import outbox_table
from bot.access import Policy
from bot.app import Parts, parts
from bot.chats import Chats
from bot.files import Files
from bot.models import ArxivId, Listed, Note, Paper
from bot.platforms import Marks, Platform
from bot.ports import Estimate, Progress, SourceUnreachable, no_progress
from bot.questions.service import Questions
from bot.run import Supervisor
from bot.settings import Settings
from bot.sources.count import ArxivCount
from bot.store import Store
from bot.summaries.extractive import Extractive
from bot.summaries.service import Summaries
from bot.topics.query import Query
from bot.wiring import Staff, wire
from tests.fakes.newsroom import FakeAnnouncements
from tests.fakes.summarizers import FakeExtractive, FakeSummarizer
from tests.fakes.texts import FakeTexts

START = datetime(2026, 5, 18, 12, tzinfo=UTC)
"""A Monday, long after arXiv's feed of that day."""


class Clock:
    """The wall clock of everybody here: it goes as real time does, and ahead when a test says so."""

    def __init__(self, start: datetime = START) -> None:
        self._ahead = start - datetime.fromtimestamp(time.time(), UTC)

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self._ahead

    def go(self, to: datetime | timedelta) -> None:
        """So much further, or to that moment."""
        self._ahead += to - self() if isinstance(to, datetime) else to


@dataclass
class Library:
    """arXiv's papers by id; whoever asks waits while `gate` is shut."""

    papers_by_id: dict[str, Paper] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def papers(
        self, ids: Sequence[ArxivId], *, progress: Progress = no_progress
    ) -> tuple[dict[str, Paper], tuple[Note, ...]]:
        """See `bot.ports.PaperLookup`."""
        await self.gate.wait()
        found = {each.key: self.papers_by_id[each.key] for each in ids if each.key in self.papers_by_id}
        return found, tuple(Note("not_found", {"id": each.key}) for each in ids if each.key not in found)


class _Uncounted(ArxivCount):
    """An arXiv that does not say how many papers a query has."""

    def __init__(self) -> None:
        """There is nothing to ask."""

    async def __call__(self, query: Query) -> Estimate:
        raise SourceUnreachable("nobody counts here")


Maker = Callable[[Marks, Clock], Platform]


@dataclass
class WholeBot:
    """`days` is what arXiv announces when; `today` its latest announcement. `model` None: none is set up.

    `site_url` is where papers' pages and figures are; '': nowhere.
    """

    folder: Path
    makers: Sequence[Maker]
    clock: Clock = field(default_factory=Clock)
    policy: Policy = "open"
    owners: str = ""
    on_unknown: Literal["resend", "hold"] = "resend"
    model: FakeSummarizer | None = field(default_factory=FakeSummarizer)
    library: Library = field(default_factory=Library)
    days: dict[date, list[Listed]] = field(default_factory=dict)
    today: date = date(2026, 5, 18)
    site_url: str = ""
    said_to_operator: list[str] = field(default_factory=list)

    def announce(self, day: date, *papers: Listed) -> None:
        """From now on this is arXiv's latest announcement."""
        self.days.setdefault(day, []).extend(papers)
        self.library.papers_by_id |= {each.paper.id: each.paper for each in papers}
        self.today = day

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Run]:
        """One run, until the block ends and it is told to stop; a failure of it fails the test."""
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            settings = self._settings()
            whole = await parts(settings, stack)
            store = whole.store
            arxiv = FakeAnnouncements(store, today=self.today, days=self.days)
            chats = Chats(store, clock=self.clock)
            platforms = {each.name: each for each in (make(_Marks(chats), self.clock) for make in self.makers)}
            staff = await wire(
                settings,
                self._offline(whole, arxiv),
                chats,
                platforms,
                stack,
                announce=self.said_to_operator.append,
                clock=self.clock,
            )
            serving = asyncio.create_task(Supervisor(staff, platforms).run(stop))
            run = Run(bot=self, staff=staff, chats=chats, store=store, platforms=platforms, arxiv=arxiv)
            try:
                await run.until(lambda: chats.mark("looked_at") or serving.done())
                await staff.engine.look()  # waits until the first look is over
                yield run
            finally:
                stop.set()
                await serving

    def _settings(self) -> Settings:
        key = {"openai_api_key": "sk-none"} if self.model is not None else {}
        return Settings.read(
            _env_file=None,
            db=self.folder / "paperboy.db",
            access=self.policy,
            owners=self.owners,
            on_unknown=self.on_unknown,
            arxiv_site_url=self.site_url or "http://arxiv.invalid",
            arxiv_delay=0,
            figures="on" if self.site_url else "off",
            **key,
        )

    def _offline(self, whole: Parts, arxiv: FakeAnnouncements) -> Parts:
        """The parts as the program makes them, but for what asks arXiv or a model."""
        made, modest = (
            Summaries(
                whole.store,
                extractive=FakeExtractive(),
                model=self.model,
                asks=asks,
                clock=self.clock,
                daily_cap=10_000,
                concurrency=16,
            )
            for asks in (True, False)
        )
        rooms = [
            replace(whole.newsroom, announcements=arxiv, lookup=self.library, summaries=each, bundled=())
            for each in (made, modest)
        ]
        return replace(
            whole,
            announcements=arxiv,
            summaries=made,
            modest=modest,
            newsroom=rooms[0],
            modest_newsroom=rooms[1],
            count=_Uncounted(),
            questions=Questions(
                texts=FakeTexts(), reader=None, clock=self.clock, concurrency=1, glossaries=lambda language: None
            ),
            files=Files(whole.texts, extractive=Extractive(), model=self.model),
        )


@dataclass(kw_only=True)
class Run:
    """One run of the program."""

    bot: WholeBot
    staff: Staff
    chats: Chats
    store: Store
    platforms: Mapping[str, Platform]
    arxiv: FakeAnnouncements

    async def until(self, true: Callable[[], object], *, seconds: float = 20) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - what is waited for is somebody else's state
                await asyncio.sleep(0.002)

    async def announced(self) -> None:
        """Look what arXiv announced, make the digests that are due, and deliver what can be delivered now."""
        self.arxiv.today = self.bot.today
        await self.staff.engine.look()
        await self.staff.engine.issue()
        await self.delivered()

    async def later(self, to: datetime | timedelta) -> None:
        """Time goes on: what waited for it in the outbox is looked at."""
        self.bot.clock.go(to)
        for chat in await asyncio.to_thread(self.chats.chats):
            await self.staff.outbox.wake(chat.target)

    async def delivered(self) -> None:
        """Wait until nothing is on its way that could be."""
        async with asyncio.timeout(20):
            while await asyncio.to_thread(self._is_under_way):  # noqa: ASYNC110 - it is the database that knows
                await asyncio.sleep(0.005)

    def _is_under_way(self) -> bool:
        now = self.bot.clock()

        def count(conn: sqlite3.Connection) -> int:
            conn.execute("BEGIN")  # of one moment: between two looks a message may have gone from one state to another
            try:
                return counted(conn)
            finally:
                conn.execute("COMMIT")

        def counted(conn: sqlite3.Connection) -> int:
            due = [each for name in self.platforms for each in outbox_table.all_due(conn, name)]
            return outbox_table.counts(conn).get("leased", 0) + sum(each.at is None or each.at <= now for each in due)

        return self.store.database.read(count) > 0


class _Marks:
    """What adapters remember, in the database."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def get(self, key: str) -> str | None:
        return await asyncio.to_thread(self._chats.mark, key)

    async def set(self, key: str, value: str) -> None:
        await asyncio.to_thread(self._chats.set_mark, key, value)
