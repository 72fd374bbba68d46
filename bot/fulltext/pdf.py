"""A paper's PDF as its readers see it, with PDFium. Runs in the worker: PDFium reads hostile files in C++."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from bot.fulltext import layout, prose
from bot.fulltext.layout import Sheet
from bot.fulltext.page import MOST_CHARACTERS, read
from bot.fulltext.parsed import LONGEST, Parsed
from bot.ports import NoText

MOST_PAGES = 100
"""Pages that are read; a note says so if there are more."""
TOO_MANY_PAGES = 1500
"""A file of more pages is no paper."""
_STAMP = re.compile(r"arXiv:((?:\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})v\d{1,3})\s{1,3}\[[\w.-]{1,30}\]")
LEAST = 200
"""Characters without which a file is a scan: pictures of pages, with a word here and there."""


def parse(body: bytes, *, most_pages: int = MOST_PAGES) -> Parsed:
    """The paper in a PDF file. Raises NoText."""
    if b"%PDF-" not in body[:1024]:
        raise NoText("The file is no PDF.", code="pdf_broken")
    document = _opened(body)
    try:
        pages = len(document)
        if pages > TOO_MANY_PAGES:
            raise NoText(f"The PDF has {pages} pages.", code="too_large")
        sheets = _sheets(document, min(pages, most_pages))
        stamp = _stamp(document)
    finally:
        document.close()
    letters = sum(len(piece.text) for sheet in sheets for piece in sheet.pieces)
    if letters < LEAST:
        raise NoText("The PDF holds hardly any text.", code="pdf_scanned")
    if letters > LONGEST:
        raise NoText("The PDF's text is longer than any we read.", code="too_large")
    found = prose.parsed(
        layout.lines(sheets),
        usual=layout.usual_size(sheets),
        pages=pages,
        read=len(sheets),
        hidden=any(sheet.disguised for sheet in sheets),
    )
    return replace(found, stamp=stamp)


def _stamp(document: Any) -> str:  # noqa: ANN401 - pypdfium2 has no types
    """What arXiv stamped on the first page, from below to above, or whoever wants us to believe so."""
    try:
        page = document[0]
    except pypdfium2.PdfiumError:
        return ""
    text_page = page.get_textpage()
    try:
        count = min(pdfium.FPDFText_CountChars(text_page), MOST_CHARACTERS)
        codes = [pdfium.FPDFText_GetUnicode(text_page, at) for at in range(count)]
    finally:
        text_page.close()
        page.close()
    found = _STAMP.search("".join(chr(code) for code in codes if code < 0x110000))
    return found[1] if found else ""


def _opened(body: bytes) -> Any:  # noqa: ANN401 - pypdfium2 has no types
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as exc:
        if exc.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise NoText("The PDF is locked with a password.", code="pdf_encrypted") from None
        raise NoText("The PDF is damaged.", code="pdf_broken") from None
    if not len(document):
        document.close()
        raise NoText("The PDF has no pages.", code="pdf_broken")
    return document


def _sheets(document: Any, count: int) -> list[Sheet]:  # noqa: ANN401 - as above
    """The first `count` pages; one that is damaged is passed over unless all are."""
    sheets: list[Sheet] = []
    for number in range(count):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            continue
        try:
            sheets.append(read(page))
        except pypdfium2.PdfiumError:
            continue
        finally:
            page.close()
    if not sheets:
        raise NoText("None of the PDF's pages can be read.", code="pdf_broken")
    return sheets
