"""What arXiv's answers must be like before a parser sees them, and how long a refusal lasts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from bot.ports import SourceError, SourceGarbled

Check = Callable[[str, bytes], None]
"""Looks at a URL that was asked and the body of the answer; raises SourceError if they do not fit."""

DEEPEST = 16
"""How deep elements may be nested; arXiv needs four."""

MOST_ELEMENTS = 500_000
"""Elements in one answer; two thousand papers with twenty authors each are a tenth of it."""

LONGEST_REFUSAL = 3600.0
"""Seconds; no refusal is believed for longer, so that one answer never leaves us dark for good."""

OWN_BACK_OFF = 900.0
"""Seconds; what we wait at most if the server did not say how long."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_COUNTS = "{http://a9.com/-/spec/opensearch/1.1/}"
_NEEDED = frozenset(f"{_ATOM}{part}" for part in ("id", "title", "updated", "published"))
"""Without one of these, the `arxiv` package or we would drop an entry and nobody would know."""
_ERROR_ID = "arxiv.org/api/errors"


class SourceRejected(SourceError):
    """It answered 4xx: the question was wrong (a malformed id, no such feed, no such page) and is not asked again."""

    def __init__(self, message: str, *, status: int, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail


@dataclass(slots=True)
class _Outline:
    """A parser's target that builds no tree: the counts an answer states, and what it has."""

    root: str = ""
    entries: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    elements: int = 0
    stated: dict[str, int] = field(default_factory=dict)
    entry_id: str = ""
    summary: str = ""
    updated: bool = False
    _path: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        self.elements += 1
        if len(self._path) >= DEEPEST or self.elements > MOST_ELEMENTS:
            raise SourceGarbled("arXiv's answer is nested deeper or longer than any of its answers.")
        if not self._path:
            self.root = tag
        self._path.append(tag)
        self._text.clear()
        self.entries += tag == f"{_ATOM}entry" and len(self._path) == 2

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        text, depth = "".join(self._text).strip(), len(self._path)
        self._path.pop()
        self._text.clear()
        if depth == 2 and tag.startswith(_COUNTS) and text.isdecimal() and len(text) < 10:
            self.stated[tag.removeprefix(_COUNTS)] = int(text)
        elif depth == 2 and tag == f"{_ATOM}updated":
            self.updated = True
        elif depth == 3 and text and tag in _NEEDED:
            self.parts[tag] += 1
        if depth == 3 and self.entries == 1 and tag == f"{_ATOM}id":
            self.entry_id = text[:300]
        elif depth == 3 and self.entries == 1 and tag == f"{_ATOM}summary":
            self.summary = text[:300]

    def close(self) -> None:
        """Nothing is built."""


def outline(body: bytes) -> _Outline:
    """Read `body` through without building anything; raises SourceGarbled unless it is well-formed and harmless."""
    found = _Outline()
    parser = XMLParser(target=found, forbid_dtd=True)
    try:
        parser.feed(body)
        parser.close()
    except ParseError as exc:
        raise SourceGarbled(f"arXiv's answer is broken XML (line {exc.position[0]}).") from None
    except DefusedXmlException:
        raise SourceGarbled("arXiv's answer has a DTD or entities, which its answers never have.") from None
    except (ValueError, LookupError) as exc:  # an encoding nobody knows
        raise SourceGarbled(f"arXiv's answer cannot be decoded ({type(exc).__name__}).") from None
    return found


def check_feed(url: str, body: bytes) -> None:
    """A feed: well-formed Atom that states its date."""
    found = outline(body)
    if found.root != f"{_ATOM}feed" or not found.updated:
        raise SourceGarbled("arXiv's answer is not a feed.")


def check_api(url: str, body: bytes) -> None:
    """An answer of the API: as many entries as its total and the page asked for make. Raises SourceGarbled if not.

    Of ids that were asked for, some may be unknown; but none at all does not go with a total. An answer that is an
    error entry raises SourceRejected.
    """
    found = outline(body)
    if _ERROR_ID in found.entry_id:
        raise SourceRejected(f"arXiv's API said: {printable(found.summary)}", status=400, detail=found.summary)
    asked = parse_qs(urlsplit(url).query)
    start, size = _number(asked, "start", 0), _number(asked, "max_results", 10)
    # A page without a total that is not full is the last one.
    total = found.stated.get("totalResults", start + found.entries if 0 < found.entries < size else None)
    if asked.get("id_list") and found.entries and total is None:
        total = found.entries
    if found.root != f"{_ATOM}feed" or total is None:
        raise SourceGarbled("arXiv's answer is not one of its API.")
    if found.stated.get("startIndex", start) != start:
        raise SourceGarbled("arXiv's API answered with another page than the one asked for.")
    due = min(size, max(0, total - start))
    if found.entries > due:
        raise SourceGarbled(f"arXiv's API answered with {found.entries} entries where {due} were due.")
    # A server may give smaller pages than we asked for if it says so; what is missing is on the next.
    least = 1 if asked.get("id_list") else found.stated.get("itemsPerPage") or due
    if found.entries < min(due, least):
        raise SourceGarbled(f"arXiv's API said there are {total} papers and gave {found.entries} of {due} due.")
    if any(found.parts[tag] < found.entries for tag in _NEEDED):
        raise SourceGarbled("arXiv's API gave an entry without id, title or dates.")


def error_of(body: bytes) -> str:
    """What an error answer of the API says, or nothing."""
    try:
        found = outline(body)
    except SourceGarbled:
        return ""
    return found.summary if _ERROR_ID in found.entry_id else ""


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds a server asked us to wait, in either form of `Retry-After`; None if it did not, or not clearly.

    A date is measured from the server's own `Date`, since its clock and ours may differ.
    """
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_REFUSAL)
    then = _http_date(said)
    if then is None:
        return None
    return min(max(0.0, (then - (_http_date(headers.get("Date", "")) or now)).total_seconds()), LONGEST_REFUSAL)


def back_off(refusals: int, *, delay: float, jitter: float) -> float:
    """Seconds until we ask again after `refusals` (1, 2, …) in a row; `jitter` in [0, 1) adds up to a quarter."""
    return min(max(delay, 0.5) * 2.0 ** min(refusals - 1, 20), OWN_BACK_OFF) * (1 + jitter / 4)


def printable(text: str) -> str:
    """A line of somebody else's text, fit for a message of ours."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())[:200]


def _number(asked: Mapping[str, list[str]], name: str, default: int) -> int:
    given = asked.get(name, [""])[0]
    return int(given) if given.isdecimal() else default


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
