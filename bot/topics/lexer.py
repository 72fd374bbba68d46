"""A query's text cut into pieces, as typed on a phone or copied from arXiv's own search. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

_ASCII = {ord(quote): '"' for quote in "“”„‟«»「」『』《》〝〞"}
_ASCII |= {ord(dash): "-" for dash in "‐‑‒–—―−"}
_ASCII |= {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}  # full-width ！ to ～
_ASCII |= {ord(mark): "," for mark in "、。"} | {ord(mark): "'" for mark in "‘’"}
_ASCII |= {ord(space): " " for space in "\u200b\u200e\u200f\u2060\ufeff"}

_PIECE = re.compile(
    r"""
    "(?P<phrase>[^"]*)"
  | (?P<open>\()
  | (?P<close>\))
  | (?P<or>\|\|?)
  | (?P<and>&&?(?=[\s()"]|$))
  | (?P<minus>-)
  | (?P<named>[A-Za-z_]+)[ ]*:(?!//)
  | (?P<word>[^\s()"|,;`]+)
  | (?P<quote>")
    """,
    re.VERBOSE,
)
"""What stands at a place that is no separator; the first that fits. A hyphen inside a word is never reached."""

_SEPARATOR = re.compile(r"[\s,;`+]+")

FIELDS = frozenset({"ti", "abs", "au", "cat", "co", "all"})
"""arXiv's own prefixes: title, abstract, author, category, comment; `all` is all text."""

_MEANT = {
    "title": "ti",
    "titles": "ti",
    "intitle": "ti",
    "abstract": "abs",
    "abstracts": "abs",
    "ab": "abs",
    "summary": "abs",
    "author": "au",
    "authors": "au",
    "auth": "au",
    "by": "au",
    "from": "au",
    "category": "cat",
    "categories": "cat",
    "cats": "cat",
    "subject": "cat",
    "in": "cat",
    "comment": "co",
    "comments": "co",
    "any": "all",
    "text": "all",
    "everything": "all",
}


class Is(Enum):
    """What a piece is."""

    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    END = auto()


_OPERATORS = {"AND": Is.AND, "OR": Is.OR, "NOT": Is.NOT, "ANDNOT": Is.NOT}
"""In capitals only, as arXiv has them. Its ANDNOT is what NOT after something means here."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a query: what it is, its text (a phrase without quotes, a field's short name), its place."""

    kind: Is
    text: str
    start: int
    end: int


class Mistake(Exception):
    """Something is wrong between `start` and `end`.

    `repairs` are whole queries that may have been meant, the likeliest first; `hint` says what to do without one.
    """

    def __init__(
        self, code: str, reason: str, *, start: int, end: int, repairs: Iterable[str] = (), hint: str = ""
    ) -> None:
        super().__init__(reason)
        self.code, self.reason, self.start, self.end = code, reason, start, end
        self.repairs, self.hint = tuple(repairs), hint


def with_instead(text: str, start: int, end: int, *others: str) -> tuple[str, ...]:
    """`text` with each of `others` in place of what stands between `start` and `end`."""
    return tuple(" ".join((text[:start] + other + text[end:]).split()) for other in others)


def plain(text: str) -> str:
    """`text` with typographic quotes, dashes and full-width characters as ASCII; no character changes its place."""
    return text.translate(_ASCII)


def pieces(text: str) -> list[Piece]:
    """`text` (plain) as pieces, an END last. Raises Mistake."""
    found: list[Piece] = []
    at = 0
    while at < len(text):
        blank = _SEPARATOR.match(text, at)
        if blank:
            at = blank.end()
            continue
        piece = _piece(text, at)
        found.append(piece)
        at = piece.end
    return [*found, Piece(Is.END, "", len(text), len(text))]


def _piece(text: str, at: int) -> Piece:
    fits = _PIECE.match(text, at)
    if fits is None or fits.lastgroup is None:
        raise AssertionError(f"no piece fits at {at}")  # the pattern takes every character that is no separator
    end, found = fits.end(), fits[fits.lastgroup]
    match fits.lastgroup:
        case "phrase":
            return Piece(Is.PHRASE, found, at, end)
        case "open" | "close" | "or" | "and" as sign:
            return Piece(Is[sign.upper()], found, at, end)
        case "minus":
            return _minus(text, at)
        case "named":
            return _field(text, at, end, found)
        case "word":
            return Piece(_OPERATORS.get(found, Is.WORD), found, at, end)
        case _:
            rest = text[at + 1 :].strip()
            raise Mistake(
                "unclosed_quote",
                "This quotation mark is never closed.",
                start=at,
                end=end,
                repairs=with_instead(text, at, len(text), f'"{rest}"', rest),
            )


def _minus(text: str, at: int) -> Piece:
    if at + 1 == len(text) or text[at + 1] in "),;|" or text[at + 1].isspace():
        after = len(text) - len(text[at + 1 :].lstrip())
        raise Mistake(
            "lone_minus",
            "A minus sign stands directly before what it excludes.",
            start=at,
            end=at + 1,
            repairs=with_instead(text, at, after, "-", " "),
        )
    return Piece(Is.NOT, "-", at, at + 1)


def _field(text: str, at: int, end: int, name: str) -> Piece:
    short = name.lower()
    if short in FIELDS:
        return Piece(Is.FIELD, short, at, end)
    meant = _MEANT.get(short)
    if meant is None and not text[end : end + 1].strip():  # `Vikhr: Constructing a Model`: a colon, not a field
        return Piece(Is.WORD, name, at, end)
    raise Mistake(
        "unknown_field",
        f"There is no field {name}: (there are ti: abs: au: cat: co: all:).",
        start=at,
        end=end,
        repairs=with_instead(text, at, end, f"{meant}:" if meant else f"{name} "),
    )
