"""Killed without warning while it delivers to Discord: nothing lost, in order, nothing twice, forum posts included."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.fakes.courier import parent
from tests.fakes.discord_courier import killed_until_done

ROUNDS, KILLS = 2, 3  # `make bench` has more
CHANNELS, FORUMS = 10, 5


async def test_whenever_it_is_killed_discord_gets_everything_once(tmp_path: Path) -> None:
    dice = Random("crash discord")  # noqa: S311 - a test's dice
    kills = cut = 0
    with parent("tests.fakes.discord_courier") as process:
        for number in range(ROUNDS):
            done = await killed_until_done(
                process, tmp_path / f"{number}.db", dice, channels=CHANNELS, forums=FORUMS, kills=KILLS, cut=0.04
            )
            assert done.lost() == []
            assert done.disordered() == []
            assert done.twice() == []
            assert done.cards == CHANNELS
            assert 0 < done.linked <= CHANNELS, "a card whose process died before it was linked leads to arXiv"
            kills += done.kills
            cut += done.cut
    assert kills >= ROUNDS, "hardly anything was killed; this proves nothing"
    assert cut >= 1, "no answer was cut; this proves nothing"
