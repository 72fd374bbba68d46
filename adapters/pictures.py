"""Figures taken out of a Document, to be sent as pictures beside it; what cannot be shown stays as a link. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.document import Block, Card, Details, Document, Figure
from bot.ports import Picture

MOST = 4
"""Pictures with one answer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure and its picture."""

    figure: Figure
    picture: Picture


def lifted(document: Document, have: Callable[[str], Picture | None]) -> tuple[Document, tuple[Shown, ...]]:
    """`document` without the figures whose pictures are there, and these, in its order."""
    found: list[Shown] = []
    blocks = _without(document.blocks, have, found)
    return (replace(document, blocks=blocks), tuple(found)) if found else (document, ())


def _without(blocks: Sequence[Block], have: Callable[[str], Picture | None], found: list[Shown]) -> tuple[Block, ...]:
    kept: list[Block] = []
    for block in blocks:
        match block:
            case Figure(picture=str(address)) if len(found) < MOST and (picture := have(address)) is not None:
                found.append(Shown(block, picture))
            case Card() | Details():
                kept.append(replace(block, blocks=_without(block.blocks, have, found)))
            case _:
                kept.append(block)
    return tuple(kept)
