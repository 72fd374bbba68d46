"""One page of a PDF as pieces of text at places, with PDFium; what nobody can see is left out.

Papers hide words from people in white on white, in letters too small to read, in PDF's invisible mode, outside of the
page or behind a white box; all of these are known here. Rules of the C interface: PDFium's fpdf_text.h and fpdf_edit.h.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from bot.fulltext.layout import Piece, Sheet
from bot.fulltext.visible import NEAR, Colour

MOST_CHARACTERS = 60_000
"""Of one page; a dense one has 10,000."""
MOST_OBJECTS = 20_000
MOST_BOXES = 400
SMALLEST = 2.0
"""Points; smaller letters are for machines."""
DISGUISED_WORDS = 5
"""Words in a row that make a disguise worth telling of: a label in white on a picture has fewer."""
WIDE_GAP = 1.2
"""Of the letters' height; what is further apart belongs to another column or cell."""

_BOLD = re.compile(r"bold|black|heavy|medi\b|-medi|cmbx|cmssbx|[-,]b$|semibold|demi", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_ITALIC = re.compile(r"ital|obli|cmti|slant", re.IGNORECASE)
_INVISIBLE = frozenset({pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP})
_HYPHEN = 2
"""What PDFium gives for a hyphen at the end of a line."""


@dataclass(frozen=True, slots=True)
class _Box:
    order: int
    left: float
    bottom: float
    right: float
    top: float
    colour: Colour

    def covers(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.bottom <= y <= self.top


@dataclass(frozen=True, slots=True)
class _Style:
    """What all letters of one text object share; `order` says when it is drawn (-1: not known)."""

    ink: Colour
    is_drawn: bool
    upright: bool
    bold: bool
    italic: bool
    order: int


@dataclass(slots=True)
class _Run:
    """A piece being read."""

    letters: list[str] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    ys: list[float] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    bold: int = 0
    italic: int = 0


def read(page: Any) -> Sheet:  # noqa: ANN401 - a PdfPage of pypdfium2, which has no types
    """The page, closed by whoever opened it."""
    left, bottom, right, top = page.get_bbox()
    text_page = page.get_textpage()
    try:
        reader = _Reader(text_page, _boxes(page), (left, bottom, right, top))
        pieces = tuple(reader.pieces())
        return Sheet(right - left, top - bottom, pieces, reader.disguised)
    finally:
        text_page.close()


class _Reader:
    def __init__(
        self,
        text_page: Any,  # noqa: ANN401 - as above
        scene: tuple[list[_Box], dict[int, int]],
        edges: tuple[float, float, float, float],
    ) -> None:
        self._page = text_page
        self._boxes, self._orders = scene
        self._edges = edges
        self._styles: dict[int, _Style] = {}
        self._unseen = ""
        self.disguised = False

    def pieces(self) -> Iterator[Piece]:
        box = pdfium.FS_RECTF()
        run = _Run()
        for at in range(min(pdfium.FPDFText_CountChars(self._page), MOST_CHARACTERS)):
            code = pdfium.FPDFText_GetUnicode(self._page, at)
            if code == ord(" "):  # often PDFium's own, from the gap between words: it has no box
                if run.letters:
                    run.letters.append(" ")
                self._unseen += " " * bool(self._unseen)
                continue
            drawn = pdfium.FPDFText_GetTextObject(self._page, at)
            if not drawn:  # the end of a line, which we find ourselves
                continue
            style = self._style(drawn, at)
            pdfium.FPDFText_GetLooseCharBox(self._page, at, box)
            if not style.upright or not self._is_seen(style, box, code):
                continue
            if run.letters and not _goes_on(run, box):
                yield from _ended(run)
                run = _Run()
            _add(run, "-" if code == _HYPHEN else chr(code) if 0 < code < 0x110000 else "", box, style)
        yield from _ended(run)

    def _style(self, drawn: Any, at: int) -> _Style:  # noqa: ANN401 - a pointer
        address = ctypes.cast(drawn, ctypes.c_void_p).value or 0
        style = self._styles.get(address)
        if style is None:
            style = self._styles[address] = self._looked_up(drawn, at, self._orders.get(address, -1))
        return style

    def _looked_up(self, drawn: Any, at: int, order: int) -> _Style:  # noqa: ANN401 - a pointer
        colour = _colour(drawn)
        mode = pdfium.FPDFTextObj_GetTextRenderMode(drawn)
        name = ctypes.create_string_buffer(128)
        font = pdfium.FPDFTextObj_GetFont(drawn)
        if font:
            pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
        said = name.value.decode("ascii", "replace")
        return _Style(
            ink=colour or (0, 0, 0),
            is_drawn=mode not in _INVISIBLE and colour is not None,
            upright=abs(pdfium.FPDFText_GetCharAngle(self._page, at)) < 0.1,
            bold=_BOLD.search(said) is not None,
            italic=_ITALIC.search(said) is not None,
            order=order,
        )

    def _is_seen(self, style: _Style, box: Any, code: int) -> bool:  # noqa: ANN401 - a C structure
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        left, bottom, right, top = self._edges
        inside = left <= x <= right and bottom <= y <= top
        seen = style.is_drawn and inside and box.top - box.bottom >= SMALLEST and self._contrasts(style, x, y)
        if seen:
            self._unseen = ""
        elif style.upright and len(self._unseen) < 1000:
            self._unseen += chr(code) if 32 <= code < 0x110000 else " "
            self.disguised |= len(_WORD.findall(self._unseen)) >= DISGUISED_WORDS
        return seen

    def _contrasts(self, style: _Style, x: float, y: float) -> bool:
        """Is the ink another colour than what lies below it, and nothing above it?"""
        paper: Colour = (255, 255, 255)
        for box in self._boxes:
            if box.covers(x, y):
                if style.order < box.order and style.order >= 0:
                    return False
                paper = box.colour
        return max(abs(a - b) for a, b in zip(style.ink, paper, strict=True)) >= NEAR


def _boxes(page: Any) -> tuple[list[_Box], dict[int, int]]:  # noqa: ANN401 - as above
    """The page's filled rectangles (rounded ones too) in the order they are drawn, and when each text is drawn."""
    boxes: list[_Box] = []
    orders: dict[int, int] = {}
    edges = [ctypes.c_float() for _ in range(4)]
    for order in range(min(pdfium.FPDFPage_CountObjects(page), MOST_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page, order)
        kind = pdfium.FPDFPageObj_GetType(drawn)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            orders[ctypes.cast(drawn, ctypes.c_void_p).value or 0] = order
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and len(boxes) < MOST_BOXES and _is_filled_box(drawn):
            colour = _colour(drawn)
            if colour is not None and pdfium.FPDFPageObj_GetBounds(drawn, *edges):
                left, bottom, right, top = (edge.value for edge in edges)
                boxes.append(_Box(order, left, bottom, right, top, colour))
    return boxes, orders


def _is_filled_box(drawn: Any) -> bool:  # noqa: ANN401 - a pointer
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(drawn, fill, stroke) or fill.value == pdfium.FPDF_FILLMODE_NONE:
        return False
    return bool(3 <= pdfium.FPDFPath_CountSegments(drawn) <= 18)


def _colour(drawn: Any) -> Colour | None:  # noqa: ANN401 - a pointer
    """What it is filled with; None where that is nothing, or less than half opaque."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(drawn, red, green, blue, alpha):
        return (0, 0, 0)
    return (red.value, green.value, blue.value) if alpha.value >= 128 else None


def _goes_on(run: _Run, box: Any) -> bool:  # noqa: ANN401 - a C structure
    """Does this letter stand beside the last one of `run`? A raised one does, and the second one of a ligature."""
    height = max(run.sizes[-1], box.top - box.bottom)
    gap = box.left - run.right
    same_line = abs((box.top + box.bottom) / 2 - run.ys[-1]) < 0.5 * height
    return bool(same_line and -1.5 * height < gap < WIDE_GAP * height)


def _add(run: _Run, letter: str, box: Any, style: _Style) -> None:  # noqa: ANN401 - a C structure
    if not run.letters:
        run.left, run.right = box.left, box.right
    run.letters.append(letter)
    run.right = max(run.right, box.right)
    run.ys.append((box.top + box.bottom) / 2)
    run.sizes.append(box.top - box.bottom)
    run.bold += style.bold
    run.italic += style.italic


def _ended(run: _Run) -> Iterator[Piece]:
    text = "".join(run.letters).strip()
    if text:
        middle = len(run.sizes) // 2
        yield Piece(
            text=text,
            left=run.left,
            right=run.right,
            y=sorted(run.ys)[middle],
            size=sorted(run.sizes)[middle],
            bold=run.bold > len(run.sizes) * 0.6,
            italic=run.italic > len(run.sizes) * 0.6,
        )
