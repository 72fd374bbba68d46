"""What becomes of a digest's messages when summaries come that it did not wait for. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.document import Block, Card, Document
from bot.platforms import Part


def changed(before: Sequence[Part], after: Sequence[Part]) -> dict[int, Document]:
    """Of the parts as they were printed, by number, those that say something else now, and what they say.

    Where the papers stand in the same parts as before, a part becomes its successor, lists and notes with it. Else only
    its papers are changed, one by one, and those that are cut in two stay as they are.
    """
    if [_keys(part) for part in before] == [_keys(part) for part in after]:
        pairs = enumerate(zip(before, after, strict=True))
        return {number: new.slice for number, (old, new) in pairs if old.slice != new.slice}
    old, new = _whole(before), _whole(after)
    news = {key: card for key, card in new.items() if key in old and old[key] != card}
    found = {}
    for number, part in enumerate(before):
        blocks = tuple(_renewed(block, news) for block in part.slice.blocks)
        if blocks != part.slice.blocks:
            found[number] = replace(part.slice, blocks=blocks)
    return found


def _renewed(block: Block, news: dict[str, Card]) -> Block:
    return news.get(block.key, block) if isinstance(block, Card) else block


def _whole(parts: Iterable[Part]) -> dict[str, Card]:
    """The papers that stand in one part alone, by key."""
    cards = [card for part in parts for card in _cards(part)]
    counted = Counter(card.key for card in cards)
    return {card.key: card for card in cards if card.key and counted[card.key] == 1}


def _keys(part: Part) -> list[str]:
    return [card.key for card in _cards(part)]


def _cards(part: Part) -> list[Card]:
    return [block for block in part.slice.blocks if isinstance(block, Card)]
