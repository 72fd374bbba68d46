"""The whole bot on Telegram asked about papers: by a button, by replies and quotes, in private, groups and channels."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.telegram.limits import CALLBACK
from tests.fakes.newsroom import MONDAY, announced
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.town import Town, town

FIRST, SECOND = "2605.00001", "2605.00002"


def papers(t: Town, count: int = 2) -> None:
    t.bot.announce(MONDAY, *(announced(f"2605.{n:05d}", MONDAY) for n in range(1, count + 1)))


async def digest(t: Town, where: Chat | User, *, form: str = "classic", count: int = 2) -> Message:
    """The digest of so many papers that comes there."""
    papers(t, count)
    await t.run.announced()
    say = f"@{where.username}" if isinstance(where, Chat) and where.kind == "channel" else ""
    admin, room = t.ann, t.ann if say else where
    offer = await t.answer(admin, room, f"/subscribe {say} LLM")
    await t.presses(admin, offer, "Subscribe")
    await t.says(admin, room, f"/settings {say} form {form}")
    before = t._last(where)
    await t.says(admin, room, f"/digest {say}")
    await t.run.delivered()
    (found,) = [each for each in t.since(where, before) if "Mon 18 May" in each.text]
    return found


async def asks(t: Town, user: User, where: Chat | User, text: str, reply_to: Message, **given: str) -> str | None:
    """What the bot answers to a reply; None: nothing."""
    found = await t.says(user, where, text, reply_to=reply_to, **given)
    assert len(found) <= 1
    return found[0].text if found else None


def is_answer(text: str | None, paper: str, question: str) -> bool:
    """Is it an answer about that paper to that question?"""
    return text is not None and text.startswith(f"Language model {paper}") and question in text


# ---------------------------------------------------------------- the button


async def test_the_button_of_a_paper_asks_what_one_wants_to_know_even_after_a_restart(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        papers(t)
        async with t.open():
            paper = await t.answer(t.bob, t.bob, FIRST)
            button = paper.button("Ask")
            assert button.data is not None
            assert len(button.data.encode()) <= CALLBACK
        async with t.open():
            before = t._last(t.bob)
            pressed = await t.presses(t.bob, paper, "Ask")
            (prompt,) = t.since(t.bob, before)
            assert (pressed.answer, paper.edits, paper.deleted) == ("", 0, False)
            assert prompt.text.startswith(f"What would you like to know about Language model {FIRST}?")
            assert prompt.forced is not None
            assert prompt.forced.placeholder == f"Your question about Language model {FIRST}"
        async with t.open():
            assert is_answer(await asks(t, t.bob, t.bob, "how good it is", prompt), FIRST, "how good it is")
        assert t.server.dropped == []


async def test_in_groups_and_channels_the_button_opens_the_question_in_private(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        papers(t)
        group, channel = t.group(), t.channel()
        in_group = await t.answer(t.bob, group, f"/summarize {FIRST}")
        (in_channel,) = await t.posts(channel, f"/summarize {FIRST}")
        for where, post in ((group, in_group), (channel, in_channel)):
            before = len(t.ours(where))
            for reader in (t.bob, t.eve):
                (prompt,) = await t.opens(reader, post, "Ask")
                assert prompt.forced is not None
                assert is_answer(await asks(t, reader, reader, "why", prompt), FIRST, "why")
            assert len(t.ours(where)) == before, "nobody's question is everybody's post"


async def test_a_command_without_a_question_is_asked_back_where_it_was_typed(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        papers(t)
        group = t.group()
        prompt = await t.answer(t.bob, group, f"/ask {FIRST}")
        assert prompt.forced is not None
        assert prompt.forced.selective
        assert prompt.reply_to is not None
        assert prompt.reply_to.sender is t.bob
        assert is_answer(await asks(t, t.eve, group, "the data", prompt), FIRST, "the data")


# ---------------------------------------------------------------- replies


async def test_people_talk_under_a_digest_and_ask_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group()
        post = await digest(t, group, count=1)
        for chatter in ("thanks!", "nice one", "👍", "2605.00001"):
            assert await asks(t, t.bob, group, chatter, post) is None, chatter
        assert is_answer(await asks(t, t.bob, group, "Is it good?", post), FIRST, "Is it good?")
        assert is_answer(await asks(t, t.bob, group, "@paperboy_bot the code", post), FIRST, "the code")
        t.people.reads_all = True
        talk = t.people.says(t.bob, group, "I like 2605.00001")
        await t.quiet()
        assert await asks(t, t.ann, group, "Do you?", talk) is None
        assert is_answer(await asks(t, t.ann, group, "@paperboy_bot is it good?", talk), FIRST, "is it good?")


@pytest.mark.parametrize("form", ["classic", "rich"])
async def test_a_quote_says_which_paper_of_a_digest_is_meant(tmp_path: Path, form: str) -> None:
    async with town(tmp_path) as t, t.open():
        post = await digest(t, t.ann, form=form)
        assert (post.rich is not None) == (form == "rich")
        for paper in (FIRST, SECOND):
            answer = await asks(t, t.ann, t.ann, "Is it good?", post, quote=f"Language model {paper}")
            assert is_answer(answer, paper, "Is it good?")
        which = await t.answer(t.ann, t.ann, "Is it good?", reply_to=post)
        assert which.text == "Which of these papers is the question about?"
        (first,), (_,) = which.buttons
        before = t._last(t.ann)
        await t.presses(t.ann, which, first)
        (answered,) = t.since(t.ann, before)
        assert "Is it good?" in answered.text


async def test_a_rich_digest_is_known_by_where_it_stands(tmp_path: Path) -> None:
    """Whether Telegram tells what was in a Rich Message that is answered is not documented."""
    async with town(tmp_path) as t:
        async with t.open():
            post = await digest(t, t.ann, form="rich")
        async with t.open():
            post.rich, post.text = None, ""
            await t.says(t.ann, t.ann, "Is it good?", reply_to=post)
            assert t.texts(t.ann)[-1] == "Which of these papers is the question about?"
            assert is_answer(await asks(t, t.ann, t.ann, f"Is {SECOND} good?", post), SECOND, "good?")


async def test_a_channels_posts_are_asked_where_they_are_talked_about(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        t.people.reads_all = True
        channel, group = t.channel(), t.group()
        channel.discussion = group
        await digest(t, channel)
        theirs = t.people.posts(channel, "Read 2605.00001, all of you")
        await t.quiet()
        ours_here, theirs_here = (each for each in t.people.messages(group) if each.forwarded is not None)
        quote = f"Language model {SECOND}"
        assert is_answer(await asks(t, t.bob, group, "Is it good?", ours_here, quote=quote), SECOND, "Is it good?")
        assert await asks(t, t.bob, group, "great", ours_here) is None
        assert await asks(t, t.bob, group, "Is it good?", theirs_here) is None, "the editor was asked"
        answer = await asks(t, t.bob, group, "@paperboy_bot is it good?", theirs_here)
        assert is_answer(answer, FIRST, "is it good?")
        away = await asks(t, t.bob, t.bob, "Is it good?", theirs)
        assert away is not None
        assert "not a paper" in away
        post = t.ours(channel)[-1]
        assert is_answer(await asks(t, t.bob, t.bob, "Is it good?", post, quote=quote), SECOND, "Is it good?")
