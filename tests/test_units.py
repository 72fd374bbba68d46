"""A number keeps its unit, in whatever language it is said; without one in the source, any may be right."""

from __future__ import annotations

import pytest

from bot.models import Paper
from bot.summaries import prompt, rules, units

SOURCE = (
    "It answers in 5 ms, needs 12 GB and 300 tokens, trains for 14.5 hours at 2 GHz, is 3.5x faster (7 times with "
    "cache), gains 2.1 points on 8 tasks in 8 days, and was made in the 1990s with 10-fold validation of 4 parts."
)


@pytest.mark.parametrize(
    "text",
    [
        "5 milliseconds", "5ms", "5 毫秒", "5 мс", "5 ミリ秒", "5 Millisekunden", "12GB", "12 GiB", "12 ГБ", "14.5 h",
        "14.5 小时", "14,5 часа", "14,5 Stunden", "14.5 時間", "2GHz", "3.5 times", "3.5×", "3.5 倍", "в 3,5 раза",
        "3,5-fach", "7x", "2.1%", "2.1 个百分点", "2,1 п. п.", "2.1 percentage points", "8 minutes", "8 GB", "4 %",
        "300 MB of tokens", "5", "12", "1990 s", "5 samples", "6 s", "２.１％",
    ],
)  # fmt: skip
def test_the_same_unit_in_other_words_and_a_number_without_one_are_let_be(text: str) -> None:
    assert units.other(text, units.known(SOURCE)) == ()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("5 s", "5 s (milliseconds)"),
        ("5 秒", "5 秒 (milliseconds)"),
        ("5 сек.", "5 сек (milliseconds)"),
        ("12 MB", "12 MB (GB)"),
        ("14.5 天", "14.5 天 (hours)"),
        ("14,5 дней", "14,5 дней (hours)"),
        ("14.5 Tage", "14.5 Tage (hours)"),
        ("2 MHz", "2 MHz (GHz)"),
        ("3.5%", "3.5% (times)"),
        ("2.1 times", "2.1 times (percent)"),
        ("2.1 倍", "2.1 倍 (percent)"),
        ("7 个百分点", "7 个百分点 (times)"),
    ],
)
def test_another_unit_is_named_with_the_one_it_has(text: str, wrong: str) -> None:
    assert units.other(f"它是 {text}。", units.known(SOURCE)) == (wrong,)
    assert units.other(f"It is {text}.", units.known(SOURCE)) == (wrong,)


def test_it_is_one_of_the_rules() -> None:
    paper = Paper(id="1", title="T", authors=(), abstract=SOURCE)
    for language, text in (("en", "It trains for 14.5 days."), ("zh", "训练耗时 14.5 天。")):
        said = rules.problem(text, rules.ground(prompt.source(paper), language=language))
        assert said is not None
        assert "another unit: 14.5" in said


def test_a_text_has_no_quarrel_with_itself() -> None:
    assert units.other(SOURCE, units.known(SOURCE)) == ()
