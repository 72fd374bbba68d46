"""Which papers a message of ours is about, and which of them somebody means who quotes a part of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.document import (
    Block,
    Card,
    Details,
    Document,
    Figure,
    Heading,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    plain,
)
from bot.sources.ids import find

LEAST = 3
"""Letters and digits of a quote; a shorter one could be of any paper."""


def papers_of(document: Document, quoted: str = "") -> tuple[str, ...]:
    """Ids (without versions) of its papers, in order, each once; only those `quoted` is about, if that can be told.

    That is the line it comes from, where each paper has one, or else all that is said of a paper.
    """
    wanted = _squeezed(quoted)
    named = [*_items(document.blocks), *_cards(document.blocks)]
    if len(wanted) >= LEAST:
        for places in (_items(document.blocks), _cards(document.blocks)):
            if found := [key for key, said in places if _meet(wanted, _squeezed(said))]:
                return tuple(dict.fromkeys(found))
    return tuple(dict.fromkeys(key for key, _ in named))


def _items(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Lines that are about one paper each, with its id: those of lists that do not belong to a paper."""
    for block in blocks:
        match block:
            case ListBlock(items):
                yield from ((key, _line(item)) for item in items for key in _linked(item))
            case Details(blocks=inner):
                yield from _items(inner)


def _line(item: Item) -> str:
    return f"{'' if item.number is None else item.number} {plain(item.spans)}"


def _linked(item: Item) -> Iterator[str]:
    links = " ".join(span.url for span in item.spans if isinstance(span, Link))
    return (each.key for each in find(links)[:1])


def _cards(blocks: Iterable[Block]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        match block:
            case Card(key=key) if key:
                yield key, "\n".join(_said(block.blocks))
            case Card() | Details():
                yield from _cards(block.blocks)


def _said(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading() | Paragraph() | Quote():
                yield plain(block.spans)
            case ListBlock(items):
                yield from map(_line, items)
            case Details():
                yield plain(block.summary)
                yield from _said(block.blocks)
            case Card():
                yield from _said(block.blocks)
            case Figure():
                yield from (block.alt, plain(block.caption))


def _meet(quoted: str, said: str) -> bool:
    """Is one of them a part of the other?"""
    return quoted in said or (len(said) >= LEAST and said in quoted)


def _squeezed(text: str) -> str:
    """Its letters and digits, with one space where others stand: platforms change white space, and marks."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
