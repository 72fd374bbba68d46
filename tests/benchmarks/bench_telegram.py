"""10,000 chats of Telegram due at once, its limits enforced, people asking meanwhile: the whole bot beside `gather`.

The server is another process, which counts. Each runs for a while in real time; the figures are those of that while
(for all 10,000, in virtual time, see `outbox`). Once the digests were written before, so that it is delivery alone that
is measured; once they are made meanwhile. What is compared with is what everybody writes first: one coroutine a chat,
and the library's own limiter.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import sqlite_utils

from adapters.telegram.client import Telegram
from adapters.telegram.settings import TelegramSettings
from bot.targets import Settings, Target
from bot.topics.catalogue import topic
from tests.benchmarks.bench_outbox import resident
from tests.fakes.chats import say
from tests.fakes.newsroom import LONG_AGO, announced
from tests.fakes.pipes import Remote
from tests.fakes.telegram import TOKEN
from tests.fakes.telegram_process import remote
from tests.fakes.whole_bot import Clock, Run, WholeBot

PRIVATE, GROUPS = 8_000, 2_000
RATE = 30
REAL_SECONDS = 60.0
ASK_EVERY = 1.7
PAPER = "2605.00001"
ANSWERED = "big says"
TEXT = "A digest of ordinary length. " * 40

TOLERANCE = 0.1
"""Seconds by which a message may be late on its way to the server, which shares this machine with whoever sends."""


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
        answers = f"{len(waited)} of {self.report['asked']} questions answered"
        if waited:
            answers += f", in {waited[len(waited) // 2]:.2f} s, at most {waited[-1]:.2f} s"
        broken = Counter(self.report["rules"])
        rules = f" ({', '.join(f'{rule} {count}' for rule, count in broken.items())})" if broken else ""
        refused = f"{self.report['refused']} refused with 429{rules}, {self.failed} given up"
        return (
            f"{len(times)} messages in {seconds:.1f} s: {(len(times) - 1) / seconds / RATE * 100:.1f} % of the cap, "
            f"at most {busiest} in any second · {refused} "
            f"· {answers} · {self.memory:.0f} MB · {self.cpu * 1000 / len(times):.1f} ms CPU a message"
        )


def main() -> None:
    """Print the whole bot's figures, then those of what everybody writes first."""
    logging.disable(logging.CRITICAL)
    print(
        f"{PRIVATE} private chats and {GROUPS} groups due at once, cap {RATE} a second, a question every "
        f"{ASK_EVERY} s; {REAL_SECONDS:.0f} s of real time each (all would take {(PRIVATE + GROUPS) / RATE:.0f} s):"
    )
    for name, begin in (("written before", _deliver), ("made meanwhile", _make)):
        with tempfile.TemporaryDirectory() as folder, remote(tolerance=TOLERANCE) as server:
            print(f"  ours, {name}         {asyncio.run(_ours(Path(folder), server, begin)).line()}", flush=True)
    with remote(tolerance=TOLERANCE) as server:
        try:
            print(f"  gather and AIORateLimiter     {asyncio.run(_naive(server)).line()}")
        except RuntimeError as exc:  # what the library says without its extra
            print(f"  gather and AIORateLimiter     not measured: {exc}")


# ---------------------------------------------------------------- ours


Begin: TypeAlias = Callable[[Run], Awaitable[None]]


async def _ours(folder: Path, server: Remote, begin: Begin) -> Measured:
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
        if begin is _deliver:
            await _write(run)
        cpu = time.process_time()
        beginning = asyncio.ensure_future(begin(run))
        memory = await _watched(server, text=f"/summarize {PAPER}")
        beginning.cancel()
        return Measured(server.do("report"), memory, time.process_time() - cpu)


async def _make(run: Run) -> None:
    """Make the digests of all who are due; they are sent as they come."""
    await run.staff.engine.issue()


async def _write(run: Run) -> None:
    """A digest for everybody, while nothing is sent: they are paused."""
    chats = await asyncio.to_thread(run.chats.chats, limit=PRIVATE + GROUPS)
    made = {
        kind: run.platforms["telegram"].render(say(TEXT), chat=next(chat for chat in chats if chat.kind == kind))
        for kind in ("private", "group")
    }
    _set_all(run, "state = 'paused', next_due_at = NULL")
    for chat in chats:
        await run.staff.outbox.post(chat.target, "p1", made[chat.kind])


async def _deliver(run: Run) -> None:
    """Resume everybody."""
    chats = await asyncio.to_thread(run.chats.chats, limit=PRIVATE + GROUPS)
    _set_all(run, "state = 'active'")
    for chat in chats:
        await run.staff.outbox.wake(chat.target)


def _set_all(run: Run, what: str) -> None:
    run.store.database.write(lambda db: db.conn.execute(f"UPDATE targets SET {what}") and None)  # noqa: S608 - ours


async def _watched(server: Remote, *, text: str) -> float:
    """Let it run while people ask; the most memory it took."""
    server.do("ask", text=text, expected=ANSWERED, every=ASK_EVERY)
    memory = 0.0
    for _ in range(int(REAL_SECONDS)):
        await asyncio.sleep(1)
        memory = max(memory, resident())
    return memory


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
    bot: ExtBot[Any] = ExtBot(TOKEN, base_url=f"{world['root']}/bot", rate_limiter=AIORateLimiter())
    failed = 0

    async def send(chat: str) -> None:
        nonlocal failed
        try:
            await bot.send_message(int(chat), TEXT)
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
        memory = await _watched(server, text="/summarize")
        done = Measured(server.do("report"), memory, time.process_time() - cpu)
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    return replace(done, failed=failed)


if __name__ == "__main__":
    main()
