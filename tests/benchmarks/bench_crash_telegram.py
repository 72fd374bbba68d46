"""What deliveries to Telegram that are killed again and again come to: lost, out of order, twice, and why."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from random import Random

from tests.fakes.courier import parent
from tests.fakes.telegram_courier import killed_until_done

ROUNDS = 50
NUMBER = 100


def main() -> None:
    """Print lost and repeated messages. The answer to every fiftieth is cut as well."""
    logging.disable(logging.CRITICAL)  # the server's, of lines that the dead leave behind
    print(f"{ROUNDS} rounds, each {NUMBER} chats through up to three deaths by SIGKILL:")
    print(f"  {asyncio.run(_rounds())}")


async def _rounds() -> str:
    started, dice = time.perf_counter(), Random("bench crash telegram")  # noqa: S311 - a benchmark's dice
    messages = kills = cut = lost = disordered = twice = unexplained = 0
    with parent("tests.fakes.telegram_courier") as process, tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            done = await killed_until_done(process, Path(folder) / f"{number}.db", dice, number=NUMBER)
            messages += sum(map(len, done.wanted.values()))
            kills += done.kills
            cut += done.cut
            lost += len(done.lost())
            disordered += len(done.disordered())
            twice += done.twice().total()
            unexplained += done.unexplained().total()
    return (
        f"{messages} messages, {kills} kills, {cut} answers not heard · lost {lost} · out of order {disordered} · "
        f"twice {twice} (without cause {unexplained}) · {time.perf_counter() - started:.0f} s"
    )


if __name__ == "__main__":
    main()
