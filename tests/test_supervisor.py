"""One supervisor: a platform that fails fails alone, and everything ends when it is told to, or has nobody to serve."""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.memory import Memory
from bot.platforms import Core, LoginFailed, MessageRef, Part
from bot.ports import BotError
from bot.run import Supervisor
from bot.targets import Target
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.newsroom import ROOM, TUESDAY, World, announced
from tests.test_run import Terminal


@dataclass
class Failing(Memory):
    """Raises `errors`, one a run, then ends."""

    errors: list[Exception] = field(default_factory=list)
    runs: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, core: Core) -> None:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        self.ended.set()


@dataclass
class Watched(Memory):
    """Says when it is asked to send something, and when something has arrived."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        self.asked.set()
        ref = await super().send(target, part, nonce=nonce, root=root, silent=silent)
        self.heard.set()
        return ref


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "paperboy.db", memory=Watched())
    yield made
    made.close()


@asynccontextmanager
async def supervised(world: World, **platforms: Memory) -> AsyncIterator[tuple[asyncio.Event, asyncio.Task[None]]]:
    """The program with these platforms: the event that stops it, and its end."""
    world.others = {name: platform for name, platform in platforms.items() if name != "memory"}
    stop = asyncio.Event()
    staff = world.staff()
    running = asyncio.create_task(Supervisor(staff, platforms).run(stop))
    try:
        yield stop, running
    finally:
        stop.set()
        await asyncio.wait_for(running, 20)
        staff.outbox.close()


def watched(world: World) -> Watched:
    assert isinstance(world.memory, Watched)
    return world.memory


async def test_a_platform_that_cannot_log_in_stops_and_the_other_goes_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    refused = Failing(name="refused", errors=[LoginFailed("the token is not accepted")])
    with caplog.at_level(logging.ERROR):
        async with supervised(world, memory=world.memory, refused=refused) as (_, running):
            await asyncio.wait_for(watched(world).heard.wait(), 15)
            assert not running.done()
    assert refused.runs == 1
    assert "refused stops: the token is not accepted" in caplog.text
    assert "2605.00001" in world.texts()


@pytest.mark.parametrize("error", [BotError("no connection"), ValueError("a bug")])
async def test_a_platform_that_fails_is_tried_again_and_harms_nobody(world: World, error: Exception) -> None:
    failing = Failing(name="failing", errors=[error])
    async with supervised(world, memory=world.memory, failing=failing) as (_, running):
        await asyncio.wait_for(failing.ended.wait(), 10)
        assert not running.done()


async def test_why_a_platform_is_tried_again_and_when_is_told_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    failing = Failing(name="failing", errors=[BotError("no connection."), BotError("no connection.")])
    async with supervised(world, memory=world.memory, failing=failing):
        await asyncio.wait_for(failing.ended.wait(), 15)
    told = [record.getMessage() for record in caplog.records if record.name == "bot.run"]
    assert told == ["failing: no connection; again in 2 s"]


async def test_it_ends_when_every_platform_has(world: World) -> None:
    async with supervised(world, memory=Failing(), other=Failing(name="other")) as (_, running):
        await asyncio.wait_for(asyncio.shield(running), 10)


async def test_it_ends_when_it_is_told_to_and_nothing_is_left_leased(world: World) -> None:
    world.memory.latency = 0.5
    world.arxiv.days[TUESDAY] = [announced(f"2605.{number:05d}", TUESDAY) for number in range(1, 4)]
    world.add(ROOM)
    async with supervised(world, memory=world.memory) as (stop, running):
        await asyncio.wait_for(watched(world).asked.wait(), 15)
        stop.set()
        await asyncio.wait_for(asyncio.shield(running), 9)
    leased = world.store.database.read(
        lambda conn: conn.execute("SELECT COUNT(*) FROM outbox WHERE state = 'leased'").fetchone()[0]
    )
    assert leased == 0
    assert len(world.memory.arrived) == 1


@pytest.mark.parametrize("seen", [0, 1])
def test_a_reader_who_goes_away_ends_it_without_a_word(tmp_path: Path, seen: int) -> None:
    with FakeArxiv(today=TUESDAY) as arxiv:
        process = Terminal(tmp_path, arxiv).start()
        assert process.stdout
        assert process.stdin
        assert process.stderr
        process.stdout.read(seen)
        process.stdout.close()
        process.stdin.write("/help\n/help\n")
        process.stdin.close()
        said = process.stderr.read()
        process.stderr.close()
        try:
            assert process.wait(60) == 1
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert "BrokenPipe" not in said
    assert "ignored" not in said
