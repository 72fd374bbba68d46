"""The test Telegram in a process of its own, so that what it costs is not what is measured. For benchmarks.

`python -m tests.fakes.telegram_process` serves; each line it reads is something to do, each line it prints the result.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import pipes
from tests.fakes.pipes import Remote, be_quiet, serve
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_places import User


@dataclass
class Server:
    """The other side of the pipe. Some people ask `text` in private every now and then, and wait for `expected`."""

    telegram: FakeTelegram
    waited: list[float] = field(default_factory=list)
    asked: int = 0
    asking: asyncio.Task[None] | None = None

    async def do(self, given: dict[str, Any]) -> object:
        """One line's worth."""
        match given["do"]:
            case "fill":
                return self._fill(given["private"], given["groups"])
            case "ask":
                self.asking = asyncio.create_task(self._ask(given["text"], given["expected"], given["every"]))
                return None
            case _:
                return self._report()

    def _fill(self, private: int, groups: int) -> dict[str, Any]:
        people = self.telegram.people
        users = [people.add_user(f"Reader {n}", started=True) for n in range(private)]
        rooms = [people.add_supergroup(f"Group {n}", admins=users[:1]) for n in range(groups)]
        return {
            "root": self.telegram.root,
            "private": [str(each.id) for each in users],
            "groups": [str(each.id) for each in rooms],
        }

    async def _ask(self, text: str, expected: str, every: float) -> None:
        people = self.telegram.people
        async with asyncio.TaskGroup() as group:
            while True:
                self.asked += 1
                asker = people.add_user(f"Asker {self.asked}", started=True)
                group.create_task(self._answered(asker, text, expected))
                await asyncio.sleep(every)

    async def _answered(self, asker: User, text: str, expected: str) -> None:
        people, asked = self.telegram.people, time.monotonic()
        people.says(asker, asker, text)
        while not any(each.ours and expected in each.text for each in people.messages(asker)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        self.waited.append(time.monotonic() - asked)

    def _report(self) -> dict[str, Any]:
        sends = self.telegram.called("sendMessage")
        times = [each.at for each in sends if each.ok]
        refused = sum(each.status == 429 for each in sends)
        rules = [each.rule for each in self.telegram.limits.exceeded]
        return {"times": times, "refused": refused, "rules": rules, "waited": self.waited, "asked": self.asked}


async def main(tolerance: float) -> None:
    """Serve until nothing more can be read."""
    be_quiet()
    async with FakeTelegram(limits="on", tolerance=tolerance) as telegram:
        await serve(Server(telegram))


@contextmanager
def remote(*, tolerance: float) -> Iterator[Remote]:
    """A server; limits are enforced, by windows that are `tolerance` seconds shorter."""
    with pipes.remote(__name__, tolerance) as there:
        yield there


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
