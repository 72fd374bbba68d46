"""What we say, in the languages we speak (`en.json`, `zh.json`, `ru.json`); any other language is answered in English.

A message is a text with `{names}`, or plural forms of one (CLDR: one, few, many, other; `=1` where a language has no
form of its own for one) chosen by the argument that `by` names. Dates are said in our house form: `Mon 2 March`,
`3 月 2 日（周一）`, `2 марта (пн)`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from bot.typography import chinese

UI = ("en", "zh", "ru")
"""The languages we speak; what a summary is written in is another matter."""

Language: TypeAlias = Literal["en", "zh", "ru"]
Message: TypeAlias = str | Mapping[str, str]
Form: TypeAlias = Literal["short", "long", "plain"]

_PATTERNS: dict[Language, dict[Form, str]] = {  # Unicode date patterns, for babel
    "en": {"short": "EEE d MMMM", "long": "d MMMM y (EEE)", "plain": "d MMMM y"},
    "zh": {"short": "M月d日（EEE）", "long": "y年M月d日（EEE）", "plain": "y年M月d日"},
    "ru": {"short": "d MMMM (EEE)", "long": "d MMMM y (EEE)", "plain": "d MMMM y"},
}

_SUMMARY_NOTES = ("note.fell_back", "note.budget_spent")
"""Notes whose `reason` is the code of a SummaryError; those of the others are codes of SourceErrors."""


def ui(language: str) -> Language:
    """The language we speak to readers of `language` (BCP 47, `_` allowed): `zh-Hans` is zh, `de` is en."""
    match language.replace("_", "-").split("-")[0].lower():
        case "zh":
            return "zh"
        case "ru":
            return "ru"
    return "en"


def say(language: str, key: str, **args: str | int | date | datetime | None) -> str:
    """The message `key` for readers of `language`.

    A date among `args` is said in the long form; in a note, `reason` is an error's code and is said in words (one we
    do not know is said as `failed`). KeyError for an unknown key or an argument that is missing: our own mistake.
    """
    ours = ui(language)
    message = messages(ours)[key]
    if key.startswith("note.") and "reason" in args:
        group = "summary_reason" if key in _SUMMARY_NOTES else "reason"
        code = f"{group}.{args['reason']}"
        args["reason"] = say(ours, either(ours, code, f"{group}.failed"))
    if not isinstance(message, str):
        count = args[message["by"]]
        message = message.get(f"={count}") or message.get(_plural(ours, count), message["other"])
    said = message.format_map({name: _worded(ours, value) for name, value in args.items()})
    return chinese(said) if ours == "zh" else said


def day(language: str, when: date, *, form: Form = "short") -> str:
    """`when` in words: short without its year, long with year and weekday, plain with the year alone."""
    from babel.dates import format_date  # noqa: PLC0415 - its data takes a while

    ours = ui(language)
    said = format_date(when, _PATTERNS[ours][form], locale=ours)
    return chinese(said) if ours == "zh" else said


@cache
def messages(language: Language) -> Mapping[str, Message]:
    """Every message of a language by key."""
    loaded: dict[str, Message] = json.loads((files(__name__) / f"{language}.json").read_text(encoding="utf-8"))
    return loaded


def either(language: str, key: str, otherwise: str) -> str:
    """`key` if there is a message of that name, else `otherwise`: of what others have named, all may not be ours."""
    return key if key in messages(ui(language)) else otherwise


def _worded(language: Language, value: str | int | date | datetime | None) -> str | int | None:
    if isinstance(value, datetime):
        return f"{day(language, value.date(), form='long')} {value:%H:%M %Z}".rstrip()
    return day(language, value, form="long") if isinstance(value, date) else value


def _plural(language: Language, count: object) -> str:
    from babel import Locale  # noqa: PLC0415 - its data takes a while

    if not isinstance(count, int):
        raise TypeError(f"plural forms go by a number, not {count!r}")
    return str(Locale.parse(language).plural_form(count))
