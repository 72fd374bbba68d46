"""How a Document looks in a message: what is bold, what folds, where a line is left empty. Pure.

A paper's lines stand close together and papers apart, so that a phone shows where one ends. A section is underlined, as
nothing else here is. Details fold after three lines (expandable quotations).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import assert_never

from adapters.telegram.entities import BOLD, FOLDED, QUOTE, UNDERLINE, Marked, Style, Writer, joined
from bot.document import (
    Actions,
    Block,
    Bold,
    Card,
    Details,
    Divider,
    Figure,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Spans,
    plain,
    worded,
)

RULE = "———"

_LINE, _APART = 1, 2


def marked(blocks: Sequence[Block], *, plainly: bool = False) -> Marked:
    """`blocks` as text and entities; `plainly`: without entities, addresses written out. Buttons are not in it."""
    shown = list(_shown(blocks))
    if shown and isinstance(first := shown[0][1], Heading) and first.level == 2:
        shown[0] = (0, replace(first, level=1))  # the title of an answer, and no section of anything
    return joined((gap, _alone(block, plainly)) for gap, block in shown)


@lru_cache(maxsize=1024)  # a paper is in the digests of many chats, and is measured again with all that comes before it
def _alone(block: Block, plainly: bool) -> Marked:
    writer = Writer(plain=plainly)
    _block(writer, block, quoted=False)
    return writer.done()


def _shown(blocks: Sequence[Block]) -> Iterator[tuple[int, Block]]:
    """What is in the text, each with the line breaks before it; rules between something only."""
    before: Block | None = None
    rule: Divider | None = None
    for block in blocks:
        if isinstance(block, Divider):
            rule = block
        elif not _is_blank(block):
            if before is not None and rule is not None:
                yield _gap(before, rule), rule
                before = rule
            yield _gap(before, block), block
            before, rule = block, None


def _block(writer: Writer, block: Block, *, quoted: bool) -> None:  # noqa: C901, PLR0912 (a flat table of cases)
    match block:
        case Heading():
            _line(writer, block.spans, *((BOLD, UNDERLINE) if block.level == 2 else (BOLD,)))
        case Paragraph():
            _line(writer, block.spans)
        case ListBlock():
            for item in block.items:
                writer.gap(_LINE)
                if item.number is not None or plain(item.spans).strip():
                    writer.words("• " if item.number is None else f"{item.number}. ")
                    _line(writer, item.spans)
        case Quote():
            since = writer.at
            if writer.plain:
                writer.words("> ")
            _line(writer, block.spans)
            if not quoted:
                writer.mark(QUOTE, since)
        case Details():
            since = writer.at
            _line(writer, block.summary, BOLD)
            writer.gap(_LINE)
            _inside(writer, block.blocks, quoted=True)
            if not quoted:
                writer.mark(FOLDED, since)
        case Figure():
            _line(writer, worded(block))
        case Divider():
            writer.words(RULE)
        case Card():
            _inside(writer, block.blocks, quoted=quoted)
        case Actions():
            pass  # under the message
        case _:
            assert_never(block)


def _inside(writer: Writer, blocks: Sequence[Block], *, quoted: bool) -> None:
    for _, block in _shown(blocks):
        writer.gap(_LINE)
        _block(writer, block, quoted=quoted)
        writer.gap(_LINE)


def _line(writer: Writer, spans: Spans, *styles: Style) -> None:
    for span in spans:
        writer.span(span, *styles)


def _is_blank(block: Block) -> bool:
    """Nothing of it is in the text."""
    match block:
        case Heading() | Paragraph() | Quote():
            return not plain(block.spans).strip()
        case ListBlock():
            return all(item.number is None and not plain(item.spans).strip() for item in block.items)
        case Card():
            return all(map(_is_blank, block.blocks))
        case Details():
            return not plain(block.summary).strip() and all(map(_is_blank, block.blocks))
        case Divider() | Actions():
            return True
        case Figure():
            return False
        case _:
            assert_never(block)


def _gap(before: Block | None, after: Block) -> int:
    """Line breaks between two blocks that stand by themselves."""
    match before, after:
        case (Heading(), Card() | Heading()) | (Heading(), Paragraph((Bold(),))):
            return _APART
        case (Heading(), _) | (Paragraph(quiet=True), Paragraph(quiet=True)) | (Divider(), Paragraph(quiet=True)):
            return _LINE
        case Paragraph(), ListBlock() if _announces(before):
            return _LINE
    return _APART


def _announces(line: Paragraph) -> bool:
    """Is it what the list below it is about?"""
    return plain(line.spans).rstrip().endswith((":", "：")) or all(isinstance(span, Bold) for span in line.spans)
