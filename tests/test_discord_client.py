"""What goes out to Discord: where it stands, once, without pinging anybody; and what comes of every trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.document import Card, Document, Heading, ListBlock, Paragraph, Text
from bot.document import Item as Line
from bot.platforms import (
    Actor,
    BadFormat,
    DeliveryError,
    Fatal,
    LoginFailed,
    MessageRef,
    NotSent,
    RetryLater,
    TargetGone,
    Unknown,
)
from bot.ports import BotError
from bot.targets import Target
from tests.fakes.discord_model import Kind, P
from tests.fakes.discord_office import Office, adapter, office, parts, running, target
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core, Memo, said

POST = "POST /channels/{channel}/messages"
CREATE = "POST /channels/{channel}/messages/{message}/threads"
FORUM = "POST /channels/{channel}/threads"


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


def digest(papers: int = 4) -> Document:
    """A head with a line a paper, and the papers."""
    ids = [f"2405.{number:05}" for number in range(1, papers + 1)]
    lines = ListBlock(tuple(Line((Text(f"Paper {id_}"),), number) for number, id_ in enumerate(ids, 1)))
    cards = (
        Card((Heading((Text(f"{number}. Paper {id_}"),), level=3), Paragraph((Text("What it says."),))), id_, number)
        for number, id_ in enumerate(ids, 1)
    )
    return Document((Heading((Text("LLM · 4 papers"),)), lines, *cards))


async def deliver(
    here: Office, where: Target, document: Document, *, start: int = 0, most: int = 9
) -> list[MessageRef]:
    """As the outbox does: one part after the other, each with the first one's place."""
    refs: list[MessageRef] = []
    for number, part in enumerate(parts(here.discord, document, where)[:most]):
        root = refs[0] if refs else None
        refs.append(await here.discord.send(where, part, nonce=f"n{start + number}", root=root))
    return refs


# ---------------------------------------------------------------- where it stands


async def test_a_digest_is_a_card_with_its_papers_in_a_thread_under_it(here: Office) -> None:
    refs = await deliver(here, target(here.channel), digest())
    (card,) = here.texts()
    assert card.startswith("LLM · 4 papers")
    (thread,) = here.server.threads(here.channel)
    assert (thread.id, thread.name, thread.thread and thread.thread.auto_archive) == (
        refs[0].message_id,
        "LLM · 4 papers",
        1440,
    )
    assert [text.splitlines()[0] for text in here.texts(thread)] == [f"{n}. Paper 2405.{n:05}" for n in range(1, 5)]
    assert {ref.thread_id for ref in refs[1:]} == {thread.id}
    assert refs[1].url == f"https://discord.com/channels/{here.guild.id}/{thread.id}/{refs[1].message_id}"


async def test_few_papers_need_no_thread(here: Office) -> None:
    await deliver(here, target(here.channel), digest(papers=2))
    assert len(here.texts()) == 3
    assert here.server.threads(here.channel) == []


async def test_the_papers_of_a_digest_that_was_begun_by_another_process_join_its_thread(here: Office) -> None:
    where = target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    await here.discord.send(where, every[1], nonce="n1", root=root)
    async with FakeDiscordAgain(here) as other:
        await other.send(where, every[2], nonce="n2", root=root)
    (thread,) = here.server.threads(here.channel)
    assert len(here.texts(thread)) == 2


class FakeDiscordAgain:
    """A second process on the same server."""

    def __init__(self, here: Office) -> None:
        self._running = running(discord := adapter(here.server), Core())
        self._discord = discord

    async def __aenter__(self):  # type: ignore[no-untyped-def] # noqa: ANN204 - the adapter
        await self._running.__aenter__()
        return self._discord

    async def __aexit__(self, *exc: object) -> None:
        await self._running.__aexit__(None, None, None)


async def test_without_the_right_to_make_threads_the_papers_stand_in_the_channel(here: Office) -> None:
    here.server.world.deny(here.channel, P.CREATE_PUBLIC_THREADS)
    refs = await deliver(here, target(here.channel), digest(), most=4)
    assert len(here.texts()) == 4
    assert {ref.thread_id for ref in refs} == {None}
    assert here.routes(CREATE) == []


async def test_a_thread_that_was_made_although_we_were_not_told_is_used(here: Office) -> None:
    here.server.fail(CREATE, "arrives, then cut")
    where = target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    with pytest.raises(Unknown):
        await here.discord.send(where, every[1], nonce="n1", root=root)
    await here.discord.send(where, every[1], nonce="n1", root=root)
    (thread,) = here.server.threads(here.channel)
    assert len(here.texts(thread)) == 1


async def test_a_thread_that_is_subscribed_gets_everything_itself(here: Office) -> None:
    thread = here.server.world.thread(here.channel, "reading club", by=here.owner)
    refs = await deliver(here, target(thread), digest(), most=4)
    assert len(here.texts(thread)) == 4
    assert here.server.threads(here.channel) == [thread]
    assert {(ref.chat_id, ref.thread_id) for ref in refs} == {(here.channel.id, thread.id)}


async def test_a_forum_gets_one_post_a_day_with_the_tags_that_it_names(here: Office) -> None:
    forum = here.server.world.forum(here.guild, "papers", tags=["LLM", "Vision"])
    await here.seen(forum)
    await deliver(here, target(forum), digest())
    (post,) = here.server.threads(forum)
    assert post.name == "LLM · 4 papers"
    assert len(here.texts(post)) == 5
    assert [forum.tags[tag].name for tag in (post.thread.applied_tags if post.thread else ())] == ["LLM"]


async def test_a_person_is_told_in_private(here: Office) -> None:
    where = here.discord.private_chat(Actor("discord", here.ann.id))
    await deliver(here, where, said("hello"))
    await deliver(here, where, said("again"), start=5)
    assert here.texts(here.server.world.dm(here.ann)) == ["hello", "again"]
    assert here.routes("POST /users/@me/channels") == ["POST /users/@me/channels"]


async def test_silent_is_silent_and_nothing_pings(here: Office) -> None:
    where = target(here.channel)
    (part,) = parts(here.discord, said("@everyone <@1> <@&2>"), where)
    await here.discord.send(where, part, nonce="n", silent=True)
    await here.discord.send(where, part, nonce="m")
    first, second = here.server.messages(here.channel)
    assert (first.silent, second.silent) == (True, False)
    assert first.pings | second.pings == frozenset()


async def test_what_stands_in_an_announcement_channel_is_published_if_that_is_wanted() -> None:
    async with office(DISCORD_PUBLISH="yes") as here:
        news = here.server.world.channel(here.guild, "news", Kind.ANNOUNCEMENT)
        await here.seen(news)
        await deliver(here, target(news), said("hello"))
        (message,) = here.server.messages(news)
        assert message.published
        here.server.deny("POST /channels/{channel}/messages/{message}/crosspost", 50013)
        await deliver(here, target(news), said("all the same"), start=5)
        assert here.texts(news) == ["hello", "all the same"]


async def test_an_edit_replaces_what_was_there_buttons_and_all(here: Office) -> None:
    where = target(here.channel)
    (ref,) = await deliver(here, where, digest(papers=0))
    (part,) = parts(here.discord, said("instead"), where)
    await here.discord.edit(ref, part)
    (message,) = here.server.messages(here.channel)
    assert (message.text, message.buttons) == ("instead", [])


# ---------------------------------------------------------------- once


async def test_a_message_sent_again_with_its_nonce_is_the_same_message(here: Office) -> None:
    where = target(here.channel)
    (part,) = parts(here.discord, said("hello"), where)
    here.server.fail(POST, "arrives, then cut")
    with pytest.raises(Unknown):
        await here.discord.send(where, part, nonce="n" * 40)
    await here.discord.send(where, part, nonce="n" * 40)
    assert here.texts() == ["hello"]


async def test_what_arrived_although_we_were_not_told_is_found(here: Office) -> None:
    forum = here.server.world.forum(here.guild, "papers")
    await here.seen(forum)
    began = here.discord._clock()
    places = [(target(here.channel), POST), (target(forum), FORUM)]
    for where, route in places:
        first = parts(here.discord, digest(), where)[0]
        assert await here.discord.find(where, first, since=began, root=None) is None
        here.server.fail(route, "arrives, then cut")
        with pytest.raises(Unknown):
            await here.discord.send(where, first, nonce=f"n{where}")
        here.server.world.skip(100)
        found = await here.discord.find(where, first, since=began, root=None)
        assert found is not None
        late = began + timedelta(hours=1)
        assert await here.discord.find(where, first, since=late, root=None) is None
        (other,) = parts(here.discord, said("something else"), where)
        assert await here.discord.find(where, other, since=began, root=None) is None


async def test_a_paper_is_looked_for_in_the_thread_of_its_digest(here: Office) -> None:
    began, where = here.discord._clock(), target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    here.server.world.skip(100)
    assert await here.discord.find(where, every[1], since=began, root=root) is None
    sent = await here.discord.send(where, every[1], nonce="n1", root=root)
    assert await here.discord.find(where, every[1], since=began, root=root) == sent


# ---------------------------------------------------------------- trouble


@pytest.mark.parametrize(
    ("how", "details", "error"),
    [
        ("cut", {}, Unknown),
        ("refused", {"code": 50001}, TargetGone),
        ("refused", {"code": 50013}, TargetGone),
        ("refused", {"code": 10003}, TargetGone),
        ("status", {"status": 503}, Unknown),
        ("status", {"status": 200}, Unknown),
        ("status", {"status": 200, "page": b'{"id":', "media_type": "application/json", "applied": True}, Unknown),
        ("429", {"after": 100.0}, RetryLater),
        ("429", {"after": 5.0, "via": False}, RetryLater),
    ],
)
async def test_each_trouble_is_one_error(
    here: Office, how: str, details: dict[str, object], error: type[DeliveryError]
) -> None:
    if how == "refused":
        here.server.deny(POST, details["code"])  # type: ignore[arg-type] # a code
    else:
        here.server.fail(POST, how, **details)  # type: ignore[arg-type] # fields of a Fault
    with pytest.raises(DeliveryError) as caught:
        await deliver(here, target(here.channel), said("hello"))
    assert type(caught.value) is error


async def test_a_form_that_discord_refuses_is_a_bad_format(here: Office) -> None:
    (part,) = parts(here.discord, said("hello"), target(here.channel))
    longer = replace(part, payload={**part.payload, "content": "x" * 2001})
    with pytest.raises(BadFormat):
        await here.discord.send(target(here.channel), longer, nonce="n")
    with pytest.raises(BadFormat):
        await here.discord.edit(await here.discord.send(target(here.channel), part, nonce="m"), longer)


async def test_no_connection_is_certainly_not_sent(here: Office) -> None:
    await here.server.refuse()
    with pytest.raises(NotSent):
        await deliver(here, target(here.channel), said("hello"))
    await here.server.listen()
    await deliver(here, target(here.channel), said("hello"))
    assert here.texts() == ["hello"]


async def test_before_we_are_connected_nothing_is_sent() -> None:
    async with FakeDiscord(identify_window=0) as server:
        discord = adapter(server, patience=0.02)
        (part,) = parts(discord, said("hello"), Target("discord", "1"))
        with pytest.raises(NotSent):
            await discord.send(Target("discord", "1"), part, nonce="n")


async def test_an_edit_of_what_is_gone_is_given_up(here: Office) -> None:
    (part,) = parts(here.discord, said("hello"), target(here.channel))
    with pytest.raises(Fatal):
        await here.discord.edit(MessageRef(here.channel.id, "1"), part)


async def test_without_embed_links_everything_is_text(here: Office) -> None:
    here.server.world.deny(here.channel, P.EMBED_LINKS)
    await here.until(lambda: not here.discord._may_embed(target(here.channel)))
    await deliver(here, target(here.channel), digest(papers=2))
    assert [message.embeds for message in here.server.messages(here.channel)] == [[], [], []]


async def test_what_we_may_not_do_is_named_as_discord_names_it(here: Office) -> None:
    where = target(here.channel)
    assert await here.discord.check(where) == ()
    here.server.world.deny(here.channel, P.SEND_MESSAGES_IN_THREADS | P.EMBED_LINKS)
    await here.until(lambda: not here.discord._may_embed(where))
    assert await here.discord.check(where) == ("Embed Links", "Send Messages in Threads")
    assert await here.discord.check(Target("discord", "12345")) == ("View Channel",)
    assert await here.discord.check(here.discord.private_chat(Actor("discord", "1"))) == ()


# ---------------------------------------------------------------- logging in


async def test_a_wrong_token_stops_us_and_is_not_said() -> None:
    async with FakeDiscord(identify_window=0) as server:
        discord = adapter(server, environ={"DISCORD_BOT_TOKEN": "wrong-token-of-ours"})
        with pytest.raises(LoginFailed) as caught:
            await discord.run(Core())
        assert "wrong-token" not in str(caught.value)


async def test_a_server_that_cannot_be_reached_is_another_thing() -> None:
    async with FakeDiscord(identify_window=0) as server:
        discord = adapter(server)
        await server.refuse()
        with pytest.raises(BotError) as caught:
            await discord.run(Core())
        assert not isinstance(caught.value, LoginFailed)


async def test_slash_commands_are_registered_when_they_changed_and_only_then() -> None:
    marks = Memo()
    async with FakeDiscord(identify_window=0) as server:
        server.world.guild()
        for _ in range(2):
            async with running(adapter(server, marks=marks), Core()):
                pass
        put = "PUT /applications/{application}/commands"
        assert [call.route for call in server.calls if call.route.startswith("PUT")] == [put]
        marks.kept = dict.fromkeys(marks.kept, "of another version")
        async with running(adapter(server, marks=marks), Core()):
            pass
        assert len([call for call in server.calls if call.route == put]) == 2


async def test_a_connection_that_drops_is_resumed_and_people_are_heard_again(here: Office) -> None:
    await here.server.gateway.drop()
    await here.until(lambda: any(what == "resume" for what, _ in here.server.gateway.log))
    answer = await here.server.uses(here.ann, here.channel, "help")
    assert not answer.failed


async def test_cancelling_leaves_nothing_behind() -> None:
    async with office():
        pass
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert rest == []
