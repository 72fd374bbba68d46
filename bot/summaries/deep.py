"""The text of a deep summary: the abstract, then the sections and tables that fit, sentence by sentence. Pure.

All of it is as hostile as an abstract: one line a sentence, bounded, without the marker that fences it off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from bot.fulltext.choice import choose
from bot.models import Full, Paper, Section, SectionKind, Table
from bot.summaries.orders import addresses_a_machine, visible, without_orders
from bot.summaries.prompt import Source, source
from bot.summaries.sentences import sentences

BUDGET: Final = 12_000
"""Tokens of a paper's text one deep summary reads: two cents' worth of the dearest model in use, four of its pages."""

MAX_SENTENCE: Final = 1200
"""Characters; a longer one is a table or a formula that came out wrong."""

MAX_LABEL: Final = 80
MAX_ROWS: Final = 40


def deep_source(paper: Paper, full: Full | None, *, budget: int = BUDGET) -> Source:
    """What to summarize `paper` from: its abstract, and of `full` what fits `budget` tokens."""
    made = source(paper)
    if full is None:
        return made
    choice = choose(full, budget)
    told = [(sentence, "") for sentence in made.sentences]
    for sentence, label in (*_of_sections(choice.sections), *_of_tables(choice.tables)):
        line = _line(sentence, made.marker)
        if line and len(line) <= MAX_SENTENCE and not addresses_a_machine(line):
            told.append((line, without_orders(_line(label, made.marker))[:MAX_LABEL] or "…"))
    return replace(
        made,
        sentences=tuple(sentence for sentence, _ in told),
        sections=tuple(label for _, label in told),
        origin=full.source,
    )


def _line(text: str, marker: str) -> str:
    return " ".join(visible(text).replace(marker, " ").split())


def _of_sections(chosen: Iterable[Section]) -> Iterator[tuple[str, str]]:
    for section in chosen:
        if section.kind is SectionKind.ABSTRACT:  # arXiv's own stands there already
            continue
        label = f"{section.number} {section.title}".strip() or section.kind.value
        for paragraph in section.paragraphs:
            for sentence in sentences(paragraph):
                yield sentence, label


def _of_tables(chosen: Iterable[Table]) -> Iterator[tuple[str, str]]:
    for table in chosen:
        label = table.label.rstrip(".: ") or "Table"
        if table.caption:
            yield table.caption, label
        for row in table.rows[:MAX_ROWS]:
            yield row, label
