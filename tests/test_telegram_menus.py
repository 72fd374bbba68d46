"""The menus of commands: right in every language and scope, and told only when they changed."""

from __future__ import annotations

import pytest

from adapters.telegram import menus
from bot.commands import Menu, menu
from bot.locales import UI
from tests.fakes.messenger import Core, Office, adapter, running
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import breaks


async def registered(server: FakeTelegram) -> int:
    """Look at the menus as at every start; how many were told."""
    before = server.asking.menu_calls
    changed = await menus.register(adapter(server)._api)
    assert server.asking.menu_calls - before == changed
    return changed


async def test_everybody_gets_the_menu_of_their_place_and_language() -> None:
    async with FakeTelegram() as server:
        await registered(server)
        group, people = server.people.add_supergroup(), server.people
        ann = people.add_user()
        for language in ("en", "zh", "ru", "de"):
            spoken = language if language in UI else "en"
            members, admins = menu(Menu.MEMBERS, spoken), menu(Menu.ADMINS, spoken)
            assert server.asking.menu(group, language=language) == members
            assert server.asking.menu(group, language=language, admin=True) == admins
            assert server.asking.menu(people.private(ann), language=language) == admins
        assert {name for name, _ in members} < {name for name, _ in admins}
        assert "subscribe" in dict(admins)
        assert "subscribe" not in dict(members)


async def test_menus_are_told_once_and_again_only_where_they_differ() -> None:
    async with FakeTelegram() as server:
        assert await registered(server) == len(menus.SCOPES) * len(UI)
        assert await registered(server) == 0
        key = next(key for key in server.asking.menus if key[0] == "all_group_chats" and key[3] == "ru")
        server.asking.menus[key] = (("old", "an old command"),)
        assert await registered(server) == 1
        assert await registered(server) == 0


async def test_a_menu_that_cannot_be_told_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeTelegram() as server:
        server.fail(breaks(), method="setMyCommands", times=None)
        telegram = adapter(server)
        async with running(telegram, core := Core()):
            here = Office(server, core, telegram)
            await here.until(lambda: "menus are not registered" in caplog.text)
            ann = server.people.add_user()
            server.people.says(ann, ann, "/list")
            await here.said(ann, "/list")


def test_every_description_fits() -> None:
    for language in UI:
        for whose in (Menu.MEMBERS, Menu.ADMINS):
            for command in menus.commands(whose, language):
                assert 1 <= len(command.description) <= 256
