"""`paperboy run`: one asyncio loop, one supervisor, one signal handler. Everything is wired here, from `bot.app`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from random import SystemRandom

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.access import Admins, Limits
from bot.app import Parts, adapter, now, parts
from bot.app import platforms as chat_platforms
from bot.batches.assembly import batches
from bot.batches.service import Batches
from bot.chats import Chats
from bot.commands.case import Means, Owners
from bot.commands.desk import Desk
from bot.costs.budget import allowance, announcement
from bot.delivery.incidents import Incident
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.delivery.voice import Voice
from bot.engine import Engine
from bot.figures.service import Figures
from bot.harvest import Harvester
from bot.hearers import Hearers
from bot.herald import Herald, ModelTrouble
from bot.lock import held
from bot.lookout import Lookout
from bot.owners import OwnerCode, owners
from bot.platforms import LoginFailed, Marks, Platform, Where
from bot.ports import BotError, Clock, no_picture
from bot.press import Press
from bot.repeats import Repeats, times
from bot.rights import Rights
from bot.settings import Settings

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Those who work while we run."""

    engine: Engine
    outbox: Outbox
    press: Press
    herald: Herald
    batches: Batches | None = None


async def wire(
    settings: Settings,
    made: Parts,
    chats: Chats,
    platforms: Mapping[str, Platform],
    stack: AsyncExitStack,
    *,
    announce: Callable[[str], object],
    clock: Clock = now,
) -> Staff:
    """Everybody, knowing whom they need to know; `stack` closes what must be closed."""
    pacing = Pacing({name: platform.caps for name, platform in platforms.items()})

    async def report(incident: Incident) -> None:
        await engine.report(incident)

    outbox = Outbox(
        made.store.database,
        platforms,
        pacing,
        clock=clock,
        chat=chats.chat,
        report=report,
        on_unknown=settings.on_unknown,
    )
    stack.callback(outbox.close)
    harvester = Harvester(made.store, chats, clock=clock)
    press = Press(
        harvester=harvester,
        announcements=made.announcements,
        summaries=made.summaries,
        modest=made.modest,
        outbox=outbox,
        platforms=platforms,
        policy=settings.access,
        clock=clock,
        deep_top=settings.deep_top,
    )
    hearers = Hearers(chats=chats, outbox=outbox, voice=Voice(platforms, pacing), platforms=platforms)
    rights = Rights(platforms)
    herald = Herald(chats=chats, outbox=outbox, hearers=hearers, rights=rights, policy=settings.access, clock=clock)
    lookout = Lookout(
        chats=chats,
        announcements=made.announcements,
        herald=herald,
        watched=settings.categories,
        clock=clock,
    )
    engine = Engine(
        chats=chats,
        lookout=lookout,
        harvester=harvester,
        press=press,
        outbox=outbox,
        pacing=pacing,
        herald=herald,
        rights=rights,
        papers=made.store,
        platforms=platforms,
        clock=clock,
        pictures=made.pictures.kept if made.pictures else no_picture,
    )

    def invite(platform: str, where: Where) -> str | None:
        return platforms[platform].invitation(where) if platform in platforms else None

    def forms(platform: str) -> tuple[str, ...]:
        return platforms[platform].caps.forms if platform in platforms else ()

    if settings.has_model:
        announce(announcement(settings, made.prices))
    operators = frozenset(actor for p in platforms.values() if (actor := getattr(p, "operator", None)))
    named = await asyncio.to_thread(owners, settings.owners, chats)
    code = None if named or operators else OwnerCode(SystemRandom(), clock)
    if code is not None:
        announce(f"Nobody owns this bot yet. Send it /start {code.code} to become its owner (once, this run only).")
    owning = Owners(known=named | operators, code=code)
    hearers.owners = lambda: owning.known
    shown = made.pictures if any(platform.caps.pictures for platform in platforms.values()) else None
    means = Means(
        chats=chats,
        store=made.store,
        reading=made.newsroom,
        modest=made.modest_newsroom,
        questions=made.questions,
        files=made.files,
        poster=press,
        notify=hearers.notify,
        tell=hearers.tell,
        count=made.count,
        owners=owning,
        policy=settings.access,
        admins=Admins(clock),
        limits=Limits(clock),
        clock=clock,
        has_model=settings.has_model,
        allowance=allowance(settings),
        watched=settings.categories,
        invite=invite,
        forms=forms,
        folds=lambda platform: platforms[platform].caps.folds if platform in platforms else True,
        check=rights.missing,
        figures=Figures(made.texts, shown) if settings.figures != "off" else None,
        undecided=outbox,
        wake=outbox.wake,
    )
    engine.desk = Desk(means)
    ahead = batches(
        settings, made, chats, harvester, platforms, clock=clock, tell=lambda note: herald.hear(ModelTrouble(note))
    )
    return Staff(engine=engine, outbox=outbox, press=press, herald=herald, batches=ahead)


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
