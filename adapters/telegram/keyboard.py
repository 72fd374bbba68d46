"""The buttons under a message: its own actions, and for the papers in it what opens them. Pure.

In groups and channels what is only read opens in private by a deep link, so that nobody's reading is everybody's post,
and so does what one asks a paper; what needs no answer (Save, a thumb) stays a button.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from adapters.telegram.buttons import deep_link, encode, start_payload
from adapters.telegram.limits import BUTTONS, CARDS, ROW, web
from adapters.telegram.words import cleaned
from bot.commands import paper_buttons
from bot.document import Action, Actions, Block, Card, Code, Details, Document, Paragraph, Text
from bot.targets import Target

Button: TypeAlias = dict[str, str]
"""{"label", "data"} or {"label", "url"}."""

_OURS = "https://t.me/"

_WIDE = 45
"""Letters, with one between buttons, that a phone shows in a row; its buttons are equally wide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Makes keyboards for one chat. `username`: the bot's, None if it is not known; then there are no deep links.

    `about`: the chat that a panel's buttons are about, if that is another one.
    """

    username: str | None
    private: bool
    about: Target | None
    language: str

    def settled(self, document: Document, *, plainly: bool = False) -> Document:
        """`document` with what no button can be (a command too long, an odd address) as a line of text.

        `plainly`: addresses are left to text, all but Telegram's own: they may be what was refused.
        """
        return replace(document, blocks=tuple(self._settled(document.blocks, plainly=plainly)))

    def fit(self, blocks: Sequence[Block]) -> bool:
        """Is there room under one message for what belongs to `blocks`?"""
        numbered = {card.key for card in cards(blocks) if card.number is not None}
        return len(numbered) <= CARDS and sum(map(len, self._own(blocks))) <= BUTTONS - 2 * ROW

    def rows(self, blocks: Sequence[Block], *, later: frozenset[str] = frozenset()) -> list[list[Button]]:
        """The keyboard under `blocks`. Cards whose key is in `later` go on in a later message: it has their buttons."""
        papers, own = self._papers(blocks, later), self._own(blocks)
        if len(papers) == len(own) == 1 and len(papers[0]) + len(own[0]) <= ROW:
            return [papers[0] + own[0]]
        return papers + own

    def _papers(self, blocks: Sequence[Block], later: frozenset[str]) -> list[list[Button]]:
        """One row for the papers of this message; two under a single one if a phone would cut the labels."""
        shown = {card.key: card for card in cards(blocks) if card.key}
        if len(shown) == 1:
            (card,) = shown.values()
            if card.number is None:
                return [] if card.key in later else self._single(card.key)
        opening = tuple(
            Action(str(card.number), paper_buttons.opening(card.key))
            for card in shown.values()
            if card.number is not None and card.key not in later
        )
        row = list(self._buttons(opening, about=None))
        return [row] if row else []

    def _single(self, key: str) -> list[list[Button]]:
        row = list(self._buttons(paper_buttons.single(key, self.language).actions, about=None))
        widest = max((len(button["label"]) for button in row), default=0)
        half = (len(row) + 1) // 2
        rows = [row] if len(row) * (widest + 1) <= _WIDE else [row[:half], row[half:]]
        return [each for each in rows if each]

    def _own(self, blocks: Sequence[Block]) -> list[list[Button]]:
        """Rows of the document itself, none longer than a row may be."""
        rows = [list(self._buttons(each.actions, about=self.about)) for each in _actions(blocks)]
        return [row[start : start + ROW] for row in rows for start in range(0, len(row), ROW)]

    def _buttons(self, actions: Sequence[Action], *, about: Target | None) -> Iterator[Button]:
        made = (self._button(action, about) for action in actions)
        return (button for button in made if button is not None)

    def _button(self, action: Action, about: Target | None) -> Button | None:
        """None: no button can be this, or not in this chat."""
        label = " ".join(cleaned(action.label).split())
        if not label:
            return None
        if action.url is not None:
            url = web(action.url)
            return None if url is None else {"label": label, "url": url}
        command = action.command or ""
        payload = None if self.private else start_payload(command)
        if payload is not None:
            return {"label": label, "url": deep_link(self.username, payload)} if self.username else None
        try:
            return {"label": label, "data": encode(command, about)}
        except ValueError:
            return None

    def _settled(self, blocks: Sequence[Block], *, plainly: bool) -> Iterator[Block]:
        for block in blocks:
            match block:
                case Card() | Details():
                    yield replace(block, blocks=tuple(self._settled(block.blocks, plainly=plainly)))
                case Actions():
                    told = [each for each in block.actions if self._is_told(each, plainly=plainly)]
                    kept = tuple(each for each in block.actions if each not in told)
                    yield from (
                        Paragraph((Text(f"{each.label}: "), Code(each.url or each.command or ""))) for each in told
                    )
                    if kept:
                        yield Actions(kept)
                case _:
                    yield block

    def _is_told(self, action: Action, *, plainly: bool) -> bool:
        button = self._button(action, self.about)
        return button is None or (plainly and not button.get("url", _OURS).startswith(_OURS))


def cards(blocks: Sequence[Block]) -> Iterator[Card]:
    """Papers among `blocks`, at any depth."""
    for block in blocks:
        if isinstance(block, Card):
            yield block
        if isinstance(block, Card | Details):
            yield from cards(block.blocks)


def _actions(blocks: Sequence[Block]) -> Iterator[Actions]:
    for block in blocks:
        if isinstance(block, Actions):
            yield block
        elif isinstance(block, Card | Details):
            yield from _actions(block.blocks)
