"""Documents as Rich Messages (Bot API 10.1): contents that jump, details that open, real formulas. Pure."""

from __future__ import annotations

from adapters.telegram.cutting import messages
from adapters.telegram.html import Page, page
from adapters.telegram.keyboard import Keys, cards
from bot.document import Block, Document, Paragraph, Text
from bot.platforms import Part

PAGE = 8_000
"""Characters of a message: of much longer ones some clients showed the beginning only. Telegram takes 32,768."""

BLOCKS = 450
"""Telegram takes 500."""


def parts(document: Document, keys: Keys, *, size: int = PAGE) -> list[Part]:
    """`document` as messages of at most `size` characters, cut between papers where that is possible."""

    def fits(blocks: tuple[Block, ...]) -> bool:
        made = page(blocks)
        return made.size <= size and made.blocks <= BLOCKS and keys.fit(blocks)

    done = []
    later: frozenset[str] = frozenset()
    for piece in reversed(messages(keys.settled(document), fits)):
        said, keyboard = page(piece.blocks), keys.rows(piece.blocks, later=later)
        if not said.size and keyboard:  # a message needs a text to stand above its buttons
            said = _labels(keyboard)
        if said.size:
            done.append(Part({"kind": "rich", "html": said.html, "keyboard": keyboard}, piece))
        later |= {card.key for card in cards(piece.blocks)}
    return done[::-1]


def _labels(keyboard: list[list[dict[str, str]]]) -> Page:
    return page([Paragraph((Text(" · ".join(button["label"] for row in keyboard for button in row)),))])
