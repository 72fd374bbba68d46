"""Which parts of a paper fit a budget of tokens: what a summary needs first, never cut within a sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.full import Figure, Full, Section, SectionKind, Table
from bot.summaries.sentences import sentences

FIRST = (
    SectionKind.ABSTRACT,
    SectionKind.INTRODUCTION,
    SectionKind.METHOD,
    SectionKind.RESULTS,
    SectionKind.LIMITATIONS,
    SectionKind.CONCLUSION,
)
"""What comes first; where not all of it fits, each of these but the abstract gets its fair share."""

THEN = (SectionKind.DISCUSSION, SectionKind.OTHER, SectionKind.RELATED, SectionKind.APPENDIX)
"""What comes after it, the tables and the captions, one after another."""

HEADING = 4
"""Tokens a section or a table costs beside its words."""

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen, in the paper's order, its cost, and the titles of the sections that are left out or cut."""

    sections: tuple[Section, ...]
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    tokens: int = 0
    left: tuple[str, ...] = ()


def tokens(text: str) -> int:
    """About how many tokens `text` is, rounded up: four characters of ASCII, two of other scripts, one of Han or kana.

    An estimate, as every model counts otherwise; for English prose it is some 10 % too high, for formulas too low.
    """
    ascii_ = sum(char < "\x80" for char in text)
    wide = len(_WIDE.findall(text))
    return -(-(ascii_ + 2 * (len(text) - ascii_ - wide) + 4 * wide) // 4)


def cost(section: Section) -> int:
    """Tokens of a section, heading included."""
    return _opening(section) + sum(map(tokens, section.paragraphs))


def table_cost(table: Table) -> int:
    """Tokens of a table, caption included."""
    return HEADING + tokens(table.label) + tokens(table.caption) + sum(tokens(row) + 1 for row in table.rows)


def figure_cost(figure: Figure) -> int:
    """Tokens of what is read of a figure: its caption."""
    return HEADING + tokens(figure.label) + tokens(figure.caption)


def choose(full: Full, budget_tokens: int) -> Choice:
    """What of `full` to read with at most `budget_tokens`. The same text and budget give the same choice.

    The abstract comes first, then a fair share for each of FIRST, whole tables, captions of figures, and the rest in
    the order of THEN. A paragraph that does not fit ends with its last sentence that does, and with it its section.
    """
    left = max(0, budget_tokens)
    taken: dict[int, Section] = {}
    of_kind = {kind: [at for at, each in enumerate(full.sections) if each.kind is kind] for kind in SectionKind}
    for kind, share in _shares(full.sections, of_kind, left).items():
        left -= _take(full.sections, of_kind[kind], share, taken)
    for kind in FIRST:  # what a share could not use for want of a short enough sentence, another one may
        left -= _take(full.sections, of_kind[kind], left, taken)
    tables: list[Table] = []
    for table in full.tables:
        if table.rows and table_cost(table) <= left:
            tables.append(table)
            left -= table_cost(table)
    figures: list[Figure] = []
    for figure in full.figures:
        if figure.caption and figure_cost(figure) <= left:
            figures.append(figure)
            left -= figure_cost(figure)
    for kind in THEN:
        left -= _take(full.sections, of_kind[kind], left, taken)
    missing = [each.title for at, each in enumerate(full.sections) if at not in taken or taken[at].cut]
    return Choice(
        sections=tuple(taken[at] for at in sorted(taken)),
        tables=tuple(tables),
        figures=tuple(figures),
        tokens=max(0, budget_tokens) - left,
        left=tuple(title for title in missing if title),
    )


def _opening(section: Section) -> int:
    return HEADING + tokens(section.number) + tokens(section.title)


def _shares(
    sections: Sequence[Section], of_kind: Mapping[SectionKind, Sequence[int]], budget: int
) -> Mapping[SectionKind, int]:
    """How much each of FIRST may take: the abstract what it needs, the others the same unless they need less."""
    needs = {kind: sum(cost(sections[at]) for at in of_kind[kind]) for kind in FIRST}
    shares = {SectionKind.ABSTRACT: min(needs.pop(SectionKind.ABSTRACT), budget)}
    left = budget - shares[SectionKind.ABSTRACT]
    for done, (kind, need) in enumerate(sorted(needs.items(), key=lambda each: (each[1], FIRST.index(each[0])))):
        shares[kind] = min(need, left // (len(needs) - done))
        left -= shares[kind]
    return {kind: shares[kind] for kind in FIRST}


def _take(sections: Sequence[Section], at: Iterable[int], budget: int, taken: dict[int, Section]) -> int:
    """Put into `taken` what of the sections `at` fits `budget`, in order; what that costs more than before."""
    spent = 0
    for place in at:
        section, before = sections[place], taken.get(place)
        if before is not None and not before.cut:
            continue
        had = cost(before) if before else 0
        fitting = _fitting(section, budget - spent + had)
        if fitting is None:
            break
        taken[place] = fitting
        spent += cost(fitting) - had
        if fitting.cut:
            break
    return spent


def _fitting(section: Section, budget: int) -> Section | None:
    """As much of `section` as fits, or None if not even its first sentence does."""
    left = budget - _opening(section)
    kept: list[str] = []
    for paragraph in section.paragraphs:
        size = tokens(paragraph)
        if size <= left:
            kept.append(paragraph)
            left -= size
            continue
        begun = _begun(paragraph, left)
        kept += [begun] if begun else []
        break
    else:
        return section
    if not kept:
        return None
    text = "\n".join(kept)
    formulas = tuple(each for each in section.formulas if each.text in text)
    return replace(section, paragraphs=tuple(kept), formulas=formulas, cut=True)


def _begun(paragraph: str, budget: int) -> str:
    begun = ""
    for sentence in sentences(paragraph):
        more = f"{begun} {sentence}" if begun else sentence
        if tokens(more) > budget:
            break
        begun = more
    return begun
