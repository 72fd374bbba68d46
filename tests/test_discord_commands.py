"""Slash commands are the core's commands, within Discord's limits, for those who may use them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.discord.commands import ASK_MESSAGE, CHANNEL, LOCALES, SUMMARIZE_MESSAGE, commands, fingerprint
from bot.commands import BY_NAME, COMMANDS, Who
from bot.locales import say
from tests.fakes.discord_commands import _command, _size
from tests.fakes.discord_errors import Problems
from tests.fakes.discord_forms import Form

EVERY = {each["name"]: each for each in commands()}
TYPED = {name: each for name, each in EVERY.items() if each["type"] == 1}
MANAGE_GUILD = str(1 << 5)


@pytest.mark.parametrize("name", EVERY)
def test_discord_takes_it(name: str) -> None:
    problems = Problems()
    _command(Form(EVERY[name], problems), "")
    problems.check()
    assert _size(EVERY[name]) <= 8000


def test_every_command_people_type_is_there_by_its_name_and_no_other() -> None:
    assert set(TYPED) == {each.name for each in COMMANDS if each.listed}
    assert [each["name"] for each in commands() if each["type"] == 3] == [SUMMARIZE_MESSAGE, ASK_MESSAGE]
    assert len(commands()) <= 100


@pytest.mark.parametrize("name", TYPED)
def test_its_options_are_those_of_the_core(name: str) -> None:
    options = {option.name: option for option in BY_NAME[name].form if (name, option.name) != ("start", "code")}
    made = {option["name"]: option for option in TYPED[name]["options"]}

    assert set(made) - {CHANNEL} == set(options)
    for key, option in options.items():
        assert made[key]["required"] == option.required
        assert made[key]["type"] == {"int": 4, "file": 11}.get(option.kind, 3)
        assert made[key].get("autocomplete", False) == (option.kind in {"topic", "paper_ids", "zone", "language"})
        assert [each["value"] for each in made[key].get("choices", [])] == [
            value for value in option.choices if value != "form"
        ]


def test_what_concerns_a_channel_can_name_another_one() -> None:
    named = {name for name, each in TYPED.items() for option in each["options"] if option["name"] == CHANNEL}
    assert {"subscribe", "unsubscribe", "settings", "list"} <= named
    assert not named & {"summarize", "save", "saved", "privacy", "allow"}
    (option,) = [each for each in TYPED["subscribe"]["options"] if each["name"] == CHANNEL]
    assert (option["type"], option["required"]) == (7, False)
    assert 15 in option["channel_types"], "in a forum itself nobody can use a command"


def test_what_needs_something_says_so() -> None:
    required = {name: [o["name"] for o in each["options"] if o["required"]] for name, each in TYPED.items()}
    assert required["summarize"] == ["ids"]
    assert required["pdf"] == ["file"]
    assert required["subscribe"] == ["topic"]
    assert required["settings"] == []


@pytest.mark.parametrize("name", TYPED)
def test_it_is_shown_to_those_who_may_use_it(name: str) -> None:
    needed, who = TYPED[name]["default_member_permissions"], BY_NAME[name].who
    match who:
        case Who.OWNER:
            assert needed == "0"
        case Who.ADMIN:
            assert needed == (None if name == "privacy" else MANAGE_GUILD), "everybody may look at what is kept"
        case Who.MEMBER:
            assert needed is None


def test_papers_are_summarized_everywhere_and_all_else_where_we_are() -> None:
    for name, each in EVERY.items():
        anywhere = name in {"summarize", "pdf", "ask", "compare", SUMMARIZE_MESSAGE, ASK_MESSAGE}
        assert each["contexts"] == ([0, 1, 2] if anywhere else [0, 1])
        assert each["integration_types"] == ([0, 1] if anywhere else [0])


def texts(given: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    found = [(given[key], given[f"{key}_localizations"]) for key in ("description",) if key in given]
    if (given.get("type") == 3 and "contexts" in given) or "value" in given:
        found.append((given["name"], given["name_localizations"]))
    return found + [one for key in ("options", "choices") for each in given.get(key, ()) for one in texts(each)]


@pytest.mark.parametrize("name", EVERY)
def test_it_is_said_in_every_language_we_speak(name: str) -> None:
    told = texts(EVERY[name])
    assert told
    for english, others in told:
        assert english
        assert set(others) == set(LOCALES)
        assert all(others.values())


def test_options_have_names_in_the_readers_language() -> None:
    for each in TYPED.values():
        for option in each["options"]:
            assert set(option["name_localizations"]) == set(LOCALES)
            assert say("en", f"slash.name.{option['name']}") == option["name"]


def test_options_of_one_command_are_told_apart_in_every_language() -> None:
    for each in TYPED.values():
        for code in LOCALES:
            names = [option["name_localizations"][code] for option in each["options"]]
            assert len(set(names)) == len(names)


def test_the_fingerprint_changes_with_what_discord_is_told() -> None:
    before = fingerprint()
    assert before == fingerprint(commands())
    assert len(before) == 16
    assert fingerprint(commands()[:-1]) != before
    assert fingerprint([{**commands()[0], "description": "another"}, *commands()[1:]]) != before
