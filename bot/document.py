"""The only thing the core says: blocks of spans. Renderers escape and split; nothing here knows markup. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words, from anywhere, unescaped."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words that must be seen first."""

    text: str


@dataclass(frozen=True, slots=True)
class Italic:
    """Words set apart."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something to type or copy: an id, a command, a query."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """`text` that leads to `url`; the URL comes from a Paper or from us, never from a model."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Math:
    """A formula: `text` is its readable Unicode form, `source` the LaTeX without its dollars."""

    text: str
    source: str


Span: TypeAlias = Text | Bold | Italic | Code | Link | Math
Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is the digest, 2 a section, 3 a paper."""

    spans: Spans
    level: Literal[1, 2, 3] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`quiet` is metadata, footers: dimmed where a platform can."""

    spans: Spans
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list; `number` where it has one of its own (a paper keeps its number everywhere)."""

    spans: Spans
    number: int | None = None


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Short lines below each other."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words: evidence, an abstract."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Details:
    """A part that opens on demand where a platform can; elsewhere it is simply there. `kind` names it for renderers."""

    summary: Spans
    blocks: tuple[Block, ...]
    kind: Literal["takeaways", "abstract", "evidence", "rest", "other"] = "other"


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with what it shows; `alt` is never empty. `url` is where readers find it.

    `picture`: what `bot.platforms.Core.picture` gives the picture by, where it may be shown itself; None: it is a link.
    """

    url: str
    alt: str
    caption: Spans = ()
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Divider:
    """A rule between parts."""


@dataclass(frozen=True, slots=True)
class Card:
    """One paper, kept together: `key` is its id, by which actions and posts find it.

    `number` is its own among several; None: it stands alone.
    """

    blocks: tuple[Block, ...]
    key: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button: a label that is a command or a link (exactly one of the two)."""

    label: str
    command: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Actions:
    """One row of buttons."""

    actions: tuple[Action, ...]


Block: TypeAlias = Heading | Paragraph | ListBlock | Quote | Details | Figure | Divider | Card | Actions


@dataclass(frozen=True, slots=True)
class Document:
    """What we say, in order. `language` (BCP 47) is that of its frame and decides typography."""

    blocks: tuple[Block, ...]
    language: str = "en"


def plain(spans: Iterable[Span]) -> str:
    """The words of `spans`, without any markup."""
    return "".join(span.text for span in spans)


def worded(figure: Figure) -> Spans:
    """A figure that is not shown: its caption if that leads to it, else its alt text, which does, and the caption."""
    if any(isinstance(span, Link) and span.url == figure.url for span in figure.caption):
        return figure.caption
    name = figure.alt if figure.alt.strip() else figure.url
    return (Link(name, figure.url), *((Text(" "), *figure.caption) if figure.caption else ()))


def utf16(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram and Discord count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
