"""When arXiv announces: which first submissions the feed of a day carries, and back. Pure.

The rule is arXiv's (info.arxiv.org/help/availability.html): submissions until 14:00 Eastern are announced at 20:00 from
Sunday to Thursday, and the feed that carries them bears the next day's date. The calendar reconstructs days that can
no longer be fetched; what is new is what a feed says, for arXiv's notices of holidays have been wrong.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
CUT_OFF = time(14)
FEED_IS_OUT = time(0, 30)
"""Feeds are rebuilt at midnight Eastern; half an hour later today's should be there."""

DEFERRED = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01",
        "2026-01-19",
        "2026-06-19",
        "2026-07-03",
        "2026-09-07",
        "2026-11-26",
        "2026-12-25",
        "2026-12-29",
        "2026-12-31",
    )
)
"""Evenings on which arXiv said it announces nothing (same page, its list for 2026); the next evening has both."""

FIRST_PAPERS = date(1991, 8, 14)
"""Before it there is no arXiv."""

_DAY = timedelta(days=1)
_SATURDAY = 5


def new_york_date(moment: datetime) -> date:
    """The date in New York at `moment` (aware)."""
    return moment.astimezone(NEW_YORK).date()


def is_weekend(day: date) -> bool:
    """No feed of a Saturday or Sunday ever carries anything."""
    return day.weekday() >= _SATURDAY


def window(day: date) -> tuple[datetime, datetime] | None:
    """First submissions in `[start, end)` (UTC) are announced by the feed of `day`; None on days that have none."""
    if day <= FIRST_PAPERS or not _announces(day):
        return None
    before = day - _DAY
    while not _announces(before):
        before -= _DAY
    return _cut_off(before), _cut_off(day)


def announcement_day(published: datetime) -> date:
    """The date of the feed that should carry a first submission of this moment (aware), if nothing held it up."""
    day = new_york_date(published)
    while not (_announces(day) and published < _cut_off(day)):
        day += _DAY
    return day


def days_back(day: date, count: int) -> list[date]:
    """The last `count` days with an announcement until `day`, which may be one of them; the latest first."""
    found: list[date] = []
    while len(found) < count and day > FIRST_PAPERS:
        if _announces(day):
            found.append(day)
        day -= _DAY
    return found


def expected_day(now: datetime) -> date:
    """The latest weekday whose feed should be out by `now` (aware)."""
    local = now.astimezone(NEW_YORK)
    day = local.date() if local.time() >= FEED_IS_OUT else local.date() - _DAY
    while is_weekend(day):
        day -= _DAY
    return day


def next_feed(now: datetime) -> datetime:
    """When the next feed may come, strictly after `now` (aware): at midnight Eastern of a weekday. UTC."""
    day = new_york_date(now) + _DAY
    while is_weekend(day):
        day += _DAY
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC)


def _announces(day: date) -> bool:
    return not is_weekend(day) and day - _DAY not in DEFERRED


def _cut_off(day: date) -> datetime:
    """When submissions for the feed of `day` end: 14:00 of the day before, for Monday's feed of Friday."""
    last = day - (3 * _DAY if day.weekday() == 0 else _DAY)
    return datetime.combine(last, CUT_OFF, NEW_YORK).astimezone(UTC)
