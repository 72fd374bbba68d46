"""Requests of our own beside the library's: never repeated when they may have arrived, and held up by nobody else's.

discord.py tries 500, 502 and 504 again by itself, which would post a forum's post twice; it sends all answers to
interactions one after the other, and lets none pass while the bot's overall limit is used up, though that limit is not
theirs. It logs addresses, too, and those of interactions are secrets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import discord
from discord.http import HTTPClient, json_or_text

LONGEST_LIMIT = 5.0
"""Seconds a person's answer may wait for a rate limit of its interaction; a client asks for two at most."""


class Direct:
    """One session, for one login; open it by `async with`. `longest` are the seconds a request may take."""

    def __init__(self, http: HTTPClient, *, api_url: str, longest: float) -> None:
        self._http = http
        self._api_url = api_url
        self._longest = longest
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._longest))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def answer(self, method: str, path: str, json: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        """A request about an interaction, whose token is in its `path`. Waits a little where it is asked to wait.

        Raises what the library raises, and TimeoutError.
        """
        async with asyncio.timeout(self._longest):
            while True:
                try:
                    return await self._asked(method, path, json, {})
                except discord.HTTPException as exc:
                    after = _wait(exc)
                    if after is None or after > LONGEST_LIMIT:
                        raise
                await asyncio.sleep(after)

    async def post(self, path: str, json: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """As the bot, once. Raises what the library raises, and TimeoutError."""
        return await self._asked("POST", path, json, {"Authorization": f"Bot {self._http.token}"})

    async def _asked(self, method: str, path: str, json: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        if self._session is None:
            raise RuntimeError("the session is closed")
        asking = self._session.request(
            method,
            self._api_url + path,
            json=json,
            headers={"User-Agent": self._http.user_agent, **headers},
            proxy=self._http.proxy,
        )
        async with asking as response:
            data = await json_or_text(response)
            if response.status < 300:
                return data
            kind = {403: discord.Forbidden, 404: discord.NotFound}.get(response.status, discord.HTTPException)
            raise (discord.DiscordServerError if response.status >= 500 else kind)(response, data)


def _wait(error: discord.HTTPException) -> float | None:
    """The seconds a rate limit asks for; None: it is none, or does not say."""
    try:
        return float(error.response.headers["Retry-After"]) if error.status == 429 else None
    except (KeyError, ValueError):
        return None
