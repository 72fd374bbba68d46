"""Documents as messages with entities, and as plain text; cut before any of it is made. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from adapters.telegram.cutting import messages
from adapters.telegram.entities import Marked
from adapters.telegram.keyboard import Keys, cards
from adapters.telegram.layout import marked
from adapters.telegram.limits import CAPTION, ENTITIES
from bot.document import Block, Document, Figure, Paragraph, Text
from bot.platforms import Part
from bot.wording import cut

_MOST_SPANS = 20
"""Of a caption; ours have five."""


def parts(document: Document, keys: Keys, *, text: int) -> list[Part]:
    """`document` as messages of at most `text` UTF-16 units, with what they need of entities and buttons."""
    made = _pieces(keys.settled(document), keys, text=text, mark=marked)
    return [
        Part(
            {
                "kind": "classic",
                "text": said.text,
                "entities": [entity.payload for entity in said.entities],
                "keyboard": keyboard,
            },
            piece,
        )
        for piece, said, keyboard in made
    ]


def plain_parts(document: Document, keys: Keys, *, text: int) -> list[Part]:
    """The same without entities: what is sent when something in them was refused."""
    made = _pieces(keys.settled(document, plainly=True), keys, text=text, mark=partial(marked, plainly=True))
    return [Part({"kind": "plain", "text": said.text, "keyboard": keyboard}, piece) for piece, said, keyboard in made]


def captioned(figure: Figure) -> dict[str, Any]:
    """What is said below a picture, as parameters of the Bot API: its caption, else the words that stand for it."""
    spans = list(figure.caption or (Text(figure.alt),))[:_MOST_SPANS]
    while (said := marked([Paragraph(tuple(spans))])).size > CAPTION:
        at = max(range(len(spans)), key=lambda place: len(spans[place].text))
        spans[at] = replace(spans[at], text=cut(spans[at].text, len(spans[at].text) * 3 // 4))
    entities = [entity.payload for entity in said.entities]
    return {"caption": said.text, **({"caption_entities": entities} if entities else {})}


def _pieces(
    document: Document, keys: Keys, *, text: int, mark: Callable[[Sequence[Block]], Marked]
) -> list[tuple[Document, Marked, list[list[dict[str, str]]]]]:
    """Slices of `document`, each with its text and its keyboard. What says nothing is left out."""

    def fits(blocks: tuple[Block, ...]) -> bool:
        made = mark(blocks)
        return made.size <= text and len(made.entities) <= ENTITIES and keys.fit(blocks)

    done = []
    later: frozenset[str] = frozenset()
    for piece in reversed(messages(document, fits)):
        said, keyboard = mark(piece.blocks), keys.rows(piece.blocks, later=later)
        if not said.text and keyboard:  # a message needs a text to stand above its buttons
            labels = " · ".join(button["label"] for row in keyboard for button in row)
            said = Marked(cut(labels, text // 2))  # an emoji is two units
        if said.text:
            done.append((piece, said, keyboard))
        later |= {card.key for card in cards(piece.blocks)}
    return done[::-1]
