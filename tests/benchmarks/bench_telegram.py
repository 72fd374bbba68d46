"""10,000 chats of Telegram due at once, its limits enforced, people asking meanwhile: the whole bot beside `gather`.

The server is another process, which counts. Each runs for a while in real time; the figures are those of that while
(for the whole way, in virtual time, see `outbox`). What is compared with is what everybody writes first: one coroutine
a chat, and the library's own limiter.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlite_utils

from adapters.telegram.client import Telegram
from adapters.telegram.settings import TelegramSettings
from bot.targets import Settings, Target
from bot.topics.catalogue import topic
from tests.benchmarks.bench_outbox import resident
from tests.fakes.newsroom import LONG_AGO, announced
from tests.fakes.telegram import TOKEN
from tests.fakes.telegram_process import Remote, remote
from tests.fakes.whole_bot import Clock, Run, WholeBot

PRIVATE, GROUPS = 8_000, 2_000
RATE = 30
REAL_SECONDS = 75.0
ASK_EVERY = 1.7
PAPER = "2605.00001"
ANSWERED = "big says"

TOLERANCE = 0.05
"""Seconds by which a message may be late, or early, on its way to the server."""


@dataclass(frozen=True)
class Measured:
    """What the server saw and what the process took."""

    report: dict[str, Any]
    memory: float
    cpu: float
    failed: int = 0

    def line(self) -> str:
        """What is said of it."""
        times, waited = sorted(self.report["times"]), sorted(self.report["waited"])
        seconds = max(1e-9, times[-1] - times[0])
        busiest = max(bisect_left(times, start + 1.0) - place for place, start in enumerate(times))
        answers = (
            f"an answer takes {waited[len(waited) // 2]:.2f} s, at most {waited[-1]:.2f} s ({len(waited)})"
            if waited
            else "nobody was answered"
        )
        return (
            f"{len(times)} messages in {seconds:.1f} s: {(len(times) - 1) / seconds / RATE * 100:.1f} % of the cap, "
            f"at most {busiest} in any second · {self.report['refused']} refused with 429, {self.failed} given up · "
            f"{answers} · {self.memory:.0f} MB · {self.cpu * 1000 / len(times):.1f} ms CPU a message"
        )


def main() -> None:
    """Print the whole bot's figures, then those of what everybody writes first."""
    logging.disable(logging.CRITICAL)
    print(
        f"{PRIVATE} private chats and {GROUPS} groups due at once, cap {RATE} a second, a question every "
        f"{ASK_EVERY} s; {REAL_SECONDS:.0f} s of real time each (all would take {(PRIVATE + GROUPS) / RATE:.0f} s):"
    )
    with tempfile.TemporaryDirectory() as folder, remote(tolerance=TOLERANCE) as server:
        print(f"  ours                         {asyncio.run(_ours(Path(folder), server)).line()}")
    with remote(tolerance=TOLERANCE) as server:
        try:
            print(f"  gather and AIORateLimiter    {asyncio.run(_naive(server)).line()}")
        except RuntimeError as exc:  # what the library says without its extra
            print(f"  gather and AIORateLimiter    not measured: {exc}")


# ---------------------------------------------------------------- ours


async def _ours(folder: Path, server: Remote) -> Measured:
    world = server.do("fill", private=PRIVATE, groups=GROUPS)
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": world["root"]}
    clock = Clock(datetime.now(UTC))
    day = clock().date()
    bot = WholeBot(
        folder,
        makers=[lambda marks, now: Telegram(TelegramSettings.read(given), clock=now, marks=marks)],
        clock=clock,
    )
    bot.announce(day, *(announced(f"2605.{n:05d}", day) for n in range(1, 4)))
    async with bot.open() as run:
        await asyncio.to_thread(_follow, run, world)
        cpu = time.process_time()
        issuing = asyncio.create_task(run.staff.engine.issue())
        server.do("ask", text=f"/summarize {PAPER}", expected=ANSWERED, every=ASK_EVERY)
        memory = 0.0
        for _ in range(int(REAL_SECONDS)):
            await asyncio.sleep(1)
            memory = max(memory, resident())
        issuing.cancel()
        report = server.do("report")
        return Measured(report, memory, time.process_time() - cpu)


def _follow(run: Run, world: dict[str, list[str]]) -> None:
    """Everybody follows LLM, and is due."""
    first = Target("telegram", world["private"][0])
    settings, due = Settings(quiet=None), run.bot.clock() - timedelta(seconds=1)
    run.chats.ensure(first, kind="private", title="", languages=("en",), now=LONG_AGO)
    run.chats.save_settings(first, settings, next_due_at=due)
    run.chats.subscribe(first, topic("LLM"), since=LONG_AGO)
    others = [(chat, "private") for chat in world["private"][1:]] + [(chat, "group") for chat in world["groups"]]
    columns = "platform, thread_id, title, settings, created_at, next_due_at"

    def work(db: sqlite_utils.Database) -> None:
        db.conn.executemany(
            f"INSERT INTO targets (chat_id, kind, {columns}) SELECT ?, ?, {columns} FROM targets WHERE id = 1",  # noqa: S608 - names of our own
            others,
        )
        db.execute(
            "INSERT INTO subscriptions (target_id, name, query, canonical, catalogue_id, since) "
            "SELECT targets.id, name, query, canonical, catalogue_id, since FROM targets, subscriptions "
            "WHERE targets.id <> 1 AND target_id = 1"
        )

    run.store.database.write(work)


# ---------------------------------------------------------------- what everybody writes first


async def _naive(server: Remote) -> Measured:
    from telegram.error import TelegramError
    from telegram.ext import AIORateLimiter, ExtBot

    world = server.do("fill", private=PRIVATE, groups=GROUPS)
    text = "A digest of ordinary length. " * 40
    bot: ExtBot[Any] = ExtBot(TOKEN, base_url=f"{world['root']}/bot", rate_limiter=AIORateLimiter())
    failed = 0

    async def send(chat: str) -> None:
        nonlocal failed
        try:
            await bot.send_message(int(chat), text)
        except TelegramError:
            failed += 1

    async def answer(chat: int) -> None:
        with suppress(TelegramError):
            await bot.send_message(chat, ANSWERED)

    async def answering() -> None:
        offset = 0
        async with asyncio.TaskGroup() as group:
            while True:
                for update in await bot.get_updates(offset, timeout=30):
                    offset = update.update_id + 1
                    if update.message is not None:
                        group.create_task(answer(update.message.chat.id))

    async with bot:
        cpu = time.process_time()
        work: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(asyncio.gather(*map(send, (*world["private"], *world["groups"])))),
            asyncio.create_task(answering()),
        ]
        server.do("ask", text="/summarize", expected=ANSWERED, every=ASK_EVERY)
        memory = 0.0
        for _ in range(int(REAL_SECONDS)):
            await asyncio.sleep(1)
            memory = max(memory, resident())
        report = server.do("report")
        done = Measured(report, memory, time.process_time() - cpu)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    return replace(done, failed=failed)


if __name__ == "__main__":
    main()
