"""When digests come: what is asked once, what arXiv's own hours mean, what is no schedule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.commands.phrases import schedule
from bot.locales import UI
from bot.targets import At, Chat, OnArrival, Settings
from tests.fakes.desk import PRIVATE, Front, actions, command_of, front, labels, text


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


def chat(at: Front) -> Chat:
    found = at.chats.chat(PRIVATE)
    assert found is not None
    return found


async def test_an_hour_asks_for_the_zone_once_and_then_says_what_it_brings(at: Front) -> None:
    reply = await at.say("/schedule 09:00", locale="zh")
    assert "每天 09:00（UTC）" in text(reply)
    assert labels(reply) == ["上海", "香港", "台北", "新加坡", "纽约", "UTC"]
    assert chat(at).next_due_at == datetime(2026, 5, 20, 9, tzinfo=UTC)
    early = await at.press(reply, "上海")
    assert "12:00–13:00" in text(early)
    assert [each.command for each in actions(early)] == ["/schedule 13:30", "/schedule ~keep", "/schedule arrival"]
    assert chat(at).next_due_at == datetime(2026, 5, 20, 1, tzinfo=UTC), "09:00 stands until something else is chosen"

    kept = await at.press(early, "就要")
    assert "下一次：5 月 20 日（周三）09:00" in text(kept)
    assert labels(kept) == ["设置"]
    later = await at.press(early, "13:30")
    assert chat(at).settings.schedule == At((time(13, 30),))
    assert labels(later) == ["设置"], "today's papers, and the zone is known"
    await at.press(early, "随到随发")
    assert chat(at).settings.schedule == OnArrival()
    assert chat(at).next_due_at is None
    assert chat(at).settings.zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    "change", ["/settings hashtags on", "/language zh", "/schedule 09:00", "/subscribe ~rag yes 20"]
)
async def test_a_digest_that_is_due_is_not_put_off_by_what_has_nothing_to_do_with_its_hours(
    at: Front, change: str
) -> None:
    """A machine that was off at nine finds what people sent meanwhile before it comes to their digests."""
    await at.say("/schedule 09:00 Shanghai")
    at.now = datetime(2026, 5, 20, 1, 30, tzinfo=UTC)
    await at.say(change)
    assert chat(at).next_due_at == datetime(2026, 5, 20, 1, tzinfo=UTC)
    await at.say("/schedule 10:00")
    assert chat(at).next_due_at == datetime(2026, 5, 20, 2, tzinfo=UTC)


async def test_of_several_hours_only_the_early_one_is_moved(at: Front) -> None:
    reply = await at.say("/schedule 9:00 18:00 Shanghai")
    assert command_of(reply, "13:30") == "/schedule 13:30 18:00"


@pytest.mark.parametrize(
    "typed", ["weekly fri 9:00 Shanghai", "sat sun 9:00 Shanghai", "22:30 New York", "14:00 Shanghai"]
)
async def test_an_hour_that_gets_todays_papers_or_the_weeks_needs_no_advice(at: Front, typed: str) -> None:
    assert labels(await at.say(f"/schedule {typed}")) == ["Settings"]


async def test_quiet_hours_that_matter_to_no_hour_that_was_chosen_are_said_all_the_same(at: Front) -> None:
    await at.say("/schedule weekly fri 17:00 Shanghai")
    said = text(await at.say("/schedule quiet 23-7"))
    assert "Quiet hours: 23:00–07:00 (Asia/Shanghai)" in said
    await at.say("/schedule 9:00")
    assert labels(await at.say("/schedule quiet 22-8")) == ["Settings"], "what the hour brings was said before"
    assert "Quiet hours" not in text(await at.say("/schedule 18:00"))
    assert "Quiet hours: none" in text(await at.say("/schedule quiet off"))
    assert "Quiet hours: 22:00–08:00 (Europe/Berlin)" in text(await at.say("/schedule quiet 22-8 Berlin"))
    assert "not between 01:00 and 05:00" in (said := text(await at.say("/schedule arrival quiet 1-5")))
    assert "Quiet hours" not in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25:00", "“25:00” is not a time of day."),
        ("never", "/pause stops the digests"),
        ("foo", "neither an hour, nor a day, nor a place"),
        ("arrival 9:00", "not both"),
        ("09:00 CST", "not one time zone that I know"),
        ("weekly", "At what hour?"),
        ("1:00 " * 100, "too long"),
    ],
)
async def test_what_is_no_schedule_is_explained(at: Front, typed: str, said: str) -> None:
    reply = await at.say(f"/schedule {typed}")
    if typed == "weekly":
        said = "needs one day"
    assert said in text(reply)
    assert at.chats.chat(PRIVATE) is None


async def test_a_form_gives_the_zone_apart(at: Front) -> None:
    await at.say("/schedule", options={"when": "mon-fri 18:00", "zone": "Europe/Berlin"})
    assert chat(at).settings.zone == "Europe/Berlin"
    assert chat(at).settings.schedule == At((time(18),), frozenset(range(5)))


@pytest.mark.parametrize("language", UI)
def test_every_kind_of_schedule_is_said_in_words(language: str) -> None:
    said = {
        schedule(Settings(schedule=how, zone=zone, quiet=quiet), language)
        for how in (
            OnArrival(),
            At((time(9),)),
            At((time(9), time(18)), frozenset({0, 4})),
            At((time(9),), frozenset({4}), 10),
        )
        for zone in (None, "Asia/Shanghai", "Etc/GMT-8")
        for quiet in (None, (time(22), time(8)))
    }
    assert len(said) == 4 + 9, "on arrival the zone matters to the quiet hours alone; at hours these say nothing"
    assert not any("{" in each or "Etc" in each for each in said)
