"""Which language somebody wants: a BCP 47 code they typed, or the locale's. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.ports import UsageError

_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}\Z")


class UnknownLanguage(UsageError):
    """Not a code of a language."""


def known(code: str) -> str:
    """`code` in its usual form (`zh`, `pt-BR`); raises UnknownLanguage with an example."""
    import babel  # noqa: PLC0415 - its data takes a while

    wrong = UnknownLanguage(f"{code[:20]!r} is not a language code. Use one such as en, zh, ru, ja or de.")
    if not _CODE.match(code):
        raise wrong
    try:
        return str(babel.Locale.parse(code, sep="-" if "-" in code else "_")).replace("_", "-")
    except (ValueError, babel.UnknownLocaleError):
        raise wrong from None


def from_locale(environ: Mapping[str, str]) -> str:
    """The language of LC_ALL, LC_MESSAGES or LANG, in that order of precedence (POSIX); else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            language = re.split(r"[.@_]", value)[0].lower()
            return language if re.fullmatch(r"[a-z]{2,3}", language) and language not in {"c", "posix"} else "en"
    return "en"
