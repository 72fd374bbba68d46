"""Papers, announcements and summaries in which a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Literal

from bot.models import Announcement, Listed, Paper, Summary, SummaryKey, Takeaway
from bot.store import FeedState

DAY = date(2026, 5, 18)
NOW = datetime(2026, 5, 19, 0, 5, tzinfo=UTC)


def paper(id_: str = "2405.17428", **given: Any) -> Paper:  # noqa: ANN401 - any field of it
    return Paper(**{"id": id_, "title": "T", "authors": ("A",), "abstract": "An abstract.", **given})


def listed(
    id_: str,
    *,
    day: date = DAY,
    source: Literal["feed", "sweep", "reconstructed"] = "feed",
    **given: Any,  # noqa: ANN401 - any field of it
) -> Listed:
    return Listed(paper=paper(id_), announcement=Announcement(paper_id=id_, date=day, source=source, **given))


def feed(name: str = "cs", *, day: date = DAY, **given: Any) -> FeedState:  # noqa: ANN401 - any field of it
    return FeedState(**{"name": name, "day": day, "count": 1, "fetched_at": NOW, **given})


def summary_key(**given: Any) -> SummaryKey:  # noqa: ANN401 - any field of it
    return SummaryKey(
        **{
            "paper_id": "2405.17428",
            "version": 1,
            "depth": "brief",
            "language": "en",
            "model": "m",
            "prompt_version": "1",
            "text_hash": "h",
            **given,
        }
    )


def summary(**given: Any) -> Summary:  # noqa: ANN401 - any field of it
    return Summary(
        **{
            "paper_id": "2405.17428",
            "version": 1,
            "language": "en",
            "depth": "brief",
            "source": "abstract",
            "method": "llm",
            "headline": "H",
            "tldr": "T",
            "takeaways": (Takeaway("t", "e"),),
            **given,
        }
    )
