"""A late summary changes its own part and nothing else, wherever that part is on its way. In virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.memory import CAPS, Memory
from bot.platforms import BadFormat, Fatal, NotSent, Pace, Part, RetryLater, TargetGone, Unknown
from bot.targets import Target
from tests.fakes.chats import A, B, Office, Play, parts_of, passes, say, when


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


def test_a_part_that_has_not_left_is_simply_replaced(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        await outbox.post(A, "p1", parts_of("1", "2"))
        assert await outbox.edit_part(1, 1, say("two"))
        outbox.close()
        async with office.running():
            await passes(minutes=1)
        assert memory.texts(A) == ["1", "two"]
        assert memory.calls == 2

    play(scenario)


def test_a_part_that_has_not_left_may_become_several(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        outbox = office.outbox()
        await outbox.post(A, "p1", parts_of("1", "2"))
        assert await outbox.edit_part(1, 0, say("one " * 7))
        outbox.close()
        async with office.running():
            await passes(minutes=1)
        assert memory.texts(A)[-1] == "2"
        assert " ".join(memory.texts(A)).split() == ["one"] * 7 + ["2"]
        assert len(memory.arrived) == 3

    play(scenario, Memory(caps=replace(CAPS, text=20)))


def test_a_part_that_has_arrived_is_edited_and_no_other(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2", "3"))
            await passes(minutes=1)
            assert await outbox.edit_part(1, 1, say("two"))
            await passes(minutes=1)
        assert memory.texts(A) == ["1", "two", "3"]
        assert memory.calls == 4

    office = play(scenario)
    assert office.rows("part, edit") == [(0, None), (1, None), (2, None)]


def test_a_part_on_its_way_is_edited_when_it_has_arrived(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            assert memory.arrived == []
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=1)
        assert memory.texts(A) == ["one"]

    play(scenario, Memory(latency=4))


def test_a_part_whose_fate_is_unknown_is_not_changed_under_way(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=True))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=2)
        assert memory.texts(A) == ["1", "one"]

    play(scenario)


def test_only_the_last_of_several_edits_is_made(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(milliseconds=100)
            for text in ("a", "b", "c"):
                assert await outbox.edit_part(1, 0, say(text))
            await passes(minutes=1)
        assert memory.texts(A) == ["c"]
        assert memory.calls == 2

    play(scenario)


def test_an_edit_that_comes_while_another_is_made_is_made_too(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=10)
            assert await outbox.edit_part(1, 0, say("a"))
            await passes(seconds=3)
            assert await outbox.edit_part(1, 0, say("b"))
            await passes(minutes=1)
        assert memory.texts(A) == ["b"]

    play(scenario, Memory(latency=4))


def test_edits_come_after_all_that_is_to_be_sent(play: Play) -> None:
    others = [Target("memory", f"other {n}") for n in range(20)]

    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=5)
            for target in others:
                await outbox.post(target, "p1", parts_of("x"))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(seconds=18)
            assert memory.texts(A) == ["1"]
            await passes(seconds=5)
            assert memory.texts(A) == ["one"]

    play(scenario, Memory(caps=replace(CAPS, overall=Pace(1, 1))), targets=[A, *others], at_once=1)


def test_an_edit_outlives_a_restart(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
        outbox = office.outbox()
        assert await outbox.edit_part(1, 0, say("one"))
        outbox.close()
        async with office.running():
            await passes(minutes=1)
        assert memory.texts(A) == ["one"]

    play(scenario)


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize("window", [0, 60])
def test_a_part_is_not_edited_when_the_platform_no_longer_allows_it(play: Play, window: float) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=61)
            assert not await outbox.edit_part(1, 0, say("one"))
        assert memory.calls == 1

    play(scenario, Memory(caps=replace(CAPS, edit_window=window)))


def test_an_edit_that_waited_too_long_is_dropped(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=30)
            memory.faults.append(when(RetryLater(120), target=A))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=10)
        assert memory.texts(A) == ["1"]
        assert memory.calls == 2

    office = play(scenario, Memory(caps=replace(CAPS, edit_window=60)))
    assert office.rows("edit") == [None]


@pytest.mark.parametrize(("digest", "part"), [(1, 7), (9, 0)])
def test_what_is_not_there_cannot_be_edited(play: Play, digest: int, part: int) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            assert not await outbox.edit_part(digest, part, say("one"))

    play(scenario)


def test_a_part_that_was_given_up_stays_so(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(Fatal("400")))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            assert not await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=1)
        assert memory.texts(A) == []

    play(scenario)


def test_a_part_in_plain_form_is_edited_in_plain_form_piece_by_piece(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        memory.faults.append(when(BadFormat("can't parse")))
        async with office.running() as outbox:
            await outbox.post(A, "p1", [Part({"text": "<b>"}, say("one " * 7))])
            await passes(minutes=1)
            assert len(memory.arrived) == 2
            assert await outbox.edit_part(1, 0, say("two " * 7))
            await passes(minutes=1)
            assert " ".join(memory.texts(A)).split() == ["two"] * 7
            assert not await outbox.edit_part(1, 0, say("too long " * 9))
        assert all("buttons" not in message.part.payload for message in memory.arrived)

    play(scenario, Memory(caps=replace(CAPS, text=20)))


@pytest.mark.parametrize("error", [NotSent("refused"), Unknown("cut"), RetryLater(30)])
def test_an_edit_that_may_not_have_worked_is_made_again(play: Play, error: Unknown) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            memory.faults.append(when(error))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=2)
        assert memory.texts(A) == ["one"]
        assert memory.calls == 3

    play(scenario)


def test_an_edit_that_never_works_is_given_up(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            memory.faults.extend(when(NotSent("refused")) for _ in range(100))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(hours=2)
            assert memory.calls == 9

    assert play(scenario).rows("edit") == [None]


@pytest.mark.parametrize("error", [Fatal("400"), BadFormat("can't parse")])
def test_an_edit_that_is_refused_leaves_the_message_as_it_was(play: Play, error: Fatal) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            memory.faults.append(when(error))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=1)
        assert memory.texts(A) == ["1"]
        assert memory.calls == 2

    assert play(scenario).incidents == []


def test_an_edit_may_be_how_we_learn_that_a_target_is_gone(play: Play) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1"))
            await passes(seconds=1)
            memory.faults.append(when(TargetGone("kicked")))
            assert await outbox.edit_part(1, 0, say("one"))
            await passes(minutes=1)
            await outbox.post(A, "p2", parts_of("2"))
            await outbox.post(B, "p2", parts_of("x"))
            await passes(minutes=1)
        assert (memory.texts(A), memory.texts(B)) == (["1"], ["x"])

    office = play(scenario)
    assert office.column("SELECT state FROM targets ORDER BY id") == ["lost", "active", "active"]
