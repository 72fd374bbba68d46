"""Slash commands, made from COMMANDS: what Discord is told when their hash has changed. Pure.

Commands are called the same in every language, as on other platforms and as our own messages name them; what they do
and what their options are called is said in the reader's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.discord.limits import CAPS, OPTIONS
from bot.access import Action
from bot.commands import COMMANDS, SETTINGS, Command, Option, Who
from bot.commands.permission import deed
from bot.locales import Language, either, say

SUMMARIZE_MESSAGE = "Summarize paper"
ASK_MESSAGE = "Ask about this paper"
"""The commands in the menu of a message, by their English names, with which they come."""

LOCALES: dict[str, Language] = {"zh-CN": "zh", "ru": "ru"}
"""Discord's name of a language we speak, beside English, which is the rule."""

_HIDDEN = frozenset({("start", "code")})
"""Options that come with a link, which Discord has not."""

CHANNEL = "channel"
"""The option that names another channel than the one where the command is used: in a forum none can be."""

_EVERYWHERE = frozenset({"summarize", "pdf", "ask", "compare"})
"""What whoever installed us for themselves may use where we are not."""

_OF_A_CHANNEL = frozenset(
    {"subscribe", "unsubscribe", "list", "digest", "settings", "schedule", "language", "pause", "resume"}
)
_CHANNELS = [0, 5, 10, 11, 12, 15, 16]
"""Types of those that digests can go to: text, announcements, threads, forums, media."""

_CHAT, _MESSAGE = 1, 3
_TEXT, _INTEGER, _CHANNEL, _FILE = 3, 4, 7, 11
_GUILD, _BOT_DM, _ANYWHERE = 0, 1, 2
_BY_GUILD, _BY_USER = 0, 1

_MANAGE_GUILD = 1 << 5
_LONGEST_TEXT = 1000


def commands() -> list[dict[str, Any]]:
    """The JSON of a bulk overwrite of global application commands."""
    of_a_message = (_of_a_message(key) for key in ("slash.summarize_message", "slash.ask_message"))
    return [*(_command(each) for each in COMMANDS if each.listed), *of_a_message]


def fingerprint(told: Sequence[Mapping[str, Any]] | None = None) -> str:
    """A short hash of what Discord is told, `commands()` unless something else is: it changes when that does."""
    text = json.dumps(commands() if told is None else told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---------------------------------------------------------------- one command


def _command(command: Command) -> dict[str, Any]:
    reach = {"contexts": [_GUILD, _BOT_DM], "integration_types": [_BY_GUILD]}
    return {
        "type": _CHAT,
        "name": command.name,
        **_said("description", command.help_key),
        "options": list(_options(command)),
        "default_member_permissions": _needed(command),
        **(_reach_anywhere() if command.name in _EVERYWHERE else reach),
    }


def _of_a_message(key: str) -> dict[str, Any]:
    return {
        "type": _MESSAGE,
        **_said("name", key),
        "default_member_permissions": None,
        **_reach_anywhere(),
    }


def _reach_anywhere() -> dict[str, Any]:
    """On servers we are on, and for whoever installed us for themselves, in any server or chat."""
    return {"contexts": [_GUILD, _BOT_DM, _ANYWHERE], "integration_types": [_BY_GUILD, _BY_USER]}


def _needed(command: Command) -> str | None:
    """Who is shown it at first (a server may decide otherwise); whether they may is checked again when it comes."""
    match command.who:
        case Who.OWNER:
            return "0"
        case Who.ADMIN if command.form or deed(command.name, {}) is Action.CHANGE:
            return str(_MANAGE_GUILD)
    return None


# ---------------------------------------------------------------- its options


def _options(command: Command) -> Iterator[dict[str, Any]]:
    shown = [option for option in command.form if (command.name, option.name) not in _HIDDEN]
    for option in sorted(shown, key=lambda option: not option.required):
        specific = f"slash.{command.name}.{option.name}"
        about = either("en", specific, f"slash.{option.name}")
        yield {
            "type": {"int": _INTEGER, "file": _FILE}.get(option.kind, _TEXT),
            **_named(option.name),
            **_said("description", about),
            "required": option.required,
            **_typed(option),
        }
    if command.name in _OF_A_CHANNEL:
        yield {
            "type": _CHANNEL,
            **_named(CHANNEL),
            **_said("description", "slash.channel"),
            "required": False,
            "channel_types": _CHANNELS,
        }


def _named(option: str) -> dict[str, Any]:
    localized = {code: say(ours, f"slash.name.{option}") for code, ours in LOCALES.items()}
    return {"name": option, "name_localizations": localized}


def _typed(option: Option) -> dict[str, Any]:
    match option.kind:
        case "file":
            return {}
        case "int":
            return {"min_value": 1, "max_value": 9999}
        case "choice":
            values = [value for value in option.choices if value != "form" or CAPS.forms]
            return {"choices": [_choice(value) for value in values[:OPTIONS]]}
        case "text":
            return {"max_length": _LONGEST_TEXT}
    return {"max_length": _LONGEST_TEXT, "autocomplete": True}


def _choice(value: str) -> dict[str, Any]:
    key = f"cmd.setting.{value}" if value in SETTINGS else f"slash.choice.{value}"
    return {**_said("name", key), "value": value}


def _said(field: str, key: str) -> dict[str, Any]:
    """`field` in English and in the other languages we speak."""
    return {field: say("en", key), f"{field}_localizations": {code: say(ours, key) for code, ours in LOCALES.items()}}
