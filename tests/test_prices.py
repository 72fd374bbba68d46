"""Prices are data: ours, before them the operator's; what nobody told us is unknown and never nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.costs.prices import DOLLAR, Price, PricesError, dollars, nanodollars, read
from bot.models import Usage


def usage(prompt: int = 0, completion: int = 0, cached: int = 0) -> Usage:
    return Usage(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)


def own(tmp_path: Path, models: object) -> Path:
    path = tmp_path / "prices.json"
    path.write_text(json.dumps({"models": models}), encoding="utf-8")
    return path


def test_the_default_model_has_a_price_and_it_is_said_of_when() -> None:
    prices = read()
    found = prices.of("gpt-4.1-mini")

    assert found == Price(Decimal("0.4"), Decimal("0.1"), Decimal("1.6"), batch=Decimal("0.5"))
    assert prices.as_of >= "2026-10-01"


def test_tokens_are_priced_by_what_they_are() -> None:
    price = Price(Decimal("0.4"), Decimal("0.1"), Decimal("1.6"))

    assert price.of(usage(prompt=1_000_000)) == DOLLAR * 4 // 10
    assert price.of(usage(prompt=1_000_000, cached=500_000)) == DOLLAR * 25 // 100
    assert price.of(usage(completion=1_000_000)) == DOLLAR * 16 // 10
    assert price.of(usage(prompt=10, cached=30)) == price.of(usage(prompt=10, cached=10))  # a server that miscounts


def test_a_model_of_a_day_costs_what_the_model_costs_unless_it_has_a_price_of_its_own() -> None:
    prices = read()

    assert prices.of("gpt-4.1-mini-2025-04-14") == prices.of("gpt-4.1-mini")
    assert prices.of("claude-haiku-4-5-20251001") == prices.of("claude-haiku-4-5")
    assert prices.of("GPT-4o") == prices.of("gpt-4o") != prices.of("gpt-4o-2024-05-13")


@pytest.mark.parametrize("model", ["gpt-4.1-mini-ultra", "gpt-99", "qwen2.5-0.5b", "", "gpt-4.1-mini-2025"])
def test_a_model_nobody_told_us_of_has_no_price(model: str) -> None:
    assert read().of(model) is None


def test_the_operators_prices_go_before_ours_and_the_closest_pattern_before_the_others(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        {
            "gpt-*": 9,
            "gpt-4.1*": {"prompt": 1, "cached": 0.25, "completion": 2},
            "local-*": 0,
            "Local-Big": {"prompt": 3, "completion": 4},
        },
    )
    prices = read(path)

    assert prices.of("gpt-4.1-mini") == Price(Decimal(1), Decimal("0.25"), Decimal(2))
    assert prices.of("gpt-99") == Price(Decimal(9), Decimal(9), Decimal(9))
    assert prices.of("local-big") == Price(Decimal(3), Decimal(3), Decimal(4))
    assert prices.of("o3") == read().of("o3")


def test_a_server_of_ones_own_can_be_declared_free(tmp_path: Path) -> None:
    price = read(own(tmp_path, {"local-*": 0})).of("local-7b")

    assert price is not None
    assert price.of(usage(prompt=10**6, completion=10**6)) == 0


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ({"mine": "cheap"}, "'mine'"),
        ({"mine": -1}, "'mine'"),
        ({"mine": True}, "'mine'"),
        ({"mine": {"prompt": 1}}, "completion"),
        ({"mine": {"prompt": 1, "completion": 2, "output": 3}}, "nothing else"),
        ({"mine": {"prompt": 1, "completion": float("nan")}}, "'mine'"),
        ({"mine": 10**9}, "'mine'"),
        (["mine"], "must look like"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(tmp_path: Path, models: object, said: str) -> None:
    with pytest.raises(PricesError, match="PAPERBOY_PRICES") as raised:
        read(own(tmp_path, models))
    assert said in str(raised.value)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 1_000_001])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "prices.json"
    path.write_bytes(text)
    with pytest.raises(PricesError):
        read(path)
    with pytest.raises(PricesError, match="cannot be read"):
        read(tmp_path / "none.json")


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_tokens_never_cost_less_and_none_cost_nothing(prompt: int, cached: int, completion: int) -> None:
    price = read().of("gpt-4.1-mini")
    assert price is not None
    spent = price.of(usage(prompt, completion, cached))
    assert (spent > 0) is (prompt + completion > 0)
    assert price.of(usage(prompt + 1, completion, cached)) >= spent
    assert price.of(usage(prompt, completion + 1, cached)) > spent


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (0, "$0.00"),
        (1, "<$0.0001"),
        (DOLLAR // 10_000, "$0.0001"),
        (123_400_000, "$0.1234"),
        (DOLLAR, "$1.00"),
        (1234 * DOLLAR, "$1,234.00"),
    ],
)
def test_money_is_said_as_people_read_it(money: int, said: str) -> None:
    assert dollars(money) == said


def test_dollars_become_nanodollars_exactly() -> None:
    assert nanodollars(Decimal("0.1")) == 100_000_000
    assert nanodollars(Decimal("1e-12")) == 0
