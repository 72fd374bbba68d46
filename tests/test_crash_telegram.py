"""Killed without warning while it delivers to Telegram: nothing lost, in order, twice only where nobody could know."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.fakes.courier import parent
from tests.fakes.telegram_courier import killed_until_done

ROUNDS = 3  # `make bench` has more
NUMBER = 200  # more than are delivered before the latest first kill


async def test_whenever_it_is_killed_telegram_gets_everything_and_twice_only_what_may_have_been_lost(
    tmp_path: Path,
) -> None:
    dice = Random("crash telegram")  # noqa: S311 - a test's dice
    kills = twice = 0
    with parent("tests.fakes.telegram_courier") as process:
        for number in range(ROUNDS):
            done = await killed_until_done(process, tmp_path / f"{number}.db", dice, number=NUMBER)
            assert done.lost() == []
            assert done.disordered() == []
            assert done.unexplained() == {}
            kills += done.kills
            twice += done.twice().total()
            assert done.twice().total() <= done.allowed.total()
    assert kills >= ROUNDS, "hardly anything was killed; this proves nothing"
    assert twice > 0, "some answers were cut, so some must have come twice"
