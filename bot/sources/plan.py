"""Which day it is and what to think of it, from what the feeds said. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.models import Note
from bot.ports import SourceError
from bot.sources.calendar import expected_day, new_york_date, window


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of asking the feed `name`: its `day` and `count` of items are stored, unless there is a `problem`.

    With a problem and a day, a part was read and stored. `copy_of` is the day whose items a stale feed repeats under a
    new date; those are not stored.
    """

    name: str
    day: date | None = None
    count: int = 0
    problem: SourceError | None = None
    copy_of: date | None = None

    @property
    def whole(self) -> bool:
        """All of its day is stored."""
        return self.day is not None and self.problem is None and self.copy_of is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The announcement of `day`; `notes` on the feeds.

    `here` are the feeds of which that day is stored, `whole` those of them that miss nothing. `count` is how many items
    they had. A day `ahead` of the feeds and of our calendar is not looked for anywhere else.
    """

    day: date
    notes: tuple[Note, ...]
    here: tuple[str, ...]
    whole: tuple[str, ...]
    count: int
    ahead: bool = False


def plan(readings: Sequence[Reading], *, asked: date | None, now: datetime) -> Plan:
    """What the feeds' own dates make of a question for `asked` (None: the latest).

    The feeds' newest date is the latest announcement, whatever our clock says; without any it is the day whose feed
    should be out. A stale feed is named, so that it does not look like a quiet day.
    """
    stored = [reading for reading in readings if reading.day and not reading.copy_of]
    dated = [reading.day for reading in readings if reading.day]
    expected = expected_day(now)
    day = asked or max(dated, default=expected)
    here = [reading for reading in stored if reading.day == day]
    notes = [*_failures(readings, day)]
    newest = max(dated, default=None)
    ahead = asked is not None and asked > max(dated, default=expected) and asked > new_york_date(now)
    if ahead:
        notes.append(Note("future", {"day": day, "feed_day": newest or expected}))
    else:
        notes += _stale(readings, day) if window(day) else []
        if asked is None and newest and newest < expected:
            notes.append(Note("feed_stale", {"feed_day": newest, "expected": expected}))
    return Plan(
        day=day,
        notes=tuple(notes),
        here=tuple(reading.name for reading in here),
        whole=tuple(reading.name for reading in here if reading.whole),
        count=sum(reading.count for reading in here),
        ahead=ahead,
    )


def _failures(readings: Sequence[Reading], day: date) -> list[Note]:
    failed = [reading.problem for reading in readings if reading.problem and reading.day is None]
    partial = [(reading.name, reading.problem) for reading in readings if reading.problem and reading.day == day]
    notes = [Note("feed_failed", {"reason": problem.code}) for problem in failed[:1]]
    if partial:
        feeds = ", ".join(name for name, _ in partial)
        notes.append(Note("feed_partial", {"feeds": feeds, "reason": partial[0][1].code}))
    return notes


def _stale(readings: Sequence[Reading], day: date) -> list[Note]:
    """Feeds that are behind `day`, or say they are not and repeat an earlier one; each date once."""
    behind = {reading.day for reading in readings if reading.day and not reading.copy_of and reading.day < day}
    copied = {reading.copy_of for reading in readings if reading.copy_of and reading.day == day}
    return [Note("feed_stale", {"feed_day": old, "expected": day}) for old in sorted(behind | copied)]
