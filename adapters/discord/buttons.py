"""Buttons and select menus that carry a command of the core, and what a pressed one carries. Pure.

    p1:<place>:</command …>     a button; what stands between is the target it is for, empty: where it stands
    s1:<place>:                 a select menu, whose options carry the commands
    p17:…                       the seventh of a message: no two custom ids of a message may be the same

The figure after the letter is the version: what a later version means something else by gets another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from adapters.discord.limits import (
    BUTTONS,
    CUSTOM_ID,
    LABEL,
    OPTION_LABEL,
    OPTIONS,
    PLACEHOLDER,
    ROWS,
)
from adapters.discord.markup import address
from bot.commands import SETTINGS
from bot.document import Action, Actions, utf16
from bot.locales import say
from bot.targets import Target
from bot.wording import cut

BUTTON = r"p1(?P<number>[0-9]{0,3}):(?P<place>(?:@?[0-9]{1,20}(?:\.[0-9]{1,20})?)?):(?P<command>/[^\n]+)"
"""Template of a button's custom_id, for `discord.ui.DynamicItem`."""

SELECT = r"s1(?P<number>[0-9]{0,3}):(?P<place>(?:@?[0-9]{1,20}(?:\.[0-9]{1,20})?)?):"
"""Template of a select menu's custom_id."""

_PRIMARY, _SECONDARY, _SUCCESS, _DANGER, _LINK = 1, 2, 3, 4, 5
_LINK_URL = 512
_MARK = "✓ "
"""Before the label of what is set (`bot.commands.saying.choice`)."""

_CONFIRMS = re.compile(r"/subscribe ~\S+ yes\b|/allow \S+$")
_DESTROYS = re.compile(r"/privacy ~?(?:delete|confirm|mine_now)\b|/block ")


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button carries; `about` is the target it is for, None: where it stands."""

    command: str
    about: Target | None = None


def components(rows: Sequence[Actions], *, language: str, about: Target | None = None) -> list[dict[str, Any]] | None:
    """The rows as at most five action rows; None: they do not fit one message.

    A row too long for one is parted evenly. Rows that are too many become select menus of neighbouring rows. What no
    button can carry (an address that is not one of the web, a command too long) is left out.
    """
    kept = [row for actions in rows if (row := [each for each in actions.actions if _can_carry(each, about)])]
    split = [part for row in kept for part in _parted(row)]
    numbers = count()
    if len(split) <= ROWS:
        return [_row(row, numbers, about) for row in split]
    links = [each for row in kept for each in row if each.url is not None]
    link_rows = [links[at : at + BUTTONS] for at in range(0, len(links), BUTTONS)]
    commands = [rest for row in kept if (rest := [each for each in row if each.url is None])]
    groups = _grouped(commands, ROWS - len(link_rows))
    if groups is None:
        return None
    made = [
        _row(group[0], numbers, about)
        if len(group) == 1 and len(group[0]) <= BUTTONS
        else _menu([each for row in group for each in row], numbers, about, language=language, mixed=len(group) > 1)
        for group in groups
    ]
    return made + [_row(row, numbers, about) for row in link_rows]


def pressed(custom_id: str, values: Sequence[str] = ()) -> Pressed | None:
    """What was pressed, or chosen in a menu (`values`); None: it is none of ours, or of a version we do not know."""
    if found := re.fullmatch(BUTTON, custom_id):
        return Pressed(found["command"], _target(found["place"]))
    found = re.fullmatch(SELECT, custom_id)
    if found is None or len(values) != 1:
        return None
    chosen = re.fullmatch(r"[0-9]{1,2}:(?P<command>/[^\n]+)", values[0])
    return Pressed(chosen["command"], _target(found["place"])) if chosen else None


# ---------------------------------------------------------------- buttons


def _parted(row: Sequence[Action]) -> Iterator[Sequence[Action]]:
    count = -(-len(row) // BUTTONS)
    most = -(-len(row) // count)
    return (row[at : at + most] for at in range(0, len(row), most))


def _row(row: Sequence[Action], numbers: Iterator[int], about: Target | None) -> dict[str, Any]:
    return {"type": 1, "components": [_button(each, numbers, about) for each in row]}


def _button(action: Action, numbers: Iterator[int], about: Target | None) -> dict[str, Any]:
    label = _cut(action.label, LABEL)
    if action.url is not None:
        return {"type": 2, "style": _LINK, "label": label, "url": address(action.url)}
    return {
        "type": 2,
        "style": _style(action),
        "label": label,
        "custom_id": f"p1{_number(numbers)}:{_place(about)}:{action.command}",
    }


def _style(action: Action) -> int:
    command = action.command or ""
    if _DESTROYS.match(command):
        return _DANGER
    if action.label.startswith(_MARK):
        return _SUCCESS
    return _PRIMARY if _CONFIRMS.match(command) else _SECONDARY


def _can_carry(action: Action, about: Target | None) -> bool:
    if action.url is not None:
        url = address(action.url)
        return url is not None and len(url) <= _LINK_URL
    command = action.command or ""
    size = len("p1999::") + len(_place(about)) + utf16(command)
    return command.startswith("/") and "\n" not in command and size <= CUSTOM_ID


def _number(numbers: Iterator[int]) -> str:
    number = next(numbers)
    return str(number) if number else ""


def _place(about: Target | None) -> str:
    return "" if about is None else ".".join(filter(None, (about.chat_id, about.thread_id)))


def _target(place: str) -> Target | None:
    chat_id, _, thread_id = place.partition(".")
    return Target("discord", chat_id, thread_id or None) if place else None


# ---------------------------------------------------------------- menus


def _menu(
    actions: Sequence[Action], numbers: Iterator[int], about: Target | None, *, language: str, mixed: bool
) -> dict[str, Any]:
    """A row with one select menu. What is set is chosen in it, if it is one thing; else it keeps its mark."""
    chosen = [each for each in actions if each.label.startswith(_MARK)]
    one = chosen[0] if len(chosen) == 1 and not mixed else None
    topics = list(dict.fromkeys(filter(None, (_topic(each, language) for each in actions))))
    menu: dict[str, Any] = {
        "type": 3,
        "custom_id": f"s1{_number(numbers)}:{_place(about)}:",
        "options": [
            {
                "label": _cut(each.label.removeprefix(_MARK) if each is one else each.label, OPTION_LABEL),
                "value": f"{at}:{each.command}",
                **({"description": topic} if mixed and (topic := _topic(each, language)) else {}),
                **({"default": True} if each is one else {}),
            }
            for at, each in enumerate(actions)
        ],
        "placeholder": cut(" · ".join(topics), PLACEHOLDER) if topics else "…",
        "min_values": 1,
        "max_values": 1,
    }
    return {"type": 1, "components": [menu]}


def _topic(action: Action, language: str) -> str:
    """What a command of the settings panel changes, in words."""
    match (action.command or "").split():
        case ["/settings", what, *_] if what in SETTINGS:
            return say(language, f"cmd.setting.{what}")
        case ["/schedule", *_]:
            return say(language, "cmd.setting.schedule")
    return ""


def _grouped(rows: Sequence[Sequence[Action]], most: int) -> list[list[Sequence[Action]]] | None:
    """Neighbouring rows in at most `most` groups of at most 25 buttons, the groups as even as can be.

    A row that is left alone stays a row of buttons; of what is as even, the first ones do.
    """
    if not rows:
        return []
    best: dict[tuple[int, int], tuple[int, list[list[Sequence[Action]]]]] = {(0, 0): (0, [])}
    for end in range(1, len(rows) + 1):
        for used in range(1, most + 1):
            for start in range(end):
                size = sum(map(len, rows[start:end]))
                if size > OPTIONS or (start, used - 1) not in best:
                    continue
                cost, groups = best[start, used - 1]
                cost += size * size
                if (end, used) not in best or cost < best[end, used][0]:
                    best[end, used] = (cost, [*groups, list(rows[start:end])])
    found = [best[len(rows), used] for used in range(1, most + 1) if (len(rows), used) in best]
    return min(found, key=lambda one: one[0])[1] if found else None


def _cut(label: str, limit: int) -> str:
    shown = label = cut(label, limit)
    while utf16(shown) > limit:
        label = label[:-1]
        shown = cut(label + "…", limit)
    return shown or "…"
