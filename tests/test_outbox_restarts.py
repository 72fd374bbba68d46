"""Whatever stops it, nothing is left leased and nothing is lost. In virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory import CAPS, Memory
from bot.delivery.incidents import Held
from bot.platforms import (
    Pace,
)
from tests.fakes.chats import KEYED, A, B, C, Office, Play, parts_of, passes


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


# ---------------------------------------------------------------- stopping and starting


def test_draining_finishes_what_has_begun_and_begins_nothing_more(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 5
        async with office.running() as outbox:
            for target in (A, B, C):
                await outbox.post(target, "p1", parts_of("1", "2"))
            await passes(seconds=1)
            started = asyncio.get_running_loop().time()
            await outbox.drain(8)
            assert asyncio.get_running_loop().time() - started < 4.1
        assert len(memory.arrived) == 3

    office = play(scenario)
    assert office.rows() == ["sent", "ready"] * 3


def test_a_drain_does_not_wait_longer_than_it_may_and_leaves_nothing_leased(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 60
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await outbox.post(B, "p1", parts_of("1"))
            await passes(seconds=1)
            started = asyncio.get_running_loop().time()
            await outbox.drain(8)
            assert asyncio.get_running_loop().time() - started == pytest.approx(8)

    office = play(scenario)
    assert office.rows("state, interrupted") == [("unknown", 1), ("unknown", 1)]


def test_a_drain_waits_for_nobody_who_only_stands_in_line(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            for target in (A, B, C):
                await outbox.post(target, "p1", parts_of("1"))
            await passes(milliseconds=1)
            started = asyncio.get_running_loop().time()
            await outbox.drain(8)
            assert asyncio.get_running_loop().time() - started < 0.1

    assert play(scenario, Memory(caps=replace(CAPS, overall=Pace(1, 60)))).rows() == ["sent", "ready", "ready"]


def test_cancelling_leaves_nothing_leased_either(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 60
        outbox = office.outbox()
        running = asyncio.create_task(outbox.run())
        await outbox.post(A, "p1", parts_of("1"))
        await passes(seconds=1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        outbox.close()

    assert play(scenario).rows() == ["unknown"]


@pytest.mark.parametrize(("keyed", "copies"), [(True, 1), (False, 2)])
def test_a_crash_after_the_message_arrived_shows_only_where_there_is_no_key(
    play: Play, keyed: bool, copies: int
) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 2
        outbox = office.outbox()
        running = asyncio.create_task(outbox.run())
        await outbox.post(A, "p1", parts_of("1", "2"))
        await passes(seconds=1.5)
        assert memory.texts(A) == ["1"]
        await office.crash(outbox, running)
        assert office.rows() == ["leased", "ready"]
        async with office.running():
            await passes(minutes=3)
        assert memory.texts(A) == ["1"] * copies + ["2"]

    office = play(scenario, Memory(caps=KEYED if keyed else CAPS))
    assert office.incidents == []


def test_dying_again_and_again_on_the_same_message_ends(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 2
        outbox = office.outbox()
        await outbox.post(A, "p1", parts_of("1"))
        outbox.close()
        for life in range(10):
            outbox = office.outbox()
            running = asyncio.create_task(outbox.run())
            await passes(seconds=60 if life else 1.5)  # in the middle of the answer, each time
            await office.crash(outbox, running)
        assert len(memory.arrived) == 4

    office = play(scenario)
    assert Held(target=A, message=1, digest=1, part=0) in office.incidents
