"""The program asks in batches where the operator chose it, and tells them so at its start."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import parts
from bot.batches.assembly import batches
from bot.chats import Chats
from bot.costs.budget import announcement
from bot.costs.prices import read
from bot.harvest import Arrivals, Harvester
from bot.run import Supervisor
from bot.settings import Settings
from bot.topics.catalogue import topic
from bot.wiring import Staff
from tests.fakes.batching import AT_NINE, MORNING, NINE, papers
from tests.fakes.newsroom import LONG_AGO, ROOM, TUESDAY, World
from tests.fakes.openai import KEY, MODEL, FakeOpenAI


def settings(folder: Path, **given: Any) -> Settings:  # noqa: ANN401 - any of them
    return Settings.read(_env_file=None, db=folder / "paperboy.db", access="open", **given)


@pytest.mark.parametrize("chosen", [True, False])
async def test_what_the_operator_chose_is_done(tmp_path: Path, *, chosen: bool) -> None:
    with FakeOpenAI() as server:
        given = settings(
            tmp_path, openai_api_key=KEY, openai_base_url=server.base_url, model=MODEL, batch=chosen, deep_top=0
        )
        async with AsyncExitStack() as stack:
            made = await parts(given, stack)
            chats = Chats(made.store, clock=lambda: MORNING)
            chats.ensure(ROOM, kind="group", title="", languages=("en",), now=LONG_AGO)
            chats.save_settings(ROOM, AT_NINE, next_due_at=NINE)
            chats.subscribe(ROOM, topic("LLM"), since=LONG_AGO)
            made.store.save_announced(papers(3))
            Arrivals(chats).add(TUESDAY, MORNING)
            harvester = Harvester(made.store, chats, clock=lambda: MORNING)
            told: list[object] = []
            ahead = batches(given, made, chats, harvester, ["memory"], clock=lambda: MORNING, tell=told.append)
            assert ahead is not None
            await ahead.plan()
            await ahead.tick()
        assert len(server.batches.all) == chosen
        assert told == []


async def test_without_a_model_there_is_nobody_to_ask(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        made = await parts(settings(tmp_path, batch=True), stack)
        chats = Chats(made.store)
        harvester = Harvester(made.store, chats, clock=lambda: datetime.now(UTC))
        assert batches(settings(tmp_path), made, chats, harvester, [], clock=lambda: MORNING, tell=print) is None


def test_the_operator_is_told_at_the_start(tmp_path: Path) -> None:
    assert "in batches" in announcement(settings(tmp_path, batch=True), read())
    assert "batch" not in announcement(settings(tmp_path), read())


@dataclass
class Counted:
    """Batches that only count."""

    world: World
    planned: list[int] = field(default_factory=list)

    async def plan(self) -> None:
        """Remembers how many looks there were before it."""
        self.planned.append(len(self.world.arxiv.asked))

    async def tick(self) -> None:
        """Does nothing."""


async def test_batches_are_planned_after_each_look(tmp_path: Path) -> None:
    world = World(tmp_path / "paperboy.db")
    world.add(ROOM)
    counted: Any = Counted(world)
    whole = world.staff()
    staff = Staff(engine=whole.engine, outbox=whole.outbox, press=whole.press, herald=whole.herald, batches=counted)
    stop = asyncio.Event()
    running = asyncio.create_task(Supervisor(staff, {"memory": world.memory}).run(stop))
    async with asyncio.timeout(10):
        while not counted.planned:  # noqa: ASYNC110 - what is awaited is somebody else's
            await asyncio.sleep(0.01)
    stop.set()
    await running
    staff.outbox.close()
    world.close()
    assert counted.planned == [1]
