"""Where we are and what we may do there: what is followed pauses with its reason, and goes on, told once each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.discord.membership import Membership
from bot.platforms import Actor, NotSent
from bot.topics.catalogue import topic
from tests.fakes.discord_model import Channel, P
from tests.fakes.discord_office import Office, adapter, office, parts, running, target
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import BOT_NEEDS
from tests.fakes.messenger import Core, said

Happens = Callable[[Office], object]


def following() -> Core:
    """A core for which something is followed everywhere."""
    return Core(topics=[topic("llm")])


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office(following()) as made:
        await made.until(lambda: made.core.back)  # the first look
        made.core.back.clear()
        yield made


@pytest.mark.parametrize(
    ("happens", "reason", "over"),
    [
        (
            lambda here: here.server.world.deny(here.channel, P.SEND_MESSAGES),
            "missing: Send Messages",
            lambda here: here.server.world.deny(here.channel, P.NONE),
        ),
        (
            lambda here: here.server.world.deny(here.channel, P.VIEW_CHANNEL),
            "missing: View Channel, Send Messages",
            lambda here: here.server.world.deny(here.channel, P.NONE),
        ),
        (lambda here: here.server.world.delete(here.channel), "the channel was deleted", None),
    ],
    ids=["may not send", "may not see", "deleted"],
)
async def test_a_place_that_is_lost_and_back_is_told_once(
    here: Office, happens: Happens, reason: str, over: Happens | None
) -> None:
    happens(here)
    await here.until(lambda: here.core.lost)
    assert here.core.lost == [(target(here.channel), reason)]
    if over is not None:
        happens(here)
        over(here)
        await here.until(lambda: here.core.back)
        assert len(here.core.lost) == len(here.core.back) == 1


async def test_a_role_that_is_taken_and_given_changes_what_we_may(here: Office) -> None:
    world = here.server.world
    readers = world.role(here.guild, "readers", P.NONE)
    world.overwrite(here.channel, here.guild.roles[here.guild.id], deny=P.SEND_MESSAGES)
    await here.until(lambda: here.core.lost)
    world.overwrite(here.channel, readers, allow=P.SEND_MESSAGES)
    await _heard(here)
    world.give(here.guild, world.bot, readers)
    await here.until(lambda: target(here.channel) in [each.target for each in here.core.back])


async def test_a_role_that_is_deleted_takes_along_what_it_gave(here: Office) -> None:
    world = here.server.world
    guild = world.guild("Strict", bot=False, everyone=P.NONE)
    hall = world.channel(guild, "hall")
    world.invite(guild, by=guild.owner, grants=BOT_NEEDS & ~P.SEND_MESSAGES)
    await here.until(lambda: (target(hall), "missing: Send Messages") in here.core.lost)
    writers = world.role(guild, "writers", P.SEND_MESSAGES)
    world.give(guild, world.bot, writers)
    await here.until(lambda: any(each.target == target(hall) and not each.aside for each in here.core.back))
    here.core.lost.clear()
    world.guild_without(guild, writers)
    await here.until(lambda: here.core.lost == [(target(hall), "missing: Send Messages")])


async def _heard(here: Office) -> None:
    """Until what happened was dealt with."""
    channel = here.server.world.channel(here.guild, "later")
    await here.seen(channel)
    await here.until(lambda: not here.discord.busy)


async def test_what_changed_while_our_session_was_lost_is_told(here: Office) -> None:
    here.server.gateway.forget()
    here.server.world.deny(here.channel, P.SEND_MESSAGES)
    here.server.gateway.cut()
    await here.until(lambda: here.core.lost)
    assert here.core.lost == [(target(here.channel), "missing: Send Messages")]
    assert here.core.back == []


async def test_a_thread_that_is_locked_is_lost_until_it_is_opened(here: Office) -> None:
    thread = here.server.world.thread(here.channel, "reading club", by=here.owner)
    await here.seen(thread)
    here.server.world.archive(thread, locked=True)
    await here.until(lambda: here.core.lost)
    assert here.core.lost == [(target(thread), "the thread is locked")]
    here.core.back.clear()
    here.server.world.archive(thread, archived=False, locked=False)
    await here.until(lambda: here.core.back)
    assert here.core.back[0].target == target(thread)


async def test_a_thread_that_is_only_archived_is_not_lost_since_writing_opens_it(here: Office) -> None:
    thread = here.server.world.thread(here.channel, "reading club", by=here.owner)
    await here.seen(thread)
    here.server.world.archive(thread)
    await here.until(lambda: here.connection.get_channel(int(thread.id)) is None)
    (part,) = parts(here.discord, said("hello"), target(thread))
    ref = await here.discord.send(target(thread), part, nonce="n")
    assert here.texts(thread) == ["hello"]
    assert ref.url == f"https://discord.com/channels/{here.guild.id}/{thread.id}/{ref.message_id}"
    assert here.core.lost == []


async def test_a_thread_that_is_deleted_is_lost_alone(here: Office) -> None:
    thread = here.server.world.thread(here.channel, "reading club", by=here.owner)
    await here.seen(thread)
    here.server.world.delete(thread)
    await here.until(lambda: here.core.lost)
    assert here.core.lost == [(target(thread), "the thread was deleted")]


async def test_of_what_is_not_followed_nothing_is_told() -> None:
    async with office() as here:
        thread = here.server.world.thread(here.channel, "chatter", by=here.owner)
        await here.seen(thread)
        here.server.world.archive(thread, locked=True)
        here.server.world.delete(thread)
        here.server.world.deny(here.channel, P.SEND_MESSAGES)
        await here.until(lambda: not _may_send(here, here.channel))
        await asyncio.sleep(0.02)
        assert (here.core.lost, here.core.back) == ([], [])


def _may_send(here: Office, channel: Channel) -> bool:
    found = here.connection.get_channel(int(channel.id))
    assert found is not None
    return found.permissions_for(found.guild.me).send_messages  # type: ignore[union-attr] # a text channel


async def test_what_is_missing_but_not_needed_to_post_is_named_and_loses_nobody(here: Office) -> None:
    here.server.world.deny(here.channel, P.EMBED_LINKS | P.CREATE_PUBLIC_THREADS)
    await here.until(lambda: here.core.lacks)
    here.server.world.deny(here.channel, P.EMBED_LINKS)
    await here.until(lambda: len(here.core.lacks) == 2)
    here.server.world.rename(here.channel, "papers-new")
    here.server.world.deny(here.channel, P.NONE)
    await here.until(lambda: len(here.core.lacks) == 3)
    where = target(here.channel)
    assert here.core.lacks == [
        (where, ("Embed Links", "Create Public Threads")),
        (where, ("Embed Links",)),
        (where, ()),
    ]
    assert (here.core.lost, here.core.back) == ([], [])


# ---------------------------------------------------------------- coming and going


async def test_thrown_out_everything_is_lost_and_let_in_it_goes_on() -> None:
    async with office(following()) as here:
        await here.until(lambda: here.core.back)
        here.server.world.kick(here.guild)
        await here.until(lambda: here.core.lost)
        assert here.core.lost == [(target(here.channel), "removed from Research")]
        here.core.back.clear()
        here.server.world.channel(here.guild, "later")
        here.server.world.invite(here.guild, by=here.owner)
        await here.until(lambda: any(each.aside for each in here.core.back))
        assert {each.target for each in here.core.back if not each.aside} >= {target(here.channel)}


async def test_whoever_lets_us_in_is_welcomed_once_and_nobody_else() -> None:
    async with office() as here:
        for name in ("one", "two", "three"):
            here.server.world.channel(here.guild, name)
        here.server.world.kick(here.guild)
        await here.until(lambda: len(here.core.lost) == 4)
        deputy = here.server.world.joins(here.server.world.person("Deputy"), here.guild, P.MANAGE_GUILD)
        here.server.world.invite(here.guild, by=deputy, grants=BOT_NEEDS | P.VIEW_AUDIT_LOG)
        await here.until(lambda: here.core.back)
        await asyncio.sleep(0.02)
        (back,) = here.core.back
        assert (back.target, back.by, back.title, back.aside) == (
            target(here.channel),
            Actor("discord", deputy.id),
            "Research · #papers",
            True,
        )


async def test_who_cannot_be_found_out_is_taken_to_be_the_owner() -> None:
    async with office() as here:
        here.server.world.kick(here.guild)
        await here.until(lambda: here.core.lost)
        here.server.world.invite(here.guild, by=here.ann)
        await here.until(lambda: here.core.back)
        assert here.core.back[0].by == Actor("discord", here.owner.id)


async def test_let_in_without_any_right_somebody_hears_of_it_all_the_same() -> None:
    async with office() as here:
        world = here.server.world
        other = world.guild("Strict", bot=False, everyone=P.NONE)
        channel = world.channel(other, "hall")
        world.invite(other, by=other.owner, grants=P.NONE)
        await here.until(lambda: here.core.back)
        (back,) = here.core.back
        assert back.target == target(channel)
        assert "Send Messages" in await here.discord.check(back.target)


async def test_what_was_lost_or_came_back_while_we_were_away_is_told_at_the_start() -> None:
    async with FakeDiscord(identify_window=0) as server:
        guild = server.world.guild()
        shut, opened = server.world.channel(guild, "shut"), server.world.channel(guild, "open")
        server.world.deny(shut, P.SEND_MESSAGES)
        async with running(adapter(server), core := following()):
            async with asyncio.timeout(5):
                while not (core.lost and core.back):  # noqa: ASYNC110 - what is waited for is somebody else's state
                    await asyncio.sleep(0.002)
        assert [where for where, _ in core.lost] == [target(shut)]
        assert [each.target for each in core.back] == [target(opened)]


async def test_permissions_are_looked_through_again_and_again() -> None:
    async with office(following()) as here:
        await here.until(lambda: here.core.back)
        membership = Membership(core := following(), here.connection, every=0.01)
        watching = asyncio.create_task(membership.watch())
        await here.until(lambda: core.back)
        here.server.world.listeners.remove(here.server._tell)  # no event tells of it
        here.connection.get_guild(int(here.guild.id)).owner_id = 0  # type: ignore[union-attr] # it is there
        found = here.connection.get_channel(int(here.channel.id))
        found._overwrites.clear()  # type: ignore[union-attr] # a text channel
        for role in found.guild.roles:  # type: ignore[union-attr]
            role._permissions = 0
        await here.until(lambda: core.lost)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


# ---------------------------------------------------------------- Discord's own trouble


async def test_an_outage_of_discord_is_no_reason_to_pause(here: Office) -> None:
    here.server.world.outage(here.guild)
    await here.until(lambda: here.connection.guilds[0].unavailable)
    with pytest.raises(NotSent):
        await here.discord.check(target(here.channel))
    (part,) = parts(here.discord, said("hello"), target(here.channel))
    here.server.deny("POST /channels/{channel}/messages", 50001)
    with pytest.raises(NotSent):
        await here.discord.send(target(here.channel), part, nonce="n")
    here.server.world.outage(here.guild, over=True)
    await here.until(lambda: not here.connection.guilds[0].unavailable)
    await here.discord.send(target(here.channel), part, nonce="n")
    assert here.core.lost == []


async def test_a_server_that_is_out_when_we_start_is_not_lost() -> None:
    async with office(following()) as here:
        forum = here.server.world.forum(here.guild, "digests")
        here.server.world.outage(here.guild)
        second = adapter(here.server)
        async with running(second, core := following()):
            for where in (here.channel, forum):
                with pytest.raises(NotSent):
                    await second.check(target(where))
            (part,) = parts(second, said("hello"), target(forum))
            await second.send(target(forum), part, nonce="n")
            (post,) = here.server.threads(forum)
            assert here.texts(post) == ["hello"]
            here.server.deny("POST /channels/{channel}/messages", 10003)
            with pytest.raises(NotSent):
                await second.send(target(here.channel), part, nonce="m")
            assert core.lost == []
