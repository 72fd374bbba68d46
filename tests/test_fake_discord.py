"""The test server's messages, threads and places, driven by the real discord.py."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import discord
import pytest

from tests.fakes.discord_client import Room, code, logged_in, opened
from tests.fakes.discord_model import Flag, Kind, P
from tests.fakes.discord_server import FakeDiscord


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        yield made


# ---------------------------------------------------------------- logging in


async def test_a_client_that_logs_in_knows_its_guilds_channels_and_rights(room: Room) -> None:
    (mine,) = room.client.guilds
    found = mine.get_channel(int(room.channel.id))
    assert (mine.name, mine.preferred_locale) == ("Research", discord.Locale.russian)
    assert found is not None
    assert found.permissions_for(mine.me).embed_links
    assert not found.permissions_for(mine.me).manage_messages
    assert room.client.application_id == int(room.world.bot.id)
    assert (await room.client.application_info()).name == "Paperboy"


async def test_a_wrong_token_is_refused() -> None:
    async with FakeDiscord() as server:
        with pytest.raises(discord.LoginFailure):
            async with logged_in(server, token="wrong"):
                pass
        assert [(call.route, call.status) for call in server.calls] == [("GET /users/@me", 401)]


# ---------------------------------------------------------------- messages


async def test_a_message_is_sent_edited_read_and_deleted(room: Room) -> None:
    sent = await room.client.at(room.channel).send("A **bold** *claim* \\*", suppress_embeds=True, silent=True)
    (message,) = room.server.messages(room.channel)
    assert (message.text, message.silent, Flag.SUPPRESS_EMBEDS in message.flags) == ("A bold claim *", True, True)
    await sent.edit(content="another")
    assert [message.text for message in room.server.messages(room.channel)] == ["another"]
    assert message.revisions == ["A **bold** *claim* \\*", "another"]
    assert (await room.client.at(room.channel).fetch_message(sent.id)).content == "another"
    assert [each.content async for each in room.client.at(room.channel).history()] == ["another"]
    await sent.delete()
    assert room.server.messages(room.channel) == []
    with pytest.raises(discord.NotFound) as caught:
        await sent.edit(content="gone")
    assert code(caught) == (404, 10008)


async def test_the_same_nonce_is_the_same_message_for_some_minutes_in_that_channel(room: Room) -> None:
    sent = [(await room.client.at(room.channel).send(text, nonce="n1")).id for text in ("one", "two")]
    assert sent[0] == sent[1]
    other = room.world.channel(room.guild)
    await room.client.at(other).send("three", nonce="n1")
    room.world.skip(room.server.state.nonce_window + 1)
    await room.client.at(room.channel).send("four", nonce="n1")
    assert [each.text for each in room.server.messages(room.channel)] == ["one", "four"]
    assert [each.text for each in room.server.messages(other)] == ["three"]


async def test_a_nonce_that_is_not_enforced_enforces_nothing(room: Room) -> None:
    for _ in range(2):
        await room.client.posts(room.channel, {"content": "again", "nonce": "n1"})
    assert len(room.server.messages(room.channel)) == 2


async def test_embeds_buttons_and_containers_are_read_in_order(room: Room) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Save", custom_id="save"))
    view.add_item(discord.ui.Button(label="PDF", url="https://arxiv.org/pdf/1"))
    embed = discord.Embed(title="T", url="https://arxiv.org/abs/1", description="[D](https://d.example)").set_footer(
        text="F"
    )
    embed.add_field(name="N", value="V")
    await room.client.at(room.channel).send("C", embed=embed, view=view)
    layout = discord.ui.LayoutView(timeout=None)
    box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(discord.ui.TextDisplay("inside"))
    layout.add_item(discord.ui.TextDisplay("# above")).add_item(box)
    await room.client.at(room.channel).send(view=layout)
    first, second = room.server.messages(room.channel)
    assert first.text == "C\nT\nD\nN\nV\nF"
    assert first.links == ["https://d.example", "https://arxiv.org/abs/1", "https://arxiv.org/pdf/1"]
    assert [(each.label, each.custom_id) for each in first.buttons] == [("Save", "save"), ("PDF", None)]
    assert second.text == "above\ninside"
    assert Flag.IS_COMPONENTS_V2 in second.flags


async def test_a_file_is_kept(room: Room) -> None:
    await room.client.at(room.channel).send("refs", file=discord.File(io.BytesIO(b"@article{}"), "refs.bib"))
    (attachment,) = room.server.messages(room.channel)[0].attachments
    assert (attachment.filename, attachment.content) == ("refs.bib", b"@article{}")
    room.world.deny(room.channel, P.ATTACH_FILES)
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.at(room.channel).send(file=discord.File(io.BytesIO(b"x"), "refs.bib"))
    assert code(caught) == (403, 50013)


@pytest.mark.parametrize(
    ("given", "pinged"),
    [
        ({}, {"@everyone", "<@&{role}>", "<@{alice}>"}),
        ({"allowed_mentions": {"parse": []}}, set()),
        ({"allowed_mentions": {"parse": ["users"]}}, {"<@{alice}>"}),
    ],
)
async def test_who_would_have_been_pinged_is_known(room: Room, given: dict[str, object], pinged: set[str]) -> None:
    role = room.world.role(room.guild, "readers", P.NONE)
    room.world.give(room.guild, room.world.bot, room.world.role(room.guild, "loud", P.MENTION_EVERYONE))
    text = f"@everyone <@&{role.id}> <@!{room.alice.id}>"
    await room.client.posts(room.channel, {"content": text, **given})
    assert room.server.pinged() == {each.format(role=role.id, alice=room.alice.id) for each in pinged}


async def test_everyone_is_not_pinged_without_the_right_to(room: Room) -> None:
    await room.client.at(room.channel).send("@here @everyone")
    assert room.server.pinged() == set()


async def test_a_reply_needs_its_message_and_pings_its_author(room: Room) -> None:
    asked = room.world.posts(room.alice, room.channel, "what is new?")
    reference = {"message_id": asked.id, "channel_id": room.channel.id}
    await room.client.posts(room.channel, {"content": "this", "message_reference": reference})
    assert room.server.messages(room.channel)[1].reference is asked
    assert room.server.pinged() == {f"<@{room.alice.id}>"}
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.posts(room.channel, {"content": "this", "message_reference": {"message_id": "1"}})
    assert code(caught) == (400, 50035)
    room.world.deny(room.channel, P.READ_MESSAGE_HISTORY)
    with pytest.raises(discord.Forbidden) as forbidden:
        await room.client.posts(room.channel, {"content": "this", "message_reference": reference})
    assert code(forbidden) == (403, 160002)


async def test_announcements_are_published_once_and_only_where_there_are_any(room: Room) -> None:
    news = room.world.channel(room.guild, "news", Kind.ANNOUNCEMENT)
    sent = await room.client.at(news).send("read all about it")
    await sent.publish()
    assert room.server.messages(news)[0].published
    with pytest.raises(discord.HTTPException) as caught:
        await sent.publish()
    assert code(caught) == (400, 40033)
    with pytest.raises(discord.HTTPException) as caught:
        await (await room.client.at(room.channel).send("x")).publish()
    assert code(caught) == (400, 50024)


async def test_old_messages_are_edited_only_a_few_times_an_hour(room: Room) -> None:
    await room.client.at(room.channel).send("x")
    (message,) = room.server.messages(room.channel)
    room.world.skip(3601)
    room.server.limits.on = False
    for number in range(room.server.state.old_edits.count):
        await room.client.edits(message, {"content": f"edit {number}"})
    room.client.http.max_ratelimit_timeout = 30
    with pytest.raises(discord.RateLimited):
        await room.client.edits(message, {"content": "one too many"})
    assert room.server.calls[-1].code == 30046
    room.world.skip(3601)
    await room.client.edits(message, {"content": "later"})
    assert message.text == "later"


async def test_what_others_say_comes_without_its_words(room: Room) -> None:
    asked = room.world.posts(room.alice, room.channel, "secret")
    assert (await room.client.at(room.channel).fetch_message(int(asked.id))).content == ""
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.edits(asked, {"content": "mine"})
    assert code(caught) == (403, 50005)


# ---------------------------------------------------------------- direct chats


async def test_a_direct_message_reaches_who_accepts_it_and_shares_a_guild(room: Room) -> None:
    user = await room.client.fetch_user(int(room.alice.id))
    await user.send("psst")
    assert [each.text for each in room.server.messages(room.world.dm(room.alice))] == ["psst"]
    room.alice.accepts_dms = False
    with pytest.raises(discord.Forbidden) as caught:
        await user.send("psst")
    assert code(caught) == (403, 50007)
    stranger = room.world.person("stranger")
    with pytest.raises(discord.Forbidden) as caught:
        await (await room.client.fetch_user(int(stranger.id))).send("hello")
    assert code(caught) == (403, 50278)
