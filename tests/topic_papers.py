"""Papers for the tests of topics: short ones made here, real ones from tests/data/topics."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from bot.models import Paper
from bot.topics.query import Prepared, parse, prepare

DATA = Path(__file__).parent / "data" / "topics"


def made(
    title: str = "",
    abstract: str = "",
    *,
    authors: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    comment: str | None = None,
    journal_ref: str | None = None,
) -> Prepared:
    """A paper of exactly these words, ready for queries."""
    return prepare(
        Paper(
            id="2405.17428",
            title=title,
            abstract=abstract,
            authors=authors,
            categories=categories,
            primary_category=categories[0] if categories else None,
            comment=comment,
            journal_ref=journal_ref,
        )
    )


def finds(query: str, paper: Prepared) -> bool:
    return parse(query).matches(paper)


@cache
def real(name: str) -> dict[str, Paper]:
    """The papers of `tests/data/topics/<name>.jsonl` by id."""
    rows = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    return {
        row["id"]: Paper(
            id=row["id"],
            title=row["title"],
            authors=tuple(row["authors"]),
            abstract=row["abstract"],
            comment=row["comment"],
            categories=tuple(row.get("categories", ())),
            primary_category=row.get("primary_category"),
        )
        for row in rows
    }
