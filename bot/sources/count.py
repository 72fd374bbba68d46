"""What arXiv's API has for a query in the last two weeks: an estimate for topics that are not stored yet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from xml.etree.ElementTree import Element

import requests
from defusedxml.ElementTree import fromstring

from bot.models import Paper
from bot.ports import Clock, Estimate, SourceGarbled
from bot.sources.ids import find
from bot.topics.query import Query

WINDOW = timedelta(days=14)
LATEST = 3
"""Papers that are shown with it."""

_TOTAL = re.compile(rb"totalResults[^>]*>\s*(\d{1,9})\s*<")
_ATOM = "{http://www.w3.org/2005/Atom}"


class ArxivCount:
    """`session` is one of `bot.sources.gate.session`, with priority for people."""

    def __init__(self, session: requests.Session, url: str, *, clock: Clock) -> None:
        self._session = session
        self._url = url
        self._clock = clock

    async def __call__(self, query: Query) -> Estimate:
        """Papers that match, first submitted in the last fourteen days. Raises SourceError."""
        return await asyncio.to_thread(self._count, query)

    def _count(self, query: Query) -> Estimate:
        now = self._clock().astimezone(UTC)
        span = f"submittedDate:[{now - WINDOW:%Y%m%d%H%M} TO {now:%Y%m%d%H%M}]"
        params = {
            "search_query": f"({query.to_arxiv()}) AND {span}",
            "start": "0",
            "max_results": str(LATEST),
            "sortBy": "submittedDate",
            "sortOrder": "descending",
        }
        body = self._session.get(self._url, params=params).content
        found = _TOTAL.search(body)
        if found is None:
            raise SourceGarbled("arXiv's API did not say how many papers there are.")
        return Estimate(total=int(found[1]), latest=tuple(_papers(body))[:LATEST])


def _papers(body: bytes) -> Iterator[Paper]:
    """By id and title, as far as they can be read; the gate has seen that `body` is well-formed and harmless."""
    for entry in fromstring(body).iterfind(f"{_ATOM}entry"):
        ids, title = find(_text(entry, "id")), _text(entry, "title")
        if ids and title:
            yield Paper(id=ids[0].key, title=title, authors=(), abstract=_text(entry, "summary"))


def _text(entry: Element, name: str) -> str:
    return " ".join((entry.findtext(f"{_ATOM}{name}") or "").split())
