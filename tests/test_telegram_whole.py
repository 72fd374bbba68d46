"""The whole bot on Telegram: from the first hello to a digest, and what readers do with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.targets import Target
from tests.fakes.messenger import PAUSES, target
from tests.fakes.newsroom import TUESDAY, announced
from tests.fakes.telegram_people import Pressed
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.town import Town, town

TUESDAYS_FEED = datetime(2026, 5, 19, 5, tzinfo=UTC)
"""When what arXiv announces on Tuesday is there."""


def papers(t: Town, count: int, *, first: int = 1) -> None:
    """arXiv announces so many papers about language models, on Tuesday."""
    t.bot.announce(TUESDAY, *(announced(f"2605.{n:05d}", TUESDAY) for n in range(first, first + count)))


async def tuesday(t: Town, count: int) -> None:
    """Tuesday comes, with so many papers."""
    await t.run.later(TUESDAYS_FEED)
    papers(t, count)
    await t.run.announced()


def followed(t: Town, where: Chat | User | Target) -> list[str]:
    """What is followed there."""
    place = where if isinstance(where, Target) else target(where)
    return [each.topic.name for each in t.run.chats.subscriptions(place)]


# ---------------------------------------------------------------- first contact


async def test_who_starts_is_told_who_we_are_and_how_to_take_us_along(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        hello = await t.answer(t.eve, t.eve, "/start")
        assert hello.text.startswith("I am Paperboy.")
        assert hello.buttons == [["Add to a group", "Add to a channel"], ["Topics", "Try a paper", "Help"]]
        assert hello.button("Add to a group").url == "https://t.me/paperboy_bot?startgroup"
        assert hello.button("Add to a channel").url == "https://t.me/paperboy_bot?startchannel&admin=post_messages"
        await t.presses(t.eve, hello, "Topics")
        assert hello.text.startswith("What would you like to follow?"), "the catalogue takes the place of the greeting"


async def test_a_group_that_takes_us_in_is_greeted_there_once_and_a_member_looks_while_an_admin_decides(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group(bot="left")
        t.people.admits(t.bob, group)
        hello = await t.sees(group, "I bring research papers from arXiv to this group")
        assert "What should this group follow?" in hello.text
        pressed = await t.presses(t.bob, hello, "LLM")
        assert pressed.answer == ""
        assert "Comes on arrival" in hello.text
        assert hello.buttons[-1] == ["Subscribe", "Change", "No"]
        for nobody in (t.bob, t.eve):
            before = hello.text
            pressed = await t.presses(nobody, hello, "Subscribe")
            assert pressed.answer == "Only admins change what this group follows. You can use /summarize."
            assert (hello.text, followed(t, group)) == (before, [])
        await t.presses(t.ann, hello, "Subscribe")
        assert "Following LLM from now on." in hello.text
        assert followed(t, group) == ["LLM"]
        t.people.restricts(t.ann, group, may_write=True)
        t.people.promotes(group, t.people.bot)
        await t.quiet()
        assert len(t.ours(group)) == 1
        assert t.texts(t.bob) == []


async def test_who_puts_us_into_a_channel_sets_it_up_from_their_private_chat_and_readers_see_nothing(
    tmp_path: Path,
) -> None:
    async with town(tmp_path) as t, t.open():
        channel = t.channel(username=None, bot="left")
        t.people.admits(t.ann, channel)
        hello = await t.sees(t.ann, "I am in News.")
        assert followed(t, channel) == []
        await t.presses(t.ann, hello, "LLM")
        assert "Comes on arrival" in hello.text
        await t.presses(t.ann, hello, "Change")
        settings = await t.sees(t.ann, "How digests come here")
        await t.presses(t.ann, settings, "When")
        await t.presses(t.ann, settings, "No quiet hours")
        assert "Quiet hours: none" in settings.text
        await t.presses(t.ann, hello, "Subscribe")
        assert "Following LLM from now on. It comes on arrival." in hello.text
        assert (followed(t, channel), followed(t, t.ann)) == (["LLM"], [])
        assert t.texts(channel) == []
        await tuesday(t, 2)
        (digest,) = t.ours(channel)
        assert digest.silent
        assert "2 papers" in digest.text
        assert len(t.ours(t.ann)) == 2


async def test_a_button_about_a_channel_works_only_while_one_is_its_admin(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        channel = t.channel()
        offer = await t.answer(t.ann, t.ann, "/subscribe @daily_news LLM")
        t.people.demotes(channel, t.ann)
        pressed = await t.presses(t.ann, offer, "Subscribe")
        assert pressed.answer == f"Only admins of {channel.id} can do this from here."
        assert "Comes on arrival" in offer.text
        assert followed(t, channel) == []


async def test_a_channel_where_we_may_not_post_is_told_so_before_anything_is_promised(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        channel = t.channel(bot="left")
        t.people.admits(t.ann, channel, rights=frozenset({"can_manage_chat"}))
        await t.quiet()
        offer = await t.answer(t.ann, t.ann, "/subscribe @daily_news LLM")
        await t.presses(t.ann, offer, "Subscribe")
        assert "missing: Post Messages" in offer.text


# ---------------------------------------------------------------- reading


async def reader(t: Town, count: int) -> tuple[Chat, list[Message]]:
    """A group that follows LLM and its digest of so many papers."""
    group = t.group()
    await t.follows(t.ann, group)
    before = len(t.ours(group))
    await tuesday(t, count)
    return group, t.ours(group)[before:]


async def test_papers_are_opened_in_private_and_the_group_stays_quiet(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group, (digest,) = await reader(t, 3)
        assert digest.buttons == [["1", "2", "3"]]
        assert digest.silent
        for number in ("1", "2", "3"):
            (paper,) = await t.opens(t.bob, digest, number)
            assert paper.text.startswith("Language model 2605.0000")
            assert paper.buttons == [["Evidence", "Abstract", "Ask"], ["Save", "👍", "👎"]]
        (eves,) = await t.opens(t.eve, digest, "1")
        key = eves.text.partition("\n")[0].rpartition(" ")[2]
        await _reads(t, eves, key)
        assert len(t.ours(group)) == 3
        assert (await t.answer(t.eve, t.eve, "/saved")).text.startswith("What you saved: 1 paper")
        assert (await t.answer(t.bob, t.bob, "/saved")).text.startswith("You have saved nothing yet.")


async def _reads(t: Town, paper: Message, key: str) -> None:
    """Eve presses everything under a paper: some answers stand below, others are notices; the paper stays."""
    before, text = len(t.ours(t.eve)), paper.text
    assert await _said(t, paper, "Save") == "Saved. You keep 1 paper now."
    assert await _said(t, paper, "Save") == "Saved before; you keep 1 paper."
    assert await _said(t, paper, "👍") == f"Noted: 👍 Language model {key}"
    assert await _said(t, paper, "👎") == f"Noted: 👎 Language model {key}"
    assert await _said(t, paper, "👎") == f"Taken back: Language model {key}"
    assert len(t.ours(t.eve)) == before
    assert await _said(t, paper, "Abstract") == ""
    assert await _said(t, paper, "Evidence") == ""
    abstract, evidence = t.ours(t.eve)[before:]
    assert "A language model. It is good." in abstract.text
    assert evidence.text.startswith(f"Language model {key} · {key}\n\n1. t\n")
    assert paper.text == text


async def _said(t: Town, message: Message, button: str) -> str | None:
    return (await t.presses(t.eve, message, button)).answer


async def test_what_was_cut_is_one_button_away_page_by_page(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group, parts = await reader(t, 34)
        assert [each.buttons for each in parts][-1][-1][-1] == "All 34"
        assert sum("All 34" in row for each in parts for row in each.buttons) == 1
        numbers = [label for each in parts for row in each.buttons for label in row if label.isdecimal()]
        assert numbers == [str(n) for n in range(1, 11)]
        (rest,) = await t.opens(t.eve, parts[-1], "All 34")
        assert "11–30 of 34" in rest.text
        await t.presses(t.eve, rest, "›")
        assert "31–34 of 34" in rest.text
        await t.presses(t.eve, rest, "‹")
        assert "11–30 of 34" in rest.text
        assert len(t.ours(t.eve)) == 1
        assert t.ours(group)[-1] is parts[-1]


async def test_a_private_digest_opens_its_papers_where_it_is(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        await t.follows(t.bob, t.bob)
        await tuesday(t, 2)
        digest = t.ours(t.bob)[-1]
        pressed: Pressed = await t.presses(t.bob, digest, "2")
        assert pressed.answer == ""
        assert t.ours(t.bob)[-1].buttons == [["Evidence", "Abstract", "Ask"], ["Save", "👍", "👎"]]
        assert "2 papers" in digest.text


async def test_a_summary_says_at_once_that_it_works_and_becomes_the_answer(tmp_path: Path) -> None:
    async with town(tmp_path, pauses=PAUSES) as t, t.open():
        papers(t, 1)
        group = t.group()
        t.bot.library.gate.clear()
        asked = t.people.says(t.bob, group, "/summarize 2605.00001")
        answer = await t.sees(group, "Reading 2605.00001 …")
        assert answer.reply_to is asked
        t.people.says(t.ann, group, "/help")
        await t.sees(group, "What I can do")  # nobody waits for it
        t.bot.library.gate.set()
        await t.run.until(lambda: "big says" in answer.text)
        await t.quiet()
        assert len(t.ours(group)) == 2
        assert answer.button("Save").data is not None
        assert answer.button("Abstract").url is not None, "what is long opens in private"


async def test_a_summary_appears_in_steps_in_one_message(tmp_path: Path) -> None:
    async with town(tmp_path, pauses=PAUSES) as t, t.open():
        papers(t, 1)
        model = t.bot.model
        assert model is not None
        model.gate.clear()
        t.people.says(t.bob, t.bob, "/summarize 2605.00001")
        answer = await t.sees(t.bob, "step 2 of 4")
        assert answer.text.startswith("Language model 2605.00001")
        assert "from the abstract: A language model. It is good." in answer.text
        model.gate.set()
        await t.run.until(lambda: "big says" in answer.text)
        await t.quiet()
        assert "step" not in answer.text
        assert model.asked == ["2605.00001"]
        assert len(t.ours(t.bob)) == 1


async def test_a_post_of_somebody_is_summarized_by_a_reply_and_a_digest_by_its_links(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group, (digest,) = await reader(t, 1)
        answer = await t.answer(t.bob, group, "/summarize", reply_to=digest)
        assert answer.text.startswith("Language model 2605.00001")
