"""Rich Messages through the whole bot: chosen after a sample, refused by older servers, and never in anybody's way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.newsroom import MONDAY, announced
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import refuses
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.town import Town, town
from tests.fakes.whole_bot import Clock


def papers(t: Town, count: int = 2) -> None:
    t.bot.announce(MONDAY, *(announced(f"2605.{n:05d}", MONDAY) for n in range(1, count + 1)))


def older(clock: Clock) -> FakeTelegram:
    """A server that knows no Rich Messages."""
    return FakeTelegram(now=clock, rich=False)


async def digest(t: Town, user: User, where: Chat | User) -> list[Message]:
    """What `/digest` brings besides its own answer."""
    before = t._last(where)
    await t.says(user, where, "/digest")
    await t.run.delivered()
    return [each for each in t.since(where, before) if "Mon 18 May" in each.text]


def rich_calls(t: Town) -> int:
    return len(t.server.called("sendRichMessage"))


async def test_a_chat_chooses_rich_messages_after_a_sample_and_gets_them(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        papers(t)
        await t.run.announced()
        await t.follows(t.bob, t.bob)
        panel = await t.answer(t.bob, t.bob, "/settings form")
        assert panel.buttons[-2] == ["✓ Classic", "Rich message", "Send me a sample"]
        before = t._last(t.bob)
        await t.presses(t.bob, panel, "Send me a sample")
        (sample,) = t.since(t.bob, before)
        assert sample.rich is not None
        assert "Language model 2605.00001" in sample.text
        assert t.run.chats.seen(t.run.chats.chats()[0].target, ["2605.00001"]) == set(), "a sample marks nothing"
        assert panel.buttons[-2][0] == "✓ Classic"
        await t.presses(t.bob, panel, "Rich message")
        assert panel.buttons[-2][1] == "✓ Rich message"
        (rich,) = await digest(t, t.bob, t.bob)
        assert rich.rich is not None
        assert rich.buttons == [["1", "2"]]
        await t.presses(t.bob, rich, "1")
        paper = t.ours(t.bob)[-1]
        assert paper.buttons[-1][-1] == "👎"
        assert t.server.dropped == []


async def test_an_older_server_gets_the_classic_form_and_is_not_asked_again_that_day(tmp_path: Path) -> None:
    async with town(tmp_path, server=older) as t:
        papers(t)
        group, other = t.group(), t.group("Others")
        async with t.open():
            await t.run.announced()
            for each in (group, other):
                await t.follows(t.ann, each)
                await t.says(t.ann, each, "/settings form rich")
            assert len(await digest(t, t.ann, group)) == 1
            assert rich_calls(t) == 1
            assert len(await digest(t, t.ann, other)) == 1
            assert rich_calls(t) == 1
        async with t.open():
            sample = await t.says(t.ann, group, "/settings form sample")
            assert "Language model" in sample[-1].text
            assert rich_calls(t) == 1, "it is remembered over a restart"
            await t.run.later(timedelta(hours=25))
            await t.says(t.ann, group, "/settings form sample")
            assert rich_calls(t) == 2, "it may know more tomorrow"


@pytest.mark.parametrize("text", ["Bad Request: RICH_MESSAGE_BLOCK_INVALID", "Bad Request: message text is empty"])
async def test_what_is_refused_in_one_rich_message_comes_in_the_classic_form(tmp_path: Path, text: str) -> None:
    async with town(tmp_path) as t, t.open():
        papers(t)
        await t.run.announced()
        await t.follows(t.bob, t.bob)
        await t.says(t.bob, t.bob, "/settings form rich")
        await t.quiet()
        t.server.fail(refuses(text), method="sendRichMessage", times=None)
        (classic,) = await digest(t, t.bob, t.bob)
        assert classic.rich is None
        assert classic.entities, "classic, not plain"
        t.server.fail(refuses("Bad Request: can't parse entities: x"), method="sendMessage", times=1)
        assert "Paused" in (await t.answer(t.bob, t.bob, "/pause")).text


async def test_an_operator_may_switch_them_off(tmp_path: Path) -> None:
    async with town(tmp_path, rich="off") as t, t.open():
        papers(t)
        panel = await t.answer(t.bob, t.bob, "/settings how")
        assert "Message form" not in panel.text
        assert all("Rich message" not in row for row in panel.buttons)
        assert rich_calls(t) == 0


async def test_an_operator_may_have_them_for_all(tmp_path: Path) -> None:
    async with town(tmp_path, rich="on") as t, t.open():
        papers(t)
        await t.run.announced()
        await t.follows(t.bob, t.bob)
        (rich,) = await digest(t, t.bob, t.bob)
        assert rich.rich is not None
        assert (await t.answer(t.bob, t.bob, "/list")).rich is not None
