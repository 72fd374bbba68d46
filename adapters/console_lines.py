"""Lines of a terminal: what is visible, where Chinese and Latin may break, what stands in front. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.text import Text as Line

Lines: TypeAlias = list[Line]

_WIDE = r"\u3040-\u30ff\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING = "（《〈「『【“‘"
_CLOSING = "，。、；：？！）》〉」』】”’…·"
_UNITS = re.compile(  # what is never broken: a word, or one Han character; marks stay with their neighbour
    rf"\s+|[{_OPENING}]*(?:[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}{_OPENING}]+)|[{_OPENING}]+"
)


def visible(text: str) -> str:
    """`text` in one line, without control, bidi and invisible characters: nothing that steers a terminal."""
    if text.isprintable() and "    " not in text:  # as nearly all is, and much quicker
        return text
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or _seen(char))
    return re.sub(" {4,}", "   ", kept)


def _seen(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or char in "\u200c\u200d"


def wrapped(line: Line, width: int) -> Lines:
    """`line` in lines of at most `width` columns; a word that is wider (a URL) has a line of its own, unbroken."""
    cuts: list[int] = []
    column = 0
    for match in _UNITS.finditer(line.plain):
        unit = match.group()
        size = cell_len(unit)
        if column and not unit.isspace() and column + size > width:
            cuts.append(match.start())
            column = 0
        column += size
    parts = list(line.divide(cuts)) if cuts else [line]
    for part in parts:
        part.rstrip()
    return parts


def indented(lines: Lines, by: Line, *, first: Line | None = None) -> Lines:
    """`lines` behind `by`, the first of them behind `first`."""
    return [Line.assemble(first if first is not None and at == 0 else by, line) for at, line in enumerate(lines)]


def packed(pieces: Sequence[Line], between: str, width: int) -> Lines:
    """A row of links: as many `pieces` to a line as fit, broken between words and URL only if one is too wide alone."""
    lines: Lines = []
    for piece in pieces:
        if lines and cell_len(lines[-1].plain) + cell_len(between) + cell_len(piece.plain) <= width:
            lines[-1] = Line.assemble(lines[-1], between, piece)
        else:
            lines += wrapped(piece, width)
    return lines
