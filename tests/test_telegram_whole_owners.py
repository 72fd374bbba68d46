"""Those who run the bot, on Telegram: how one becomes an owner, lets chats in, and hears of trouble."""

from __future__ import annotations

import re
from pathlib import Path

from bot.models import Note
from bot.targets import Access
from tests.fakes.messenger import target
from tests.fakes.newsroom import MONDAY, TUESDAY, announced
from tests.fakes.town import town
from tests.test_telegram_whole import followed, tuesday


async def test_whoever_has_the_printed_code_owns_the_bot_once_and_for_all(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        async with t.open():
            found = re.search(r"/start (\S+) ", "\n".join(t.bot.said_to_operator))
            assert found is not None
            assert "not the code" in (await t.answer(t.bob, t.bob, "/start 11111111")).text
            (owned,) = await t.says(t.ann, t.ann, f"/start {found[1]}")
            assert owned.text.startswith("You are the owner of this bot now.")
            (late,) = await t.says(t.eve, t.eve, f"/start {found[1]}")
            assert "owner" not in late.text
            assert "How things are" in (await t.answer(t.ann, t.ann, "/stats")).text
            assert found[1] not in "".join(t.texts(t.eve))
        t.bot.said_to_operator.clear()
        async with t.open():
            assert "/start" not in "".join(t.bot.said_to_operator)
            assert (await t.answer(t.ann, t.ann, "/chats")).text.startswith("0 chats")


async def test_owners_let_a_chat_in_with_a_button_and_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async with town(tmp_path, owners="telegram:1003", policy="approve") as t, t.open():
        group = t.group()
        offer = await t.answer(t.ann, group, "/subscribe LLM")
        refused = await t.presses(t.bob, offer, "Subscribe")
        assert refused.answer is not None
        assert refused.answer.startswith("Only admins")
        assert t.texts(t.eve) == [], "a member does not make owners be asked"
        await t.presses(t.ann, offer, "Subscribe")
        assert "I have asked them, and will tell you here." in offer.text
        question = await t.sees(t.eve, "The group Readers")
        assert question.buttons == [["Allow", "Allow without model"], ["Block"]]
        await t.presses(t.eve, question, "Allow")
        assert "may subscribe now" in question.text
        allowed = await t.sees(group, "The owners of this bot have allowed this chat.")
        await t.presses(t.bob, allowed, allowed.buttons[0][0])
        assert followed(t, group) == []
        await t.presses(t.ann, allowed, allowed.buttons[0][0])
        assert followed(t, group) == ["LLM"]


async def test_a_blocked_chat_gets_nothing_and_is_told_so_when_it_asks(tmp_path: Path) -> None:
    async with town(tmp_path, owners="telegram:1003") as t, t.open():
        group, other = t.group(), t.group("Others")
        for each in (group, other):
            await t.follows(t.ann, each)
        before = len(t.ours(group))
        await t.says(t.eve, t.eve, f"/block {target(group)}")
        await tuesday(t, 1)
        assert len(t.ours(group)) == before
        assert "1 paper" in t.texts(other)[-1]
        assert "switched it off" in (await t.answer(t.bob, group, "/summarize 2605.00001")).text
        await t.says(t.eve, t.eve, f"/allow {target(group)}")
        assert t.run.chats.chat(target(group)).access is Access.ALLOWED  # type: ignore[union-attr] # it is known
        await t.run.announced()
        await t.sees(group, "2605.00001")


async def test_a_chat_without_model_reads_sentences_of_the_abstract(tmp_path: Path) -> None:
    async with town(tmp_path, owners="telegram:1003", policy="approve") as t, t.open():
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        answer = await t.answer(t.bob, t.bob, "/summarize 2605.00001")
        assert "from the abstract" in answer.text
        assert t.bot.model is not None
        assert t.bot.model.asked == []
        mine = await t.answer(t.eve, t.eve, "/summarize 2605.00001")
        assert "big says" in mine.text


async def test_owners_hear_of_a_stale_feed_once_a_day_and_readers_do_not(tmp_path: Path) -> None:
    async with town(tmp_path, owners="telegram:1003") as t, t.open():
        await t.follows(t.bob, t.bob)
        before = len(t.ours(t.bob))
        t.run.arxiv.notes = (Note("feed_stale", {"feed_day": MONDAY, "expected": TUESDAY}),)
        for _ in range(3):
            await t.run.announced()
        await t.sees(t.eve, "arXiv's feed is still that of")
        assert len(t.ours(t.eve)) == 1
        assert len(t.ours(t.bob)) == before


async def test_everybody_is_spoken_to_in_their_own_language(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        wei = t.people.add_user("Wei", language="zh-hans", started=True)
        olga = t.people.add_user("Olga", language="ru", started=True)
        jan = t.people.add_user("Jan", language="nl", started=True)
        assert "我是 Paperboy" in (await t.answer(wei, wei, "/start")).text
        assert "Paperboy" in (russian := (await t.answer(olga, olga, "/start")).text)
        assert re.search("[а-я]{4}", russian)
        assert (await t.answer(jan, jan, "/start")).text.startswith("I am Paperboy.")
        group = t.group()
        assert re.search("[一-鿿]{4}", (await t.answer(wei, group, "/list")).text)
