"""PDF files of whole papers, to be sent by somebody."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.hostile import SENTENCES, TITLE
from tests.fakes.pdfs import Drawn, Words, column, pdf

STAMP = "arXiv:2405.17428v2 [cs.CL] 3 Jan 2025"


def paper(
    *more: Drawn,
    title: str = TITLE,
    abstract: str = " ".join(SENTENCES[:4]),
    method: str = " ".join(SENTENCES[4:] * 3),
    stamp: str = "",
    pages: int = 1,
    headings: Sequence[str] = ("Abstract", "1 Introduction", "2 Method"),
) -> bytes:
    """A title, an abstract, and `pages` of a method; `stamp` stands at the left edge, from below to above."""
    first: list[Drawn] = [Words(text=title, x=100, y=740, size=17), *more]
    if stamp:
        first.append(Words(text=stamp, x=20, y=250, size=14, turned=True))
    top = 700.0
    for heading, text in zip(headings, (abstract, SENTENCES[0], method), strict=False):
        first.append(Words(text=heading, x=72, y=top, size=12, bold=True))
        block = column(text, top=top - 20)
        first += block
        top -= 40 + 12 * len(block)
    rest = [column(f"On page {n} there is more. " + method, top=720) for n in range(2, pages + 1)]
    return pdf([first, *rest])
