"""What people type after /schedule, in three languages, and what is said back to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import babel
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.schedule_text import LONGEST, ScheduleError, UnknownZone, find_zones, parse, spoken, zones
from bot.delivery.zones import find_zone, spoken_zone, zone_named
from bot.ports import UsageError
from bot.targets import At, OnArrival, Settings

WORKDAYS = frozenset(range(5))
NIGHT = (time(22), time(8))
SHANGHAI = Settings(schedule=At((time(9),)), zone="Asia/Shanghai")


def said(text: str, before: Settings | None = None) -> str:
    """What `text` makes of `before`, in canonical words, without the quiet hours of the default."""
    return spoken(parse(text, before or Settings())).removesuffix(" quiet 22:00-08:00")


# ---------------------------------------------------------------- hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("09:00", "09:00"),
        ("9", "09:00"),
        ("9:05", "09:05"),
        ("9.30", "09:30"),
        ("9am", "09:00"),
        ("9 AM", "09:00"),
        ("8:30pm", "20:30"),
        ("8 p.m.", "20:00"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("0", "00:00"),
        ("23:59", "23:59"),
        ("at 9 o'clock", "09:00"),
        ("18:00 09:00", "09:00 18:00"),
        ("9, 18 and 9", "09:00 18:00"),
        ("９：００", "09:00"),
        ("9点", "09:00"),
        ("9點半", "09:30"),
        ("9点15分", "09:15"),
        ("九点", "09:00"),
        ("十二点半", "12:30"),
        ("二十三点", "23:00"),
        ("上午9点", "09:00"),
        ("下午6点", "18:00"),
        ("中午12点", "12:00"),
        ("晚上8点半", "20:30"),
        ("晚上12点", "00:00"),
        ("凌晨两点", "02:00"),
        ("в 9", "09:00"),
        ("9 утра", "09:00"),
        ("9 часов утра", "09:00"),
        ("в 8 вечера", "20:00"),
        ("2 часа ночи", "02:00"),
        ("11 ночи", "23:00"),
        ("12 дня", "12:00"),
    ],
)
def test_an_hour_is_understood_as_people_write_it(text: str, hours: str) -> None:
    assert said(text) == f"daily {hours}"


@pytest.mark.parametrize(
    "text",
    ["24:00", "25", "9:60", "9:5", "0930", "13pm", "0am", "9:00:00", "二十五点", "一二点", "下午18点", "9点75分"],
)
def test_an_hour_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse(text, Settings())
    assert refused.value.code == "time"
    assert refused.value.said == text


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", "daily"),
        ("every day", "daily"),
        ("每天", "daily"),
        ("ежедневно", "daily"),
        ("mon-fri", "mon-fri"),
        ("Mon – Fri", "mon-fri"),
        ("Monday to Friday", "mon-fri"),
        ("weekdays", "mon-fri"),
        ("工作日", "mon-fri"),
        ("周一到周五", "mon-fri"),
        ("周一至五", "mon-fri"),
        ("星期一～星期五", "mon-fri"),
        ("пн-пт", "mon-fri"),
        ("с пн по пт", "mon-fri"),
        ("по будням", "mon-fri"),
        ("понедельник-пятница", "mon-fri"),
        ("mon,wed,fri", "mon,wed,fri"),
        ("Mondays, Wednesdays and Fridays", "mon,wed,fri"),
        ("周一、周三、周五", "mon,wed,fri"),
        ("周一、三、五", "mon,wed,fri"),
        ("每周一三五", "mon,wed,fri"),
        ("пн, ср, пт", "mon,wed,fri"),
        ("в понедельник, среду и пятницу", "mon,wed,fri"),
        ("fri-mon", "mon,fri,sat,sun"),
        ("weekend", "sat,sun"),
        ("周末", "sat,sun"),
        ("выходные", "sat,sun"),
        ("周日", "sun"),
        ("星期天", "sun"),
        ("вс", "sun"),
        ("tue thurs", "tue,thu"),
        ("вт чт сб", "tue,thu,sat"),
        ("четверг воскресенье вторник суббота", "tue,thu,sat,sun"),
        ("周二四六", "tue,thu,sat"),
        ("mon-wed sat", "mon,tue,wed,sat"),
        ("mon-mon", "mon"),
    ],
)
@pytest.mark.parametrize("form", ["{} 9:00", "9:00 {}"])
def test_days_are_understood_in_three_languages(text: str, days: str, form: str) -> None:
    assert said(form.format(text)) == f"{days} 09:00"


def test_a_chinese_hour_after_a_chinese_day_is_no_second_day() -> None:
    assert said("周五三点") == "fri 03:00"
    assert said("周五十点半") == "fri 10:30"
    assert said("周一到周五五点") == "mon-fri 05:00"


@pytest.mark.parametrize("text", ["weekly fri 17:00", "еженедельно пт 17:00", "周报 周五 17:00", "fri 17:00 best 10"])
def test_a_weekly_digest_holds_the_best_ten(text: str) -> None:
    assert parse(text, Settings()).schedule == At((time(17),), frozenset({4}), best=10)


def test_another_number_may_be_named() -> None:
    assert parse("weekly fri 17:00 best 5", Settings()).schedule == At((time(17),), frozenset({4}), best=5)
    assert parse("每周五 17:00 精选5篇", Settings()).schedule == At((time(17),), frozenset({4}), best=5)


# ---------------------------------------------------------------- what is not named stays


def test_what_is_not_named_stays_as_it_was() -> None:
    weekly = parse("weekly fri 17:00 Asia/Shanghai quiet off", Settings(layout="titles"))
    assert weekly.layout == "titles"
    assert said("18:00", weekly) == "weekly fri 18:00 Asia/Shanghai quiet off"
    assert said("Berlin", weekly) == "weekly fri 17:00 Europe/Berlin quiet off"
    assert said("quiet 23-7", weekly) == "weekly fri 17:00 Asia/Shanghai quiet 23:00-07:00"
    assert said("weekly 18:00", weekly) == "weekly fri 18:00 Asia/Shanghai quiet off"
    assert said("arrival", weekly) == "arrival Asia/Shanghai quiet off"


def test_naming_days_ends_a_best_of() -> None:
    weekly = parse("weekly fri 17:00", Settings())
    assert said("mon", weekly) == "mon 17:00"
    assert said("daily", weekly) == "daily 17:00"


@pytest.mark.parametrize("text", ["arrival", "On arrival", "随到随发", "即时", "сразу", "при появлении"])
def test_on_arrival_is_a_word(text: str) -> None:
    assert parse(text, SHANGHAI).schedule == OnArrival()


# ---------------------------------------------------------------- quiet hours


@pytest.mark.parametrize(
    "text",
    [
        "quiet 22-8",
        "Quiet hours: 22:00–08:00",
        "quiet 10pm to 8am",
        "quiet from 22 till 8",
        "quiet 22 8",
        "静默 22点到8点",
        "免打扰 晚上10点至上午8点",
        "тихие часы с 22 до 8",
        "тихо 22-8",
    ],
)
def test_quiet_hours_are_a_span_after_a_word(text: str) -> None:
    before = Settings(quiet=None)
    assert parse(text, before) == replace(before, quiet=NIGHT)


@pytest.mark.parametrize(
    "text", ["quiet off", "quiet none", "quiet hours: no", "静默 关闭", "тихие часы выключить", "тихо нет"]
)
def test_quiet_hours_can_be_switched_off(text: str) -> None:
    assert parse(text, Settings()).quiet is None


def test_quiet_hours_and_an_hour_go_together() -> None:
    assert said("quiet 23-7 9 Berlin", Settings()) == "daily 09:00 Europe/Berlin quiet 23:00-07:00"


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("America/New York", "America/New_York"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Asia/Calcutta", "Asia/Calcutta"),  # a former name is kept if it is typed in full
        ("Calcutta", "Asia/Kolkata"),
        ("Shanghai", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("上海市", "Asia/Shanghai"),
        ("東京", "Asia/Tokyo"),
        ("关岛", "Pacific/Guam"),  # begins like a word for off
        ("的黎波里", "Africa/Tripoli"),
        ("Пекин", "Asia/Shanghai"),
        ("Санкт-Петербург", "Europe/Moscow"),
        ("Нью-Йорк", "America/New_York"),
        ("in Los Angeles", "America/Los_Angeles"),
        ("san francisco", "America/Los_Angeles"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("St. John's", "America/St_Johns"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("Nicosia", "Asia/Nicosia"),
        ("UTC", "UTC"),
        ("UTC+8", "Etc/GMT-8"),
        ("GMT -5", "Etc/GMT+5"),
        ("+08:00", "Etc/GMT-8"),
        ("+0800", "Etc/GMT-8"),
        ("UTC+0", "UTC"),
        ("UTC+14", "Etc/GMT-14"),
        ("UTC-12", "Etc/GMT+12"),
        ("Etc/GMT-8", "Etc/GMT-8"),
        ("Japan", "Japan"),
    ],
)
def test_a_zone_is_a_name_a_city_or_an_offset(text: str, zone: str) -> None:
    for form in (text, f"09:00 {text}", f"mon-fri 9 {text}", f"{text} 9:00"):
        assert parse(form, Settings()).zone == zone
    assert zone_named(zone).key == zone


def test_every_zone_and_every_city_can_be_typed_beside_an_hour() -> None:
    places = {*zones(), *(name.rpartition("/")[2].replace("_", " ") for name in zones())}
    for language in ("zh", "zh_Hant", "ru"):
        cities = babel.Locale.parse(language).time_zones
        places |= {texts["city"] for name, texts in cities.items() if "city" in texts and "Etc" not in name}
    for place in places:
        assert parse(f"9 {place}", Settings()).zone == find_zone(place)
    assert {find_zone(name) for name in zones()} == set(zones())


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("9 Berln", ("Europe/Berlin",)),
        ("9 Asia/Shangai", ("Asia/Shanghai",)),
        ("Asia/Shangai", ("Asia/Shanghai",)),
        ("9 Москвы", ("Europe/Moscow",)),
        ("9 EST", ()),  # New York's winter all year round: no place
        ("9 CST", ()),  # Chicago's or China's
        ("9 banana", ()),
        ("9 localtime", ()),
        ("9 Factory", ()),
        ("9 UTC+15", ()),
        ("9 UTC-13", ()),
        ("9 UTC+5:30", ()),
        ("9 ../../etc/passwd", ()),
        ("9 " + "x" * 150, ()),
    ],
)
def test_an_unknown_place_is_refused_and_a_near_one_named(text: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownZone) as refused:
        parse(text, Settings())
    assert set(near) <= set(refused.value.near)
    assert bool(near) == bool(refused.value.near)
    assert isinstance(refused.value, UsageError)
    assert len(str(refused.value)) < 250


def test_hours_in_a_zone_that_has_vanished_need_a_new_one() -> None:
    lost = Settings(schedule=At((time(9),)), zone="Asia/Atlantis")
    for text in ("10:00", "quiet 23-7"):
        with pytest.raises(UnknownZone, match="Atlantis"):
            parse(text, lost)
    assert parse("10:00 Tokyo", lost).zone == "Asia/Tokyo"
    assert parse("arrival", lost) == replace(lost, schedule=OnArrival())


def test_zones_to_offer_are_places_and_utc_each_by_its_name_of_today() -> None:
    offered = zones()
    assert {"UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Pacific/Apia"} <= set(offered)
    assert not {"Asia/Calcutta", "Etc/GMT-8", "EST", "localtime", "Factory", "US/Pacific"} & set(offered)
    assert list(offered[1:]) == sorted(offered[1:])
    assert len(offered) > 400


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("shan", "Asia/Shanghai"),
        ("北", "Asia/Shanghai"),
        ("Моск", "Europe/Moscow"),
        ("berln", "Europe/Berlin"),
        ("+8", "Etc/GMT-8"),
        ("america/new", "America/New_York"),
        ("us/pacific", "US/Pacific"),
        ("new y", "America/New_York"),
    ],
)
def test_zones_are_found_while_they_are_typed(typed: str, first: str) -> None:
    assert find_zones(typed, 5)[0] == first


def test_found_zones_exist_are_distinct_and_no_more_than_asked_for() -> None:
    for typed in ("", "a", "be", "/", "asia/", "x" * 1000, "\0", "市"):
        found = find_zones(typed, 25)
        assert len(found) == len(set(found)) <= 25
        assert all(zone_named(name) for name in found)
    assert find_zones("a", 0) == find_zones("a", -1) == ()
    assert "Asia/Shanghai" in find_zones("")


# ---------------------------------------------------------------- refusals

REFUSED = [
    ("", "empty"),
    ("  ,、 ", "empty"),
    ("at", "empty"),
    ("off", "off"),
    ("stop", "off"),
    ("关闭", "off"),
    ("выкл", "off"),
    ("22-8", "span"),
    ("9:00 - 18:00", "span"),
    ("mon-fri", "hour"),
    ("best 10", "hour"),
    ("weekly fri", "hour"),
    ("weekly", "weekly"),
    ("weekly 17:00", "weekly"),
    ("weekly mon-fri", "weekly"),
    ("weekly mon,fri 17:00", "weekly"),
    ("fri 17:00 best 0", "best"),
    ("fri 17:00 best 101", "best"),
    ("arrival 09:00", "both"),
    ("arrival fri", "both"),
    ("weekly arrival", "both"),
    ("quiet", "quiet"),
    ("quiet 22", "quiet"),
    ("quiet now", "quiet"),
    ("quiet 25-8", "quiet"),
    ("quiet 8-8", "quiet"),
    (" ".join(f"{h}:{m}" for h in range(13) for m in (10, 40)), "many"),
    ("x" * (LONGEST + 1), "too_long"),
    ("1" * LONGEST, "time"),
    ("banana", "unclear"),
    ("9th", "unclear"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_schedule_is_refused_with_an_example_that_works(text: str, code: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse(text, Settings())
    assert refused.value.code == code
    assert refused.value.usage
    assert len(refused.value.said) <= 60
    assert str(refused.value).endswith(f"For example: {refused.value.example}")
    assert len(str(refused.value)) < 250
    parse(refused.value.example, Settings())


crumbs = (
    "9 09:00 25:00 9am pm mon - fri пн пт 周一 到 五 、 点 半 上午 quiet off weekly best 10 -5 + 8 UTC Asia/ /"
    " ( ） : ： ， Berlin 上海 ² ٩ İ ё . at 每 \0 \u200b"
)
wholes = "9 mon fri-sun - 22-8 quiet off weekly best 5 arrival daily 上海 Berlin 9点 周一三五"
texts = (
    st.text(max_size=60)
    | st.lists(st.sampled_from([*crumbs.split(" "), " ", "\u3000"]), max_size=25).map("".join)
    | st.lists(st.sampled_from(wholes.split(" ")), max_size=8).map(" ".join)
)


@settings(max_examples=250, deadline=None)
@given(texts, st.sampled_from([Settings(), SHANGHAI]))
@example("(" * 200, SHANGHAI)
@example("9-" * 100, SHANGHAI)
@example("1" * 200, SHANGHAI)
def test_any_text_is_a_schedule_or_is_refused(text: str, before: Settings) -> None:
    try:
        after = parse(text, before)
    except UsageError:
        return
    assert parse(spoken(after), before) == after
    if isinstance(after.schedule, At):
        assert after.schedule.times
        assert after.schedule.weekdays <= frozenset(range(7))
        assert len(after.schedule.weekdays) > 0


clock_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
schedules = st.just(OnArrival()) | st.builds(
    At,
    st.frozensets(clock_times, min_size=1, max_size=4).map(lambda hours: tuple(sorted(hours))),
    st.frozensets(st.integers(0, 6), min_size=1) | st.just(WORKDAYS),
    st.none() | st.just(10) | st.integers(1, 100),
)
spans = st.none() | st.tuples(clock_times, clock_times).filter(lambda span: span[0] != span[1])
names = st.none() | st.sampled_from([*zones(), "Asia/Calcutta", "US/Pacific", "Etc/GMT-8", "Etc/GMT+12", "Etc/GMT+0"])
everything = st.builds(Settings, schedule=schedules, zone=names, quiet=spans)


@settings(max_examples=150, deadline=None)
@given(everything, everything)
def test_what_is_said_is_understood_as_the_same(chosen: Settings, before: Settings) -> None:
    expected = replace(chosen, zone=chosen.zone or before.zone)
    assert parse(spoken(chosen), before) == expected


def test_what_is_said_reads_well() -> None:
    assert spoken(Settings()) == "arrival quiet 22:00-08:00"
    chosen = Settings(schedule=At((time(9), time(18, 30)), WORKDAYS), zone="Etc/GMT-8", quiet=None)
    assert spoken(chosen) == "mon-fri 09:00 18:30 UTC+8 quiet off"
    weekly = Settings(schedule=At((time(17),), frozenset({4}), best=10), zone="Europe/Berlin", quiet=(time(8), time(8)))
    assert spoken(weekly) == "weekly fri 17:00 Europe/Berlin quiet off"
    assert spoken_zone("Etc/GMT+5") == "UTC-5"
    assert spoken_zone("Etc/GMT+0") == "Etc/GMT+0"
