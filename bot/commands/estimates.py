"""What arXiv itself has for a query, where what is stored does not say: an estimate, or none."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.ports import BotError, Clock, Estimate
from bot.topics.query import Query

logger = logging.getLogger(__name__)

Count: TypeAlias = Callable[[Query], Awaitable[Estimate | None]]
"""The papers that match and were first submitted in the last fourteen days, by arXiv's own count; None: not known."""

PATIENCE = 12.0
"""Seconds: the question waits for its turn at the gate, and nobody waits long for a number they can do without."""

KEPT = timedelta(hours=6)
FORGIVEN = timedelta(minutes=5)
"""After a failure arXiv is not asked the same again for so long."""

MOST = 500
"""Queries whose count is remembered."""


class Estimates:
    """arXiv's counts, each asked once in a while. For one event loop."""

    def __init__(self, count: Count, clock: Clock, *, patience: float = PATIENCE) -> None:
        self._count = count
        self._clock = clock
        self._patience = patience
        self._known: OrderedDict[str, tuple[Estimate | None, datetime]] = OrderedDict()

    async def of(self, query: Query) -> Estimate | None:
        """Papers in two weeks; None if arXiv cannot be asked, does not answer in time, or answers what cannot be."""
        key, now = query.canonical(), self._clock()
        known = self._known.get(key)
        if known is not None and timedelta() <= now - known[1] < (FORGIVEN if known[0] is None else KEPT):
            return known[0]
        found = await self._asked(query)
        self._known[key] = found, now
        self._known.move_to_end(key)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return found

    async def _asked(self, query: Query) -> Estimate | None:
        try:
            async with asyncio.timeout(self._patience):
                found = await self._count(query)
        except (BotError, TimeoutError) as exc:
            logger.info("no estimate of a topic: %s", type(exc).__name__)
            return None
        return found if found is None or found.total >= 0 else None
