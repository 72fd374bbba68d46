"""Whatever is asked gets an answer, and whatever goes wrong stays at the desk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import COMMANDS, desk
from bot.database import StoreError
from bot.locales import UI, say
from bot.platforms import Actor, Reply, TargetGone
from bot.ports import UsageError
from bot.targets import Target
from tests.fakes.desk import GROUP, MEMBER, OWNER, PRIVATE, Front, actions, command_of, front, labels, text


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


def test_every_command_has_somebody_who_answers() -> None:
    assert desk.HANDLERS.keys() == {each.name for each in COMMANDS}


# ---------------------------------------------------------------- first contact, help, privacy


async def test_start_says_who_we_are_and_where_to_add_us(at: Front) -> None:
    reply = await at.say("/start")
    assert text(reply).startswith("I am Paperboy.")
    assert [each.url for each in actions(reply)][:2] == [
        "https://example.org/memory/group",
        "https://example.org/memory/channel",
    ]
    assert text(await at.press(reply, "Try a paper")).startswith("NV-Embed")


async def test_start_in_a_new_group_asks_what_to_follow(at: Front) -> None:
    reply = await at.say("/start", kind="group")
    assert "What should this group follow?" in text(reply)
    assert labels(reply)[:2] == ["LLM", "RAG"]
    await at.follow("llm", kind="group")
    assert "What is followed" in labels(await at.say("/start", kind="group"))


async def test_start_with_a_word_that_is_no_code_is_start(at: Front) -> None:
    assert text(await at.say("/start from-a-link")).startswith("I am Paperboy.")


async def test_help_lists_what_one_may_use(at: Front) -> None:
    shown = text(await at.say("/help"))
    mine = [each.name for each in COMMANDS if each.listed and each.who != "owner" and each.name != "start"]
    assert all(f"/{name}" in shown for name in mine)
    assert "/block" not in shown
    assert "/block CHAT" in text(await at.say("/help", actor=OWNER))


async def test_help_with_one_command_says_more(at: Front) -> None:
    assert "as MoE" in text(await at.say("/help subscribe"))
    assert "weekly fri 17:00" in text(await at.say("/help /Schedule"))


async def test_an_unknown_command_is_answered_with_the_one_meant(at: Front) -> None:
    reply = await at.say("/subscirbe cs.CL")
    assert text(reply) == "I do not know /subscirbe."
    assert command_of(reply, "/subscribe") == "/subscribe"
    assert labels(await at.say("/blok")) == ["Help"], "not one that only owners may use"
    unknown = await at.say("/list", command="no such command")
    assert "no such command" in text(unknown)


async def test_privacy_deletes_what_is_the_chats_after_asking_twice(at: Front) -> None:
    await at.follow("llm", 'zebrafish OR "danio rerio"', kind="group")
    offer = await at.say("/subscribe axolotl", kind="group")
    asked = await at.press(await at.say("/privacy", kind="group"), "Delete this chat", kind="group")
    assert at.names(GROUP) == ["LLM", 'zebrafish OR "danio rerio"']
    member = await at.press(asked, "Yes", kind="group", actor=MEMBER)
    assert text(member) == say("en", "cmd.privacy.admins_only")
    assert member.private
    await at.press(asked, "Yes", kind="group")
    assert at.chats.chat(GROUP) is None
    assert text(await at.press(offer, "Subscribe", kind="group")) == say("en", "cmd.stale"), "offers are gone too"
    rows = at.store.database.read(lambda conn: [row["value"] for row in conn.execute("SELECT value FROM marks")])
    assert not any("zebrafish" in row or "axolotl" in row for row in rows)


async def test_only_what_a_command_needs_is_stored_about_people(at: Front) -> None:
    somebody = Actor("memory", "person-4711")
    for command in (
        "/help",
        "/list",
        "/subscribe llm",
        "2405.17428",
        "/why 2405.17428",
        "/settings layout titles",
        "/pause",
    ):
        await at.say(command, actor=somebody)
    dump = at.store.database.read(lambda conn: "\n".join(map(str, conn.iterdump())))
    assert "4711" not in dump


# ---------------------------------------------------------------- what goes wrong


class _Secret(Exception):
    """A bug whose text is somebody's."""


async def test_a_bug_is_an_apology_and_one_line_in_the_log(at: Front, caplog: pytest.LogCaptureFixture) -> None:
    at.reading.error = _Secret("my private words")
    reply = await at.say("2405.17428")
    assert text(reply) == say("en", "cmd.failed")
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "summarize" in record.getMessage()
    assert "_Secret" in record.getMessage()
    assert "reading.py" in record.getMessage(), "where it was"
    assert "private words" not in caplog.text


async def test_a_database_that_fails_is_not_described_to_the_chat(at: Front, caplog: pytest.LogCaptureFixture) -> None:
    at.reading.error = StoreError("The database /home/me/paperboy.db: the disk is full.")
    with caplog.at_level(logging.INFO):
        reply = await at.say("2405.17428")
    assert text(reply) == say("en", "cmd.store_failed")
    assert len(caplog.records) == 1


async def test_even_a_closed_database_is_answered(at: Front) -> None:
    at.store.close()
    for language in UI:
        assert text(await at.say("/list", locale=language)) == say(language, "cmd.store_failed")


async def test_an_error_of_ours_without_words_of_its_own_is_shown_cleaned(at: Front) -> None:
    at.reading.error = UsageError("Try\nthis\u202e " + "x" * 9_999)
    said = text(await at.say("2405.17428"))
    assert said.startswith("Try this x")
    assert len(said) <= 500


async def test_a_cancelled_ask_is_cancelled(at: Front) -> None:
    at.reading.wait = asyncio.Event().wait
    task = asyncio.create_task(at.say("2405.17428"))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_answer_nobody_waits_for_is_stopped(at: Front) -> None:
    at.patience = 0.0
    at.restart()
    stopped = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    at.reading.wait = forever
    replies = at.desk.ask(at.ask("2405.17428"))
    assert "Reading" in text(await anext(replies))
    await replies.aclose()  # type: ignore[attr-defined] # an async generator
    async with asyncio.timeout(1):
        await stopped.wait()


async def test_a_slow_platform_keeps_no_other_change_waiting(at: Front) -> None:
    replies = at.desk.ask(at.ask("/settings size 5"))
    assert "Papers in full: 5" in text(await anext(replies))
    async with asyncio.timeout(1):
        assert "Layout: Titles" in text(await at.say("/settings layout titles"))
    await replies.aclose()  # type: ignore[attr-defined] # an async generator


async def test_a_platform_error_is_no_bug(at: Front, caplog: pytest.LogCaptureFixture) -> None:
    at.unreachable = TargetGone("kicked")
    assert text(await at.say("/pause", kind="group")) == say("en", "cmd.platform_failed")
    assert caplog.records == []


# ---------------------------------------------------------------- what waited while we were away


async def late(at: Front, typed: str, *, minutes: float = 11, **given: object) -> list[Reply]:
    return await at.hears(at.ask(typed, at=at.now - timedelta(minutes=minutes), **given))


async def test_old_questions_get_one_apology_a_chat(at: Front) -> None:
    [first] = await late(at, "2405.17428")
    assert text(first) == say("en", "cmd.late")
    assert await late(at, "/list", actor=MEMBER) == []
    assert await late(at, "/digest") == []
    assert len(await late(at, "/list", kind="group", locale="zh")) == 1, "another chat"
    assert at.reading.asked == []
    assert at.poster.periods == []
    at.now += timedelta(minutes=30)
    assert len(await late(at, "/list")) == 1, "another time"


async def test_old_changes_are_made_without_an_answer_of_their_own(at: Front) -> None:
    assert len(await late(at, "/settings layout titles")) == 1
    assert await late(at, "/subscribe ~llm yes") == []
    assert at.names() == ["LLM"]
    found = at.chats.chat(PRIVATE)
    assert found is not None
    assert found.settings.layout == "titles"


async def test_old_changes_still_need_an_admin(at: Front) -> None:
    await late(at, "/settings layout titles", kind="group", actor=MEMBER)
    assert at.chats.chat(GROUP) is None


@pytest.mark.parametrize("minutes", [10, 0, -60])
async def test_what_was_asked_just_now_or_by_a_fast_clock_is_answered(at: Front, minutes: float) -> None:
    [reply] = await late(at, "/list", minutes=minutes)
    assert text(reply) == say("en", "cmd.follows_nothing")


async def test_an_unknown_command_of_long_ago_is_no_change(at: Front) -> None:
    [reply] = await late(at, "/list", command="nonsense")
    assert text(reply) == say("en", "cmd.late")


async def test_many_chats_do_not_fill_the_memory(at: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_CHATS", 5)
    for number in range(20):
        target = Target("memory", f"-{number}")
        await late(at, "/list", kind="group", target=target)
        await at.say("/settings size 5", kind="group", target=target)
    assert len(at.desk._apologies) == 5
    assert len(at.desk._turns) == 5
