"""A Document cut into slices that each fit a message: between blocks first, then inside them, between words last. Pure.

The cut is made before any markup, so no markup can be cut. Nothing is lost but white space at a cut; a card or details
that are cut open keep their key, kind and summary in every slice. A span that cannot be made small enough gives up its
form, not its words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar, assert_never

from bot.document import (
    Actions,
    Block,
    Card,
    Details,
    Divider,
    Document,
    Figure,
    Heading,
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

Fits: TypeAlias = Callable[[tuple[Block, ...]], bool]
"""Would these blocks be one message? What is shorter must fit where something longer does."""

T = TypeVar("T")

_ENOUGH = "x" * 20
"""Details whose summary leaves less room than this are not worth repeating in every slice."""


def slices(document: Document, fits: Fits) -> tuple[Document, ...]:
    """`document` in pieces that each fit and say something. Raises ValueError if one character is too much."""
    pieces = _packed(document.blocks, fits, _pieces)
    return tuple(Document(blocks, document.language) for blocks in pieces if any(map(_says, blocks)))


def _says(block: Block) -> bool:
    """Is there a word or a button in it? A bullet, a rule or the mark of a quotation alone says nothing."""
    match block:
        case Heading() | Paragraph() | Quote():
            return bool(plain(block.spans).strip())
        case ListBlock():
            return any(plain(item.spans).strip() for item in block.items)
        case Details():
            return bool(plain(block.summary).strip()) or any(map(_says, block.blocks))
        case Card():
            return any(map(_says, block.blocks))
        case Divider():
            return False
        case Actions():
            return bool(block.actions)
        case Figure():
            return True
        case _:
            assert_never(block)


def _packed(
    units: Sequence[T], fits: Callable[[tuple[T, ...]], bool], cut: Callable[[T, Callable[[T], bool]], list[T]]
) -> Iterator[tuple[T, ...]]:
    """Units together while they fit, one that is too much by itself cut. A heading goes with what stands below it."""
    if units and fits(tuple(units)):  # as nearly everything does
        yield tuple(units)
        return
    current: list[T] = []
    for unit in units:
        if fits((*current, unit)):
            current.append(unit)
            continue
        above = [current.pop()] if current and isinstance(current[-1], Heading) else []
        if current:
            yield tuple(current)
        first, *rest = [unit] if fits((unit,)) else cut(unit, lambda piece: fits((piece,)))
        if above and not fits((*above, first)):
            yield tuple(above)
            above = []
        current = [*above, first]
        for piece in rest:
            yield tuple(current)
            current = [piece]
    if current:
        yield tuple(current)


def _pieces(block: Block, fits: Callable[[Block], bool]) -> list[Block]:
    """A block that is too much for one message, as several that are not."""
    match block:
        case Details() if not fits(replace(block, blocks=(Paragraph((Text(_ENOUGH),)),))):
            return _flat((Paragraph(block.summary), *block.blocks), fits)
        case Card() | Details():
            inner = _packed(block.blocks, lambda blocks: fits(replace(block, blocks=blocks)), _pieces)
            return [replace(block, blocks=blocks) for blocks in inner]
        case ListBlock():
            return [ListBlock(items) for items in _packed(block.items, lambda items: fits(ListBlock(items)), _item)]
        case Actions():
            rows = _packed(block.actions, lambda actions: fits(Actions(actions)), _uncut)
            return [Actions(actions) for actions in rows]
        case Figure():
            return _pieces(Paragraph(worded(block)), fits)
        case Heading() | Paragraph() | Quote():
            cut = _cut(block.spans, lambda spans: fits(replace(block, spans=spans)))
            return [replace(block, spans=spans) for spans in cut]
        case _:
            return _uncut(block, fits)


def _flat(blocks: Sequence[Block], fits: Callable[[Block], bool]) -> list[Block]:
    """Each block by itself, cut where it must be."""
    return [piece for block in blocks for piece in ([block] if fits(block) else _pieces(block, fits))]


def _item(item: Item, fits: Callable[[Item], bool]) -> list[Item]:
    """One item as several; only the first has its number."""
    first, *rest = _cut(item.spans, lambda spans: fits(replace(item, spans=spans)))
    return [replace(item, spans=first), *(Item(spans) for spans in rest)]


def _uncut(unit: T, fits: Callable[[T], bool]) -> list[T]:
    raise ValueError(f"a {type(unit).__name__} is too much for one message")


# ---------------------------------------------------------------- inside a line


def _cut(spans: Spans, fits: Callable[[Spans], bool]) -> list[Spans]:
    """Spans in pieces that fit, cut between words if that is possible."""
    done: list[Spans] = []
    current: Spans = ()
    waiting = deque(spans)
    while waiting:
        span = waiting.popleft()
        if fits((*current, span)):
            current = (*current, span)
            continue
        halves = _halves(span, lambda part, before=current: fits((*before, part)), between_words=True)  # type: ignore[misc]
        if halves is None and current:  # let it begin the next piece
            done.append(current)
            current = ()
            waiting.appendleft(span)
            continue
        halves = halves or _halves(span, lambda part: fits((part,)), between_words=False)
        if halves is None:
            waiting.extendleft(reversed(_without_form(span)))
            continue
        done.append((*current, halves[0]))
        current = ()
        waiting.appendleft(halves[1])
    return [*done, current] if current else done


def _halves(span: Span, fits: Callable[[Span], bool], *, between_words: bool) -> tuple[Span, Span] | None:
    """`span` cut so that the first half fits and is as long as it can be; None: there is no such place."""
    if isinstance(span, Math):  # half a formula is no formula
        return None
    text = span.text
    inside = range(1, len(text))
    places = (
        [at for at in inside if text[at].isspace()] if between_words else [at for at in inside if _is_seam(text, at)]
    )
    fitting = bisect_right(places, 0, key=lambda at: 0 if fits(replace(span, text=text[:at].rstrip())) else 1)
    for at in reversed(places[:fitting]):
        head, tail = text[:at].rstrip(), text[at:].lstrip()
        if head and tail:
            return replace(span, text=head), replace(span, text=tail)
    return None


def _is_seam(text: str, at: int) -> bool:
    """May the text be cut here without breaking a character that is made of several?"""
    before, after = text[at - 1], text[at]
    joined = unicodedata.category(after).startswith("M") or "\U0001f3fb" <= after <= "\U0001f3ff"
    flags = all("\U0001f1e6" <= char <= "\U0001f1ff" for char in (before, after))
    return not (joined or flags or "\u200d" in (before, after))


def _without_form(span: Span) -> list[Span]:
    """The same words as simply as can be."""
    match span:
        case Text():
            if len(span.text) <= 1:
                raise ValueError("one character is too much for one message")
            return [Text(span.text[:1]), Text(span.text[1:])]
        case Link():
            return [Text(span.text), Text(" "), Text(span.url)]
        case _:
            return [Text(span.text)]
