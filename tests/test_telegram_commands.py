"""Every command on Telegram, in every kind of place, by everybody: who is answered what, who is refused, and how."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from adapters.telegram.words import APART
from bot.commands import COMMANDS, Who
from bot.platforms import Actor
from bot.targets import ChatKind, State
from tests.fakes.messenger import target
from tests.fakes.newsroom import MONDAY, announced
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.town import Town, town
from tests.fakes.whole_bot import Run

PAPER = "2605.00001"
TITLE = "Language model 2605.00001"
OFFERED = "An admin confirms with a button."


@dataclass(frozen=True)
class Row:
    """`says` is what whoever may is answered in; others are refused. Reading is free: `who` is for changes."""

    typed: str
    says: str
    who: Who = Who.MEMBER
    member: str = ""  # what others are answered instead of a refusal

    @property
    def command(self) -> str:
        return self.typed.split()[0].removeprefix("/")


TABLE = (
    Row("/start", "I am Paperboy."),
    Row("/help", "What I can do"),
    Row("/help subscribe", "A topic is a name of the catalogue"),
    Row("/subscribe", "follow? Pick a topic"),
    Row("/subscribe RAG", "Comes on arrival"),
    Row('/subscribe "mixture of experts" as MoE', "MoE"),
    Row("/subscribe cs.XX", "This is not an arXiv category"),
    Row("/list", "LLM"),
    Row("/settings", "How digests come here"),
    Row("/settings size 5", "Papers in full: 5", Who.ADMIN),
    Row("/settings form rich", "Message form: Rich message", Who.ADMIN),
    Row("/settings form usual", "Message form: Classic", Who.ADMIN),
    Row("/settings size many", "Papers in full takes:", Who.ADMIN),
    Row("/schedule", "Digests come"),
    Row("/schedule 13:30 Shanghai", "daily at 13:30 (Asia/Shanghai)", Who.ADMIN),
    Row("/language", "Summaries are written in: English"),
    Row("/language en+ru", "From now on summaries are written in: English", Who.ADMIN),
    Row("/summarize", "Which paper? Send /summarize"),
    Row(f"/summarize {PAPER}", TITLE),
    Row(f"/summarize https://arxiv.org/abs/{PAPER}v1", TITLE),
    Row("/summarize banana", "“banana” is not a paper I can find."),
    Row("/summarize 2605.99999", "arXiv does not know 2605.99999."),
    Row("/pdf", "Send me the PDF in our private chat"),
    Row(f"/ask {PAPER} Is it good?", "It is good."),
    Row("/ask", "Which paper? For example: /ask"),
    Row(f"/ask {PAPER}", "What would you like to know about"),
    Row(f"/compare {PAPER}", "I set two papers side by side."),
    Row("/digest", "The digest is on its way", Who.ADMIN, member="There has been no digest here yet."),
    Row(f"/abstract {PAPER}", "It is good."),
    Row(f"/evidence {PAPER}", TITLE),
    Row(f"/depth {PAPER}", "I do not have it in depth any more."),
    Row(f"/save {PAPER}", "Saved"),
    Row("/saved", "What you saved: 1 paper"),
    Row("/saved bibtex", "@misc{"),
    Row(f"/saved remove {PAPER}", "Taken out: 1 paper."),
    Row(f"/like {PAPER}", "Noted: 👍 Language model"),
    Row(f"/dislike {PAPER}", "Noted: 👎 Language model"),
    Row("/rest abcdef", "I no longer have that digest."),
    Row(f"/why {PAPER}", "LLM matches it by"),
    Row("/privacy", "What I keep"),
    Row("/settle 7 send", "That is settled already."),
    Row("/pause", "Paused.", Who.ADMIN),
    Row("/resume", "Digests come again", Who.ADMIN),
    Row("/chats", "1 chat", Who.OWNER),
    Row("/stats", "How things are", Who.OWNER),
    Row("/allow telegram:-1009", "I know no chat telegram:-1009.", Who.OWNER),
    Row("/block", "Name a chat as /chats shows it", Who.OWNER),
    Row("/unsubscribe", "Which one should stop?"),
    Row("/unsubscribe LLM", "LLM is followed no more.", Who.ADMIN),
)

BRIEF = tuple(row for row in TABLE if row.who is not Who.MEMBER or row.command in {"list", "save", "summarize"})
"""What shows who somebody is."""

Say = Callable[[str], Awaitable[list[Message]]]

OWNERS_ONLY = "Only those who run this bot may do that."


def test_every_command_is_in_the_table() -> None:
    assert {row.command for row in TABLE} == {command.name for command in COMMANDS}


def shown(message: Message) -> str:
    """What one reads, without what keeps names from being links."""
    return message.text.replace(APART, "")


async def go_through(say: Say, *, kind: ChatKind, is_admin: bool, rows: tuple[Row, ...] = TABLE) -> None:
    """Say everything: each is answered once, by what it says or by a refusal without buttons."""
    for row in rows:
        answers = [each for each in await say(row.typed) if "· 1 paper\n" not in each.text]  # not the digest itself
        assert len(answers) == 1, (row.typed, [each.text for each in answers])
        (answer,) = answers
        if row.who is Who.OWNER:
            expected = OWNERS_ONLY
        elif row.who is Who.MEMBER or is_admin:
            expected = row.says
        else:
            expected = row.member or f"Only admins change what this {kind} follows. You can use /summarize."
            assert answer.buttons == []
        assert expected in shown(answer), (row.typed, answer.text)


async def prepared(t: Town, where: Chat | User, *, thread: int | None = None) -> None:
    """Follows LLM, whose papers were announced before."""
    if isinstance(where, Chat) and where.kind == "channel":
        (offer,) = await t.posts(where, "/subscribe LLM")
        await t.presses(t.ann, offer, "Subscribe")
        await t.posts(where, "/settings quiet off")
    else:
        await t.follows(t.ann, where, thread=thread)


async def test_in_a_private_chat_everybody_is_their_own_admin(tmp_path: Path) -> None:
    async with town(tmp_path) as t, _open(t):
        await prepared(t, t.ann)
        await go_through(lambda text: t.says(t.ann, t.ann, text), kind="private", is_admin=True)
        assert t.run.chats.subscriptions(target(t.ann)) == []


GROUPS: dict[str, tuple[bool, Callable[[Town], dict[str, Any]]]] = {
    "an admin": (True, lambda t: {"user": t.ann}),
    "an anonymous admin": (True, lambda t: {"user": t.ann, "anonymous": True}),
    "a member": (False, lambda t: {"user": t.bob}),
    "somebody who is not in": (False, lambda t: {"user": t.eve}),
    "a channel of hers": (False, lambda t: {"user": t.eve, "as_channel": t.people.add_channel("Eve's", bot="left")}),
}


@pytest.mark.parametrize("place", ["group", "topic"])
async def test_in_a_group_and_in_a_topic_admins_change_things_and_all_may_look(
    tmp_path: Path, place: Literal["group", "topic"]
) -> None:
    async with town(tmp_path) as t, _open(t):
        for who, (is_admin, of) in GROUPS.items():
            chat, thread = t.group(who), None
            if place == "topic":
                chat, topic = t.forum(who)
                thread = topic.id
            await prepared(t, chat, thread=thread)
            here = target(chat, thread)
            before, voice = t.run.chats.chat(here), of(t)

            async def say(
                text: str, chat: Chat = chat, thread: int | None = thread, voice: dict[str, Any] = voice
            ) -> list[Message]:
                answers = await t.says(where=chat, text=text, thread=thread, **voice)
                assert {each.thread for each in answers} <= {thread}
                return answers

            whole = place == "group" and who in {"an admin", "a member"}
            await go_through(say, kind="group", is_admin=is_admin, rows=TABLE if whole else BRIEF)
            after = t.run.chats.chat(here)
            assert before is not None
            assert after is not None
            if is_admin:
                assert after.settings.size == 5
                assert after.settings.languages == ("en", "ru")
                assert t.run.chats.subscriptions(here) == []
            else:
                assert after.settings == before.settings, f"{who} changed settings"
                assert after.state is State.ACTIVE
                assert [each.topic.name for each in t.run.chats.subscriptions(here)] == ["LLM"]


async def test_what_is_posted_in_a_channels_name_is_an_admins(tmp_path: Path) -> None:
    async with town(tmp_path) as t, _open(t):
        channel = t.channel()
        await prepared(t, channel)
        await go_through(lambda text: t.posts(channel, text), kind="channel", is_admin=True)
        assert t.run.chats.subscriptions(target(channel)) == []
        assert all(each.silent for each in t.ours(channel))


REMOTE = tuple(
    row
    for row in TABLE
    if row.command in {"subscribe", "unsubscribe", "list", "settings", "schedule", "language", "pause", "resume"}
)


async def test_a_channel_is_run_from_afar_by_its_admins_alone(tmp_path: Path) -> None:
    async with town(tmp_path) as t, _open(t):
        channel = t.channel()
        offer = await t.answer(t.ann, t.ann, "/subscribe @daily_news LLM")
        await t.presses(t.ann, offer, "Subscribe")
        for user in (t.bob, t.eve):
            for row in REMOTE:
                answer = await t.answer(user, user, _about(row.typed))
                assert shown(answer) == "Only admins of @daily_news can do this from here."
                assert answer.buttons == []
        await go_through(lambda text: t.says(t.ann, t.ann, _about(text)), kind="channel", is_admin=True, rows=REMOTE)
        assert t.texts(channel) == []
        assert t.run.chats.subscriptions(target(channel)) == []
        assert t.run.chats.subscriptions(target(t.ann)) == []


async def test_owners_may_do_what_is_theirs_anywhere(tmp_path: Path) -> None:
    async with town(tmp_path, owners="telegram:1002") as t:
        assert (t.ann.id, Actor("telegram", str(t.bob.id))) == (1001, Actor("telegram", "1002"))
        async with _open(t):
            group = t.group()
            await prepared(t, group)
            for row in TABLE:
                if row.who is Who.OWNER:
                    answer = await t.answer(t.bob, group, row.typed)
                    assert row.says in answer.text, answer.text
            await t.says(t.bob, group, f"/block {target(group)}")
            assert "switched it off for this chat" in (await t.answer(t.ann, group, "/list")).text


async def test_what_is_edited_runs_no_command(tmp_path: Path) -> None:
    async with town(tmp_path) as t, _open(t):
        group, channel = t.group(), t.channel()
        for message in (
            t.people.says(t.ann, t.ann, "/list"),
            t.people.says(t.ann, group, "/list"),
            t.people.posts(channel, "/list"),
        ):
            await t.quiet()
            before = len(t.ours(message.chat))
            assert before == 1
            t.people.edits(message, "/subscribe LLM")
            await t.says(t.bob, t.bob, "/list")  # what comes after it was dealt with
            assert len(t.ours(message.chat)) == before


async def test_talk_and_commands_of_other_bots_are_left_alone(tmp_path: Path) -> None:
    async with town(tmp_path) as t, _open(t):
        group = t.people.add_supergroup("Lively", admins=[t.ann], members=[t.bob], bot="administrator")
        for text in ("good morning", PAPER, "/list@other_bot", "/roll 3", f"see arxiv.org/abs/{PAPER}"):
            assert await t.says(t.bob, group, text) == []
        assert TITLE in (await t.answer(t.bob, group, f"@paperboy_bot {PAPER}")).text
        talk = t.people.says(t.bob, group, f"have you seen arxiv.org/abs/{PAPER}?")
        assert TITLE in (await t.answer(t.bob, group, "/summarize", reply_to=talk)).text


def _about(typed: str) -> str:
    """The command about the channel, from elsewhere."""
    command, _, rest = typed.partition(" ")
    return f"{command} @daily_news {rest}".rstrip()


def _open(t: Town) -> AbstractAsyncContextManager[Run]:
    """Opened, with LLM papers announced before."""
    t.bot.announce(MONDAY, announced(PAPER, MONDAY))
    return t.open()
