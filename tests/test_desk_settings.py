"""How a chat wants it: the panel, the schedule and what arXiv's hours mean for it, languages, a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.commands import SETTINGS
from bot.commands.changes import TAKES
from bot.commands.phrases import schedule, table
from bot.locales import UI, say
from bot.targets import At, Chat, OnArrival, Settings, State
from tests.fakes.desk import GROUP, PRIVATE, Front, actions, command_of, front, labels, text


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


def chat(at: Front) -> Chat:
    found = at.chats.chat(PRIVATE)
    assert found is not None
    return found


# ---------------------------------------------------------------- the panel


async def test_looking_at_the_panel_stores_nothing(at: Front) -> None:
    for command in ("/settings", "/settings layout", "/schedule", "/language"):
        await at.say(command)
    assert at.chats.chat(PRIVATE) is None


@pytest.mark.parametrize("language", UI)
async def test_the_panel_says_and_offers_every_setting(at: Front, language: str) -> None:
    reply = await at.say("/settings", locale=language)
    for _, name, value in table(Settings(languages=(language,)), language):
        assert f"{name}{say(language, 'colon')}{value}" in text(reply).replace("\N{NO-BREAK SPACE}", " ")
    carried = {str(each.command).split()[1] for each in actions(reply) if str(each.command).startswith("/settings")}
    assert carried == {*SETTINGS} - {"zone"}, "the zone is typed: /schedule asks for it"


async def test_every_button_of_the_panel_works_and_is_marked_after(at: Front) -> None:
    for action in actions(await at.say("/settings")):
        if action.command and action.command.startswith("/settings"):
            after = await at.say(action.command)
            assert len(actions(after)) > 20, "the panel again"
    settings = chat(at).settings
    assert settings.size is None
    assert settings.layout == "papers"
    assert settings.silent is False
    assert settings.replacements
    assert settings.hashtags
    assert settings.say_empty
    assert settings.quiet is None
    assert settings.languages == ("zh", "en")
    assert "✓ 每篇一条消息" in labels(await at.say("/settings"))


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("size 7", "size", 7),
        ("size ALL", "size", None),
        ("layout Titles", "layout", "titles"),
        ("cross_lists off", "cross_lists", False),
        ("replacements on", "replacements", True),
        ("sound silent", "silent", True),
        ("sound loud", "silent", False),
        ("empty line", "say_empty", True),
        ("hashtags on", "hashtags", True),
        ("zone 北京", "zone", "Asia/Shanghai"),
        ("quiet off", "quiet", None),
        ("quiet 23-7:30", "quiet", (time(23), time(7, 30))),
        ("schedule 9:00", "schedule", At((time(9),))),
        ("language ru, en", "languages", ("ru", "en")),
    ],
)
async def test_a_setting_is_changed_by_typing_it(at: Front, typed: str, field: str, value: object) -> None:
    await at.say(f"/settings {typed}")
    assert getattr(chat(at).settings, field) == value


@pytest.mark.parametrize("what", SETTINGS)
async def test_a_value_that_is_none_is_explained_and_changes_nothing(at: Front, what: str) -> None:
    for value in ("banana banana", "0", "-9999", "101", "٣", "true", "x" * 10_000, "<b>&\n"):
        if what == "schedule" and value in {"0", "٣"}:
            continue  # hours like any other
        reply = await at.say(f"/settings {what} {value}")
        assert at.chats.chat(PRIVATE) is None, value
        assert reply.private
        assert len(text(reply)) < 400


def test_what_each_setting_takes_can_be_typed() -> None:
    assert list(TAKES) == list(SETTINGS)


async def test_an_unknown_setting_shows_those_there_are(at: Front) -> None:
    reply = await at.say("/settings colour blue")
    assert "no setting called “colour”" in text(reply)
    assert at.chats.chat(PRIVATE) is None


async def test_two_changes_at_once_both_stand(at: Front) -> None:
    await asyncio.gather(
        *(at.say(f"/settings {change}") for change in ("size 5", "layout titles", "hashtags on", "sound loud"))
    )
    settings = chat(at).settings
    assert (settings.size, settings.layout, settings.hashtags, settings.silent) == (5, "titles", True, False)


async def test_the_same_update_is_applied_once_and_answered_the_same(at: Front) -> None:
    ask = at.ask("/settings layout titles")
    first = await at.hears(ask)
    assert await at.hears(ask) == first
    await at.say("/settings layout papers")
    await at.hears(ask)
    assert chat(at).settings.layout == "papers"


# ---------------------------------------------------------------- the schedule


async def test_an_hour_asks_for_the_zone_once_and_then_says_what_it_brings(at: Front) -> None:
    reply = await at.say("/schedule 09:00", locale="zh")
    assert "每天 09:00（UTC）" in text(reply)
    assert labels(reply)[0] == "Shanghai"
    assert chat(at).next_due_at == datetime(2026, 5, 20, 9, tzinfo=UTC)
    early = await at.press(reply, "Shanghai")
    assert "12:00–13:00" in text(early)
    assert [each.command for each in actions(early)] == ["/schedule 13:30", "/schedule ~keep", "/schedule arrival"]
    assert chat(at).next_due_at == datetime(2026, 5, 20, 1, tzinfo=UTC), "09:00 stands until something else is chosen"

    kept = await at.press(early, "就要")
    assert "下一次：5 月 20 日（周三）09:00" in text(kept)
    assert actions(kept) == []
    later = await at.press(early, "13:30")
    assert chat(at).settings.schedule == At((time(13, 30),))
    assert actions(later) == [], "today's papers, and the zone is known"
    await at.press(early, "随到随发")
    assert chat(at).settings.schedule == OnArrival()
    assert chat(at).next_due_at is None
    assert chat(at).settings.zone == "Asia/Shanghai"


async def test_of_several_hours_only_the_early_one_is_moved(at: Front) -> None:
    reply = await at.say("/schedule 9:00 18:00 Shanghai")
    assert command_of(reply, "13:30") == "/schedule 13:30 18:00"


@pytest.mark.parametrize("typed", ["weekly fri 9:00 Shanghai", "22:30 New York", "14:00 Shanghai"])
async def test_an_hour_that_gets_todays_papers_or_the_weeks_needs_no_advice(at: Front, typed: str) -> None:
    assert actions(await at.say(f"/schedule {typed}")) == []


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


# ---------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("en+zh", ("en", "zh")),
        ("中文", ("zh",)),
        ("Русский, english", ("ru", "en")),
        ("DE", ("de",)),
        ("pt-BR", ("pt-BR",)),
        ("日本語", ("ja",)),
    ],
)
async def test_languages_are_named_by_code_or_name(at: Front, typed: str, codes: tuple[str, ...]) -> None:
    await at.say(f"/language {typed}")
    assert chat(at).settings.languages == codes


@pytest.mark.parametrize("typed", ["xx-banana", "en+zh+ru", "+", "klingonish", "🤖", "e" * 5000])
async def test_what_is_no_language_is_explained(at: Front, typed: str) -> None:
    assert text(await at.say(f"/language {typed}")) == say("en", "cmd.unknown_language")
    assert at.chats.chat(PRIVATE) is None


async def test_the_answer_is_in_the_language_just_chosen(at: Front) -> None:
    assert text(await at.say("/language zh")).startswith("从现在起")
    assert text(await at.say("/list", locale="en")) == say("zh", "cmd.follows_nothing"), "the chat's, not the client's"
    assert "only the summaries" in text(await at.say("/language de"))


# ---------------------------------------------------------------- a pause


async def test_a_pause_keeps_the_subscriptions_and_ends_with_the_next_hour(at: Front) -> None:
    await at.follow("llm", kind="group")
    await at.say("/schedule 18:00 UTC", kind="group")
    paused = await at.say("/pause", kind="group")
    found = at.chats.chat(GROUP)
    assert found is not None
    assert found.state is State.PAUSED
    at.now = at.now.replace(day=25)
    assert "18:00" in text(await at.press(paused, "Resume", kind="group"))
    found = at.chats.chat(GROUP)
    assert found is not None
    assert found.state is State.ACTIVE
    assert found.next_due_at == datetime(2026, 5, 25, 18, tzinfo=UTC)
    assert at.names(GROUP) == ["LLM"]


async def test_a_pause_told_twice_does_not_undo_a_resume(at: Front) -> None:
    await at.follow("llm")
    pause = at.ask("/pause")
    first = await at.hears(pause)
    await at.say("/resume")
    assert await at.hears(pause) == first
    assert chat(at).state is State.ACTIVE
