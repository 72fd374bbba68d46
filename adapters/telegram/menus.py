"""The menus of commands: in each language, for members and for admins; said to Telegram only where they differ."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from adapters.telegram.api import Api
from bot.commands import Menu, menu
from bot.locales import UI
from bot.ports import BotError

logger = logging.getLogger(__name__)

DESCRIPTION = 256
"""Characters: https://core.telegram.org/bots/api#botcommand."""

SCOPES: tuple[tuple[Callable[[], BotCommandScope], Menu], ...] = (
    (BotCommandScopeDefault, Menu.MEMBERS),
    (BotCommandScopeAllPrivateChats, Menu.ADMINS),  # where one is alone
    (BotCommandScopeAllGroupChats, Menu.MEMBERS),
    (BotCommandScopeAllChatAdministrators, Menu.ADMINS),
)


async def register(api: Api) -> int:
    """Make every menu what it should be; how many were not. What fails is logged, and right after the next start."""
    changed = 0
    for language in ("", *UI[1:]):
        for scope, whose in SCOPES:
            try:
                changed += await _register(api, scope(), whose, language)
            except BotError as exc:
                logger.warning("menus are not registered: %s", exc)
                return changed
    return changed


async def _register(api: Api, scope: BotCommandScope, whose: Menu, language: str) -> bool:
    wanted = commands(whose, language)
    code = language or None
    there = await api.ask(lambda bot: bot.get_my_commands(scope, code))
    if [(each.command, each.description) for each in there] == [(each.command, each.description) for each in wanted]:
        return False
    await api.ask(lambda bot: bot.set_my_commands(wanted, scope, code))
    return True


def commands(whose: Menu, language: str) -> Sequence[BotCommand]:
    """The menu of `whose`; '' is the language of everybody whose own we do not speak. Pure."""
    shown = menu(whose, language or UI[0])
    return [BotCommand(name, description[:DESCRIPTION]) for name, description in shown]
