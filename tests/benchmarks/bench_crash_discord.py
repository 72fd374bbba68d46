"""What deliveries to Discord that are killed again and again come to: lost, out of order, twice."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from random import Random

from tests.fakes.courier import parent
from tests.fakes.discord_courier import killed_until_done

ROUNDS = 20
CHANNELS, FORUMS = 20, 12


def main() -> None:
    """Print lost and repeated messages. The answer to every fiftieth is cut as well."""
    logging.disable(logging.CRITICAL)
    print(f"{ROUNDS} rounds, each {CHANNELS} channels and {FORUMS} forums through up to three deaths by SIGKILL:")
    print(f"  {asyncio.run(_rounds())}")


async def _rounds() -> str:
    started, dice = time.perf_counter(), Random("bench crash discord")  # noqa: S311 - a benchmark's dice
    messages = kills = cut = lost = disordered = twice = linked = 0
    with parent("tests.fakes.discord_courier") as process, tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            path = Path(folder) / f"{number}.db"
            done = await killed_until_done(process, path, dice, channels=CHANNELS, forums=FORUMS)
            messages += sum(map(len, done.wanted.values()))
            kills += done.kills
            cut += done.cut
            lost += len(done.lost())
            disordered += len(done.disordered())
            twice += len(done.twice())
            linked += done.linked
    return (
        f"{messages} messages, {kills} kills, {cut} answers not heard · lost {lost} · out of order {disordered} · "
        f"twice {twice} · {linked} of {ROUNDS * CHANNELS} cards linked · {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
