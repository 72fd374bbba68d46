"""What is sent for a part: with pictures of its formulas where we may attach files, else as it was rendered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import discord

from adapters.discord import places, render
from adapters.discord.attachments import Attachment, Letter
from adapters.discord.connection import described
from adapters.discord.numbering import unreadable
from adapters.discord.whereabouts import seen
from bot.formulas.drawing import Drawn
from bot.platforms import Part
from bot.targets import Target

logger = logging.getLogger(__name__)

F = TypeVar("F")
T = TypeVar("T")

FORMULAS = "formulas.png"

REFUSED = frozenset({400, 403, 413})
"""What Discord answers to files it does not want there: then the part goes without them."""


class Draw(Protocol):
    """See `bot.formulas.drawing.Drawing`."""

    def __call__(self, sources: Sequence[str]) -> Awaitable[Drawn | None]: ...


class Letters:
    """`draw` may take seconds for what it has not drawn before."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    @staticmethod
    def takes_time(part: Part) -> bool:
        """Is there something to draw?"""
        return bool(unreadable(part.slice))

    async def of(self, part: Part, *, may_attach: bool) -> tuple[Letter, ...]:
        """The forms it can be sent in, the best first; the last has no files."""
        bare = Letter(message=render.body(part.payload))
        drawn = await self._draw(unreadable(part.slice)) if may_attach and part.payload["kind"] != "plain" else None
        message = render.illustrated(part, drawn.sources, picture=FORMULAS) if drawn is not None else None
        if drawn is None or message is None:
            return (bare,)
        said = "\n".join(f"({number}) {source}" for number, source in enumerate(drawn.sources, start=1))
        picture = Attachment(name=FORMULAS, body=drawn.png, media_type="image/png", description=said)
        return (Letter(message=message, files=(picture,)), bare)


async def first_taken(forms: Sequence[F], send: Callable[[F], Awaitable[T]]) -> T:
    """What `send` gives for the first of `forms` whose files Discord takes. Raises what `send` raises."""
    for form in forms[:-1]:
        try:
            return await send(form)
        except discord.HTTPException as exc:
            if exc.status not in REFUSED:
                raise
            logger.info("a message goes without its pictures: %s", described(exc))
    return await send(forms[-1])


def may_attach(client: discord.Client, target: Target) -> bool:
    """May we send files there? Not where we cannot see it."""
    if places.person(target) is not None:
        return True
    channel = seen(client, target)
    return channel is not None and channel.permissions_for(channel.guild.me).attach_files
