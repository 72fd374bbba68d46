"""Which language a text is written in, by a library of statistics (CLD2); it says nothing rather than guess. Pure.

Names and terms stay in Latin letters in any language: they are taken out before. Short texts are not judged, but for
English, which papers are in: a sentence that was not translated is told by its small words.
"""

from __future__ import annotations

import re
from typing import Final

_NAMES: Final = re.compile(r"\S*[A-Z0-9_@/]\S*[A-Z0-9_@/]\S*|[\d.,%]+|[A-Za-z]+(?:-[A-Za-z]+)+")
_LATIN: Final = re.compile(r"[A-Za-z]+")
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_WIDE: Final = frozenset({"zh", "ja", "ko"})
_NOT_LATIN: Final = _WIDE | {"ru", "uk", "bg", "be", "mk", "el", "ar", "fa", "ur", "he", "hi", "mr", "ne", "th"}
_SAME: Final = {"zh-hant": "zh", "iw": "he", "in": "id", "jw": "jv", "nb": "no", "nn": "no"}

# Words of no other language in Latin letters, and words that English is full of.
_ENGLISH: Final = frozenset({"the", "and", "with", "from", "that", "this", "these", "than", "their", "which", "were"})
_SMALL: Final = _ENGLISH | {"a", "an", "are", "by", "for", "has", "have", "in", "is", "it", "its", "of", "on", "to"}
ENGLISH: Final = 0.4
"""More than this part of a sentence's words are such, where it is in English and no name in it: *state of the art*."""

LETTERS: Final = 60
"""Letters a text needs to be judged; of Chinese, Japanese and Korean a third."""

SURE: Final = 85
"""Percent of the text that is one language, in CLD2's own eyes."""


def other_than(language: str, text: str) -> str | None:
    """The language `text` is surely written in, if that is not `language` (BCP 47); else None."""
    wanted = _base(language)
    shown = _NAMES.sub(" ", text)
    if wanted in _NOT_LATIN:
        shown = _LATIN.sub(" ", shown)
    letters = sum(char.isalpha() for char in shown)
    if wanted not in _NOT_LATIN | {"en"} and _is_english(shown):
        return "en"
    if letters < (LETTERS // 3 if wanted in _WIDE else LETTERS):
        return None
    import pycld2  # noqa: PLC0415 - eight megabytes that only models' answers need

    printable = "".join(char for char in shown if char.isprintable())
    try:
        reliable, _, found = pycld2.detect(printable.encode("utf-8", "ignore"), hintLanguage=wanted)
    except (pycld2.error, ValueError):  # text it takes for no UTF-8: nothing is known of it
        return None
    _, code, percent, _ = found[0]
    other = _base(code)
    if not reliable or percent < SURE or other in {"un", wanted}:
        return None
    if {other, wanted} == {"ja", "zh"} and (other == "ja") != bool(_KANA.search(shown)):  # it takes 資料 for Japanese
        return None
    return other


def _is_english(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    small = sum(word in _SMALL for word in words)
    return len(words) >= 5 and small > ENGLISH * len(words) and not _ENGLISH.isdisjoint(words)


def _base(code: str) -> str:
    code = code.lower().replace("_", "-")
    return _SAME.get(code, _SAME.get(code.partition("-")[0], code.partition("-")[0]))
