"""How a chat wants it: the panel and its pages, other forms of messages, languages, a pause."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from bot.commands import SETTINGS
from bot.commands.changes import LARGEST, change, takes
from bot.commands.panel import PAGES
from bot.commands.phrases import table
from bot.document import Actions
from bot.locales import UI, say
from bot.platforms import Place
from bot.targets import At, Chat, Settings, State
from tests.fakes.desk import GROUP, MEMBER, PRIVATE, Front, actions, front, labels, text


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
async def test_the_panel_says_every_setting_and_its_pages_offer_them(at: Front, language: str) -> None:
    at.forms = {"memory": ("rich",)}
    at.restart()
    panel = await at.say("/settings", locale=language)
    offered: set[str] = set()
    for name, whats in PAGES.items():
        label = say(language, f"cmd.button.page_{name}")
        page = await at.press(panel, label, locale=language)
        offered |= {
            str(each.command).split()[1] for each in actions(page) if str(each.command).startswith("/settings ")
        }
        for what, called, value in table(Settings(languages=(language,)), language):
            said = f"{called}{say(language, 'colon')}{value}"
            assert said in text(panel).replace("\N{NO-BREAK SPACE}", " ")
            assert (said in text(page).replace("\N{NO-BREAK SPACE}", " ")) is (what in whats)
        assert text(await at.press(page, say(language, "cmd.button.back"), locale=language)) == text(panel)
    assert offered == {*SETTINGS} - {"zone"}, "the zone is asked for by /schedule"
    assert [what for whats in PAGES.values() for what in whats] == list(SETTINGS)


async def test_no_page_has_more_than_five_rows_of_five(at: Front) -> None:
    at.forms = {"memory": ("rich", "richer", "richest", "beyond")}
    at.restart()
    assert "richest" in labels(await at.say("/settings how")), "a form we have no word for has its own"
    for typed in ("/settings", *(f"/settings {page}" for page in PAGES), "/schedule", "/schedule 9:00", "/language"):
        rows = [block for block in (await at.say(typed)).document.blocks if isinstance(block, Actions)]
        assert len(rows) <= 5, typed
        assert all(len(each.actions) <= 5 for each in rows), typed


async def test_every_button_of_a_page_works_and_the_page_shows_it_marked(at: Front) -> None:
    for name in PAGES:
        for action in actions(await at.say(f"/settings {name}")):
            if action.command and len(action.command.split()) > 2 and "schedule" not in action.command:
                after = await at.say(action.command, pressed=True)
                assert after.place is Place.INSTEAD
                assert labels(after)[-1] in {"← Back", "← 返回", "← Назад"}
                assert any("✓" in each.label and each.command == action.command for each in actions(after)) or (
                    action.command.split()[1] in {"cross_lists", "replacements", "hashtags", "figures"}
                ), action.command
    settings = chat(at).settings
    assert settings.size is None
    assert settings.layout == "papers"
    assert settings.silent is False
    assert settings.replacements
    assert settings.hashtags
    assert not settings.figures
    assert settings.say_empty
    assert settings.quiet is None
    assert settings.languages == ("ru", "en")
    assert not settings.cross_lists
    assert "✓ По одной" in labels(await at.say("/settings layout"))


async def test_a_typed_change_is_confirmed_and_a_pressed_one_shows_itself(at: Front) -> None:
    assert text(await at.say("/settings size 7")).startswith("Papers in full: 7.\n")
    assert text(await at.say("/settings size 5", pressed=True)).startswith("What is in them\n")


async def test_a_press_by_a_member_is_answered_aside_and_changes_nothing(at: Front) -> None:
    for command in ("/settings size 5", "/settings form rich", "/schedule 9:00", "/language zh", "/pause"):
        reply = await at.say(command, kind="group", actor=MEMBER, pressed=True)
        assert text(reply) == say("en", "cmd.admins_only.group")
        assert reply.place is Place.ASIDE
    assert at.chats.chat(GROUP) is None
    assert "Papers in full: 10" in text(await at.say("/settings what", kind="group", actor=MEMBER)), "looking is free"


async def test_quiet_hours_without_a_zone_are_said_to_be_in_utc(at: Front) -> None:
    said = say("en", "cmd.settings.in_utc")
    assert said in text(await at.say("/settings when"))
    assert "Quiet hours: 22:00–08:00 (UTC)" in text(await at.say("/settings"))
    assert said not in text(await at.say("/settings quiet off"))
    await at.say("/settings quiet 22-8")
    await at.say("/settings zone Berlin")
    assert said not in text(await at.say("/settings when"))
    assert "Quiet hours: 22:00–08:00 (Europe/Berlin)" in text(await at.say("/settings when"))


async def test_an_hour_that_is_set_on_the_panel_asks_for_the_zone_too(at: Front) -> None:
    reply = await at.say("/settings schedule 9:00")
    assert text(reply).startswith("Digests come daily at 09:00 (UTC).")
    assert labels(reply)[0] == "London"
    early = await at.say("/settings zone Shanghai")
    assert labels(early) == ["13:30", "09:00 all the same", "On arrival", "← Back"]
    assert labels(await at.say("/settings schedule arrival"))[0] == "✓ On arrival"


# ---------------------------------------------------------------- other forms of messages


async def test_a_form_is_offered_only_where_the_platform_has_another(at: Front) -> None:
    assert "Message form" not in text(await at.say("/settings"))
    assert "Classic" not in labels(await at.say("/settings how"))
    assert "Message form takes: usual" in text(await at.say("/settings form rich"))
    assert "Message form takes: usual" in text(await at.say("/settings form sample"))
    assert at.chats.chat(PRIVATE) is None
    at.forms = {"memory": ("rich",), "other": ("odd",)}
    at.restart()
    assert "Message form: Classic" in text(await at.say("/settings"))
    page = await at.say("/settings how")
    assert [each for each in labels(page) if "✓" in each][-1] == "✓ Classic"
    await at.press(page, "Rich message")
    assert chat(at).settings.form == "rich"
    assert "✓ Rich message" in labels(await at.say("/settings form"))
    assert "takes: usual · rich · sample" in text(await at.say("/settings form odd"))
    await at.say("/settings form usual")
    assert chat(at).settings.form == ""


async def test_a_sample_of_a_form_is_for_whoever_asks_and_changes_nothing(at: Front) -> None:
    at.forms = {"memory": ("rich", "richer")}
    at.restart()
    await at.follow("rag", "zebrafish", kind="group")
    for typed, form in (("sample", "rich"), ("sample richer", "richer")):
        reply = await at.say(f"/settings form {typed}", kind="group", actor=MEMBER, pressed=True)
        assert text(reply) == "a sample of 3"
        assert (reply.private, reply.form, reply.place) == (True, form, Place.BELOW), "a digest is no notice"
    assert at.poster.previews == ["RAG", "zebrafish"] * 2
    assert "takes: usual" in text(await at.say("/settings form sample odd"))
    found = at.chats.chat(GROUP)
    assert found is not None
    assert found.settings.form == ""


async def test_a_sample_where_nothing_is_followed_shows_what_is_followed_most(at: Front) -> None:
    at.forms = {"memory": ("rich",)}
    at.restart()
    await at.say("/settings form sample")
    assert at.poster.previews == ["LLM"]
    assert at.chats.chat(PRIVATE) is None


@pytest.mark.parametrize("what", ["layout sample", "zone sample", "language sample", "quiet sample", "form samples"])
async def test_the_word_sample_opens_no_way_around_the_admins(at: Front, what: str) -> None:
    reply = await at.say(f"/settings {what} zh", kind="group", actor=MEMBER)
    assert text(reply) == say("en", "cmd.admins_only.group")


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
        ("figures off", "figures", False),
        ("zone 北京", "zone", "Asia/Shanghai"),
        ("quiet off", "quiet", None),
        ("quiet 23-7:30", "quiet", (time(23), time(7, 30))),
        ("schedule 9:00", "schedule", At((time(9),))),
        ("language ru, en", "languages", ("ru", "en")),
        ("quiet 22-8", "quiet", (time(22), time(8))),
        ("SIZE 100", "size", 100),
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
    for what in SETTINGS:
        for example in takes(what, ("rich",)).split(" · "):
            if example != "sample":
                change(Settings(), what, example.replace(f"1–{LARGEST}", "7"), forms=("rich",))


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
    assert labels(await at.say("/language"))[:2] == ["✓ English", "中文"]
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
    at.now = at.now.replace(hour=18, minute=1)
    await at.say("/resume", kind="group")
    found = at.chats.chat(GROUP)
    assert found is not None
    assert found.next_due_at == datetime(2026, 5, 25, 18, tzinfo=UTC), "nothing was stopped: what is due stays due"


async def test_the_panel_offers_a_pause_or_its_end(at: Front) -> None:
    await at.follow("llm")
    await at.press(await at.say("/settings"), "Pause")
    assert chat(at).state is State.PAUSED
    panel = await at.say("/settings")
    assert "Pause" not in labels(panel)
    await at.press(panel, "Resume")
    assert chat(at).state is State.ACTIVE


async def test_a_pause_told_twice_does_not_undo_a_resume(at: Front) -> None:
    await at.follow("llm")
    pause = at.ask("/pause")
    first = await at.hears(pause)
    await at.say("/resume")
    assert await at.hears(pause) == first
    assert chat(at).state is State.ACTIVE
