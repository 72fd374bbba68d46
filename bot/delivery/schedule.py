"""When a target's digest is due; zones and daylight saving are dealt with here and nowhere else. Pure.

One rule covers daylight saving both ways: a local time is due at the first instant at which the local clock has reached
it. So a time inside a spring gap (or on a day the zone skipped) is due when the gap ends, a time that comes twice is
due the first time, and times that a gap pushes together are one period.

All instants are aware; those returned are UTC unless a docstring says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.delivery.zones import UnknownZone, zone_named
from bot.sources.calendar import FEED_IS_OUT, NEW_YORK, is_weekend
from bot.targets import At, OnArrival, Settings

_UTC = ZoneInfo("UTC")
_ZERO = timedelta()
_DAY = timedelta(days=1)
_WEEK = frozenset(range(7))
_HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A digest to make now: `period` names it for ever, `at` is its scheduled instant.

    `missed` counts the scheduled instants since the last digest that this one stands for besides its own (the machine
    slept); `next_due_at` is what to store with it.
    """

    period: str
    at: datetime
    missed: int
    next_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A chosen hour brings yesterday's papers: the day's feed comes between `feed_from` and `feed_to` (local times;
    they differ where daylight saving moves one of the two clocks). From `suggested` on, the hour gets today's.
    """

    feed_from: time
    feed_to: time
    suggested: time


def zone(settings: Settings) -> ZoneInfo:
    """The zone of `settings`: UTC if none was chosen, or if the stored one is no longer known to tzdata.

    A digest at a wrong hour is better than none; `bot.delivery.schedule_text` refuses such a zone when it is typed.
    """
    if settings.zone is None:
        return _UTC
    try:
        return zone_named(settings.zone)
    except UnknownZone:
        return _UTC


def next_due(settings: Settings, *, after: datetime) -> datetime | None:
    """The first scheduled instant strictly after `after`; None on arrival (or if no hour or day is left to choose)."""
    match settings.schedule:
        case OnArrival():
            return None
        case At() as schedule:
            return next((at for at in _instants(schedule, zone(settings), since=after) if at > after), None)


def due(settings: Settings, *, next_due_at: datetime, now: datetime) -> Due | None:
    """The digest due at `now`, if the stored `next_due_at` has come; None otherwise, and on arrival.

    A machine that slept gets one digest, for the latest scheduled instant, and the count of the others. A clock that
    went back waits for `next_due_at`, so no period is named twice. A `next_due_at` that is no longer a scheduled
    instant (new rules in tzdata) waits for the next one that is. Ask for all targets with one `now`: those that share
    zone and hours share the work, which after a long outage is some.
    """
    match settings.schedule:
        case OnArrival():
            return None
        case At() as schedule:
            return _due(schedule, zone(settings), next_due_at, now)


def rewound(settings: Settings, *, next_due_at: datetime, now: datetime) -> datetime | None:
    """What to store instead of a `next_due_at` written while the clock was far ahead; None if it may stand.

    It stands unless it lies beyond the next two scheduled instants: a clock set back a little only waits. A period that
    was used up while the clock was wrong may be named again; one digest a target and period makes that harmless.
    """
    following = next_due(settings, after=now)
    second = following and next_due(settings, after=following)
    return following if second is not None and next_due_at > second else None


def period(at: datetime) -> str:
    """The name of the period that begins at `at`: `2026-11-25T01:00Z`."""
    moment = at.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="auto" if moment.second or moment.microsecond else "minutes") + "Z"


def arrival_period(day: date) -> str:
    """The name of the period of a target that gets the announcement of `day` on arrival: `arrived 2026-11-25`."""
    return f"arrived {day.isoformat()}"


def quiet_until(settings: Settings, now: datetime) -> datetime | None:
    """When the quiet hours end, if the local clock shows one of them at `now` (the start is one, the end is not).

    Equal start and end are no quiet hours.
    """
    tz = zone(settings)
    end: datetime | None = None
    while target := _end_of_quiet(settings.quiet, (end or now).astimezone(tz)):
        # After an end inside a gap the clock may show the next quiet hours already; hence the loop.
        reached = _reached(target.date(), target.time(), tz)
        if reached <= (end or now):  # an hour that comes twice: this is its second time
            reached = target.replace(tzinfo=tz, fold=1).astimezone(UTC)
        end = reached
    return end


def arrival(settings: Settings, *, ready: datetime) -> datetime:
    """When a digest that is `ready` may go out on arrival: at once, or when the quiet hours end.

    Hours somebody chose (`At`) are kept even if they are quiet ones.
    """
    return quiet_until(settings, ready) or ready


def feed_time(day: date, tz: ZoneInfo) -> datetime:
    """When arXiv's feed of `day` is out, in `tz`: at midnight in New York, when feeds are rebuilt.

    East of New York that is some hour of `day` (London 05:00, Auckland 16:00 to 18:00); west of it the evening before
    (Los Angeles 21:00, Honolulu 18:00 or 19:00).
    """
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC).astimezone(tz)


def advice(at: time, zone_name: str, *, year: int) -> Advice | None:
    """What to say of a daily hour `at` in `zone_name`: None if it always gets the papers of its own day.

    An hour is early if on some weekday of `year` it comes before the day's feed, which needs half an hour to be there
    for certain (`bot.sources.calendar`). West of New York the feed of a day is out on the evening before, so no hour is
    early. Raises UnknownZone.
    """
    first, last = _feed_range(zone_named(zone_name), year)
    there = last + timedelta(hours=FEED_IS_OUT.hour, minutes=FEED_IS_OUT.minute)
    if timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) >= there:
        return None
    return Advice(feed_from=_clock(first), feed_to=_clock(last), suggested=_clock(-(-there // _HALF_HOUR) * _HALF_HOUR))


@lru_cache(maxsize=1024)
def _due(schedule: At, tz: ZoneInfo, next_due_at: datetime, now: datetime) -> Due | None:
    latest, passed = None, 0
    for at in _instants(schedule, tz, since=next_due_at):
        if at > now:
            return Due(period=period(latest), at=latest, missed=passed - 1, next_due_at=at) if latest else None
        latest, passed = at, passed + 1
    return None


def _instants(schedule: At, tz: ZoneInfo, *, since: datetime) -> Iterator[datetime]:
    """The scheduled instants at `since` and later, each once, in order, without end unless there are none."""
    if not schedule.times or not schedule.weekdays & _WEEK:
        return
    times = sorted(set(schedule.times))
    day = since.astimezone(tz).date() - _DAY  # yesterday's last hours may be due today, at the end of a gap
    last = None
    while True:
        if day.weekday() in schedule.weekdays:
            for hour in times:
                at = _reached(day, hour, tz)
                if at >= since and at != last:
                    yield at
                    last = at
        day += _DAY


@lru_cache(maxsize=8192)
def _reached(day: date, at: time, tz: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the clock of `tz` has reached `at` on `day`."""
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    first = wall.replace(tzinfo=tz).utcoffset() or _ZERO
    second = wall.replace(tzinfo=tz, fold=1).utcoffset() or _ZERO
    instant = (wall - first).replace(tzinfo=UTC)
    if first >= second:  # the usual day, or a time that comes twice: the first one (PEP 495)
        return instant
    # A gap: the offset from before it gives an instant after its end, the offset from after it one before.
    start = (wall - second).replace(tzinfo=UTC)
    low, high = 0, int((instant - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(start + timedelta(seconds=middle), tz) < wall:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def _end_of_quiet(quiet: tuple[time, time] | None, local: datetime) -> datetime | None:
    """The wall time at which the quiet hours around `local` end; None outside them."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    start, end = quiet
    clock, today = local.time(), datetime.combine(local.date(), end)
    if start < end:
        return today if start <= clock < end else None
    if clock >= start:
        return today + _DAY
    return today if clock < end else None


def _wall(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz).replace(tzinfo=None)


@lru_cache(maxsize=1024)
def _feed_range(tz: ZoneInfo, year: int) -> tuple[timedelta, timedelta]:
    """When the feeds of `year` come, earliest and latest, from the local midnight that begins their day."""
    days = (date(year, 1, 1) + n * _DAY for n in range(366))
    after = [_wall(feed_time(day, tz), tz) - datetime.combine(day, time()) for day in days if not is_weekend(day)]
    return min(after), max(after)


def _clock(since_midnight: timedelta) -> time:
    minutes = since_midnight % _DAY // timedelta(minutes=1)
    return time(minutes // 60, minutes % 60)
