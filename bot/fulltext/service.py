"""The port FullText: each paper is fetched and parsed once for all who ask, and forgotten after some minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

from bot.briefly import Briefly
from bot.flights import Flights
from bot.full import Full
from bot.fulltext import process
from bot.fulltext.fetch import LONGEST_PDF, Shelf
from bot.fulltext.parsed import Parsed
from bot.fulltext.process import Kind
from bot.licences import address
from bot.models import Note, Paper
from bot.ports import TEXT, NoText, Progress, no_progress

logger = logging.getLogger(__name__)

KEEP_SECONDS = 600.0
"""How long a text is kept, in memory alone: whoever reads a summary may ask a question about it."""
MOST_KEPT = 16
PARSERS = 2
"""Processes at the same time, each of up to a gigabyte."""
PROGRESS = TEXT
"""What we tell a Progress that we do, in STEPS steps."""
STEPS = 4

_Key = tuple[str, int | None]


class Parse(Protocol):
    """`bot.fulltext.process.parse`, or another one of its kind."""

    def __call__(self, kind: Kind, body: bytes, *, url: str = "") -> Awaitable[Parsed]: ...


class FullTexts:
    """The port FullText over arXiv's site; `close` forgets everything."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        parse: Parse = process.parse,
        keep: float = KEEP_SECONDS,
        most_kept: int = MOST_KEPT,
        parsers: int = PARSERS,
    ) -> None:
        self._shelf = shelf
        self._parse = parse
        self._room = asyncio.Semaphore(parsers)
        self._flights: Flights[_Key, Full] = Flights()
        self._kept: Briefly[_Key, Full] = Briefly(keep, most=most_kept)

    async def of(self, paper: Paper, *, progress: Progress = no_progress) -> Full:
        """The text of the version `paper` has: from its page, else from its PDF, which a note says.

        Raises NoText (the same for some minutes) or another SourceError. Who is cancelled leaves the others theirs;
        when the last one leaves, the work stops.
        """
        key = (paper.id, paper.version)
        if (kept := self._kept.get(key)) is not None:
            return kept
        return await self._flights.share(key, lambda tell: self._make(key, paper, tell), progress=progress)

    async def from_pdf(self, body: bytes) -> Full:
        """The text of a file somebody sent, kept nowhere. Raises NoText."""
        if len(body) > LONGEST_PDF:
            raise NoText("The PDF is too large.", code="too_large")
        async with self._room:
            parsed = await self._parse("pdf", body)
        return _full(parsed, "pdf")

    def close(self) -> None:
        """Forget every text at once."""
        self._kept.clear()

    async def _make(self, key: _Key, paper: Paper, progress: Progress) -> Full:
        try:
            full = await self._read(paper, progress)
        except NoText as exc:
            logger.info("no full text: paper=%s reason=%s", paper.id, exc.code)
            self._kept.put(key, exc)
            raise
        self._kept.put(key, full)
        return full

    async def _read(self, paper: Paper, progress: Progress) -> Full:
        try:
            progress(PROGRESS, 0, STEPS)
            page = await asyncio.to_thread(self._shelf.html, paper)
            progress(PROGRESS, 1, STEPS)
            async with self._room:
                parsed = await self._parse("html", page.body, url=page.url)
            return _full(parsed, "html", paper)
        except NoText as exc:
            logger.info("no page, asking for the PDF: paper=%s reason=%s", paper.id, exc.code)
            reason = exc.code
        progress(PROGRESS, 2, STEPS)
        file = await asyncio.to_thread(self._shelf.pdf, paper)
        progress(PROGRESS, 3, STEPS)
        async with self._room:
            parsed = await self._parse("pdf", file.body)
        return _full(parsed, "pdf", paper, Note("text_from_pdf", {"id": paper.id, "reason": reason}))


def _full(parsed: Parsed, source: Kind, paper: Paper | None = None, *notes: Note) -> Full:
    said = list(notes)
    if parsed.read < parsed.pages:
        said.append(Note("text_cut", {"read": parsed.read, "total": parsed.pages}))
    if parsed.hidden:
        said.append(Note("text_hidden"))
    return Full(
        source=source,
        title=parsed.title,
        sections=parsed.sections,
        figures=parsed.figures,
        tables=parsed.tables,
        notes=tuple(said),
        paper_id=paper.id if paper else None,
        version=paper.version if paper else None,
        stamp=parsed.stamp,
        license=address(parsed.license),
    )
