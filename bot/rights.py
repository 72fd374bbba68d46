"""What we may not do in a chat, where it is worth saying; a platform that does not answer keeps nobody waiting."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from bot.platforms import Platform
from bot.ports import BotError
from bot.targets import Target

logger = logging.getLogger(__name__)

Check: TypeAlias = Callable[[Target], Awaitable[Sequence[str]]]
"""What we may not do in a chat, by the platform's own names."""

PATIENCE = 5.0
"""Seconds a platform has to say what we may not do."""

MOST = 10
"""Names that are said of a longer list."""


async def all_is_well(target: Target) -> Sequence[str]:
    """For those who cannot ask."""
    return ()


class Rights:
    """For one event loop."""

    def __init__(self, platforms: Mapping[str, Platform]) -> None:
        self._platforms = platforms

    async def missing(self, target: Target) -> tuple[str, ...]:
        """What we may not do there, by the platform's own names; none if that cannot be found out now."""
        return (await self._asked(target) or ())[:MOST]

    async def is_allowed(self, target: Target) -> bool:
        """Does the platform say that all is well there?"""
        return await self._asked(target) == ()

    async def _asked(self, target: Target) -> tuple[str, ...] | None:
        """What it says; None: it cannot be asked now."""
        platform = self._platforms.get(target.platform)
        if platform is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                return tuple(await platform.check(target))
        except (BotError, TimeoutError) as exc:
            logger.info("what we may not do is not known: chat=%s error=%s", target, type(exc).__name__)
        except Exception:  # an adapter that breaks its promise: whoever asks goes on without the answer
            logger.exception("a platform cannot say what we may not do: platform=%s", target.platform)
        return None
