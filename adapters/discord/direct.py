"""Requests of our own beside the library's: never repeated when they may have arrived, and held up by nobody else's.

discord.py tries 500, 502 and 504 again by itself, which would post a forum's post twice; it sends all answers to
interactions one after the other, and lets none pass while the bot's overall limit is used up, though that limit is not
theirs. It logs addresses, too, and those of interactions are secrets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self

import aiohttp
import discord
from discord.http import HTTPClient, json_or_text

from adapters.discord.attachments import Attachment, form
from bot.attached import NotFetched

_PIECE = 1 << 16

MOST_TRIES = 5
"""Of an answer that meets a rate limit each time."""


class Direct:
    """One session, for one login; open it by `async with`. `longest` are the seconds a request may take, `patience`
    those that somebody's answer may wait for a rate limit of its interaction, which is hardly ever more than two."""

    def __init__(self, http: HTTPClient, *, api_url: str, longest: float, patience: float) -> None:
        self._http = http
        self.api_url = api_url
        self._longest = longest
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._longest))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(
        self, method: str, path: str, json: Mapping[str, Any] | None = None, files: Sequence[Attachment] = ()
    ) -> Any:  # noqa: ANN401 - JSON
        """A request about an interaction, whose token is in its `path`. Waits a little where it is asked to wait.

        Raises what the library raises, and TimeoutError.
        """
        for _ in range(MOST_TRIES - 1):
            response, data = await self._asked(method, path, json, files)
            after = _wait(response, data)
            if after is None or after > self._patience:
                return _checked(response, data)
            await asyncio.sleep(after)
        return _checked(*await self._asked(method, path, json, files))

    async def post(self, path: str, json: Mapping[str, Any], files: Sequence[Attachment] = ()) -> Any:  # noqa: ANN401 - JSON
        """As the bot, once. Raises what the library raises, and TimeoutError."""
        return _checked(*await self._asked("POST", path, json, files, Authorization=f"Bot {self._http.token}"))

    async def fetch(self, url: str, most: int) -> bytes:
        """A file of at most so many bytes, from `url` and nowhere else. Raises NotFetched, which does not say where."""
        if self._session is None:
            raise NotFetched("The session is closed.")
        asking = self._session.get(
            url,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._longest, sock_read=self._longest),
            headers={"User-Agent": self._http.user_agent},
            proxy=self._http.proxy,
        )
        try:
            async with asking as response:
                if response.status != 200:
                    raise NotFetched(f"Discord answered {response.status} for a file.")
                body = bytearray()
                async for piece in response.content.iter_chunked(_PIECE):
                    body += piece
                    if len(body) > most:
                        raise NotFetched("A file is longer than it should be.", too_large=True)
                return bytes(body)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as exc:
            kind = type(exc).__name__
        raise NotFetched(f"A file did not arrive ({kind}).")

    async def _asked(
        self, method: str, path: str, json: Mapping[str, Any] | None, files: Sequence[Attachment], **headers: str
    ) -> tuple[aiohttp.ClientResponse, Any]:
        if self._session is None:
            raise RuntimeError("the session is closed")
        asking = self._session.request(
            method,
            self.api_url + path,
            json=None if files else json,
            data=_form(json or {}, files) if files else None,
            headers={"User-Agent": self._http.user_agent, **headers},
            proxy=self._http.proxy,
        )
        async with asking as response:
            try:
                return response, await json_or_text(response)
            except ValueError:
                return response, "JSON that is none"


def _form(json: Mapping[str, Any], files: Sequence[Attachment]) -> aiohttp.FormData:
    data = aiohttp.FormData(quote_fields=False)  # Discord does not know the brackets of `files[0]` when quoted
    for field in form(json, files):
        data.add_field(**field)
    return data


def understood(data: Any) -> Any:  # noqa: ANN401 - JSON
    """`data`, which answers a request that was taken. Raises aiohttp.ClientError if something else than Discord did."""
    if isinstance(data, str) and data:
        raise aiohttp.ClientPayloadError("something answered in Discord's place")
    return data


def _checked(response: aiohttp.ClientResponse, data: Any) -> Any:  # noqa: ANN401 - JSON
    if response.status < 300:
        return understood(data)
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(response.status, discord.HTTPException)
    raise (discord.DiscordServerError if response.status >= 500 else kind)(response, data)


def _wait(response: aiohttp.ClientResponse, data: Any) -> float | None:  # noqa: ANN401 - JSON
    """The seconds a rate limit asks for; None: it is none, or does not say."""
    if response.status != 429:
        return None
    said = data.get("retry_after") if isinstance(data, dict) else response.headers.get("Retry-After")
    try:
        return float(said)  # type: ignore[arg-type] # None is a TypeError
    except (TypeError, ValueError):
        return None
