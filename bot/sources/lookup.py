"""Papers by id: the latest version from arXiv's API, the stored copy where arXiv cannot be asked."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import requests

from bot.models import ArxivId, Note, Paper
from bot.ports import Progress, SourceError, SourceGarbled, no_progress
from bot.sources.answers import SourceRejected
from bot.sources.api import Api
from bot.sources.threads import from_thread

logger = logging.getLogger(__name__)

BATCH = 100
"""Ids in one request."""

MOST_REJECTIONS = 8
"""Halving a batch down to one malformed id takes seven."""

_MALFORMED = re.compile(r"incorrect id format for (\S+)", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"^\W*withdrawn\b|\b(?:has|have|had|was|were|is|been) (?:been )?withdrawn\b(?! from\b)", re.IGNORECASE
)


class PaperStore(Protocol):
    """What of `bot.store.Store` is needed here."""

    def papers(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The stored ones of `ids`, by id."""
        ...

    def save_papers(self, papers: Iterable[Paper]) -> None:
        """Add what is new about them."""
        ...


class ArxivLookup:
    """The port PaperLookup; `session` is one of `bot.sources.gate.session`, with priority for people."""

    def __init__(self, *, store: PaperStore, session: requests.Session, api_url: str) -> None:
        self._store = store
        self._api = Api(session, api_url)

    async def papers(
        self, ids: Sequence[ArxivId], *, progress: Progress = no_progress
    ) -> tuple[dict[str, Paper], tuple[Note, ...]]:
        """Found papers by key, and notes: asked_version, withdrawn, not_found, paper_stored. See the port."""
        return await asyncio.to_thread(self._papers, ids, from_thread(progress))

    def _papers(self, ids: Sequence[ArxivId], progress: Progress) -> tuple[dict[str, Paper], tuple[Note, ...]]:
        keys = list(dict.fromkeys(each.key for each in ids))
        fetched: dict[str, Paper] = {}
        problems: dict[str, SourceError] = {}
        for start in range(0, len(keys), BATCH):
            progress("papers", start, len(keys))
            batch = keys[start : start + BATCH]
            try:
                found = self._batch(batch)
            except SourceGarbled as exc:
                problems |= dict.fromkeys(batch, exc)
                continue
            except SourceError as exc:  # it was asked again and again: who waits has waited enough
                problems |= dict.fromkeys(keys[start:], exc)
                break
            self._store.save_papers(found)
            fetched |= {each.id: each for each in found}
        progress("papers", len(keys), len(keys))
        # Read back: what the feed knew of a paper (its licence) is united with what the API says. It may also know
        # papers the API does not know yet, for its index lags behind the announcement.
        papers = fetched | self._store.papers(keys)
        for key, problem in problems.items():
            if key not in papers:
                raise problem
        return papers, tuple(_notes(ids, papers, problems))

    def _batch(self, keys: Sequence[str]) -> list[Paper]:
        """What arXiv knows of `keys`; a malformed one does not take the others with it."""
        found: list[Paper] = []
        parts, rejections = [list(keys)], 0
        while parts:
            part = parts.pop()
            try:
                found += self._api.by_id(part) if part else []
            except SourceRejected as exc:
                rejections += 1
                said = _MALFORMED.search(exc.detail)
                rest = [key for key in part if not said or key != said[1]]
                if exc.status != requests.codes.bad_request or (rejections >= MOST_REJECTIONS and not said):
                    raise  # it is not the ids that are wrong
                if len(rest) < len(part):
                    parts.append(rest)
                elif len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
        return found


def is_withdrawn(paper: Paper) -> bool:
    """The authors' comment says so ("withdrawn from a journal" is something else)."""
    return bool(paper.comment and _WITHDRAWN.search(paper.comment))


def _notes(ids: Sequence[ArxivId], papers: Mapping[str, Paper], problems: Mapping[str, SourceError]) -> Iterator[Note]:
    for asked in dict.fromkeys(ids):
        paper = papers.get(asked.key)
        if paper and asked.version and paper.version and asked.version != paper.version:
            yield Note("asked_version", {"id": asked.key, "asked": asked.version, "latest": paper.version})
    for key in dict.fromkeys(each.key for each in ids):
        paper = papers.get(key)
        if paper is None:
            yield Note("not_found", {"id": key})
        elif is_withdrawn(paper):
            yield Note("withdrawn", {"id": key})
        if key in problems:
            yield Note("paper_stored", {"id": key, "reason": problems[key].code})
