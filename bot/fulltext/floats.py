"""Figures and tables of a page while they are being read: what in them is a caption, a cell, a picture. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from bot.fulltext.drafts import LONGEST_ROW, Drafts, Float
from bot.fulltext.grid import Grid, spans
from bot.fulltext.text import line

Act: TypeAlias = Callable[[], object]

_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,60}")
_ROWS = frozenset({"tr", "ltx_tr"})
_CELLS = frozenset({"td", "th", "ltx_td", "ltx_th"})
_LABELS = frozenset({"ltx_tag_figure", "ltx_tag_table", "ltx_tag_float"})


class Floats:
    """`address` says where a picture is; `at_end` takes what is to be done when the element just opened ends."""

    def __init__(self, drafts: Drafts, *, address: Callable[[str], str | None], at_end: Callable[[Act], None]) -> None:
        self._drafts = drafts
        self._address = address
        self._at_end = at_end
        self._float: Float | None = None
        self._tables = 0  # how many are open
        self._grid = Grid()
        self._rows: list[str] = []

    @property
    def in_table(self) -> bool:
        """Is a table open?"""
        return self._tables > 0

    def open(self, tag: str, classes: frozenset[str], attributes: Mapping[str, str]) -> None:
        """An element begins that may be one of a figure or a table."""
        if tag == "figure" or "ltx_figure" in classes or ("ltx_table" in classes and tag != "table"):
            self._figure(classes, attributes.get("id") or "")
        elif tag == "figcaption" or "ltx_caption" in classes:
            self._drafts.catch()
            self._at_end(self._captioned)
        elif self._float and not _LABELS.isdisjoint(classes):
            self._drafts.catch()
            self._at_end(self._labelled)
        elif "ltx_tabular" in classes or (tag == "table" and "ltx_eqn_table" not in classes):
            self._table()
        elif self._tables == 1 and not _ROWS.isdisjoint({tag, *classes}):
            self._grid.begin()
            self._at_end(self._row)
        elif self._tables == 1 and not _CELLS.isdisjoint({tag, *classes}):
            columns, rows = spans(classes, attributes.get("colspan"), attributes.get("rowspan"))
            self._drafts.catch()
            self._at_end(lambda: self._grid.cell(self._drafts.caught(), columns, rows))
        elif self._tables and tag in _CELLS:  # of a table within a cell
            self._drafts.say(" ")

    def _figure(self, classes: frozenset[str], anchor: str) -> None:
        if self._float is None:
            is_figure = not classes or "ltx_figure" in classes
            self._float = Float(
                kind="figure" if is_figure else "other", anchor=anchor if _ANCHOR.fullmatch(anchor) else ""
            )
            self._at_end(self._left_figure)
            if is_figure or "ltx_table" in classes:
                self._drafts.catch()  # words within a picture are no paragraph; those of an algorithm are
                self._at_end(self._drafts.caught)

    def _left_figure(self) -> None:
        if self._float is not None:
            self._drafts.finished(self._float)
        self._float = None

    def _captioned(self) -> None:
        said = self._drafts.caught()
        if self._float is None:
            self._drafts.say(said)
        elif said:
            self._float.captions.append(said)

    def _labelled(self) -> None:
        said = self._drafts.caught()
        if self._float is not None and not self._float.label and said[:1].isalpha():  # not a panel's (a)
            self._float.label = said
        else:
            self._drafts.say(f"{said} ")

    def picture(self, source: str, alt: str) -> None:
        """A picture of the figure that is open, if one is."""
        if self._float is not None and source.strip():
            self._float.pictures.append((self._address(source.strip()), line(alt)[:1000]))

    def _table(self) -> None:
        self._tables += 1
        if self._tables == 1:
            self._rows, self._grid = [], Grid()
        self._at_end(self._left_table)

    def _row(self) -> None:
        if cells := self._grid.end():
            self._rows.append(" | ".join(cells)[:LONGEST_ROW])

    def _left_table(self) -> None:
        self._tables -= 1
        if self._tables:
            return
        if self._float is not None:
            self._float.rows += self._rows
        elif any(" | " in row for row in self._rows):
            self._drafts.finished(Float(kind="table", rows=self._rows))
        else:  # a frame around words
            for row in self._rows:
                self._drafts.say(row)
                self._drafts.pause()
        self._rows = []
