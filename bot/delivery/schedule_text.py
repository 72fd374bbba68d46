"""What people type after `/schedule`, as a change of Settings, and Settings as text that says the same. Pure.

`09:00 18:00 Asia/Shanghai` · `mon-fri 9am` · `weekly fri 17:00` · `arrival` · `quiet 22-8` · `每天 上午9点 北京` ·
`пн-пт 9:00 Москва`: hours, days, a zone and quiet hours in any order. What is not named stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from types import MappingProxyType

from bot.delivery import schedule_words as words
from bot.delivery.zones import UnknownZone, find_zone, find_zones, spoken_zone, zone_named, zones
from bot.ports import UsageError
from bot.targets import At, OnArrival, Schedule, Settings

__all__ = ["ScheduleError", "UnknownZone", "find_zones", "parse", "spoken", "zones"]

LONGEST = 200
"""Longer text is not a schedule."""

MOST_TIMES = 24
BEST = 10
"""What a weekly digest holds if no number is typed."""
MOST_BEST = 100

_WHAT_IS_WRONG: Mapping[str, str] = MappingProxyType(
    {
        "empty": "Say when: on arrival, at an hour, on some days.",
        "too_long": "That is too long to be a schedule.",
        "unclear": "'{said}' is neither an hour, nor a day, nor a place.",
        "off": "'{said}' is not a schedule. /pause stops the digests, `quiet off` ends the quiet hours.",
        "time": "'{said}' is not a time of day.",
        "span": "'{said}' is a span of time, not an hour. Quiet hours begin with the word quiet.",
        "quiet": "Quiet hours need a beginning and a different end.",
        "hour": "At what hour?",
        "weekly": "A weekly digest needs one day.",
        "best": "The best of a digest are 1 to {most} papers.",
        "both": "Either on arrival or at an hour, not both.",
        "many": "That is more than {many} hours a day.",
    }
)


class ScheduleError(UsageError):
    """What was typed is no schedule: `code` is stable, `said` is the piece at fault, `example` is text that works."""

    def __init__(self, code: str, said: str = "", *, example: str) -> None:
        said = said[:60]
        wrong = _WHAT_IS_WRONG[code].format(said=said, most=MOST_BEST, many=MOST_TIMES)
        super().__init__(f"{wrong} For example: {example}")
        self.code = code
        self.said = said
        self.example = example


@dataclass(slots=True)
class _Said:
    """What was named so far."""

    times: set[time] = field(default_factory=set)
    days: frozenset[int] | None = None
    weekly: bool = False
    best: int | None = None
    arrival: bool = False
    quiet: tuple[time, time] | None = None
    loud: bool = False
    places: list[str] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        return bool(self.at_hours or self.arrival or self.quiet or self.loud)

    @property
    def at_hours(self) -> bool:
        return bool(self.times or self.days is not None or self.weekly or self.best is not None)


def parse(text: str, settings: Settings) -> Settings:
    """`settings` with what `text` names changed. Raises ScheduleError, or UnknownZone for a place that is none."""
    if len(text) > LONGEST:
        raise ScheduleError("too_long", example="09:00 Asia/Shanghai")
    said = _read(words.plain(text))
    zone = _zone(said, settings)
    quiet = None if said.loud else said.quiet or settings.quiet
    return replace(settings, schedule=_schedule(said, settings.schedule), zone=zone, quiet=quiet)


def spoken(settings: Settings) -> str:
    """Schedule, zone and quiet hours as text that `parse` takes back; a zone nobody chose is left out."""
    parts: list[str] = []
    match settings.schedule:
        case OnArrival():
            parts.append("arrival")
        case At(times=times, weekdays=days, best=best):
            weekly = best == BEST and len(days) == 1
            parts += ["weekly"] * weekly + [_spoken_days(days)] + [f"{at:%H:%M}" for at in times]
            parts += [f"best {best}"] * (best is not None and not weekly)
    if settings.zone is not None:
        parts.append(spoken_zone(settings.zone))
    quiet = settings.quiet
    parts.append("quiet off" if quiet is None or quiet[0] == quiet[1] else f"quiet {quiet[0]:%H:%M}-{quiet[1]:%H:%M}")
    return " ".join(parts)


def _read(text: str) -> _Said:
    said = _Said()
    for kind, word in words.tokens(text):
        if (days := words.weekdays(kind, word)) is not None:
            said.days = (said.days or frozenset()) | days
            continue
        match kind:
            case "time":
                said.times.add(_known(words.clock(word), word))
            case "weekly":
                said.weekly = True
            case "best":
                said.best = int("".join(filter(str.isdecimal, word)))
            case "arrival":
                said.arrival = True
            case "quiet":
                said.quiet = _quiet(word)
                said.loud = said.quiet is None
            case "offset" | "han" | "word":
                said.places.append(word)
            case "off" | "span":
                raise ScheduleError(kind, word, example="arrival" if kind == "off" else "quiet 22-8")
            case _:
                pass  # words and gaps that say nothing by themselves
    return said


def _schedule(said: _Said, current: Schedule) -> Schedule:
    if said.arrival:
        if said.at_hours:
            raise ScheduleError("both", example="arrival")
        return OnArrival()
    if not said.at_hours:
        if not (said.quiet or said.loud or said.places):
            raise ScheduleError("empty", example="mon-fri 09:00 Asia/Shanghai")
        return current
    before = current if isinstance(current, At) else At(())
    times = tuple(sorted(said.times)) or before.times
    days = before.weekdays if said.days is None else said.days
    best = said.best or (BEST if said.weekly else before.best if said.days is None else None)
    if said.weekly and len(days) != 1:
        raise ScheduleError("weekly", example="weekly fri 17:00")
    if not times:
        raise ScheduleError("hour", example=f"{'weekly ' * said.weekly}{_spoken_days(days)} 09:00")
    if len(times) > MOST_TIMES:
        raise ScheduleError("many", example="09:00 18:00")
    if said.best is not None and not 1 <= said.best <= MOST_BEST:
        raise ScheduleError("best", example=f"fri {times[0]:%H:%M} best {BEST}")
    return At(times, days, best)


def _zone(said: _Said, settings: Settings) -> str | None:
    """The zone named, else the one there was, which must still exist if hours depend on it."""
    if not said.places:
        if settings.zone is not None and (said.times or said.quiet):
            zone_named(settings.zone)
        return settings.zone
    place = " ".join(said.places)
    try:
        return find_zone(place)
    except UnknownZone as unknown:
        if said.anything or unknown.near:
            raise
        raise ScheduleError("unclear", place, example="09:00 Asia/Shanghai") from None


def _quiet(text: str) -> tuple[time, time] | None:
    """The quiet hours that `text` sets; None if it switches them off."""
    span = words.quiet(text)
    if span is None:
        return None
    start, end = (_known(at, text, code="quiet", example="quiet 22-8") for at in span)
    if start == end:
        raise ScheduleError("quiet", text, example="quiet off")
    return start, end


def _known(at: time | None, text: str, *, code: str = "time", example: str = "09:00") -> time:
    if at is None:
        raise ScheduleError(code, text, example=example)
    return at


def _spoken_days(days: frozenset[int]) -> str:
    if days == words.EVERY_DAY:
        return "daily"
    if days == words.WORKDAYS:
        return "mon-fri"
    return ",".join(words.DAY_NAMES[day] for day in sorted(days))
