"""arXiv's API through the `arxiv` package and the gate: papers by id, papers by category and first submission.

The package pages and parses; waiting, retrying and looking at answers is the gate's. Everything here blocks and raises
SourceError only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import arxiv
import requests

from bot.models import Paper
from bot.ports import SourceGarbled, SourceUnreachable
from bot.sources.atom import paper

PAGE_SIZE = 1000
"""arXiv allows 2000 a page and recommends fewer than 1000."""

MOST_PAPERS = 10_000
"""The most one question brings; a day has fewer than 3000 in all of computer science."""


logger = logging.getLogger(__name__)


class Api:
    """The API at `url` (`…/api/query`), asked with `session`, one of `bot.sources.gate.session`."""

    def __init__(
        self, session: requests.Session, url: str, *, page_size: int = PAGE_SIZE, most: int = MOST_PAPERS
    ) -> None:
        self._session = session
        self._url = url
        self._page_size = page_size
        self._most = most
        # It logs every URL with what was asked at INFO, page by page; the gate logs what an operator needs.
        logging.getLogger("arxiv").setLevel(logging.WARNING)

    def by_id(self, ids: Sequence[str]) -> list[Paper]:
        """The latest versions of those of `ids` (at most 2000, without versions) that arXiv knows.

        Raises SourceRejected if one of them is malformed.
        """
        return self._results(arxiv.Search(id_list=list(ids), max_results=len(ids)), page_size=len(ids))

    def submitted(self, categories: Sequence[str], start: datetime, end: datetime) -> list[Paper]:
        """Papers in any of `categories` (`cs.*` is a pattern) first submitted in `[start, end)`, oldest first.

        Raises SourceGarbled if there are more than we would read.
        """
        search = arxiv.Search(
            query=submitted_query(categories, start, end),
            max_results=self._most,
            sort_by=arxiv.SortCriterion.SubmittedDate,
            sort_order=arxiv.SortOrder.Ascending,
        )
        found = self._results(search, page_size=self._page_size)
        if len(found) >= self._most:
            raise SourceGarbled(f"arXiv's API has {self._most} papers or more for a few days.")
        return [each for each in found if each.published and start <= each.published < end]

    def _results(self, search: arxiv.Search, *, page_size: int) -> list[Paper]:
        client = arxiv.Client(page_size=page_size, delay_seconds=0, num_retries=0)
        client._session.close()  # noqa: SLF001 - it takes no session; ours is the one that goes through the gate
        client._session = self._session  # noqa: SLF001 - likewise
        client.query_url_format = self._url + "?{}"
        found: dict[str, Paper] = {}
        unreadable = 0
        with _source_errors():
            for result in client.results(search):
                if each := paper(result):
                    found.setdefault(each.id, each)
                else:
                    unreadable += 1
        if unreadable:
            logger.warning("arXiv's API gave papers that cannot be read: count=%d", unreadable)
        if unreadable and not found:
            raise SourceGarbled("Not one paper of arXiv's API can be read.")
        return list(found.values())


def submitted_query(categories: Sequence[str], start: datetime, end: datetime) -> str:
    """The API's words for it. Its operators group right to left with equal precedence, hence the parentheses."""
    terms = [f"cat:{category}" for category in categories]
    either = terms[-1]
    for term in reversed(terms[:-1]):
        either = f"({term} OR {either})"
    return f"{either} AND submittedDate:[{start.astimezone(UTC):%Y%m%d%H%M} TO {end.astimezone(UTC):%Y%m%d%H%M}]"


@contextmanager
def _source_errors() -> Iterator[None]:
    """What the package raises, as ours. Its texts carry URLs with what was asked: they are not handed on."""
    try:
        yield
    except arxiv.ArxivError as exc:
        raise SourceGarbled(f"arXiv's API gave a page that cannot be ({type(exc).__name__}).") from None
    except requests.RequestException as exc:
        raise SourceUnreachable(f"arXiv's API could not be reached ({type(exc).__name__}).") from None
    except (ValueError, OverflowError) as exc:  # a date that is none
        raise SourceGarbled(f"arXiv's API gave a paper that cannot be read ({type(exc).__name__}).") from None
