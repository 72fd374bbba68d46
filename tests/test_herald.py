"""What people hear unasked: a new chat is welcomed, its admin hears of trouble, owners of what only they can mend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import Arrived, Fault
from bot.commands.saying import document, line
from bot.locales import say
from bot.platforms import Actor, BadFormat, NotSent, TargetGone
from bot.targets import Access, Target
from tests.fakes.newsroom import HALL, NO_QUIET, ROOM, World
from tests.fakes.virtual_time import virtually

CHANNEL = Target("memory", "channel")
ADMIN, OWNER = Actor("memory", "admin"), Actor("memory", "owner")
ADMINS, OWNERS = Target("memory", "admin"), Target("memory", "owner")
MISSING = ("Send Messages", "Embed Links")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "paperboy.db", owners=frozenset({OWNER}))
    yield made
    made.close()


def play(world: World, scene: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        async with world.start():
            await scene(world)
            await asyncio.sleep(30)

    virtually(run())


async def let_in(world: World, target: Target, **given: Any) -> None:  # noqa: ANN401 - any argument of it
    wanted: dict[str, Any] = {"kind": "group", "title": "Readers", "by": ADMIN, "locale": "en", **given}
    await world.engine.target_back(target, **wanted)
    await asyncio.sleep(5)


async def lose(world: World, target: Target = ROOM, reason: str = "kicked") -> None:
    await world.engine.target_lost(target, reason)
    await asyncio.sleep(5)


def buttons(message: Arrived) -> list[str]:
    return [each["command"] for row in message.part.payload["buttons"] for each in row if each["command"]]


# ---------------------------------------------------------------- first contact


def test_a_new_group_is_welcomed_there_with_the_catalogue_and_is_not_stored(world: World) -> None:
    play(world, lambda world: let_in(world, ROOM, locale="zh-hans"))
    (message,) = world.memory.arrived
    assert message.target == ROOM
    assert say("zh", "cmd.start.group") in message.text
    assert say("zh", "cmd.catalogue.group") in message.text
    assert "/subscribe ~llm" in buttons(message)
    assert "/help subscribe" in buttons(message)
    assert world.chats.chat(ROOM) is None


def test_the_readers_of_a_channel_see_nothing_and_whoever_added_us_is_asked(world: World) -> None:
    play(world, lambda world: let_in(world, CHANNEL, kind="channel", title="Papers"))
    (message,) = world.memory.arrived
    assert message.target == ADMINS
    assert message.text.startswith("I am in Papers. What should it follow?")
    assert message.part.payload["about"] == str(CHANNEL)
    assert "/subscribe ~llm" in buttons(message)


def test_a_channel_of_which_nobody_is_known_who_added_us_is_left_in_peace(world: World) -> None:
    play(world, lambda world: let_in(world, CHANNEL, kind="channel", by=None))
    assert world.memory.arrived == []


@pytest.mark.parametrize(("target", "kind"), [(ROOM, "group"), (CHANNEL, "channel")])
def test_what_we_may_not_do_is_named_in_the_welcome(world: World, target: Target, kind: str) -> None:
    world.memory.missing[target] = MISSING
    play(world, lambda world: let_in(world, target, kind=kind))
    assert "Send Messages, Embed Links" in world.memory.arrived[0].text


def test_a_group_where_we_may_not_write_is_set_up_by_whoever_added_us(world: World) -> None:
    world.memory.gone[ROOM] = "no rights to send"
    world.memory.missing[ROOM] = MISSING
    play(world, lambda world: let_in(world, ROOM))
    (message,) = world.memory.arrived
    assert message.target == ADMINS
    assert "Send Messages" in message.text
    assert message.part.payload["about"] == str(ROOM)


def test_one_admission_is_welcomed_once_whatever_the_platform_repeats_and_after_a_restart(world: World) -> None:
    async def twice(world: World) -> None:
        await let_in(world, ROOM)
        await let_in(world, ROOM)

    play(world, twice)
    play(world, twice)
    assert len(world.memory.arrived) == 1


def test_the_next_admission_is_welcomed_again(world: World) -> None:
    async def scene(world: World) -> None:
        await let_in(world, ROOM)
        await world.engine.target_lost(ROOM, "kicked")
        await let_in(world, ROOM)

    play(world, scene)
    assert len(world.memory.arrived) == 2


def test_a_chat_that_follows_something_or_is_blocked_or_private_is_not_welcomed(world: World) -> None:
    world.add(ROOM)
    world.add(HALL, access=Access.BLOCKED, topics=())

    async def scene(world: World) -> None:
        await let_in(world, ROOM)
        await let_in(world, HALL)
        await let_in(world, ADMINS, kind="private")

    play(world, scene)
    assert world.memory.arrived == []


def test_a_chat_that_is_known_but_follows_nothing_is_welcomed_in_its_own_language(world: World) -> None:
    world.add(ROOM, replace(NO_QUIET, languages=("ru",)), topics=())
    play(world, lambda world: let_in(world, ROOM, locale="en"))
    assert say("ru", "cmd.start.group") in world.texts()


def test_a_thread_that_follows_something_is_enough(world: World) -> None:
    world.add(Target("memory", "room", "7"))
    play(world, lambda world: let_in(world, ROOM))
    assert world.memory.arrived == []


def test_where_only_owners_may_subscribe_nobody_else_is_shown_buttons(world: World) -> None:
    world.policy = "owner"

    async def scene(world: World) -> None:
        await let_in(world, ROOM)
        await let_in(world, HALL, by=OWNER)

    play(world, scene)
    assert [bool(buttons(message)) for message in world.memory.arrived] == [False, True]
    assert say("en", "cmd.owners_only") in world.texts()


def test_a_title_that_has_changed_is_kept(world: World) -> None:
    world.add(ROOM)
    play(world, lambda world: let_in(world, ROOM, title="New name", kind="channel"))
    chat = world.chats.chat(ROOM)
    assert chat
    assert (chat.title, chat.kind) == ("New name", "channel")


# ---------------------------------------------------------------- telling a chat, telling a person


def test_what_is_told_to_a_channel_is_heard_by_its_admin_and_no_reader(world: World) -> None:
    world.add(CHANNEL, kind="channel")
    world.add(ROOM)
    hello = "cmd.allowed.allowed"

    async def scene(world: World) -> None:
        news = document("en", line("en", hello))
        with pytest.raises(NotSent, match="nobody is known"):
            await world.hearers.tell(CHANNEL, news)
        world.chats.set_admin(CHANNEL, ADMIN)
        await world.hearers.tell(CHANNEL, news)
        await world.hearers.tell(ROOM, news)
        await asyncio.sleep(5)

    play(world, scene)
    assert [message.target for message in world.memory.arrived] == [ADMINS, ROOM]
    assert world.memory.arrived[0].part.payload["about"] == str(CHANNEL)


def test_one_who_cannot_be_told_is_an_error_to_who_tells_them_and_silence_to_all_others(world: World) -> None:
    world.memory.gone[OWNERS] = "away"
    news = document("en", line("en", "cmd.allowed.allowed"))

    async def scene(world: World) -> None:
        with pytest.raises(TargetGone):
            await world.hearers.notify(OWNER, news)
        with pytest.raises(NotSent, match="elsewhere"):
            await world.hearers.notify(Actor("elsewhere", "1"), news)
        world.add(ROOM)
        world.memory.faults.append(Fault(BadFormat(), ADMINS))
        world.chats.set_admin(ROOM, ADMIN)
        await lose(world)

    play(world, scene)
    assert len(world.memory.texts(ADMINS)) == 1
