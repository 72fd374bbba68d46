"""Papers, announcements and summaries as database rows and back, and what wins when two sources differ. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol

from bot.models import Announcement, Checks, Kind, Note, Paper, Summary, SummaryKey, SummaryPart, Takeaway, Usage

VERSION_BOUND = ("updated", "license")
"""What is true of one version only, and therefore never carried over to another."""


_SURROGATE = re.compile("[\ud800-\udfff]")


class Row(Protocol):
    """A `sqlite3.Row`, or a dict."""

    def __getitem__(self, key: str, /) -> Any: ...  # noqa: ANN401 - SQLite's columns have no static types


def clean(text: str) -> str:
    """`text` as UTF-8 can hold it: a lone surrogate becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def moment(value: datetime | None) -> str | None:
    """ISO 8601 in UTC, which sorts as text. A time without zone is a mistake of the caller: ValueError."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("times are aware, UTC")
    return value.astimezone(UTC).isoformat()


def _moment_back(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


# ---------------------------------------------------------------- papers


def paper_row(paper: Paper) -> dict[str, str | int | None]:
    """The row of `papers`, all but `pk`."""
    return {
        "id": paper.id,
        "version": paper.version,
        "title": clean(paper.title),
        "authors": json.dumps([clean(author) for author in paper.authors], ensure_ascii=False),
        "abstract": clean(paper.abstract),
        "categories": json.dumps([clean(category) for category in paper.categories], ensure_ascii=False),
        "primary_category": _clean_or_none(paper.primary_category),
        "published": moment(paper.published),
        "updated": moment(paper.updated),
        "license": _clean_or_none(paper.license),
        "comment": _clean_or_none(paper.comment),
        "doi": _clean_or_none(paper.doi),
        "journal_ref": _clean_or_none(paper.journal_ref),
    }


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def paper_of(row: Row) -> Paper:
    """The paper of a row of `papers`."""
    return Paper(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        authors=tuple(json.loads(row["authors"])),
        abstract=row["abstract"],
        categories=tuple(json.loads(row["categories"])),
        primary_category=row["primary_category"],
        published=_moment_back(row["published"]),
        updated=_moment_back(row["updated"]),
        license=row["license"],
        comment=row["comment"],
        doi=row["doi"],
        journal_ref=row["journal_ref"],
    )


def merged(old: Paper, new: Paper) -> Paper:
    """What is known of a paper after `new` came in.

    The later version wins, then the later news; a version that is not known loses against one that is.
    What the winner does not say is taken from the other, except what is bound to a version they do not share.
    """
    winner, other = (old, new) if _version(old) > _version(new) else (new, old)
    carried = [
        field.name for field in fields(Paper) if winner.version == other.version or field.name not in VERSION_BOUND
    ]
    filled = {name: getattr(other, name) for name in carried if getattr(other, name) and not getattr(winner, name)}
    return replace(winner, **filled)


def _version(paper: Paper) -> int:
    return paper.version or 0


def together(papers: Iterable[Paper]) -> dict[str, Paper]:
    """One paper an id, as if they had come one after the other."""
    united: dict[str, Paper] = {}
    for paper in papers:
        united[paper.id] = merged(united[paper.id], paper) if paper.id in united else paper
    return united


# ---------------------------------------------------------------- announcements

_SOURCES = {"feed": 2, "sweep": 1, "reconstructed": 0}
_OF_ITS_OWN = {Kind.NEW, Kind.REPLACE}


def announcement_row(announcement: Announcement) -> dict[str, str | int | None]:
    """The row of `announcements`."""
    return {
        "date": announcement.date.isoformat(),
        "paper_id": announcement.paper_id,
        "version": announcement.version,
        "announce_type": announcement.announce_type and announcement.announce_type.value,
        "source": announcement.source,
    }


def announcement_of(row: Row) -> Announcement:
    """The announcement in a row that has the columns of `announcements` (its `version` as `announced_version`)."""
    return Announcement(
        paper_id=row["paper_id"],
        date=date.fromisoformat(row["date"]),
        version=row["announced_version"],
        announce_type=Kind(row["announce_type"]) if row["announce_type"] else None,
        source=row["source"],
    )


def merged_announcement(old: Announcement, new: Announcement) -> Announcement:
    """The better source of one announcement: a feed, then a sweep, then a guess from dates; then the later news.

    Of two feeds that list the paper (its own archive's and a cross-list's) the type of its own archive is kept.
    """
    winner, other = (old, new) if _SOURCES[old.source] > _SOURCES[new.source] else (new, old)
    kind = winner.announce_type or other.announce_type
    if winner.source == other.source and other.announce_type in _OF_ITS_OWN:
        kind = winner.announce_type if winner.announce_type in _OF_ITS_OWN else other.announce_type
    return replace(winner, version=winner.version or other.version, announce_type=kind)


# ---------------------------------------------------------------- summaries


def summary_key_row(key: SummaryKey) -> dict[str, str | int]:
    """The key columns of `summaries`; a version that is not known is 0, since NULLs are never equal in SQL."""
    return {
        "paper_id": clean(key.paper_id),
        "version": key.version or 0,
        "depth": key.depth,
        "language": clean(key.language),
        "model": clean(key.model),
        "prompt_version": clean(key.prompt_version),
        "text_hash": clean(key.text_hash),
    }


def summary_text(summary: Summary) -> str:
    """A summary as JSON, exactly (ASCII, so that even text that is no valid Unicode comes back as it was)."""
    return json.dumps(asdict(summary))


def summary_of(text: str) -> Summary:
    """The summary `summary_text` wrote. Raises ValueError, KeyError or TypeError if it is something else."""
    given: Mapping[str, Any] = json.loads(text)
    return Summary(
        **{
            **given,
            "takeaways": tuple(Takeaway(**takeaway) for takeaway in given["takeaways"]),
            "checks": Checks(**{**given["checks"], "problems": tuple(given["checks"]["problems"])}),
            "usage": Usage(**given["usage"]) if given["usage"] else None,
            "parts": tuple(
                SummaryPart(part["kind"], tuple(Takeaway(**each) for each in part["statements"]))
                for part in given.get("parts", ())
            ),
            "notes": tuple(Note(**note) for note in given.get("notes", ())),
        }
    )
