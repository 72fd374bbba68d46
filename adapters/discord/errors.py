"""What Discord refuses, and what fails on the way there, as the one class of DeliveryError it is. Pure.

Codes are those of Discord's documentation (topics/opcodes-and-status-codes). discord.py waits for short rate limits and
tries 500, 502 and 504 again by itself, which our nonces make harmless; it lets everything else through.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import aiohttp
import discord

from bot.platforms import BadFormat, DeliveryError, Fatal, NotSent, RetryLater, TargetGone, Unknown

LONGEST = 200
"""Characters of a server's text that we keep."""

A_WHILE = 30.0
"""Seconds of silence if we are asked for some and not told how many."""

_UNTIL_THREADS_END = 600.0

THREAD_EXISTS = 160004
"""A thread has been started from this message already: for whoever wanted one, that is success."""

_GONE: Mapping[int, str] = MappingProxyType(
    {
        10003: "the channel is gone, or I cannot see it",
        10004: "I am no longer on that server",
        10013: "there is no such person",
        40058: "a forum takes posts only",
        40067: "a post needs a tag there, and I may not choose one",
        50001: "I may not see the channel",
        50007: "this person takes no messages from me",
        50008: "nobody can write into this kind of channel",
        50013: "I lack a permission there",
        50024: "this kind of channel cannot be used",
        50033: "there is no such person",
        50083: "the thread is archived",
        50278: "we are on no server together any more",
        160005: "the thread is locked",
    }
)
"""Where we may not write (any more), in words for the admin."""

_FORM = frozenset({40005, 50006, 50035, 50109})
"""Refused for what is in it; 50035 names the fields."""

_EDITING_ONLY = frozenset({50083})
"""On an edit it is about the message: a new one would open the thread again."""

_NEVER_LEFT = (
    aiohttp.ClientConnectorError,  # a proxy's, and one of TLS, too
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,  # a tunnel that was not opened
    aiohttp.InvalidURL,
    ConnectionRefusedError,
)


def delivery_error(error: BaseException, *, editing: bool = False) -> DeliveryError:
    """What becomes of a message that met `error` when sent or edited. What is none of the network's is Fatal."""
    match error:
        case DeliveryError():
            return error
        case discord.RateLimited(retry_after=after):
            return RetryLater(max(float(after), 0.1))
        case discord.DiscordServerError():
            return Unknown(f"Discord failed ({error.status})")
        case discord.HTTPException():
            return _refused(error, editing=editing)
        case discord.LoginFailure():
            return NotSent("the token is not accepted")
        case _ if isinstance(error, _NEVER_LEFT):
            return NotSent(f"no connection ({type(error).__name__})")
        case RuntimeError() if "closed" in str(error).lower():  # aiohttp's session, when we are stopping
            return NotSent("the connection was closed before")
        case aiohttp.ClientError() | TimeoutError() | OSError():
            return Unknown(f"no answer ({type(error).__name__})")
        case KeyError(args=("retry_after",)):  # discord.py, of a 429 that does not say how long
            return Fatal("too many edits") if editing else RetryLater(A_WHILE)
    return Fatal(type(error).__name__)


def said(error: discord.HTTPException) -> str:
    """The server's own text, of a length we keep."""
    return " ".join(error.text.split())[:LONGEST]


def quoted(text: str) -> str:
    """What only Discord can explain."""
    return f"Discord says: “{text}”" if text.strip() else "Discord does not say why"


def _refused(error: discord.HTTPException, *, editing: bool) -> DeliveryError:
    code, status, text = error.code, error.status, said(error)
    if status == 429 and not (editing and code == 30046):
        return RetryLater(_seconds(error), everywhere=_is_for_all(error))
    if status >= 500:
        return Unknown(f"Discord failed ({status})")
    if code in _GONE and not (editing and code in _EDITING_ONLY):
        return TargetGone(_GONE[code])
    if code in _FORM or status == 413:
        return BadFormat(quoted(text))
    if code == 160006:
        return RetryLater(_UNTIL_THREADS_END)
    if status == 401:
        return NotSent("the token is not accepted")  # whoever holds the gateway hears of it too, and stops
    if code == 0 and not text.startswith(f"{status}: "):  # Discord's own answers say so even where there is no code
        return NotSent(f"refused on the way ({status})")
    if status == 403 and not editing:
        return TargetGone(quoted(text))
    return Fatal(f"{quoted(text)} ({code})")


def _seconds(error: discord.HTTPException) -> float:
    headers = getattr(error.response, "headers", {})
    for name in ("Retry-After", "X-RateLimit-Reset-After"):
        try:
            return max(float(headers[name]), 0.1)
        except (KeyError, ValueError):
            continue
    return A_WHILE


def _is_for_all(error: discord.HTTPException) -> bool:
    """Is it the bot's limit, or a ban by what stands before Discord (which has no `Via`), and no channel's?"""
    headers = getattr(error.response, "headers", {})
    scope = headers.get("X-RateLimit-Scope", "")
    return "X-RateLimit-Global" in headers or scope == "global" or (not scope and "Via" not in headers)
