"""The whole bot on Telegram as days go by: restarts, being thrown out and let in again, places that move or close."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.targets import State, Target
from tests.fakes.messenger import target
from tests.fakes.newsroom import TUESDAY, WEDNESDAY, announced
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.town import Town, town


async def day(t: Town, when: date, *ids: str) -> None:
    """arXiv's announcement of that day comes, with papers of these ids."""
    await t.run.later(datetime(when.year, when.month, when.day, 5, tzinfo=UTC))
    t.bot.announce(when, *(announced(each, when) for each in ids))
    await t.run.announced()


def digests(t: Town, where: Chat | User, thread: int | None = None) -> list[Message]:
    """What came there unasked."""
    dated = (" · Tue", " · Wed")
    return [each for each in t.ours(where, thread) if any(day in each.text for day in dated)]


def state(t: Town, where: Chat | User | Target) -> tuple[State, str]:
    found = t.run.chats.chat(where if isinstance(where, Target) else target(where))
    assert found is not None
    return found.state, found.reason


# ---------------------------------------------------------------- two days


async def test_over_two_days_and_a_restart_everything_comes_once_and_old_buttons_work(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        group, channel = t.group(), t.channel()
        forum, topic = t.forum()
        async with t.open():
            await t.follows(t.bob, t.bob)
            await t.follows(t.ann, group)
            await t.follows(t.ann, forum, thread=topic.id)
            offer = await t.answer(t.ann, t.ann, "/subscribe @daily_news LLM")
            await t.presses(t.ann, offer, "Subscribe")
            await t.says(t.ann, t.ann, "/settings @daily_news quiet off")
            late_offer = await t.answer(t.bob, t.bob, "/subscribe RAG")
            await day(t, TUESDAY, "2605.00001", "2605.00002")
        places: list[tuple[Chat | User, int | None]] = [
            (t.bob, None),
            (group, None),
            (forum, topic.id),
            (channel, None),
        ]
        for where, thread in places:
            (first,) = digests(t, where, thread)
            assert "2605.00001" in first.text
        menus = t.server.asking.menu_calls
        async with t.open():
            await t.run.announced()
            await day(t, WEDNESDAY, "2605.00002", "2605.00003")
            await t.run.announced()
            for where, thread in places:
                first, second = digests(t, where, thread)
                assert "2605.00003" in second.text
                assert "1 paper" in second.text, "what was new on Tuesday is not new on Wednesday"
            assert digests(t, forum, 0) == []
            first = digests(t, t.bob)[0]
            await t.presses(t.bob, first, "1")
            assert t.texts(t.bob)[-1].startswith("Language model 2605.0000")
            (paper,) = await t.opens(t.eve, digests(t, group)[0], "2")
            assert paper.text.startswith("Language model 2605.0000")
            await t.presses(t.bob, late_offer, "Subscribe")
            assert "Following RAG" in late_offer.text
        async with t.open():
            await t.run.announced()
            assert [len(digests(t, where, thread)) for where, thread in places] == [2, 2, 2, 2]
        assert t.server.asking.menu_calls == menus, "menus are told only when they changed"


async def test_updates_that_came_while_we_were_away_are_dealt_with_once(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        group = t.group()
        async with t.open():
            await t.follows(t.ann, group)
        t.people.says(t.ann, group, "/pause")
        t.people.says(t.bob, group, "/help")
        async with t.open():
            await t.quiet()
            assert state(t, group) == (State.PAUSED, "")
            assert t.texts(group)[-2].startswith("Paused.")
        t.people.says(t.bob, group, "/help")
        t.people.says(t.ann, group, "/resume")
        t.bot.clock.go(timedelta(hours=1))
        before = len(t.ours(group))
        async with t.open():
            await t.quiet()
            assert state(t, group) == (State.ACTIVE, ""), "a change is made, however late"
            (sorry,) = t.ours(group)[before:]
            assert sorry.text.startswith("I was away and have just come back")


async def test_an_update_that_is_told_again_changes_nothing_again(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        offer = await t.answer(t.bob, t.bob, "/subscribe LLM")
        t.people.presses(t.bob, offer, "Subscribe")
        told = t.people.updates.waiting[0]
        await t.quiet()
        since = t.run.chats.subscriptions(target(t.bob))[0].since
        await t.answer(t.bob, t.bob, "/unsubscribe LLM")
        t.people.updates.again({**told, "update_id": told["update_id"] + 10})
        await t.quiet()
        assert len(t.run.chats.subscriptions(target(t.bob))) == 1, "another press is another wish"
        t.people.updates.again({**told, "update_id": told["update_id"] + 10})
        await t.quiet()
        (only,) = t.run.chats.subscriptions(target(t.bob))
        assert only.since > since


# ---------------------------------------------------------------- thrown out, let in


async def test_kicked_from_a_group_it_is_paused_with_a_reason_and_goes_on_when_let_in(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group()
        await t.follows(t.ann, group)
        t.people.kicks(t.bob, group)
        await t.quiet()
        assert state(t, group) == (State.LOST, "kicked")
        lost = await t.sees(t.ann, "I may no longer post in Readers")
        assert "The subscription is paused, not gone" in lost.text
        said = len(t.ours(group))
        calls = len(t.server.called("sendMessage"))
        await day(t, TUESDAY, "2605.00001")
        assert len(t.server.called("sendMessage")) == calls, "nobody tries what cannot work"
        t.people.admits(t.bob, group)
        await t.sees(t.ann, "I may post in Readers again: the digests go on.")
        assert state(t, group) == (State.ACTIVE, "")
        await t.run.announced()
        (digest,) = t.ours(group)[said:]
        assert "2605.00001" in digest.text
        assert len(t.ours(t.ann)) == 2


async def test_the_first_refused_message_says_as_much_where_telegram_did_not(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group()
        await t.follows(t.ann, group)
        group.open_to_members = False
        await day(t, TUESDAY, "2605.00001")
        assert state(t, group)[0] is State.LOST
        lost = await t.sees(t.ann, "I may no longer post in Readers")
        assert "missing: Send Messages" in lost.text
        group.open_to_members = True
        await t.says(t.ann, group, "/resume")
        await t.sees(group, "Digests come again")
        await t.sees(group, "2605.00001")


async def test_a_right_that_is_given_back_without_a_word_is_noticed_after_a_while(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group()
        await t.follows(t.ann, group)
        group.open_to_members = False
        await day(t, TUESDAY, "2605.00001")
        await t.sees(t.ann, "I may no longer post in Readers")
        await t.run.staff.engine.revive()
        assert state(t, group)[0] is State.LOST
        group.open_to_members = True
        await t.run.staff.engine.revive()
        await t.sees(group, "2605.00001")
        await t.sees(t.ann, "I may post in Readers again")


async def test_who_blocks_us_is_left_alone_and_gets_what_waited_on_coming_back(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        await t.follows(t.bob, t.bob)
        t.people.blocks(t.bob)
        await t.quiet()
        assert state(t, t.bob) == (State.LOST, "blocked by the user")
        await day(t, TUESDAY, "2605.00001")
        assert digests(t, t.bob) == []
        t.people.unblocks(t.bob)
        await t.quiet()
        assert state(t, t.bob) == (State.ACTIVE, "")
        await t.run.announced()
        assert len(digests(t, t.bob)) == 1
        assert t.texts(t.ann) == []


async def test_a_channel_that_takes_the_right_to_post_hears_of_it_in_private(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        channel = t.channel()
        offer = await t.answer(t.ann, t.ann, "/subscribe @daily_news LLM")
        await t.presses(t.ann, offer, "Subscribe")
        t.people.admits(t.ann, channel, rights=frozenset({"can_manage_chat"}))
        lost = await t.sees(t.ann, "I may no longer post in News")
        assert "missing: Post Messages" in lost.text
        t.people.admits(t.ann, channel)
        await t.sees(t.ann, "I may post in News again")
        assert state(t, channel) == (State.ACTIVE, "")
        assert t.texts(channel) == []


# ---------------------------------------------------------------- places that move or close


@pytest.mark.parametrize("told", [True, False], ids=["and says so", "and only refuses"])
async def test_a_group_that_becomes_a_supergroup_takes_everything_along(tmp_path: Path, *, told: bool) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.people.add_group("Readers", admins=[t.ann], members=[t.bob])
        await t.follows(t.ann, group)
        new = t.people.migrates(t.ann, group)
        if not told:  # lost on the way; the next message is refused, and says where to
            t.people.updates.waiting.clear()
        await t.quiet()
        if told:
            assert state(t, new) == (State.ACTIVE, "")
        await day(t, TUESDAY, "2605.00001")
        (digest,) = t.ours(new)
        assert "2605.00001" in digest.text
        assert t.run.chats.chat(target(group)) is None
        assert [each.topic.name for each in t.run.chats.subscriptions(target(new))] == ["LLM"]
        answer = await t.answer(t.bob, new, "/list")
        assert "LLM" in answer.text
        await t.run.announced()
        assert len(digests(t, new)) == 1


@pytest.mark.parametrize("how", ["closed", "deleted"])
async def test_a_topic_that_is_gone_pauses_that_topic_alone(tmp_path: Path, how: str) -> None:
    async with town(tmp_path) as t, t.open():
        forum, topic = t.forum()
        other = t.people.add_topic(forum, "Other")
        for each in (topic, other):
            await t.follows(t.ann, forum, thread=each.id)
        if how == "closed":
            t.people.closes(t.ann, forum, topic)
        else:
            t.people.erases(topic)
        await day(t, TUESDAY, "2605.00001")
        assert state(t, target(forum, topic.id))[0] is State.LOST
        assert state(t, target(forum, other.id))[0] is State.ACTIVE
        assert len(digests(t, forum, other.id)) == 1
        assert digests(t, forum, topic.id) == digests(t, forum, 0) == []
        await t.sees(t.ann, "I may no longer post in Lab")
