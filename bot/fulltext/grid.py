"""The cells of a table put where they stand, so that each is below its heading. Pure.

A cell over several columns leaves the others empty; one over several rows is said again in each, for a row has to be
understood by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_COLUMNS = 60
MOST_ROWS = 100
"""One cell reaches over at most."""

_CLASS = re.compile(r"ltx_(col|row)span_(\d{1,3})")


def spans(classes: Iterable[str], columns: str | None, rows: str | None) -> tuple[int, int]:
    """Columns and rows a cell reaches over, as LaTeXML says it: by attributes or, of a `span`, by classes."""
    said = {match[1]: match[2] for each in classes if (match := _CLASS.fullmatch(each))}
    return _bounded(columns or said.get("col"), MOST_COLUMNS), _bounded(rows or said.get("row"), MOST_ROWS)


def _bounded(number: str | None, most: int) -> int:
    if number is None or not re.fullmatch(r"\s*\d{1,4}\s*", number):
        return 1
    return min(max(1, int(number)), most)


class Grid:
    """A table being read, row by row."""

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._says = False
        self._above: dict[int, tuple[str, int]] = {}  # by column: what reaches down, and over how many rows still
        self._new: dict[int, tuple[str, int]] = {}

    def begin(self) -> None:
        """A row begins."""
        self._cells, self._says, self._new = [], False, {}

    def cell(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """The next cell of the row; what no page has room for is left out."""
        self._covered()
        for part in (text, *[""] * (columns - 1)):
            if len(self._cells) >= MOST_COLUMNS:
                return
            self._says = self._says or bool(part)
            if rows > 1:
                self._new[len(self._cells)] = (part, rows - 1)
            self._cells.append(part)

    def end(self) -> list[str]:
        """The row's cells up to the last one that says something; none if all it has is from above."""
        self._covered()
        left = {column: (text, rows - 1) for column, (text, rows) in self._above.items() if rows > 1}
        self._above = left | self._new
        row, self._cells = self._cells, []
        while row and not row[-1]:
            row.pop()
        return row if self._says else []

    def _covered(self) -> None:
        while len(self._cells) in self._above:
            self._cells.append(self._above[len(self._cells)][0])
