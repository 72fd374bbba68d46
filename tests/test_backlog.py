"""Digests are made no faster than they can be sent, so that making them takes nothing from sending them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.memory import Memory
from bot.delivery.sender import BACKLOG
from bot.platforms import RetryLater
from bot.targets import Target
from tests.fakes.chats import Office, Play, parts_of, passes, when

MANY = [Target("memory", str(n)) for n in range(2 * BACKLOG)]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


def test_who_makes_messages_waits_while_many_stand_in_line_and_no_longer(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.calm("memory")
            for target in MANY:
                await outbox.post(target, "p1", parts_of("1"))
            calm = asyncio.create_task(outbox.calm("memory"))
            await passes(seconds=0.1)
            assert not calm.done()
            await passes(minutes=1)
            assert calm.done()
            assert len(memory.arrived) == len(MANY)

    play(scenario, targets=MANY)


def test_who_must_wait_for_long_keeps_nobody_waiting(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(RetryLater(3600), target=target) for target in MANY)
        async with office.running() as outbox:
            for target in MANY:
                await outbox.post(target, "p1", parts_of("1"))
            await passes(minutes=50)  # a platform that refuses everybody is left alone at times
            await asyncio.wait_for(outbox.calm("memory"), 1)
            assert memory.arrived == []

    play(scenario, targets=MANY)


def test_stopping_lets_everybody_go(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            for target in MANY:
                await outbox.post(target, "p1", parts_of("1"))
            calm = asyncio.create_task(outbox.calm("memory"))
            await passes(seconds=0.1)
            assert not calm.done()
        await asyncio.wait_for(calm, 1)

    play(scenario, targets=MANY)
