"""The top papers of a digest: said in depth, in one call each where nothing fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.models import Paper, Summary
from bot.ports import SummaryError

logger = logging.getLogger(__name__)

LATE: Final = 240.0
"""Seconds after which a digest's top papers are said in brief first: it waits for ten minutes at most."""

Made: TypeAlias = tuple[Summary, SummaryError | None]
"""A summary; and why the model gave none, if that is so."""


@dataclass(frozen=True, slots=True)
class Top:
    """The papers (by id) that are said in depth. A brief summary of one is made only if that fails, or is `late`.

    What is late still comes. Of all others a deep summary is taken where there is one: no second call is made.
    """

    ids: Collection[str] = ()
    late: float = LATE


async def deep_or_brief(
    paper: Paper,
    deep: Callable[[], Coroutine[None, None, Summary | None]],
    brief: Callable[[], Coroutine[None, None, Made]],
    *,
    late: float,
    made: dict[str, Summary],
) -> Made:
    """What is said of a top paper; until that is there `made` has the brief summary, if it is late."""
    instead: Made | None = None
    making = asyncio.create_task(deep())
    try:
        await asyncio.wait({making}, timeout=late)
        if not making.done():
            instead = await brief()
            if instead[0].method == "llm":
                made[paper.id] = instead[0]
        try:
            found = await making
        except SummaryError as exc:
            logger.info("no deep summary for a digest: paper=%s reason=%s", paper.id, exc.code)
        else:
            if found is not None:
                return found, None
    finally:
        making.cancel()
    return instead or await brief()
