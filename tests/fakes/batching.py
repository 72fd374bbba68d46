"""A bot with a test model server that takes batches: what is announced is asked for ahead, digests are made of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from bot import rows
from bot.batches import table
from bot.batches.planning import Planner
from bot.batches.provider import Provider
from bot.batches.requests import MOST_DEEP
from bot.batches.service import Batches
from bot.batches.wants import Wants
from bot.costs import usage_table
from bot.costs.budget import budget
from bot.costs.prices import Price, Prices
from bot.costs.usage_table import Allowance, Sum
from bot.harvest import Arrivals
from bot.models import Depth, Listed, Note, Summary
from bot.ports import FullText
from bot.summaries.llm import ModelSummarizer
from bot.targets import At, Settings
from tests.fakes.newsroom import TUESDAY, World, announced
from tests.fakes.openai import MODEL, FakeOpenAI
from tests.fakes.summarizing import connection

MORNING = datetime(2026, 5, 19, 5, tzinfo=UTC)
"""Of TUESDAY: an hour after arXiv's feed of it."""

NINE = datetime(2026, 5, 19, 9, tzinfo=UTC)
PRICE = Price(Decimal(1), Decimal("0.1"), Decimal(4), batch=Decimal("0.5"))
AT_NINE = Settings(quiet=None, schedule=At(times=(time(9),)))
ABSTRACT = (
    "Language models are slow on long inputs. FastGraph samples edges by their influence on the loss. Training runs "
    "3.5 times faster on the OGB benchmark. Accuracy stays within 0.2% of full training. The sampler needs no tuning "
    "across datasets. Code and weights are released."
)


def papers(number: int) -> list[Listed]:
    """So many, announced on TUESDAY, that have something to say."""
    return [announced(f"2605.{each:05}", TUESDAY, abstract=ABSTRACT) for each in range(1, number + 1)]


@dataclass
class Agency:
    """`start` is one run of it; the world and the provider outlive runs. `batching` is the operator's choice."""

    world: World
    server: FakeOpenAI
    batching: bool = True
    deep_top: int = 0
    allowance: Allowance = field(default_factory=Allowance)
    prices: Prices = field(default_factory=lambda: Prices(known={MODEL: PRICE}, own={}))
    told: list[Note] = field(default_factory=list)
    seconds: float = 10.0
    texts: FullText | None = None
    most_deep: int = MOST_DEEP

    def __post_init__(self) -> None:
        self._marks = count(1)
        self._until: datetime | None = None

    @asynccontextmanager
    async def start(self) -> AsyncIterator[Batches]:
        """The engine runs; nobody ticks but the test."""
        async with AsyncExitStack() as stack:
            spend = budget(
                self.world.store.database, prices=self.prices, allowance=self.allowance, clock=self.world.clock
            )
            client = await stack.enter_async_context(connection(self.server))
            self.model = ModelSummarizer(
                client, model=MODEL, spend=spend, timeout=self.seconds, clock=self.world.clock, texts=self.texts
            )
            self.world.deep_top = self.deep_top
            self.world.model = self.model  # type: ignore[assignment] # what a summarizer is to the world
            await stack.enter_async_context(self.world.start())
            if self._until is not None:
                self.go(self._until)
            self.summaries = self.world.press._summaries  # the one everybody uses
            yield self._batches(client)
            self._until = self.world.clock()

    def _batches(self, client: Any) -> Batches:  # noqa: ANN401 - AsyncOpenAI
        world = self.world
        models: dict[Depth, ModelSummarizer] = {"brief": self.model, "deep": self.model}
        planner = Planner(
            wants=Wants(
                chats=world.chats,
                arrivals=Arrivals(world.chats),
                harvester=world.harvester,
                platforms=("memory",),
                policy=world.policy,
                clock=world.clock,
                deep_top=self.deep_top,
            ),
            store=world.store,
            marks=world.chats,
            models=models,
            summaries=self.summaries,
            prices=self.prices,
            allowance=self.allowance,
            clock=world.clock,
            mark=lambda: f"mark{next(self._marks)}",
            most_deep=self.most_deep,
        )
        return Batches(
            store=world.store,
            models=models,
            summaries=self.summaries,
            provider=Provider(client, clock=world.clock, seconds=self.seconds),
            planner=planner if self.batching else None,
            prices=self.prices,
            clock=world.clock,
            tell=self.told.append,
        )

    # ------------------------------------------------------------ time

    def go(self, to: datetime | timedelta) -> None:
        """The clock is set: so much further, or to that moment."""
        ahead = to if isinstance(to, timedelta) else to - self.world.clock()
        self.world.jump(ahead.total_seconds())

    async def morning(self, batches: Batches) -> None:
        """The announcement arrives, and what is wanted later is asked for."""
        self.go(MORNING)
        await self.world.engine.look()
        await batches.plan()
        await batches.tick()

    async def nine(self) -> str:
        """The digests of nine o'clock are made and sent; what the room reads."""
        self.go(NINE)
        await self.world.engine.issue()
        async with asyncio.timeout(5):
            while not self.world.texts():  # noqa: ASYNC110 - what is awaited is on a platform
                await asyncio.sleep(0.01)
        return self.world.texts()

    # ------------------------------------------------------------ what is there

    @property
    def live(self) -> int:
        """Calls that were made one by one."""
        return len(self.server.calls) - self.ran

    @property
    def ran(self) -> int:
        """Requests the provider ran in batches."""
        return self.server.batches.ran

    def stored(self) -> list[Summary]:
        """Every summary that was kept."""

        def work(conn: Any) -> list[Summary]:  # noqa: ANN401 - a connection
            return [rows.summary_of(row[0]) for row in conn.execute("SELECT summary FROM summaries ORDER BY paper_id")]

        return self.world.store.database.read(work)

    def usage(self) -> Sequence[dict[str, Any]]:
        """The account, call by call."""
        return self.world.store.database.read(
            lambda conn: [dict(row) for row in conn.execute("SELECT * FROM usage ORDER BY id")]
        )

    def spent(self) -> Sum:
        """Of the day."""
        return self.world.store.database.read(lambda conn: usage_table.total(conn, TUESDAY, TUESDAY))

    def calls(self) -> int:
        """How many are counted for the day, which are bounded too."""
        return self.world.store.model_calls(TUESDAY)

    def states(self) -> list[str]:
        """How all batches stand."""
        return self.world.store.database.read(
            lambda conn: [str(row[0]) for row in conn.execute("SELECT state FROM batches ORDER BY id")]
        )

    def items(self) -> int:
        """Requests that are remembered."""
        return self.world.store.database.read(
            lambda conn: int(conn.execute("SELECT COUNT(*) FROM batch_items").fetchone()[0])
        )

    def open(self) -> int:
        """Batches that are not done."""
        return len(self.world.store.database.read(table.under_way))


def agency(folder: Path, server: FakeOpenAI, **given: Any) -> Agency:  # noqa: ANN401 - as Agency takes it
    """With a world of its own."""
    return Agency(World(folder / "paperboy.db"), server, **given)
