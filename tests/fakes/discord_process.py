"""The test Discord in a process of its own, so that what it costs is not what is measured. For benchmarks.

`python -m tests.fakes.discord_process` serves; each line it reads is something to do, each line it prints the result.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import pipes
from tests.fakes.discord_model import Channel, Person
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.pipes import Remote, be_quiet, serve

A_GUILD = 100
"""Channels of a server."""


@dataclass
class Server:
    """The other side of the pipe. Some people use `/help` every now and then, and wait for the answer."""

    discord: FakeDiscord
    channels: list[Channel] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    asked: int = 0
    asking: asyncio.Task[None] | None = None

    async def do(self, given: dict[str, Any]) -> object:
        """One line's worth."""
        match given["do"]:
            case "fill":
                return self._fill(given["channels"])
            case "ask":
                self.asking = asyncio.create_task(self._ask(given["every"]))
                return None
            case _:
                return self._report(given["since"])

    def _fill(self, channels: int) -> dict[str, Any]:
        world = self.discord.world
        while len(self.channels) < channels:
            guild = world.guild(f"Server {len(self.channels) // A_GUILD}")
            self.people.append(world.joins(world.person("Reader"), guild))
            self.channels += [world.channel(guild, f"papers-{n}") for n in range(A_GUILD)]
        return {
            "token": self.discord.state.token,
            "api": self.discord.api_url,
            "gateway": self.discord.gateway_url,
            "channels": [each.id for each in self.channels[:channels]],
        }

    async def _ask(self, every: float) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._answered(self.asked))
                self.asked += 1
                await asyncio.sleep(every)

    async def _answered(self, number: int) -> None:
        place = number % len(self.people)
        asked = time.monotonic()
        answer = await self.discord.uses(self.people[place], self.channels[place * A_GUILD], "help")
        if not answer.failed:
            self.acknowledged.append(time.monotonic() - asked)

    def _report(self, since: float) -> dict[str, Any]:
        """What was asked of the API since then, answers to people apart."""
        every = (call for call in self.discord.calls if call.at >= since)
        calls = [call for call in every if not call.route.partition(" ")[2].startswith(("/interactions", "/webhooks"))]
        return {
            "times": [call.at for call in calls if call.status is not None and call.status < 300],
            "routes": Counter(call.route for call in calls),
            "refused": self.discord.limits.refused,
            "acknowledged": self.acknowledged,
            "asked": self.asked,
        }


async def main() -> None:
    """Serve until nothing more can be read."""
    be_quiet()
    async with FakeDiscord(identify_window=0) as discord:
        await serve(Server(discord))


@contextmanager
def remote() -> Iterator[Remote]:
    """A server that enforces its limits."""
    with pipes.remote(__name__) as there:
        yield there


if __name__ == "__main__":
    asyncio.run(main())
