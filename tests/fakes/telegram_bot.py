"""The real python-telegram-bot against the test server, and a clock for both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from tests.fakes.telegram import FakeTelegram


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@asynccontextmanager
async def client(server: FakeTelegram, *, token: str | None = None, read: float = 5.0) -> AsyncIterator[Bot]:
    """A Bot that talks to `server` and has not logged in; `read` is its timeout in seconds."""
    plain = {"verify": False}  # the server speaks plain HTTP: no certificates need to be loaded
    requests = [HTTPXRequest(read_timeout=read, httpx_kwargs=plain) for _ in range(2)]
    bot = Bot(token or server.token, base_url=server.base_url, request=requests[0], get_updates_request=requests[1])
    for request in requests:
        await request.initialize()
    try:
        yield bot
    finally:
        for request in requests:
            await request.shutdown()


async def refusal(call: Awaitable[Any]) -> str:
    """What a call that fails is told, in small letters (the library changes their case), after the error's name."""
    try:
        answer = await call
    except TelegramError as exc:
        return f"{type(exc).__name__}: {exc.message.lower()}"
    raise AssertionError(f"not refused: {answer}")
