"""The test Telegram tells the bot what people do: by long polling or a webhook, once, in order, to one consumer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import telegram as ptb
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_bot import Clock, client, refusal
from tests.fakes.telegram_methods import QUERY_LIVES
from tests.fakes.telegram_people import People

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("One", callback_data="/one"), InlineKeyboardButton("Site", url="https://a.org")]]
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(now=lambda: NOW, clock=clock) as running:
        yield running


@pytest.fixture
def people(server: FakeTelegram) -> People:
    return server.people


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with client(server) as made:
        yield made


async def test_an_update_stays_until_its_offset_is_passed(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    for text in ("/start", "two", "three"):
        people.says(ann, ann, text)

    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first if update.message] == ["/start", "two"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["three"]
    assert await bot.get_updates(offset=first[0].update_id) == rest
    assert await bot.get_updates(offset=rest[0].update_id + 1) == ()
    people.says(ann, ann, "four")
    people.says(ann, ann, "five")
    last = await bot.get_updates(offset=-1)
    assert [update.message.text for update in last if update.message] == ["five"]


async def test_a_long_poll_ends_as_soon_as_something_happens(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await people.updates.polling()
    people.starts(ann, "p2405_17428")

    (update,) = await polling

    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.text, update.message.from_user.language_code) == ("/start p2405_17428", "en")
    assert (list(update.message.parse_entities().values()), update.message.date) == (["/start"], NOW)


async def test_the_second_who_polls_ends_the_first(server: FakeTelegram, people: People, bot: Bot) -> None:
    polling = asyncio.create_task(refusal(bot.get_updates(timeout=30)))
    await people.updates.polling()

    async with client(server) as other:
        assert await other.get_updates(timeout=0) == ()

    told = "Conflict: conflict: terminated by other getupdates request; make sure that only one bot instance is running"
    assert await polling == told


async def test_only_the_kinds_asked_for_come(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann", started=True)
    channel = people.add_channel(admins=[ann])
    await bot.get_updates(allowed_updates=["channel_post", "my_chat_member"])
    people.says(ann, ann, "hidden")
    people.posts(channel, "news")
    people.blocks(ann)

    updates = await bot.get_updates()
    assert [(bool(u.message), bool(u.channel_post), bool(u.my_chat_member)) for u in updates] == [
        (False, True, False),
        (False, False, True),
    ]
    assert updates[0].update_id + 1 == updates[1].update_id
    await bot.get_updates(offset=updates[-1].update_id + 1, allowed_updates=[])
    people.says(ann, ann, "heard")
    assert len(await bot.get_updates()) == 1


async def test_a_pressed_button_waits_for_one_answer_and_not_for_long(people: People, bot: Bot, clock: Clock) -> None:
    ann = people.add_user("Ann", started=True)
    await bot.send_message(ann.id, "x", reply_markup=KEYS)
    (message,) = people.messages(ann)

    pressed, by_data, late = (people.presses(ann, message, name) for name in ("One", "/one", "One"))

    queries = [update.callback_query for update in await bot.get_updates()]
    assert [(q.id, q.data, q.from_user.id) for q in queries if q] == [
        (each.id, "/one", ann.id) for each in (pressed, by_data, late)
    ]
    old = "BadRequest: query is too old and response timeout expired or query id is invalid"
    assert await refusal(bot.answer_callback_query(pressed.id, "x" * 201)) == "BadRequest: message_too_long"
    elsewhere = bot.answer_callback_query(pressed.id, url="https://a.org")
    assert await refusal(elsewhere) == "BadRequest: url_invalid"
    assert await bot.answer_callback_query(pressed.id, "Saved", show_alert=True)
    assert (pressed.answer, pressed.alert) == ("Saved", True)
    assert await refusal(bot.answer_callback_query(pressed.id)) == old
    clock.time += QUERY_LIVES
    assert await bot.answer_callback_query(by_data.id)
    clock.time += 0.5
    assert await refusal(bot.answer_callback_query(late.id)) == old
    assert await refusal(bot.answer_callback_query("12")) == old
    with pytest.raises(LookupError):
        people.presses(ann, message, "Two")
    with pytest.raises(LookupError):
        people.presses(ann, message, "Site")


async def test_the_bot_hears_in_groups_what_privacy_mode_lets_through(people: People, bot: Bot) -> None:
    ann, eve = people.add_user("Ann"), people.add_user("Eve")
    group = people.add_supergroup(admins=[ann], members=[eve])
    ours = await bot.send_message(group.id, "x")
    seen = group.message(ours.message_id)
    for text in ("hello", "/list", "/list@paperboy_bot", "/list@other_bot", "mail a@b.org /list"):
        people.says(eve, group, text)
    people.says(eve, group, "thanks", reply_to=seen)
    people.kicks(ann, group)
    people.says(eve, group, "/list")

    texts = [update.message.text for update in await bot.get_updates() if update.message and update.message.text]
    assert texts == ["/list", "/list@paperboy_bot", "mail a@b.org /list", "thanks"]


async def test_who_speaks_is_told_as_telegram_tells_it(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    forum = people.add_forum("Lab", topics=["LLM"], admins=[ann])
    (topic,) = forum.topics.values()
    channel = people.add_channel("News", username="news", admins=[ann])
    people.says(ann, forum, "/one", anonymous=True, thread=topic.id)
    people.says(ann, forum, "/two", as_channel=channel)
    general = people.says(ann, forum, "/three")
    people.says(ann, forum, "/four", reply_to=general)
    post = people.posts(channel, "/five")
    people.edits(post, "/six")

    updates = await bot.get_updates()
    one, two, _, four = (update.message for update in updates[:4])
    assert one is not None
    assert one.from_user is not None
    assert one.sender_chat is not None
    assert (one.from_user.id, one.sender_chat.id, one.is_topic_message) == (1087968824, forum.id, True)
    assert one.reply_to_message is not None
    assert one.reply_to_message.forum_topic_created is not None
    assert two is not None
    assert two.sender_chat is not None
    assert two.from_user is not None
    assert (two.from_user.id, two.sender_chat.id, two.message_thread_id) == (136817688, channel.id, None)
    assert four is not None
    assert (four.message_thread_id, four.is_topic_message) == (general.id, None)
    assert updates[4].channel_post is not None
    assert (updates[4].channel_post.from_user, updates[4].channel_post.text) == (None, "/five")
    assert updates[5].edited_channel_post is not None
    assert updates[5].edited_channel_post.text == "/six"


async def test_the_bots_own_standing_is_told(people: People, bot: Bot) -> None:
    ann = people.add_user("Ann", language="zh")
    group, channel = people.add_supergroup(admins=[ann], bot="left"), people.add_channel(admins=[ann], bot="left")
    people.admits(ann, group)
    people.admits(ann, channel, rights=frozenset({"can_post_messages"}))
    people.restricts(ann, group)
    people.kicks(ann, group)

    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [(c.chat.id, c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        (group.id, "left", "member"),
        (channel.id, "left", "administrator"),
        (group.id, "member", "restricted"),
        (group.id, "restricted", "kicked"),
    ]
    assert {change.from_user.language_code for change in changes} == {"zh"}
    made = changes[1].new_chat_member
    assert isinstance(made, ptb.ChatMemberAdministrator)
    assert (made.can_post_messages, made.can_edit_messages) == (True, False)


async def test_a_webhook_is_brought_the_updates_in_order(server: FakeTelegram, people: People, bot: Bot) -> None:
    ann = people.add_user("Ann")
    got: list[tuple[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        got.append(
            (request.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(await request.read())["message"]["text"])
        )
        return web.Response(status=200 if len(got) < 2 else 503)

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.set_webhook("https://bot.example.org/hook", secret_token="s3cret")
        polls = await refusal(bot.get_updates())
        for text in ("/start", "two", "three"):
            people.says(ann, ann, text)
        statuses = await people.updates.deliver(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    finally:
        await runner.cleanup()

    assert polls.startswith("Conflict: conflict: can't use getupdates method while webhook is active")
    assert (statuses, got) == ([200, 503], [("s3cret", "/start"), ("s3cret", "two")])
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("https://bot.example.org/hook", 2)
    assert info.last_error_message == "Wrong response from the webhook: 503"
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("url", "secret", "why"),
    [
        ("http://bot.example.org", "x", "bad webhook: an https url must be provided for webhook"),
        ("https://bot.example.org:8080", "x", "bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://127.0.0.1/hook", "x", "bad webhook: ip address 127.0.0.1 is reserved"),
        ("https://bot.example.org", "x y", "secret token contains unallowed characters"),
        ("https://bot.example.org", "x" * 257, "secret token is too long"),
    ],
)
async def test_a_webhook_nobody_could_use_is_refused(bot: Bot, url: str, secret: str, why: str) -> None:
    assert await refusal(bot.set_webhook(url, secret_token=secret)) == f"BadRequest: {why}"


async def test_what_is_answered_is_told_as_telegram_tells_it(people: People, bot: Bot) -> None:
    ann = people.add_user(started=True)
    channel = people.add_channel("News", admins=[ann])
    group = channel.discussion = people.add_supergroup(members=[ann], bot="administrator")
    post = people.posts(channel, "📰 one, two")
    (copy,) = people.messages(group)
    people.says(ann, group, "why?", reply_to=copy, quote="two")
    people.says(ann, ann, "why?", reply_to=post, quote="two")
    people.says(ann, ann, "and?", reply_to=people.says(ann, ann, "one"))
    with pytest.raises(LookupError):
        people.says(ann, group, "why?", reply_to=copy, quote="three")
    updates = await bot.get_updates(allowed_updates=["message"])
    here, there, _, plain = [each.message for each in updates if each.message is not None]
    assert here.quote is not None
    assert (here.quote.text, here.quote.position) == ("two", 8)
    assert here.reply_to_message is not None
    assert here.reply_to_message.is_automatic_forward
    origin = here.reply_to_message.forward_origin
    assert isinstance(origin, ptb.MessageOriginChannel)
    assert (origin.chat.id, origin.message_id) == (channel.id, post.id)
    assert (there.reply_to_message, there.message_thread_id) == (None, None)
    assert there.external_reply is not None
    assert there.external_reply.chat is not None
    assert (there.external_reply.chat.id, there.external_reply.message_id) == (channel.id, post.id)
    assert (plain.quote, plain.external_reply) == (None, None)
