"""What updates mean: who asks what, where, about which chat. On updates of the test server, read by the library."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from adapters.telegram.buttons import encode
from adapters.telegram.inbound import Heard, Let, Migrated, News, Removed, Stale, hear, lane
from bot.commands.text import Said
from bot.targets import Target
from tests.fakes.messenger import target
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_hearing import World, said
from tests.fakes.telegram_markup import Button
from tests.fakes.telegram_places import Message, User
from tests.fakes.telegram_text import Entity


@pytest.fixture
def world() -> World:
    return World()


def told(world: World) -> str:
    """What the last message answers."""
    answered = world.heard().answered
    return "" if answered is None else answered.told


# ---------------------------------------------------------------- who says what where


def test_a_private_chat_is_its_persons(world: World) -> None:
    message = world.people.says(world.ann, world.ann, "/subscribe LLM")
    heard = world.heard()
    assert heard.wanted == said("subscribe", topic="LLM")
    assert (heard.room.target, heard.room.kind, heard.room.title) == (target(world.ann), "private", "Ann")
    assert (str(heard.actor), heard.locale) == (f"telegram:{world.ann.id}", "de")
    assert heard.at == message.date.replace(microsecond=0)
    assert heard.update == f"telegram:{world.updates[-1].update_id}"
    assert (heard.message, heard.query, heard.about, heard.in_its_name) == (message.id, None, None, False)


@pytest.mark.parametrize("kind", ["group", "supergroup"])
def test_a_group_has_members_with_names_of_their_own(world: World, kind: str) -> None:
    make = world.people.add_group if kind == "group" else world.people.add_supergroup
    group = make("Readers", members=[world.bob])
    world.people.says(world.bob, group, "/list@paperboy_bot")
    heard = world.heard()
    assert (heard.room.kind, heard.room.target, heard.room.title) == ("group", target(group), "Readers")
    assert (heard.wanted, heard.locale, heard.in_its_name) == (said("list"), "en", False)


def test_a_topic_is_part_of_the_place_and_a_reply_outside_of_topics_is_none(world: World) -> None:
    forum = world.people.add_forum(topics=["Papers"], members=[world.ann])
    (topic,) = forum.topics
    world.people.says(world.ann, forum, "/list", thread=topic)
    assert world.heard().room.target == target(forum, topic)
    world.people.says(world.ann, forum, "/list")
    assert world.heard().room.target == target(forum)

    group = world.people.add_supergroup(members=[world.ann])
    world.people.says(world.ann, group, "/list", reply_to=world.message(group, "hello"))
    assert world.updates[-1].message is not None
    assert world.updates[-1].message.message_thread_id is not None
    assert world.heard().room.target == target(group)


def test_a_post_of_a_channel_speaks_for_it(world: World) -> None:
    channel = world.people.add_channel("News", admins=[world.ann])
    world.people.posts(channel, "/subscribe RAG")
    heard = world.heard()
    assert (heard.room.kind, heard.room.target, heard.in_its_name) == ("channel", target(channel), True)
    assert heard.actor.id == str(channel.id)


def test_an_anonymous_admin_speaks_for_the_group_and_a_channel_in_it_does_not(world: World) -> None:
    group, channel = world.people.add_supergroup(admins=[world.ann]), world.people.add_channel()
    world.people.says(world.ann, group, "/subscribe LLM", anonymous=True)
    assert world.heard().in_its_name
    assert world.heard().actor.id == str(group.id)
    world.people.says(world.ann, group, "/subscribe LLM", as_channel=channel)
    assert not world.heard().in_its_name
    assert world.heard().actor.id == str(channel.id)


def test_commands_for_others_and_talk_are_not_for_us(world: World) -> None:
    server = FakeTelegram(reads_all=True)
    group = server.people.add_supergroup(members=[world.ann])
    for text in ("/list@other_bot", "/unknown", "what about 2405.17428?", "hello", "@paperboy_bot hello"):
        server.people.says(world.ann, group, text)
        update = Update.de_json(server.people.updates.waiting[-1], None)
        assert update is not None
        assert hear(update, bot="paperboy_bot") is None, text
    server.people.says(world.ann, group, "/unknown@paperboy_bot")
    update = Update.de_json(server.people.updates.waiting[-1], None)
    assert update is not None
    news = hear(update, bot="paperboy_bot")
    assert isinstance(news, Heard)
    assert news.wanted == Said("help", {"command": "unknown"})


def test_a_group_may_call_us_by_name_with_a_paper(world: World) -> None:
    server = FakeTelegram(reads_all=True)
    group = server.people.add_supergroup(members=[world.ann])
    server.people.says(world.ann, group, "@Paperboy_Bot: 2405.17428 please")
    update = Update.de_json(server.people.updates.waiting[-1], None)
    assert update is not None
    news = hear(update, bot="paperboy_bot")
    assert isinstance(news, Heard)
    assert news.wanted == said("summarize", ids="2405.17428 please")


def test_what_is_edited_forwarded_by_itself_or_written_by_a_bot_runs_nothing(world: World) -> None:
    group = world.people.add_supergroup(admins=[world.ann])
    message = world.people.says(world.ann, group, "/list")
    world.people.edits(message, "/subscribe LLM")
    assert world.last() is None
    for change in (
        {"is_automatic_forward": True},
        {"from": world.people.bot.json()},
        {"via_bot": world.people.bot.json()},
        {"from": None},
    ):
        given = {key: value for key, value in (message.json() | change).items() if value is not None}
        world.push("message", given)
        assert world.last() is None, change


# ---------------------------------------------------------------- papers


def test_in_private_a_bare_id_or_link_is_enough(world: World) -> None:
    world.people.says(world.ann, world.ann, "look: https://arxiv.org/abs/2405.17428v2")
    assert world.heard().wanted == said("summarize", ids="look: https://arxiv.org/abs/2405.17428v2")


def test_links_behind_words_are_read(world: World) -> None:
    link = Entity(type="text_link", offset=0, length=4, more=(("url", "https://arxiv.org/abs/2405.17428"),))
    for text in ("this", "/summarize this"):
        world.people.says(world.ann, world.ann, text, entities=(link,))
        assert world.heard().wanted == said("summarize", ids="https://arxiv.org/abs/2405.17428")
    world.people.says(world.ann, world.ann, "this")
    assert world.heard().wanted == said("summarize", ids="this")


def test_what_is_copied_from_us_is_what_it_looks_like(world: World) -> None:
    """Names and hosts in our messages are kept apart by an invisible character."""
    world.people.says(
        world.ann,
        world.ann,
        "/subscribe cs.\u2060CL",
        reply_to=world.message(world.people.private(world.ann), "cs.\u2060CL"),
    )
    assert world.heard().wanted == said("subscribe", topic="cs.CL")
    assert told(world) == "cs.CL"


def test_a_reply_brings_the_words_and_links_it_answers(world: World) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    link = Entity(type="text_link", offset=0, length=4, more=(("url", "https://arxiv.org/abs/2405.17428"),))
    paper = world.message(group, "this one", entities=(link,))
    world.people.says(world.ann, group, "/summarize", reply_to=paper)
    assert told(world) == "this one https://arxiv.org/abs/2405.17428"
    world.people.says(
        world.ann, group, "/summarize", reply_to=world.message(group, "arXiv:2403.00001", document="a.pdf")
    )
    assert told(world) == "arXiv:2403.00001"


def test_the_part_that_is_quoted_counts_if_it_names_a_paper(world: World) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    digest = world.message(group, "1. 2405.00001 2. 2405.00002")
    reply = world.people.says(world.ann, group, "/summarize", reply_to=digest).json()
    for quoted, expected in (("2. 2405.00002", "2. 2405.00002"), ("1.", "1. 2405.00001 2. 2405.00002")):
        world.push("message", reply | {"quote": {"text": quoted, "position": 0, "is_manual": True}})
        assert told(world) == expected


def test_a_rich_message_that_is_answered_is_read_too(world: World) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    reply = world.people.says(world.ann, group, "/summarize", reply_to=world.message(group, "x")).json()
    del reply["reply_to_message"]["text"]
    blocks = [{"type": "p", "text": ["see ", {"type": "url", "text": "it", "url": "https://arxiv.org/abs/2405.17428"}]}]
    reply["reply_to_message"]["rich_message"] = {"blocks": blocks}
    world.push("message", reply)
    assert told(world).split() == ["see", "it", "https://arxiv.org/abs/2405.17428"]
    deep: Any = "x"
    for _ in range(200):
        deep = {"text": [deep]}
    reply["reply_to_message"]["rich_message"] = deep
    world.push("message", reply)
    assert told(world) == ""


def test_what_is_answered_is_bounded(world: World) -> None:
    world.people.says(
        world.ann, world.ann, "x" * 30_000, reply_to=world.message(world.people.private(world.ann), "y" * 30_000)
    )
    wanted = world.heard().wanted
    assert wanted is not None
    assert len(str(wanted.options["ids"])) == len(told(world)) == 20_000


# ---------------------------------------------------------------- deep links


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ("p2405_17428", said("summarize", ids="2405.17428")),
        ("pcs_0112017", said("summarize", ids="cs/0112017")),
        ("ABCD2345", said("start", code="ABCD2345")),
        ("", said("start")),
    ],
)
def test_start_carries_a_paper_or_a_code(world: World, payload: str, wanted: Said) -> None:
    world.people.starts(world.bob, payload)
    assert world.heard().wanted == wanted


def test_what_a_group_is_started_with_is_nobodys_code(world: World) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    for payload in ("true", "p2405_17428"):
        world.people.says(world.ann, group, f"/start@paperboy_bot {payload}")
        assert world.heard().wanted == said("start")


# ---------------------------------------------------------------- about another chat


@pytest.mark.parametrize(
    ("text", "about", "wanted"),
    [
        ("/subscribe @news_channel LLM", "@news_channel", said("subscribe", topic="LLM")),
        ("/subscribe @news_channel", "@news_channel", said("subscribe")),
        ("/settings -1001234567890 size 5", "-1001234567890", said("settings", what="size", value="5")),
        ("/list -1001234567890:17", "-1001234567890:17", said("list")),
        ("/pause -1001234567890/17", "-1001234567890:17", said("pause")),
        ("/digest\n@news_channel", "@news_channel", said("digest")),
        ("/unsubscribe 2", None, said("unsubscribe", topic="2")),
        ("/subscribe -survey LLM", None, said("subscribe", topic="-survey LLM")),
        ("/subscribe @abc LLM", None, said("subscribe", topic="@abc LLM")),
        ("/summarize @news_channel", None, said("summarize", ids="@news_channel")),
        ("/allow -1001234567890", None, said("allow", chat="-1001234567890")),
    ],
)
def test_an_admin_names_a_chat_as_the_first_word(world: World, text: str, about: str | None, wanted: Said) -> None:
    world.people.says(world.ann, world.ann, text)
    assert (world.heard().about, world.heard().wanted) == (about, wanted)


def test_in_a_group_the_first_word_is_no_chat(world: World) -> None:
    group = world.people.add_supergroup(admins=[world.ann])
    world.people.says(world.ann, group, "/subscribe @news_channel LLM")
    assert world.heard().about is None


# ---------------------------------------------------------------- buttons


def pressed(world: World, user: User, message: Message, data: str, **given: bool) -> News | None:
    message.keyboard = ((Button("go", data=data),),)
    world.people.presses(user, message, "go", **given)
    return world.last()


def test_a_button_asks_where_it_stands(world: World) -> None:
    forum = world.people.add_forum(topics=["Papers"], members=[world.ann])
    (topic,) = forum.topics
    message = world.message(forum, "x", thread=topic)
    heard = pressed(world, world.ann, message, encode("/unsubscribe 2 ~k3f9"))
    assert isinstance(heard, Heard)
    assert heard.wanted == said("unsubscribe", topic="2", check="k3f9")
    assert (heard.room.target, heard.room.kind, heard.actor.id) == (target(forum, topic), "group", str(world.ann.id))
    assert (heard.message, heard.at, heard.locale) == (message.id, None, "de")
    assert heard.query in world.people.pressed


def test_a_button_carries_the_chat_it_is_about(world: World) -> None:
    about = Target("telegram", "-1001234567890", "17")
    private = world.people.private(world.ann)
    heard = pressed(world, world.ann, world.message(private, "x"), encode("/settings size 10", about))
    assert isinstance(heard, Heard)
    assert (heard.about, heard.room.target) == (about, target(world.ann))


def test_a_button_nobody_understands_is_answered_all_the_same(world: World) -> None:
    message = world.message(world.people.private(world.ann), "x")
    for data in ("0/list", "list", "1/", "1/no_such_command x\n"):
        news = pressed(world, world.ann, message, data)
        assert isinstance(news, Stale | Heard), data
        assert not isinstance(news, Heard) or news.wanted == Said("help", {"command": "no_such_command"})


def test_the_button_of_an_old_message_works_where_its_place_is_known(world: World) -> None:
    private, forum = world.people.private(world.ann), world.people.add_forum(topics=["A"], members=[world.ann])
    heard = pressed(world, world.ann, world.message(private, "x"), encode("/list"), old=True)
    assert isinstance(heard, Heard)
    assert heard.room.target == target(world.ann)
    news = pressed(
        world, world.ann, world.message(forum, "x", thread=next(iter(forum.topics))), encode("/list"), old=True
    )
    assert isinstance(news, Stale)
    assert news.locale == "de"


# ---------------------------------------------------------------- where we are


def test_being_let_in_and_removed_is_told_once_each(world: World) -> None:
    ann, people = world.ann, world.people
    group, channel = (
        people.add_supergroup("G", admins=[ann], bot="left"),
        people.add_channel("C", admins=[ann], bot="left"),
    )
    for place in (group, channel):
        people.admits(ann, place)
        let = next(each for each in world.news() if isinstance(each, Let) and each.room.target == target(place))
        assert (let.room.title, let.locale, str(let.by)) == (place.title, "de", f"telegram:{ann.id}")
        people.kicks(ann, place)
        assert world.last() == Removed(target=target(place), reason="kicked")
    assert [type(each) for each in world.news()] == [Let, Removed] * 2


def test_rights_decide_whether_we_may_write(world: World) -> None:
    ann, people = world.ann, world.people
    group, channel = people.add_supergroup(admins=[ann]), people.add_channel(admins=[ann])
    people.restricts(ann, group)
    assert world.last() == Removed(target=target(group), reason="may not send messages")
    people.restricts(ann, group, may_write=True)
    assert isinstance(world.last(), Let)
    people.admits(ann, channel, rights=frozenset({"can_manage_chat"}))
    assert world.last() == Removed(target=target(channel), reason="may not post messages")
    people.admits(ann, channel)
    assert isinstance(world.last(), Let)
    people.admits(ann, channel, rights=frozenset({"can_post_messages"}))
    assert world.last() is None  # one right less, and no news
    people.admits(ann, group, rights=frozenset())
    assert isinstance(world.last(), Let)  # what was closed to members may be open to admins


def test_a_person_who_blocks_us_is_lost_and_comes_back(world: World) -> None:
    world.people.blocks(world.ann)
    assert world.last() == Removed(target=target(world.ann), reason="blocked by the user")
    world.people.unblocks(world.ann)
    let = world.last()
    assert isinstance(let, Let)
    assert (let.room.kind, let.room.target) == ("private", target(world.ann))


def test_a_migration_is_told_by_both_sides_alike(world: World) -> None:
    group = world.people.add_group(admins=[world.ann])
    new = world.people.migrates(world.ann, group)
    assert world.news() == [Migrated(old=target(group), new=target(new))] * 2


def test_a_topic_that_is_opened_again_is_let_in_again(world: World) -> None:
    forum = world.people.add_forum(topics=["A"], admins=[world.ann])
    (topic,) = forum.topics.values()
    world.people.closes(world.ann, forum, topic)
    assert world.last() is None
    told = world.people.updates.waiting[-1]["message"]
    del told["forum_topic_closed"]
    world.push("message", told | {"forum_topic_reopened": {}})
    let = world.last()
    assert isinstance(let, Let)
    assert (let.room.target, let.by) == (target(forum, topic.id), None)


def test_what_happens_in_a_chat_has_one_lane(world: World) -> None:
    group = world.people.add_supergroup(admins=[world.ann])
    message = world.message(group, "x", keyboard=((Button("go", data=encode("/list")),),))
    world.people.says(world.ann, group, "/list")
    world.people.presses(world.ann, message, "go")
    world.people.kicks(world.ann, group)
    assert {lane(update) for update in world.updates} == {group.id}
    assert lane(Update(1)) == 0


@given(text=st.text(max_size=200))
def test_whatever_is_typed_is_understood_or_not_and_never_fails(text: str) -> None:
    world = World()
    world.people.says(world.ann, world.ann, text)
    heard = world.last()
    assert isinstance(heard, Heard) == bool(text.strip())
