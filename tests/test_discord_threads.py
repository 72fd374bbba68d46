"""The papers of a digest: in the thread under its card while there is one, else where they can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord import places
from adapters.discord.shared import texts_of
from bot.platforms import Actor, Fatal, MessageRef, TargetGone, Unknown
from tests.fakes.discord_model import Kind, P
from tests.fakes.discord_office import Office, adapter, office, parts, running, target
from tests.fakes.messenger import Core, said
from tests.test_discord_client import CREATE, POST, deliver, digest


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


async def test_in_a_private_chat_there_are_no_threads(here: Office) -> None:
    here.server.limits.on = False
    where = here.discord.private_chat(Actor("discord", here.ann.id))
    refs = await deliver(here, where, digest())
    assert len(here.texts(here.server.world.dm(here.ann))) == 5
    assert {ref.thread_id for ref in refs} == {None}
    assert all(ref.url and ref.url.startswith("https://discord.com/channels/@me/") for ref in refs)


@pytest.mark.parametrize("how", ["deleted", "locked", "no right"])
async def test_a_thread_that_is_taken_from_us_leaves_the_papers_to_the_channel(here: Office, how: str) -> None:
    where = target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    await here.discord.send(where, every[1], nonce="n1", root=root)
    (thread,) = here.server.threads(here.channel)
    if how == "deleted":
        here.server.world.delete(thread)
    elif how == "locked":
        here.server.world.archive(thread, locked=True)
    else:
        here.server.world.deny(here.channel, P.SEND_MESSAGES_IN_THREADS)
    refs = [await here.discord.send(where, part, nonce=f"m{n}", root=root) for n, part in enumerate(every[2:])]
    assert {ref.thread_id for ref in refs} == {None}
    assert len(here.texts()) == 4
    tried = [call for call in here.server.calls if call.path == f"/channels/{thread.id}/messages"]
    assert [call.status for call in tried] == [200, tried[-1].status], "once it arrived, once it was refused"


async def test_where_we_may_not_write_in_threads_none_is_made(here: Office) -> None:
    here.server.world.deny(here.channel, P.SEND_MESSAGES_IN_THREADS)
    await here.until(lambda: "Send Messages in Threads" in _missing(here))
    await deliver(here, target(here.channel), digest(), most=3)
    assert here.routes(CREATE) == []
    assert len(here.texts()) == 3


def _missing(here: Office) -> str:
    found = here.connection.get_channel(int(here.channel.id))
    return ", ".join(places.missing(found, found.guild.me))  # type: ignore[union-attr,arg-type] # a text channel


@pytest.mark.parametrize("code", [10008, 50024, 160006])
async def test_where_no_thread_can_be_the_papers_stand_in_the_channel(here: Office, code: int) -> None:
    here.server.deny(CREATE, code)
    await deliver(here, target(here.channel), digest(), most=4)
    assert len(here.texts()) == 4
    assert here.routes(CREATE) == [CREATE], "nobody asks for it again and again"


async def test_when_the_channel_itself_is_gone_it_is_lost(here: Office) -> None:
    where = target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    await here.discord.send(where, every[1], nonce="n1", root=root)
    here.server.deny(POST, 10003, times=2)
    with pytest.raises(TargetGone):
        await here.discord.send(where, every[2], nonce="n2", root=root)


async def test_an_edit_in_a_thread_that_is_gone_loses_nobody(here: Office) -> None:
    where = target(here.channel)
    refs = await deliver(here, where, digest(), most=2)
    (thread,) = here.server.threads(here.channel)
    here.server.world.delete(thread)
    (part,) = parts(here.discord, said("changed"), where)
    with pytest.raises(Fatal):
        await here.discord.edit(refs[1], part)
    await here.discord.edit(refs[0], part)
    here.server.world.delete(here.channel)
    with pytest.raises(TargetGone):
        await here.discord.edit(refs[0], part)


async def test_a_paper_in_doubt_is_looked_for_in_the_channel_as_well(here: Office) -> None:
    began, where = here.discord._clock(), target(here.channel)
    every = parts(here.discord, digest(), where)
    root = await here.discord.send(where, every[0], nonce="n0")
    here.server.deny(CREATE, 160006)
    sent = await here.discord.send(where, every[1], nonce="n1", root=root)
    here.server.world.skip(100)
    assert await here.discord.find(where, every[1], since=began, root=root) == sent


async def test_what_its_nonce_protects_is_not_looked_for(here: Office) -> None:
    began, where = here.discord._clock(), target(here.channel)
    (part,) = parts(here.discord, said("hello"), where)
    await here.discord.send(where, part, nonce="n0")
    assert await here.discord.find(where, part, since=began, root=None) is None
    here.server.world.skip(95)
    assert await here.discord.find(where, part, since=began, root=None) is None
    here.server.world.skip(2)
    assert await here.discord.find(where, part, since=began, root=None) is not None
    later = began + timedelta(minutes=1, seconds=35)
    here.server.world.skip(120)
    assert await here.discord.find(where, part, since=later, root=None) is None


async def test_what_may_not_be_read_back_is_not_found(here: Office) -> None:
    began, where = here.discord._clock(), target(here.channel)
    (part,) = parts(here.discord, said("hello"), where)
    await here.discord.send(where, part, nonce="n0")
    here.server.world.skip(100)
    here.server.world.deny(here.channel, P.READ_MESSAGE_HISTORY)
    assert await here.discord.find(where, part, since=began, root=None) is None
    here.server.fail("GET /channels/{channel}/messages", "cut", times=None)
    with pytest.raises(Unknown):
        await here.discord.find(where, part, since=began, root=None)


async def test_a_channel_of_which_the_gateway_has_not_told_is_asked_about_once(here: Office) -> None:
    forum = here.server.world.forum(here.guild, "digests", tags=["LLM"])
    await here.seen(forum)
    here.server.world.outage(here.guild)
    second = adapter(here.server)
    async with running(second, Core()):
        for number in range(2):
            part = parts(second, digest(), target(forum))[0]
            ref = await second.send(target(forum), part, nonce=f"n{number}")
            assert ref.url == f"https://discord.com/channels/{here.guild.id}/{ref.message_id}/{ref.message_id}"
        assert here.routes("GET /channels/{channel}") == ["GET /channels/{channel}"]
    post, _ = here.server.threads(forum)
    assert post.thread is not None
    assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["LLM"]


async def test_the_posts_of_threads_are_not_published() -> None:
    async with office(DISCORD_PUBLISH="yes") as here:
        news = here.server.world.channel(here.guild, "news", Kind.ANNOUNCEMENT)
        await here.seen(news)
        await deliver(here, target(news), digest(), most=3)
        (card,) = here.server.messages(news)
        (thread,) = here.server.threads(news)
        assert card.published
        assert not any(each.published for each in here.server.messages(thread))


async def test_an_edit_of_nobodys_message_is_given_up(here: Office) -> None:
    (part,) = parts(here.discord, said("x"), target(here.channel))
    with pytest.raises(Fatal):
        await here.discord.edit(MessageRef(here.channel.id, "1"), part)


# ---------------------------------------------------------------- a message somebody points at


def test_of_a_message_everything_is_read_that_may_name_a_paper() -> None:
    message = {
        "content": "look: 2405.00001",
        "embeds": [{"url": "https://arxiv.org/abs/2405.00002", "fields": [{"name": "a", "value": "2405.00003"}]}],
        "message_snapshots": [{"message": {"content": "2405.00004"}}],
        "components": [
            {"type": 17, "components": [{"type": 9, "components": [{"type": 10, "content": "2405.00005"}]}]},
            {"type": 1, "components": [{"type": 2, "url": "https://arxiv.org/abs/2405.00006"}]},
            {"type": 9, "components": [], "accessory": {"type": 2, "url": "https://arxiv.org/abs/2405.00007"}},
        ],
    }
    text = texts_of({"target_id": "5", "resolved": {"messages": {"5": message}}})
    assert all(f"2405.0000{number}" in text for number in range(1, 8))


def test_of_a_message_nothing_is_read_without_end() -> None:
    deep: dict[str, object] = {"content": "x" * 50_000}
    for _ in range(50):
        deep = {"type": 17, "components": [deep]}
    assert len(texts_of({"target_id": "5", "resolved": {"messages": {"5": {"components": [deep]}}}})) <= 20_000
    assert texts_of({}) == ""
