r"""Formulas as one picture: a white sheet with round corners, which can be read on dark and on light, each numbered.

The letters are STIX Two Math's, set by ziamath, which needs no TeX: it knows no file, no macro, no loop. What it does
not know it sets as its name, or not at all; such a formula is not drawn, since half a formula is a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final
from xml.etree import ElementTree as ET

from ziamath.tex import tex2mml
from ziamath.zmath import Math, loadedfonts

from bot.formulas.bounds import DEEPEST, HIGHEST, LONGEST, MOST, SIZE, WIDEST
from bot.latex import readable
from bot.latex.tables import MATH_SYMBOLS

PADDING = 14
GAP = 14
"""Between two formulas, and between a number and its formula."""
RADIUS = 10
PAPER, INK, QUIET = "#ffffff", "#1b1b1f", "#6a6a75"

_TIDIED: Final = (
    (re.compile(r"\\\\\s*\[[^\]]{0,20}\]"), r"\\\\ "),  # a height between two lines
    (re.compile(r"(?<!\\)%"), r"\\%"),  # in a paper's own source a comment, in an abstract per cent
    (re.compile(r":="), "≔"),
    (re.compile(r"(?<!\\)\\\|"), "‖"),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\operatorname\*?\{\s*arg\s*(?:\\[,;: ])?\s*(max|min)\s*\}"), r"\\arg\\\1 "),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"\\(begin|end)\{(?:align|aligned|equation|gather|split)\*?\}"), r"\\\1{align*}"),  # not numbered
)
_GROUP: Final = re.compile(r"\\\\|\\[{}]|(?P<open>\{|\\left(?![a-z])|\\begin(?=\{))|\}|\\right(?![a-z])|\\end(?=\{)")
_UNKNOWN: Final = re.compile(r"(?<=>)\\([A-Za-z]+)(?=<)")
_RAW: Final = re.compile(r"[\\$⧸]")
"""What was not understood stands there by its name, in words with its dollars; a stroke beside what it should cross."""
_COLOUR: Final = re.compile(r"<[^>]*(?:color|background)")
"""White on white, perhaps."""
_TAGS: Final = re.compile(r"<[^>]*>")
_INVISIBLE: Final = frozenset("\u2061\u2062\u2063\u200a\u2009\u2005\u2003\u2002\u00a0 \n")


class Undrawable(Exception):
    """This formula is not drawn; it stays as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`drawn`: which of the formulas are on it, in the order of their numbers, which begin with 1."""

    svg: str
    drawn: tuple[int, ...]


def sheet(sources: Sequence[str]) -> Sheet | None:
    """Those of `sources`, LaTeX without dollars, that can be drawn, one below the other; None: none can."""
    drawn: list[int] = []
    made: list[Math] = []
    for at, source in enumerate(sources[:MOST]):
        try:
            made.append(_formula(source))
        except Undrawable:
            continue
        drawn.append(at)
    return Sheet(svg=_laid_out(made), drawn=tuple(drawn)) if made else None


def _formula(source: str) -> Math:
    """Raises Undrawable."""
    if not source.strip() or len(source) > LONGEST or not source.isprintable() or _depth(source) > DEEPEST:
        raise Undrawable
    for pattern, instead in _TIDIED:
        source = pattern.sub(instead, source)
    try:
        mathml = _UNKNOWN.sub(_symbol, tex2mml(source))
        _check(mathml, source)
        made = _inked(mathml, INK)
        width, height = made.getsize()
    except Undrawable:
        raise
    except Exception as exc:  # the libraries have no errors of their own for what they cannot read
        raise Undrawable from exc
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
        raise Undrawable
    return made


def _depth(source: str) -> int:
    """How many groups are inside of each other, at most."""
    depth = deepest = 0
    for match in _GROUP.finditer(source):
        depth = depth + 1 if match["open"] else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _symbol(match: re.Match[str]) -> str:
    r"""A macro that papers share (`\F` is 𝔽), which the library does not know. Raises Undrawable."""
    symbol = MATH_SYMBOLS.get(match[1], "")
    if len(symbol) != 1:
        raise Undrawable
    return symbol


def _check(mathml: str, source: str) -> None:
    """Is `mathml` all of `source`, and can it be seen? Raises Undrawable."""
    text = unescape(_TAGS.sub("", mathml))
    if _RAW.search(text) or _COLOUR.search(mathml):
        raise Undrawable
    font = loadedfonts["default"]
    if any(char not in _INVISIBLE and not font.glyphindex(char) for char in text):
        raise Undrawable
    if _letters(readable(f"\\({source}\\)").replace(" choose ", "")) - _letters(text):
        raise Undrawable


def _letters(text: str) -> Counter[str]:
    text = unicodedata.normalize("NFKD", text.replace("ℜ", "Re").replace("ℑ", "Im"))
    return Counter(char for char in text if char.isalnum() or char == "%")


def _inked(mathml: str, colour: str) -> Math:
    element = ET.fromstring(mathml)  # noqa: S314 - the library's own, which holds no entities
    element.attrib["mathcolor"] = colour
    return Math(element, size=SIZE)


def _laid_out(formulas: Sequence[Math]) -> str:
    numbers = [_inked(tex2mml(rf"\text{{({number})}}"), QUIET) for number in range(1, len(formulas) + 1)]
    column = max(number.getsize()[0] for number in numbers)
    width = column + GAP + max(each.getsize()[0] for each in formulas) + 2 * PADDING
    svg = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg"})
    ground = ET.SubElement(svg, "rect", {"fill": PAPER, "rx": str(RADIUS)})
    y = float(PADDING)
    for number, formula in zip(numbers, formulas, strict=True):
        box, own = formula.node.bbox, number.node.bbox
        above, below = max(box.ymax, own.ymax), max(-box.ymin, -own.ymin)
        number.node.draw(PADDING + column - number.getsize()[0], y + above, svg)
        formula.node.draw(PADDING + column + GAP - box.xmin, y + above, svg)
        y += above + below + GAP
    height = y - GAP + PADDING
    for element in (svg, ground):
        element.attrib.update({"width": f"{width:.1f}", "height": f"{height:.1f}"})
    return ET.tostring(svg, encoding="unicode")
