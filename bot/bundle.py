"""The bundled papers: what the demo shows, and what is left when there is no network. Metadata is CC0."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from bot.models import Announcement, Listed, Paper


def bundled() -> tuple[Listed, ...]:
    """Seven reference papers without an announcement, then those arXiv announced on one day of May 2026."""
    return tuple(_read())


def _read() -> Iterator[Listed]:
    data = lzma.decompress((files("bot") / "data" / "demo.jsonl.xz").read_bytes()).decode()
    for line in data.splitlines():
        row = json.loads(line)
        paper = Paper(
            id=row["id"],
            title=row["title"],
            authors=tuple(row["authors"]),
            abstract=row["abstract"],
            categories=tuple(row["categories"] or ()),
            primary_category=row["primary_category"],
            comment=row["comment"],
        )
        day = row["announced"]
        yield Listed(
            paper=paper,
            announcement=Announcement(paper_id=paper.id, date=date.fromisoformat(day)) if day else None,
        )
