"""`paperboy run`: one asyncio loop, one supervisor, one signal handler; `bot.wiring` says who works in it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app import adapter, now, parts
from bot.app import platforms as chat_platforms
from bot.chats import Chats
from bot.lock import held
from bot.platforms import LoginFailed, Marks, Platform
from bot.ports import BotError
from bot.repeats import Repeats, times
from bot.settings import Settings
from bot.wiring import Staff, wire

logger = logging.getLogger(__name__)

DRAIN = 8.0
"""Seconds that sends under way have when we are told to stop."""

LONGEST_REST = 60.0
"""Seconds between two tries of a platform that fails."""

SWITCH = 0.0005
"""Seconds a thread may keep the interpreter from the event loop: digests are made in threads, the loop sends them."""

MOST_ISSUES = 1000
"""Ticks that make digests at a time; they share their bounds, and none makes what another does."""

EVERY = {"look": 300, "issue": 5, "batches": 30, "mend_clock": 3600, "revive": 3600, "prune": 86_400}
"""Seconds between two ticks; each may fire twice, or late, and does no harm."""


async def run(settings: Settings, *, environ: Mapping[str, str], announce: Callable[[str], object]) -> None:
    """Serve every platform that is set up, or the terminal if none is, until told to stop.

    `announce` shows the operator a line. Raises AlreadyRunning, StoreError, BadOwners.
    """
    stop = asyncio.Event()
    sys.setswitchinterval(SWITCH)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(held(settings.db, pid=os.getpid(), now=now()))
            made = await parts(settings, stack)
            chats = Chats(made.store, clock=now)
            platforms = configured(environ, marks=_Marks(chats))
            staff = await wire(settings, made, chats, platforms, stack, announce=announce)
            await Supervisor(staff, platforms).run(stop)
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)


def configured(environ: Mapping[str, str], *, marks: Marks) -> dict[str, Platform]:
    """The platforms that are set up; else the terminal. Raises SettingsError."""
    found = chat_platforms(environ, marks=marks)
    found = found or [adapter("console_chat")(environ=environ, clock=now, session=uuid.uuid4().hex[:8])]
    return {platform.name: platform for platform in found}


class _Marks:
    """What adapters remember, beside what the engine does."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    async def get(self, key: str) -> str | None:
        return await asyncio.to_thread(self._chats.mark, key)

    async def set(self, key: str, value: str) -> None:
        await asyncio.to_thread(self._chats.set_mark, key, value)


class Supervisor:
    """Keeps everything running until told to stop, or until every platform has ended. A failing one fails alone."""

    def __init__(self, staff: Staff, platforms: Mapping[str, Platform]) -> None:
        self._engine = staff.engine
        self._outbox = staff.outbox
        self._press = staff.press
        self._herald = staff.herald
        self._batches = staff.batches
        self._platforms = platforms

    async def run(self, stop: asyncio.Event) -> None:
        """Stop order: ticks, intake, what is being made, what is being sent (at most eight seconds), the rest."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # a line for every tick is no news
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        )
        ticks: dict[str, Callable[[], Awaitable[object]]] = {
            "look": self._look,
            "issue": self._engine.issue,
            "mend_clock": self._engine.mend_clock,
            "revive": self._engine.revive,
            "prune": self._engine.prune,
        }
        if self._batches is not None:
            ticks["batches"] = self._batches.tick
        for name, tick in ticks.items():
            scheduler.add_job(
                self._tick,
                "interval",
                args=[name, tick],
                id=name,
                seconds=EVERY[name],
                # Who is due now does not wait for those whose summaries are late.
                max_instances=MOST_ISSUES if name == "issue" else 1,
            )
        first = asyncio.create_task(self._first_look())
        sending = asyncio.create_task(self._outbox.run())
        intake = [asyncio.create_task(self._serve(each, stop)) for each in self._platforms.values()]
        late = asyncio.create_task(self._press.run())
        telling = asyncio.create_task(self._herald.run())
        scheduler.start()
        waiting = asyncio.create_task(stop.wait())
        everybody = asyncio.create_task(_all(intake))
        try:
            await asyncio.wait({waiting, everybody, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            scheduler.shutdown(wait=False)
            for task in (*intake, late, telling, first, waiting, everybody):
                task.cancel()
            await asyncio.gather(*intake, late, telling, first, waiting, everybody, return_exceptions=True)
            await self._outbox.drain(DRAIN)
            await sending

    async def _first_look(self) -> None:
        """What is out already is posted at once."""
        await self._tick("look", lambda: self._look(unless_lately=True))
        await self._tick("issue", self._engine.issue)

    async def _look(self, *, unless_lately: bool = False) -> None:
        """What an announcement makes due now is known before what is due later is asked for in batches."""
        await self._engine.look(unless_lately=unless_lately)
        if self._batches is not None:
            await self._batches.plan()

    async def _serve(self, platform: Platform, stop: asyncio.Event) -> None:
        """One platform, again and again; one that cannot log in stops itself, not the others."""
        rest = 1.0
        repeats = Repeats()
        while not stop.is_set():
            why = ""
            began = asyncio.get_running_loop().time()
            try:
                await platform.run(self._engine)
            except LoginFailed as exc:
                logger.error("%s stops: %s", platform.name, exc)  # noqa: TRY400 - what to do is in its text
                return
            except BotError as exc:
                why = str(exc)
            except Exception:
                logger.exception("%s failed and is tried again", platform.name)
            else:
                return
            now = asyncio.get_running_loop().time()
            rest = 1.0 if now - began > LONGEST_REST else min(2 * rest, LONGEST_REST)
            if why and (count := repeats.worth(why, now)):
                logger.warning("%s: %s; again in %.0f s%s", platform.name, why.rstrip("."), rest, times(count))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest)

    @staticmethod
    async def _tick(name: str, tick: Callable[[], Awaitable[object]]) -> None:
        """A tick that fails is logged and tried again the next time."""
        try:
            await tick()
        except Exception:
            logger.exception("a tick failed: %s", name)


async def _all(tasks: Iterable[asyncio.Task[None]]) -> None:
    await asyncio.wait(set(tasks))
