r"""Can a formula be read on one line of Unicode? Pure.

`O(n log n)`, `xᵢ²`, `½ ∑ᵢ₌₁ⁿ xᵢ` can; a system of cases, a fraction with a power in it that has an index cannot. What
weighs on a reader is counted, where each part of a formula that Unicode cannot set weighs two; six are too many.
"""

from __future__ import annotations

import re

from bot.document import Math

TOO_MUCH = 6

_COMMAND = re.compile(r"\\[A-Za-z]|\[-?[0-9.]+ ?(?:mm|cm|pt|em|ex)\]")
"""What no reader knows: a command that has no Unicode form, a space between lines."""
_ROWS = re.compile(r"\\begin\s*\{(?!math|displaymath|equation)|\\\\(?![A-Za-z])|\\(?:substack|atop)(?![A-Za-z])")
"""What stands below each other."""
_SCRIPT = re.compile(r"(?P<base>\S*?)[_^]\(")
_NESTED = re.compile(r"[_^/√]")
_LIMITS = re.compile(r"(?:[∑∏∐∫∬∭∮⋃⋂]|max|min|sup|inf|lim)\Z")
_WORD = re.compile(r"[A-Za-z]+")
_SIDES = re.compile(r"\)/|/\(")
_ROOT = re.compile(r"√\(")
_LONG = 8
"""Characters of a sub- or superscript whose start is out of sight at its end."""
_LONGEST = 1_000
"""Characters of a formula; more is no line."""


def is_legible(math: Math) -> bool:
    """Is its Unicode form fit to be read? One that is not is better drawn, or shown as code."""
    return weight(math) < TOO_MUCH


def weight(math: Math) -> int:
    """How much there is to hold in mind: 0 where nothing is."""
    text = math.text
    if len(text) > _LONGEST or _COMMAND.search(text) or _ROWS.search(math.source):
        return TOO_MUCH
    scripts = sum(_script(text, match) for match in _SCRIPT.finditer(text))
    sides, roots = len(_SIDES.findall(text)), len(_ROOT.findall(text))
    return scripts + 2 * sides + 2 * roots + 2 * (sides > 0 and roots > 0)


def _script(text: str, match: re.Match[str]) -> int:
    """Of a sub- or superscript that Unicode could not lower or raise."""
    inner = text[match.end() : _closing(text, match.end() - 1)]
    if _WORD.fullmatch(inner):  # K_(max)
        return 1
    is_long = len(inner) > _LONG
    return 2 + 2 * bool(_NESTED.search(inner)) + 2 * is_long + 2 * bool(_LIMITS.search(match["base"]))


def _closing(text: str, place: int) -> int:
    """Where the parenthesis at `place` ends."""
    depth = 0
    for at in range(place, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return len(text)
