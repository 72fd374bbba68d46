"""5,000 channels of Discord due at once, its limits enforced, people asking meanwhile: ours beside `gather`.

The server is another process, which counts: 50 requests a second over all, and a bucket for every route and channel.
Each runs for a while in real time; the figures are those of that while. Once everybody gets a card; once so many as can
be served in that while get a card, a thread, five papers in it and links to them, and every request counts. What is
compared with is what everybody writes first: one coroutine a channel, and the library's own limiter.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord

from adapters.discord.client import Discord
from adapters.discord.connection import Connection
from adapters.discord.limits import CAPS
from adapters.discord.settings import DiscordSettings
from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.digest_table import DigestItem
from bot.document import Document, Heading, Paragraph, Text
from bot.targets import Chat, Target
from tests.benchmarks.bench_outbox import resident
from tests.fakes.chats import add_targets
from tests.fakes.discord_courier import documents, papers
from tests.fakes.discord_office import running
from tests.fakes.discord_process import remote
from tests.fakes.messenger import Core, Memo
from tests.fakes.pipes import Remote

NUMBER = 5_000
WHOLE = 600
"""Channels that get eight requests each, which is more than there is time for."""

RATE = 50
REAL_SECONDS = 75.0
ASK_EVERY = 0.7
TEXT = "A digest of ordinary length. " * 40


@dataclass(frozen=True)
class Measured:
    """What the server saw and what the process took."""

    report: Mapping[str, Any]
    memory: float
    cpu: float

    def line(self) -> str:
        """What is said of it."""
        times, waited = sorted(self.report["times"]), sorted(self.report["acknowledged"])
        seconds = max(1e-9, times[-1] - times[0])
        busiest = max(bisect_left(times, start + 1.0) - place for place, start in enumerate(times))
        refused: Sequence[str] = self.report["refused"]
        routes = self.report["routes"]
        sent = routes.get("POST /channels/{channel}/messages", 0)
        threads = routes.get("POST /channels/{channel}/messages/{message}/threads", 0)
        answers = f"{len(waited)} of {self.report['asked']} commands acknowledged in time"
        if waited:
            answers += f", in {waited[len(waited) // 2] * 1000:.0f} ms, at most {waited[-1] * 1000:.0f} ms"
        return (
            f"{len(times)} requests in {seconds:.1f} s: {(len(times) - 1) / seconds / RATE * 100:.1f} % of the cap, "
            f"at most {busiest} in any second ({sent} messages, {threads} threads) · "
            f"{len(refused)} refused with 429 · {answers} · "
            f"{self.memory:.0f} MB · {self.cpu * 1000 / len(times):.1f} ms CPU a request"
        )


class Meeting(Connection):
    """Discord's own waits between two identifies are not what is measured."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait."""


def main() -> None:
    """Print ours for cards and for whole digests, then what everybody writes first."""
    logging.disable(logging.CRITICAL)
    print(
        f"{NUMBER} channels due at once, {RATE} requests a second, a command every {ASK_EVERY} s; "
        f"{REAL_SECONDS:.0f} s of real time each (all cards would take {NUMBER / RATE:.0f} s):"
    )
    for name, number, make in (("a card each", NUMBER, _card), (f"{WHOLE} whole digests", WHOLE, _digest)):
        with tempfile.TemporaryDirectory() as folder, remote() as server:
            print(f"  ours, {name}: {asyncio.run(_ours(Path(folder), server, number, make)).line()}", flush=True)
    with remote() as server:
        print(f"  gather and discord.py: {asyncio.run(_naive(server)).line()}")


# ---------------------------------------------------------------- ours


def _card(place: int) -> list[Document]:
    return [Document((Heading((Text(f"LLM · papers for {place}"),)), Paragraph((Text(TEXT),))))]


def _digest(place: int) -> list[Document]:
    return documents(place, is_forum=False)


async def _ours(folder: Path, server: Remote, number: int, make: Callable[[int], list[Document]]) -> Measured:
    world = server.do("fill", channels=NUMBER)
    adapter = Discord(_settings(world), clock=lambda: datetime.now(UTC), marks=Memo(), connect=Meeting)
    targets = [Target("discord", each) for each in world["channels"][:number]]
    with Database(folder / "paperboy.db") as database:
        add_targets(database, *targets, kind="channel")
        pacing = Pacing({"discord": CAPS})
        outbox = Outbox(database, {"discord": adapter}, pacing, clock=lambda: datetime.now(UTC))
        async with running(adapter, Core()):
            for place, target in enumerate(targets):
                chat = Chat(target=target, kind="channel")
                parts = [part for document in make(place) for part in adapter.render(document, chat=chat)]
                items = [DigestItem(paper_id=key, topic="LLM") for key in papers(place)]
                await outbox.post(target, "p1", parts, items=items)
            cpu, since = time.process_time(), time.time()
            sending = asyncio.create_task(outbox.run())
            memory = await _watched(server)
            done = Measured(server.do("report", since=since), memory, time.process_time() - cpu)
            await outbox.drain()
            await sending
        outbox.close()
    return done


def _settings(world: Mapping[str, Any]) -> DiscordSettings:
    return DiscordSettings.read(
        {
            "DISCORD_BOT_TOKEN": world["token"],
            "DISCORD_API_URL": world["api"],
            "DISCORD_GATEWAY_URL": world["gateway"],
        }
    )


async def _watched(server: Remote) -> float:
    """Let it run while people ask; the most memory it took."""
    server.do("ask", every=ASK_EVERY)
    memory = 0.0
    for _ in range(int(REAL_SECONDS)):
        await asyncio.sleep(1)
        memory = max(memory, resident())
    return memory


# ---------------------------------------------------------------- what everybody writes first


async def _naive(server: Remote) -> Measured:
    world = server.do("fill", channels=NUMBER)
    connection = Meeting(_settings(world), proxy=None)
    commands = [{"name": "help", "description": "Help", "type": 1}]
    ready = asyncio.Event()

    async def answer(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("help")

    async def register() -> None:
        await connection.http.bulk_upsert_global_commands(connection.application_id or 0, commands)

    async def is_ready() -> None:
        ready.set()

    async def send(channel: str) -> None:
        await connection.get_partial_messageable(int(channel)).send(TEXT)

    connection.listen({"interaction": answer, "ready": is_ready}, first=register)
    serving = asyncio.create_task(connection.serve())
    await ready.wait()
    cpu, since = time.process_time(), time.time()
    sending = asyncio.gather(*map(send, world["channels"]), return_exceptions=True)
    memory = await _watched(server)
    done = Measured(server.do("report", since=since), memory, time.process_time() - cpu)
    sending.cancel()
    serving.cancel()
    await asyncio.gather(sending, serving, return_exceptions=True)
    return done


if __name__ == "__main__":
    main()
