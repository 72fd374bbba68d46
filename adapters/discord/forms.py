"""Forms: what is easier typed into a window of its own than found on a button. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord import places
from adapters.discord.limits import OPTION_LABEL, OPTIONS
from bot.commands import BY_NAME, Command
from bot.commands.text import Said
from bot.document import utf16
from bot.locales import say, ui
from bot.targets import Target
from bot.wording import cut

FORMS: Mapping[str, tuple[str, ...]] = {"schedule": ("when", "zone"), "ask": ("question",)}
"""Commands that a button opens as a form, and what is asked in it."""

PAPER = "id"
"""The option of `/ask` that its button carries; if several may be meant, they are chosen in the form."""

MOST_LETTERS = 300
MOST_ASKED = 1000
"""Letters of a question, which may have several lines."""

TITLE = 45
LABEL = 45
PLACEHOLDER = 100

_ID = re.compile(
    r"f1:(?P<chat>[0-9@]{0,24}):(?P<thread>[0-9]{0,24}):(?P<command>[a-z]{1,32})(?: (?P<paper>[A-Za-z0-9./-]{1,40}))?"
)
_SHORT, _PARAGRAPH = 1, 2
_ROW, _SELECT, _TEXT, _LABELLED = 1, 3, 4, 18


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent; `about` as the button had it."""

    said: Said
    about: Target | None = None


def wanted(said: Said) -> bool:
    """Does this command, from a button, open a form?"""
    return said.command in FORMS and set(said.options) == ({PAPER} if said.command == "ask" else set())


def form(said: Said, *, language: str, about: Target | None, papers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The window: a title, and a field an option; what is required must be filled in.

    `papers` are those a question may be about, what they are called by their ids; at most 25.
    """
    command, spoken = BY_NAME[said.command], ui(language)
    place = f"{about.chat_id}:{about.thread_id or ''}" if about else ":"
    fields = [_field(command, name, spoken) for name in FORMS[command.name]]
    key, rows = "", [{"type": _ROW, "components": [{**field, "label": label}]} for label, field in fields]
    title = say(spoken, f"form.{command.name}")
    if papers is not None and len(papers) == 1:
        ((key, called),) = papers.items()
        title = say(spoken, "form.ask.about", paper=called)
    elif papers:
        fields = [_choice(papers, spoken), *fields]
        rows = [{"type": _LABELLED, "label": label, "component": field} for label, field in fields]
    return {
        "custom_id": f"f1:{place}:{command.name}{f' {key}' if key else ''}",
        "title": _cut(title, TITLE),
        "components": rows,
    }


def _field(command: Command, name: str, language: str) -> tuple[str, dict[str, Any]]:
    """What a field is called, and the field."""
    option = next(each for each in command.form if each.name == name)
    is_question = command.name == "ask"
    field = {
        "type": _TEXT,
        "custom_id": name,
        "style": _PARAGRAPH if is_question else _SHORT,
        "placeholder": _cut(say(language, f"form.{command.name}.{name}.like"), PLACEHOLDER),
        "required": option.required or name == FORMS[command.name][0],
        "max_length": MOST_ASKED if is_question else MOST_LETTERS,
    }
    return _cut(say(language, f"form.{command.name}.{name}"), LABEL), field


def _choice(papers: Mapping[str, str], language: str) -> tuple[str, dict[str, Any]]:
    """One of several papers; the first is chosen."""
    options = [
        {
            "label": _cut(called, OPTION_LABEL),
            "value": key,
            **({"description": key} if called != key else {}),
            **({"default": True} if not at else {}),
        }
        for at, (key, called) in enumerate([*papers.items()][:OPTIONS])
    ]
    return say(language, "form.ask.paper"), {"type": _SELECT, "custom_id": PAPER, "options": options}


def _cut(text: str, limit: int) -> str:
    """`text` in at most so many UTF-16 units."""
    shown = cut(text, limit)
    while utf16(shown) > limit:
        shown = cut(text, len(shown) - 1)
    return shown


def filled_in(data: Mapping[str, Any]) -> Filled | None:
    """What was sent; None: it is no form of ours."""
    found = _ID.fullmatch(str(data.get("custom_id", "")))
    if found is None or found["command"] not in FORMS:
        return None
    most = MOST_ASKED if found["command"] == "ask" else MOST_LETTERS
    asked = (PAPER, *FORMS["ask"]) if found["command"] == "ask" else FORMS[found["command"]]
    values = {PAPER: found["paper"] or ""} | {name: value[:most].strip() for name, value in _fields(data)}
    about = Target(places.NAME, found["chat"], found["thread"] or None) if found["chat"] else None
    return Filled(Said(found["command"], {name: values[name] for name in asked if values.get(name)}), about)


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was filled in or chosen: in rows, or in labels."""
    for row in data.get("components") or ():
        for field in row.get("components") or (row.get("component") or {},):
            chosen = field.get("values") or [""]
            yield str(field.get("custom_id", "")), str(field.get("value") or chosen[0])
