"""What the Bot API refuses, and what fails on the way there, as the one class of DeliveryError it is. Pure.

Texts are those of telegram-bot-api's `Client.cpp` and of Telegram's servers; python-telegram-bot changes their letter
case, so case does not matter here. It makes one class (`NetworkError`) of what never left, of what may have arrived and
of 5xx: what caused it tells them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from adapters.telegram.reasons import GONE, TOPIC_GONE, quoted, reason
from bot.platforms import (
    BadFormat,
    DeliveryError,
    Fatal,
    NotSent,
    RetryLater,
    TargetGone,
    TargetMoved,
    Unknown,
)
from bot.targets import Target

LONGEST = 200
"""Characters of a server's text that we keep."""

A_WHILE = 30.0
"""Seconds of silence if we are asked for some and not told how many."""

_LEFT_NOTHING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,  # a tunnel that was not opened
    httpx.UnsupportedProtocol,
    RuntimeError,  # the connection was closed before
)

_NO_SUCH_MESSAGE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to delete not found",
    "message can't be deleted",
)

_BAD_FORMAT = (
    "can't parse",
    "is too long",
    "message_too_long",
    "entity",
    "entities_too_long",
    "button",
    "reply markup",
    "reply_markup",
    "inline keyboard",
    "unsupported url protocol",
    "wrong http url",
    "url host is empty",
    "url is invalid",
    "text is empty",
    "text must be non-empty",
    "message_empty",
    "strings must be encoded in utf-8",
    "rich_message",
    "request entity too large",
)

_STATUS_ALONE = re.compile(r"[A-Za-z' -]{2,40} \([0-9]{3}\)(?:\.|$)")
"""What the library makes of an answer without a description."""


@dataclass(frozen=True, slots=True)
class RichRefused:
    """A Rich Message was refused: by a server that has none (or none like ours), or for what stands in this one."""

    everywhere: bool


def rich_refused(exc: TelegramError) -> RichRefused | None:
    """Is it the form that was refused? None: no, or not for being rich. Only for calls with a rich message in them."""
    text = said(exc)
    match exc:
        case _ if is_no_answer(exc):
            return None
        case EndPointNotFound() | InvalidToken():  # the library takes an unknown method for an unknown token
            return None if _is_unauthorized(exc) else RichRefused(everywhere=True)
        case BadRequest() if _has(text, (*TOPIC_GONE, *GONE, *_NO_SUCH_MESSAGE)) or is_unchanged(exc):
            return None
        case BadRequest():
            return RichRefused(everywhere="rich_message_" not in text.casefold())
    return None


def is_unchanged(exc: TelegramError) -> bool:
    """An edit that changes nothing is refused; it is what we wanted."""
    return isinstance(exc, BadRequest) and "message is not modified" in exc.message.casefold()


def is_too_late(exc: TelegramError) -> bool:
    """A button was pressed so long ago that nobody waits for its notice."""
    return isinstance(exc, BadRequest) and _has(exc.message, ("query is too old", "query_id_invalid"))


def delivery_error(exc: TelegramError, target: Target) -> DeliveryError:
    """What becomes of a message to `target` that met `exc`. The class is all that counts; texts are for the admin."""
    match exc:
        case RetryAfter(retry_after=after):
            return RetryLater(after.total_seconds() if isinstance(after, timedelta) else float(after))
        case ChatMigrated(new_chat_id=new):
            return TargetMoved(replace(target, chat_id=str(new)))
        case Forbidden() | BadRequest() | Conflict() if is_no_answer(exc):
            return NotSent("refused on the way")
        case Forbidden():
            return TargetGone(reason(said(exc)) or quoted(said(exc)))
        case EndPointNotFound() | InvalidToken():  # whoever asks for updates hears of it too, and stops
            return NotSent("the token is not accepted")
        case Conflict():
            return NotSent(quoted(said(exc)))
        case BadRequest():
            return _refused(said(exc))
    return _failed(exc)


def said(exc: TelegramError) -> str:
    """The server's text without its class, of a length we keep."""
    text = exc.message.partition(". Parsing the server response")[0]  # what follows is anybody's
    return re.sub(r"^(?:forbidden|conflict|unauthorized|bad request): ", "", text, flags=re.IGNORECASE)[:LONGEST]


def _refused(text: str) -> DeliveryError:
    if (why := reason(text)) is not None:
        return TargetGone(why)
    if _has(text, _BAD_FORMAT) and not _has(text, _NO_SUCH_MESSAGE):
        return BadFormat(quoted(text))
    return Fatal(quoted(text))


def _failed(exc: TelegramError) -> DeliveryError:
    """No answer, or one that tells nothing of the message."""
    cause, text = exc.__cause__, exc.message.casefold()
    if isinstance(cause, _LEFT_NOTHING):
        return NotSent(f"no connection ({type(cause).__name__})")
    if "too many requests" in text:  # without the parameter the library looks for
        found = re.search(r"retry after ([0-9]{1,6})", text)
        return RetryLater(float(found[1]) if found else A_WHILE)
    if "request entity too large" in text:
        return BadFormat("too large")
    if isinstance(cause, TelegramError):  # what the library says of JSON that is none
        return Unknown("something answered in the Bot API's place")
    return Unknown("the server failed" if cause is None else f"no answer ({type(cause).__name__})")


def is_no_answer(exc: TelegramError) -> bool:
    """Did something between us and the Bot API answer in its place? The Bot API always says why, in JSON."""
    inner = exc.__cause__ if isinstance(exc.__cause__, InvalidToken) else exc  # `do_api_request` wraps it
    return isinstance(inner.__cause__, TelegramError) or bool(_STATUS_ALONE.match(str(inner)))


def _is_unauthorized(exc: TelegramError) -> bool:
    texts = (str(each).casefold() for each in (exc, exc.__cause__) if each is not None)
    return any("unauthorized" in text for text in texts)


def _has(text: str, parts: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return any(part in folded for part in parts)
