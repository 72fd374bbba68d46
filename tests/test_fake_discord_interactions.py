"""People and an application made with the real discord.py: what they do to each other through the test server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from tests.fakes.discord_app import App, Interaction, Panel
from tests.fakes.discord_client import Room, code, opened
from tests.fakes.discord_filled import NotOffered
from tests.fakes.discord_model import Message, P


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened(App()) as made:
        yield made


def app(room: Room) -> App:
    assert isinstance(room.client, App)
    return room.client


def last(room: Room) -> Interaction:
    found = app(room).last
    assert found is not None
    return found


# ---------------------------------------------------------------- commands


async def test_a_command_is_answered_where_all_see_it_or_only_who_asked(room: Room) -> None:
    aloud = await room.server.uses(room.alice, room.channel, "say", {"how": "hello"})
    alone = await room.server.uses(room.alice, room.channel, "say", {"how": "psst"})
    assert (aloud.text, aloud.private, aloud.failed) == ("hello", False, False)
    assert (alone.text, alone.private) == ("psst", True)
    assert [each.text for each in room.server.messages(room.channel)] == ["hello"]
    assert [each.text for each in room.server.messages(room.channel, seen_by=room.alice)] == ["hello", "psst"]
    assert alone.message is not None
    with pytest.raises(discord.NotFound) as caught:
        await room.client.at(room.channel).fetch_message(int(alone.message.id))
    assert code(caught) == (404, 10008)


async def test_a_deferred_answer_is_filled_in_later(room: Room) -> None:
    answer = await room.server.uses(room.alice, room.channel, "say", {"how": "later"})
    assert answer.deferred
    await answer.settled()
    assert (answer.text, answer.private, answer.followups) == ("here it is", True, [])


async def test_follow_ups_come_after_the_answer(room: Room) -> None:
    answer = await room.server.uses(room.alice, room.channel, "say", {"how": "more"})
    await answer.until(lambda each: len(each.followups) == 1)
    assert answer.text == "one"
    assert [(each.text, each.only_for) for each in answer.followups] == [("two", room.alice)]


async def test_the_language_rights_and_guild_of_who_asks_are_told(room: Room) -> None:
    room.alice.locale = "zh-CN"
    await room.server.uses(room.alice, room.channel, "say", {"how": "x"})
    seen = last(room)
    assert (seen.locale, seen.guild_locale) == (discord.Locale.chinese, discord.Locale.russian)
    assert seen.user.id == int(room.alice.id)
    assert not seen.permissions.manage_guild
    assert seen.permissions.send_messages
    assert seen.app_permissions.embed_links
    await room.server.uses(room.alice, room.world.dm(room.alice), "say", {"how": "x"})
    assert last(room).guild is None


async def test_who_answers_too_late_finds_the_interaction_gone(room: Room) -> None:
    room.server.state.patience = 0.05
    app(room).slowness = 0.1
    answer = await room.server.uses(room.alice, room.channel, "say", {"how": "x"})
    assert answer.failed
    await room.server.until(lambda: bool(app(room).errors))
    assert room.server.calls[-1].code == 10062
    assert room.server.messages(room.channel) == []


async def test_an_interaction_is_answered_once(room: Room) -> None:
    await room.server.uses(room.alice, room.channel, "say", {"how": "x"})
    seen = last(room)
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.asks("POST", f"/interactions/{seen.id}/{seen.token}/callback", {"type": 5})
    assert code(caught) == (400, 40060)


async def test_a_token_lives_a_quarter_of_an_hour(room: Room) -> None:
    answer = await room.server.uses(room.alice, room.channel, "say", {"how": "x"})
    seen = last(room)
    room.world.skip(899)
    await seen.edit_original_response(content="just in time")
    room.world.skip(2)
    with pytest.raises(discord.HTTPException) as caught:
        await seen.followup.send("too late")
    assert code(caught) == (401, 50027)
    assert answer.text == "just in time"


async def test_answers_ping_people_only_unless_they_say_otherwise(room: Room) -> None:
    room.world.give(room.guild, room.world.bot, room.world.role(room.guild, "loud", P.MENTION_EVERYONE))
    await room.server.uses(room.alice, room.channel, "say", {"how": f"@everyone <@{room.alice.id}>"})
    assert room.server.pinged() == {f"<@{room.alice.id}>"}


async def test_an_app_of_ones_own_works_where_it_is_not_at_home(room: Room) -> None:
    elsewhere = room.world.channel(room.world.guild("Elsewhere", bot=False))
    assert elsewhere.guild is not None
    room.world.joins(room.alice, elsewhere.guild)
    room.alice.installed = True
    commands = [each | {"integration_types": [0, 1]} for each in room.server.state.commands[""]]
    room.server.state.commands[""] = commands
    answer = await room.server.uses(room.alice, elsewhere, "say", {"how": "hello"})
    assert (answer.text, answer.private) == ("hello", False)
    seen = last(room)
    assert seen.is_user_integration()
    assert not seen.is_guild_integration()
    room.server.limits.on = False
    for _ in range(5):
        await seen.followup.send("more")
    with pytest.raises(discord.HTTPException) as caught:
        await seen.followup.send("too much")
    assert code(caught) == (400, 40094)
    room.world.overwrite(elsewhere, room.alice, deny=P.USE_EXTERNAL_APPS)
    assert (await room.server.uses(room.alice, elsewhere, "say", {"how": "hello"})).private


async def test_suggestions_come_while_one_types(room: Room) -> None:
    answer = await room.server.autocompletes(room.alice, room.channel, "find", option="ids", typed="24")
    assert answer.choices == [("paper 240", "240"), ("paper 241", "241")]
    with pytest.raises(NotOffered):
        await room.server.autocompletes(room.alice, room.channel, "say", option="how", typed="x")


async def test_a_message_command_gets_the_message_with_its_words(room: Room) -> None:
    message = room.world.posts(room.alice, room.channel, "see 2405.17428")
    answer = await room.server.uses_on(room.alice, message, "Read")
    assert (answer.text, answer.private) == ("read see 2405.17428", True)


async def test_channels_are_named_by_id_and_resolved(room: Room) -> None:
    other = room.world.channel(room.guild, "elsewhere")
    answer = await room.server.uses(room.alice, room.channel, "where", {"place": other.id})
    assert answer.text == "in elsewhere?"
    assert answer.message is not None
    assert (await room.server.selects(room.alice, answer.message, room.channel.id)).text == "in papers"


# ---------------------------------------------------------------- buttons, menus, windows


async def panel(room: Room) -> Message:
    answer = await room.server.uses(room.alice, room.channel, "panel")
    assert answer.message is not None
    return answer.message


async def test_a_button_changes_its_message_at_once_or_later(room: Room) -> None:
    message = await panel(room)
    bob = room.world.joins(room.world.person("bob"), room.guild)
    answer = await room.server.presses(bob, message, "Refresh")
    assert answer.message is message
    assert message.text == "refreshed"
    answer = await room.server.presses(bob, message, "later")
    await answer.until(lambda each: each.text == "later")
    assert [each.text for each in room.server.messages(room.channel)] == ["later"]


async def test_buttons_that_are_not_there_for_somebody_cannot_be_pressed(room: Room) -> None:
    message = await panel(room)
    stranger = room.world.person("stranger")
    for person, button in ((room.alice, "Dead"), (room.alice, "No such"), (stranger, "Refresh")):
        with pytest.raises(NotOffered):
            await room.server.presses(person, message, button)
    private = (await room.server.selects(room.alice, message, "5 papers")).message
    assert private is not None
    bob = room.world.joins(room.world.person("bob"), room.guild)
    with pytest.raises(NotOffered):
        await room.server.presses(bob, private, "Refresh")
    assert (await room.server.presses(room.alice, private, "Refresh")).text == "refreshed"


async def test_a_menu_gives_what_was_chosen(room: Room) -> None:
    message = await panel(room)
    answer = await room.server.selects(room.alice, message, "10 papers")
    assert (answer.text, answer.private) == ("size 10", True)
    for wrong in (("20 papers",), ("5", "10"), ()):
        with pytest.raises(NotOffered):
            await room.server.selects(room.alice, message, *wrong)


async def test_a_window_opens_is_filled_in_and_changes_the_message(room: Room) -> None:
    message = await panel(room)
    window = (await room.server.presses(room.alice, message, "When")).window
    assert (window.title, window.fields) == ("Schedule", [("hour", "Hour", "09:00")])
    for wrong in ({"hour": "at noon, please"}, {"minute": "1"}, {"hour": ""}):
        with pytest.raises(NotOffered):
            await room.server.submits(window, wrong)
    answer = await room.server.submits(window, {"Hour": "13:30"})
    assert answer.message is message
    assert (message.text, message.buttons) == ("at 13:30", [])


async def test_buttons_still_work_after_the_message_was_sent_by_another_process(room: Room) -> None:
    sent = await room.client.at(room.channel).send("kept", view=Panel(timeout=None))
    message = room.channel.messages[str(sent.id)]
    assert not (await room.server.presses(room.alice, message, "Refresh")).failed
