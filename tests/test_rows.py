"""What goes into a real database comes back the same, however nasty; merging loses nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import rows
from bot.models import Checks, Paper, Summary, Takeaway, Usage
from bot.store import Store
from tests.samples import NOW, summary_key

NAMES = itertools.count()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples; each names its own papers."""
    with Store(tmp_path_factory.mktemp("store") / "paperboy.db") as opened:
        yield opened


TEXT = st.text(
    st.sampled_from("a\0'\"\\$%{}\n\t é漢字\u200f\ufeff🧠") | st.characters(exclude_categories=["Cs"]), max_size=12
)
MOMENTS = st.datetimes(timezones=st.just(UTC))
PAPERS = st.builds(
    Paper,
    id=st.just("0000.00000"),
    title=TEXT,
    authors=st.lists(TEXT, max_size=3).map(tuple),
    abstract=TEXT,
    version=st.none() | st.integers(1, 99),
    categories=st.lists(TEXT, max_size=3).map(tuple),
    primary_category=st.none() | TEXT,
    published=st.none() | MOMENTS,
    updated=st.none() | MOMENTS,
    license=st.none() | TEXT,
    comment=st.none() | TEXT,
    doi=st.none() | TEXT,
    journal_ref=st.none() | TEXT,
)


@settings(max_examples=60, deadline=None)
@given(papers=st.lists(PAPERS, max_size=4))
def test_papers_come_back_as_they_were(lasting: Store, papers: list[Paper]) -> None:
    fresh = {id_: replace(each, id=id_) for id_, each in zip(map(str, NAMES), papers)}  # noqa: B905 - NAMES never ends
    lasting.save_papers(fresh.values())

    assert lasting.papers(fresh) == fresh


WILD = st.text(st.characters(exclude_categories=[]), max_size=12)  # lone surrogates too
SUMMARIES = st.builds(
    Summary,
    paper_id=WILD,
    version=st.none() | st.integers(1, 9),
    language=st.sampled_from(["en", "zh", "pt-BR"]),
    depth=st.sampled_from(["brief", "deep"]),
    source=st.sampled_from(["abstract", "html", "pdf"]),
    method=st.sampled_from(["llm", "extractive"]),
    headline=WILD,
    tldr=WILD,
    takeaways=st.lists(st.builds(Takeaway, text=WILD, evidence=WILD), max_size=3).map(tuple),
    model=st.none() | WILD,
    title_translation=st.none() | WILD,
    abstract_translation=st.none() | WILD,
    checks=st.builds(Checks, statements=st.integers(), problems=st.lists(WILD, max_size=2).map(tuple)),
    usage=st.none() | st.builds(Usage, calls=st.integers(), prompt_tokens=st.integers()),
)


@settings(max_examples=60, deadline=None)
@given(summary=SUMMARIES)
def test_summaries_come_back_exactly_even_if_they_are_no_valid_unicode(lasting: Store, summary: Summary) -> None:
    key = summary_key(text_hash=str(next(NAMES)))
    lasting.save_summary(key, summary, at=NOW)

    assert lasting.summary(key) == summary


@given(old=PAPERS, new=PAPERS)
def test_merging_loses_nothing_and_keeps_the_later_version(old: Paper, new: Paper) -> None:
    result = rows.merged(old, new)

    assert result.version == (max(old.version or 0, new.version or 0) or None)
    assert all(
        getattr(result, field.name)
        for field in fields(Paper)
        if (getattr(old, field.name) or getattr(new, field.name)) and field.name not in rows.VERSION_BOUND
    )
    assert rows.merged(result, result) == rows.merged(old, result) == result
