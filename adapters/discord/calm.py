"""What the library logs of a gateway that cannot be reached, as one line of ours: why, and when it tries again.

It logs a whole traceback each time. One of an error that is none of the network's stays, since that is a bug.
"""

from __future__ import annotations

import logging
from typing import Final

import aiohttp
import discord

from bot.repeats import Repeats, times

LOGGERS: Final = ("discord.client", "discord.shard", "discord.gateway")

AGAIN: Final = 5.0
"""Seconds the library waits where it does not say for how long."""

_TROUBLE = (
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
    discord.HTTPException,
)
_NO_NEWS: Final = ("logging in using static token",)


class Calm(logging.Filter):
    """One for all loggers of the library, so that repeats are known across them."""

    def __init__(self) -> None:
        super().__init__()
        self._repeats = Repeats()

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, _TROUBLE):
            return record.msg not in _NO_NEWS
        reason = why(error)
        count = self._repeats.worth(reason, record.created)
        args = record.args if isinstance(record.args, tuple) else ()
        again = next((each for each in reversed(args) if isinstance(each, float)), AGAIN)
        record.msg = "no connection to Discord's gateway: %s; again in %.0f s%s"
        record.args = (reason, max(again, 1.0), times(count))
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return count > 0


def why(error: BaseException) -> str:
    """What happened, without any address."""
    match error:
        case discord.ConnectionClosed(code=code):
            return f"it was closed (code {code})"
        case discord.HTTPException(status=status) | aiohttp.WSServerHandshakeError(status=status):
            return f"it answered {status}"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ClientConnectorError() | ConnectionRefusedError():
            return f"it cannot be reached ({type(error).__name__})"
    return f"the line failed ({type(error).__name__})"


_CALM: Final = Calm()


def keep_calm() -> None:
    """From now on; may be called again."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_CALM)  # which is there once, however often it is added
