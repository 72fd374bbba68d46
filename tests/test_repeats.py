"""A log that stays calm: the same is told now and then, with its number."""

from __future__ import annotations

from bot.repeats import MOST, Repeats, times


def test_the_same_is_told_once_and_after_a_while_with_its_number() -> None:
    repeats = Repeats(every=10.0)
    told = [repeats.worth("down", at) for at in (0.0, 1.0, 9.0, 10.0, 11.0, 25.0)]
    assert told == [1, 0, 0, 3, 0, 2]


def test_something_else_is_told_at_once() -> None:
    repeats = Repeats(every=10.0)
    assert [repeats.worth(what, 1.0) for what in ("down", "slow", "down", "slow")] == [1, 1, 0, 0]


def test_what_is_kept_in_mind_is_bounded() -> None:
    repeats = Repeats(every=10.0)
    for number in range(3 * MOST):
        repeats.worth(f"{number}", 0.0)
    assert len(repeats._heard) == MOST
    assert repeats.worth(f"{3 * MOST - 1}", 1.0) == 0


def test_a_number_is_said_where_there_is_one() -> None:
    assert [times(count) for count in (1, 2)] == ["", " (2 times since the last line)"]
