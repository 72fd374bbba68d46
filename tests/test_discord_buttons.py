"""Buttons and menus carry the core's commands there and back, whatever Discord's limits make of their rows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.buttons import BUTTON, SELECT, Pressed, components, pressed
from bot.commands import COMMANDS
from bot.commands.panel import panel
from bot.commands.paper_buttons import single
from bot.commands.text import CALLBACK, command, read
from bot.document import Action, Actions
from bot.locales import UI
from bot.targets import Chat, Target
from tests.fakes.discord_components import legacy
from tests.fakes.discord_errors import Problems
from tests.fakes.discord_forms import Form

HERE = Target("discord", "123456789012345678")
THREAD = Target("discord", "12345678901234567890", "12345678901234567890")
PRIVATE = Target("discord", "@12345678901234567890")

labels = st.text("ab ✓😀中*@", min_size=1, max_size=90).filter(str.strip)
commanding = st.builds(
    lambda label, name, rest: Action(label, command(name, *rest)),
    labels,
    st.sampled_from([each.name for each in COMMANDS]),
    st.lists(st.text("az09~.", min_size=1, max_size=6), max_size=4),
)
linking = st.builds(lambda label: Action(label, None, "https://arxiv.org/abs/2405.17428"), labels)
rows_ = st.lists(
    st.lists(commanding | linking, min_size=1, max_size=12).map(lambda row: Actions(tuple(row))), max_size=12
)
places = st.sampled_from([None, HERE, THREAD, PRIVATE])


def accepted(made: list[dict[str, Any]]) -> None:
    """Discord's own judgement."""
    problems = Problems()
    legacy(Form({"components": made}, problems))
    problems.check()


def carried(made: list[dict[str, Any]]) -> list[tuple[str, Pressed | str | None]]:
    """Every button and option: its label, and what pressing it says."""
    found: list[tuple[str, Pressed | str | None]] = []
    for row in made:
        for each in row["components"]:
            if each["type"] == 3:
                found += [
                    (option["label"], pressed(each["custom_id"], [option["value"]])) for option in each["options"]
                ]
            else:
                found.append((each["label"], each.get("url") or pressed(each["custom_id"])))
    return found


@given(rows=rows_, about=places)
def test_every_button_that_fits_carries_its_command_and_its_place(rows: list[Actions], about: Target | None) -> None:
    made = components(rows, language="en", about=about)
    every = [action for row in rows for action in row.actions]
    if made is None:
        assert len(every) > 25
        return

    accepted(made)
    assert len(made) <= 5
    assert components(rows, language="en", about=about) == made
    told = sorted(str(what) for _, what in carried(made))
    assert told == sorted(each.url or str(Pressed(each.command or "", about)) for each in every)


def test_five_rows_of_five_stay_as_they_are() -> None:
    rows = [Actions(tuple(Action(f"{row}{at}", f"/list {row}{at}") for at in range(5))) for row in range(5)]
    made = components(rows, language="en") or []

    assert [[each["label"] for each in row["components"]] for row in made] == [
        [each.label for each in row.actions] for row in rows
    ]
    assert len({each["custom_id"] for row in made for each in row["components"]}) == 25


def test_a_long_row_is_several() -> None:
    made = components([Actions(tuple(Action(str(at), f"/summarize {at}") for at in range(12)))], language="en") or []
    assert [len(row["components"]) for row in made] == [4, 4, 4]


def test_too_many_rows_become_menus_that_say_what_they_are_about() -> None:
    rows = [
        Actions(
            tuple(
                Action(f"{'✓ ' if n == 1 and what != 'empty' else ''}{what} {n}", f"/settings {what} {n}")
                for n in range(3)
            )
        )
        for what in ("size", "layout", "sound", "quiet", "empty", "language", "hashtags")
    ]
    made = components(rows, language="en") or []

    accepted(made)
    menus = [row["components"][0] for row in made if row["components"][0]["type"] == 3]
    assert [menu["placeholder"] for menu in menus] == ["Quiet hours · On empty days", "Language · Hashtags"]
    assert {len(menu["options"]) for menu in menus} == {6}
    first = menus[0]["options"]
    assert first[1]["label"].startswith("✓ ")
    assert not any(option.get("default") for option in first), "a menu of two things has chosen neither"


def test_one_long_list_becomes_a_menu_with_what_is_set_chosen() -> None:
    rows = [Actions((Action("a", "/list"),))] * 4
    long = Actions(tuple(Action(f"{'✓ ' if n == 3 else ''}{n}", f"/settings size {n}") for n in range(20)))
    made = components([*rows, long], language="en") or []

    (menu,) = [row["components"][0] for row in made if row["components"][0]["type"] == 3]
    assert [option["label"] for option in menu["options"] if option.get("default")] == ["3"]
    assert menu["placeholder"] == "Papers in full"


def test_what_cannot_be_carried_is_left_out() -> None:
    row = Actions(
        (
            Action("long", "/summarize " + "1" * 100),
            Action("bad", None, "javascript:alert(1)"),
            Action("far", None, "https://a.example/" + "x" * 600),
            Action("none", None, None),
            Action("fine", "/list"),
        )
    )
    assert carried(components([row], language="en") or []) == [("fine", Pressed("/list"))]
    assert components([Actions(())], language="en") == []


def test_the_longest_command_of_the_core_fits_with_the_longest_place() -> None:
    longest = "/" + "x" * (CALLBACK - 1)
    made = components([Actions((Action("a", longest),) * 5)] * 5, language="en", about=THREAD) or []
    assert {what for _, what in carried(made)} == {Pressed(longest, THREAD)}


@pytest.mark.parametrize(
    "custom_id",
    ["", "p1", "p1:", "p1::list", "p2::/list", "p1:1.2.3:/list", "p1:x:/list", "x", "p1::/a\nb", "s1::", "s2::", "p11"],
)
def test_what_is_not_ours_is_nothing(custom_id: str) -> None:
    assert pressed(custom_id) is None
    assert pressed(custom_id, ["/list"]) is None


def test_a_menu_says_one_thing() -> None:
    assert pressed("s1::", ["3:/list"]) == Pressed("/list")
    assert pressed("s1::", []) is None
    assert pressed("s1::", ["3:/list", "4:/list"]) is None


def test_templates_are_for_whole_ids() -> None:
    """discord.py matches a template from the beginning only."""
    assert re.compile(BUTTON).fullmatch("p13:@5:/settings size 5")
    assert re.compile(SELECT).fullmatch("s13:4.5:")
    assert not re.compile(BUTTON).match("s1::")


def test_what_destroys_is_red_and_what_is_set_green() -> None:
    row = Actions(
        (
            Action("Delete", "/privacy delete"),
            Action("✓ 10", "/settings size 10"),
            Action("Subscribe", "/subscribe ~abc yes"),
            Action("No", "/subscribe ~abc no"),
        )
    )
    (made,) = components([row], language="en") or []
    assert [each["style"] for each in made["components"]] == [4, 3, 1, 2]


@pytest.mark.parametrize("language", UI)
def test_a_papers_buttons_are_two_rows_that_are_read_back(language: str) -> None:
    made = components([single("hep-th/9901001", language)], language=language) or []
    assert [len(row["components"]) for row in made] == [3, 3]
    said = [read(what.command, kind="group") for _, what in carried(made) if isinstance(what, Pressed)]

    assert len(said) == 6
    assert all(each is not None and "hep-th/9901001" in each.options.values() for each in said)


@pytest.mark.parametrize("language", UI)
def test_the_settings_panel_fits_one_message(language: str) -> None:
    blocks = panel(Chat(target=HERE, kind="group"), language)
    rows = [block for block in blocks if isinstance(block, Actions)]
    made = components(rows, language=language)
    assert made is not None
    accepted(made)
    assert len(carried(made)) == sum(len(row.actions) for row in rows)
