"""Forms: what is easier typed into a window of its own than found on a button. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord import places
from bot.commands import BY_NAME
from bot.commands.text import Said
from bot.locales import say, ui
from bot.targets import Target

FORMS: Mapping[str, tuple[str, ...]] = {"schedule": ("when", "zone")}
"""Commands that a button without options opens as a form, and what is asked in it."""

MOST_LETTERS = 300
TITLE = 45
LABEL = 45

_ID = re.compile(r"f1:(?P<chat>[0-9@]{0,24}):(?P<thread>[0-9]{0,24}):(?P<command>[a-z]{1,32})")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent; `about` as the button had it."""

    said: Said
    about: Target | None = None


def wanted(said: Said) -> bool:
    """Does this command, from a button, open a form?"""
    return said.command in FORMS and not said.options


def form(said: Said, *, language: str, about: Target | None) -> dict[str, Any]:
    """The window: a title, and a field an option; what is required must be filled in."""
    command = BY_NAME[said.command]
    spoken = ui(language)
    place = f"{about.chat_id}:{about.thread_id or ''}" if about else ":"
    options = {option.name: option for option in command.form}
    return {
        "custom_id": f"f1:{place}:{command.name}",
        "title": say(spoken, f"form.{command.name}")[:TITLE],
        "components": [
            {
                "type": 1,
                "components": [
                    {
                        "type": 4,
                        "custom_id": name,
                        "style": 1,
                        "label": say(spoken, f"form.{command.name}.{name}")[:LABEL],
                        "placeholder": say(spoken, f"form.{command.name}.{name}.like")[:100],
                        "required": options[name].required or name == FORMS[command.name][0],
                        "max_length": MOST_LETTERS,
                    }
                ],
            }
            for name in FORMS[command.name]
        ],
    }


def filled_in(data: Mapping[str, Any]) -> Filled | None:
    """What was sent; None: it is no form of ours."""
    found = _ID.fullmatch(str(data.get("custom_id", "")))
    if found is None or found["command"] not in FORMS:
        return None
    asked = FORMS[found["command"]]
    values = {name: value[:MOST_LETTERS].strip() for name, value in _fields(data) if name in asked}
    about = Target(places.NAME, found["chat"], found["thread"] or None) if found["chat"] else None
    return Filled(Said(found["command"], {name: value for name, value in values.items() if value}), about)


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for row in data.get("components") or ():
        for field in row.get("components") or ():
            yield str(field.get("custom_id", "")), str(field.get("value") or "")
