"""Answers put together from locale messages: lines, rows of buttons, Documents. Pure.

What people wrote is cleaned and cut here, so that no answer is longer than we want or shows what cannot be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeAlias, get_args

from bot.commands.text import command
from bot.document import Action, Actions, Block, Document, Heading, Italic, Paragraph, Span, Spans, Text
from bot.locales import say, ui
from bot.typography import tidy
from bot.wording import clean, cut

LONGEST_WORD = 200
"""Characters of somebody's text inside a message of ours."""

LONGEST_LABEL = 40
"""Characters of a button; Discord takes 80, a phone shows about 20 in a row of two."""

Value: TypeAlias = str | int | date | datetime | Span

_PLACE = re.compile("\ue010([0-9]+)\ue010")  # private use: `clean` leaves none of it in what comes from outside


def words(language: str, key: str, **args: Value) -> Spans:
    """The message `key` as spans: an argument that is a span keeps its form, every other one is cleaned text."""
    spans = [value for value in args.values() if isinstance(value, get_args(Span))]
    said = say(language, key, **{name: _plain(value, spans) for name, value in args.items()})
    done: list[Span] = []
    for number, piece in enumerate(_PLACE.split(said)):
        if number % 2:
            done.append(spans[int(piece)])
        elif piece:
            done.append(Text(piece))
    return tuple(done)


def line(language: str, key: str, **args: Value) -> Paragraph:
    """A paragraph of one message."""
    return Paragraph(words(language, key, **args))


def aside(language: str, key: str, **args: Value) -> Paragraph:
    """A paragraph that is said quietly."""
    return Paragraph(words(language, key, **args), quiet=True)


def note(language: str, key: str, **args: Value) -> Paragraph:
    """A paragraph that says what to bear in mind."""
    return Paragraph(
        tuple(Italic(span.text) if isinstance(span, Text) else span for span in words(language, key, **args))
    )


def title(language: str, key: str, **args: Value) -> Heading:
    """What the answer is about."""
    return Heading(words(language, key, **args), level=2)


def button(label: str, name: str, *rest: str | int) -> Action:
    """A button that says `label` and does what `/name rest…` does."""
    return Action(cut(clean(label, LONGEST_LABEL * 2), LONGEST_LABEL), command(name, *rest))


def choice(label: str, name: str, *rest: str | int, chosen: bool) -> Action:
    """A button of a panel, marked if it is what is set."""
    return button(f"✓ {label}" if chosen else label, name, *rest)


def row(*actions: Action | None) -> Actions:
    """One row of buttons; None is left out."""
    return Actions(tuple(action for action in actions if action is not None))


def rows(actions: Iterable[Action], *, width: int) -> tuple[Actions, ...]:
    """Buttons in rows of `width`."""
    every = tuple(actions)
    return tuple(Actions(every[start : start + width]) for start in range(0, len(every), width))


def document(language: str, *blocks: Block | None) -> Document:
    """`blocks`, without those that are None and rows without buttons, by the typography of their language."""
    kept = (block for block in blocks if block is not None and block != Actions(()))
    return tidy(Document(tuple(kept), language=ui(language)))


def _plain(value: Value, spans: list[Span]) -> str | int | date | datetime:
    if isinstance(value, str):
        return clean(value, LONGEST_WORD)
    if isinstance(value, get_args(Span)):
        return f"\ue010{next(n for n, span in enumerate(spans) if span is value)}\ue010"
    return value  # type: ignore[return-value] # mypy does not narrow by get_args
