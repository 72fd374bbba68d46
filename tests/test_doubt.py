"""When a message that may have arrived is sent again: as a table. And how long we wait after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.doubt import Doubts, pause
from bot.delivery.lanes import Lanes
from bot.outbox_table import Due
from bot.platforms import Caps
from bot.targets import Target
from tests.samples import NOW

KEYED, KEYLESS = Caps(text=10, idempotent=True, nonce_window=100), Caps(text=10)


@dataclass(frozen=True)
class Message:
    started_at: datetime | None = NOW
    unsure_since: datetime | None = None
    resent: int = 0
    interrupted: bool = False
    attempts: int = 1


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("caps", "message", "seconds", "expected"),
    [
        (KEYED, Message(), 1, 2),  # the same nonce, soon
        (KEYED, Message(attempts=4), 1, 9),  # less and less often
        (KEYED, Message(unsure_since=after(-79)), 0.5, 1.5),  # 80 s of 100 are trusted
        (KEYED, Message(unsure_since=after(-79.6)), 0.5, 60),  # the first doubt counts, not the last
        (KEYLESS, Message(), 1, 60),
        (KEYLESS, Message(), 500, 500),  # the minute is over already
        (KEYLESS, Message(resent=1), 1, None),  # once only
        (KEYLESS, Message(resent=2, interrupted=True), 1, 60),  # when we died, more often
        (KEYLESS, Message(resent=3, interrupted=True), 1, None),  # but not for ever
    ],
)
def test_when_a_message_in_doubt_is_sent_again(
    caps: Caps, message: Message, seconds: float, expected: float | None
) -> None:
    at = Doubts().again_at(message, caps, now=after(seconds), jitter=0)
    assert at == (None if expected is None else after(expected))


@pytest.mark.parametrize(("caps", "expected"), [(KEYED, after(2)), (KEYLESS, None)])
def test_hold_asks_unless_a_key_protects(caps: Caps, expected: datetime | None) -> None:
    assert Doubts(on_unknown="hold").again_at(Message(), caps, now=after(1), jitter=0) == expected


@given(st.integers(0, 1000), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_five_minutes_and_are_never_nothing(attempts: int, jitter: float) -> None:
    seconds = pause(attempts, jitter).total_seconds()
    assert 0.5 <= seconds <= 300
    assert seconds <= pause(attempts + 1, jitter).total_seconds()
    assert seconds >= pause(attempts, 0).total_seconds() / 2


# ---------------------------------------------------------------- lanes


def due(target_id: int, *, edit: bool = False) -> Due:
    return Due(target_id=target_id, target=Target("memory", str(target_id)), kind="private", at=None, edit=edit)


def popped(lanes: Lanes, now: float) -> list[int]:
    found = []
    while (one := lanes.pop(now)) is not None:
        found.append(one.target_id)
    return found


def test_sends_go_before_edits_and_each_in_turn() -> None:
    lanes = Lanes()
    for target_id, edit in ((1, True), (2, False), (3, True), (4, False)):
        lanes.put(due(target_id, edit=edit), 0, 0)
    assert popped(lanes, 0) == [2, 4, 1, 3]


def test_who_must_wait_comes_when_it_is_time() -> None:
    lanes = Lanes()
    lanes.put(due(1), 10, 0)
    lanes.put(due(2), 5, 0)
    assert (popped(lanes, 4), lanes.next_at()) == ([], 5)
    assert popped(lanes, 10) == [2, 1]


def test_a_target_has_one_place_the_last_it_was_given() -> None:
    lanes = Lanes()
    lanes.put(due(1), 10, 0)
    lanes.put(due(1), 0, 0)
    lanes.put(due(2), 0, 0)
    lanes.put(due(2), 10, 0)
    assert popped(lanes, 5) == [1]
    assert popped(lanes, 20) == [2]
