"""How the test server judges application commands, and whom it offers which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from tests.fakes.discord_client import Room, code, opened
from tests.fakes.discord_filled import NotOffered
from tests.fakes.discord_model import P

Json = dict[str, Any]


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        yield made


def option(name: str = "ids", **given: object) -> Json:
    return {"type": 3, "name": name, "description": "d", **given}


def command(name: str = "summarize", *options: Json, **given: object) -> Json:
    return {"name": name, "description": "d", "options": list(options), **given}


LONG = [{"name": f"{number}" + "n" * 98, "value": f"{number}v"} for number in range(10, 18)]


async def put(room: Room, *commands: Json, guild: str = "") -> Any:  # noqa: ANN401 - JSON
    place = f"/guilds/{guild}" if guild else ""
    return await room.client.asks("PUT", f"/applications/{room.world.bot.id}{place}/commands", list(commands))


async def test_commands_that_stay_keep_their_ids_and_versions(room: Room) -> None:
    first = await put(room, command("a"), command("b"))
    second = await put(room, command("b"), command("c"), command("a", option()))
    ids = {each["name"]: (each["id"], each["version"]) for each in first}
    again = {each["name"]: (each["id"], each["version"]) for each in second}
    assert again["b"] == ids["b"]
    assert again["a"][0] == ids["a"][0]
    assert again["a"][1] != ids["a"][1]
    got = await room.client.asks("GET", f"/applications/{room.world.bot.id}/commands")
    assert got == second


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (command("Summarize"), "1.name"),
        (command("two words"), "1.name"),
        (command("n" * 33), "1.name"),
        (command(""), "1.name"),
        (command("a", description=""), "1.description"),
        (command("a", description="d" * 101), "1.description"),
        (command("a", name_localizations={"zh-CN": "总 结"}), "1.name_localizations"),
        (command("a", name_localizations={"zh": "总结"}), "1.name_localizations"),
        (command("a", description_localizations={"ru": "д" * 101}), "1.description_localizations"),
        (command("a", *[option(f"o{number}") for number in range(26)]), "1.options"),
        (command("a", option("x"), option("x")), "1.options"),
        (command("a", option("x"), option("y", required=True)), "1.options"),
        (command("a", option("x", autocomplete=True, choices=[{"name": "n", "value": "v"}])), "1.options"),
        (command("a", option("x", type=4, choices=[{"name": "n", "value": "v"}])), "1.options"),
        (command("a", option("x", type=5, autocomplete=True)), "1.options"),
        (command("a", option("x", choices=[{"name": "n", "value": "v"}] * 26)), "1.options"),
        (command("a", option("x", max_length=6001)), "1.options"),
        (command("a", default_member_permissions="manage"), "1.default_member_permissions"),
        (command("a", contexts=[3]), "1.contexts"),
        (command("a", contexts=[0, 0]), "1.contexts"),
        (command("a", integration_types=[]), "1.integration_types"),
        ({"type": 3, "name": "Summarize paper", "description": "no"}, "1.description"),
        (command("a", *[option(f"o{number}", description="d" * 100, choices=LONG) for number in range(10)]), "1:"),
    ],
)
async def test_a_command_that_is_not_as_it_must_be_is_refused(room: Room, wrong: Json, path: str) -> None:
    with pytest.raises(discord.HTTPException) as caught:
        await put(room, command("fine"), wrong)
    assert code(caught) == (400, 50035)
    assert f"In {path}" in caught.value.text
    assert room.server.state.commands.get("") is None


async def test_names_are_unique_of_their_kind_and_there_are_a_hundred_at_most(room: Room) -> None:
    menu = {"type": 3, "name": "a"}
    await put(room, command("a"), menu)
    with pytest.raises(discord.HTTPException) as caught:
        await put(room, command("a"), command("a"))
    assert code(caught) == (400, 50035)
    with pytest.raises(discord.HTTPException) as caught:
        await put(room, *(command(f"c{number}") for number in range(101)))
    assert code(caught) == (400, 30032)


async def test_commands_in_any_script_are_taken(room: Room) -> None:
    names = {"zh-CN": "总结", "ru": "кратко"}
    await put(room, command("summarize", option(name_localizations={"ru": "номера"}), name_localizations=names))
    room.alice.locale = "ru"
    assert room.server.offered(room.alice, room.channel) == ["кратко"]


async def test_another_applications_commands_are_not_ours(room: Room) -> None:
    with pytest.raises(discord.Forbidden) as caught:
        await room.client.asks("GET", "/applications/1/commands")
    assert code(caught) == (403, 20012)


async def test_commands_are_offered_by_right_place_and_installation(room: Room) -> None:
    await put(
        room,
        command("subscribe", default_member_permissions=str(int(P.MANAGE_GUILD)), contexts=[0], integration_types=[0]),
        command("summarize", contexts=[0, 1, 2], integration_types=[0, 1]),
        command("saved", contexts=[1], integration_types=[0, 1]),
    )
    world, server = room.world, room.server
    admin = world.joins(world.person("admin"), room.guild, P.MANAGE_GUILD)
    assert server.offered(room.alice, room.channel) == ["summarize"]
    assert server.offered(admin, room.channel) == ["subscribe", "summarize"]
    assert server.offered(room.guild.owner, room.channel) == ["subscribe", "summarize"]
    assert server.offered(room.alice, world.dm(room.alice)) == ["summarize", "saved"]
    elsewhere = world.channel(world.guild(bot=False))
    assert elsewhere.guild is not None
    world.joins(room.alice, elsewhere.guild)
    assert server.offered(room.alice, elsewhere) == []
    room.alice.installed = True
    assert server.offered(room.alice, elsewhere) == ["summarize"]
    world.overwrite(room.channel, room.alice, deny=P.VIEW_CHANNEL)
    assert server.offered(room.alice, room.channel) == []
    with pytest.raises(NotOffered):
        await server.uses(room.alice, room.channel, "summarize")


async def test_a_guilds_own_commands_stay_there(room: Room) -> None:
    await put(room, command("here"), guild=room.guild.id)
    assert room.server.offered(room.alice, room.channel) == ["here"]
    assert room.server.offered(room.alice, room.world.dm(room.alice)) == []


async def test_a_client_checks_options_before_it_sends_them(room: Room) -> None:
    await put(
        room, command("digest", option("ids", required=True, max_length=5), option("count", type=4, max_value=20))
    )
    for wrong in ({}, {"ids": "123456"}, {"ids": 5}, {"ids": "1", "count": 21}, {"ids": "1", "other": "x"}):
        with pytest.raises(NotOffered):
            await room.server.uses(room.alice, room.channel, "digest", wrong)
