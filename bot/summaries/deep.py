"""The text of a deep summary: the abstract, then the sections, tables and captions that fit, line by line. Pure.

All of it is as hostile as an abstract: one line a sentence, bounded, without the marker that fences it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from bot.full import Figure, Full, Section, SectionKind, Table
from bot.fulltext.choice import choose
from bot.models import Paper
from bot.summaries import cells
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
    """What to summarize `paper` from: its abstract, and of `full` what fits `budget` tokens.

    It is all that a summary may rest on. What was left out is no source, tables too: a number that stands only there
    cannot have been read there, and among the numbers of a whole paper every invented one would find its like.
    """
    if full is None:
        return source(paper)
    choice = choose(full, budget)
    return _written(paper, full, choice.sections, choice.tables, choice.figures)


def whole_source(paper: Paper, full: Full | None) -> Source:
    """All there is of `paper`: to look for something in, too much for a model."""
    return source(paper) if full is None else _written(paper, full, full.sections, full.tables, full.figures)


def _written(
    paper: Paper, full: Full, sections: Iterable[Section], tables: Iterable[Table], figures: Iterable[Figure]
) -> Source:
    made = source(paper)
    writer = _Writer(made.marker, list(made.sentences), [""] * len(made.sentences), {})
    for section in sections:
        if section.kind is not SectionKind.ABSTRACT:  # arXiv's own stands there already
            writer.section(section)
    for table in tables:
        writer.table(table)
    for figure in figures:
        writer.line(figure.caption, figure.label.rstrip(".: ") or "Figure")
    return replace(
        made,
        sentences=tuple(writer.sentences),
        sections=tuple(writer.sections),
        heads=writer.heads,
        origin=full.source,
    )


@dataclass(slots=True)
class _Writer:
    """The lines of a Source under way."""

    marker: str
    sentences: list[str]
    sections: list[str]
    heads: dict[int, tuple[int, ...]]

    def section(self, section: Section) -> None:
        label = f"{section.number} {section.title}".strip() or section.kind.value
        for paragraph in section.paragraphs:
            for sentence in sentences(paragraph):
                self.line(sentence, label)

    def table(self, table: Table) -> None:
        """Its caption, its headings, its rows, which know the other two."""
        label = table.label.rstrip(".: ") or "Table"
        above = [self.line(table.caption, label)] if table.caption else []
        rows = table.rows[:MAX_ROWS]
        headings = cells.headings(rows)
        for number, row in enumerate(rows):
            at = self.line(row, label)
            if at is None:
                continue
            self.heads[at] = tuple(each for each in above if each is not None)
            if number < headings:
                above.append(at)

    def line(self, text: str, label: str) -> int | None:
        """Where the line stands now; None if it may not be read."""
        line = _line(text, self.marker)
        if not line or len(line) > MAX_SENTENCE or addresses_a_machine(line):
            return None
        self.sentences.append(line)
        self.sections.append(without_orders(_line(label, self.marker))[:MAX_LABEL] or "…")
        return len(self.sentences) - 1


def _line(text: str, marker: str) -> str:
    return " ".join(visible(text).replace(marker, " ").split())
