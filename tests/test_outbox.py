"""What was posted arrives, in order, once, with all that was written beside it. In virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.memory import CAPS, Memory
from bot.digest_table import DigestItem
from bot.models import Kind
from bot.platforms import (
    Pace,
    Part,
)
from bot.target_table import NotKnown
from bot.targets import Target
from tests.fakes.chats import A, B, Office, Play, parts_of, passes, say
from tests.fakes.virtual_time import clock


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


# ---------------------------------------------------------------- posting


def test_a_digest_is_written_with_everything_or_not_at_all(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        parts = [Part({"text": "one"}, say("one", "2405.1")), Part({"text": "two"}, say("two", "2405.2"))]
        items = [
            DigestItem(paper_id="2405.1", topic="LLM", kind=Kind.NEW),
            DigestItem(paper_id="2405.2", topic="LLM", kind=Kind.CROSS),
            DigestItem(paper_id="2405.3", topic="RAG", shown=False),
        ]
        posted = [
            await outbox.post(
                A, "p1", parts, items=items, seen=[("2405.1", 2), ("2405.2", None)], day=date(2026, 5, 18)
            )
            for _ in range(2)
        ]
        assert posted == [1, None]
        with pytest.raises(NotKnown):
            await outbox.post(Target("memory", "nowhere"), "p1", parts)
        outbox.close()

    office = play(scenario)

    assert office.rows("part, state") == [(0, "ready"), (1, "ready")]
    assert office.column("SELECT period || ' ' || day FROM digests") == ["p1 2026-05-18"]
    assert office.column(
        "SELECT paper_id || ' ' || place || ' ' || topic || ' ' || COALESCE(kind, '-') || ' ' || shown || ' ' || "
        "COALESCE(part, '-') FROM digest_items ORDER BY place"
    ) == ["2405.1 0 LLM new 1 0", "2405.2 1 LLM cross 1 1", "2405.3 2 RAG - 0 -"]
    assert office.column("SELECT paper_id || 'v' || version FROM seen") == ["2405.1v2", "2405.2v0"]


def test_a_transaction_that_fails_half_way_leaves_nothing(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        unwritable = [*parts_of("good"), Part({"text": object()}, say("bad"))]
        with pytest.raises(TypeError):
            await outbox.post(A, "p1", unwritable, items=[DigestItem(paper_id="x", topic="t")], seen=[("x", None)])
        assert await outbox.post(A, "p1", parts_of("good")) is not None
        outbox.close()

    office = play(scenario)
    assert office.column("SELECT COUNT(*) FROM digest_items") + office.column("SELECT COUNT(*) FROM seen") == [0, 0]
    assert len(office.rows()) == 1


def test_every_message_has_a_nonce_of_its_own_that_a_platform_can_take(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        for target in (A, B):
            await outbox.post(target, "p1", parts_of("same", "same"))
            await outbox.post(target, "p2", parts_of("same", "same"))
            await outbox.tell(target, "p1", parts_of("same"))
        outbox.close()

    nonces = play(scenario).rows("nonce")
    assert len(set(nonces)) == len(nonces) == 10
    assert all(nonce.isalnum() and len(nonce) <= 25 for nonce in nonces)


def test_a_notice_is_told_once_a_key_and_stands_in_line(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("one", "two"))
            assert await outbox.tell(A, "sorry", parts_of("three"))
            assert not await outbox.tell(A, "sorry", parts_of("three"))
            await passes(minutes=1)
        assert memory.texts(A) == ["one", "two", "three"]
        assert memory.arrived[2].root is None

    play(scenario)


# ---------------------------------------------------------------- arriving


def test_parts_arrive_in_order_under_the_first_with_what_they_were_posted_with(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2", "3"), silent=True)
            await outbox.post(B, "p1", parts_of("x"))
            await outbox.post(A, "p2", parts_of("4", "5"))
            await passes(minutes=1)
        assert memory.texts(A) == ["1", "2", "3", "4", "5"]
        assert memory.texts(B) == ["x"]
        in_a = [message for message in memory.arrived if message.target == A]
        first, fourth = in_a[0].ref, in_a[3].ref
        assert [message.root for message in in_a] == [None, first, first, None, fourth]
        assert [message.silent for message in in_a] == [True, True, True, False, False]

    office = play(scenario)
    assert office.rows() == ["sent"] * 6


def test_the_root_is_remembered_across_a_restart(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(milliseconds=500)
        assert memory.texts(A) == ["1"]
        async with office.running():
            await passes(minutes=1)
        assert memory.texts(A) == ["1", "2"]
        assert memory.arrived[1].root == memory.arrived[0].ref

    play(scenario)


def test_what_was_posted_while_nobody_ran_is_sent_when_somebody_does(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        await outbox.post(A, "p1", parts_of("1"))
        outbox.close()
        async with office.running():
            await passes(seconds=1)
        assert memory.texts(A) == ["1"]

    play(scenario)


def test_many_targets_are_served_at_once_and_no_faster_than_the_cap(play: Play) -> None:
    targets = [Target("memory", str(n)) for n in range(200)]

    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            for target in targets:
                await outbox.post(target, "p1", parts_of("x"))
            await passes(seconds=11.5)
            assert len(memory.arrived) == 200
        times = [message.at for message in memory.arrived]
        assert all(sum(start <= at < start + 0.999 for at in times) <= 20 for start in times)

    play(scenario, Memory(caps=replace(CAPS, overall=Pace(20, 1)), latency=0.8), targets=targets)


# ---------------------------------------------------------------- housekeeping


def test_old_messages_are_forgotten_but_not_what_was_seen(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"), seen=[("2405.1", None)])
            await passes(hours=48)
            await outbox.post(A, "p2", parts_of("2"))
            await passes(minutes=1)
            assert await outbox.prune(clock() - timedelta(hours=24)) == 1
            assert await outbox.post(A, "p1", parts_of("again")) is None

    office = play(scenario)
    assert office.rows() == ["sent"]
    assert office.column("SELECT paper_id FROM seen") == ["2405.1"]


def test_a_target_forgotten_while_a_message_is_on_its_way_takes_its_rows_along(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 4
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(seconds=1)
            office.database.write(lambda db: db.execute("DELETE FROM targets WHERE chat_id = 'A'") and None)
            await passes(minutes=1)
            await outbox.post(B, "p1", parts_of("x"))
            await passes(minutes=1)
        assert (memory.texts(A), memory.texts(B)) == (["1"], ["x"])

    assert play(scenario).rows() == ["sent"]


def test_a_target_that_moves_while_a_message_is_on_its_way_keeps_its_order(play: Play) -> None:
    new = Target("memory", "A2")

    async def scenario(office: Office, memory: Memory) -> None:
        memory.latency = 4
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await outbox.post(B, "p1", parts_of("3"))
            await passes(seconds=1)
            await outbox.target_moved(A, B)
            await outbox.target_moved(B, new)
            await passes(minutes=2)
        assert [message.text for message in memory.arrived if message.text != "3"] == ["1", "2"]
        assert memory.texts(new) == ["2"]

    assert play(scenario).rows() == ["sent"] * 3
