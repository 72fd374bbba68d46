"""What buttons and deep links carry comes back as it was, and nothing else does."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.buttons import Pressed, command_of, decode, deep_link, encode, start_payload
from bot.commands.text import CALLBACK
from bot.owners import ALPHABET, LENGTH
from bot.targets import Target

MOST = 64  # bytes of callback data, and characters of a deep link

chats = st.integers(-(2**52) + 1, 2**52 - 1).filter(bool)
threads = st.none() | st.integers(1, 2**32 - 1)
targets = st.builds(lambda chat, thread: Target("telegram", str(chat), thread and str(thread)), chats, threads)
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
tails = st.text(max_size=30).filter(lambda text: text.isprintable())
commands = st.builds(lambda name, tail: f"/{name} {tail}" if tail else f"/{name}", names, tails).filter(
    lambda command: len(command.encode()) <= CALLBACK
)
papers = st.sampled_from(
    [
        "2405.17428",
        "2405.17428v3",
        "0704.0001",
        "cond-mat/0608208v1",
        "hep-th/9901001",
        "math/0309136v12",
        "q-alg/9501001",
    ]
)


@given(commands, st.none() | targets)
def test_a_button_comes_back_as_it_was_made(command: str, about: Target | None) -> None:
    data = encode(command, about)
    assert len(data.encode()) <= MOST
    assert decode(data) == Pressed(command, about)


@given(targets)
def test_a_chat_takes_no_more_than_is_left_beside_the_longest_command(about: Target) -> None:
    longest = "/settings " + "x" * (CALLBACK - 10)
    assert decode(encode(longest, about)) == Pressed(longest, about)


@given(st.text(max_size=70) | st.from_regex(r"1[\w-]{0,16}/[a-z]+( .*)?", fullmatch=True))
def test_hostile_data_is_nothing_or_what_we_would_make(data: str) -> None:
    pressed = decode(data)
    if pressed is not None:
        assert encode(pressed.command, pressed.about) == data


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1",
        "/summarize 2405.17428",  # no version
        "2/summarize 2405.17428",  # another version
        "1summarize",
        "1000000000/x",  # chat 0
        "1000000001/x",  # minus 0
        "1zzzzzzzzz/x",
        "1_________/x",  # beyond 52 bits
        "1000000002" + "0/x",  # thread 0
        "1000000002" + "01/x",  # a thread has no zeros in front
        "1000000002______/x",  # beyond 32 bits
        "1000000002 /x",
        "1/x\n",
        "1/X",
        "1/" + "x" * 63,
    ],
)
def test_what_we_never_made_is_nothing(data: str) -> None:
    assert decode(data) is None


def test_known_buttons_stay_readable_for_ever() -> None:
    """Messages with these are in chats: the form may be widened, never changed."""
    channel = Target("telegram", "-1001234567890")
    assert encode("/summarize 2405.17428") == "1/summarize 2405.17428"
    assert encode("/settings size 10", channel) == "100T8yTYMb/settings size 10"
    assert encode("/settings size 10", replace(channel, thread_id="31")) == "100T8yTYMbV/settings size 10"


@pytest.mark.parametrize("command", ["", "summarize", "/", "/summarize\n2", "/x " + "y" * 70, "/x \ud83d"])
def test_what_no_button_can_carry_is_refused(command: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the promise
        encode(command)


@pytest.mark.parametrize(
    "about", [Target("telegram", "@name"), Target("telegram", str(2**52)), Target("telegram", "7", str(2**32))]
)
def test_there_are_no_such_chats(about: Target) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the promise
        encode("/list", about)


# ---------------------------------------------------------------- deep links


@given(st.sampled_from(["summarize", "evidence", "abstract", "ask"]), papers)
def test_papers_are_shared_by_links(name: str, paper: str) -> None:
    payload = start_payload(f"/{name} {paper}")
    assert payload is not None
    assert len(payload) <= MOST
    assert set(payload) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    assert payload[0] == {"summarize": "p", "evidence": "e", "abstract": "a", "ask": "q"}[name]
    assert command_of(payload) == f"/{name} {paper}"


def test_the_rest_of_a_digest_is_shared_by_a_link() -> None:
    assert start_payload("/rest k3f9qa2x") == "rk3f9qa2x"
    assert command_of("rk3f9qa2x") == "/rest k3f9qa2x"


def test_links_look_like_this() -> None:
    assert start_payload("/summarize 2405.17428v3") == "p2405_17428v3"
    assert start_payload("/evidence cond-mat/0608208v1") == "econd-mat_0608208v1"
    assert deep_link("paper_bot", "p2405_17428") == "https://t.me/paper_bot?start=p2405_17428"


@pytest.mark.parametrize(
    "command",
    [
        "",
        "/settings size 10",
        "/save 2405.17428",
        "/summarize",
        "/summarize banana",
        "/summarize 2405.17428 2405.17429",
        "/summarize math.GT/0309136",
        "summarize2405.17428",
        "/rest",
        "/rest a b",
        "/rest " + "x" * 64,
    ],
)
def test_no_link_does_anything_else(command: str) -> None:
    assert start_payload(command) is None


@given(st.text(max_size=70) | st.from_regex(r"[pear][\w-]{0,63}", fullmatch=True))
def test_a_hostile_link_is_nothing_or_what_we_would_make(payload: str) -> None:
    command = command_of(payload)
    if command is not None:
        assert start_payload(command) == payload


@given(st.integers())
def test_an_owners_code_is_no_command(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - a test's codes are no secrets
    code = "".join(chosen.choice(ALPHABET) for _ in range(LENGTH))
    assert command_of(code) is None


@pytest.mark.parametrize("payload", ["", "p", "r", "pbanana", "p2405.17428", "x2405_17428", "code", "p2405-17428"])
def test_other_payloads_go_to_start(payload: str) -> None:
    assert command_of(payload) is None
