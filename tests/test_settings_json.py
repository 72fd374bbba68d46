"""Settings come back as they were; what another version wrote is read as far as it is understood."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings_json import dumps, from_json, loads, to_json
from bot.targets import At, OnArrival, Settings

hours = st.one_of(st.times(), st.builds(time, st.integers(0, 23), st.integers(0, 59)))
words = st.text(min_size=1, max_size=8)
positive = st.integers(1, 10**6)
schedules = st.one_of(
    st.just(OnArrival()),
    st.builds(
        At,
        st.lists(hours, max_size=3).map(tuple),
        st.frozensets(st.integers(0, 6)),
        st.none() | positive,
    ),
)
any_settings = st.builds(
    Settings,
    languages=st.lists(words, min_size=1, max_size=2).map(tuple),
    schedule=schedules,
    zone=st.none() | words,
    quiet=st.none() | st.tuples(hours, hours),
    layout=st.sampled_from(["digest", "titles", "papers"]),
    size=st.none() | positive,
    cross_lists=st.booleans(),
    replacements=st.booleans(),
    silent=st.none() | st.booleans(),
    hashtags=st.booleans(),
    figures=st.booleans(),
    say_empty=st.booleans(),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["is", "times", "weekdays", "best", "x"]), inner | st.sampled_from(["at", "arrival"])
        )
    ),
    max_leaves=8,
)
names = [field.name for field in fields(Settings)]


@given(any_settings)
def test_settings_come_back_exactly(settings: Settings) -> None:
    assert loads(dumps(settings)) == settings


def test_every_setting_is_written() -> None:
    assert set(to_json(Settings())) == set(names)


def test_the_form_is_the_one_that_is_stored() -> None:
    settings = Settings(
        languages=("en", "zh"), schedule=At((time(9), time(18, 30)), frozenset({4, 0}), 10), zone="Asia/Shanghai"
    )

    assert to_json(settings) == {
        "languages": ["en", "zh"],
        "schedule": {"is": "at", "times": ["09:00", "18:30"], "weekdays": [0, 4], "best": 10},
        "zone": "Asia/Shanghai",
        "quiet": ["22:00", "08:00"],
        "layout": "digest",
        "size": 10,
        "cross_lists": True,
        "replacements": False,
        "silent": None,
        "hashtags": False,
        "figures": True,
        "say_empty": False,
        "form": "",
    }
    assert to_json(Settings(schedule=OnArrival()))["schedule"] == {"is": "arrival"}


@given(any_settings, st.sets(st.sampled_from(names)))
def test_a_key_that_is_missing_has_its_default(settings: Settings, missing: set[str]) -> None:
    kept = {name: value for name, value in to_json(settings).items() if name not in missing}
    read = from_json(kept)

    for name in names:
        assert getattr(read, name) == getattr(Settings() if name in missing else settings, name)


@given(any_settings, st.dictionaries(st.text(max_size=5).map(lambda key: f"new_{key}"), anything, max_size=3))
def test_keys_of_a_newer_version_are_passed_over(settings: Settings, more: dict[str, Any]) -> None:
    assert from_json({**to_json(settings), **more}) == settings


@given(any_settings, st.sampled_from(names), anything)
def test_one_odd_value_spoils_no_other_setting(settings: Settings, name: str, odd: object) -> None:
    read = from_json({**to_json(settings), name: odd})

    for other in names:
        if other != name:
            assert getattr(read, other) == getattr(settings, other)
    assert loads(dumps(read)) == read


@pytest.mark.parametrize(
    ("name", "odd"),
    [
        ("languages", []),
        ("languages", "en"),
        ("languages", ["en", 7]),
        ("languages", [""]),
        ("schedule", {"is": "on the moon"}),
        ("schedule", {"is": "at"}),
        ("schedule", {"is": "at", "times": ["25:00"]}),
        ("schedule", {"is": "at", "times": ["09:00+02:00"]}),
        ("schedule", {"is": "at", "times": ["09:00"], "weekdays": ["monday"]}),
        ("schedule", {"is": "at", "times": ["09:00"], "best": 0}),
        ("schedule", None),
        ("zone", 8),
        ("quiet", ["22:00"]),
        ("quiet", ["22:00", "08:00", "09:00"]),
        ("quiet", [22, 8]),
        ("layout", "origami"),
        ("layout", ["digest"]),
        ("size", 0),
        ("size", True),
        ("size", "10"),
        ("cross_lists", 0),
        ("cross_lists", None),
        ("silent", "no"),
    ],
)
def test_a_value_that_says_nothing_has_its_default(name: str, odd: object) -> None:
    given_ = {**to_json(Settings(languages=("ru",), size=20, layout="papers")), name: odd}

    assert getattr(from_json(given_), name) == getattr(Settings(), name)


def test_days_that_are_not_named_are_all_days() -> None:
    assert from_json({"schedule": {"is": "at", "times": ["09:00"]}}).schedule == At((time(9),))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "7", '"x"', "[" * 100_000])
def test_what_is_no_json_object_gives_the_defaults(text: str) -> None:
    assert loads(text) == Settings()


def test_what_is_stored_is_ascii() -> None:
    odd = Settings(zone="\ud83d北京")
    assert dumps(odd).isascii()
    assert loads(dumps(odd)) == odd


def test_an_hour_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="local"):
        dumps(Settings(quiet=(time(22, tzinfo=UTC), time(8))))


def test_json_is_small() -> None:
    assert len(dumps(Settings())) < 300
    assert json.loads(dumps(Settings())) == to_json(Settings())
