"""What the test server refuses in the body of a message, by the path of the field, as Discord says it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import discord_components as components
from tests.fakes.discord_drafts import draft
from tests.fakes.discord_errors import ApiError, Problems
from tests.fakes.discord_forms import Form
from tests.fakes.discord_model import Flag

Json = dict[str, Any]
V2 = int(Flag.IS_COMPONENTS_V2)


def where(errors: Json, path: str = "") -> dict[str, str]:
    """Path of each field that is wrong → code."""
    found: dict[str, str] = {}
    for key, inner in errors.items():
        if key == "_errors":
            found[path] = inner[0]["code"]
        else:
            found |= where(inner, f"{path}.{key}".lstrip("."))
    return found


def refusal(body: Json) -> dict[str, str]:
    with pytest.raises(ApiError) as caught:
        draft(body)
    assert (caught.value.status, caught.value.code, caught.value.message) == (400, 50035, "Invalid Form Body")
    return where(dict(caught.value.errors or {}))


def button(**given: object) -> Json:
    return {"type": 2, "style": 1, "label": "x", "custom_id": "x", **given}


def row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def menu(count: int = 2, **given: object) -> Json:
    options = [{"label": f"l{number}", "value": f"v{number}"} for number in range(count)]
    return {"type": 3, "custom_id": "m", "options": options, **given}


def words(text: str = "x") -> Json:
    return {"type": 10, "content": text}


def pressed(**given: object) -> Json:
    return {"components": [row(button(**given))]}


def chosen(count: int = 2, **given: object) -> Json:
    return {"components": [row(menu(count, **given))]}


def drawn(*fields: Json, **given: object) -> Json:
    return {"embeds": [{"fields": list(fields), **given}]}


def laid(*parts: Json, **given: object) -> Json:
    return {"flags": V2, "components": list(parts), **given}


def box(*parts: Json) -> Json:
    return {"type": 17, "components": list(parts)}


PART = "components.0.components.0"
TWICE = [{"label": "l", "value": "v"}] * 2
BOTH = {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}
NOT_BOTH = "BUTTON_COMPONENT_CUSTOM_ID_AND_URL"
NO_LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
USED = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"


def test_what_is_within_all_limits_is_taken() -> None:
    fields = [{"name": "n" * 256, "value": "v"}] * 5
    embed = {"title": "t" * 256, "description": "d" * 4096, "fields": fields[:4], "footer": {"text": "f"}, "color": 1}
    five = row(*(button(custom_id=f"b{number}") for number in range(5)))
    taken = draft({"content": "c" * 2000, "embeds": [embed], "components": [five, row(menu(25))], "nonce": "n" * 25})
    assert len(taken.components) == 2
    draft({"flags": V2, "components": [{"type": 17, "components": [words("w" * 4000), row(button())]}]})
    draft({"flags": V2, "components": [words()] * 40})


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"content": "c" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": "🎓" * 1001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": ["x"]}, "content", "BASE_TYPE_STRING"),
        ({"content": "x", "nonce": "n" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "t" * 257}]}, "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "d" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        (drawn({"name": "n", "value": " "}), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
        (drawn({"name": "n", "value": "v" * 1025}), "embeds.0.fields.0.value", "BASE_TYPE_BAD_LENGTH"),
        (drawn(*[{"name": "n", "value": "v"}] * 26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        (drawn(title="t", footer={"text": "f" * 2049}), "embeds.0.footer.text", "BASE_TYPE_BAD_LENGTH"),
        (drawn(title="t", author={"name": "a" * 257}), "embeds.0.author.name", "BASE_TYPE_BAD_LENGTH"),
        ({"embeds": [{"description": "d" * 3001}] * 2}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"title": "t"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{}]}, "embeds.0.description", "BASE_TYPE_REQUIRED"),
        (drawn(title="t", url="javascript:x"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        (drawn(title="t", url="https://x y"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
        (drawn(title="t", color=1 << 24), "embeds.0.color", "NUMBER_TYPE_MAX"),
        (drawn(title="t", timestamp="today"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
        ({"embeds": [{"image": {"url": "attachment://no.png"}}]}, "embeds", "MEDIA_ATTACHMENT_NOT_FOUND"),
        ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0.id", "ATTACHMENT_NOT_FOUND"),
        ({"components": [row(button())] * 6}, "components", "BASE_TYPE_MAX_LENGTH"),
        ({"components": [row()]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(*[button()] * 6)]}, "components.0.components", "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(button(), menu())]}, "components.0", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ({"components": [row(button(), button())]}, "components", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (pressed(label="l" * 81), f"{PART}.label", "BASE_TYPE_MAX_LENGTH"),
        (pressed(label=""), PART, "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI"),
        (pressed(custom_id="c" * 101), f"{PART}.custom_id", "BASE_TYPE_BAD_LENGTH"),
        (pressed(custom_id=None), f"{PART}.custom_id", "BASE_TYPE_REQUIRED"),
        (pressed(style=5), f"{PART}.url", "BASE_TYPE_REQUIRED"),
        (pressed(style=5, url="https://a.example"), f"{PART}.custom_id", NOT_BOTH),
        (pressed(style=5, custom_id=None, url="ftp://a.example"), f"{PART}.url", "URL_TYPE_INVALID_SCHEME"),
        (chosen(26), f"{PART}.options", "BASE_TYPE_BAD_LENGTH"),
        (chosen(max_values=3), f"{PART}.max_values", "NUMBER_TYPE_MAX"),
        (chosen(placeholder="p" * 151), f"{PART}.placeholder", "BASE_TYPE_MAX_LENGTH"),
        (chosen(options=TWICE), f"{PART}.options.1.value", USED),
        ({"components": [words()]}, "components.0.type", "BASE_TYPE_CHOICES"),
        (laid(words(), content="x"), "content", NO_LEGACY),
        (laid(words(), embeds=[{"title": "t"}]), "embeds", NO_LEGACY),
        (laid(words("w" * 2001), words("w" * 2000)), "components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        (laid(box(*[words()] * 40)), "components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (laid(box(box(words()))), f"{PART}.type", "BASE_TYPE_CHOICES"),
        (laid({"type": 9, "components": [words()]}), "components.0.accessory", "DICT_TYPE_CONVERT"),
        (laid({"type": 12, "items": []}), "components.0.items", "BASE_TYPE_BAD_LENGTH"),
        (laid({"type": 14, "spacing": 3}), "components.0.spacing", "BASE_TYPE_CHOICES"),
        ({"flags": V2}, "components", "BASE_TYPE_REQUIRED"),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
        (BOTH, "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
    ],
)
def test_what_is_not_is_refused_where_it_is_wrong(body: Json, path: str, code: str) -> None:
    assert refusal(body).get(path) == code


@pytest.mark.parametrize("body", [{}, {"content": " \n"}, {"content": "", "embeds": [], "components": []}])
def test_an_empty_message_is_refused(body: Json) -> None:
    with pytest.raises(ApiError) as caught:
        draft(body)
    assert caught.value.code == 50006


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = refusal({"content": "c" * 2001, "embeds": [{"title": "t" * 257}, {"description": "d" * 4097}]})
    assert set(found) == {"content", "embeds.0.title", "embeds.1.description"}


def typed(**given: object) -> Json:
    return {"type": 4, "custom_id": "t", "style": 1, **given}


def labelled(part: Json, label: str = "l") -> Json:
    return {"components": [{"type": 18, "label": label, "component": part}]}


def modal(**given: object) -> Json:
    return {"custom_id": "m", "title": "Schedule", **labelled(typed()), **given}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"title": "t" * 46}, "title"),
        ({"title": ""}, "title"),
        ({"custom_id": ""}, "custom_id"),
        ({"components": []}, "components"),
        (labelled(typed(), "l" * 46), "components.0.label"),
        (labelled(typed(style=3)), "components.0.component.style"),
        (labelled(button()), "components.0.component.type"),
        (labelled(menu(disabled=True)), "components.0.component.disabled"),
        ({"components": [row(typed())]}, f"{PART}.label"),
        (pressed(), f"{PART}.type"),
    ],
)
def test_a_window_is_held_to_its_limits(given: Json, path: str) -> None:
    problems = Problems()
    components.modal(Form(modal(), problems))
    problems.check()
    components.modal(Form(modal(**given), problems))
    with pytest.raises(ApiError) as caught:
        problems.check()
    assert path in where(dict(caught.value.errors or {}))


def test_components_get_ids_of_their_own() -> None:
    taken = draft({"components": [{"type": 1, "id": 2, "components": [button(), button(custom_id="y")]}]})
    (only,) = taken.components
    assert (only["id"], [each["id"] for each in only["components"]]) == (2, [1, 3])
