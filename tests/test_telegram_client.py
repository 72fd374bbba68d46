"""Telegram end to end: people write and press on the test server, the core answers, people see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.telegram.api import Failed
from bot.document import Document, Heading, Text
from bot.platforms import Ask, Reply, Unknown
from bot.targets import Chat, Settings, Target
from tests.fakes.messenger import (
    LONG,
    PAUSES,
    Core,
    Memo,
    Office,
    adapter,
    always,
    answered,
    buttons,
    message_with_button,
    office,
    one,
    running,
    said,
    slowly,
    target,
)
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import Fault, breaks, closes, cuts, floods, refuses
from tests.fakes.telegram_places import Chat as Room
from tests.fakes.telegram_places import User

# ---------------------------------------------------------------- who may do what


async def test_who_asks_where_reaches_the_core_with_their_rights() -> None:
    async with office() as here:
        people = here.server.people
        ann, bob, eve = people.add_user("Ann", started=True), people.add_user("Bob"), people.add_user("Eve")
        group = people.add_group(admins=[ann], members=[bob])
        forum = people.add_forum(topics=["Papers"], admins=[ann], members=[bob])
        channel = people.add_channel(admins=[ann])
        topic = next(iter(forum.topics))
        said_by: list[tuple[User, Room | User, dict[str, Any], bool]] = [
            (ann, ann, {}, True),
            (ann, group, {}, True),
            (bob, group, {}, False),
            (ann, forum, {"thread": topic}, True),
            (bob, forum, {"thread": topic}, False),
            (bob, forum, {"anonymous": True}, True),
            (eve, group, {}, False),
            (bob, group, {"as_channel": channel}, False),
        ]
        for number, (who, place, given, is_admin) in enumerate(said_by, start=1):
            people.says(who, place, "/pause", **given)
            ask = await here.heard(number)
            assert ask.target == target(place, given.get("thread"))
            assert await ask.is_admin() is is_admin, (who.name, place)
        people.posts(channel, "/pause")
        ask = await here.heard(len(said_by) + 1)
        assert (ask.kind, await ask.is_admin()) == ("channel", True)


async def test_whether_somebody_is_an_admin_is_asked_when_it_matters_and_may_fail() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_supergroup(admins=[ann])
        here.server.people.says(ann, group, "/pause")
        ask = await here.heard()
        assert here.server.called("getChatMember") == []
        here.server.fail(breaks(), method="getChatMember")
        with pytest.raises(Unknown):
            await ask.is_admin()
        assert await ask.is_admin()
        here.server.people.demotes(group, ann)
        assert not await ask.is_admin()


# ---------------------------------------------------------------- answers


async def test_an_answer_is_there_at_once_and_becomes_the_next() -> None:
    core = Core(slowly(Reply(said("reading")), Reply(said("done", buttons(("more", "/list"))))))
    async with office(core) as here:
        people = here.server.people
        ann = people.add_user()
        for place in (people.add_supergroup(members=[ann]), people.add_group(members=[ann]), ann):
            command = people.says(ann, place, "/summarize 2405.17428")
            message = await here.said(place, "done")
            assert here.texts(place) == ["done"]
            assert (message.edits, message.buttons, message.preview) == (1, [["more"]], False)
            assert (message.reply_to is command) == (place is not ann)
        assert len(core.turns) == 6


async def test_an_answer_in_a_topic_stands_there_and_one_in_a_channel_makes_no_sound() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user()
        forum, channel = people.add_forum(topics=["A", "B"], members=[ann]), people.add_channel(admins=[ann])
        topic = list(forum.topics)[1]
        people.says(ann, forum, "/list", thread=topic)
        assert (await here.said(forum, "/list")).thread == topic
        people.posts(channel, "/list")
        assert (await here.said(channel, "/list")).silent


@pytest.mark.parametrize("fault", [breaks(), closes(), breaks(400)])
async def test_a_step_that_cannot_be_shown_loses_no_answer(fault: Fault) -> None:
    core = Core(slowly(Reply(said("reading")), Reply(said("a step")), Reply(said("done"))))
    async with office(core) as here:
        ann = here.server.people.add_user()
        here.server.fail(fault, method="editMessageText", times=1 + len(PAUSES.answers))
        here.server.people.says(ann, ann, "/summarize 2405.17428")
        answer = await here.said(ann, "done")
        await here.quiet()
        assert here.texts(ann) == ["done"]
        assert answer.edits == 1


async def test_an_answer_that_grows_and_shrinks_keeps_its_messages() -> None:
    core = Core(slowly(Reply(said("first")), Reply(said(LONG)), Reply(said("last"))))
    async with office(core) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        message = await here.said(ann, "last")
        await here.until(lambda: here.texts(ann) == ["last"])
        assert message.edits == 2
        assert len(here.server.called("sendMessage")) == 3
        assert len(here.server.called("deleteMessage")) == 2


async def test_an_answer_is_not_sent_twice_for_saying_the_same_twice() -> None:
    core = Core(always(Reply(said("same")), Reply(said("same"))))
    async with office(core) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        await here.said(ann, "same")
        await here.quiet()
        assert here.server.called("editMessageText") == []


async def test_a_command_that_is_gone_is_answered_all_the_same() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_supergroup(members=[ann])
        here.server.people.deletes(here.server.people.says(ann, group, "/list"))
        assert (await here.said(group, "/list")).reply_to is None


async def test_an_answer_that_was_deleted_meanwhile_is_sent_anew() -> None:
    go = asyncio.Event()

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        yield Reply(said("reading"))
        await go.wait()
        yield Reply(said("done"))

    async with office(Core(told)) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        here.server.people.deletes(await here.said(ann, "reading"))
        go.set()
        await here.said(ann, "done")


async def test_what_cannot_be_shown_as_it_is_comes_as_plain_text() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        here.core.script = always(Reply(said(Heading((Text("fine"),)))))
        here.server.people.says(ann, ann, "/list")
        assert (await here.said(ann, "fine")).entities != ()
        bob = here.server.people.add_user()
        here.server.fail(refuses("Bad Request: can't parse entities: x"), method="sendMessage")
        here.server.people.says(bob, bob, "/list")
        assert (await here.said(bob, "fine")).entities == ()


async def test_a_form_is_shown_on_demand_and_in_the_classic_way_where_it_is_refused() -> None:
    core = Core(always(Reply(said("sample"), form="rich")))
    async with office(core) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        assert (await here.said(ann, "sample")).rich is not None
        bob = here.server.people.add_user()
        here.server.fail(refuses("Bad Request: RICH_MESSAGE_URL_INVALID"), method="sendRichMessage")
        here.server.people.says(bob, bob, "/list")
        assert (await here.said(bob, "sample")).rich is None


@pytest.mark.parametrize("fault", [floods(1), breaks(), cuts()], ids=["429", "502", "cut"])
async def test_an_answer_comes_in_spite_of_a_failure(fault: Any) -> None:  # noqa: ANN401 - any fault
    core = Core(always(Reply(said("answer"))))
    async with office(core) as here:
        ann = here.server.people.add_user()
        here.server.fail(replace(fault, refusal=fault.refusal), method="sendMessage")
        here.server.people.says(ann, ann, "/list")
        await here.said(ann, "answer")
        await here.until(lambda: here.server.called("sendMessage")[-1].ok)


async def test_after_all_tries_the_next_command_is_answered() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        here.server.fail(breaks(), method="sendMessage", times=None)
        here.server.people.says(ann, ann, "/list")
        await here.until(lambda: len(here.server.called("sendMessage")) == 2)
        await here.quiet()
        here.server.heal()
        here.server.people.says(ann, ann, "/help")
        await here.said(ann, "/help")
        assert here.texts(ann) == ["/help"]


async def test_an_answer_that_has_nowhere_to_go_tells_the_core() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_supergroup(members=[ann])
        group.open_to_members = False
        here.server.people.says(ann, group, "/list")
        await here.until(lambda: here.core.lost)
        assert here.core.lost[0][0] == target(group)


async def test_an_answer_follows_a_group_that_has_moved() -> None:
    go = asyncio.Event()

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        await go.wait()
        yield Reply(said("there"))

    async with office(Core(told)) as here:
        ann = here.server.people.add_user()
        group = here.server.people.add_group(admins=[ann])
        here.server.people.says(ann, group, "/list")
        await here.heard()
        new = here.server.people.migrates(ann, group)
        go.set()
        await here.said(new, "there")
        assert (target(group), target(new)) in here.core.moved


async def test_a_core_that_breaks_its_promise_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(ask: Ask) -> Sequence[Reply]:
        if ask.command == "list":
            raise RuntimeError(f"what {ask.actor.platform} wrote")
        return [Reply(said("fine"))]

    async with office() as here:
        ann = here.server.people.add_user()
        message = await message_with_button(here, ann, ann, "/list")
        here.core.script = broken
        pressed = here.server.people.presses(ann, message, "go")
        assert await answered(here, pressed) == ""
        here.server.people.says(ann, ann, "/help")
        await here.said(ann, "fine")
    assert "RuntimeError" in caplog.text
    assert "what telegram wrote" not in caplog.text


# ---------------------------------------------------------------- where we are


async def test_being_kicked_let_in_and_moved_is_told_to_the_core() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user("Ann", language="zh")
        group = people.add_group("G", admins=[ann])
        people.kicks(ann, group)
        people.admits(ann, group)
        new = people.migrates(ann, group)
        await here.until(lambda: here.core.moved)
        assert here.core.lost == [(target(group), "kicked")]
        (back,) = here.core.back
        assert (back.target, back.kind, back.title, str(back.by), back.locale) == (
            *(target(group), "group", "G", f"telegram:{ann.id}", "zh"),
        )
        assert here.core.moved[0] == (target(group), target(new))


# ---------------------------------------------------------------- what goes out


async def test_a_message_is_silent_if_asked_for_and_knows_where_it_is() -> None:
    async with FakeTelegram() as server:
        people, telegram = server.people, adapter(server)
        ann = people.add_user(started=True)
        forum = people.add_forum(topics=["A"])
        (topic,) = forum.topics
        public = people.add_channel(username="daily_news")
        places: list[tuple[Target, Room, str | None]] = [
            (target(ann), people.private(ann), None),
            (target(people_group := people.add_group()), people_group, None),
            (target(forum, topic), forum, f"https://t.me/c/{str(forum.id)[4:]}/{topic}/"),
            (target(public), public, "https://t.me/daily_news/"),
        ]
        for place, room, url in places:
            for form in ("", "rich"):
                ref = await telegram.send(place, one(telegram, said("x"), place, form=form), nonce="n", silent=True)
                assert ref.url == (None if url is None else f"{url}{ref.message_id}")
                assert (ref.chat_id, ref.thread_id) == (place.chat_id, place.thread_id)
                assert server.people.messages(room)[-1].silent
                await telegram.edit(ref, one(telegram, said("y"), place, form=form))


async def test_what_we_lack_has_the_names_of_telegrams_apps() -> None:
    async with FakeTelegram() as server:
        people, telegram = server.people, adapter(server)
        ann = people.add_user(started=True)
        group, channel, closed = people.add_supergroup(), people.add_channel(), people.add_supergroup()
        for place in (ann, group, channel):
            assert list(await telegram.check(target(place))) == []
        people.restricts(ann, group)
        people.admits(ann, channel, rights=frozenset())
        closed.open_to_members = False
        kicked = people.add_supergroup()
        people.kicks(ann, kicked)
        for place, name in (
            (group, "Send Messages"),
            (channel, "Post Messages"),
            (closed, "Send Messages"),
            (kicked, "membership"),
        ):
            assert list(await telegram.check(target(place))) == [name]
        assert list(await telegram.check(Target("telegram", "-1009999999999"))) == ["membership"]


async def test_links_invite_us_once_we_know_our_name_even_after_a_restart() -> None:
    marks = Memo()
    async with FakeTelegram() as server:
        first = adapter(server, marks=marks)
        assert first.invitation("group") is None
        async with running(first, Core()):
            await Office(server, Core(), first).until(lambda: first.invitation("private"))
        assert first.invitation("private") == "https://t.me/paperboy_bot"
        assert first.invitation("group") == "https://t.me/paperboy_bot?startgroup"
        assert first.invitation("channel") == "https://t.me/paperboy_bot?startchannel&admin=post_messages"
        second = adapter(server, marks=marks)
        async with server.down():
            task = asyncio.create_task(second.run(Core()))
            with pytest.raises(Failed, match="no connection"):
                await task
        assert second.invitation("private") == "https://t.me/paperboy_bot"


@pytest.mark.parametrize(
    ("rich", "chosen", "kind"),
    [
        ("auto", "", "classic"),
        ("auto", "rich", "rich"),
        ("on", "", "rich"),
        ("on", "rich", "rich"),
        ("off", "", "classic"),
        ("off", "rich", "classic"),
    ],
)
async def test_the_form_is_the_chats_within_what_the_operator_allows(rich: str, chosen: str, kind: str) -> None:
    async with FakeTelegram() as server:
        telegram = adapter(server, rich=rich)
    place = Target("telegram", "-1001")
    assert one(telegram, said("x"), place, form=chosen).payload["kind"] == kind
    assert telegram.caps.forms == (() if rich == "off" else ("rich",))
    chat = Chat(target=place, kind="group", settings=Settings(form=chosen))
    assert [part.payload["kind"] for part in telegram.plain(Document(said("x").blocks), chat=chat)] == ["plain"]


async def test_sends_under_way_outlive_the_end_of_listening() -> None:
    """Whoever stops us stops listening first, and lets what is being sent arrive."""
    async with FakeTelegram() as server:
        group, telegram = server.people.add_supergroup(), adapter(server)
        async with running(telegram, Core()):
            await Office(server, Core(), telegram).until(lambda: server.called("getUpdates"))
            server.fail(replace(cuts(), line="answer", delay=0.15), method="sendMessage")
            sending = asyncio.create_task(
                telegram.send(target(group), one(telegram, said("x"), target(group)), nonce="n")
            )
            await Office(server, Core(), telegram).until(lambda: server.called("sendMessage"))
        assert not sending.done()
        await sending
        assert all(request._client.is_closed for request in telegram._api._requests)
