"""Everybody who works while we run, each knowing whom they need to know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import SystemRandom

from bot.access import Admins, Limits
from bot.app import Parts, now
from bot.batches.assembly import batches
from bot.batches.service import Batches
from bot.chats import Chats
from bot.commands.desk import Desk
from bot.commands.means import Means, Owners
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
from bot.lookout import Lookout
from bot.owners import OwnerCode, owners
from bot.platforms import Platform, Where
from bot.ports import Clock, no_picture
from bot.press import Press
from bot.rights import Rights
from bot.settings import Settings


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
