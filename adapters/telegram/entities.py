"""Words with their styles as text with entities, whose offsets are in UTF-16 units. Pure.

Entities (https://core.telegram.org/bots/api#messageentity) are trimmed, never empty, and stand inside or beside each
other. Code holds no other entity and is in none but a quotation; of two nested quotations Telegram drops the inner one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from adapters.telegram.limits import web
from adapters.telegram.words import cleaned, words
from bot.document import Bold, Code, Italic, Link, Span

Style: TypeAlias = tuple[str, str | None]
"""Type of an entity, and the address of a `text_link`."""

QUOTE: Style = ("blockquote", None)
FOLDED: Style = ("expandable_blockquote", None)
BOLD: Style = ("bold", None)
UNDERLINE: Style = ("underline", None)
_ITALIC: Style = ("italic", None)
_CODE: Style = ("code", None)


@dataclass(frozen=True, slots=True)
class Entity:
    """`length` units from `offset` on are of this type."""

    type: str
    offset: int
    length: int
    url: str | None = None

    @property
    def payload(self) -> dict[str, str | int]:
        """As the Bot API has it."""
        made: dict[str, str | int] = {"type": self.type, "offset": self.offset, "length": self.length}
        return made if self.url is None else {**made, "url": self.url}


@dataclass(frozen=True, slots=True)
class Marked:
    """Text without white space around it, its entities by offset, outer ones first, and its size in UTF-16 units."""

    text: str
    entities: tuple[Entity, ...] = ()
    size: int = 0


@dataclass(slots=True)
class Writer:
    """Text as it grows. `plain`: without entities, links with their addresses behind them."""

    plain: bool = False
    _pieces: list[str] = field(default_factory=list)
    _at: int = 0
    _marks: list[tuple[Style, int, int]] = field(default_factory=list)
    _waiting: int = 0

    @property
    def at(self) -> int:
        """Where the next words will begin; with the lines that are then broken before them."""
        return self._at + (self._waiting if self._at else 0)

    def gap(self, lines: int) -> None:
        """At least so many line breaks before the next words, if there are words before them."""
        self._waiting = max(self._waiting, lines)

    def words(self, text: str, *styles: Style) -> None:
        """`text`, exactly, in these styles."""
        if not self._at:
            text = text.lstrip()
        if not text:
            return
        broken = "\n" * self._waiting if self._at else ""
        self._waiting = 0
        start = self._at + len(broken)
        self._at = start + units(text)
        self._pieces.append(broken + text)
        self._marks += [(style, start, self._at) for style in styles]

    def span(self, span: Span, *around: Style) -> None:
        """`span` with its own style, inside those `around` it."""
        match span:
            case Link():
                self._link(span, around)
            case Code() if not self.plain:
                self.words(cleaned(span.text), _CODE)
            case Code():
                self.words(cleaned(span.text))
            case Bold():
                self.words(words(span.text), *{*around, BOLD})
            case Italic():
                self.words(words(span.text), *{*around, _ITALIC})
            case _:
                self.words(words(span.text), *around)

    def mark(self, style: Style, since: int) -> None:
        """All since `since` is in this style."""
        self._marks.append((style, since, self._at))

    def done(self) -> Marked:
        """All that was written."""
        text = "".join(self._pieces).rstrip()
        return Marked(text, () if self.plain else tuple(_entities(text, self._marks)), units(text))

    def _link(self, link: Link, around: Sequence[Style]) -> None:
        url, text = web(link.url), words(link.text)
        if url is None:
            self.words(text, *around)
        elif self.plain:
            self.words(f"{text} ({url})" if text.strip() else url)
        else:
            self.words(text, *around, ("text_link", url))


def joined(pieces: Iterable[tuple[int, Marked]]) -> Marked:
    """Pieces below each other, each after so many line breaks."""
    texts: list[str] = []
    entities: list[Entity] = []
    at = 0
    for gap, piece in pieces:
        if not piece.size:
            continue
        broken = "\n" * gap if at else ""
        at += len(broken)
        texts += (broken, piece.text)
        entities += (replace(each, offset=each.offset + at) for each in piece.entities)
        at += piece.size
    return Marked("".join(texts), tuple(entities), at)


def units(text: str) -> int:
    """Its length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _entities(text: str, marks: Sequence[tuple[Style, int, int]]) -> Iterator[Entity]:
    """The marks trimmed; neighbours of one style, such as the words of a heading, are one entity."""
    coded = text.encode("utf-16-le")
    merged: dict[Style, list[tuple[int, int]]] = {}
    for style, start, end in marks:
        runs = merged.setdefault(style, [])
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    trimmed = [
        Entity(kind, *place, url)
        for (kind, url), runs in merged.items()
        for run in runs
        if (place := _trimmed(coded, *run)) is not None
    ]
    order = {kind: rank for rank, kind in enumerate(("blockquote", "expandable_blockquote", "bold", "underline"))}
    yield from sorted(trimmed, key=lambda each: (each.offset, -each.length, order.get(each.type, 9)))


def _trimmed(coded: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Offset and length without the white space around; None: there is nothing else."""
    inside = coded[2 * start : 2 * end].decode("utf-16-le")
    lead = len(inside) - len(inside.lstrip())
    length = units(inside.strip())  # white space is one unit a character
    return (start + lead, length) if length else None
