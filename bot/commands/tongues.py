"""Languages as people name them: `en+zh`, `中文`, `русский`, `Deutsch, English`. Pure."""

from __future__ import annotations

import re
from functools import cache

from bot.languages import UnknownLanguage, known
from bot.locales import UI

MOST = 2
"""Languages of one chat."""

LONGEST = 80

OFTEN = ("en", "zh", "ru", "ja", "ko", "de", "fr", "es", "pt", "it", "uk", "pl", "tr", "vi", "id", "ar", "fa", "hi")
"""Languages that may be named in words; every other one by its code."""

_BETWEEN = re.compile(r"\s*(?:[+,;/&、，]|\band\b|\bи\b|和|\s)\s*", re.IGNORECASE)


class TooManyLanguages(UnknownLanguage):
    """More than one chat can have."""


def read(text: str) -> tuple[str, ...]:
    """The codes of the languages that `text` names, each once, in order. Raises UnknownLanguage."""
    named = [word for word in _BETWEEN.split(text[:LONGEST].strip()) if word]
    found = tuple(dict.fromkeys(_code(word) for word in named))
    if len(found) > MOST:
        raise TooManyLanguages(f"At most {MOST} languages.")
    if not found:
        raise UnknownLanguage("No language is named. Use a code such as en, zh or ru, or two: en+zh.")
    return found


def _code(word: str) -> str:
    return _names().get(word.casefold()) or known(word)


@cache
def _names() -> dict[str, str]:
    """Codes by name: in the languages we speak, and in the language itself."""
    import babel  # noqa: PLC0415 - its data takes a while

    found = {}
    for code in OFTEN:
        locale = babel.Locale.parse(code)
        for reader in (*UI, code):
            name = locale.get_language_name(reader)
            if name:
                found[name.casefold()] = code
    return found | {
        "汉语": "zh",
        "普通话": "zh",
        "mandarin": "zh",
        "简体中文": "zh",
        "по-русски": "ru",
        "по-английски": "en",
    }
