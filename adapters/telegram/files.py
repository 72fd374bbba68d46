"""Files people send: where each is Telegram is asked, then it comes from there, piece by piece, and nothing else does.

Its address holds our token, so it is neither logged nor raised.
"""

from __future__ import annotations

import httpx

from adapters.telegram.api import Api, Failed, trusted
from bot.attached import NotFetched
from bot.platforms import Fatal
from bot.ports import BotError


class Files:
    """For one bot. `silence`: seconds without a byte after which a file does not come any more."""

    def __init__(self, api: Api, token: str, api_url: str, *, silence: float) -> None:
        self._api = api
        self._silence = silence
        self._root = f"{api_url}/file/bot{token}/"

    async def fetch(self, file: str, most: int) -> bytes:
        """The file of that id, of at most so many bytes. Raises NotFetched."""
        address = await self._address(file)
        try:
            async with (
                httpx.AsyncClient(verify=trusted(), timeout=self._silence, follow_redirects=False) as client,
                client.stream("GET", address) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise NotFetched(f"Telegram answered {answer.status_code} for a file.")
                return await _bounded(answer, most)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            kind = type(exc).__name__
        raise NotFetched(f"A file did not arrive ({kind}).")

    async def _address(self, file: str) -> str:
        try:
            found = await self._api.ask(lambda bot: bot.get_file(file))
        except Failed as exc:
            told = exc.told
        except BotError as exc:
            raise NotFetched(f"Telegram does not say where a file is ({type(exc).__name__}).") from None
        else:
            path = found.file_path or ""
            if not path.startswith(self._root) or ".." in path:  # a server of one's own may keep it on its own disk
                raise NotFetched("Telegram's server does not hand files out.")
            return path
        too_large = isinstance(told, Fatal) and "too big" in str(told).lower()
        raise NotFetched("Telegram does not say where a file is.", too_large=too_large)


async def _bounded(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > most:
            raise NotFetched("A file is longer than it should be.", too_large=True)
    return bytes(body)
