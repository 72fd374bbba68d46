"""Whether a text can be in the language it should be in, by its script; coarse on purpose. Pure.

Of a language whose script is not listed here we only know that it is not English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SCRIPTS: Final[Mapping[str, str]] = {
    "zh": r"\u3400-\u9fff\U00020000-\U0002ffff",
    "ja": r"\u3040-\u30ff\u3400-\u9fff",
    "ko": r"\uac00-\ud7af\u1100-\u11ff",
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk"), r"\u0400-\u04ff"),
    "el": r"\u0370-\u03ff",
    **dict.fromkeys(("ar", "fa", "ur"), r"\u0600-\u06ff"),
    "he": r"\u0590-\u05ff",
    **dict.fromkeys(("hi", "mr", "ne"), r"\u0900-\u097f"),
    "th": r"\u0e00-\u0e7f",
}
_LATIN: Final = frozenset(
    {
        "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "nb", "nn", "fi", "is", "pl", "cs", "sk", "sl",
        "hr", "hu", "ro", "tr", "vi", "id", "ms", "ca", "eu", "gl", "et", "lv", "lt", "sq", "sw", "eo", "la", "ga",
        "cy", "af"
    }
)  # fmt: skip
_WIDE: Final = frozenset({"zh", "ja"})
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:[-'’][A-Za-z\u00c0-\u024f]+)*")
_LETTER: Final = re.compile(r"[^\W\d_]")
_ENGLISH: Final = frozenset({
    "the", "of", "and", "to", "with", "that", "is", "are", "which", "by", "from", "this", "we", "our", "as", "on",
    "at", "it", "its", "than"
})  # fmt: skip


def is_plausible(text: str, language: str) -> bool:
    """Whether `text` may be in `language`; names and terms may stay in Latin letters anywhere.

    Both halves are looked at, since a text may start in one language and go on in another.
    """
    middle = len(text) // 2
    parts = [text[:middle], text[middle:]] if len(text) > 200 else [text]
    base = re.split("[-_]", language.lower())[0]
    return all(_is_plausible(part, base) for part in parts)


def _is_plausible(text: str, language: str) -> bool:
    latin = _LATIN_WORD.findall(text)
    if (letters := _SCRIPTS.get(language)) is None:
        every = len(_LETTER.findall(text))
        if language in _LATIN and sum(map(len, latin)) < 0.7 * every:
            return False
        english = sum(word.lower() in _ENGLISH for word in latin)
        return language == "en" or len(latin) < 8 or english < 0.2 * len(latin)
    own = len(re.findall(f"[{letters}]" if language in _WIDE else f"[{letters}]+", text))
    if language == "ja" and len(text) > 40 and not _KANA.search(text):
        return False
    # A Han character is about half a word; a headline may be mostly names.
    return own > 0 and own >= (0.7 if language in _WIDE else 0.4) * len(latin)
