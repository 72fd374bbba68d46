"""Formulas that are no text: which ones a Document has, and the Document with their numbers where they stood. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.document import (
    Block,
    Bold,
    Card,
    Details,
    Document,
    Figure,
    Heading,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    Spans,
)
from bot.latex.legible import is_legible
from bot.locales import say, ui

Change = Callable[[Span], Span]


def unreadable(document: Document) -> tuple[str, ...]:
    """LaTeX of the formulas that are better drawn, in reading order, each once."""
    found: dict[str, None] = {}

    def look(span: Span) -> Span:
        if isinstance(span, Math) and span.source and not is_legible(span):
            found[span.source] = None
        return span

    _changed(document.blocks, look)
    return tuple(found)


def numbered(document: Document, sources: Sequence[str]) -> Document:
    """`document` with `[formula 1]` for the first of `sources`, and so on; other formulas stay."""
    language = ui(document.language)
    names: Mapping[str, Span] = {
        source: Bold(say(language, "formula.number", number=number)) for number, source in enumerate(sources, start=1)
    }

    def change(span: Span) -> Span:
        drawn = isinstance(span, Math) and not is_legible(span)
        return names.get(span.source, span) if drawn and isinstance(span, Math) else span

    return replace(document, blocks=tuple(_changed(document.blocks, change)))


def _changed(blocks: Sequence[Block], change: Change) -> Sequence[Block]:
    return tuple(_block(block, change) for block in blocks)


def _block(block: Block, change: Change) -> Block:
    match block:
        case Heading(spans) | Paragraph(spans) | Quote(spans):
            return replace(block, spans=_spans(spans, change))
        case ListBlock(items):
            return ListBlock(tuple(replace(item, spans=_spans(item.spans, change)) for item in items))
        case Details(summary, inner):
            return replace(block, summary=_spans(summary, change), blocks=tuple(_changed(inner, change)))
        case Card(inner):
            return replace(block, blocks=tuple(_changed(inner, change)))
        case Figure():
            return replace(block, caption=_spans(block.caption, change))
        case _:
            return block


def _spans(spans: Spans, change: Change) -> Spans:
    return tuple(map(change, spans))
