"""arXiv's announcement calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.calendar import (
    DEFERRED,
    FIRST_PAPERS,
    NEW_YORK,
    announcement_day,
    days_back,
    expected_day,
    is_weekend,
    new_york_date,
    window,
)

DAYS = st.dates(date(1995, 1, 1), date(2060, 1, 1))
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - it adds UTC


def eastern(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-05-18", "2026-05-14T14:00", "2026-05-15T14:00"),  # Monday: Thursday to Friday
        ("2026-05-19", "2026-05-15T14:00", "2026-05-18T14:00"),  # Tuesday: over the weekend
        ("2026-05-20", "2026-05-18T14:00", "2026-05-19T14:00"),
        ("2026-05-21", "2026-05-19T14:00", "2026-05-20T14:00"),
        ("2026-05-22", "2026-05-20T14:00", "2026-05-21T14:00"),  # Friday: Wednesday to Thursday
    ],
)
def test_each_weekday_carries_the_submissions_arxiv_says(day: str, start: str, end: str) -> None:
    assert window(date.fromisoformat(day)) == (eastern(start), eastern(end))


@pytest.mark.parametrize("day", ["2026-05-16", "2026-05-17"])
def test_weekends_carry_nothing(day: str) -> None:
    assert window(date.fromisoformat(day)) is None


def test_the_cut_off_is_14_in_new_york_in_summer_and_winter() -> None:
    summer, winter = window(date(2026, 7, 15)), window(date(2026, 1, 14))
    assert summer
    assert winter
    assert (summer[1].hour, winter[1].hour) == (18, 19)


def test_the_window_over_a_change_of_clocks_is_an_hour_shorter() -> None:
    spring = window(date(2026, 3, 10))
    assert spring
    assert spring[1] - spring[0] == timedelta(hours=71)


def test_the_window_over_the_other_change_of_clocks_is_an_hour_longer() -> None:
    autumn = window(date(2026, 11, 3))
    assert autumn == (eastern("2026-10-30T14:00"), eastern("2026-11-02T14:00"))
    assert autumn[1] - autumn[0] == timedelta(hours=73)


@pytest.mark.parametrize("day", [date.min, date(1990, 1, 2), FIRST_PAPERS])
def test_before_there_was_an_arxiv_nothing_was_announced(day: date) -> None:
    assert window(day) is None
    assert days_back(day, 3) == []
    assert window(FIRST_PAPERS + timedelta(days=1))


def test_after_a_holiday_the_next_feed_carries_both_days() -> None:
    # Thanksgiving, Thursday 2026-11-26: nothing that evening, so Friday's feed is empty and Monday's has two days.
    assert window(date(2026, 11, 27)) is None
    assert window(date(2026, 11, 30)) == (eastern("2026-11-25T14:00"), eastern("2026-11-27T14:00"))


@given(DAYS)
def test_windows_tile_time(day: date) -> None:
    later, span = day + timedelta(days=1), window(day)
    while window(later) is None:
        later += timedelta(days=1)
    following = window(later)
    assert following
    assert span is None or span[1] == following[0]
    assert following[0] < following[1] <= datetime.combine(later, datetime.min.time(), NEW_YORK)


@given(MOMENTS)
def test_every_moment_is_announced_on_the_day_whose_window_holds_it(moment: datetime) -> None:
    span = window(announcement_day(moment))
    assert span
    assert span[0] <= moment < span[1]


@given(DAYS)
def test_a_day_is_the_announcement_day_of_its_own_window(day: date) -> None:
    if span := window(day):
        assert announcement_day(span[0]) == day
        assert announcement_day(span[1] - timedelta(microseconds=1)) == day
        assert announcement_day(span[1]) > day


def test_deferred_evenings_are_those_arxiv_lists() -> None:
    assert len(DEFERRED) == 9
    assert {day.year for day in DEFERRED} == {2026}


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-05-20T00:29", "2026-05-19"),  # the feed is being rebuilt
        ("2026-05-20T00:30", "2026-05-20"),
        ("2026-05-20T23:59", "2026-05-20"),
        ("2026-05-16T12:00", "2026-05-15"),  # Saturday
        ("2026-05-18T00:10", "2026-05-15"),  # Monday, not yet
    ],
)
def test_a_feed_is_expected_half_an_hour_after_midnight_in_new_york(now: str, day: str) -> None:
    assert expected_day(eastern(now)) == date.fromisoformat(day)


@given(DAYS, st.integers(0, 30))
def test_days_back_are_announcement_days_in_order(day: date, count: int) -> None:
    found = days_back(day, count)
    assert len(found) == count
    assert found == sorted(set(found), reverse=True)
    assert all(each <= day and window(each) for each in found)


def test_the_date_is_that_of_new_york() -> None:
    assert new_york_date(datetime(2026, 5, 20, 3, 59, tzinfo=UTC)) == date(2026, 5, 19)
    assert not is_weekend(date(2026, 5, 18))
    assert is_weekend(date(2026, 5, 17))
