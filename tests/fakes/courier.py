"""A process that delivers until all is done or it is killed, and its parent, which starts the next in no time.

`python -m tests.fakes.courier` imports everything once; for every line it reads it forks a courier, kills it after the
time given, and prints how it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO, Any

from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.targets import Target
from tests.fakes.chats import add_targets, parts_of
from tests.fakes.post_office import CAPS, Mailbox, PostOffice
from tests.fakes.processes import ROOT

RESEND_AFTER = 0.1


def targets(number: int) -> list[Target]:
    """So many chats of the post office."""
    return [Target("post", str(n)) for n in range(number)]


def texts(target: Target) -> list[str]:
    """What each of them is to get, in order."""
    return [f"{target.chat_id}.{part}" for part in range(1 + int(target.chat_id) % 2)]


# ---------------------------------------------------------------- the courier


async def deliver(path: Path, port: int, number: int, *, keyed: bool) -> None:
    """Post what is to be posted, which was perhaps done before, and deliver until nothing is left."""
    mailbox = Mailbox(port, replace(CAPS, idempotent=keyed, nonce_window=1000 if keyed else 0))
    with Database(path) as database:
        outbox = Outbox(
            database,
            {"post": mailbox},
            Pacing({"post": mailbox.caps}),
            clock=lambda: datetime.now(UTC),
            resend_after=timedelta(seconds=RESEND_AFTER),
            at_once=16,
        )
        running = asyncio.create_task(outbox.run())
        for target in targets(number):
            await outbox.post(target, "p1", parts_of(*texts(target)))
        total = sum(len(texts(target)) for target in targets(number))
        while True:
            counts = await outbox.counts()
            if counts.get("sent", 0) + counts["held"] == total:
                break
            await asyncio.sleep(0.02)
        await outbox.drain()
        await running
        outbox.close()


def serve(work: Callable[[Mapping[str, Any]], Coroutine[Any, Any, None]]) -> None:
    """Fork a courier a line, that does `work` with what is in it; print how it ended: -9 if killed."""
    for line in sys.stdin:
        given = json.loads(line)
        pid = os.fork()
        if pid == 0:
            asyncio.run(work(given))
            os._exit(0)
        until = None if given["kill_after"] is None else time.monotonic() + given["kill_after"]
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                break
            if until is not None and time.monotonic() >= until:
                os.kill(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
                break
            time.sleep(0.002)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def main() -> None:
    """Couriers of the post office; `killed_until_done` says what they are given."""
    serve(lambda given: deliver(Path(given["path"]), given["port"], given["number"], keyed=given["keyed"]))


# ---------------------------------------------------------------- who watches


@dataclass
class Round:
    """What came of one delivery through several deaths: `allowed` is how often a text may have come once too often."""

    office: PostOffice
    kills: int = 0
    allowed: Counter[str] = field(default_factory=Counter)

    def twice(self) -> int:
        """How many letters came once too often."""
        return sum(count - 1 for count in self.office.copies().values())


@contextmanager
def parent(module: str = "tests.fakes.courier") -> Iterator[subprocess.Popen[str]]:
    """The process that forks couriers: `module`, which serves."""
    process = subprocess.Popen(  # noqa: S603 - a module of ours
        [sys.executable, "-m", module],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=60)


def killed_until_done(
    process: subprocess.Popen[str], path: Path, dice: Random, *, keyed: bool, number: int = 200, kills: int = 3
) -> Round:
    """Deliver to `number` chats, killed `kills` times at random moments; each time what was under way is noted."""
    with Database(path) as database:
        add_targets(database, *targets(number))
    with PostOffice(keyed, dice=dice) as office:
        done = Round(office)
        for life in range(kills + 1):
            kill_after = dice.uniform(0.02, 0.4) if life < kills else None
            given = {"path": str(path), "port": office.port, "number": number, "keyed": keyed, "kill_after": kill_after}
            assert process.stdin is not None
            assert process.stdout is not None
            say(process.stdin, given)
            status = int(process.stdout.readline())
            if status == 0:
                break
            assert status == -signal.SIGKILL, f"the courier failed: {status}"
            done.kills += 1
            done.allowed.update(under_way(path))
        done.allowed.update(office.cut)
        return done


def say(to: IO[str], given: object) -> None:
    """A line for the process that forks."""
    to.write(json.dumps(given) + "\n")
    to.flush()


def under_way(path: Path) -> list[str]:
    """The texts whose send had begun and whose end was not recorded."""
    with closing(sqlite3.connect(path)) as conn:
        return [row[0] for row in conn.execute("SELECT payload ->> 'text' FROM outbox WHERE state = 'leased'")]


if __name__ == "__main__":
    main()
