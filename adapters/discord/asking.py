"""A question about a paper: the form that its button opens, or the menu of a message that names papers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from adapters.discord import forms
from bot.commands.text import Said
from bot.latex import readable
from bot.platforms import Core
from bot.ports import BotError
from bot.posted import papers_of
from bot.sources.ids import find
from bot.targets import Target
from bot.wording import TITLE, clean, short_title

logger = logging.getLogger(__name__)

MOST = 10
"""Papers of one message among which one may choose."""

SOON = 0.8
"""Seconds in which we look what papers are called: a form has to be there in three."""


async def form(core: Core, said: Said, *, language: str, about: Target | None) -> dict[str, Any]:
    """The form of a button."""
    if said.command != "ask":
        return forms.form(said, language=language, about=about)
    keys = [each.key for each in find(str(said.options.get(forms.PAPER, "")))[:1]]
    return forms.form(said, language=language, about=about, papers=await _called(core, keys))


async def form_about(core: Core, text: str, *, language: str) -> dict[str, Any] | None:
    """A form about the papers that `text` names; None: it names none."""
    keys = [each.key for each in find(text)[:MOST]]
    return forms.form(Said("ask"), language=language, about=None, papers=await _called(core, keys)) if keys else None


async def named(core: Core, words: str, *, where: Target, message: str) -> str:
    """The ids of the papers we posted in a message, for the lines of a card lead to posts; else its `words`."""
    try:
        async with asyncio.timeout(SOON):
            posted = await core.posted(where, message)
    except (BotError, TimeoutError) as exc:
        logger.info("what was posted cannot be looked up: %s", type(exc).__name__)
        return words
    papers = papers_of(posted) if posted is not None else ()
    return " ".join(papers) or words


async def _called(core: Core, keys: Sequence[str]) -> dict[str, str]:
    """What these papers are called, by id: the id itself where that is not known, or not soon enough."""
    called = {key: key for key in keys}
    try:
        async with asyncio.timeout(SOON):
            for key in keys:
                for paper in await core.known_papers(key, limit=1):
                    if paper.id == key and (name := short_title(clean(readable(paper.title), TITLE))):
                        called[key] = name
    except (BotError, TimeoutError):
        return called
    return called
