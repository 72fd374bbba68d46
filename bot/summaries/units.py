"""Whether a number of a statement has the unit it has in the source: 5 ms are not 5 seconds, 3 times not 3 %. Pure.

Only units that the source itself writes beside the number count; where it stands there without one, any may be right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from bot.summaries import numbers

# What is written in one language or another, by what it means. Words that also mean something else (分, 日, m) are out.
_UNITS: Final[Mapping[str, str]] = {
    "nanoseconds": r"ns|nanoseconds?|纳秒",
    "microseconds": r"[µμ]s|microseconds?|微秒|мкс",
    "milliseconds": r"ms|msec|milliseconds?|毫秒|мс|миллисекунд\w*|ミリ秒|Millisekunden?",
    "seconds": r"s|secs?|seconds?|秒|сек\w*|Sekunden?",
    "minutes": r"mins?|minutes?|分钟|мин|минут\w*|Minuten?",
    "hours": r"h|hrs?|hours?|个?小时|час\w*|時間|Stunden?",
    "days": r"days?|天|дн\w+|день|Tagen?|Tage",
    "weeks": r"weeks?|周|недел\w+|週間|Wochen?",
    "months": r"months?|个月|месяц\w*|か月|ヶ月|Monaten?|Monate",
    "KB": r"[kK]i?B",
    "MB": r"Mi?B|МБ",
    "GB": r"Gi?B|ГБ",
    "TB": r"Ti?B|ТБ",
    "Hz": r"Hz|Гц",
    "kHz": r"kHz|кГц",
    "MHz": r"MHz|МГц",
    "GHz": r"GHz|ГГц",
    "dB": r"dB|дБ",
    "times": r"[x×]|times|fold|倍|раза?|-?fach\w*",
    "percent": r"%|percent|percentage points?|points?|pp|(?:个|個)?百分点|процент\w*|п\.\s?п\.|ポイント|Prozent\w*",
}
_GROUPS: Final = {name: f"u{number}" for number, name in enumerate(_UNITS)}
_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?P<digits>\d+(?:[.,]\d+)*)(?:[ \u00a0\u202f-]?(?:"
    + "|".join(f"(?P<{_GROUPS[name]}>{words})" for name, words in _UNITS.items())
    + r")(?![A-Za-z\d]))?"
)

Units = Mapping[Decimal, frozenset[str | None]]
"""What stands beside the numbers of a text; None: nothing that we know."""


def known(text: str) -> Units:
    """The units of every number of `text`, however it may be read."""
    found: dict[Decimal, set[str | None]] = {}
    for _, values, unit in _written(text):
        for value in values:
            found.setdefault(value, set()).add(unit)
    return {value: frozenset(units) for value, units in found.items()}


def other(statement: str, source: Units) -> tuple[str, ...]:
    """The numbers of `statement` whose unit is another one than wherever they stand in `source`."""
    wrong = []
    for written, values, unit in _written(statement):
        there = frozenset[str | None]().union(*(source.get(value, ()) for value in values))
        if unit is not None and there and not {unit, None} & there:
            wrong.append(f"{written} ({', '.join(sorted(map(str, there)))})")
    return tuple(dict.fromkeys(wrong))


def _written(text: str) -> Iterator[tuple[str, frozenset[Decimal], str | None]]:
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        said = (name for name in _UNITS if match[_GROUPS[name]])
        yield match[0], numbers.known(match["digits"]).values, next(said, None)
