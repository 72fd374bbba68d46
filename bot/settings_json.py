"""A chat's Settings as JSON and back, exactly. Pure.

What another version wrote is read as far as it is understood: a key that is missing, or whose value says nothing to us,
has its default; a key we do not know is passed over. So reading never fails, and one odd row stops no other chat.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import time
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeAlias

from bot.targets import At, OnArrival, Schedule, Settings

Json: TypeAlias = dict[str, Any]

LONGEST_WORD = 32
"""Characters of a name we give."""


def to_json(settings: Settings) -> Json:
    """`settings` as plain dicts, lists, strings, numbers; hours as `HH:MM` (or finer), Monday as 0."""
    return {
        "languages": list(settings.languages),
        "schedule": _schedule(settings.schedule),
        "zone": settings.zone,
        "quiet": None if settings.quiet is None else [_hour(end) for end in settings.quiet],
        "layout": settings.layout,
        "size": settings.size,
        "cross_lists": settings.cross_lists,
        "replacements": settings.replacements,
        "silent": settings.silent,
        "hashtags": settings.hashtags,
        "figures": settings.figures,
        "say_empty": settings.say_empty,
        "form": settings.form,
    }


def from_json(given: Mapping[str, Any]) -> Settings:
    """The Settings that `to_json` was given; defaults for all that is not understood."""
    understood = {}
    for name, read in _READ.items():
        if name in given:
            try:
                understood[name] = read(given[name])
            except _Odd:
                continue  # it keeps its default
    return Settings(**understood)


def dumps(settings: Settings) -> str:
    """ASCII, so that any text comes back as it was."""
    return json.dumps(to_json(settings), separators=(",", ":"))


@lru_cache(maxsize=1024)  # most chats have the settings of many others
def loads(text: str) -> Settings:
    """The Settings that `dumps` was given; the defaults if `text` is no JSON object."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return Settings()
    return from_json(given) if isinstance(given, dict) else Settings()


def _schedule(schedule: Schedule) -> Json:
    match schedule:
        case OnArrival():
            return {"is": "arrival"}
        case At(times, weekdays, best):
            return {"is": "at", "times": [_hour(at) for at in times], "weekdays": sorted(weekdays), "best": best}


def _hour(at: time) -> str:
    if at.tzinfo is not None:
        raise ValueError("hours are local times, the zone stands beside them")
    return at.isoformat("auto" if at.second or at.microsecond else "minutes")


# ---------------------------------------------------------------- reading what may be anything


class _Odd(Exception):
    """A value that says nothing to us."""


def _text(value: object) -> str:
    if isinstance(value, str) and value:
        return value
    raise _Odd


def _word(value: object) -> str:
    if isinstance(value, str) and len(value) <= LONGEST_WORD:
        return value
    raise _Odd


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _Odd


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _Odd


def _positive(value: object) -> int:
    if (number := _number(value)) > 0:
        return number
    raise _Odd


def _list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    raise _Odd


def _or_none(read: Callable[[object], Any]) -> Callable[[object], Any]:
    return lambda value: None if value is None else read(value)


def _languages(value: object) -> tuple[str, ...]:
    if found := tuple(_text(one) for one in _list(value)):
        return found
    raise _Odd


def _layout(value: object) -> str:
    if value in ("digest", "titles", "papers"):
        return str(value)
    raise _Odd


def _time(value: object) -> time:
    try:
        at = time.fromisoformat(_text(value))
    except ValueError:
        raise _Odd from None
    if at.tzinfo is not None:
        raise _Odd
    return at


def _quiet(value: object) -> tuple[time, time]:
    hours = _list(value)
    if len(hours) != 2:  # from and to
        raise _Odd
    return _time(hours[0]), _time(hours[1])


def _read_schedule(value: object) -> Schedule:
    match value:
        case {"is": "arrival"}:
            return OnArrival()
        case {"is": "at", "times": times, **rest}:
            return At(
                tuple(_time(one) for one in _list(times)),
                frozenset(_number(day) for day in _list(rest.get("weekdays", list(range(7))))),
                _or_none(_positive)(rest.get("best")),
            )
    raise _Odd


_READ: Mapping[str, Callable[[object], Any]] = MappingProxyType(
    {
        "languages": _languages,
        "schedule": _read_schedule,
        "zone": _or_none(_text),
        "quiet": _or_none(_quiet),
        "layout": _layout,
        "size": _or_none(_positive),
        "cross_lists": _flag,
        "replacements": _flag,
        "silent": _or_none(_flag),
        "hashtags": _flag,
        "figures": _flag,
        "say_empty": _flag,
        "form": _word,
    }
)
