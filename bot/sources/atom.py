"""arXiv's answers as papers and announcements: a feed's bytes, a result of its API. Pure.

The feed's form is what arXiv's own code writes (github.com/arXiv/arxiv-feed): categories in the order of the paper's
record, so the first is the primary one; all authors in one string, affiliations in parentheses behind a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.models import Announcement, Kind, Listed, Paper
from bot.ports import SourceGarbled
from bot.sources.calendar import new_york_date

if TYPE_CHECKING:
    import arxiv

FEED_LIMIT = 2000
"""arXiv cuts a feed after so many items; its order puts new papers last, so they are what is lost."""

AN_HOUR = timedelta(hours=1)
"""Feeds are rebuilt at midnight in New York; an hour before it, somebody forgot the change of clocks."""

LONGEST_TEXT = 20_000
"""Characters of title and abstract; arXiv itself allows an abstract 1,920."""

LONGEST_CREATORS = 300_000
"""Characters of the authors in one string; the largest collaborations have three thousand."""

_NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_ID = re.compile(
    r"(?P<key>[0-9]{4}\.[0-9]{4,6}|(?P<archive>[a-z]+(?:-[a-z]+)*)(?:\.[A-Za-z-]+)?/(?P<number>[0-9]{7}))"
    r"(?:v(?P<v>[0-9]{1,4}))?"
)
_SUMMARY = re.compile(r"arXiv:(?P<name>\S+)\s+Announce Type:\s*(?P<kind>\S+)\s+Abstract:\s*(?P<abstract>.*)", re.DOTALL)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*\.(?:[A-Z]{2}|[a-z]+(?:-[a-z]+)*)|[a-z]+(?:-[a-z]+)+")
_NAME_SUFFIX = re.compile(r"(?:Jr|Sr|Esq|Ph\.?D|M\.?D)\.?|I{2,3}|IV|V", re.IGNORECASE)
_URL = re.compile(r"https?://\S{4,300}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: its own `day` (New York's date), what it lists, how many entries it had and how many were unusable."""

    day: date
    items: tuple[Listed, ...]
    count: int
    skipped: int


def feed(body: bytes) -> Feed:
    """Read a feed. An entry that cannot be read is counted in `skipped`; raises SourceGarbled if nothing can be.

    All entries are published on the day of their announcement; a build date can be fresh when the content is not.
    """
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as exc:  # Lookup: an encoding nobody knows
        raise SourceGarbled(f"arXiv's feed is not XML we can read ({type(exc).__name__}).") from None
    built = _day(_text(root, "atom:updated"), late=AN_HOUR)
    if root.tag != f"{{{_NS['atom']}}}feed" or built is None:
        raise SourceGarbled("arXiv's feed is not an Atom feed with a date.")
    entries = root.findall("atom:entry", _NS)
    stated = {_day(_text(entry, "atom:published")) for entry in entries}
    day = (stated.pop() if len(stated) == 1 else None) or built
    items = [item for entry in entries if (item := _listed(entry, day))]
    if entries and not items:
        raise SourceGarbled("Not one entry of arXiv's feed can be read.")
    return Feed(day=day, items=unite(items), count=len(entries), skipped=len(entries) - len(items))


def paper(result: arxiv.Result) -> Paper | None:
    """A result of the API; None if it has no id, title or text of a bearable size."""
    found = _id_at_end(result.entry_id)
    title, abstract = _line(result.title), _line(result.summary)
    if not found or not title or max(len(title), len(abstract)) > LONGEST_TEXT:
        return None
    return Paper(
        id=_key(found),
        version=_version(found),
        title=title,
        authors=tuple(name for author in result.authors if (name := _line(author.name))),
        abstract=abstract,
        categories=_categories(result.categories),
        primary_category=result.primary_category if _is_category(result.primary_category) else None,
        published=_known(result.published),
        updated=_known(result.updated),
        comment=_line(result.comment) or None,
        doi=_line(result.doi) or None,
        journal_ref=_line(result.journal_ref) or None,
    )


def unite(items: Iterable[Listed]) -> tuple[Listed, ...]:
    """One entry a paper, where it first stood: the announcement of the strongest type (new, then cross, then …)."""
    united: dict[str, Listed] = {}
    for item in items:
        before = united.get(item.paper.id)
        if before is None or _rank(item) < _rank(before):
            united[item.paper.id] = item
    return tuple(united.values())


def names(creators: str) -> tuple[str, ...]:
    """The authors in a feed's one string: `A B, C D Jr. (Univ, City), E F` are three."""
    found: list[str] = []
    for part in _outer_parts(_line(creators)):
        name = _without_affiliations(part.strip())
        if found and _NAME_SUFFIX.fullmatch(name):
            found[-1] = f"{found[-1]}, {name}"
        elif name:
            found.append(name)
    return tuple(found)


def _rank(item: Listed) -> int:
    kind = item.announcement.announce_type if item.announcement else None
    return list(Kind).index(kind) if kind else len(Kind)


def _listed(entry: Element, day: date) -> Listed | None:
    found = _id_at_end(_text(entry, "atom:id"))
    title = _line(_text(entry, "atom:title"))
    summary = _SUMMARY.fullmatch(_text(entry, "atom:summary"))
    if not found or not title or not summary or len(title) + len(summary["abstract"]) > LONGEST_TEXT:
        return None
    creators = _text(entry, "dc:creator")
    if len(creators) > LONGEST_CREATORS:
        return None
    categories = _categories(category.get("term", "") for category in entry.findall("atom:category", _NS))
    license_url = _text(entry, "dc:rights")
    listed = Paper(
        id=_key(found),
        version=_version(found) or _version(_ID.fullmatch(summary["name"])),
        title=title,
        authors=names(creators),
        abstract=_line(summary["abstract"]),
        categories=categories,
        primary_category=categories[0] if categories else None,
        license=license_url if _URL.fullmatch(license_url) else None,
        doi=_line(_text(entry, "arxiv:DOI")) or None,
        journal_ref=_line(_text(entry, "arxiv:journal_reference")) or None,
    )
    kind = _text(entry, "arxiv:announce_type") or summary["kind"]
    return Listed(
        paper=listed,
        announcement=Announcement(
            paper_id=listed.id,
            date=day,
            version=listed.version,
            announce_type=Kind(kind) if kind in set(Kind) else None,
        ),
    )


def _id_at_end(text: str) -> re.Match[str] | None:
    """The id in `oai:arXiv.org:2508.13426v1` or `http://arxiv.org/abs/math/0309136v1`."""
    name = text.removeprefix("oai:arXiv.org:").rpartition("/abs/")[2]
    return _ID.fullmatch(name)


def _key(found: re.Match[str]) -> str:
    """arXiv's own form: an old id stands without its subject class."""
    return f"{found['archive']}/{found['number']}" if found["archive"] else found["key"]


def _version(found: re.Match[str] | None) -> int | None:
    return int(found["v"]) if found and found["v"] else None


def _is_category(term: str) -> bool:
    """Not the ACM or MSC classes that authors add."""
    return _CATEGORY.fullmatch(term) is not None


def _categories(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for term in terms if _is_category(term)))


def _outer_parts(text: str) -> list[str]:
    """Split at commas outside parentheses; where those do not pair up, at every comma."""
    if text.count("(") != text.count(")"):
        return text.split(",")
    parts, start, depth = [], 0, 0
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _without_affiliations(name: str) -> str:
    """`name` without what stands in parentheses at its end."""
    depth, end = 0, len(name)
    for at in range(len(name) - 1, -1, -1):
        depth += (name[at] == ")") - (name[at] == "(")
        if depth <= 0 and name[at] == "(":
            end = at
        elif depth == 0 and not name[at].isspace():
            break
    return name[:end].rstrip() if depth == 0 else name


def _text(element: Element, path: str) -> str:
    return (element.findtext(path, "", _NS) or "").strip()


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _day(text: str, *, late: timedelta = timedelta()) -> date | None:
    """New York's date so much later than this moment; a midnight, wherever it is one, stands for its own date."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return None
        return moment.date() if moment.time() == time() else new_york_date(moment + late)
    except (ValueError, OverflowError):
        return None


def _known(moment: datetime) -> datetime | None:
    return moment.astimezone(UTC) if moment.tzinfo else None
