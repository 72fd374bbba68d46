"""When a platform is left alone: as long as it asked for, in that chat or everywhere; a while, if it is in trouble."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from math import inf
from random import Random

from bot.delivery.doubt import pause
from bot.delivery.pacing import Pacing
from bot.outbox_table import Due
from bot.platforms import NotSent, RetryLater, Unknown

logger = logging.getLogger(__name__)

TROUBLED = 3
"""So many chats in a row that failed, and none that worked: it is the platform, not the chat."""

LONGEST_REST = 60.0
"""Seconds."""


@dataclass
class Silence:
    """What is kept towards `platform`."""

    platform: str
    pacing: Pacing
    random: Random

    _troubled: set[str] = field(default_factory=set, init=False)  # chat ids, since something worked
    _rests: int = field(default=0, init=False)
    _rests_until: float = field(default=-inf, init=False)

    def obey(self, due: Due, result: object) -> None:
        """Keep the silence that was asked for; rest if it is the platform that fails, not one chat."""
        if isinstance(result, RetryLater):
            if result.everywhere:
                self.pacing.halt(self.platform, result.after)
            else:
                self.pacing.halt_chat(self.platform, due.target.chat_id, due.kind, result.after)
        if not isinstance(result, RetryLater | NotSent | Unknown):
            self._troubled.clear()
            self._rests = 0
            return
        self._troubled.add(due.target.chat_id)
        now = asyncio.get_running_loop().time()
        if len(self._troubled) >= TROUBLED and now >= self._rests_until:
            self._rests += 1
            rest = min(LONGEST_REST, pause(self._rests, self.random.random()).total_seconds())
            self._rests_until = now + rest
            self.pacing.halt(self.platform, rest)
            logger.warning("platform in trouble: platform=%s rest=%.0f s", self.platform, rest)
