"""Buttons on Telegram: whoever presses one is answered, where the answer belongs, about the chat it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from adapters.telegram.answers import NOTICE, short
from bot.document import utf16
from bot.platforms import Ask, Place, Reply
from tests.fakes.messenger import (
    LONG,
    PAUSES,
    always,
    answered,
    buttons,
    message_with_button,
    office,
    said,
    slowly,
    target,
)
from tests.fakes.telegram_faults import breaks

# ---------------------------------------------------------------- buttons


async def test_an_answer_takes_the_place_of_the_message_whose_button_it_was() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        message = await message_with_button(here, ann, ann, "/settings size")
        here.core.script = slowly(Reply(said("a"), place=Place.INSTEAD), Reply(said(LONG), place=Place.INSTEAD))
        pressed = here.server.people.presses(ann, message, "go")
        ask = await here.heard()
        assert (ask.command, ask.options, ask.pressed) == ("settings", {"what": "size"}, True)
        await here.until(lambda: len(here.texts(ann)) == 3)
        assert message.text.startswith("word")
        assert await answered(here, pressed) == ""


async def test_an_answer_below_is_a_message_of_its_own() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_supergroup(members=[ann])
        message = await message_with_button(here, ann, group, "/unsubscribe 2")
        here.core.script = slowly(Reply(said("reading")), Reply(said("done")))
        pressed = here.server.people.presses(ann, message, "go")
        answer = await here.said(group, "done")
        assert (message.text, message.edits) == ("press", 0)
        assert answer.reply_to is message
        assert (await answered(here, pressed), answer.edits) == ("", 1)


async def test_a_notice_pops_up_for_whoever_pressed_and_nothing_is_written() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        message = await message_with_button(here, ann, ann, "/like 2405.17428")
        for text, alert in (("Noted.", False), ("x " * 60, True), ("long " * 100, True)):
            here.core.script = always(Reply(said("wait"), place=Place.ASIDE), Reply(said(text), place=Place.ASIDE))
            pressed = here.server.people.presses(ann, message, "go")
            assert await answered(here, pressed) == short(text)
            assert pressed.alert == alert
        assert here.texts(ann) == ["press"]


async def test_what_only_the_presser_should_see_is_a_notice_in_a_group_unless_it_stands_apart() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_supergroup(members=[ann])
        message = await message_with_button(here, ann, group, "/pause")
        here.core.script = always(Reply(said("only admins"), private=True))
        pressed = here.server.people.presses(ann, message, "go")
        assert await answered(here, pressed) == "only admins"
        assert here.texts(group) == ["press"]
        here.core.script = always(Reply(said("evidence"), private=True, apart=True))
        here.server.people.presses(ann, message, "go")
        await here.said(group, "evidence")


async def test_whoever_presses_waits_only_so_long() -> None:
    go = asyncio.Event()

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        await go.wait()
        yield Reply(said("late"), place=Place.ASIDE)

    async with office(pauses=replace(PAUSES, spinner=0.05)) as here:
        ann = here.server.people.add_user()
        message = await message_with_button(here, ann, ann, "/like 2405.17428")
        here.core.script = told
        pressed = here.server.people.presses(ann, message, "go")
        assert await answered(here, pressed) == ""
        go.set()
        await here.said(ann, "late")


async def test_whoever_presses_waits_no_longer_than_for_the_first_word() -> None:
    go = asyncio.Event()

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        yield Reply(said("reading"))
        await go.wait()
        yield Reply(said("done"))

    async with office() as here:
        ann = here.server.people.add_user()
        message = await message_with_button(here, ann, ann, "/like 2405.17428")
        here.core.script = told
        pressed = here.server.people.presses(ann, message, "go")
        assert await answered(here, pressed) == ""
        go.set()
        await here.said(ann, "done")


async def test_a_button_of_a_deleted_message_and_one_of_another_age_are_answered() -> None:
    async with office() as here:
        ann = here.server.people.add_user(language="zh")
        message = await message_with_button(here, ann, ann, "/settings")
        here.core.script = always(Reply(said("panel"), place=Place.INSTEAD))
        pressed = here.server.people.presses(ann, message, "go", old=True)
        message.deleted = True
        await here.said(ann, "panel")
        assert await answered(here, pressed) == ""
        message.deleted = False
        message.keyboard = ((replace(message.keyboard[0][0], data="0:of:old"),),)
        pressed = here.server.people.presses(ann, message, "go")
        assert "按钮" in await answered(here, pressed)


def test_a_notice_is_cut_between_words_and_always_fits() -> None:
    assert short("  x ") == "x"
    cut = short("word " * 100)
    assert cut.endswith("word…")
    for text in ("x" * 500, "📰" * 300, "word " * 100, "a" * 150 + " " + "b" * 300):
        assert NOTICE - 60 < utf16(short(text)) <= NOTICE


# ---------------------------------------------------------------- about a chat elsewhere


async def test_an_admin_works_on_a_channel_from_their_private_chat() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user(started=True)
        channel = people.add_channel("News", username="daily_news", admins=[ann])
        here.core.script = always(Reply(said("panel", buttons(("size", "/settings size")))))
        for name in ("@daily_news", "@DAILY_news", str(channel.id)):
            people.says(ann, ann, f"/settings {name}")
        ask = await here.heard(3)
        assert {each.target for each in here.core.asks} == {target(channel)}
        assert (ask.kind, ask.title, ask.actor.id) == ("channel", "News", str(ann.id))
        assert await ask.is_admin()
        await here.until(lambda: len(here.texts(ann)) == 3)
        assert here.texts(channel) == []
        here.core.asks.clear()
        here.core.script = always(Reply(said("done"), place=Place.INSTEAD))
        people.presses(ann, here.ours(ann)[0], "size")
        ask = await here.heard()
        assert (ask.target, ask.kind, ask.title, ask.options) == (target(channel), "channel", "News", {"what": "size"})
        await here.said(ann, "done")
        assert {each for each, _ in here.core.turns} == {target(ann)}


async def test_a_topic_of_a_forum_can_be_worked_on_from_afar() -> None:
    async with office() as here:
        ann = here.server.people.add_user(started=True)
        forum = here.server.people.add_forum(topics=["A"], admins=[ann])
        (topic,) = forum.topics
        here.core.script = always(Reply(said("panel", buttons(("size", "/settings size")))))
        here.server.people.says(ann, ann, f"/settings {forum.id}:{topic}")
        assert (await here.heard()).target == target(forum, topic)
        here.server.people.presses(ann, await here.said(ann, "panel"), "size")
        assert (await here.heard(2)).target == target(forum, topic)


async def test_nobody_works_on_a_chat_that_is_not_theirs() -> None:
    async with office() as here:
        people = here.server.people
        ann, eve = people.add_user(language="ru", started=True), people.add_user(username="eve_herself", started=True)
        people.add_channel(username="mine_alone", admins=[ann])
        people.add_channel(username="without_us", admins=[eve], bot="left")
        secret = people.add_channel(admins=[ann])
        kicked = people.add_supergroup(admins=[eve])
        people.kicks(eve, kicked)
        for who, name, told in (
            (eve, "@mine_alone", "Only admins of {}"),
            (eve, str(secret.id), "Only admins of {}"),
            (eve, "@without_us", "I am not in {}"),
            (eve, str(kicked.id), "no group or channel {}"),
            (eve, "@nobody_there", "no group or channel {}"),
            (eve, "@eve_herself", "no group or channel {}"),
            (ann, "-1009876543210", "Не нахожу группы или канала {}"),
        ):
            before = len(here.texts(who))
            people.says(who, who, f"/list {name}")
            await here.until(lambda who=who, before=before: len(here.texts(who)) > before)  # type: ignore[misc]
            assert told.format(name) in here.texts(who)[-1].replace("\u2060", "")  # names are no mentions
        assert here.core.asks == []


async def test_a_group_that_moved_is_found_under_its_old_number() -> None:
    async with office() as here:
        ann = here.server.people.add_user(started=True)
        group = here.server.people.add_group(admins=[ann])
        group.id = -412345
        here.server.people.chats[group.id] = group
        here.server.people.known.add(group.id)
        new = here.server.people.migrates(ann, group)
        here.server.people.says(ann, ann, f"/list {group.id}")
        assert (await here.heard()).target == target(new)


async def test_a_telegram_that_cannot_be_asked_is_said_so() -> None:
    async with office() as here:
        ann = here.server.people.add_user(started=True)
        here.server.people.add_channel(username="daily_news", admins=[ann])
        here.server.fail(breaks(), method="getChat")
        here.server.people.says(ann, ann, "/list @daily_news")
        await here.until(lambda: here.texts(ann))
        assert here.core.asks == []
