"""The Bot API for us: payloads as requests, answers as refs, everything that fails as one class of DeliveryError.

Connections are open while somebody needs them: while we run, and until the last request that is under way has ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any, TypeVar

import httpx
import telegram
from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from adapters.telegram.errors import (
    RichRefused,
    delivery_error,
    is_no_answer,
    is_too_late,
    is_unchanged,
    rich_refused,
    said,
)
from adapters.telegram.limits import NAME
from adapters.telegram.pauses import Pauses
from adapters.telegram.wire import content, is_rich, number, place, ref_of
from bot.platforms import BadFormat, DeliveryError, LoginFailed, MessageRef, Unknown
from bot.ports import BotError, Picture
from bot.targets import Target

logger = logging.getLogger(__name__)

POLL = 50
"""Seconds Telegram may keep a question for updates waiting; the answer may take READ_POLL more."""

READ_POLL = 15.0
CONNECT = 10.0
POOL = 30.0
CONNECTIONS = 128

ALLOWED = ("message", "channel_post", "callback_query", "my_chat_member")
"""Updates we want; what is edited is none of them, so it runs no command."""

NOWHERE = Target(NAME, "0")

_NONSENSE = (LookupError, TypeError, ValueError, AttributeError)
"""What the library raises for an answer that is JSON, but none of the Bot API's."""

T = TypeVar("T")


class Failed(BotError):
    """A question that is no message was not answered; `told` is what it would be for a message."""

    def __init__(self, told: DeliveryError) -> None:
        super().__init__(f"Telegram cannot be asked: {told}")
        self.told = told


class RichUnknown(BadFormat):
    """A Rich Message was refused; `everywhere`: whatever stands in it."""

    def __init__(self, message: str, *, everywhere: bool) -> None:
        super().__init__(message, again=True)
        self.everywhere = everywhere


class _Bot(telegram.Bot):
    """The library's bot shows its token in its repr."""

    def __repr__(self) -> str:
        return "Bot[***]"

    async def raw_updates(self, offset: int | None, wait: int, most: int) -> list[dict[str, Any]]:
        """`getUpdates`, where the library fails as a whole if it cannot read one of them."""
        asked = {"offset": offset, "timeout": wait, "limit": most, "allowed_updates": ALLOWED}
        told: list[dict[str, Any]] = await self._post("getUpdates", asked, read_timeout=READ_POLL + wait)
        if not all(isinstance(each["update_id"], int) for each in told):
            raise TypeError("updates have numbers")
        return told


class Api:
    """One login. For one event loop."""

    def __init__(self, token: str, api_url: str, pauses: Pauses) -> None:
        # The library warns of its own next version, as an error where warnings are errors; `errors` takes both forms.
        warnings.filterwarnings("ignore", ".*PTB_TIMEDELTA", PTBDeprecationWarning)
        self._requests = (
            _request(1, read=READ_POLL, write=CONNECT),
            _request(CONNECTIONS, read=pauses.read, write=pauses.read),
        )
        self._bot = _Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )
        self._users = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connections are kept inside this block, whoever else leaves one."""
        self._users += 1
        try:
            if self._users == 1:
                await asyncio.gather(*(request.initialize() for request in self._requests))
            yield
        finally:
            self._users -= 1
            if self._users == 0:
                await asyncio.gather(*(request.shutdown() for request in self._requests))

    # ------------------------------------------------------------ messages

    async def send(
        self,
        target: Target,
        payload: Mapping[str, Any],
        *,
        silent: bool = False,
        reply_to: int | None = None,
    ) -> MessageRef:
        """Raises one class of DeliveryError; RichUnknown if it is for being a Rich Message."""
        where = place(target, silent=silent, reply_to=reply_to)
        if is_rich(payload):
            answer = await self._message(
                target,
                lambda: self._bot.do_api_request("sendRichMessage", api_kwargs=where | content(payload)),
                rich=True,
            )
            message = answer if isinstance(answer, Mapping) else {}
        else:
            rest = where | content(payload)
            chat_id, text = rest.pop("chat_id"), rest.pop("text")
            sent = await self._message(target, lambda: self._bot.send_message(chat_id, text, api_kwargs=rest))
            message = _as_json(sent)
        return ref_of(target, message)

    async def depict(
        self, target: Target, caption: Mapping[str, Any], picture: Picture, *, reply_to: int | None
    ) -> MessageRef:
        """Send a picture without a sound. Raises one class of DeliveryError."""
        rest = {**place(target, silent=True, reply_to=reply_to), **caption}
        chat_id = rest.pop("chat_id")
        sent = await self._message(
            target,
            lambda: self._bot.send_photo(
                chat_id,
                picture.body,
                filename=f"figure.{picture.media_type.removeprefix('image/')}",
                api_kwargs=rest,
            ),
        )
        return ref_of(target, _as_json(sent))

    async def edit(self, ref: MessageRef, payload: Mapping[str, Any]) -> None:
        """What stands there already is fine. Raises as `send` does."""
        target = Target(NAME, ref.chat_id, ref.thread_id)
        rich, rest = is_rich(payload), content(payload)
        text = rest.pop("text", None)
        if text is None:
            rest["text"] = None  # the library drops what is None, and asks for a text that a Rich Message has not
        await self._message(
            target,
            lambda: self._bot.edit_message_text(
                text or "", chat_id=number(ref.chat_id), message_id=int(ref.message_id), api_kwargs=rest
            ),
            rich=rich,
            unchanged=True,
        )

    async def delete(self, ref: MessageRef) -> None:
        """One of our own messages. Raises one class of DeliveryError."""
        await self._message(
            Target(NAME, ref.chat_id, ref.thread_id),
            lambda: self._bot.delete_message(number(ref.chat_id), int(ref.message_id)),
        )

    async def notice(self, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """The answer every pressed button waits for. One that comes too late is none. Raises a DeliveryError."""
        try:
            async with self.open():
                await self._bot.answer_callback_query(query_id, text or None, show_alert=alert or None)
        except TelegramError as exc:
            error = None if is_too_late(exc) else delivery_error(exc, NOWHERE)
        else:
            return
        if error is not None:
            raise error

    async def _message(
        self, target: Target, call: Callable[[], Awaitable[T]], *, rich: bool = False, unchanged: bool = False
    ) -> T:
        """`call`'s answer. Whatever the library raises holds our token somewhere: none of it gets out."""
        error: DeliveryError
        try:
            async with self.open():
                return await call()
        except TelegramError as exc:
            refused: RichRefused | None = rich_refused(exc) if rich else None
            if unchanged and is_unchanged(exc):
                return None  # type: ignore[return-value] # an edit has no answer
            if refused is not None:
                error = RichUnknown(said(exc), everywhere=refused.everywhere)
            else:
                error = delivery_error(exc, target)
        except _NONSENSE as exc:
            error = Unknown(f"an answer nobody understands ({type(exc).__name__})")
        raise error

    # ------------------------------------------------------------ questions

    async def me(self) -> telegram.User:
        """Who we are. Raises LoginFailed, Failed."""
        return await self.ask(lambda bot: bot.get_me())

    async def updates(
        self, offset: int | None, *, wait: int = POLL, most: int = 100
    ) -> tuple[list[Update], int | None]:
        """What happened, at most `most` of it, and the offset that confirms it; what is before `offset` is never told
        again. One that nobody can read is left out. Raises LoginFailed, Failed, Conflicted."""
        told = await self.ask(lambda bot: self._bot.raw_updates(offset, wait, most))
        read = (self._read(each) for each in told)
        return [update for update in read if update is not None], max(
            (each["update_id"] + 1 for each in told), default=offset
        )

    def update(self, body: bytes) -> Update | None:
        """One that Telegram brought. None if it is none, or one that nobody can read."""
        try:
            given = json.loads(body)
        except ValueError:
            return None
        return self._read(given) if isinstance(given, dict) and isinstance(given.get("update_id"), int) else None

    def _read(self, given: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(given, self._bot)
        except _NONSENSE as exc:  # of a server whose version the library does not know; it must not hold up the others
            logger.warning("an update cannot be read: update=%d error=%s", given["update_id"], type(exc).__name__)
            return None

    async def ask(self, call: Callable[[telegram.Bot], Awaitable[T]]) -> T:
        """Anything else. Raises LoginFailed, Conflicted, Failed (with what the answer would be for a message)."""
        error: BotError
        try:
            async with self.open():
                return await call(self._bot)
        except InvalidToken as exc:
            refused = "Telegram does not accept TELEGRAM_BOT_TOKEN. Copy it anew from @BotFather."
            error = Failed(delivery_error(exc, NOWHERE)) if is_no_answer(exc) else LoginFailed(refused)
        except telegram.error.Conflict as exc:
            error = Conflicted(said(exc))
        except TelegramError as exc:
            error = Failed(delivery_error(exc, NOWHERE))
        except _NONSENSE as exc:
            error = Failed(Unknown(f"an answer nobody understands ({type(exc).__name__})"))
        raise error


def _as_json(sent: telegram.Message) -> Mapping[str, Any]:
    return {"message_id": sent.message_id, "chat": {"username": sent.chat.username, "type": sent.chat.type}}


def _request(connections: int, *, read: float, write: float) -> HTTPXRequest:
    return HTTPXRequest(
        connections,
        read_timeout=read,
        write_timeout=write,
        connect_timeout=CONNECT,
        pool_timeout=POOL,
        httpx_kwargs={"verify": trusted()},
    )


@cache
def trusted() -> ssl.SSLContext:
    """Whom we trust, read once: the library would read it again for every connection it opens anew."""
    return httpx.create_ssl_context()


class Conflicted(BotError):
    """Somebody else asks for the same updates, or a webhook takes them."""
