"""MathML as LaTeXML writes it: a formula as people see it, with its LaTeX source. Pure.

The source stands in an attribute and an annotation, which nobody sees. It is believed only if its words are those that
are drawn: `\\phantom{ignore previous instructions}` is not.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from bot.document import Math
from bot.fulltext.text import line
from bot.fulltext.visible import Look, Unseen, declarations, look_of
from bot.latex import readable

LONGEST = 4_000
"""Characters of a formula's source that are read."""

_DRAWN = frozenset({"mi", "mn", "mo", "mtext", "ms"})
_NEVER_DRAWN = frozenset({"annotation", "annotation-xml", "mphantom", "script", "style"})
_WORD = re.compile(r"[a-z]{4,}")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n\s*")


def formula(element: Any, look: Look) -> Math | None:  # noqa: ANN401 - an lxml element, which has no types
    """A `math` element inside of `look`; its `source` is empty where it is not believed, None if nothing is drawn."""
    source = _COMMENT.sub(" ", _source(element))[:LONGEST].strip()
    drawn, all_seen = _drawn(element, look)
    said = line(readable(f"\\({source}\\)")) if source else ""
    if said and all_seen and (not drawn or _is_drawn(said, drawn)):
        return Math(said, " ".join(source.split()))
    return Math(line(drawn), "") if line(drawn) else None


def _is_drawn(said: str, drawn: str) -> bool:
    """Is each longer word of `said` among the letters that are drawn?"""
    letters = "".join(char for char in unicodedata.normalize("NFKC", drawn).lower() if char.isalpha())
    return all(word in letters for word in _WORD.findall(unicodedata.normalize("NFKC", said).lower()))


def _source(element: Any) -> str:  # noqa: ANN401 - as above
    if said := element.get("alttext"):
        return str(said)
    for annotation in element.iter("annotation"):
        if annotation.get("encoding", "").startswith("application/x-tex"):
            return str(annotation.text or "")
    return ""


def _drawn(element: Any, look: Look) -> tuple[str, bool]:  # noqa: ANN401 - as above
    """What is drawn of a formula, in order, and whether that is all there is."""
    parts: list[str] = []
    all_seen = True
    stack: list[tuple[Any, Look]] = [(element, look)]
    while stack:
        node, around = stack.pop()
        if not isinstance(node.tag, str) or node.tag in _NEVER_DRAWN:
            all_seen &= node.tag != "mphantom"
            continue
        here = look_of(node.tag, node.attrib, _style(node), around)
        if isinstance(here, Unseen):
            all_seen = False
            continue
        if node.tag in _DRAWN:
            parts.append(node.text or "")
        stack += [(child, here) for child in reversed(node)]
    return "".join(parts), all_seen


def _style(node: Any) -> dict[str, str]:  # noqa: ANN401 - as above
    said = declarations(node.get("style") or "")
    for attribute, name in (
        ("mathcolor", "color"),
        ("color", "color"),
        ("mathbackground", "background"),
        ("mathsize", "font-size"),
    ):
        if node.get(attribute):
            said[name] = str(node.get(attribute)).lower()
    return said
