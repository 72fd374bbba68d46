"""What 200 deliveries that are killed again and again come to: lost, twice, and why; with a key and without."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from random import Random

from tests.fakes.courier import killed_until_done, parent, targets, texts

ROUNDS = 100  # of each kind
NUMBER = 200


def main() -> None:
    """Print lost and repeated letters. The answer to every hundredth letter is cut as well."""
    total = sum(len(texts(target)) for target in targets(NUMBER))
    print(f"{2 * ROUNDS} rounds, each {total} letters to {NUMBER} chats through up to three deaths by SIGKILL:")
    for keyed in (True, False):
        started = time.perf_counter()
        dice = Random(f"bench {keyed}")  # noqa: S311 - a benchmark's dice
        kills = lost = disordered = twice = unexplained = cut = 0
        with parent() as process, tempfile.TemporaryDirectory() as folder:
            for number in range(ROUNDS):
                done = killed_until_done(process, Path(folder) / f"{number}.db", dice, keyed=keyed, number=NUMBER)
                copies = done.office.copies()
                kills += done.kills
                cut += done.office.cut.total()
                for target in targets(NUMBER):
                    arrived = list(dict.fromkeys(done.office.letters.get(target.chat_id, [])))
                    lost += len(texts(target)) - len(arrived)
                    disordered += arrived != texts(target)
                twice += done.twice()
                unexplained += sum(max(0, count - 1 - done.allowed[text]) for text, count in copies.items())
        print(
            f"  {'with a key   ' if keyed else 'without a key'}  {ROUNDS * total} letters, {kills} kills, "
            f"{cut} answers cut · lost {lost} · out of order {disordered} · twice {twice} "
            f"(without cause {unexplained}) · {time.perf_counter() - started:.0f} s"
        )


if __name__ == "__main__":
    main()
