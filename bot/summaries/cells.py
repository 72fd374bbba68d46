"""A table's rows made readable: each number with its row's name, its heading and the caption. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from bot.summaries import numbers, placed
from bot.summaries.prompt import Source

MOST_HEADINGS: Final = 3
"""Rows at the top that may be headings."""

MOST_CELLS: Final = 5
"""Cells of a row that are shown whatever the statement; of a wider one those with its numbers."""

MOST_NAMES: Final = 3
"""Cells before the first number that may say together what a row is about."""

LONGEST_CAPTION: Final = 200

_BAR: Final = re.compile(r"(?:(?<=\s)|\A)\|(?=\s|\Z)")
_VALUE: Final = re.compile(r"[\s\d.,:±+*†‡↑↓()\[\]/%×x∼~<>=–−-]*\d[\s\d.,:±+*†‡↑↓()\[\]/%×x∼~<>=kKMB–−-]*")
_SHARE: Final = re.compile(
    r"%|percent|\b(?:acc|accuracy|precision|recall|f1|f-score|rates?|em|exact match|score|map|auc|auroc|iou|miou|dice"
    r"|pass@\d+|win|success|top-\d)\b",
    re.IGNORECASE,
)


def split(row: str) -> list[str]:
    """The cells of `row`, empty ones too."""
    return [cell.strip() for cell in _BAR.split(row)]


def headings(rows: Sequence[str]) -> int:
    """How many of `rows`, at the top, say what stands below them: those before the first number."""
    for at, row in enumerate(rows[: MOST_HEADINGS + 1]):
        if any(map(_VALUE.fullmatch, split(row)[1:])):
            return at
    return min(1, len(rows))


def said(at: Iterable[int], source: Source, text: str) -> dict[int, str]:
    """The lines `at` of `source` as people read them: prose as it stands, rows with what belongs to them for `text`.

    Headings and captions that are said with a row do not stand by themselves.
    """
    at = sorted(set(at))
    within = {head for each in at for head in source.heads.get(each, ())}
    told: dict[int, str] = {}
    first: dict[tuple[int, ...], int] = {}  # of each table's rows: with it the others are said
    for each in at:
        if each in within:
            continue
        heads = source.heads.get(each)
        if not heads:
            told[each] = source.sentences[each]
        elif heads in first:
            told[first[heads]] += f"; {_row(each, source, text)}"
        else:
            caption = _caption(each, source)
            first[heads] = each
            told[each] = " ".join(
                (*([] if caption is None else [_short(source.sentences[caption])]), _row(each, source, text))
            )
    return told


def context(at: int, source: Source) -> str:
    """The line `at` with the caption and the headings it stands below."""
    return " ".join((*(source.sentences[each] for each in source.heads.get(at, ())), source.sentences[at]))


def occurrences(source: Source) -> placed.Occurrences:
    """The numbers of tables, each beside its row's words, its heading and the caption."""
    found: list[tuple[frozenset[Decimal], frozenset[str]]] = []
    for at in source.heads:
        row, above = split(source.sentences[at]), called(at, source)
        caption = _caption(at, source)
        shared = [cell for cell in row if not _VALUE.fullmatch(cell)]
        shared += [source.sentences[caption]] if caption is not None else []
        for column, cell in enumerate(row):
            if values := numbers.known(cell).values:
                found.append((values, placed.words(" ".join((*shared, above.get(column, ""))))))
    return tuple(found)


def shares(source: Source) -> frozenset[Decimal]:
    """What stands in tables without a % where heading or caption say that it is one."""
    found: set[Decimal] = set()
    for at in source.heads:
        above, caption = called(at, source), _caption(at, source)
        is_share = caption is not None and _SHARE.search(source.sentences[caption])
        for column, cell in enumerate(split(source.sentences[at])):
            if _VALUE.fullmatch(cell) and (is_share or _SHARE.search(above.get(column, ""))):
                found |= {value for value in numbers.known(cell).values if value <= 100}
    return frozenset(found)


def _caption(at: int, source: Source) -> int | None:
    return next((each for each in source.heads[at] if each not in source.heads), None)


def called(at: int, source: Source) -> dict[int, str]:
    """What each column is called; a heading over several columns is said of each."""
    found: dict[int, list[str]] = {}
    for head in source.heads[at]:
        if head not in source.heads:  # the caption
            continue
        last = ""
        for column, cell in enumerate(split(source.sentences[head])):
            last = cell or last
            if last and last not in found.setdefault(column, []):
                found[column].append(last)
    return {column: " ".join(names) for column, names in found.items()}


def _row(at: int, source: Source, text: str) -> str:
    row, above = split(source.sentences[at]), called(at, source)
    title, first = name(source.sentences[at]), _first(row)
    cells = [(above.get(column, ""), cell) for column, cell in enumerate(row)][first:]
    if not above or not cells:
        return source.sentences[at]
    if len(cells) > MOST_CELLS:
        wanted = [each for each in cells if _has_number(each[1], text)] or cells[:MOST_CELLS]
    else:
        wanted = cells
    told = ", ".join(f"{heading} {cell}".strip() for heading, cell in wanted if cell)
    more = ", …" if len(wanted) < len(cells) else ""
    return f"{title}: {told}{more}" if title else f"{told}{more}"


def name(row: str) -> str:
    """What `row` is called."""
    parts = split(row)
    return ", ".join(cell for cell in parts[: _first(parts)] if cell)


def _first(row: Sequence[str]) -> int:
    """Where what the row says begins: before it stands what it is called, in one cell or, before numbers, in some."""
    value = next((column for column, cell in enumerate(row) if column and _VALUE.fullmatch(cell)), None)
    return 1 if value is None or value > MOST_NAMES else value


def _has_number(cell: str, text: str) -> bool:
    return bool(numbers.known(cell).values & numbers.known(text).values)


def _short(caption: str) -> str:
    """Its first sentences, as many as LONGEST_CAPTION has room for."""
    if len(caption) <= LONGEST_CAPTION:
        return caption
    cut = caption[:LONGEST_CAPTION]
    end = max(cut.rfind(mark) for mark in (". ", "; ", ": "))
    return cut[: end + 1] if end > 40 else cut.rsplit(" ", 1)[0] + " …"
