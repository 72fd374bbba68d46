"""Bot API methods that ask about chats and members, or set up the bot: commands by scope and language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import telegram_access as access
from tests.fakes.telegram_params import Params
from tests.fakes.telegram_people import People, member_json
from tests.fakes.telegram_places import Chat, Member
from tests.fakes.telegram_refusals import bad, forbidden

MOST_COMMANDS = 100
MOST_NAME = 32
MOST_DESCRIPTION = 256

_PLAIN_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
_CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
_NAME = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2}")

Menu = tuple[tuple[str, str], ...]


@dataclass
class Asking:
    """`menus` by scope (its type, chat and user) and language: pairs of command and description."""

    people: People
    menus: dict[tuple[str, int, int, str], Menu] = field(default_factory=dict)
    menu_calls: int = 0

    def get_me(self, params: Params) -> dict[str, Any]:
        """`getMe`."""
        more = {
            "can_join_groups": True,
            "can_read_all_group_messages": self.people.reads_all,
            "supports_inline_queries": False,
        }
        return self.people.bot.json() | more

    def get_chat(self, params: Params) -> dict[str, Any]:
        """`getChat`."""
        chat = access.find(self.people, params.raw("chat_id"))
        access.check_read(self.people, chat)
        more: dict[str, Any] = {"accent_color_id": 3, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}
        if chat.kind in {"group", "supergroup"}:
            more["permissions"] = {"can_send_messages": chat.open_to_members}
        return chat.json() | more

    def get_chat_member(self, params: Params) -> dict[str, Any]:
        """`getChatMember`."""
        chat = access.find(self.people, params.raw("chat_id"))
        number = params.number("user_id")
        user = self.people.users.get(number or 0)
        if user is None:
            raise bad("invalid user_id specified")
        if user.id != self.people.bot.id:
            access.check_list(self.people, chat)
        else:
            access.check_read(self.people, chat)
        if chat.kind == "private":
            return member_json(user, Member(status="member"))
        if user.id not in chat.members:
            return member_json(user, Member(status="left"))
        return member_json(user, chat.member(user.id))

    def get_chat_administrators(self, params: Params) -> list[dict[str, Any]]:
        """`getChatAdministrators`: other bots left out."""
        chat = access.find(self.people, params.raw("chat_id"))
        if chat.kind == "private":
            raise bad("there are no administrators in the private chat")
        access.check_list(self.people, chat)
        return [
            member_json(self.people.users[each], member) for each, member in chat.members.items() if member.is_admin
        ]

    def leave_chat(self, params: Params) -> bool:
        """`leaveChat`."""
        chat = access.find(self.people, params.raw("chat_id"))
        if chat.kind == "private":
            raise bad("chat member status can't be changed in private chats")
        access.check_read(self.people, chat)
        if not self.people.standing(chat).is_in:
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        chat.members[self.people.bot.id] = Member(status="left")
        return True

    def set_my_commands(self, params: Params) -> bool:
        """`setMyCommands`."""
        self.menu_calls += 1
        raw = params.object("commands")
        if not isinstance(raw, list):
            raise bad('parameter "commands" is required')
        if len(raw) > MOST_COMMANDS:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        key = self._scope(params)
        menu = tuple(_command(each) for each in raw)
        if menu:
            self.menus[key] = menu
        else:
            self.menus.pop(key, None)
        return True

    def get_my_commands(self, params: Params) -> list[dict[str, str]]:
        """`getMyCommands`."""
        menu = self.menus.get(self._scope(params), ())
        return [{"command": name, "description": description} for name, description in menu]

    def delete_my_commands(self, params: Params) -> bool:
        """`deleteMyCommands`."""
        self.menu_calls += 1
        self.menus.pop(self._scope(params), None)
        return True

    def menu(self, chat: Chat | None = None, *, language: str = "", admin: bool = False) -> Menu:
        """What somebody sees who types "/" there: the narrowest scope wins, then their language."""
        here = chat.id if chat is not None else 0
        group = chat is not None and chat.kind in {"group", "supergroup"}
        scopes = [("chat_administrators", here)] if group and admin else []
        scopes += [("chat", here)]
        scopes += [("all_chat_administrators", 0)] if group and admin else []
        scopes += [("all_group_chats" if group else "all_private_chats", 0), ("default", 0)]
        for kind, place in scopes:
            for spoken in (language, ""):
                if menu := self.menus.get((kind, place, 0, spoken)):
                    return menu
        return ()

    def _scope(self, params: Params) -> tuple[str, int, int, str]:
        raw = params.object("scope")
        scope = {"type": "default"} if raw is None else raw
        language = params.text("language_code")
        if language and not _LANGUAGE.fullmatch(language):
            raise bad("invalid language code specified")
        if not isinstance(scope, dict) or scope.get("type") not in _PLAIN_SCOPES | _CHAT_SCOPES:
            raise bad("can't parse BotCommandScope: unsupported type specified")
        kind = str(scope["type"])
        if kind in _PLAIN_SCOPES:
            return kind, 0, 0, language
        chat = access.find(self.people, scope.get("chat_id"))
        access.check_read(self.people, chat)
        if chat.kind == "channel":
            raise bad("can't use specified scope in channel chats")
        if chat.kind == "private" and kind != "chat":
            raise bad("can't use specified scope in private chats")
        return kind, chat.id, int(scope.get("user_id", 0)), language


_GIFTS = {
    "unlimited_gifts": True,
    "limited_gifts": True,
    "unique_gifts": True,
    "premium_subscription": True,
    "gifts_from_channels": True,
}


def _command(raw: object) -> tuple[str, str]:
    if not isinstance(raw, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name = str(raw.get("command", "")).strip().removeprefix("/")
    description = str(raw.get("description", "")).strip()
    if not name:
        raise bad("command must be non-empty")
    if len(name) > MOST_NAME:
        raise bad(f"command length must not exceed {MOST_NAME}")
    if not description:
        raise bad("command description must be non-empty")
    if len(description) > MOST_DESCRIPTION:
        raise bad(f"command description length must not exceed {MOST_DESCRIPTION}")
    if not _NAME.fullmatch(name):
        raise bad("BOT_COMMAND_INVALID")
    return name, description
