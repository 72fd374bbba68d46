"""Which feeds carry which categories, and which categories are watched."""

from __future__ import annotations

import pytest

from bot.ports import UsageError
from bot.sources.scope import Asked, watched_patterns

EIGHT = "cs.AI+cs.AR+cs.CC+cs.CE+cs.CG+cs.CL+cs.CR+cs.CV"


@pytest.mark.parametrize(
    ("feed", "wanted", "narrower"),
    [
        ("cs", ["cs.CL"], "cs.CL"),
        ("cs", ["cs.CL", "stat.ML", "cs.AI"], "cs.CL+cs.AI"),
        ("cs", ["cs.*", "cs.CL"], ""),
        ("cs", ["stat.ML"], ""),
        ("cs.CL", ["cs.CL"], ""),
        ("hep-th", ["hep-th"], ""),
        ("cs", EIGHT.split("+"), EIGHT),
        ("cs", [*EIGHT.split("+"), "cs.CY"], ""),
    ],
)
def test_a_few_wanted_categories_are_a_narrower_feed(feed: str, wanted: list[str], narrower: str) -> None:
    assert Asked(feeds=(feed,), wanted=tuple(wanted)).narrower(feed) == narrower


def test_watched_categories_are_written_as_arxiv_does() -> None:
    assert watched_patterns(["CS", "stat.ml", "cs.*", " hep-th "]) == ("cs.*", "stat.ML", "hep-th")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["cs.*", "cs.NLP"], r"'cs\.NLP'\. Did you mean cs\.CL\?"),
        (["../../etc"], "no category '../../etc'"),
        (["x\n" * 5000], "no category"),
        ([], "names no category"),
    ],
)
def test_what_arxiv_does_not_have_cannot_be_watched(given: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said) as wrong:
        watched_patterns(given)
    assert str(wrong.value).startswith("PAPERBOY_CATEGORIES")
    assert len(str(wrong.value)) < 400
