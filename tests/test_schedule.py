"""When a digest is due: against a clock watched step by step, across daylight saving, sleeps and clock jumps."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.schedule import (
    Advice,
    advice,
    arrival,
    arrival_period,
    due,
    feed_time,
    next_due,
    period,
    quiet_until,
    rewound,
    zone,
)
from bot.delivery.zones import UnknownZone, zone_named, zones
from bot.targets import At, OnArrival, Settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = timedelta(minutes=15)

TRANSITIONS = {  # near a change of the clocks, there and back where there is one
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Africa/Casablanca": ("2026-02-15", "2026-03-22"),
    "Asia/Shanghai": ("2026-03-29",),
    "Pacific/Apia": ("2011-12-30", "2012-04-01", "2012-09-30"),
    "America/Nuuk": ("2026-10-25", "2026-03-29"),  # over midnight
    "Africa/Cairo": ("2026-04-24", "2026-10-29"),  # at midnight
    "Asia/Kathmandu": ("2026-01-01",),
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(*times: str, zone: str | None = None, days: str = "0123456", quiet: tuple[time, time] | None = None) -> Settings:
    hours = tuple(time.fromisoformat(text) for text in times)
    return Settings(schedule=At(hours, frozenset(map(int, days))), zone=zone, quiet=quiet)


def following(chat: Settings, *, after: datetime) -> datetime:
    found = next_due(chat, after=after)
    assert found is not None
    return found


def wall(moment: datetime, tz: ZoneInfo) -> datetime:
    return moment.astimezone(tz).replace(tzinfo=None)


def watched(schedule: At, tz: ZoneInfo, *, after: datetime, until: datetime) -> list[datetime]:
    """The reference: a clock is watched in steps; a time is due when the clock first shows it or something later."""
    found: set[datetime] = set()
    moment = (after - 2 * DAY).replace(minute=0, second=0, microsecond=0)
    highest = wall(moment, tz)
    while moment <= until:
        shown = wall(moment, tz)
        upto = max(highest, shown + STEP)
        day = highest.date()
        while day <= upto.date():
            for hour in schedule.times if day.weekday() in schedule.weekdays else ():
                if highest <= (local := datetime.combine(day, hour)) < upto:
                    found.add(moment + max(local - shown, timedelta()))
            day += DAY
        highest = upto
        moment += STEP
    return sorted(instant for instant in found if after < instant <= until)


# ---------------------------------------------------------------- what people choose

clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59)) | st.sampled_from(
    [time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30), time(3), time(23, 59)]
)
weekdays = st.frozensets(st.integers(0, 6), min_size=1) | st.just(frozenset(range(7)))
schedules = st.builds(At, st.lists(clock_times, min_size=1, max_size=4).map(tuple), weekdays)


@st.composite
def chats(draw: st.DrawFn) -> tuple[Settings, datetime]:
    """Settings and a moment; often close to a change of the clocks."""
    name = draw(st.sampled_from(sorted(TRANSITIONS)) | st.sampled_from(zones()))
    days = [utc(day) for day in TRANSITIONS.get(name, ("2026-03-27", "2026-10-23", "2026-06-01"))]
    moment = draw(st.sampled_from(days)) + draw(st.integers(-3 * 1440, 3 * 1440)) * MINUTE
    quiet = draw(st.none() | st.tuples(clock_times, clock_times))
    return Settings(schedule=draw(schedules), zone=name, quiet=quiet), moment


@settings(max_examples=80, deadline=None)
@given(chats())
def test_the_next_hours_are_those_a_watched_clock_shows(chat: tuple[Settings, datetime]) -> None:
    chosen, start = chat
    assert isinstance(chosen.schedule, At)
    end = start + 7 * DAY
    moment, found = start, list[datetime]()
    while (moment := following(chosen, after=moment)) <= end:
        found.append(moment)
    assert found == watched(chosen.schedule, zone(chosen), after=start, until=end)


@settings(max_examples=80, deadline=None)
@given(
    chats(),
    st.lists(
        st.integers(0, 90).map(lambda n: n * MINUTE)  # the loop ticks
        | st.integers(0, 12 * 24).map(lambda n: n * HOUR)  # the machine sleeps, or its clock jumps ahead
        | st.integers(1, 72).map(lambda n: -n * HOUR)  # its clock jumps back
        | st.just(timedelta()),  # a restart at the very minute
        min_size=1,
        max_size=20,
    ),
)
@example((at("09:00"), utc("2026-11-25T08:59")), [MINUTE, timedelta(), -HOUR, HOUR, 26 * HOUR])
def test_every_period_fires_once_at_most_never_early_and_is_lost_only_into_missed(
    chat: tuple[Settings, datetime], moves: list[timedelta]
) -> None:
    chosen, start = chat
    assert isinstance(chosen.schedule, At)
    now = latest = start
    waits_for = following(chosen, after=start)
    periods: list[str] = []
    passed = 0
    for move in moves:
        now += move
        latest = max(latest, now)
        if (digest := due(chosen, next_due_at=waits_for, now=now)) is None:
            assert now < waits_for
            continue
        assert waits_for <= digest.at <= now < digest.next_due_at
        periods.append(digest.period)
        passed += 1 + digest.missed
        waits_for = digest.next_due_at
    scheduled = watched(chosen.schedule, zone(chosen), after=start, until=latest)
    assert len(periods) == len(set(periods))
    assert set(periods) <= {period(instant) for instant in scheduled}
    assert passed == len(scheduled)


# ---------------------------------------------------------------- hours


def test_the_next_hour_is_strictly_later() -> None:
    chat = at("09:00", "18:00", zone="Asia/Shanghai")
    assert next_due(chat, after=utc("2026-11-25T00:59:59")) == utc("2026-11-25T01:00")
    assert next_due(chat, after=utc("2026-11-25T01:00")) == utc("2026-11-25T10:00")
    assert next_due(chat, after=utc("2026-11-25T10:00")) == utc("2026-11-26T01:00")


def test_hours_without_a_zone_are_utc() -> None:
    assert next_due(at("09:00"), after=utc("2026-11-25T00:00")) == utc("2026-11-25T09:00")


def test_what_is_asked_in_another_zone_is_answered_in_utc() -> None:
    found = following(at("09:00"), after=datetime(2026, 11, 25, 23, 30, tzinfo=ZoneInfo("Asia/Tokyo")))
    assert (found, found.tzinfo) == (utc("2026-11-26T09:00"), UTC)


def test_only_the_chosen_weekdays_count_and_they_are_local() -> None:
    fridays = at("08:00", zone="Pacific/Auckland", days="4")  # Thursday evening in UTC
    assert next_due(fridays, after=utc("2026-11-25T00:00")) == utc("2026-11-26T19:00")
    assert next_due(fridays, after=utc("2026-11-26T19:00")) == utc("2026-12-03T19:00")


@pytest.mark.parametrize(
    "schedule", [OnArrival(), At(()), At((time(9),), frozenset()), At((time(9),), frozenset({7, -1}))]
)
def test_without_an_hour_or_a_day_nothing_is_ever_due(schedule: OnArrival | At) -> None:
    chat = Settings(schedule=schedule)
    assert next_due(chat, after=utc("2026-11-25T00:00")) is None
    assert due(chat, next_due_at=utc("2026-11-25T00:00"), now=utc("2026-11-26T00:00")) is None


@pytest.mark.parametrize(
    ("name", "hour", "day", "instant"),
    [
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00"),  # 02:00 becomes 03:00
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30"),  # 03:00 becomes 02:00
        ("America/New_York", "02:30", "2026-03-08", "2026-03-08T07:00"),
        ("America/New_York", "01:30", "2026-11-01", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30"),  # half an hour each way
        ("Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45"),
        ("Africa/Casablanca", "02:30", "2026-02-15", "2026-02-15T01:30"),  # back for Ramadan
        ("Africa/Casablanca", "02:30", "2026-03-22", "2026-03-22T02:00"),  # and ahead after it
        ("America/St_Johns", "00:00", "2010-11-07", "2010-11-07T02:30"),  # a minute later it was 23:01 again
        ("America/Nuuk", "23:30", "2026-03-28", "2026-03-29T01:00"),  # 23:00 becomes 00:00
        ("Asia/Shanghai", "02:30", "2026-03-29", "2026-03-28T18:30"),
        ("Asia/Kathmandu", "09:00", "2026-11-25", "2026-11-25T03:15"),
        ("Pacific/Apia", "09:00", "2011-12-30", "2011-12-30T10:00"),  # a Friday that was skipped ends as it begins
        ("Pacific/Apia", "09:00", "2011-12-31", "2011-12-30T19:00"),
    ],
)
def test_a_local_hour_is_due_once_whatever_the_clocks_do(name: str, hour: str, day: str, instant: str) -> None:
    weekday = date.fromisoformat(day).weekday()
    chat = at(hour, zone=name, days=str(weekday))
    found = following(chat, after=utc(day) - 2 * DAY)
    assert found == utc(instant)
    digest = due(chat, next_due_at=found, now=found)
    assert digest is not None
    assert (digest.at, digest.missed) == (found, 0)
    assert following(chat, after=found) > found + 5 * DAY


def test_hours_that_a_gap_pushes_together_are_one_period() -> None:
    chat = at("02:00", "02:15", "02:45", "03:00", "04:00", zone="Europe/Berlin", days="6")
    first = following(chat, after=utc("2026-03-28T12:00"))
    assert first == utc("2026-03-29T01:00")
    assert following(chat, after=first) == utc("2026-03-29T02:00")
    digest = due(chat, next_due_at=first, now=utc("2026-03-29T03:00"))
    assert digest is not None
    assert (digest.period, digest.missed) == ("2026-03-29T02:00Z", 1)


# ---------------------------------------------------------------- a machine that sleeps, a clock that jumps


def test_a_machine_that_slept_gets_one_digest_that_counts_the_others() -> None:
    chat = at("09:00", zone="Asia/Shanghai")
    digest = due(chat, next_due_at=utc("2026-11-25T01:00"), now=utc("2026-11-28T07:00"))
    assert digest is not None
    assert (digest.period, digest.at, digest.missed) == ("2026-11-28T01:00Z", utc("2026-11-28T01:00"), 3)
    assert digest.next_due_at == utc("2026-11-29T01:00")


def test_nothing_is_due_a_moment_early_and_it_is_due_at_the_very_instant() -> None:
    chat, instant = at("09:00"), utc("2026-11-25T09:00")
    assert due(chat, next_due_at=instant, now=instant - timedelta(microseconds=1)) is None
    digest = due(chat, next_due_at=instant, now=instant)
    assert digest is not None
    assert (digest.at, digest.missed, digest.next_due_at) == (instant, 0, instant + DAY)


def test_a_clock_that_goes_back_waits() -> None:
    chat = at("09:00")
    digest = due(chat, next_due_at=utc("2026-11-25T09:00"), now=utc("2026-11-25T09:01"))
    assert digest is not None
    for now in (utc("2026-11-25T08:00"), utc("2026-11-25T09:00"), utc("2026-11-26T08:59")):
        assert due(chat, next_due_at=digest.next_due_at, now=now) is None


def test_an_instant_that_new_rules_moved_waits_for_its_new_place() -> None:
    chat, stored = at("09:00", zone="Europe/Berlin"), utc("2026-11-25T07:00")  # stored when Berlin was at +02:00
    assert due(chat, next_due_at=stored, now=utc("2026-11-25T07:30")) is None
    digest = due(chat, next_due_at=stored, now=utc("2026-11-25T08:00"))
    assert digest is not None
    assert (digest.period, digest.missed) == ("2026-11-25T08:00Z", 0)


def test_a_chat_does_not_wait_for_a_day_only_a_wrong_clock_had_seen() -> None:
    chat = at("09:00")
    assert rewound(chat, next_due_at=utc("2031-01-01T09:00"), now=utc("2026-11-25T10:00")) == utc("2026-11-26T09:00")


@pytest.mark.parametrize("stored", ["2026-11-25T09:00", "2026-11-26T09:00", "2026-11-27T09:00"])
def test_a_clock_set_back_a_little_changes_nothing(stored: str) -> None:
    assert rewound(at("09:00"), next_due_at=utc(stored), now=utc("2026-11-25T10:00")) is None
    assert rewound(Settings(), next_due_at=utc(stored), now=utc("2026-11-25T10:00")) is None


@pytest.mark.parametrize("asleep", [3, 30])
def test_ten_thousand_targets_due_at_once_take_well_under_a_second(asleep: int) -> None:
    names = zones()
    chats = [at("09:00", "18:30", zone=names[n % len(names)], days="01234") for n in range(10_000)]
    now = utc("2026-11-25T12:00")
    for name in names:
        zone_named(name)  # reading tzdata happens once a process
    began = stopwatch.process_time()
    stored = [following(chat, after=now - asleep * DAY) for chat in chats]
    found = [due(chat, next_due_at=before, now=now) for chat, before in zip(chats, stored, strict=True)]
    assert stopwatch.process_time() - began < 1
    assert all(digest is not None and digest.at <= now < digest.next_due_at for digest in found)


# ---------------------------------------------------------------- names


def test_a_period_is_its_instant_in_utc_wherever_it_is_seen_from() -> None:
    instant = utc("2026-11-25T01:00")
    assert period(instant) == period(instant.astimezone(ZoneInfo("Asia/Shanghai"))) == "2026-11-25T01:00Z"


def test_an_announcement_that_arrives_names_its_period() -> None:
    assert arrival_period(date(2026, 11, 25)) == "arrived 2026-11-25"


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Atlantis",
        "",
        "America",
        "../../etc/passwd",
        "/etc/localtime",
        "localtime",
        "a\0b",
        "x" * 5000,
        "Zürich/é",
    ],
)
def test_a_stored_zone_that_is_no_zone_means_utc(name: str) -> None:
    assert zone(Settings(zone=name)).key == "UTC"
    assert next_due(at("09:00", zone=name), after=utc("2026-11-25T00:00")) == utc("2026-11-25T09:00")
    with pytest.raises(UnknownZone):
        zone_named(name)


# ---------------------------------------------------------------- quiet hours


def is_quiet(chat: Settings, moment: datetime) -> bool:
    if chat.quiet is None:
        return False
    start, end = chat.quiet
    shown = wall(moment, zone(chat)).time()
    return start <= shown < end if start <= end else shown >= start or shown < end


@settings(max_examples=200, deadline=None)
@given(chats())
def test_on_arrival_nothing_goes_out_in_quiet_hours_nor_later_than_their_end(chat: tuple[Settings, datetime]) -> None:
    chosen, ready = chat
    goes = arrival(chosen, ready=ready)
    assert not is_quiet(chosen, goes)
    assert (goes == ready) == (not is_quiet(chosen, ready))
    assert (quiet_until(chosen, ready) or ready) == goes
    if goes != ready:
        assert is_quiet(chosen, goes - MINUTE)
        assert ready < goes <= ready + 2 * DAY


@pytest.mark.parametrize(
    ("name", "now", "until"),
    [
        ("Asia/Shanghai", "2026-11-25T13:59", None),
        ("Asia/Shanghai", "2026-11-25T14:00", "2026-11-26T00:00"),  # 22:00, the first minute
        ("Asia/Shanghai", "2026-11-25T23:59:59", "2026-11-26T00:00"),
        ("Asia/Shanghai", "2026-11-26T00:00", None),  # 08:00 is no quiet hour
        (None, "2026-11-25T23:00", "2026-11-26T08:00"),
        ("Europe/Berlin", "2026-03-28T23:00", "2026-03-29T06:00"),  # a short night
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T07:00"),  # a long one
        ("Pacific/Apia", "2011-12-30T09:30", "2011-12-30T18:00"),  # from Thursday night to Saturday morning
    ],
)
def test_the_quiet_hours_of_the_night_end_at_eight(name: str | None, now: str, until: str | None) -> None:
    chat = Settings(zone=name)
    assert quiet_until(chat, utc(now)) == (until and utc(until))


def test_quiet_hours_of_the_day_do_not_span_midnight() -> None:
    chat = Settings(quiet=(time(12), time(14)))
    assert quiet_until(chat, utc("2026-11-25T11:59")) is None
    assert quiet_until(chat, utc("2026-11-25T12:00")) == utc("2026-11-25T14:00")
    assert quiet_until(chat, utc("2026-11-25T14:00")) is None
    assert quiet_until(chat, utc("2026-11-25T23:00")) is None


@pytest.mark.parametrize("quiet", [None, (time(8), time(8))])
def test_no_quiet_hours_and_equal_ends_are_the_same(quiet: tuple[time, time] | None) -> None:
    moment = utc("2026-11-25T08:00")
    assert arrival(replace(Settings(), quiet=quiet), ready=moment) == moment


def test_an_end_that_comes_twice_is_kept_both_times() -> None:
    chat = Settings(zone="Europe/Berlin", quiet=(time(1), time(2, 30)))
    assert quiet_until(chat, utc("2026-10-25T00:10")) == utc("2026-10-25T00:30")  # 02:10, the first time
    assert quiet_until(chat, utc("2026-10-25T01:10")) == utc("2026-10-25T01:30")  # 02:10, the second time


def test_an_end_inside_a_gap_may_begin_the_next_quiet_hours() -> None:
    chat = Settings(zone="Europe/Berlin", quiet=(time(2, 45), time(2, 15)))
    assert quiet_until(chat, utc("2026-03-29T00:30")) == utc("2026-03-30T00:15")


# ---------------------------------------------------------------- the hour of arXiv's feed


@pytest.mark.parametrize(
    ("name", "day", "local"),
    [
        ("Asia/Shanghai", "2026-11-25", "2026-11-25T13:00"),
        ("Asia/Shanghai", "2026-07-01", "2026-07-01T12:00"),
        ("Europe/London", "2026-11-25", "2026-11-25T05:00"),
        ("Pacific/Auckland", "2026-11-25", "2026-11-25T18:00"),
        ("America/New_York", "2026-11-25", "2026-11-25T00:00"),
        ("America/Los_Angeles", "2026-11-25", "2026-11-24T21:00"),
        ("Pacific/Honolulu", "2026-07-01", "2026-06-30T18:00"),
    ],
)
def test_a_feed_is_out_at_midnight_in_new_york(name: str, day: str, local: str) -> None:
    found = feed_time(date.fromisoformat(day), ZoneInfo(name))
    assert found.replace(tzinfo=None) == datetime.fromisoformat(local)
    assert found.tzinfo is ZoneInfo(name)


@pytest.mark.parametrize(
    ("name", "hour", "expected"),
    [
        ("Asia/Shanghai", "09:00", ("12:00", "13:00", "13:30")),
        ("Asia/Shanghai", "12:30", ("12:00", "13:00", "13:30")),  # early in winter only
        ("Asia/Shanghai", "13:29", ("12:00", "13:00", "13:30")),
        ("Asia/Shanghai", "13:30", None),
        ("Europe/London", "05:00", ("04:00", "05:00", "05:30")),  # the clocks change on different Sundays
        ("Europe/London", "07:00", None),
        ("Pacific/Auckland", "09:00", ("16:00", "18:00", "18:30")),
        ("Pacific/Auckland", "19:00", None),
        ("Asia/Kathmandu", "09:00", ("09:45", "10:45", "11:30")),
        ("Australia/Lord_Howe", "09:00", ("14:30", "16:00", "16:30")),
        ("Pacific/Kiritimati", "09:00", ("18:00", "19:00", "19:30")),
        ("America/New_York", "00:00", ("00:00", "00:00", "00:30")),
        ("America/New_York", "08:00", None),
        ("America/Lima", "00:15", ("23:00", "00:00", "00:30")),  # in summer the feed comes the evening before
        ("America/Chicago", "00:00", None),
        ("America/Los_Angeles", "00:00", None),
        ("America/Los_Angeles", "20:00", None),
        ("Pacific/Honolulu", "09:00", None),
    ],
)
def test_an_hour_before_the_feed_is_told_a_better_one(
    name: str, hour: str, expected: tuple[str, str, str] | None
) -> None:
    found = advice(time.fromisoformat(hour), name, year=2026)
    if expected is None:
        assert found is None
    else:
        first, last, better = map(time.fromisoformat, expected)
        assert found == Advice(feed_from=first, feed_to=last, suggested=better)


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        if day.weekday() < 5:
            yield day
        day += DAY


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(zones()), clock_times)
def test_an_hour_without_advice_gets_its_own_days_feed_all_year(name: str, hour: time) -> None:
    tz = ZoneInfo(name)
    found = advice(hour, name, year=2026)
    early = [day for day in days_of(2026) if datetime.combine(day, hour) < wall(feed_time(day, tz), tz) + STEP * 2]
    assert (found is None) == (not early)
    if found is not None:
        assert advice(found.suggested, name, year=2026) is None
        assert found.suggested.minute in {0, 30}


def test_advice_for_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone, match="Mars"):
        advice(time(9), "Mars/Olympus", year=2026)
