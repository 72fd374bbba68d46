"""Blocks as the HTML of Rich Messages: its tags and no others, nothing empty that may not be empty. Pure.

One empty heading, list item or quotation has the whole message refused; newlines are dropped, so they are `<br>`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import assert_never

from adapters.telegram.entities import units
from adapters.telegram.limits import web
from adapters.telegram.words import cleaned, is_seen, words
from bot.document import (
    Actions,
    Block,
    Bold,
    Card,
    Code,
    Details,
    Divider,
    Figure,
    Heading,
    Italic,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    Spans,
    Text,
    plain,
    worded,
)

_DEEPEST = 8  # details in details; a list, its item and what is around it make 12 of the 16 levels there are


@dataclass(frozen=True, slots=True)
class Page:
    """HTML, and how much of what Telegram limits is in it: characters of text (with the source of formulas), blocks."""

    html: str = ""
    size: int = 0
    blocks: int = 0

    def within(self, before: str, after: str, *, blocks: int = 1) -> Page:
        """This between two tags."""
        return Page(f"{before}{self.html}{after}", self.size, self.blocks + blocks)


def page(blocks: Sequence[Block]) -> Page:
    """`blocks` as one message; lists of papers jump to those that stand in it. Buttons are not in it."""
    here = frozenset(block.number for block in blocks if isinstance(block, Card) and block.number is not None)
    return _sum(_alone(block, here if isinstance(block, ListBlock) else frozenset()) for block in blocks)


@lru_cache(maxsize=1024)  # a paper is in the digests of many chats, and is measured again with all that comes before it
def _alone(block: Block, here: frozenset[int]) -> Page:
    return _block(block, here, depth=0)


def _block(block: Block, here: frozenset[int], *, depth: int) -> Page:  # noqa: C901 (a flat table of cases)
    match block:
        case Heading():
            return _filled(f"h{block.level}", block.spans)
        case Paragraph():
            return _filled("footer" if block.quiet and depth == 0 else "p", block.spans)
        case Quote():
            return _filled("blockquote", block.spans)
        case ListBlock():
            return _sum(_list(items, here) for items in _runs(block.items))
        case Details():
            inner = _sum(_block(each, frozenset(), depth=depth + 1) for each in block.blocks)
            if depth >= _DEEPEST or not inner.blocks or not is_seen(plain(block.summary)):
                return _sum((_filled("p", block.summary), inner))
            summary = _inline(block.summary).within("<summary>", "</summary>")
            return _sum((summary, inner)).within("<details>", "</details>")
        case Figure():
            return _filled("p", worded(block))
        case Divider():
            return Page("<hr>", 0, 1)
        case Card():
            inner = _sum(_block(each, frozenset(), depth=depth + 1) for each in block.blocks)
            return inner if block.number is None else inner.within(f'<a name="p{block.number}"></a>', "")
        case Actions():
            return Page()
        case _:
            assert_never(block)


def _filled(tag: str, spans: Spans) -> Page:
    """A block of these words: a paragraph if there is nothing to see in them, nothing if there are none."""
    inner = _inline(spans)
    if not inner.html.strip():
        return Page()
    kind = tag if is_seen(plain(spans)) else "p"
    return inner.within(f"<{kind}>", f"</{kind}>")


def _runs(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Items together whose numbers go on by one, or that have none; those without words are left out."""
    shown = [item for item in items if is_seen(plain(item.spans)) or item.number is not None]
    start = 0
    for place, (before, after) in enumerate(pairwise(shown), 1):
        together = after.number is None if before.number is None else after.number == before.number + 1
        if not together:
            yield shown[start:place]
            start = place
    if shown:
        yield shown[start:]


def _list(items: Sequence[Item], here: frozenset[int]) -> Page:
    first = items[0].number
    inner = _sum(_item(item, f"#p{item.number}" if item.number in here else None) for item in items)
    if first is None:
        return inner.within("<ul>", "</ul>")
    return inner.within("<ol>" if first == 1 else f'<ol start="{first}">', "</ol>")


@lru_cache(maxsize=1024)  # a long list is cut item by item
def _item(item: Item, anchor: str | None) -> Page:
    spans = item.spans if is_seen(plain(item.spans)) else (Text("…"),)
    return _inline(spans, anchor=anchor).within("<li>", "</li>")


def _inline(spans: Spans, *, anchor: str | None = None) -> Page:
    """`anchor`: where links lead instead."""
    return _sum(_span(span, anchor) for span in spans)


def _span(span: Span, anchor: str | None) -> Page:
    text = cleaned(span.text) if isinstance(span, Code) else words(span.text)
    inner = Page(html.escape(text).replace("\n", "<br>"), units(text))
    if not is_seen(text):
        return inner
    match span:
        case Text():
            return inner
        case Bold():
            return inner.within("<b>", "</b>", blocks=0)
        case Italic():
            return inner.within("<i>", "</i>", blocks=0)
        case Code():
            return inner.within("<code>", "</code>", blocks=0)
        case Link(url=url):
            address = anchor or web(url)
            return inner.within(f'<a href="{html.escape(address)}">', "</a>", blocks=0) if address else inner
        case Math(source=source):
            formula = " ".join(cleaned(source).split())
            if not is_seen(formula):
                return inner
            return Page(f"<tg-math>{html.escape(formula)}</tg-math>", units(formula))
    assert_never(span)


def _sum(pages: Iterable[Page]) -> Page:
    every = tuple(pages)
    return Page(
        "".join(each.html for each in every), sum(each.size for each in every), sum(each.blocks for each in every)
    )
