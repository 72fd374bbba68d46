"""A strict arXiv over a real socket: API, feeds, pages. It refuses what arXiv refuses, and fails on demand."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from bot.models import Listed, Paper
from bot.topics.taxonomy import ARCHIVES
from tests.fakes import arxiv_answers as answers
from tests.fakes.arxiv_faults import Answer, Damage, Fault, head, spoil
from tests.fakes.arxiv_query import BadQuery, BadRange, matcher

TOLERANCE = 0.003
"""Seconds of an interval that the clocks of two processes may differ."""

_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?")
_PICTURE = re.compile(r"/html/.+\.(?:png|jpe?g|gif|webp|svg)$")
_AGENT = re.compile(r"(?!python-requests|python-urllib|arxiv\.py|curl|wget)[\w.-]+/[\w.-]+( .*)?", re.IGNORECASE)
_HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(slots=True, kw_only=True)
class Logged:
    """A request as it came; times are seconds of a monotonic clock."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    began: float
    status: int = 0


class FakeArxiv:
    """A context manager. `violations` are the rules of arXiv that somebody broke; a test asserts that there are none.

    `announced` is what was announced on which day (a Listed without announcement: on that day, its own version);
    `today` the date of every feed but those in `feed_days`; `repeated` feeds carry the items of that day under today's
    date. The API knows `papers`. `interval` is the pause in seconds the server insists on.
    """

    def __init__(
        self,
        *,
        papers: Iterable[Paper] = (),
        announced: Mapping[date, Iterable[Listed]] | None = None,
        today: date = date(2026, 5, 20),
        interval: float = 0.0,
        feed_limit: int = answers.FEED_LIMIT,
    ) -> None:
        self.papers = {paper.id: paper for paper in papers}
        self.announced = {day: list(items) for day, items in (announced or {}).items()}
        self.today = today
        self.interval = interval
        self.feed_limit = feed_limit
        self.feed_days: dict[str, date] = {}
        self.repeated: dict[str, date] = {}
        self.requests: list[Logged] = []
        self.violations: list[str] = []
        self.closing = threading.Event()
        self._faults: list[Fault] = []
        self._left = threading.Condition()
        self._open = 0
        self._spoiling = 0
        self._ended = float("-inf")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"arxiv": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def site_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.site_url}/api/query"

    @property
    def feed_url(self) -> str:
        return f"{self.site_url}/atom"

    def fail(
        self, path: str, *, status: int, retry_after: str | None = None, times: int | None = 1, exact: bool = False
    ) -> None:
        """Refuse what begins with `path` (or is it), `times` times or always."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self._faults.append(Fault(path=path, exact=exact, times=times, status=status, headers=headers))

    def redirect(self, path: str, location: str, *, times: int | None = None) -> None:
        """Send what begins with `path` elsewhere."""
        self._faults.append(Fault(path=path, exact=False, times=times, status=301, headers={"Location": location}))

    def damage(self, path: str, how: Damage, *, times: int | None = 1, exact: bool = False) -> None:
        """Spoil the answers to what begins with `path` (or is it)."""
        self._faults.append(Fault(path=path, exact=exact, times=times, damage=how))

    def asked(self, path: str) -> list[Logged]:
        """The requests whose path begins so."""
        return [each for each in self.requests if each.path.startswith(path)]

    # ------------------------------------------------------------ what the handler needs

    def begin(self, logged: Logged) -> tuple[bool, Fault | None]:
        """Log it. Is it polite (not while another is under way, nor too soon), and what is to go wrong with it?

        Who leaves a spoiled answer early may come back before we notice; that is nobody's fault.
        """
        with self._left:
            self._left.wait_for(lambda: self._spoiling == 0, timeout=2)
            gap = logged.began - self._ended
            polite = self._open == 0 and gap >= self.interval - TOLERANCE
            if not polite:
                self.violations.append(f"{logged.path}: {self._open} under way, {gap:.3f} s after the last")
            fault = next((each for each in self._faults if polite and each.takes(logged.path)), None)
            self._open += 1
            self._spoiling += bool(fault and fault.damage)
            self.requests.append(logged)
            return polite, fault

    def end(self, *, spoiled: bool = False) -> None:
        """It is answered, as far as we will."""
        with self._left:
            self._open -= 1
            self._spoiling -= spoiled
            if not spoiled:  # when a client left, only it knows
                self._ended = time.monotonic()
            self._left.notify_all()

    def answer(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        if wrong := self._refused(path, headers):
            return wrong
        routes: tuple[tuple[str, Callable[[], Answer]], ...] = (
            ("/api/query", lambda: self._api(query)),
            ("/atom/", lambda: self._feed(path.removeprefix("/atom/"), headers)),
            ("/", lambda: self._page(path)),
        )
        return next(route() for prefix, route in routes if path.startswith(prefix))

    def _refused(self, path: str, headers: Mapping[str, str]) -> Answer | None:
        wanted = "xml" if path.startswith(("/api/", "/atom/")) else "image/" if _PICTURE.search(path) else "html"
        if wanted not in headers.get("Accept", ""):
            self.violations.append(f"{path}: Accept is {headers.get('Accept')!r}")
            return Answer(406, b"Not Acceptable")
        if not _AGENT.fullmatch(headers.get("User-Agent", "")):
            self.violations.append(f"{path}: User-Agent is {headers.get('User-Agent')!r}")
            return Answer(403, b"Forbidden")
        return None

    def _api(self, query: Mapping[str, str]) -> Answer:
        try:
            start, size = int(query.get("start", "0")), int(query.get("max_results", "10"))
        except ValueError:
            return Answer(400, answers.api_error("start and max_results must be integers"))
        if start < 0 or not 0 <= size <= 2000 or start + size > 30_000:
            return Answer(400, answers.api_error("max_results must be at most 2000 and start + max_results 30000"))
        ids = [each for each in query.get("id_list", "").split(",") if each]
        for each in ids:
            if not _ID.fullmatch(each):
                return Answer(400, answers.api_error(f"incorrect id format for {each}"))
        named = [self.papers.get(re.sub(r"v\d+$", "", each)) for each in ids]
        found = [paper for paper in (named if ids else self.papers.values()) if paper is not None]
        if words := query.get("search_query", "").strip():
            try:
                finds = matcher(words)
            except BadQuery:
                return Answer(400, answers.api_error("incorrect query"))
            except BadRange:
                return Answer(500, b"Internal Server Error")
            found = [paper for paper in found if finds(paper)]
        by = {"submittedDate": "published", "lastUpdatedDate": "updated"}.get(query.get("sortBy", "relevance"))
        if by:
            newest_first = query.get("sortOrder", "descending") == "descending"
            found.sort(key=lambda paper: (getattr(paper, by), paper.id), reverse=newest_first)
        words = "&".join(f"{key}={value}" for key, value in query.items())
        page = found[start : start + size]
        return Answer(200, answers.api_page(page, query=words, total=len(found), start=start, size=size))

    def _feed(self, name: str, headers: Mapping[str, str]) -> Answer:
        categories: set[str] = set()
        for part in name.split("+"):
            known = [each for archive in ARCHIVES.values() for each in archive]
            if part not in ARCHIVES and part not in known:
                return Answer(400, b"Bad archive/subject class")
            categories |= set(ARCHIVES.get(part, (part,)))
        day = self.feed_days.get(name, self.today)
        items = self.announced.get(self.repeated.get(name, day), [])
        body = answers.feed(name, items, day=day, categories=frozenset(categories), limit=self.feed_limit)
        etag = hashlib.sha256(body).hexdigest()
        if headers.get("If-None-Match") == etag:
            return Answer(304, b"", {"ETag": etag})
        return Answer(200, body, {"ETag": etag})

    def _page(self, path: str) -> Answer:
        kind, _, name = path.removeprefix("/").partition("/")
        if kind == "list":
            items = self.announced.get(self.today, [])
            return Answer(200, answers.listing(name.removesuffix("/new"), items, day=self.today), _HTML)
        paper = self.papers.get(re.sub(r"v\d+$", "", name))
        if paper is None or kind not in ("abs", "html", "pdf"):
            return Answer(404, b"Not Found")
        if kind == "pdf":
            return Answer(200, answers.pdf(), {"Content-Type": "application/pdf"})
        return Answer(200, answers.page(paper, kind=kind), _HTML)


class _Handler(BaseHTTPRequestHandler):
    arxiv: FakeArxiv
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own signature
        """Be quiet."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        logged = Logged(path=url.path, query=query, headers=dict(self.headers.items()), began=time.monotonic())
        polite, fault = self.arxiv.begin(logged)
        spoiled = bool(fault and fault.damage)
        ended = False
        try:
            if not polite:
                answer = Answer(429, b"Rate exceeded.")
            elif fault and not fault.damage:
                answer = Answer(fault.status, b"", fault.headers)
            else:
                answer = self.arxiv.answer(url.path, query, {key.title(): value for key, value in self.headers.items()})
            logged.status = answer.status
            if fault and fault.damage:
                self.close_connection = True
                spoil(self.connection, answer, fault.damage, self.arxiv.closing)
                return
            first = head(answer, len(answer.body))
            self.arxiv.end()  # before the last byte: who has it may ask again at once
            ended = True
            self.wfile.write(first + answer.body)
        except OSError:  # the client has left
            self.close_connection = True
        finally:
            if not ended:
                self.arxiv.end(spoiled=spoiled)
