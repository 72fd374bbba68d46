"""Says something at once, ahead of all digests and beside the outbox: what is lost when it fails is only said less."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from itertools import count
from random import Random

from bot.delivery.doubt import pause
from bot.delivery.pacing import Pacing
from bot.document import Document
from bot.platforms import BadFormat, NotSent, Part, Platform, RetryLater, Unknown
from bot.targets import Chat, Target

TRIES = 4
"""Of a message that did not arrive, certainly."""

LONGEST_SILENCE = 60.0
"""Seconds of silence we keep for its sake; a platform that asks for more does not get it at all."""

LONGEST_SEND = 60.0
"""Seconds one try may take; then its fate is not known, and it is left at that."""


def _nonce() -> str:
    return uuid.uuid4().hex[:25]


class Voice:
    """For one event loop. `nonce` makes a name no message had before; `random` spreads the tries."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        pacing: Pacing,
        *,
        nonce: Callable[[], str] = _nonce,
        random: Random | None = None,
    ) -> None:
        self._platforms = platforms
        self._pacing = pacing
        self._nonce = nonce
        self._random = random or Random()  # noqa: S311 - jitter, no secret

    async def say(self, chat: Chat, document: Document, *, about: Target | None = None) -> None:
        """Say `document` in `chat`, with buttons about `about` (see `Platform.render`). Raises DeliveryError.

        It may be in there twice only if the platform itself delivers twice.
        """
        platform = self._platforms.get(chat.target.platform)
        if platform is None:
            raise NotSent(f"{chat.target.platform} is not running")
        for part in platform.render(document, chat=chat, about=about):
            await self._said(platform, chat, part, about)

    async def _said(self, platform: Platform, chat: Chat, part: Part, about: Target | None) -> None:
        """In the form it has; refused, in the one the platform has learned to use; refused again, as plain text."""
        try:
            await self._sent(platform, chat, part)
        except BadFormat as exc:
            others = list(platform.render(part.slice, chat=chat, about=about)) if exc.again else [part]
            if [other.payload for other in others] == [part.payload]:
                others = list(platform.plain(part.slice, chat=chat, about=about))
        else:
            return
        for other in others:
            try:
                await self._sent(platform, chat, other)
            except BadFormat:
                for plain in platform.plain(other.slice, chat=chat, about=about):
                    await self._sent(platform, chat, plain)

    async def _sent(self, platform: Platform, chat: Chat, part: Part) -> None:
        name, target, nonce = platform.name, chat.target, self._nonce()
        for tries in count(1):
            try:
                async with self._pacing.turn(name, target.chat_id, chat.kind, urgent=True):
                    try:
                        async with asyncio.timeout(LONGEST_SEND):
                            await platform.send(target, part, nonce=nonce)
                    except TimeoutError:
                        raise Unknown("no answer in time") from None
            except RetryLater as exc:
                if exc.everywhere:
                    self._pacing.halt(name, exc.after)
                else:
                    self._pacing.halt_chat(name, target.chat_id, chat.kind, exc.after)
                if tries >= TRIES or exc.after > LONGEST_SILENCE:
                    raise
            except NotSent:
                if tries >= TRIES:
                    raise
                await asyncio.sleep(pause(tries, self._random.random()).total_seconds())
            else:
                return
