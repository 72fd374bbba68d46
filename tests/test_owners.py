"""Who runs the bot: by the environment, or by a code that works once and cannot be guessed."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.owners import ALPHABET, BadOwners, Claim, OwnerCode, owners, owners_text, parse_owners, remember_owner
from bot.platforms import Actor

START = datetime(2026, 5, 19, tzinfo=UTC)
ANN, BOB = Actor("memory", "ann"), Actor("memory", "bob")


@dataclass
class Marks:
    kept: dict[str, str] = field(default_factory=dict)

    def mark(self, key: str) -> str | None:
        return self.kept.get(key)

    def set_mark(self, key: str, value: str) -> None:
        self.kept[key] = value


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


# ---------------------------------------------------------------- PAPERBOY_OWNERS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        (" , ,", set()),
        ("telegram:1,discord:2", {Actor("telegram", "1"), Actor("discord", "2")}),
        (" Telegram : 1 ,telegram:1,", {Actor("telegram", "1")}),
        ("telegram:-100123", {Actor("telegram", "-100123")}),
    ],
)
def test_owners_are_platform_and_id(text: str, found: set[Actor]) -> None:
    assert parse_owners(text) == found


@pytest.mark.parametrize(
    ("text", "part", "why"),
    [
        ("telegram:1,12345", r"part 2 \(12345\)", "platform"),
        ("telegram:", r"part 1 \(telegram:\)", "no id"),
        (":1", r"part 1 \(:1\)", "platform"),
        ("telegram:1 discord:2", r"part 1", "no id"),
        ("telegram:@ann", r"part 1 \(telegram:@an…\)", "name"),
        ("telegram:a b", r"part 1 \(telegram:a b\)", "no id"),
        ("x:" + "1" * 65, r"part 1", "no id"),
        ("тг:1", r"part 1 \(тг:1\)", "platform"),
    ],
)
def test_what_is_no_owner_is_named_with_what_would_be_right(text: str, part: str, why: str) -> None:
    with pytest.raises(BadOwners, match=rf"PAPERBOY_OWNERS: {part}.*{why}.*PAPERBOY_OWNERS=telegram:1") as caught:
        parse_owners(text)
    assert caught.value.usage


def test_a_token_on_the_wrong_line_is_not_shown() -> None:
    token = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    with pytest.raises(BadOwners) as caught:
        parse_owners(token)
    assert "AAH" not in str(caught.value)


ids = st.text(st.sampled_from(string.ascii_letters + string.digits + "-_."), min_size=1, max_size=64)


@given(st.frozensets(st.builds(Actor, st.sampled_from(["telegram", "discord", "console"]), ids)))
def test_owners_are_kept_as_text_that_is_read_back(found: frozenset[Actor]) -> None:
    assert parse_owners(owners_text(found)) == found


def test_claims_count_until_owners_are_configured() -> None:
    marks = Marks()
    assert owners("", marks) == set()
    assert remember_owner(marks, ANN) == {ANN}
    assert remember_owner(marks, BOB) == {ANN, BOB}

    assert owners("", marks) == {ANN, BOB}
    assert owners("telegram:1", marks) == {Actor("telegram", "1")}


# ---------------------------------------------------------------- the code


@given(st.integers())
def test_a_code_has_eight_characters_nobody_mistakes(seed: int) -> None:
    code = OwnerCode(Random(seed), Clock()).code  # noqa: S311 - a test's dice
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("01OIL")
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


def fresh(clock: Clock | None = None) -> OwnerCode:
    return OwnerCode(Random(7), clock or Clock())  # noqa: S311 - a test's dice


def test_a_code_works_once() -> None:
    code = fresh()
    assert code.claim(code.code) is Claim.RIGHT
    assert code.claim(code.code) is Claim.WRONG


def test_a_code_may_be_typed_in_small_letters_with_space_around() -> None:
    code = fresh()
    assert code.claim(f" {code.code.lower()}\n") is Claim.RIGHT


@pytest.mark.parametrize("given_", ["", " ", "ÄÖÜÄÖÜÄÖ", "\ud83d" * 8, "x" * 10**6])
def test_nothing_else_is_the_code(given_: str) -> None:
    code = fresh()
    assert code.claim(given_) is Claim.WRONG
    assert code.claim(code.code[:-1]) is Claim.WRONG
    assert code.claim(code.code + "2") is Claim.WRONG
    assert code.claim(code.code) is Claim.RIGHT


def test_after_five_wrong_codes_in_a_minute_not_even_the_right_one_is_looked_at() -> None:
    clock = Clock()
    code = fresh(clock)
    for n in range(5):
        clock.now = START + timedelta(seconds=10 * n)
        assert code.claim("WRONG") is Claim.WRONG

    clock.now = START + timedelta(seconds=59.9)
    assert code.claim(code.code) is Claim.WAIT
    clock.now = START + timedelta(seconds=60)
    assert code.claim("WRONG") is Claim.WRONG
    assert code.claim(code.code) is Claim.WAIT
    clock.now = START + timedelta(seconds=70)
    assert code.claim(code.code) is Claim.RIGHT


@given(st.lists(st.integers(0, 30), max_size=60))
def test_never_more_than_five_wrong_codes_are_looked_at_in_a_minute(pauses: list[int]) -> None:
    clock = Clock()
    code = fresh(clock)
    looked_at: list[datetime] = []
    for pause in pauses:
        clock.now += timedelta(seconds=pause)
        if code.claim("WRONG") is Claim.WRONG:
            looked_at.append(clock.now)
        assert sum(at > clock.now - timedelta(minutes=1) for at in looked_at) <= 5


def test_the_code_is_not_in_what_is_logged() -> None:
    code = fresh()
    assert code.code not in repr(code)
