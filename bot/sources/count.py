"""How many papers arXiv's API counts for a query in the last two weeks: an estimate for topics not stored yet."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, timedelta

import requests

from bot.ports import Clock, SourceGarbled
from bot.topics.query import Query

WINDOW = timedelta(days=14)
_TOTAL = re.compile(rb"totalResults[^>]*>\s*(\d{1,9})\s*<")


class ArxivCount:
    """`session` is one of `bot.sources.gate.session`, with priority for people."""

    def __init__(self, session: requests.Session, url: str, *, clock: Clock) -> None:
        self._session = session
        self._url = url
        self._clock = clock

    async def __call__(self, query: Query) -> int | None:
        """Papers that match, first submitted in the last fourteen days. Raises SourceError."""
        return await asyncio.to_thread(self._count, query)

    def _count(self, query: Query) -> int:
        now = self._clock().astimezone(UTC)
        span = f"submittedDate:[{now - WINDOW:%Y%m%d%H%M} TO {now:%Y%m%d%H%M}]"
        params = {"search_query": f"({query.to_arxiv()}) AND {span}", "start": "0", "max_results": "1"}
        found = _TOTAL.search(self._session.get(self._url, params=params).content)
        if found is None:
            raise SourceGarbled("arXiv's API did not say how many papers there are.")
        return int(found[1])
