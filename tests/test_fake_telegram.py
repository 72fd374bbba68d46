"""The test Telegram lets bots write where the real one does, and refuses in its words; the real library asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import telegram as ptb
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_access import check_write, find
from tests.fakes.telegram_bot import client, refusal
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import Chat, Member
from tests.fakes.telegram_refusals import bad

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("One", callback_data="/one")]])


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(now=lambda: NOW, clock=lambda: 1_000.0) as running:
        yield running


@pytest.fixture
def people(server: FakeTelegram) -> People:
    return server.people


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with client(server) as made:
        yield made


async def test_the_bot_is_who_its_token_says(server: FakeTelegram, bot: Bot) -> None:
    me = await bot.get_me()

    assert (me.id, me.is_bot, me.username) == (110201543, True, "paperboy_bot")
    assert me.can_read_all_group_messages is False


async def test_a_wrong_token_is_unauthorized_and_a_malformed_one_not_found(server: FakeTelegram) -> None:
    async with client(server, token="110201543:" + "B" * 35) as stranger:
        assert await refusal(stranger.get_me()) == "InvalidToken: unauthorized"
    async with client(server, token="110201543:short") as typo:
        assert await refusal(typo.get_me()) == "InvalidToken: not found"

    assert server.calls == []


async def test_what_is_sent_stands_there_as_people_see_it(server: FakeTelegram, people: People, bot: Bot) -> None:
    ann = people.add_user("Ann", started=True)

    sent = await bot.send_message(ann.id, "Hello", reply_markup=KEYS, disable_notification=True)

    (seen,) = people.messages(ann)
    assert (seen.id, seen.text, seen.buttons, seen.silent, seen.edited) == (
        sent.message_id,
        "Hello",
        [["One"]],
        True,
        None,
    )
    assert sent.from_user is not None
    assert (sent.chat.type, sent.from_user.is_bot, sent.date, sent.reply_markup) == ("private", True, NOW, KEYS)
    (call,) = server.called("sendMessage")
    assert (call.status, call.applied, call.heard, call.params["text"]) == (200, True, True, "Hello")


async def test_a_bot_begins_no_conversation_and_respects_a_block(people: People, bot: Bot) -> None:
    stranger, member, blocked, gone = (people.add_user(name) for name in ("S", "M", "B", "G"))
    people.add_group(members=[member])
    people.says(blocked, blocked, "/start")
    people.blocks(blocked)
    people.says(gone, gone, "/start")
    gone.deactivated = True

    assert await refusal(bot.send_message(stranger.id, "x")) == "BadRequest: chat not found"
    assert await refusal(bot.send_message(99, "x")) == "BadRequest: chat not found"
    initiate = "Forbidden: forbidden: bot can't initiate conversation with a user"
    assert await refusal(bot.send_message(member.id, "x")) == initiate
    assert await refusal(bot.send_message(blocked.id, "x")) == "Forbidden: forbidden: bot was blocked by the user"
    assert await refusal(bot.send_message(gone.id, "x")) == "Forbidden: forbidden: user is deactivated"
    people.unblocks(blocked)
    await bot.send_message(blocked.id, "x")


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_who_was_removed_may_not_write_until_admitted_again(people: People, bot: Bot, kind: str) -> None:
    ann = people.add_user("Ann")
    chat: Chat = getattr(people, f"add_{kind}")(admins=[ann])
    await bot.send_message(chat.id, "x")

    people.kicks(ann, chat)
    assert await refusal(bot.send_message(chat.id, "x")) == f"Forbidden: forbidden: bot was kicked from the {kind} chat"
    people.admits(ann, chat)
    await bot.send_message(chat.id, "x")
    assert await bot.leave_chat(chat.id)
    gone = f"Forbidden: forbidden: bot is not a member of the {kind} chat"
    assert await refusal(bot.send_message(chat.id, "x")) == gone
    assert await refusal(bot.get_chat(chat.id)) == gone


async def test_rights_are_asked_for_in_the_words_of_each_place(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    channel, closed, gagged, odd = (
        people.add_channel(admins=[ann]),
        people.add_supergroup(admins=[ann]),
        people.add_supergroup(admins=[ann]),
        people.add_group(admins=[ann]),
    )
    people.admits(ann, channel, rights=frozenset({"can_manage_chat"}))
    closed.open_to_members = False
    people.restricts(ann, gagged)
    odd.refusal = bad("CHAT_WRITE_FORBIDDEN")

    admin = "BadRequest: need administrator rights in the channel chat"
    rights = "BadRequest: not enough rights to send text messages to the chat"
    assert await refusal(bot.send_message(channel.id, "x")) == admin
    assert await refusal(bot.send_message(closed.id, "x")) == rights
    assert await refusal(bot.send_message(gagged.id, "x")) == rights
    assert await refusal(bot.send_message(odd.id, "x")) == "BadRequest: chat_write_forbidden"
    people.admits(ann, closed, rights=frozenset({"can_manage_chat"}))
    people.restricts(ann, gagged, may_write=True)
    await bot.send_message(closed.id, "x")
    await bot.send_message(gagged.id, "x")
    odd.deleted = True
    assert await refusal(bot.send_message(odd.id, "x")) == "Forbidden: forbidden: the group chat was deleted"


async def test_a_group_that_became_a_supergroup_says_where_it_is(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    group = people.add_group("Lab", admins=[ann])
    new = people.migrates(ann, group)

    with pytest.raises(ptb.error.ChatMigrated) as moved:
        await bot.send_message(group.id, "x")

    assert moved.value.new_chat_id == new.id
    assert (await bot.send_message(new.id, "x")).chat.title == "Lab"
    said = [update.message for update in await bot.get_updates()]
    assert [(m.chat.id, m.migrate_to_chat_id, m.migrate_from_chat_id) for m in said if m] == [
        (group.id, new.id, None),
        (new.id, None, group.id),
    ]


async def test_topics_are_checked_in_forums_and_ignored_elsewhere(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    forum = people.add_forum(topics=["LLM", "RAG", "Old"], admins=[ann])
    llm, rag, old = forum.topics.values()
    plain = people.add_supergroup(admins=[ann])
    people.closes(ann, forum, rag)
    people.erases(old)

    sent = await bot.send_message(forum.id, "x", message_thread_id=llm.id)
    assert (sent.message_thread_id, sent.is_topic_message) == (llm.id, True)
    assert (await bot.send_message(forum.id, "y")).message_thread_id is None
    assert (await bot.send_message(plain.id, "z", message_thread_id=77)).message_thread_id is None
    assert [message.text for message in people.messages(forum, llm.id)] == ["x"]
    assert [message.text for message in people.messages(forum, 0)] == ["y"]
    for thread, why in ((1, "message thread not found"), (999, "message thread not found"), (rag.id, "topic_closed")):
        assert await refusal(bot.send_message(forum.id, "x", message_thread_id=thread)) == f"BadRequest: {why}"
    assert await refusal(bot.send_message(forum.id, "x", message_thread_id=old.id)) == "BadRequest: topic_deleted"
    people.admits(ann, forum, rights=frozenset({"can_manage_topics"}))
    await bot.send_message(forum.id, "x", message_thread_id=rag.id)


async def test_a_reply_needs_what_it_replies_to(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    forum = people.add_forum(topics=["LLM"], admins=[ann])
    (topic,) = forum.topics.values()
    asked = people.says(ann, forum, "/today", thread=topic.id)

    sent = await bot.send_message(forum.id, "x", reply_parameters=ReplyParameters(asked.id))
    assert sent.reply_to_message is not None
    assert (sent.reply_to_message.message_id, sent.message_thread_id) == (asked.id, topic.id)
    missing = bot.send_message(forum.id, "x", reply_parameters=ReplyParameters(999))
    assert await refusal(missing) == "BadRequest: message to be replied not found"
    await bot.send_message(forum.id, "x", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))


async def test_an_edit_replaces_text_and_buttons_of_our_own_messages_only(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann", started=True)
    channel = people.add_channel(admins=[ann])
    for place in (ann.id, channel.id):
        sent = await bot.send_message(place, "one", reply_markup=KEYS)
        await bot.edit_message_text("two", place, sent.message_id)
        with_keys = await bot.edit_message_reply_markup(place, sent.message_id, reply_markup=KEYS)
        assert isinstance(with_keys, ptb.Message)
        assert (with_keys.text, with_keys.reply_markup, with_keys.edit_date) == ("two", KEYS, NOW)
        same = "BadRequest: message is not modified: specified new message content and reply markup are exactly the"
        assert (await refusal(bot.edit_message_text("two", place, sent.message_id, reply_markup=KEYS))).startswith(same)
        again = bot.edit_message_reply_markup(place, sent.message_id, reply_markup=KEYS)
        assert (await refusal(again)).startswith(same)
    theirs, posted = people.says(ann, ann, "mine"), people.posts(channel, "news")

    assert [message.edits for message in people.messages(channel)] == [2, 0]
    cannot = "BadRequest: message can't be edited"
    assert await refusal(bot.edit_message_text("x", ann.id, theirs.id)) == cannot
    assert await refusal(bot.edit_message_text("x", channel.id, posted.id)) == cannot
    assert await refusal(bot.edit_message_text("x", ann.id, 999)) == "BadRequest: message to edit not found"
    assert await refusal(bot.edit_message_text("x", ann.id)) == "BadRequest: message identifier is not specified"


async def test_our_messages_can_be_deleted_for_two_days(server: FakeTelegram, people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    group = people.add_group(admins=[ann])
    sent, old = await bot.send_message(group.id, "x"), await bot.send_message(group.id, "y")
    theirs = people.says(ann, group, "/hi")
    seen = group.message(old.message_id)
    assert seen is not None
    seen.date = NOW - timedelta(hours=49)

    assert await bot.delete_message(group.id, sent.message_id)
    assert [message.text for message in people.messages(group)] == ["y", "/hi"]
    assert await refusal(bot.delete_message(group.id, sent.message_id)) == "BadRequest: message to delete not found"
    forbidden = "BadRequest: message can't be deleted"
    assert (await refusal(bot.delete_message(group.id, old.message_id))).startswith(forbidden)
    assert await refusal(bot.delete_message(group.id, theirs.id)) == forbidden
    assert (
        await refusal(bot.edit_message_text("z", group.id, sent.message_id)) == "BadRequest: message to edit not found"
    )


async def test_members_are_listed_where_the_bot_may_ask(people: People, bot: Bot) -> None:
    ann, bob, eve = (people.add_user(name) for name in ("Ann", "Bob", "Eve"))
    group = people.add_supergroup(admins=[ann, bob], members=[eve])
    foreign = people.add_channel("Foreign", username="foreign", admins=[bob], bot="left")

    async def status(user: int) -> str:
        return (await bot.get_chat_member(group.id, user)).status

    assert [await status(each.id) for each in (ann, bob, eve)] == ["creator", "administrator", "member"]
    assert await status(people.add_user("New").id) == "left"
    people.demotes(group, bob)
    people.promotes(group, eve)
    assert {each.user.first_name for each in await bot.get_chat_administrators(group.id)} == {"Ann", "Eve"}
    assert await refusal(bot.get_chat_member(group.id, 5)) == "BadRequest: invalid user_id specified"
    assert (await bot.get_chat("@Foreign")).id == foreign.id
    hidden = "BadRequest: member list is inaccessible"
    assert await refusal(bot.get_chat_member("@foreign", bob.id)) == hidden
    assert await refusal(bot.get_chat_administrators(foreign.id)) == hidden
    assert (await bot.get_chat_member(foreign.id, people.bot.id)).status == "left"
    assert await refusal(bot.get_chat("@nowhere")) == "BadRequest: chat not found"
    private = people.add_user(started=True)
    nobody = "BadRequest: there are no administrators in the private chat"
    assert await refusal(bot.get_chat_administrators(private.id)) == nobody


async def test_a_chat_is_known_by_number_or_name_once_the_bot_has_met_it(people: People) -> None:
    secret = people.add_channel("Secret", bot="left")
    with pytest.raises(Exception, match="chat not found"):
        find(people, secret.id)
    people.admits(people.add_user(), secret)
    assert find(people, str(secret.id)) is secret
    secret.members[people.bot.id] = Member(status="left")
    with pytest.raises(Exception, match="not a member of the channel chat"):
        check_write(people, secret)
