"""Words as we compare them: without case, accents and plural. Pure.

Both sides of every comparison, a query's words and a paper's, go through `stems`, so that only likeness matters,
not beauty: `physics` is `physic` on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[cC]\+\+|[cCfF]\#|[{_HAN}]|[^\W_{_HAN}]{{1,64}}")
"""C++, C# and F#; a Han or kana character by itself, since no spaces say where its word ends; a run of letters, digits.

The bound cuts what no language has (and no cache should keep) into pieces, alike on both sides.
"""
_ASCII_WORD = re.compile(r"[cC]\+\+|[cCfF]\#|[0-9A-Za-z]{1,64}")
"""The same for ASCII, which nearly all abstracts are: twice as fast."""

_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")

_LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ı": "i", "ħ": "h", "Ħ": "H"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH"}
)
"""Letters that Unicode does not take apart into a plain one and its accent."""

_ENDING_IN_S = (
    "as has is his its this was does us gas bias lens atlas canvas alias chaos series species "
    "dns gps ios nas pos ros tts"  # acronyms that would meet others without their S: GP, NA, PO
)
_NOT_PLURAL = frozenset(_ENDING_IN_S.split())

_PLURALS: Mapping[str, str] = {
    "analyses": "analysis",
    "appendices": "appendix",
    "axes": "axis",
    "biases": "bias",
    "canvases": "canvas",
    "corpora": "corpus",
    "corpuses": "corpus",
    "criteria": "criterion",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lenses": "lens",
    "matrices": "matrix",
    "phenomena": "phenomenon",
    "syntheses": "synthesis",
    "theses": "thesis",
    "vertices": "vertex",
    "viruses": "virus",
}

_MUTE_E = ("che", "she", "xe", "sse", "zze", "oe")


def fold(text: str) -> str:
    """`text` without accents and invisible marks, letters and digits in their plain form; case is kept."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _BEYOND_ASCII.sub(_without_mark, apart)


def _without_mark(found: re.Match[str]) -> str:
    return "" if unicodedata.category(found[0]) in {"Mn", "Cf"} else found[0]


def split(text: str) -> list[str]:
    """The words of `text` in order, accents folded, case kept. A hyphen splits: `GPT-4` is `GPT`, `4`."""
    folded = fold(text)
    if "'" in folded or "’" in folded:
        folded = _POSSESSIVE.sub("", folded)
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def stems(text: str) -> list[str]:
    """The words of `text` as they are compared: without case, accents and plural."""
    return [stem(word) for word in split(text)]


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """`word` without case and plural; of what it returns it is itself the stem.

    The S-stemmer of D. Harman (How effective is suffixing?, JASIS 42(1), 1991, table 1), with three additions: capitals
    before a small s are an acronym's plural (`GPs` → `gp`, but `GPS` → `gps`), `approaches` meets `approach` and
    `caches` `cache` (a mute e after ch, sh, x, ss, zz, o goes), and the few plurals of research that end otherwise.
    """
    if len(word) > 2 and word[-1] == "s" and word[:-1].isupper():
        word = word[:-1]
    current = word.casefold()
    while (shorter := _singular(current)) != current:
        current = shorter
    return current


def _singular(word: str) -> str:
    if word in _PLURALS:
        return _PLURALS[word]
    if len(word) < 3 or word in _NOT_PLURAL:
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word[:-1] if word.endswith(_MUTE_E) else word
