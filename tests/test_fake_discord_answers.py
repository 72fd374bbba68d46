"""What the test server refuses of an application's answers, sent by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import discord
import pytest

from tests.fakes.discord_answers import Answer
from tests.fakes.discord_client import Room, code, opened
from tests.fakes.discord_interactions import Interaction
from tests.fakes.discord_model import Flag

Json = dict[str, Any]
V2 = int(Flag.IS_COMPONENTS_V2)
TEXT: Json = {"type": 10, "content": "words"}
BUTTON: Json = {"type": 1, "components": [{"type": 2, "style": 2, "label": "More", "custom_id": "more"}]}
OPTION = {"type": 3, "name": "ids", "description": "d", "autocomplete": True}


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        body = [{"name": "summarize", "description": "d", "options": [OPTION]}]
        await made.client.asks("PUT", f"/applications/{made.world.bot.id}/commands", body)
        yield made


class Pending:
    """Somebody's action that waits for our answers."""

    def __init__(self, room: Room, action: Awaitable[Answer]) -> None:
        self.room = room
        self.action = asyncio.ensure_future(action)

    async def made(self) -> Interaction:
        interactions = self.room.server.state.interactions
        await self.room.server.until(lambda: any(each.answered is None for each in interactions.values()))
        return next(each for each in interactions.values() if each.answered is None)

    async def answers(self, body: Json) -> Any:  # noqa: ANN401 - JSON
        made = await self.made()
        path = f"/interactions/{made.id}/{made.token}/callback"
        return await self.room.client.asks("POST", path, body, with_response=1)

    async def refused(self, body: Json) -> str:
        with pytest.raises(discord.HTTPException) as caught:
            await self.answers(body)
        assert code(caught) == (400, 50035)
        return str(caught.value.text)


def used(room: Room) -> Pending:
    return Pending(room, room.server.uses(room.alice, room.channel, "summarize"))


def hook(room: Room, made: Interaction, rest: str = "") -> str:
    return f"/webhooks/{room.world.bot.id}/{made.token}{rest}"


async def test_each_kind_of_interaction_has_its_own_kinds_of_answers(room: Room) -> None:
    pending = used(room)
    for kind in (1, 6, 7, 8, 10):
        assert "In type" in await pending.refused({"type": kind})
    await pending.answers({"type": 5})
    await pending.action
    completed = room.server.autocompletes(room.alice, room.channel, "summarize", option="ids", typed="2")
    pending = Pending(room, completed)
    for kind in (4, 5, 9):
        assert "In type" in await pending.refused({"type": kind, "data": {"content": "x"}})
    many = [{"name": str(number), "value": str(number)} for number in range(26)]
    assert "In data.choices" in await pending.refused({"type": 8, "data": {"choices": many}})
    assert "In data.choices.0.name" in await pending.refused(
        {"type": 8, "data": {"choices": [{"name": "n" * 101, "value": "v"}]}}
    )
    await pending.answers({"type": 8, "data": {"choices": many[:25]}})
    assert len((await pending.action).choices) == 25


async def test_bodies_of_answers_are_judged_like_those_of_messages(room: Room) -> None:
    pending = used(room)
    assert "In data.content" in await pending.refused({"type": 4, "data": {"content": "c" * 2001}})
    assert "In data.title" in await pending.refused({"type": 9, "data": {"custom_id": "m", "components": []}})
    assert "In data.flags" in await pending.refused({"type": 5, "data": {"flags": V2}})
    with pytest.raises(discord.HTTPException) as caught:
        await pending.answers({"type": 4, "data": {"content": ""}})
    assert code(caught) == (400, 50006)
    told = await pending.answers({"type": 4, "data": {"content": "at last", "flags": 64}})
    assert told["resource"]["message"]["content"] == "at last"
    assert told["interaction"]["response_message_ephemeral"]
    assert (await pending.action).text == "at last"


async def test_before_the_first_answer_there_is_nothing_to_follow_or_change(room: Room) -> None:
    pending = used(room)
    made = await pending.made()
    with pytest.raises(discord.NotFound) as caught:
        await room.client.asks("POST", hook(room, made), {"content": "x"})
    assert code(caught) == (404, 10015)
    await pending.answers({"type": 4, "data": {"content": "x"}})
    await room.client.asks("DELETE", hook(room, made, "/messages/@original"))
    with pytest.raises(discord.NotFound) as caught:
        await room.client.asks("PATCH", hook(room, made, "/messages/@original"), {"content": "y"})
    assert code(caught) == (404, 10008)
    with pytest.raises(discord.HTTPException) as wrong:
        await room.client.asks("POST", f"/webhooks/{room.world.bot.id}/nonsense", {"content": "x"})
    assert code(wrong) == (401, 50027)
    answer = await pending.action
    assert (answer.message, answer.text) == (None, "")


async def test_the_first_follow_up_fills_a_deferred_answer_as_private_as_it_was_promised(room: Room) -> None:
    pending = used(room)
    await pending.answers({"type": 5, "data": {"flags": 64}})
    answer = await pending.action
    assert (answer.deferred, answer.private, answer.text) == (True, True, "")
    await room.client.asks("POST", hook(room, answer.interaction), {"content": "done"})
    await answer.settled()
    assert (answer.text, answer.private, answer.followups) == ("done", True, [])
    await room.client.asks("POST", hook(room, answer.interaction), {"content": "and more"})
    assert [(each.text, each.only_for) for each in answer.followups] == [("and more", None)]


async def test_components_v2_is_for_ever(room: Room) -> None:
    sent = await room.client.posts(room.channel, {"flags": V2, "components": [TEXT]})
    message = room.channel.messages[sent["id"]]
    for body in ({"content": "x"}, {"embeds": [{"title": "x"}]}):
        with pytest.raises(discord.HTTPException) as caught:
            await room.client.edits(message, body)
        assert code(caught) == (400, 50035)
    await room.client.edits(message, {"flags": 4, "components": [TEXT, BUTTON]})
    assert Flag.IS_COMPONENTS_V2 | Flag.SUPPRESS_EMBEDS in message.flags
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.edits(message, {"components": []})
    assert code(caught) == (400, 50006)


async def test_to_become_components_v2_a_message_gives_up_its_text_by_name(room: Room) -> None:
    message = await room.says("text")
    with pytest.raises(discord.HTTPException) as caught:
        await room.client.edits(message, {"flags": V2, "components": [TEXT]})
    assert "In content" in caught.value.text
    await room.client.edits(message, {"flags": V2, "components": [TEXT], "content": None})
    assert message.text == "words"


async def test_a_button_may_be_acknowledged_in_silence(room: Room) -> None:
    sent = await room.client.posts(room.channel, {"content": "x", "components": [BUTTON]})
    message = room.channel.messages[sent["id"]]
    pending = Pending(room, room.server.presses(room.alice, message, "more"))
    told = await pending.answers({"type": 6})
    assert told["interaction"]["response_message_id"] == message.id
    answer = await pending.action
    assert (answer.message, answer.failed) == (message, False)
    await room.client.asks("POST", hook(room, answer.interaction), {"content": "private", "flags": 64})
    assert [each.only_for for each in answer.followups] == [room.alice]


async def test_answers_in_a_locked_thread_are_refused_unless_they_are_private(room: Room) -> None:
    message = await room.says()
    path = f"/channels/{room.channel.id}/messages/{message.id}/threads"
    await room.client.asks("POST", path, {"name": "thread"})
    (thread,) = room.server.threads(room.channel)
    room.world.archive(thread, archived=False, locked=True)
    pending = Pending(room, room.server.uses(room.alice, thread, "summarize"))
    with pytest.raises(discord.HTTPException) as caught:
        await pending.answers({"type": 4, "data": {"content": "x"}})
    assert code(caught) == (400, 50083)
    await pending.answers({"type": 4, "data": {"content": "x", "flags": 64}})
    assert (await pending.action).private
