"""A platform that can look whether a message is there is asked before one in doubt is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from adapters.memory import Memory
from bot.platforms import DeliveryError, Fatal, MessageRef, NotSent, Part, RetryLater, Unknown
from bot.targets import Target
from tests.fakes.chats import KEYED, A, Office, Play, parts_of, passes, when
from tests.fakes.virtual_time import EPOCH


@dataclass
class Looking(Memory):
    """Finds what is there; `errors` are raised first, one a look."""

    errors: list[DeliveryError] = field(default_factory=list)
    looks: list[datetime] = field(default_factory=list)

    async def find(self, target: Target, part: Part, *, since: datetime, root: MessageRef | None) -> MessageRef | None:
        self.looks.append(since)
        if self.errors:
            raise self.errors.pop(0)
        return next((m.ref for m in self.arrived if m.target == target and m.part.payload == part.payload), None)


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


def after(play: Play, memory: Looking, *, arrives: bool) -> Office:
    """Nobody knows what became of the first send of the first of two messages."""

    async def scenario(office: Office, _: Memory) -> None:
        memory.faults.append(when(Unknown("cut"), arrives=arrives))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=30)

    return play(scenario, memory)


def test_what_is_there_is_not_sent_again(play: Play) -> None:
    memory = Looking()
    office = after(play, memory, arrives=True)
    assert memory.texts(A) == ["1", "2"]
    assert office.rows("state, ref IS NOT NULL") == [("sent", 1), ("sent", 1)]
    assert memory.looks == [EPOCH]


def test_what_is_not_there_is_sent(play: Play) -> None:
    memory = Looking()
    assert after(play, memory, arrives=False).rows() == ["sent", "sent"]
    assert memory.texts(A) == ["1", "2"]
    assert len(memory.looks) == 1


@pytest.mark.parametrize("error", [RetryLater(300), NotSent("no connection")])
def test_one_who_cannot_look_now_looks_again_before_anything_is_sent(play: Play, error: DeliveryError) -> None:
    memory = Looking(errors=[error, error])
    office = after(play, memory, arrives=True)
    assert memory.texts(A) == ["1", "2"]
    assert office.rows() == ["sent", "sent"]
    assert len(memory.looks) == 3


@pytest.mark.parametrize("error", [Unknown("cut"), Fatal("may not read back")])
def test_one_who_cannot_look_at_all_sends_it(play: Play, error: DeliveryError) -> None:
    memory = Looking(errors=[error])
    assert after(play, memory, arrives=True).rows() == ["sent", "sent"]
    assert memory.texts(A) == ["1", "1", "2"]


def test_a_platform_that_knows_messages_by_their_nonces_is_asked_too_since_not_everything_has_one(play: Play) -> None:
    memory = Looking(caps=KEYED)
    assert after(play, memory, arrives=True).rows() == ["sent", "sent"]
    assert memory.texts(A) == ["1", "2"]
    assert len(memory.looks) == 1


def test_what_is_sent_for_the_first_time_is_not_looked_for(play: Play) -> None:
    memory = Looking()

    async def scenario(office: Office, _: Memory) -> None:
        memory.faults.append(when(NotSent("no")))
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts_of("1", "2"))
            await passes(minutes=5)

    assert play(scenario, memory).rows() == ["sent", "sent"]
    assert memory.looks == []
