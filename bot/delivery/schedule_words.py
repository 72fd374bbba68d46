"""The words of schedules in English, Chinese and Russian: hours, weekdays, quiet hours, what else people type. Pure.

All but `plain` expect text that is plain already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import time
from typing import Literal, cast

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The canonical short names; Monday is 0."""

EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))

_DASHES = re.compile("[\u2010-\u2015\u2212\u301c~]")
_NUMERALS = {numeral: number for number, numeral in enumerate("零一二三四五六七八九")} | {"两": 2}
_WEEKDAYS = {
    **{name[:2]: day for day, name in enumerate(DAY_NAMES)},
    **{short: day for day, short in enumerate(("пн", "вт", "ср", "чт", "пт", "сб", "вс"))},
    **{numeral: day for day, numeral in enumerate("一二三四五六日")},
    "天": 6,
} | {"по": 0, "че": 3, "пя": 4, "су": 5, "во": 6}  # how full names begin, where that is not the short one
_AM = frozenset({"上午", "早上", "早晨", "凌晨", "am", "a.m.", "a.m", "утра"})
_PM = frozenset({"下午", "中午", "傍晚", "pm", "p.m.", "p.m", "дня", "вечера"})
_NIGHT = frozenset({"晚上", "夜里", "ночи"})
"""Eight at night is in the evening, two at night in the morning."""

_LETTER = "[a-zа-я_]"
_END = r"\.?(?![\w/'-])"
_HAN = "\u3007\u4e00-\u9fff·"

_BEFORE = "上午|早上|早晨|凌晨|下午|中午|傍晚|晚上|夜里"
_AFTER = r"[ap]\.m\.?|[ap]m|утра|дня|вечера|ночи"
_OCLOCK = r"h|o'clock|ч\.?|час(?:а|ов)?"
_NUMBER = f"[{''.join(_NUMERALS)}十]{{1,3}}"
_CLOCK = re.compile(
    rf"(?P<before>{_BEFORE})?\s?(?:(?P<hour>\d{{1,2}})|(?P<han>{_NUMBER}))"
    rf"(?:[:.](?P<minute>\d\d)|[点點时時](?:(?P<past>\d{{1,2}})分?|(?P<half>半))?)?"
    rf"\s?(?:{_OCLOCK})?\s?(?P<after>{_AFTER})?"
)
_TIME = (  # what looks like a clock time, right or wrong
    rf"(?:(?:{_BEFORE})\s?)?(?:\d+(?:[:.]\d+)*(?:[点點时時](?:\d+分?|半)?)?|{_NUMBER}[点點时時](?:\d+分?|半)?)"
    rf"(?:\s?(?:{_OCLOCK})(?!{_LETTER}))?(?:\s?(?:{_AFTER})(?!{_LETTER}))?(?!{_LETTER})"
)
_TO = r"\s?(?:-|to\b|till\b|until\b|до\b|по\b|到|至)\s?"

_DAY = (
    r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:rs?(?:days?)?)?|fri(?:days?)?|sat(?:urdays?)?"
    r"|sun(?:days?)?|понедельник\w*|вторник\w*|сред(?:а|у|ы|ам)|четверг\w*|пятниц\w*|суббот\w*|воскресень\w*"
    r"|пн|вт|ср|чт|пт|сб|вс)"
)
_WEEK = "每?个?(?:周|週|星期|礼拜|禮拜)"
_OF_WEEK = "[一二三四五六日天]"
_NO_HOUR = "(?![点點时時十])"  # 周五三点 is Friday at three, 周三五 Wednesday and Friday

_OFF = rf"(?:off|no(?:ne)?|关闭|关|无|нет|выкл\w*)(?!{_LETTER})"
_QUIET = (
    "(?:quiet(?: ?hours)?|do not disturb|(?:静默|安静)(?:时间|时段)?|免打扰|勿扰|тихо|тихие часы|не беспокоить)"
    rf"[: ]*(?:(?:from|between|с|从) ?)?(?:{_OFF}|{_TIME}(?:{_TO}| ){_TIME})?"
)
_SPAN = re.compile(rf"({_TIME})(?:{_TO}| )({_TIME})$")

Kind = Literal[
    "quiet", "span", "time", "offset", "range", "day", "daily", "workdays", "weekend", "weekly", "best", "arrival",
    "off", "filler", "gap", "han", "word",
]  # fmt: skip
_KINDS: dict[Kind, str] = {
    "quiet": _QUIET,
    "span": f"{_TIME}{_TO}{_TIME}",
    "time": _TIME,
    "offset": r"(?:(?:utc|gmt) ?[+-] ?|[+-])\d{1,2}(?::?\d\d)?(?!\d)",
    "range": rf"{_DAY}\.?{_TO}{_DAY}{_END}|{_WEEK}{_OF_WEEK}{_TO}(?:{_WEEK})?{_OF_WEEK}{_NO_HOUR}",
    "day": rf"{_DAY}{_END}|{_WEEK}{_OF_WEEK}(?:、?{_OF_WEEK}{_NO_HOUR})*",
    "daily": rf"(?:daily|every ?day|ежедневно|каждый день){_END}|每天|每日|天天",
    "workdays": rf"(?:(?:every )?(?:weekdays?|workdays?)|(?:по )?будн\w+|рабочие дни){_END}|每?个?工作日",
    "weekend": rf"(?:weekends?|(?:по )?выходны\w+){_END}|每?个?[周週]末",
    "weekly": rf"(?:weekly|every week|еженедельно|раз в неделю){_END}|[周週]报|每[周週]",
    "best": rf"(?:best|top|лучши[ех]|精选|最好的?) ?\d+(?: ?篇)?{_END}",
    "arrival": rf"(?:(?:on )?arrival|at once|сразу|при появлении){_END}|随到随发|到达时?|即时",
    "off": rf"(?:off|stop|never|none|disable|стоп|нет|никогда|выкл\w*){_END}|(?:关闭?|停止?)(?![{_HAN}])",
    "filler": rf"(?:at|on|in|every|and|zone|time ?zone|tz|time|в|во|по|с|и|кажд(?:ый|ую|ое)|времени){_END}"
    "|[和及在于每]|[时時][间間区區]",
    "gap": r"[\s,;、。.()]+",
    "han": rf"[{_HAN}]+?(?=时间|時間|时区|每|周|週|星期|礼拜|{_BEFORE}|工作日|[^{_HAN}]|$)",
    "word": r"[^\s,;、。()]+",
}
"""What each kind of token looks like, in the order they are tried; `han` and `word` are left over: places."""

_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))


def plain(text: str) -> str:
    """One spelling for full-width digits, capitals, dashes, ё and white space."""
    folded = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold().replace("ё", "е"))
    return " ".join(folded.split())


def tokens(text: str) -> Iterator[tuple[Kind, str]]:
    """The words of `text` with their kinds; nothing is skipped."""
    for found in _TOKEN.finditer(text):
        yield cast(Kind, found.lastgroup), found[0]


def clock(text: str) -> time | None:
    """The time that a `time` says; None if there is no such time."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour = int(found["hour"]) if found["hour"] else _number(found["han"])
    minute = 30 if found["half"] else int(found["minute"] or found["past"] or 0)
    halves = {half for half in (found["before"], found["after"]) if half}
    if halves and not 1 <= hour <= 12:
        return None
    if halves & _AM:
        hour %= 12
    elif halves & _PM:
        hour = hour % 12 + 12
    elif halves & _NIGHT:
        hour = hour % 12 if hour == 12 or hour <= 5 else hour + 12
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def quiet(text: str) -> tuple[time | None, time | None] | None:
    """What a `quiet` says: from, to, each None if there is no such time; None altogether if it says off.

    `(None, None)` also if it says neither.
    """
    if span := _SPAN.search(text):
        return clock(span[1]), clock(span[2])
    return None if re.search(rf"{_OFF}$", text) else (None, None)


def weekdays(kind: Kind, text: str) -> frozenset[int] | None:
    """The days that a word of this kind names; None if the kind is no days. A range may go over Sunday."""
    match kind:
        case "day":
            return _days(text)
        case "range":
            first, last = re.split(_TO, text, maxsplit=1)
            start, end = (min(_days(day)) for day in (first, last))
            return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))
        case "daily":
            return EVERY_DAY
        case "workdays":
            return WORKDAYS
        case "weekend":
            return EVERY_DAY - WORKDAYS
        case _:
            return None


def _days(text: str) -> frozenset[int]:
    """Of a name such as `tuesday` or `вт` (its first two letters tell), or of numerals: 周一三五, 五."""
    if text[:2] in _WEEKDAYS:
        return frozenset({_WEEKDAYS[text[:2]]})
    return frozenset(_WEEKDAYS[numeral] for numeral in text if numeral in _WEEKDAYS)


def _number(numeral: str) -> int:
    """十二 is 12; what is no number is 99, no hour."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _NUMERALS[ones] if len(ones) == 1 else 99
    return _NUMERALS.get(tens or "一", 99) * 10 + (_NUMERALS.get(ones, 99) if ones else 0)
