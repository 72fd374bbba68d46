"""A Document cut into messages, so that what closes it does not come alone if a paper can come with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from adapters.slices import Fits, slices
from bot.document import Actions, Block, Card, Divider, Document, Heading, Paragraph


def messages(document: Document, fits: Fits) -> tuple[Document, ...]:
    """`document` in pieces that each fit and say something. Raises ValueError if one character is too much."""
    pieces = slices(document, fits)
    if len(pieces) < 2 or not all(map(_closes, pieces[-1].blocks)):
        return pieces
    *most, before, last = pieces
    at = _last_paper(before.blocks)
    if at == 0 or not fits((*before.blocks[at:], *last.blocks)):
        return pieces
    company = replace(last, blocks=(*before.blocks[at:], *last.blocks))
    return (*most, replace(before, blocks=before.blocks[:at]), company)


def _closes(block: Block) -> bool:
    return isinstance(block, Paragraph | Divider | Actions)


def _last_paper(blocks: Sequence[Block]) -> int:
    """Where the last paper begins, with the heading above it; 0 if there is nothing before it, or no such paper."""
    at = len(blocks)
    while at and _closes(blocks[at - 1]):
        at -= 1
    if not at or not isinstance(blocks[at - 1], Card):
        return 0
    at -= 1
    return at - 1 if at and isinstance(blocks[at - 1], Heading) else at
