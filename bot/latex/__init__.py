r"""LaTeX as arXiv's authors write it in titles, names and abstracts, made readable in Unicode. Pure.

`We get $\mathcal{O}(n\log n)$ by \emph{pruning}` reads `We get 𝒪(n log n) by pruning`. The symbols are pylatexenc's;
`tables` adds what they lack, `reader` reads, `words` and `formula` say, `atoms` and `spacing` set the spaces.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.document import Span, Text, plain
from bot.latex.spacing import DROP, tidy
from bot.latex.words import pieces

LONGEST = 20_000
"""Characters of a text that are read; abstracts have 2,000, and what is cut ends in `…`."""

# A text with none of these is returned at once: four of five abstracts.
_MARKS = re.compile(
    r"[\\${}^_~`\x00-\x1f\x7f-\xa0\ud800-\udfff\ue000\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000"
    r"\xad\u061c\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_PAIRS = ("--", "''", "  ", " ,", " ;", " .", " !", " ?")
_UNSEEN = re.compile(f"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff{DROP}\u202a-\u202e\u2066-\u2069]")
"""Control characters, halves of surrogate pairs, marks that turn the direction of what follows."""
_WIDTHLESS = re.compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What stands between letters and is not seen, in which a text can be hidden from people but not from machines."""


def readable(text: str) -> str:
    """`text` on one line without LaTeX: no command, no dollar of a formula, no brace of a group.

    Money keeps its sign; what Unicode cannot raise or lower is `^(…)` or `_(…)`. Never raises.
    """
    return plain(spans(text))


def spans(text: str) -> tuple[Span, ...]:
    r"""`text` as Text, Italic (`\emph`), Bold (`\textbf`) and Math (with its source); joined it is `readable(text)`."""
    if len(text) <= LONGEST and not _MARKS.search(text) and not any(pair in text for pair in _PAIRS):
        stripped = text.strip(" ")
        return (Text(stripped),) if stripped else ()
    return _spans(text if len(text) <= LONGEST else text[:LONGEST] + "…")


@lru_cache(maxsize=1024)
def _spans(text: str) -> tuple[Span, ...]:
    return tidy(pieces(_UNSEEN.sub(" ", _WIDTHLESS.sub("", text))), strip=True)
