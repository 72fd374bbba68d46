"""The pieces of a formula and the spaces between them. Pure.

An atom has a kind, as in TeX (The TeXbook, chapters 17 and 18): spaces stand between kinds, wherever the author put
theirs. Inside a sub- or superscript (`tight`) signs have none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.latex import tables

Kind = Literal["ord", "op", "bin", "pre", "rel", "open", "close", "punct", "inner", "words", "space"]
"""`op` is a function's name or a big sign, `pre` a sign before one thing (-1), `inner` a fraction or dots."""

_MARKS = re.compile(r"[′″‴*∗†‡⋆♯♭,]+")
_DEGREES = re.compile(r"[∘°]\s?([CFK]?)")
_SPACES = re.compile(r"\s+")
_CALLED = re.compile(r"\A(?:√|[A-Za-z]{2,9}(?=\())")
_DIGITS = re.compile(r"[0-9]{1,15}(?:,[0-9]{3})*(?:\.[0-9]+)?|\.[0-9]+")


@dataclass(slots=True)
class Atom:
    """One piece. `spaced`: white space stood before it in the source. `bare`: letters or a number as they were typed.

    `loose`: the name of a macro we do not know, which must not run into its neighbours.
    """

    text: str
    kind: Kind = "ord"
    spaced: bool = False
    bare: bool = False
    loose: bool = False
    sub: str = ""
    sup: str = ""

    def __str__(self) -> str:
        return f"{self.text}{self.sub}{self.sup}"

    @property
    def is_word(self) -> bool:
        """Letters that belong together, unlike `ab`, which is a times b."""
        return self.kind == "words" or self.loose or (self.bare and len(self.text) > 1 and self.text.isalpha())

    @property
    def is_number(self) -> bool:
        """A number without sub- or superscript."""
        return _DIGITS.fullmatch(str(self)) is not None


def kind_of(sign: str) -> Kind:
    """The kind of a single character."""
    for kind, signs in _KINDS.items():
        if sign in signs:
            return kind
    return "ord"


_KINDS: dict[Kind, frozenset[str]] = {
    "rel": tables.RELATIONS,
    "bin": tables.BINARY,
    "op": tables.BIG,
    "open": tables.OPENING,
    "close": tables.CLOSING | {"."},
    "punct": frozenset(",;"),
    "inner": frozenset("…⋯"),
    "space": frozenset(" "),
}


def script(text: str, *, up: bool) -> str:
    """`text` raised or lowered; if Unicode has not every character of it so, `^(…)` or `_(…)`, or `_θ` if it is one."""
    if up and (match := _DEGREES.fullmatch(text)):
        return "°" + match[1]
    if up and _MARKS.fullmatch(text):
        return text.replace("∗", "*").replace("′′", "″")
    table = tables.SUPERSCRIPTS if up else tables.SUBSCRIPTS
    if all(ord(char) in table for char in text):
        return text.translate(table)
    mark = "^" if up else "_"
    one = len([char for char in text if not unicodedata.combining(char)]) == 1
    return f"{mark}{text}" if one or is_enclosed(text) else f"{mark}({text})"


def is_enclosed(text: str) -> bool:
    """Is all of `text` inside one pair of parentheses?"""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def factor(atoms: list[Atom], *, below: bool) -> str:
    """`atoms` as a part of a fraction, in parentheses where a reader would lose its end."""
    text = joined(atoms).strip()
    if _is_one(text) or not text:
        return text
    if len(atoms) == 1 and atoms[0].kind in {"ord", "op", "words"} and not {" ", "/"} & set(atoms[0].text):
        atom = atoms[0]
        if len(atom.text) == 1 or not atom.bare or not below:
            return text
    if not below and all(atom.kind == "ord" for atom in atoms) and not {" ", "/"} & set(text):
        return text
    return f"({text})"


def _is_one(text: str) -> bool:
    """A number, `(…)`, `√(…)`, `gcd(…)`, `|x|`, `⟨x⟩`."""
    if _DIGITS.fullmatch(text) or is_enclosed(_CALLED.sub("", text)):
        return True
    ends = text[:1] + text[-1:]
    return ends in {"||", "‖‖", "⟨⟩", "⌈⌉", "⌊⌋"} and not set(ends) & set(text[1:-1])


def joined(atoms: Iterable[Atom], *, tight: bool = False) -> str:
    """The line that `atoms` make. A space at an end is one the author asked for."""
    shown = [atom for atom in atoms if str(atom)]
    if len(shown) > 2 and shown[0].text == "<" and shown[-1].text == ">":  # an average, <x>
        shown[0], shown[-1] = _as(shown[0], "⟨", "open"), _as(shown[-1], "⟩", "close")
    solid = [atom for atom in shown if atom.kind != "space"]
    bars = [place for place, atom in enumerate(solid) if atom.text == "|" and atom.kind == "ord"]
    if len(bars) == 1 and 0 < bars[0] < len(solid) - 1 and solid[bars[0]].spaced and solid[bars[0] + 1].spaced:
        solid[bars[0]].kind = "rel"  # p(x | y), but not | x |
    parts: list[str] = []
    last = before = None
    place = 0  # of the next solid atom
    for atom in shown:
        if atom.kind == "space":
            if not _keeps_space(before, solid[place] if place < len(solid) else None):
                continue
            settled = atom
        else:
            place += 1
            settled = before = _settled(atom, before, solid[place : place + 2], tight=tight)
        if last is not None and _gap(last, settled, tight=tight):
            parts.append(" ")
        parts.append(str(settled))
        last = settled
    return _SPACES.sub(" ", "".join(parts))


def _keeps_space(before: Atom | None, following: Atom | None) -> bool:
    if before is not None and before.kind == "open":
        return False
    return following is None or following.kind not in {"close", "punct"}


def _settled(atom: Atom, before: Atom | None, after: list[Atom], *, tight: bool) -> Atom:
    """`atom` as what it is between its neighbours; a sign with nothing on one side joins nothing (`-1`, `3×`)."""
    following = after[0] if after else None
    if atom.kind == "bin":
        return _sign(atom, before, after, tight=tight)
    if atom.text == "∼" and (before is None or before.kind == "open") and following is not None:  # "about": ~30
        return _as(atom, "~", "pre")
    if before is None or following is None:
        return atom
    if atom.text == ":" and atom.kind == "ord":
        if before.is_number and following.is_number:
            return atom
        return _as(atom, ":", "rel" if atom.spaced else "punct")
    return atom


def _sign(atom: Atom, before: Atom | None, after: list[Atom], *, tight: bool) -> Atom:
    if not after or after[0].kind in {"rel", "close", "punct"}:
        return _as(atom, atom.text, "ord")
    if before is None or before.kind in {"bin", "pre", "rel", "open", "punct", "op"}:
        return _as(atom, atom.text, "pre")
    if atom.text == "-":
        if not (atom.spaced or after[0].spaced) and (before.is_word or after[0].is_word or _is_range(before, after)):
            return _as(atom, "-", "ord")
        if not tight:
            return _as(atom, "−", "bin")
    return atom


def _is_range(before: Atom, after: list[Atom]) -> bool:
    """10-20 and 2-3×, but not 1-1/e or 1-2p."""
    if not (before.is_number and after[0].is_number):
        return False
    low, high = (float(atom.text.replace(",", "")) for atom in (before, after[0]))
    return low < high and (
        len(after) == 1 or after[1].text in set("%×°") or after[1].kind in {"rel", "close", "punct", "words"}
    )


def _as(atom: Atom, text: str, kind: Kind) -> Atom:
    return Atom(text, kind, spaced=atom.spaced, sub=atom.sub, sup=atom.sup)


def _gap(left: Atom, right: Atom, *, tight: bool) -> bool:  # noqa: C901 (TeX's table of spaces, row by row)
    """Does a space stand between `left` and `right`?"""
    kinds = (left.kind, right.kind)
    if "space" in kinds or left.kind in {"open", "pre"} or right.kind in {"close", "punct"}:
        return False
    if "rel" in kinds:
        return not tight and left.kind != right.kind
    if "bin" in kinds:
        return not tight
    if left.kind == "punct":
        return not tight
    if left.kind == "op":
        return right.kind != "open"
    if "|" in (left.text, right.text) or "/" in (left.text, right.text):
        return left.kind == "inner" and right.spaced
    if right.kind == "op":
        return True
    if "inner" in kinds:
        return True
    if right.kind == "open":
        return right.spaced and left.is_word
    if left.loose or right.loose:
        return str(left)[-1].isalnum() and str(right)[0].isalnum()
    if _is_loose_end(left) and str(right)[0].isalnum():
        return True
    return right.spaced and (
        left.is_word or right.is_word or (left.text.isdigit() and (bool(left.sup) or right.is_number))
    )


def _is_loose_end(atom: Atom) -> bool:
    """Does it end in a script that has no end of its own (`x_θ`)?"""
    end = atom.sup or atom.sub
    return end[:1] in {"_", "^"} and not end.endswith(")")
