"""One setting changed by what somebody typed or pressed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

from bot.commands import tongues
from bot.commands.phrases import SOUND
from bot.delivery import schedule_text
from bot.delivery.zones import find_zone
from bot.targets import Settings

LARGEST = 100
"""Papers in full that one digest may have; beside `all`."""

USUAL = "usual"
"""What one types for a platform's usual form."""

_TAKES = {
    "schedule": "arrival · 09:00 · mon-fri 09:00 · weekly fri 17:00",
    "quiet": "22-8 · off",
    "zone": "Asia/Shanghai · Berlin · UTC+8",
    "empty": "silence · line",
    "size": f"1–{LARGEST} · all",
    "cross_lists": "on · off",
    "replacements": "on · off",
    "language": "en · zh · ru · en+zh",
    "layout": "digest · titles · papers",
    "sound": "auto · silent · loud",
    "hashtags": "on · off",
    "figures": "on · off",
}

_SOUND = {said: silent for silent, said in SOUND.items()}


class WrongValue(ValueError):
    """This setting takes something else."""


def takes(what: str, forms: Sequence[str] = ()) -> str:
    """What one of SETTINGS can be, as one types it; `forms` are other forms the platform has."""
    return " · ".join((USUAL, *forms, *(("sample",) if forms else ()))) if what == "form" else _TAKES[what]


def is_sample(what: str, value: str) -> bool:
    """Does this ask to see another form, which changes nothing?"""
    return what == "form" and value.lower().split()[:1] == ["sample"]


def change(now: Settings, what: str, value: str, *, forms: Sequence[str] = ()) -> Settings:
    """`now` with `what`, one of SETTINGS, changed to what `value` says; `forms` are other forms the platform has.

    Raises WrongValue; ScheduleError, UnknownZone and UnknownLanguage for what is more than one word.
    """
    match what:
        case "schedule":
            return schedule_text.parse(value, now)
        case "quiet":
            return schedule_text.parse(f"quiet {value}", now)
        case "zone":
            return replace(now, zone=find_zone(value))
        case "language":
            return replace(now, languages=tongues.read(value))
        case "size":
            return replace(now, size=_size(value.lower()))
        case "form":
            return replace(now, form=_form(value.lower(), forms))
        case _:
            return _chosen(now, what, value.lower())


def _chosen(now: Settings, what: str, word: str) -> Settings:
    """One of a few words, or a flag."""
    match what:
        case "layout" if word in {"digest", "titles", "papers"}:
            return replace(now, layout=cast(Literal["digest", "titles", "papers"], word))
        case "sound" if word in _SOUND:
            return replace(now, silent=_SOUND[word])
        case "empty" if word in {"silence", "line"}:
            return replace(now, say_empty=word == "line")
        case "cross_lists":
            return replace(now, cross_lists=_flag(word))
        case "replacements":
            return replace(now, replacements=_flag(word))
        case "hashtags":
            return replace(now, hashtags=_flag(word))
        case "figures":
            return replace(now, figures=_flag(word))
        case _:
            raise WrongValue


def _form(word: str, forms: Sequence[str]) -> str:
    if word == USUAL:
        return ""
    if word not in forms:
        raise WrongValue
    return word


def _flag(word: str) -> bool:
    if word not in {"on", "off"}:
        raise WrongValue
    return word == "on"


def _size(word: str) -> int | None:
    if word == "all":
        return None
    if not (word.isascii() and word.isdecimal() and len(word) <= 3 and 1 <= int(word) <= LARGEST):
        raise WrongValue
    return int(word)
