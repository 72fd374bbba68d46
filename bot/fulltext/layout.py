"""The lines of a PDF's pages in reading order: without headers and page numbers, one column after the other. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

EDGE = 0.1
"""Of a page's height: where headers, footers and page numbers stand."""
SMALL = 0.62
"""Of the usual size; smaller words are the labels of a picture."""

_NUMBER = re.compile(r"(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_STAMP = re.compile(r"arXiv:\S+v\d+\s+\[[\w.-]+\]", re.IGNORECASE)
_LEADERS = re.compile(r"(?:\.\s?){5,}\s*\d*$")
"""The dots of a table of contents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Letters in a row. Points from the page's left and lower edges; `y` is the middle of the letters."""

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's pieces in the order of the file; `disguised`: words are hidden on it."""

    width: float
    height: float
    pieces: tuple[Piece, ...]
    disguised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text; `begin` and `end` are the edges of its column, `column` and `page` where it is."""

    text: str
    left: float
    right: float
    y: float
    size: float
    begin: float
    end: float
    page: int
    column: int
    bold: bool = False
    italic: bool = False


def usual_size(sheets: Iterable[Sheet]) -> float:
    """The size most letters have."""
    sizes: Counter[float] = Counter()
    for sheet in sheets:
        for piece in sheet.pieces:
            sizes[round(piece.size * 2) / 2] += len(piece.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=10.0)


def lines(sheets: Sequence[Sheet]) -> list[Line]:
    """All lines in reading order."""
    usual = usual_size(sheets)
    repeated = _repeated(sheets)
    found: list[Line] = []
    for number, sheet in enumerate(sheets):
        pieces = [
            piece
            for piece in sheet.pieces
            if piece.size >= SMALL * usual and not _is_furniture(piece, sheet.height, repeated)
        ]
        found += _ordered(pieces, number)
    return found


def _edge(piece: Piece, height: float) -> str:
    if piece.y > (1 - EDGE) * height:
        return "top"
    return "bottom" if piece.y < EDGE * height else ""


def _alike(text: str) -> str:
    return re.sub(r"\d+", "#", text.lower()).strip()


def _repeated(sheets: Sequence[Sheet]) -> frozenset[tuple[str, str]]:
    """What stands at the same edge of many pages, numbers aside."""
    seen: Counter[tuple[str, str]] = Counter()
    for sheet in sheets:
        seen.update({
            (edge, _alike(piece.text)) for piece in sheet.pieces if (edge := _edge(piece, sheet.height))
        })  # fmt: skip
    enough = max(3, len(sheets) * 0.3)
    return frozenset(each for each, count in seen.items() if count >= enough)


def _is_furniture(piece: Piece, height: float, repeated: frozenset[tuple[str, str]]) -> bool:
    if _LEADERS.search(piece.text):
        return True
    edge = _edge(piece, height)
    return edge != "" and (
        (edge, _alike(piece.text)) in repeated
        or _NUMBER.fullmatch(piece.text) is not None
        or _STAMP.match(piece.text) is not None
    )


def _ordered(pieces: Sequence[Piece], page: int) -> Iterator[Line]:
    gutter = _gutter(pieces)
    from_top = sorted(pieces, key=lambda piece: (-piece.y, piece.left))
    if gutter is None:
        yield from _rows(from_top, page, 0)
        return
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    across: list[Piece] = []
    for piece in from_top:
        if piece.left < gutter < piece.right:
            yield from _rows(sides[0], page, 0)
            yield from _rows(sides[1], page, 1)
            sides[0].clear()
            sides[1].clear()
            across.append(piece)
            continue
        if across:
            yield from _rows(across, page, 2)
            across.clear()
        sides[piece.left >= gutter].append(piece)
    yield from _rows(across, page, 2)
    yield from _rows(sides[0], page, 0)
    yield from _rows(sides[1], page, 1)


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Where the page parts into two columns of running text, or None. A table's columns are too narrow for that."""
    if len(pieces) < 12:
        return None
    begin, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    width = end - begin
    candidates = [begin + width * share / 100 for share in range(35, 66)]

    def crossing(x: float) -> int:
        return sum(piece.left < x < piece.right for piece in pieces)

    best = min(candidates, key=lambda x: (crossing(x), abs(x - begin - width / 2)))
    left = [piece for piece in pieces if piece.right <= best]
    right = [piece for piece in pieces if piece.left >= best]
    if min(len(left), len(right)) < max(4, 0.15 * len(pieces)) or crossing(best) > 0.5 * len(pieces):
        return None
    for side, room in ((left, best - begin), (right, end - best)):
        if median(piece.right - piece.left for piece in side) < 0.5 * room:
            return None
    return best


def _rows(pieces: Sequence[Piece], page: int, column: int) -> Iterator[Line]:
    """Pieces of one column, from the top; those at the same height make one line."""
    if not pieces:
        return
    begin, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    row: list[Piece] = []
    for piece in pieces:
        if row and abs(piece.y - row[0].y) >= 0.4 * max(piece.size, row[0].size):
            yield _line(row, begin, end, page, column)
            row = []
        row.append(piece)
    yield _line(row, begin, end, page, column)


def _line(row: Sequence[Piece], begin: float, end: float, page: int, column: int) -> Line:
    placed = sorted(row, key=lambda piece: piece.left)
    longest = max(placed, key=lambda piece: len(piece.text))
    return Line(
        text=" ".join(piece.text for piece in placed),
        left=placed[0].left,
        right=max(piece.right for piece in placed),
        y=longest.y,
        size=longest.size,
        begin=begin,
        end=end,
        page=page,
        column=column,
        bold=all(piece.bold for piece in placed),
        italic=all(piece.italic for piece in placed),
    )
