"""What people type and what buttons carry is understood, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import BY_NAME, COMMANDS, Menu, Who, help_table, menu
from bot.commands.text import LONGEST_NAME, Said, command, fits, read, short
from bot.locales import UI, say
from bot.targets import ChatKind

KINDS: tuple[ChatKind, ...] = ("private", "group", "channel")


def said(text: str, *, kind: ChatKind = "group", bot: str = "paperbot") -> Said | None:
    return read(text, kind=kind, bot=bot)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("/subscribe LLM", {"topic": "LLM"}),
        ("/SUBSCRIBE@PaperBot  cs.CL   -survey ", {"topic": "cs.CL -survey"}),
        ("／subscribe 大模型", {"topic": "大模型"}),
        ("/subscribe\ncs.CL\nRAG", {"topic": "cs.CL RAG"}),
        ('/subscribe "mixture of experts" as MoE', {"topic": '"mixture of experts"', "name": "MoE"}),
        ('/subscribe moe AS "My experts"', {"topic": "moe", "name": "My experts"}),
        ("/subscribe “learning as inference”", {"topic": "“learning as inference”"}),
        ('/subscribe "as is" as as', {"topic": '"as is"', "name": "as"}),
        ("/subscribe (a as b)", {"topic": "(a as b)"}),
        ("/subscribe x as " + "n" * 99, {"topic": "x", "name": "n" * LONGEST_NAME}),
        ("/subscribe as MoE", {"topic": "as MoE"}),
        ("/subscribe LLM as ", {"topic": "LLM"}),
        ("/subscribe LLM AS", {"topic": "LLM AS"}),
        ("/subscribe as", {"topic": "as"}),
        ("/subscribe", {}),
        ("/subscribe ~k3f9qa2x yes 20", {"topic": "~k3f9qa2x", "do": "yes", "value": "20"}),
        ("/subscribe ~video-generation", {"topic": "~video-generation"}),
        ("/subscribe ~ page 2", {"topic": "~", "do": "page", "value": "2"}),
        ("/subscribe ~a b c d", {"topic": "~a b c d"}),
        ("/unsubscribe 2", {"topic": "2"}),
        ("/unsubscribe 2 ~k3f9", {"topic": "2", "check": "k3f9"}),
        ("/unsubscribe 2 k3f9", {"topic": "2 k3f9"}),
        ("/unsubscribe cs.CL RAG", {"topic": "cs.CL RAG"}),
        (
            "/summarize 2405.17428 https://arxiv.org/abs/2409.15700",
            {"ids": "2405.17428 https://arxiv.org/abs/2409.15700"},
        ),
        ("/settings layout titles", {"what": "layout", "value": "titles"}),
        ("/settings LAYOUT", {"what": "layout"}),
        ("/settings schedule mon-fri 9:00", {"what": "schedule", "value": "mon-fri 9:00"}),
        ("/schedule mon-fri 09:00 Asia/Shanghai", {"when": "mon-fri 09:00 Asia/Shanghai"}),
        ("/schedule ~keep", {"do": "keep"}),
        ("/language en + zh", {"language": "en + zh"}),
        ("/why arXiv:2405.17428v2", {"id": "arXiv:2405.17428v2"}),
        ("/privacy Delete", {"do": "delete"}),
        ("/chats 3", {"page": 3}),
        ("/chats three", {"page": "three"}),
        ("/chats ３", {"page": "３"}),
        ("/allow telegram:-100:7 NO_MODEL", {"chat": "telegram:-100:7", "how": "no_model"}),
        ("/start abc-DEF", {"code": "abc-DEF"}),
        ("/help@paperbot subscribe", {"command": "subscribe"}),
        ("/list and more", {}),
    ],
)
def test_a_command_is_read_with_its_options(text: str, options: dict[str, object]) -> None:
    found = said(text)
    assert found is not None
    assert found.command == text.lstrip("/／").split()[0].split("@")[0].lower()
    assert found.options == options


@pytest.mark.parametrize("text", ["2405.17428", "look: https://arxiv.org/abs/2405.17428v2 !", "banana"])
def test_in_a_private_chat_everything_asks_for_papers(text: str) -> None:
    assert said(text, kind="private") == Said("summarize", {"ids": text})
    assert said(text, kind="group") is None
    assert said(text, kind="channel") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_for_another_bot_is_not_ours(kind: ChatKind) -> None:
    assert said("/list@otherbot", kind=kind) is None
    assert said("/list@PAPERBOT", kind=kind) == Said("list")
    assert read("/list@whoever", kind=kind) == Said("list"), "where names do not matter"


def test_an_unknown_command_is_answered_where_it_can_only_be_ours() -> None:
    assert said("/subscirbe x", kind="private") == Said("help", {"command": "subscirbe"})
    assert said("/subscirbe@paperbot x", kind="group") == Said("help", {"command": "subscirbe"})
    assert said("/subscirbe x", kind="group") is None


@pytest.mark.parametrize("text", ["", "  \n ", "/", "/ list", "//list", "a /list", "/list!"])
def test_what_is_no_command_is_none_in_a_group(text: str) -> None:
    assert said(text) is None


@given(st.text(max_size=300), st.sampled_from(KINDS))
def test_nothing_that_is_typed_raises(text: str, kind: ChatKind) -> None:
    for typed in (text, f"/{text}", *(f"/{each.name} {text}" for each in COMMANDS)):
        found = said(typed, kind=kind)
        assert found is None or found.command in BY_NAME
        if found is not None:
            names = {option.name for option in BY_NAME[found.command].options}
            assert found.options.keys() <= names


def test_a_long_message_is_cut() -> None:
    found = said("/why " + "x" * 1_000_000)
    assert found is not None
    assert len(str(found.options["id"])) <= 20_000


def test_what_a_button_carries_is_read_back() -> None:
    carried = command("subscribe", "~k3f9qa2x", "yes", 20)
    assert carried == "/subscribe ~k3f9qa2x yes 20"
    assert fits(carried)
    assert not fits(command("subscribe", "я" * 30)), "64 bytes, not letters"


@given(st.text(max_size=50))
def test_a_short_name_is_one_word_a_button_can_carry(text: str) -> None:
    ref = short(text)
    assert len(ref) == 8
    assert said(f"/subscribe ~{ref} yes") == Said("subscribe", {"topic": f"~{ref}", "do": "yes"})
    assert said(f"/unsubscribe 7 ~{short(text, 4)}") == Said("unsubscribe", {"topic": "7", "check": short(text, 4)})


# ---------------------------------------------------------------- COMMANDS


def test_the_required_options_have_their_agreed_names() -> None:
    required = {each.name: [option.name for option in each.options if option.required] for each in COMMANDS}
    assert required["subscribe"] == ["topic"]
    assert required["ask"] == ["id", "question"]
    assert required["compare"] == ["ids"]
    assert required["summarize"] == ["ids"]
    assert required["pdf"] == ["file"]


def test_no_command_takes_more_after_what_takes_the_rest_of_the_line() -> None:
    for each in COMMANDS:
        rest = [option.rest for option in each.form if option.kind != "file"]  # which nobody types
        assert rest.count(True) <= 1
        assert each.name in {"subscribe", "schedule"} or True not in rest[:-1]


@pytest.mark.parametrize("language", UI)
def test_every_command_says_what_it_does_within_discords_limit(language: str) -> None:
    for each in COMMANDS:
        assert 1 <= len(say(language, each.help_key)) <= 100


def test_members_menus_are_short_and_admins_have_these_too() -> None:
    members, admins = (dict(menu(whose, "en")) for whose in (Menu.MEMBERS, Menu.ADMINS))
    assert list(members) == ["help", "list", "summarize", "ask", "compare", "digest"]
    assert members.items() < admins.items()
    assert {"subscribe", "settings", "schedule"} <= admins.keys()
    assert not any(BY_NAME[name].who is Who.OWNER for name in admins)
    assert menu(Menu.NONE, "en") == ()


def test_the_table_for_readers_has_every_command_and_no_button() -> None:
    table = help_table()
    listed = [f"/{each.name}" for each in COMMANDS if each.listed]
    assert [row.split("`")[1].split()[0] for row in table.splitlines()[2:]] == listed
    assert "/unsubscribe [NUMBER \\| NAME \\| TOPIC]" in table
    assert not any(option.name in {"do", "check"} for each in COMMANDS for option in each.form)
    assert all(row.count(" | ") == 2 for row in table.splitlines() if not row.startswith("|---"))
