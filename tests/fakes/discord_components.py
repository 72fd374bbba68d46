"""Buttons, menus, containers and modals, judged as Discord judges them. Pure.

Rules: components/reference of Discord's documentation; 4000 units of text and 40 components in Components V2.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from bot.document import utf16
from tests.fakes.discord_forms import Form
from tests.fakes.discord_shown import walk

Json = dict[str, Any]

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
IN_CONTAINER = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR)
TOP = (*IN_CONTAINER, CONTAINER)
IN_LABEL = (STRING_SELECT, TEXT_INPUT, 5, 6, 7, 8, 19, 21, 22, 23)
LINK, PREMIUM = 5, 6

COMPONENTS = 40
TEXT = 4000


def legacy(form: Form) -> list[Json]:
    """Up to five action rows."""
    for row in form.each("components", most=5):
        if row.choice("type", (ROW,), required=True):
            _row(row)
    return _whole(form)


def v2(form: Form) -> list[Json]:
    """What the flag IS_COMPONENTS_V2 allows."""
    for each in form.each("components", least=1, most=COMPONENTS, required=True):
        _laid_out(each, TOP)
    found = _whole(form)
    every = list(walk(found))
    if len(every) > COMPONENTS:
        message = f"Total number of components cannot exceed {COMPONENTS}"
        form.wrong(("components",), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if sum(utf16(str(each.get("content") or "")) for each in every if each["type"] == TEXT_DISPLAY) > TEXT:
        message = f"Components displayable text size exceeds maximum size of {TEXT}"
        form.wrong(("components",), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)
    return found


def _whole(form: Form) -> list[Json]:
    """No two components share an id or a custom id."""
    found = form.data.get("components")
    if form.problems or not isinstance(found, list):
        return []
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        used = [each[key] for each in walk(found) if each.get(key)]
        if len(used) != len(set(used)):
            form.wrong(("components",), code, f"Component {key.replace('_', ' ')} cannot be duplicated")
    return found


def _laid_out(form: Form, kinds: Sequence[int]) -> None:
    kind = form.choice("type", kinds, required=True)
    if kind in _JUDGES:
        _JUDGES[kind](form)


def _text_display(form: Form) -> None:
    form.text("content", least=1, most=TEXT, required=True)


def _section(form: Form) -> None:
    for each in form.each("components", least=1, most=3, required=True):
        _laid_out(each, (TEXT_DISPLAY,))
    accessory = form.inner("accessory")
    kind = accessory.choice("type", (BUTTON, THUMBNAIL), required=True)
    if kind == BUTTON:
        _button(accessory)
    elif kind == THUMBNAIL:
        _picture(accessory)


def _gallery(form: Form) -> None:
    for each in form.each("items", least=1, most=10, required=True):
        _picture(each)


def _file(form: Form) -> None:
    form.inner("file").url("url", schemes=("attachment",), required=True)


def _separator(form: Form) -> None:
    form.boolean("divider")
    form.choice("spacing", (1, 2))


def _container(form: Form) -> None:
    form.integer("accent_color", least=0, most=0xFFFFFF)
    form.boolean("spoiler")
    for each in form.each("components", least=1, most=COMPONENTS, required=True):
        _laid_out(each, IN_CONTAINER)


def _picture(form: Form) -> None:
    form.inner("media").url("url", schemes=("http", "https", "attachment"), required=True)
    form.text("description", most=1024)
    form.boolean("spoiler")


def _row(form: Form) -> None:
    children = form.each("components", least=1, most=5, required=True)
    for each in children:
        kind = each.choice("type", (BUTTON, *SELECTS), required=True)
        if kind == BUTTON:
            _button(each)
        elif kind is not None:
            _select(each)
            if len(children) > 1:
                message = "The specified component exceeds the maximum width"
                form.wrong((), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _button(form: Form) -> None:
    style = form.choice("style", (1, 2, 3, 4, 5, 6), required=True)
    label = form.text("label", most=80)
    if form.has("emoji"):
        emoji = form.inner("emoji")
        if not emoji.has("name") and not emoji.has("id"):
            form.wrong(("emoji", "name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
    elif not label.strip() and style != PREMIUM:
        form.wrong((), "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI", "A button must have a label or an emoji")
    if style == LINK:
        form.url("url", schemes=("http", "https", "discord"), most=512, required=True)
        if form.has("custom_id"):
            form.wrong(
                ("custom_id",), "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified"
            )
    elif style in (1, 2, 3, 4):
        form.text("custom_id", least=1, most=100, required=True)
        if form.has("url"):
            form.wrong(("url",), "BUTTON_COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified")
    form.boolean("disabled")


def _select(form: Form, *, modal: bool = False) -> None:
    form.text("custom_id", least=1, most=100, required=True)
    form.text("placeholder", most=150)
    least = form.integer("min_values", least=0, most=25, default=1)
    most = form.integer("max_values", least=1, most=25, default=1)
    if least > most:
        form.wrong(("min_values",), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    if form.boolean("disabled") and modal:
        form.wrong(("disabled",), "COMPONENT_DISABLED_IN_MODAL", "Components in modals cannot be disabled")
    if form.data.get("type") != STRING_SELECT:
        return
    options = form.each("options", least=1, most=25, required=True)
    if form.has("max_values") and most > len(options):
        form.wrong(("max_values",), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {len(options)}.")
    _options(form, options, most)


def _options(form: Form, options: Sequence[Form], most: int) -> None:
    used: set[str] = set()
    for each in options:
        each.text("label", least=1, most=100, required=True)
        value = each.text("value", least=1, most=100, required=True)
        each.text("description", most=100)
        if value in used:
            message = "The specified option value is already used"
            each.wrong(("value",), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        used.add(value)
    if sum(each.boolean("default") for each in options) > most:
        message = f"Too many default values: {most} at most"
        form.wrong(("options",), "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def modal(form: Form) -> Json:
    """A window with a form: one to five labels, rows with a text input, or text displays."""
    form.text("custom_id", least=1, most=100, required=True)
    form.text("title", least=1, most=45, required=True)
    for each in form.each("components", least=1, most=5, required=True):
        kind = each.choice("type", (ROW, TEXT_DISPLAY, LABEL), required=True)
        if kind == ROW:
            for inner in each.each("components", least=1, most=1, required=True):
                if inner.choice("type", (TEXT_INPUT,), required=True):
                    inner.text("label", least=1, most=45, required=True)
                    _text_input(inner)
        elif kind == LABEL:
            each.text("label", least=1, most=45, required=True)
            each.text("description", most=100)
            _labelled(each.inner("component"), IN_LABEL)
        elif kind == TEXT_DISPLAY:
            each.text("content", least=1, most=TEXT, required=True)
    _whole(form)
    return form.data


def _labelled(form: Form, kinds: Collection[int]) -> None:
    kind = form.choice("type", sorted(kinds), required=True)
    if kind == TEXT_INPUT:
        _text_input(form)
    elif kind in SELECTS:
        _select(form, modal=True)
    elif kind is not None:
        form.text("custom_id", least=1, most=100, required=True)
        if kind in (21, 22):  # radio group, checkbox group
            _options(form, form.each("options", least=2 if kind == 21 else 1, most=10, required=True), 10)


def _text_input(form: Form) -> None:
    form.text("custom_id", least=1, most=100, required=True)
    form.choice("style", (1, 2), required=True)
    least = form.integer("min_length", least=0, most=4000)
    most = form.integer("max_length", least=1, most=4000, default=4000)
    if least > most:
        form.wrong(("min_length",), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    form.text("placeholder", most=100)
    form.text("value", most=most)
    form.boolean("required")


_JUDGES: dict[int, Callable[[Form], None]] = {
    ROW: _row,
    TEXT_DISPLAY: _text_display,
    SECTION: _section,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
}
