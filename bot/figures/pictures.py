"""Pictures from arXiv's site: each fetched and made small once for all who ask, and forgotten after some minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Protocol, TypeAlias
from urllib.parse import unquote

import requests

from bot.briefly import Briefly
from bot.figures.bounds import LONGEST
from bot.figures.process import shrink
from bot.flights import Flights
from bot.fulltext.fetch import Rooms
from bot.ports import NoPicture, Picture
from bot.sources.answers import SourceRejected
from bot.sources.wire import AnswerTooLong

logger = logging.getLogger(__name__)

ROOMS: Rooms = MappingProxyType({"html": ("image/png, image/jpeg, image/webp, image/gif;q=0.9, */*;q=0.1", LONGEST)})
KEEP_SECONDS = 600.0
MOST_KEPT = 24
"""Of at most a megabyte each."""
WORKERS = 1
"""Processes at the same time, each of up to a gigabyte."""

Shrink: TypeAlias = Callable[[bytes], Awaitable[Picture]]


class Fetch(Protocol):
    """Where a picture comes from: Wall, or another one of its kind. Blocks."""

    def __call__(self, address: str) -> bytes: ...


class Wall:
    """arXiv's site as a wall of pictures: those below /html/ and no others."""

    def __init__(self, session: requests.Session, site_url: str) -> None:
        self._session = session
        self._root = f"{site_url}/html/"

    def __call__(self, address: str) -> bytes:
        """The file there. Blocks; raises NoPicture or another SourceError of the gate."""
        if not address.startswith(self._root) or ".." in unquote(address) or not address.isprintable():
            raise NoPicture("This picture is not on arXiv's site.", code="elsewhere")
        try:
            return self._session.get(address).content
        except SourceRejected:
            raise NoPicture("arXiv has no such picture.", code="missing") from None
        except AnswerTooLong:
            raise NoPicture("The picture is too large.", code="too_large") from None


class Pictures:
    """For one event loop; `close` forgets everything."""

    def __init__(
        self,
        fetch: Fetch,
        *,
        shrink: Shrink = shrink,
        keep: float = KEEP_SECONDS,
        most_kept: int = MOST_KEPT,
        workers: int = WORKERS,
    ) -> None:
        self._fetch = fetch
        self._shrink = shrink
        self._room = asyncio.Semaphore(workers)
        self._flights: Flights[str, Picture] = Flights()
        self._kept: Briefly[str, Picture] = Briefly(keep, most=most_kept)

    def kept(self, address: str) -> Picture | None:
        """The picture, if it is in memory."""
        try:
            return self._kept.get(address)
        except NoPicture:
            return None

    async def of(self, address: str) -> Picture:
        """The picture at `address`. Raises NoPicture (the same for some minutes), or another SourceError."""
        if (found := self._kept.get(address)) is not None:
            return found
        return await self._flights.share(address, lambda _: self._made(address))

    async def _made(self, address: str) -> Picture:
        try:
            body = await asyncio.to_thread(self._fetch, address)
            async with self._room:
                made = await self._shrink(body)
        except NoPicture as exc:
            logger.info("no picture: reason=%s", exc.code)
            self._kept.put(address, exc)
            raise
        self._kept.put(address, made)
        return made

    def close(self) -> None:
        """Forget every picture at once."""
        self._kept.clear()
