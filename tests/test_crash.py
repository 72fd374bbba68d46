"""Killed without warning, again and again, by SIGKILL: with a key exactly once, without one nothing lost."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.fakes.courier import Round, killed_until_done, parent, targets, texts

ROUNDS = 10  # of each kind
NUMBER = 200


def assert_complete_and_in_order(done: Round) -> None:
    """Every chat has every part, and had each before the next."""
    for target in targets(NUMBER):
        arrived = done.office.letters[target.chat_id]
        assert list(dict.fromkeys(arrived)) == texts(target)


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without a key"])
def test_whenever_it_is_killed_nothing_is_lost_and_nothing_comes_twice_without_cause(
    tmp_path: Path, keyed: bool
) -> None:
    dice = Random(f"crash {keyed}")  # noqa: S311 - a test's dice
    kills = twice = 0
    with parent() as process:
        for number in range(ROUNDS):
            done = killed_until_done(process, tmp_path / f"{number}.db", dice, keyed=keyed, number=NUMBER)
            assert_complete_and_in_order(done)
            kills += done.kills
            twice += done.twice()
            if not keyed:
                for text, count in done.office.copies().items():
                    assert count - 1 <= done.allowed[text], f"{text} came twice, although we knew it had arrived"

    assert kills >= ROUNDS, "hardly anything was killed; this proves nothing"
    assert (twice == 0) == keyed, "without a key some answers are cut, so some must have come twice"
