"""Every error has its own consequence, and delays nobody else. In virtual time: a minute's wait costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from adapters.memory import CAPS, Memory
from bot.delivery.incidents import Dead, Held, Lost, Moved
from bot.platforms import (
    BadFormat,
    Fatal,
    MessageRef,
    NotSent,
    Part,
    RetryLater,
    TargetMoved,
    Unknown,
)
from bot.targets import Target
from tests.fakes.chats import KEYED, A, B, Office, Play, parts_of, passes, say, when


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


# ---------------------------------------------------------------- the error table


def test_a_chat_that_asks_to_wait_delays_itself_alone(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(RetryLater(600), target=A))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await outbox.post(B, "p1", parts_of("x", "y"))
            await passes(minutes=9)
            assert (memory.texts(A), memory.texts(B)) == ([], ["x", "y"])
            await passes(minutes=2)
            assert memory.texts(A) == ["1", "2"]
        assert memory.calls == 5

    assert play(scenario).rows() == ["sent"] * 4


def test_a_wait_outlives_a_restart(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(RetryLater(600)))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=5)
        async with office.running():
            await passes(minutes=9)
            assert memory.calls == 1
            await passes(minutes=2)
            assert memory.texts(A) == ["1"]

    play(scenario)


def test_a_platform_that_asks_to_wait_everywhere_is_left_alone(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(RetryLater(600, everywhere=True), target=A))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            await outbox.post(B, "p1", parts_of("x"))
            await passes(minutes=9)
            assert memory.calls == 1
            await passes(minutes=2)
            assert (memory.texts(A), memory.texts(B)) == (["1"], ["x"])

    play(scenario)


def test_what_did_not_arrive_is_sent_again_with_growing_pauses_for_as_long_as_it_takes(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(NotSent("refused"), target=A) for _ in range(20))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=1)
            assert 4 <= memory.calls <= 10
            await passes(hours=2)
            assert memory.texts(A) == ["1", "2"]

    assert play(scenario).rows("state, attempts") == [("sent", 21), ("sent", 1)]


def test_an_unknown_fate_without_a_key_is_tried_once_more_after_a_minute_and_counted(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=True))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(seconds=59)
            assert memory.texts(A) == ["1"], "nothing passes a part that may not have arrived"
            await passes(seconds=10)
            assert memory.texts(A) == ["1", "1", "2"]
            counts = await outbox.counts()
            assert (counts["sent"], counts["resent"], counts["held"]) == (2, 1, 0)

    office = play(scenario)
    assert office.incidents == []


def test_a_fate_unknown_twice_is_held_and_an_admin_is_asked(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(Unknown("cut"), target=A) for _ in range(2))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=5)
            assert memory.texts(A) == ["2"]
            assert office.incidents == [Held(target=A, message=1, digest=1, part=0)]
            assert await outbox.settle(1, resend=True)
            await passes(minutes=1)
            assert memory.texts(A) == ["2", "1"]
            assert not await outbox.settle(1, resend=True)

    assert play(scenario).rows() == ["sent", "sent"]


def test_who_prefers_a_gap_is_asked_at_once(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=True))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=5)
            assert memory.texts(A) == ["1", "2"]
            assert office.incidents == [Held(target=A, message=1, digest=1, part=0)]
            assert await outbox.settle(1, resend=False)

    assert play(scenario, on_unknown="hold").rows() == ["dead", "sent"]


def test_with_a_key_an_unknown_fate_is_settled_at_once_and_arrives_once(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(Unknown("cut"), arrives=True) for _ in range(3))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(seconds=30)
            assert memory.texts(A) == ["1", "2"]
            assert (await outbox.counts())["resent"] == 0

    play(scenario, Memory(caps=KEYED))


def test_a_key_that_is_too_old_to_be_known_protects_no_more(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=True))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(milliseconds=10)
        await passes(minutes=10)
        async with office.running() as outbox:
            await passes(minutes=2)
            assert (await outbox.counts())["resent"] == 1
        assert memory.texts(A) == ["1", "1"]

    play(scenario, Memory(caps=KEYED))


def test_a_key_that_is_too_old_is_no_licence_where_a_gap_is_preferred(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=True))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(milliseconds=10)
        await passes(minutes=10)
        async with office.running():
            await passes(minutes=2)
        assert memory.texts(A) == ["1"]

    office = play(scenario, Memory(caps=KEYED), on_unknown="hold")
    assert office.incidents == [Held(target=A, message=1, digest=1, part=0)]


def test_a_failure_that_certainly_did_nothing_does_not_use_up_the_one_resend(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend([when(Unknown("cut")), when(RetryLater(5)), when(NotSent("refused"))])
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(minutes=10)
            assert memory.texts(A) == ["1"]
            assert (await outbox.counts())["resent"] == 1

    assert play(scenario).incidents == []


def test_a_refused_form_is_replaced_by_a_plain_one_at_the_same_place(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(BadFormat("can't parse")))
        async with office.running() as outbox:
            long = Part({"text": "<b>"}, say("word " * 30))
            await outbox.post(A, "p1", [long, *parts_of("2")])
            await passes(minutes=1)
        assert [len(text) for text in memory.texts(A)] == [99, 50, 1]
        assert " ".join(memory.texts(A)).split() == ["word"] * 30 + ["2"]

    office = play(scenario, Memory(caps=replace(CAPS, text=100)))
    assert office.rows("part, piece, form, state") == [
        (0, 0, "plain", "sent"),
        (0, 1, "plain", "sent"),
        (1, 0, "best", "sent"),
    ]
    assert office.incidents == []


def test_a_plain_form_that_is_refused_too_is_given_up_and_the_others_go_on(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(BadFormat("no")) for _ in range(2))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=1)
        assert memory.texts(A) == ["2"]

    office = play(scenario)
    assert office.rows() == ["dead", "sent"]
    assert [type(incident) for incident in office.incidents] == [Dead]


def test_a_message_that_can_never_work_is_given_up_after_one_try(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Fatal("400")))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=1)
        assert memory.texts(A) == ["2"]
        assert memory.calls == 2

    office = play(scenario)
    assert office.incidents == [Dead(target=A, message=1, digest=1, part=0, error="400")]
    assert office.rows("state, error") == [("dead", "Fatal: 400"), ("sent", None)]


def test_a_target_that_is_gone_is_paused_with_its_reason_and_loses_nothing(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.gone[A] = "kicked"
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await outbox.post(B, "p1", parts_of("x"))
            await passes(minutes=5)
            assert memory.texts(B) == ["x"]
            assert memory.calls == 2, "what is left for it is not even tried"
            assert office.column("SELECT state || ' ' || reason FROM targets ORDER BY id") == [
                "lost kicked",
                "active ",
                "active ",
            ]
            await outbox.post(A, "p2", parts_of("3"))
        memory.gone.clear()
        async with office.running() as outbox:
            await passes(minutes=5)
            assert memory.texts(A) == []
            await outbox.target_back(A)
            await passes(minutes=1)
            assert memory.texts(A) == ["1", "2", "3"]

    office = play(scenario)
    assert office.incidents == [Lost(A, "kicked")]
    assert office.column("SELECT state || reason FROM targets") == ["active"] * 3


@pytest.mark.parametrize("change", ["state = 'paused'", "access = 'blocked'"])
def test_a_target_that_is_paused_or_blocked_gets_nothing_until_it_is_not(play: Play, change: str) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            office.database.write(lambda db: db.execute(f"UPDATE targets SET {change} WHERE chat_id = 'A'") and None)  # noqa: S608
            await outbox.post(A, "p1", parts_of("1"))
            await outbox.target_back(A)
            await passes(minutes=1)
            assert memory.calls == 0
            office.database.write(lambda db: db.execute("UPDATE targets SET state = 'active', access = NULL") and None)
            await outbox.wake(A)
            await passes(minutes=1)
            assert memory.texts(A) == ["1"]

    play(scenario)


def test_a_target_that_moved_is_followed(play: Play) -> None:
    new = Target("memory", "-100A")

    async def scenario(office: Office, memory: Memory) -> None:
        memory.moved[A] = new
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=1)
        assert memory.texts(new) == ["1", "2"]

    office = play(scenario)
    assert office.incidents == [Moved(A, new)]
    assert sorted(office.column("SELECT chat_id FROM targets")) == ["-100A", "B", "C"]


def test_a_target_that_moved_to_a_known_one_becomes_one_with_it_in_order(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        await outbox.post(A, "p1", parts_of("1", "2"))
        await outbox.post(B, "p1", parts_of("3"))
        outbox.close()
        memory.moved[A] = B
        async with office.running() as outbox:
            await outbox.post(A, "p2", parts_of("4"))
            await passes(minutes=1)
        assert sorted(memory.texts(B)) == ["1", "2", "3", "4"]
        assert [text for text in memory.texts(B) if text != "3"] == ["1", "2", "4"]

    office = play(scenario)
    assert office.column("SELECT chat_id FROM targets ORDER BY id") == ["B", "C"]
    assert len(office.column("SELECT id FROM digests")) == 3


def test_an_order_to_move_that_makes_no_sense_is_not_followed(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend([when(TargetMoved(A), target=A), when(TargetMoved(Target("other", "B")), target=A)])
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2", "3"))
            await passes(minutes=1)
        assert memory.texts(A) == ["3"]

    assert play(scenario).rows() == ["dead", "dead", "sent"]


def test_a_circle_of_moves_is_asked_less_and_less_often(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        new = Target("memory", "A2")
        memory.moved.update({A: new, new: A})
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(minutes=10)
            assert memory.calls < 15
            memory.moved.clear()
            await passes(minutes=10)
        assert memory.texts(A) + memory.texts(new) == ["1"]

    play(scenario)


@dataclass
class Careless(Memory):
    """An adapter that breaks its promise: it raises something that is no DeliveryError, then hangs."""

    left: list[str] = field(default_factory=lambda: ["raise", "hang"])

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        if target == A and self.left:
            if self.left.pop(0) == "raise":
                raise ZeroDivisionError
            await asyncio.Event().wait()
        return await super().send(target, part, nonce=nonce, root=root, silent=silent)


def test_an_adapter_that_breaks_its_promise_stops_nobody_else(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await outbox.post(B, "p1", parts_of("x"))
            await passes(hours=1)
            assert memory.texts(B) == ["x"]

    office = play(scenario, Careless(), on_unknown="resend")
    assert office.incidents == [Held(target=A, message=1, digest=1, part=0)]
    assert "ZeroDivisionError" in caplog.text


def test_a_platform_in_trouble_is_not_asked_for_every_chat(play: Play) -> None:
    targets = [Target("memory", str(n)) for n in range(300)]

    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.extend(when(Unknown("502")) for _ in range(1000))
        async with office.running() as outbox:
            for target in targets:
                await outbox.post(target, "p1", parts_of("x"))
            await passes(minutes=10)
            assert memory.calls < 60
            memory.faults.clear()
            await passes(hours=1)
            counts = await outbox.counts()
        assert counts["sent"] + counts["held"] == 300
        assert counts["held"] < 30

    play(scenario, Memory(latency=0.1), targets=targets, at_once=8)
