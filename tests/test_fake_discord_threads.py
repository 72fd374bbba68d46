"""The test server's threads, forums and permissions, driven by the real discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest

from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_client import Room, code, opened
from tests.fakes.discord_model import ALL, Kind, P


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        yield made


async def thread_under(room: Room, text: str = "digest") -> discord.Thread:
    sent = await room.client.at(room.channel).send(text)
    return await sent.create_thread(name="4 papers", auto_archive_duration=1440)


async def test_a_thread_hangs_on_its_message_and_has_its_id(room: Room) -> None:
    made = await thread_under(room)
    await made.send("one paper")
    (thread,) = room.server.threads(room.channel)
    (root,) = room.server.messages(room.channel)
    assert (thread.id, thread.name, thread.kind) == (root.id, "4 papers", Kind.PUBLIC_THREAD)
    assert [each.text for each in room.server.messages(thread)] == ["one paper"]
    assert thread.thread is not None
    assert thread.thread.auto_archive == 1440
    found = await room.client.at(room.channel).fetch_message(int(root.id))
    assert found.flags.has_thread


async def test_there_is_one_thread_a_message_and_none_in_threads(room: Room) -> None:
    made = await thread_under(room)
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.at(room.channel).get_partial_message(made.id).create_thread(name="again")
    assert code(caught) == (400, 160004)
    inner = await made.send("x")
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.asks("POST", f"/channels/{made.id}/messages/{inner.id}/threads", {"name": "deeper"})
    assert code(caught) == (400, 50024)
    with pytest.raises(discord.NotFound) as caught:
        await room.client.at(room.channel).get_partial_message(1).create_thread(name="nowhere")
    assert code(caught) == (404, 10008)


async def test_a_name_too_long_or_an_odd_duration_is_refused(room: Room) -> None:
    message = await room.says()
    path = f"/channels/{room.channel.id}/messages/{message.id}/threads"
    for body in ({"name": "n" * 101}, {"name": " "}, {}, {"name": "n", "auto_archive_duration": 1441}):
        with pytest.raises(discord.HTTPException) as caught:
            await room.client.asks("POST", path, body)
        assert code(caught) == (400, 50035)


async def test_a_guild_has_only_so_many_active_threads(room: Room) -> None:
    room.world.max_active_threads = 1
    await thread_under(room)
    with pytest.raises(discord.HTTPException) as caught:
        await thread_under(room)
    assert code(caught) == (400, 160006)
    room.world.archive(room.server.threads(room.channel)[0])
    await thread_under(room)


async def test_writing_opens_an_archived_thread_unless_it_is_locked(room: Room) -> None:
    made = await thread_under(room)
    await made.send("first")
    (thread,) = room.server.threads(room.channel)
    assert thread.thread is not None
    room.world.archive(thread)
    (message,) = room.server.messages(thread)
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.edits(message, {"content": "while archived"})
    assert code(caught) == (400, 50083)
    await made.send("second")
    assert not thread.thread.archived
    room.world.archive(thread, locked=True)
    with pytest.raises(discord.Forbidden) as forbidden:
        await made.send("third")
    assert code(forbidden) == (403, 160005)
    moderator = room.world.role(room.guild, "moderator", P.MANAGE_THREADS)
    room.world.give(room.guild, room.world.bot, moderator)
    await made.send("fourth")
    assert [each.text for each in room.server.messages(thread)] == ["first", "second", "fourth"]


async def test_what_moderators_do_with_a_thread_is_told(room: Room) -> None:
    made = await thread_under(room)
    (thread,) = room.server.threads(room.channel)
    room.world.archive(thread, locked=True)
    await room.server.until(lambda: "thread_remove" in room.client.heard or "thread_update" in room.client.heard)
    room.world.archive(thread, archived=False, locked=False)
    room.world.delete(thread)
    await room.server.until(lambda: "raw_thread_delete" in room.client.heard)
    with pytest.raises(discord.NotFound) as caught:
        await made.send("x")
    assert code(caught) == (404, 10003)


# ---------------------------------------------------------------- forums


async def test_a_forum_takes_posts_with_its_tags_and_nothing_else(room: Room) -> None:
    forum = room.world.forum(room.guild, tags=["LLM", "RAG"], require_tag=True)
    await room.server.until(lambda: room.client.get_channel(int(forum.id)) is not None)
    found = room.client.get_channel(int(forum.id))
    assert isinstance(found, discord.ForumChannel)
    tag, unknown = found.available_tags[0], discord.ForumTag(name="no such")
    unknown.id = 1
    made = await found.create_thread(name="NV-Embed", content="No. 1", applied_tags=[tag])
    (post,) = room.server.threads(forum)
    (first,) = room.server.messages(post)
    assert made.thread.id == made.message.id == int(post.id) == int(first.id)
    assert post.thread is not None
    assert [forum.tags[each].name for each in post.thread.applied_tags] == ["LLM"]
    assert first.text == "No. 1"
    refusals: list[tuple[Callable[[], Awaitable[object]], tuple[int, int]]] = [
        (lambda: found.create_thread(name="no tag", content="x"), (400, 40067)),
        (lambda: room.client.posts(forum, {"content": "x"}), (400, 40058)),
        (lambda: found.create_thread(name="x", content="x", applied_tags=[unknown]), (404, 10087)),
        (lambda: found.create_thread(name="x", content="x" * 2001, applied_tags=[tag]), (400, 50035)),
        (lambda: room.client.asks("POST", f"/channels/{forum.id}/threads", {"name": "x"}), (400, 50035)),
    ]
    for attempt, expected in refusals:
        with pytest.raises(discord.HTTPException) as caught:
            await attempt()
        assert code(caught) == expected


async def test_active_and_archived_threads_are_listed(room: Room) -> None:
    await thread_under(room)
    await thread_under(room)
    room.world.archive(room.server.threads(room.channel)[0])
    (mine,) = room.client.guilds
    (active,) = await mine.active_threads()
    assert active.id == int(room.server.threads(room.channel)[1].id)
    channel = mine.get_channel(int(room.channel.id))
    assert isinstance(channel, discord.TextChannel)
    assert [each.id async for each in channel.archived_threads()] == [int(room.server.threads(room.channel)[0].id)]
    room.world.deny(room.channel, P.VIEW_CHANNEL)
    assert await mine.active_threads() == []


# ---------------------------------------------------------------- permissions

DENIED = {
    "view": (P.VIEW_CHANNEL, (403, 50001)),
    "send": (P.SEND_MESSAGES, (403, 50013)),
    "embed": (P.EMBED_LINKS, (403, 50013)),
}


@pytest.mark.parametrize("right", DENIED)
async def test_what_is_denied_in_a_channel_is_refused_and_known(room: Room, right: str) -> None:
    denied, expected = DENIED[right]
    room.world.deny(room.channel, denied)
    await room.server.until(lambda: "guild_channel_update" in room.client.heard)
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.at(room.channel).send(embed=discord.Embed(title="x"))
    assert code(caught) == expected
    (mine,) = room.client.guilds
    seen = mine.get_channel(int(room.channel.id))
    assert seen is not None
    computed = seen.permissions_for(mine.me).value
    assert computed & int(denied) == 0
    ours = permissions.in_channel(room.channel, room.world.bot)
    assert not ours or ours == computed


async def test_threads_have_a_right_of_their_own(room: Room) -> None:
    made = await thread_under(room)
    room.world.deny(room.channel, P.SEND_MESSAGES | P.CREATE_PUBLIC_THREADS)
    await made.send("still")
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.asks("POST", f"/channels/{room.channel.id}/threads", {"name": "x", "type": 11})
    assert code(caught) == (403, 50013)
    room.world.deny(room.channel, P.SEND_MESSAGES_IN_THREADS)
    with pytest.raises(discord.Forbidden) as caught:
        await made.send("no more")
    assert code(caught) == (403, 50013)


async def test_roles_overwrites_owners_and_administrators_count_as_discord_counts_them(room: Room) -> None:
    world, alice, channel = room.world, room.alice, room.channel
    assert P.SEND_MESSAGES in permissions.in_channel(channel, alice)
    everyone = room.guild.roles[room.guild.id]
    world.overwrite(channel, everyone, deny=P.SEND_MESSAGES | P.VIEW_CHANNEL)
    assert permissions.in_channel(channel, alice) == P.NONE
    reader = world.role(room.guild, "reader", P.NONE)
    world.give(room.guild, alice, reader)
    world.overwrite(channel, reader, allow=P.VIEW_CHANNEL)
    assert P.VIEW_CHANNEL in permissions.in_channel(channel, alice)
    assert P.EMBED_LINKS not in permissions.in_channel(channel, alice)  # implied by the denial of Send Messages
    world.overwrite(channel, alice, allow=P.SEND_MESSAGES, deny=P.ATTACH_FILES)
    assert P.SEND_MESSAGES | P.EMBED_LINKS in permissions.in_channel(channel, alice)
    assert P.ATTACH_FILES not in permissions.in_channel(channel, alice)
    banned = world.role(room.guild, "banned", P.NONE)
    world.give(room.guild, alice, banned)
    world.overwrite(channel, banned, deny=P.VIEW_CHANNEL)
    assert P.VIEW_CHANNEL in permissions.in_channel(channel, alice)  # what one role allows, another does not deny
    assert permissions.in_channel(channel, room.guild.owner) == ALL
    admin = world.joins(world.person("admin"), room.guild, P.ADMINISTRATOR)
    assert permissions.in_channel(channel, admin) == ALL
    assert permissions.in_channel(channel, world.person("stranger")) == P.NONE


# ---------------------------------------------------------------- coming and going


async def test_being_kicked_and_invited_again_is_told_and_enforced(room: Room) -> None:
    room.world.kick(room.guild)
    await room.server.until(lambda: "guild_remove" in room.client.heard)
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.at(room.channel).send("x")
    assert code(caught) == (403, 50001)
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.fetch_guild(int(room.guild.id))
    assert code(caught) == (403, 50001)
    (session,) = room.server.gateway.sessions.values()
    told = len(session.events)
    room.world.rename(room.channel, "unheard")
    assert len(session.events) == told
    room.world.invite(room.guild, by=room.alice, grants=ALL)
    await room.server.until(lambda: "guild_join" in room.client.heard)
    await room.client.at(room.channel).send("x")
    (mine,) = room.client.guilds
    entries = [each async for each in mine.audit_logs(action=discord.AuditLogAction.bot_add)]
    assert [each.user.id if each.user else None for each in entries] == [int(room.alice.id)]


async def test_the_audit_log_is_for_who_may_read_it(room: Room) -> None:
    (mine,) = room.client.guilds
    with pytest.raises(discord.Forbidden) as caught:
        assert [each async for each in mine.audit_logs()]
    assert code(caught) == (403, 50013)


async def test_an_outage_is_no_removal(room: Room) -> None:
    room.world.outage(room.guild)
    await room.server.until(lambda: "guild_unavailable" in room.client.heard)
    room.world.outage(room.guild, over=True)
    await room.server.until(lambda: "guild_available" in room.client.heard)
    assert "guild_remove" not in room.client.heard


async def test_a_deleted_channel_takes_its_threads_along(room: Room) -> None:
    await thread_under(room)
    room.world.delete(room.channel)
    await room.server.until(lambda: "guild_channel_delete" in room.client.heard)
    assert room.server.threads(room.channel) == []
    with pytest.raises(discord.NotFound) as caught:
        await room.client.at(room.channel).send("x")
    assert code(caught) == (404, 10003)
