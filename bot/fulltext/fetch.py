"""A paper's page and PDF from arXiv's site, through the politeness gate; no other host is ever asked."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

import requests

from bot.models import Paper
from bot.ports import Clock, NoText
from bot.sources.answers import SourceRejected
from bot.sources.gate import Manners, PoliteAdapter, user_agent
from bot.sources.turns import Gate, Patience, Priority, Turns
from bot.sources.wire import AnswerTooLong

LONGEST_HTML = 15 << 20
"""Bytes, decompressed; long papers with many formulas have five million."""
LONGEST_PDF = 40 << 20
PATIENCE = Patience(seconds=20, answer=90, attempts=2, refusals=2)
"""Somebody waits, but a PDF of many pictures may take its time as long as it keeps coming."""

HTML = "text/html, application/xhtml+xml;q=0.9"
PDF = "application/pdf, text/html;q=0.1"

Rooms: TypeAlias = Mapping[str, tuple[str, int]]
"""What of the site can be reached: the first part of a path, what is accepted there, and how many bytes of it."""

_ID = re.compile(r"\d{4}\.\d{4,6}|[a-z-]+/\d{7}")


def reading_session(
    gate: Gate,
    *,
    site_url: str,
    clock: Clock,
    delay: float = 3.0,
    timeout: float = 20.0,
    contact: str | None = None,
    priority: Priority = Priority.PEOPLE,
    sleep: Callable[[float], object] | None = None,
    jitter: Callable[[], float] = random.random,
    rooms: Rooms | None = None,
) -> requests.Session:
    """A session that can fetch what is in `rooms` (else pages and PDFs) below `site_url` and nothing else.

    See `bot.sources.gate.session`. A redirect to another host is not followed. What is longer than its room allows
    raises AnswerTooLong while it comes.
    """
    rooms = rooms or {"html": (HTML, LONGEST_HTML), "pdf": (PDF, LONGEST_PDF)}
    turns = Turns(
        gate=gate, priority=priority, delay=delay, clock=clock, jitter=jitter, sleep=sleep, own_patience=PATIENCE
    )
    host = frozenset({urlsplit(site_url).netloc.lower()})
    manners = Manners(user_agent=user_agent(contact), silence=timeout, hosts=host, family=False)
    polite = requests.Session()
    polite.adapters.clear()
    for room, (accept, limit) in rooms.items():
        polite.mount(f"{site_url}/{room}/", PoliteAdapter(turns, manners, accept=accept, limit=limit, check=None))
    return polite


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it came, and where it came from."""

    url: str
    body: bytes


class Shelf:
    """arXiv's site as a shelf of papers. Its methods block; they raise NoText, or another SourceError of the gate."""

    def __init__(self, session: requests.Session, site_url: str) -> None:
        self._session = session
        self._site_url = site_url

    def html(self, paper: Paper) -> Page:
        """The page of the version `paper` has."""
        try:
            answer = self._session.get(self._url("html", paper))
        except SourceRejected:
            raise NoText("arXiv has no HTML of this paper.", code="no_html") from None
        except AnswerTooLong:
            raise NoText("The paper's page is too large.", code="too_large") from None
        if "html" not in answer.headers.get("Content-Type", "html"):
            raise NoText("arXiv's answer is no page.", code="no_html")
        return Page(str(answer.request.url), answer.content)

    def pdf(self, paper: Paper) -> Page:
        """The PDF of the version `paper` has."""
        try:
            answer = self._session.get(self._url("pdf", paper))
        except SourceRejected:
            raise NoText("arXiv has no PDF of this paper.", code="no_pdf") from None
        except AnswerTooLong:
            raise NoText("The paper's PDF is too large.", code="too_large") from None
        if "html" in answer.headers.get("Content-Type", ""):  # "PDF unavailable", with status 200
            raise NoText("arXiv has no PDF of this paper.", code="no_pdf")
        return Page(str(answer.request.url), answer.content)

    def _url(self, kind: str, paper: Paper) -> str:
        if not _ID.fullmatch(paper.id):  # it becomes part of an address
            raise NoText("This is no id of arXiv's.", code="no_text")
        return f"{self._site_url}/{kind}/{paper.versioned_id}"
