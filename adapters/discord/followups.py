"""The messages of one interaction, by its token: posted, changed, taken back; what fails on the way is tried again."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from adapters.discord.attachments import Letter
from adapters.discord.connection import FAILURES, Connection
from adapters.discord.errors import delivery_error
from adapters.discord.limits import SUPPRESS_EMBEDS
from bot.platforms import NotSent, Unknown

ORIGINAL = "@original"
"""Discord's name of the message that an interaction was first answered with, or whose button it was."""

_NO_SUCH_MESSAGE = 10008
"""Somebody deleted it."""


class Followups:
    """All of it raises FAILURES."""

    def __init__(self, connection: Connection, interaction: discord.Interaction[Any]) -> None:
        self._connection = connection
        self._webhook = f"/webhooks/{interaction.application_id}/{interaction.token}"

    async def post(self, letter: Letter) -> str:
        """The id of the new message."""
        sent = await self._call("POST", "", letter)
        return str(sent["id"])

    async def change(self, message: str, letter: Letter) -> bool:
        """False: somebody deleted it."""
        flags = letter.message["flags"] & SUPPRESS_EMBEDS
        try:
            await self._call("PATCH", f"/messages/{message}", letter.having(flags=flags))
        except discord.NotFound as exc:
            if exc.code != _NO_SUCH_MESSAGE:
                raise
            return False
        return True

    async def delete(self, message: str) -> None:
        """One that somebody else deleted is gone as well."""
        try:
            await self._call("DELETE", f"/messages/{message}")
        except discord.NotFound as exc:
            if exc.code != _NO_SUCH_MESSAGE:
                raise

    async def _call(self, method: str, path: str, letter: Letter | None = None) -> Any:  # noqa: ANN401 - JSON
        """Tried again if it failed on the way and does no harm twice: an edit, or what certainly did not arrive."""
        body, files = (None, ()) if letter is None else (letter.body, letter.files)
        for wait in self._connection.again:
            try:
                return await self._connection.direct.answer(method, self._webhook + path, body, files)
            except FAILURES as exc:
                if not _may_try_again(exc, twice=method != "POST"):
                    raise
            await asyncio.sleep(wait)
        return await self._connection.direct.answer(method, self._webhook + path, body, files)


def _may_try_again(exc: BaseException, *, twice: bool) -> bool:
    """`twice`: it may arrive a second time."""
    if isinstance(exc, discord.HTTPException) and exc.status < 500:
        return False
    error = delivery_error(exc)
    return isinstance(error, NotSent) or (twice and isinstance(error, Unknown))
