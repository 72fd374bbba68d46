"""What of an HTML page people can see: hidden elements, ink of the paper's colour, letters too small to read. Pure.

A paper may hold sentences meant for machines alone ("ignore previous instructions"), white on white or one pixel high.
This knows what LaTeXML writes (`color:#FFFFFF`, `--ltx-fg-color`, `font-size:0%`) and what CSS in the page itself says.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

Colour = tuple[int, int, int]

NEAR = 24
"""How far apart two colours must be in some channel (of 255) to be told apart; yellow on white is."""
SMALLEST = 0.2
"""Of the usual size; below it nobody reads."""
FAINTEST = 0.1
MOST_RULES = 2000

_HIDING_CLASSES = frozenset(
    {"ltx_phantom", "sr-only", "visually-hidden", "screen-reader-only", "d-none", "hidden", "invisible"}
)
_NAMED = """
    white:ffffff snow:fffafa ghostwhite:f8f8ff whitesmoke:f5f5f5 ivory:fffff0 floralwhite:fffaf0 azure:f0ffff
    mintcream:f5fffa seashell:fff5ee aliceblue:f0f8ff honeydew:f0fff0 lavenderblush:fff0f5 linen:faf0e6
    black:000000 gray:808080 grey:808080 silver:c0c0c0 lightgray:d3d3d3 lightgrey:d3d3d3 gainsboro:dcdcdc
    darkgray:a9a9a9 darkgrey:a9a9a9 dimgray:696969 dimgrey:696969 red:ff0000 maroon:800000 darkred:8b0000
    yellow:ffff00 olive:808000 lime:00ff00 green:008000 darkgreen:006400 aqua:00ffff cyan:00ffff teal:008080
    blue:0000ff navy:000080 darkblue:00008b steelblue:4682b4 royalblue:4169e1 midnightblue:191970
    fuchsia:ff00ff magenta:ff00ff purple:800080 indigo:4b0082 orange:ffa500 brown:a52a2a darkslategray:2f4f4f
    slategray:708090 lightblue:add8e6 lightgreen:90ee90 lightyellow:ffffe0 pink:ffc0cb beige:f5f5dc
"""
_SIZES: Mapping[str, float] = {
    "xx-small": 0.6, "x-small": 0.75, "small": 0.9, "medium": 1.0, "large": 1.1, "x-large": 1.5, "xx-large": 2.0
}  # fmt: skip
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|ex|ch|%|vw|vh|cm|mm|in|pc)?")
_PER_UNIT = {"px": 1 / 16, "pt": 1 / 12, "rem": 1.0, "cm": 2.36, "mm": 0.236, "in": 6.0, "pc": 1.0}
_FUNCTION = re.compile(r"(rgba?|hsla?)\(([^()]{1,80})\)")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{0,2000})\}")
_AT_RULE = re.compile(r"@[^{};]{0,500}(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SIMPLE = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<rest>(?:[.#][\w-]+)*)")


def _rgb(digits: str) -> Colour:
    return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


_NAMES: Mapping[str, Colour] = {
    name: _rgb(digits) for name, _, digits in (each.partition(":") for each in _NAMED.split())
}


class Unseen(Enum):
    """How a thing is hidden: by the page's own design, or by a disguise, which is an attempt on machines."""

    PUT_AWAY = "put away"
    DISGUISED = "disguised"


@dataclass(frozen=True, slots=True)
class Look:
    """Ink, paper, and the size of letters (1: usual) at some place in a page."""

    ink: Colour = (0, 0, 0)
    paper: Colour = (255, 255, 255)
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page's own style elements say, by tag, `.class` or `#id`."""

    rules: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def style(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """The declarations for an element, its own last."""
        found: dict[str, str] = {}
        if self.rules:
            names = [f".{name}" for name in attributes.get("class", "").split()]
            for name in (tag, *names, f"#{attributes.get('id', '')}"):
                found |= self.rules.get(name, {})
        if own := attributes.get("style"):
            found |= declarations(own)
        return found


def sheet(styles: Iterable[str]) -> Sheet:
    """Simple selectors of style elements; of `.a .b` the last counts, what is in an at-rule (print …) does not."""
    rules: dict[str, dict[str, str]] = {}
    for text in styles:
        plain = _AT_RULE.sub("", _COMMENT.sub("", text[:200_000].lower()))
        for match in _RULE.finditer(plain):
            said = declarations(match[2])
            for selector in match[1].split(","):
                for name in _names(selector):
                    if len(rules) < MOST_RULES:
                        rules.setdefault(name, {}).update(said)
    return Sheet(rules)


def declarations(style: str) -> dict[str, str]:
    """`color: White !important` as {"color": "white"}."""
    parts = (each.partition(":") for each in style[:4000].lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in parts if value.strip()}


def look_of(tag: str, attributes: Mapping[str, str], style: Mapping[str, str], around: Look) -> Look | Unseen:
    """How an element inside of `around` looks, or that nobody sees it. `style` is `Sheet.style` of it."""
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden", "").lower() == "true"
        or not _HIDING_CLASSES.isdisjoint(attributes.get("class", "").split())
        or style.get("display") == "none"
        or style.get("visibility") in {"hidden", "collapse"}
    ):
        return Unseen.PUT_AWAY
    if not style and tag != "font" and "bgcolor" not in attributes:  # as nearly all
        return around
    font = tag == "font"
    ink = _first(style, "color", "--ltx-fg-color", own=attributes.get("color") if font else None)
    paper = _first(style, "background-color", "background", "--ltx-bg-color", own=attributes.get("bgcolor"))
    if ink in {"transparent", "rgba(0,0,0,0)"} or _is_away(style):
        return Unseen.DISGUISED
    look = replace(
        around,
        ink=colour(ink) or around.ink,
        paper=colour(paper) or around.paper,
        size=_size(style.get("font-size", ""), around.size),
    )
    return look if is_legible(look) else Unseen.DISGUISED


def is_legible(look: Look) -> bool:
    """Can people read what looks so?"""
    apart = max(abs(a - b) for a, b in zip(look.ink, look.paper, strict=True))
    return apart >= NEAR and look.size >= SMALLEST


def colour(said: str) -> Colour | None:
    """A CSS colour, or None for what is none or says nothing (`inherit`, a picture, less than half opaque)."""
    if match := _HEX.search(said):
        return _of_hex(match[1])
    if match := _FUNCTION.search(said):
        return _of_numbers(match[1], re.split(r"[,\s/]+", match[2].strip()))
    return next((_NAMES[word] for word in said.split() if word in _NAMES), None)


def _of_hex(digits: str) -> Colour | None:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in {6, 8} or (len(digits) == 8 and int(digits[6:], 16) < 128):
        return None
    return _rgb(digits)


def _of_numbers(kind: str, parts: list[str]) -> Colour | None:
    try:
        numbers = [float(part.rstrip("%deg")) / (100 if part.endswith("%") else 1) for part in parts]
    except ValueError:
        return None
    if len(numbers) not in {3, 4} or (len(numbers) == 4 and numbers[3] < 0.5):
        return None
    if kind.startswith("hsl"):
        red, green, blue = colorsys.hls_to_rgb(numbers[0] / 360 % 1, min(1, numbers[2]), min(1, numbers[1]))
        return (round(255 * red), round(255 * green), round(255 * blue))
    scaled = [255 * number if part.endswith("%") else number for number, part in zip(numbers, parts, strict=True)]
    red, green, blue = (max(0, min(255, round(number))) for number in scaled[:3])
    return (red, green, blue)


def _first(style: Mapping[str, str], *names: str, own: str | None) -> str:
    said = next((style[name] for name in names if name in style), own or "")
    return said.lower().replace(" ", "") if "(" in said else said.lower()


def _size(said: str, around: float) -> float:
    if not said:
        return around
    if said in _SIZES:
        return _SIZES[said]
    match = _LENGTH.fullmatch(said)
    if match is None:
        return around
    number, unit = float(match[1]), match[2] or "px"
    if unit in _PER_UNIT:
        return number * _PER_UNIT[unit]
    return around * number / (100 if unit == "%" else 1)


def _is_away(style: Mapping[str, str]) -> bool:
    """Is it faded out, clipped to nothing, or moved off the page?"""
    if "opacity" in style and _number(style["opacity"], 1.0) < FAINTEST:
        return True
    moved = ("text-indent", "margin-left", "margin-top", "left", "top", "right", "bottom")
    if any(_number(style.get(name, ""), 0.0) <= -500 for name in moved):
        return True
    if "scale(0" in style.get("transform", "") or re.match(r"rect\(\s*[01]p?x?[ ,]", style.get("clip", "")):
        return True
    if re.match(r"inset\(\s*(?:100|50)%|circle\(\s*0", style.get("clip-path", "")):
        return True
    clipped = style.get("overflow", "") in {"hidden", "clip"}
    sizes = ("width", "height", "max-width", "max-height")
    return clipped and any(0 <= _number(style.get(name, ""), 99.0) <= 1 for name in sizes)


def _number(said: str, default: float) -> float:
    match = _LENGTH.match(said)
    return float(match[1]) / (100 if match[2] == "%" and default == 1.0 else 1) if match else default


def _names(selector: str) -> list[str]:
    """The tag, classes or id a selector's last part names; none where it has conditions we do not know."""
    last = selector.strip().replace(">", " ").replace("+", " ").replace("~", " ").split()
    match = _SIMPLE.fullmatch(last[-1]) if last else None
    if match is None:
        return []
    return re.findall(r"[.#][\w-]+", match["rest"]) or [name for name in (match["tag"],) if name]
