"""The politeness gate: every request to arXiv passes here, one at a time over all processes (design, decision 2).

arXiv asks for one connection at a time and three seconds between requests, over API and feeds together. The gate is a
transport adapter, so that the `arxiv` package and our feed reader obey it without knowing. What comes out is a complete
answer that was looked at, or a SourceError; every wait is bounded.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from bot.ports import Clock, SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from bot.sources.answers import Check, SourceRejected, check_api, check_feed, error_of, printable, retry_after
from bot.sources.turns import Gate, Priority, Turn, Turns
from bot.sources.wire import AnswerTooLong, Line, WiredAdapter, read_bounded

__all__ = ["Gate", "PoliteAdapter", "Priority", "session", "user_agent"]

logger = logging.getLogger(__name__)

ATOM = "application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"
PAGE = "text/html, application/pdf;q=0.9, */*;q=0.1"
LONGEST_FEED = 32 << 20
"""Bytes of one answer, decompressed; two thousand papers with abstracts are some 6 MB."""
LONGEST_PAGE = 64 << 20
CONNECT_SECONDS = 10.0
LONGEST_HANDED_ON = 15.0
"""Seconds a refusal that did not say how long it lasts keeps everybody else from asking; less than the patience of an
announcement, so that the API is asked when the feeds refuse for hours. Who was refused waits out all of it."""
MOST_REDIRECTS = 3

_REFUSED = frozenset({403, 406, 429})
_REDIRECTED = frozenset({301, 302, 303, 307, 308})


def session(
    gate: Gate,
    *,
    priority: Priority,
    api_url: str,
    feed_url: str,
    site_url: str,
    clock: Clock,
    delay: float = 3.0,
    timeout: float = 20.0,
    contact: str | None = None,
    sleep: Callable[[float], object] | None = None,
    jitter: Callable[[], float] = random.random,
) -> requests.Session:
    """A session that can reach these three roots only, through the gate.

    Its requests return complete answers of status 200 or 304 and raise nothing but SourceError: SourceRejected for
    another 4xx, else after bounded retries (`bot.sources.turns.PATIENCE`: people wait 20 s in all, announcements 22 s,
    but for an answer that keeps coming). `delay` and `timeout` (of silence within an answer) are in seconds. `close`
    is final and ends whatever is under way.
    """
    turns = Turns(gate=gate, priority=priority, delay=delay, clock=clock, jitter=jitter, sleep=sleep)
    hosts = frozenset(urlsplit(url).netloc.lower() for url in (api_url, feed_url, site_url))
    manners = Manners(user_agent=user_agent(contact), silence=timeout, hosts=hosts)
    polite = requests.Session()
    polite.adapters.clear()
    polite.mount(f"{site_url}/", PoliteAdapter(turns, manners, accept=PAGE, limit=LONGEST_PAGE, check=None))
    polite.mount(f"{feed_url}/", PoliteAdapter(turns, manners, accept=ATOM, limit=LONGEST_FEED, check=check_feed))
    polite.mount(f"{api_url}?", PoliteAdapter(turns, manners, accept=ATOM, limit=LONGEST_FEED, check=check_api))
    return polite


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a session behaves: `silence` is how many seconds an answer may pause, `hosts` where it may be sent on.

    `family`: it may also be sent on to any other host of arXiv's.
    """

    user_agent: str
    silence: float
    hosts: frozenset[str]
    family: bool = True


def user_agent(contact: str | None) -> str:
    """Who we are, and where arXiv can write to; what does not belong in a header is left out of `contact`."""
    reachable = "".join(char for char in contact or "" if char.isascii() and char.isprintable())[:200].strip()
    return f"paperboy/{version('paperboy')}" + (f" (+{reachable})" if reachable else "")


class PoliteAdapter(WiredAdapter):
    """Sends through the gate. `check` looks at an answer before anybody parses it."""

    def __init__(self, turns: Turns, manners: Manners, *, accept: str, limit: int, check: Check | None) -> None:
        self._turns = turns
        self._manners = manners
        self._accept = accept
        self._limit = limit
        self._check = check
        self._refusals = 0
        self._not_before = 0.0
        super().__init__()

    def close(self) -> None:
        """Final: what is under way ends, and nothing is asked after it."""
        self._turns.close()
        super().close()

    def send(  # noqa: PLR0917 - requests' own signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,  # noqa: ANN401 - requests' own; ours are kept instead
        verify: Any = True,  # noqa: ANN401 - requests' own
        cert: Any = None,  # noqa: ANN401 - requests' own
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Ask until there is an answer or patience ends; raises SourceError."""
        patience = self._turns.patience
        deadline = self._turns.now() + patience.seconds
        how = {"verify": verify, "cert": cert, "proxies": proxies}
        asked, hops, failures, unanswered = self._dressed(request), 0, 0, 0
        problem: SourceError | None = None
        while True:
            with self._turns.turn(deadline=deadline, not_before=self._not_before, problem=problem) as turn:
                try:
                    response = self._answer(asked, turn, how)
                    if response.status_code not in _REDIRECTED:
                        if self._check and response.status_code == requests.codes.ok:
                            self._check(str(request.url), response.content)
                        return response
                    hops += 1
                    asked = self._redirected(asked, response, hops)
                except (SourceRefused, SourceUnreachable, SourceGarbled) as exc:
                    problem, failures = exc, failures + 1
                    unanswered += not isinstance(exc, SourceGarbled)
                    logger.info("arXiv: host=%s try=%d problem=%s", urlsplit(asked.url).netloc, failures, exc.code)
                    enough = failures >= patience.attempts or unanswered >= patience.refusals
                    enough = enough or isinstance(exc, AnswerTooLong)
                    if enough or self._turns.closed.is_set():
                        raise

    def _dressed(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        dressed = request.copy()
        dressed.headers.update(
            {
                "User-Agent": self._manners.user_agent,
                "Accept": self._accept,
                "Accept-Encoding": "gzip, deflate",
                "Connection": "close",  # one connection at a time, over all processes: none is kept
            }
        )
        return dressed

    def _redirected(
        self, asked: requests.PreparedRequest, response: requests.Response, hops: int
    ) -> requests.PreparedRequest:
        here = urlsplit(str(asked.url))
        moved = asked.copy()
        try:
            moved.prepare_url(urljoin(str(asked.url), response.headers.get("Location", "")), None)
            there = urlsplit(str(moved.url))
        except (requests.RequestException, ValueError):
            raise SourceGarbled("arXiv's answer sends us to what is no address.") from None
        host = (there.hostname or "").lower()
        kin = self._manners.family and (host == "arxiv.org" or host.endswith(".arxiv.org"))
        known = kin or there.netloc.lower() in self._manners.hosts
        safe = there.scheme == "https" or (there.scheme == here.scheme == "http")
        if hops > MOST_REDIRECTS or not known or not safe:
            raise SourceGarbled("arXiv's answer sends us elsewhere, where we do not follow.")
        return moved

    def _answer(self, asked: requests.PreparedRequest, turn: Turn, how: Mapping[str, Any]) -> requests.Response:
        """One exchange; says in `turn` when the next may be."""
        try:
            response = self._exchange(asked, turn, how)
        except SourceUnreachable:
            turn.pause = max(turn.pause, self._turns.back_off(1))
            raise
        if response.status_code in _REFUSED or response.status_code >= requests.codes.server_error:
            raise self._refused(response, turn)
        self._refusals = 0
        if response.status_code >= requests.codes.bad_request:
            raise self._rejected(response)
        if response.status_code not in (requests.codes.ok, requests.codes.not_modified, *_REDIRECTED):
            raise SourceGarbled(f"arXiv answered {response.status_code}, which is no answer.")
        return response

    def _refused(self, response: requests.Response, turn: Turn) -> SourceRefused:
        """Nobody asks while the server wants us to wait. Without its word, it is we who were refused here that do."""
        turns = self._turns
        self._refusals += 1
        said = retry_after(response.headers, now=turns.clock())
        wait = max(turn.pause, turns.back_off(self._refusals) if said is None else said)
        turn.pause = wait if said is not None else max(turn.pause, min(wait, LONGEST_HANDED_ON))
        self._not_before = turns.now() + wait
        return SourceRefused(
            f"arXiv refused to answer ({response.status_code}).",
            status=response.status_code,
            retry_at=datetime.fromtimestamp(self._not_before, UTC),
        )

    def _rejected(self, response: requests.Response) -> SourceRejected:
        detail = printable(error_of(response.content)) if self._check else ""
        return SourceRejected(
            f"arXiv says the question is wrong ({response.status_code}{': ' if detail else ''}{detail}).",
            status=response.status_code,
            detail=detail,
        )

    def _exchange(self, asked: requests.PreparedRequest, turn: Turn, how: Mapping[str, Any]) -> requests.Response:
        """Connect, ask, read the whole answer. Raises SourceUnreachable or SourceGarbled."""
        silence = min(self._manners.silence, turn.silence)
        with Line(turn.seconds) as line:
            self._turns.line = line
            try:
                response = super().send(asked, stream=True, timeout=(min(CONNECT_SECONDS, silence), silence), **how)
                try:
                    response._content = read_bounded(response.raw, self._limit)  # noqa: SLF001 - as requests reads it
                    response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001 - likewise
                finally:
                    response.raw.close()
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
                raise _unreachable(exc, line) from None  # its text has the URL, with what was asked
            finally:
                self._turns.line = None
            if line.was_cut:  # an answer without a length ends when we cut it
                raise SourceUnreachable("arXiv's answer did not end in time.")
            return response


def _unreachable(exc: Exception, line: Line) -> SourceError:
    if line.was_cut:
        return SourceUnreachable("arXiv's answer did not end in time.")
    causes = [exc, *exc.args]
    if any(isinstance(cause, urllib3.exceptions.DecodeError | urllib3.exceptions.IncompleteRead) for cause in causes):
        return SourceGarbled("arXiv's answer was cut short.")
    if isinstance(exc, requests.ReadTimeout):
        return SourceUnreachable("arXiv did not answer in time.")
    return SourceUnreachable(f"arXiv could not be reached ({type(exc).__name__}).")
