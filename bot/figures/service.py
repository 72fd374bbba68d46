"""The figures that go with what is said of a paper in depth: chosen from its page, fetched where they are free."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot import document
from bot.figures.captions import shown
from bot.models import Digest, Paper
from bot.ports import FullText, Picture, SourceError

logger = logging.getLogger(__name__)

PATIENCE = 45.0
"""Seconds the pictures of one paper may take; the answer is there already, and the link stands in for one too late."""


class Fetching(Protocol):
    """What of `bot.figures.pictures.Pictures` is needed here."""

    async def of(self, address: str) -> Picture: ...


class Figures:
    """`pictures` None: figures are linked and never fetched."""

    def __init__(self, texts: FullText, pictures: Fetching | None, *, patience: float = PATIENCE) -> None:
        self._texts = texts
        self._pictures = pictures
        self._patience = patience

    async def of(self, made: Digest, *, language: str) -> Mapping[str, Sequence[document.Figure]]:
        """Those of the one paper of `made`, by its id, if its summary was made from its page; nothing of several."""
        if len(made.entries) != 1:
            return {}
        (entry,) = made.entries
        if entry.summary is None or entry.summary.source != "html":
            return {}
        found = await self.telling(entry.paper, language=language)
        return {entry.paper.id: found} if found else {}

    async def telling(self, paper: Paper, *, language: str) -> Sequence[document.Figure]:
        """The telling figures of `paper`; those with a `picture` have it in memory. None where there is no page."""
        try:
            full = await self._texts.of(paper)
        except SourceError as exc:
            logger.info("no figures: paper=%s reason=%s", paper.id, exc.code)
            return ()
        chosen = shown(paper, full, language=language, pictures=self._pictures is not None)
        found = [replace(figure, picture=None) for figure in chosen]
        try:
            async with asyncio.timeout(self._patience):
                for place, figure in enumerate(chosen):
                    found[place] = await self._fetched(figure)
        except TimeoutError:
            logger.info("a picture took too long: paper=%s", paper.id)
        return tuple(found)

    async def _fetched(self, figure: document.Figure) -> document.Figure:
        if figure.picture is None or self._pictures is None:
            return figure
        try:
            await self._pictures.of(figure.picture)
        except SourceError as exc:
            logger.info("a figure is only linked: reason=%s", exc.code)
            return replace(figure, picture=None)
        return figure
