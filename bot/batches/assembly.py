"""Who asks in batches, made of what everybody else is made of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from secrets import token_hex

from bot.app import Parts
from bot.batches.planning import Planner
from bot.batches.service import Batches
from bot.batches.wants import Wants
from bot.chats import Chats
from bot.costs.budget import allowance
from bot.harvest import Arrivals, Harvester
from bot.models import Note
from bot.ports import Clock
from bot.settings import Settings


def batches(
    settings: Settings,
    made: Parts,
    chats: Chats,
    harvester: Harvester,
    platforms: Collection[str],
    *,
    clock: Clock,
    tell: Callable[[Note], object],
) -> Batches | None:
    """Who asks in batches, or only goes on with those under way if that is turned off; None: no model is set up."""
    if made.batching is None:
        return None
    planner = Planner(
        wants=Wants(
            chats=chats,
            arrivals=Arrivals(chats),
            harvester=harvester,
            platforms=platforms,
            policy=settings.access,
            clock=clock,
            deep_top=settings.deep_top,
        ),
        store=made.store,
        marks=chats,
        models=made.batching.models,
        summaries=made.summaries,
        prices=made.prices,
        allowance=allowance(settings),
        clock=clock,
        mark=lambda: token_hex(8),
    )
    return Batches(
        store=made.store,
        models=made.batching.models,
        summaries=made.summaries,
        provider=made.batching.provider,
        planner=planner if settings.batch else None,
        prices=made.prices,
        clock=clock,
        tell=tell,
    )
