"""Inline keyboards, forced replies and link previews, as strictly as the Bot API takes them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.document import utf16
from tests.fakes.telegram_refusals import bad
from tests.fakes.telegram_text import link_problem

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
MOST_DATA = 64
"""Bytes."""

_KINDS = ("url", "callback_data", "copy_text")


@dataclass(frozen=True, slots=True)
class Button:
    """One of an inline keyboard: `label` and what it does, exactly one of the others."""

    label: str
    data: str | None = None
    url: str | None = None
    copies: str | None = None

    def json(self) -> dict[str, Any]:
        if self.data is not None:
            return {"text": self.label, "callback_data": self.data}
        if self.copies is not None:
            return {"text": self.label, "copy_text": {"text": self.copies}}
        return {"text": self.label, "url": self.url}


Keyboard = tuple[tuple[Button, ...], ...]


def keyboard_json(keyboard: Keyboard) -> dict[str, Any]:
    """As a message carries it."""
    return {"inline_keyboard": [[button.json() for button in row] for row in keyboard]}


@dataclass(frozen=True, slots=True)
class ForcedReply:
    """Clients open the field in which one answers; `selective`: for whom the message answers, or names."""

    placeholder: str = ""
    selective: bool = False


def markup_from(raw: object, *, in_channel: bool) -> tuple[Keyboard, ForcedReply | None]:
    """The `reply_markup` parameter of a new message; a keyboard or a forced reply, never both. Raises Refused."""
    given = _object(raw)
    if given is None or "force_reply" not in given:
        return keyboard_from(given), None
    if given["force_reply"] is not True:
        raise bad('field "force_reply" must be of type Boolean')
    if "inline_keyboard" in given:  # the real server takes one of the two; which one is not said
        raise bad("reply markup is a keyboard or a forced reply")
    if in_channel:  # "not supported in channels": there nobody can answer
        raise bad("Inline keyboard expected")
    placeholder, selective = given.get("input_field_placeholder", ""), given.get("selective", False)
    if not isinstance(selective, bool):
        raise bad('field "selective" must be of type Boolean')
    if not isinstance(placeholder, str) or ("input_field_placeholder" in given and not 1 <= utf16(placeholder) <= 64):
        raise bad("INPUT_FIELD_PLACEHOLDER_INVALID")
    return (), ForcedReply(placeholder, selective)


def _object(raw: object) -> dict[str, Any] | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError as exc:
            raise bad("can't parse reply keyboard markup JSON object") from exc
    if not isinstance(raw, dict):
        raise bad("object expected as reply markup")
    return raw


def keyboard_from(given: object) -> Keyboard:
    """The `reply_markup` parameter where only buttons may be; () is none. Raises Refused."""
    raw = _object(given)
    if raw is None:
        return ()
    if "force_reply" in raw:
        raise bad("Inline keyboard expected")
    if "inline_keyboard" not in raw:
        # Other keyboards are for people to type with; this server has bots that use none of them.
        raise bad("unsupported reply markup")
    rows = raw["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    keyboard = tuple(tuple(_button(each) for each in row) for row in rows if row)
    if any(len(row) > MOST_IN_A_ROW for row in keyboard) or sum(map(len, keyboard)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return keyboard


def _button(raw: object) -> Button:
    if not isinstance(raw, dict):
        raise bad("can't parse inline keyboard button: Object expected")
    label = raw.get("text")
    if not isinstance(label, str):
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not label.strip():
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    uses = [kind for kind in _KINDS if kind in raw]
    if not uses:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(uses) > 1:
        raise bad("BUTTON_TYPE_INVALID")
    match uses[0]:
        case "callback_data":
            return Button(label, data=_data(raw["callback_data"]))
        case "copy_text":
            return Button(label, copies=_copied(raw["copy_text"]))
        case _:
            return Button(label, url=_url(raw["url"]))


def _url(raw: object) -> str:
    if not isinstance(raw, str) or not raw:
        raise bad("inline keyboard button URL is empty")
    if problem := link_problem(raw):
        # td refuses what it cannot read as a link, Telegram's own servers what they do not like of the others
        raise bad(f"inline keyboard button URL '{raw}' is invalid: {problem}" if "." in raw else "BUTTON_URL_INVALID")
    return raw


def _copied(raw: object) -> str:
    copied = raw.get("text") if isinstance(raw, Mapping) else None
    if not isinstance(copied, str) or not 1 <= len(copied) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return copied


def _data(raw: object) -> str:
    if not isinstance(raw, str) or not 1 <= len(raw.encode()) <= MOST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    return raw


def preview_off(raw: object) -> bool:
    """Is `link_preview_options` (a JSON object) switching previews off? Raises Refused."""
    if raw is None:
        return False
    if not isinstance(raw, dict):
        raise bad("object expected as link preview options")
    return raw.get("is_disabled") is True


def labels(keyboard: Keyboard) -> Sequence[Sequence[str]]:
    """What people see of it."""
    return [[button.label for button in row] for row in keyboard]
