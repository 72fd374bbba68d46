"""The same number in other clothes is the same number; another number is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries import numbers


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("56 个任务", "across 56 tasks"),
        ("提升 46.3%", "an accuracy of 46.3% on MATH"),
        ("46,3 %", "46.3%"),
        ("1234 次", "1,234 queries"),
        ("1 234 запроса", "1234 queries"),
        ("12 345 запросов", "12,345 queries"),
        ("1.234 Anfragen", "1,234 queries"),
        ("70 亿参数", "7B parameters"),
        ("7B 参数", "7 billion parameters"),
        ("1.5 млн", "1.5M pairs"),
        ("30 万条", "300K samples"),
        ("150 万", "1.5 million"),
        ("10 万步", "10⁵ steps"),
        ("10^5 steps", "100,000 steps"),
        ("3×10⁻⁴", "3 × 10^-4"),
        ("2 个阶段", "a two-stage method"),
        ("第 1 名", "the first place"),
        ("2 倍", "doubles the throughput"),
        ("50%", "reduced by half"),
        ("45 models", "forty-five models"),
        ("3 million", "three million"),
        ("12 种语言", "a dozen languages"),
        ("四十五种模型", "45 models"),
        ("三百个样本", "300 samples"),
        ("十二种语言", "12 languages"),
        ("三万条", "30,000 items"),
        ("一万二千条", "12,000 items"),
        ("2024 年 5 月 24 日", "as of May 24, 2024"),
        ("5月24日", "on 24 May"),
        ("30 августа 2024", "August 30, 2024"),
        ("2024-08-30", "August 30, 2024"),
        ("在 GPT-4 上", "using GPT-4"),
        ("GPT 4", "using GPT-4"),
        ("top-5 accuracy", "Top-5 accuracy"),
        ("前 5", "top-5 accuracy"),
        ("PASS@1", "PASS@1"),
        ("stage 2", "At stage-2, it blends"),
        ("½", "1/2"),
        ("−5 分", "5 points"),
        ("5–7 倍", "5-7x faster"),
        ("一种方法，十分有效，百分之百", "a method"),
        ("F1 提升", "F1 score"),
    ],
)
def test_the_same_number_written_otherwise_is_the_same_number(said: str, source: str) -> None:
    assert numbers.missing(said, numbers.known(source)) == ()


@pytest.mark.parametrize(
    ("said", "source", "missing"),
    [
        ("57 个任务", "across 56 tasks", ("57",)),
        ("46.4%", "46.3%", ("46.4",)),
        ("463%", "46.3%", ("463",)),
        ("7M 参数", "7B parameters", ("7M",)),
        ("7 亿参数", "7B parameters", ("7 亿",)),
        ("5 个任务", "T5-based models", ("5",)),
        ("5 个任务", "models may use more", ("5",)),
        ("5 个任务", "as of May 24", ("5",)),
        ("6 月 24 日", "as of May 24", ("month 6",)),
        ("2024-09-30", "August 30, 2024", ("month 9",)),
        ("10⁶ steps", "10⁵ steps", ("10^(6)",)),
        ("105 steps", "10⁵ steps", ("105",)),
        ("五十六个任务", "57 tasks", ("五十六",)),
        ("第 2 名", "the first place", ("2",)),
        ("3 倍", "doubles it", ("3",)),
        ("99 and 98", "no number", ("99", "98")),
    ],
)
def test_another_number_is_missing(said: str, source: str, missing: tuple[str, ...]) -> None:
    assert numbers.missing(said, numbers.known(source)) == missing


@given(st.integers(0, 10**9), st.sampled_from(["{}", "{:,}", "约 {} 个", "{}%", "在{}处"]))
def test_every_integer_supports_itself_and_its_neighbour_does_not(number: int, form: str) -> None:
    source = numbers.known(f"There are {number:,} of them.")

    assert numbers.missing(form.format(number), source) == ()
    assert numbers.missing(form.format(number + 1), source) != ()


@given(st.text(alphabet="0123456789.,^()⁵⁻×x kM万亿十百月年-’ aТ\u202f½", max_size=30))
def test_every_text_supports_itself_whatever_it_is(text: str) -> None:
    assert [each for each in numbers.missing(text, numbers.known(text)) if not each.startswith("month")] == []
