"""Asking Telegram for updates. One is confirmed, and so never told again, only after it was dealt with.

Asking for the next ones confirms those before. So they are asked for when everything of a batch is done, or two seconds
have passed: whatever is slow by then has been read, and what it changes was written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

from telegram import Update

from adapters.telegram.api import Api, Conflicted, Failed
from adapters.telegram.pauses import Pauses
from bot.platforms import RetryLater
from bot.ports import BotError

logger = logging.getLogger(__name__)

OFTEN = 30
"""So many failures in a row are worth another warning."""

Take: TypeAlias = Callable[[Update], "asyncio.Task[None]"]


async def poll(api: Api, take: Take, pauses: Pauses) -> None:
    """Until cancelled. Raises LoginFailed; everything else is tried again, ever more slowly."""
    offset: int | None = None
    failures = 0
    may_ask = False
    while True:
        try:
            if not may_ask:
                may_ask = await api.ask(lambda bot: bot.delete_webhook())  # as long as there is one, nobody may
            updates, after = await api.updates(offset)
        except Conflicted as exc:
            logger.warning("another process asks Telegram with this token; only one of them is told: %s", exc)
            await asyncio.sleep(pauses.conflict)
        except Failed as exc:
            failures += 1
            wait = min(pauses.longest, pauses.first * 2 ** min(failures - 1, 10))
            if isinstance(exc.told, RetryLater):
                wait = exc.told.after
            worth_a_look = failures == 2 or failures % OFTEN == 0
            logger.log(logging.WARNING if worth_a_look else logging.INFO, "no updates, again in %.1f s: %s", wait, exc)
            await asyncio.sleep(wait)
        else:
            failures = 0
            if updates:
                await _batch(api, updates, take, pauses)
            offset = after


async def _batch(api: Api, updates: Sequence[Update], take: Take, pauses: Pauses) -> None:
    tasks = [take(update) for update in updates]
    try:
        await asyncio.wait(tasks, timeout=pauses.batch)
    except asyncio.CancelledError:
        done = [update for update, task in zip(updates, tasks, strict=True) if task.done()]
        whole = 0
        while whole < len(done) and done[whole] is updates[whole]:
            whole += 1
        if whole:  # what was dealt with is not to be told again after a restart
            with suppress(BotError, TimeoutError):
                async with asyncio.timeout(pauses.farewell):
                    await api.updates(updates[whole - 1].update_id + 1, wait=0, most=1)
        raise
