"""From an announcement to a digest, and from ids to papers on demand. Talks to ports only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.models import ArxivId, Depth, Digest, Entry, Listed, Note, Paper, Summary, Topic
from bot.ports import Announcements, Glimpse, PaperLookup, Progress, SourceError, no_glimpse, no_progress
from bot.summaries.service import PROGRESS, Summaries
from bot.topics.select import Selection, select


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """Makes digests. It marks nothing as seen: whoever delivers does."""

    announcements: Announcements
    lookup: PaperLookup
    summaries: Summaries
    watched: tuple[str, ...]
    bundled: tuple[Listed, ...] = ()

    async def digest(
        self,
        topics: Sequence[Topic],
        *,
        day: date | None,
        language: str,
        limit: int | None,
        progress: Progress = no_progress,
    ) -> Digest:
        """What `topics` bring of the announcement of `day` (None: the latest). Raises SourceError."""
        scope = scope_of(topics)
        announced = await self.announcements.on(day, scope or (), progress=progress)
        selection = select(announced.items, topics, limit=limit)
        notes = announced.notes
        if scope is None and selection.total == 0 and announced.items:
            notes += (Note("watched", {"categories": ", ".join(self.watched)}),)
        return await self._filled(
            selection, topics=topics, day=announced.date, language=language, notes=notes, progress=progress
        )

    async def on_demand(
        self,
        asked: Sequence[ArxivId],
        *,
        language: str,
        second: str | None = None,
        depth: Depth = "deep",
        progress: Progress = no_progress,
        glimpse: Glimpse = no_glimpse,
    ) -> tuple[Digest, tuple[ArxivId, ...]]:
        """Papers by id with their summaries, in the order asked, and the ids nobody could give us.

        `second` is another language in which each is said, in brief. Where arXiv cannot be asked, bundled papers stand
        in with a note. Raises SourceError if nothing was found so. `glimpse` sees the papers when they are found, and
        again whenever one has its summary.
        """
        try:
            papers, notes = await self.lookup.papers(asked, progress=progress)
        except SourceError as exc:
            known = {listed.paper.id: listed.paper for listed in self.bundled}
            papers = {each.key: known[each.key] for each in asked if each.key in known}
            if not papers:
                raise
            notes = tuple(Note("paper_bundled", {"id": key, "reason": exc.code}) for key in papers)
        missing = tuple(each for each in asked if each.key not in papers)
        found = [(each, papers[each.key]) for each in asked if each.key in papers]
        entries = tuple(Entry(paper=paper, named=_honoured(each, paper)) for each, paper in found)
        selection = Selection(entries=entries, left=())
        summaries: dict[str, Summary] = {}

        def watched(what: str, done: int, total: int) -> None:
            progress(what, done, total)
            if what == PROGRESS:
                seen = tuple(replace(entry, summary=summaries.get(entry.paper.id)) for entry in entries)
                glimpse(Digest(entries=seen, notes=tuple(notes)))

        making = self._filled(
            selection,
            topics=(),
            day=None,
            language=language,
            depth=depth,
            notes=notes,
            progress=watched,
            summaries=summaries,
        )
        if second is None:
            return await making, missing
        digest, others = await asyncio.gather(
            making, self.summaries.brief([paper for _, paper in found], language=second)
        )
        both = tuple(replace(entry, second=others.summaries[entry.paper.id]) for entry in digest.entries)
        return replace(digest, entries=both), missing

    async def at_once(self, papers: Sequence[Paper], *, language: str) -> Mapping[str, Summary]:
        """What can be said of `papers` in brief, by id: to be asked of a newsroom that makes no model calls."""
        return (await self.summaries.brief(papers, language=language)).summaries

    async def _filled(
        self,
        selection: Selection,
        *,
        topics: Sequence[Topic],
        day: date | None,
        language: str,
        depth: Depth = "brief",
        notes: Iterable[Note] = (),
        progress: Progress = no_progress,
        summaries: dict[str, Summary] | None = None,
    ) -> Digest:
        """`selection` with a summary for each entry."""
        papers = [entry.paper for entry in selection.entries]
        made = await self.summaries.of(papers, language=language, depth=depth, progress=progress, made=summaries)
        return Digest(
            topics=tuple(topics),
            date=day,
            entries=tuple(replace(entry, summary=made.summaries[entry.paper.id]) for entry in selection.entries),
            left=selection.left,
            notes=(*notes, *made.notes),
        )


def scope_of(topics: Iterable[Topic]) -> tuple[str, ...] | None:
    """The categories that together hold every match of `topics`; None if one of them is of words or authors."""
    scopes = [topic.query.scope() for topic in topics]
    if any(scope is None for scope in scopes):
        return None
    return tuple(sorted(frozenset().union(*(scope for scope in scopes if scope is not None))))


def _honoured(asked: ArxivId, paper: Paper) -> int | None:
    """The version links should carry: the one named, unless arXiv does not have it."""
    if asked.version is None or (paper.version is not None and asked.version > paper.version):
        return None
    return asked.version
