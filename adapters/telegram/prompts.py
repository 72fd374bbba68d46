"""A question of ours that waits for an answer in words: Telegram opens the field in which one replies to it. Pure.

Such a message is known again by its links, whose fragment says so: nothing is kept, and a restart changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.document import Block, Document, Heading, Link, Paragraph, Span, utf16
from bot.platforms import Part
from bot.sources.ids import find
from bot.targets import ChatKind
from bot.wording import cut

HINT = 64
"""Characters shown where one types: https://core.telegram.org/bots/api#forcereply."""

_MARK = "#ask"


def marked(document: Document) -> Document:
    """`document` with its links to papers marked."""
    return replace(document, blocks=tuple(map(_block, document.blocks)))


def waiting(parts: Sequence[Part], hint: str, *, kind: ChatKind) -> list[Part]:
    """`parts`, the last of which waits for an answer; it has no buttons then. A channel has nobody to answer there."""
    if kind == "channel" or not parts:
        return list(parts)
    shown = cut(hint, HINT)
    while utf16(shown) > HINT:
        shown = cut(hint, len(shown) - 1)
    payload = {**parts[-1].payload, "keyboard": [], "waits": {"hint": shown, "selective": kind == "group"}}
    return [*parts[:-1], Part(payload, parts[-1].slice)]


def is_prompt(links: Iterable[str]) -> bool:
    """Do the links of a message of ours say that it waits for an answer?"""
    return any(link.endswith(_MARK) for link in links)


def _block(block: Block) -> Block:
    match block:
        case Heading() | Paragraph():
            return replace(block, spans=tuple(map(_span, block.spans)))
        case _:
            return block


def _span(span: Span) -> Span:
    if isinstance(span, Link) and "#" not in span.url and find(span.url):
        return Link(span.text, span.url + _MARK)
    return span
