"""The results of an abstract are asked for, with what they were measured on; other numbers are not."""

from __future__ import annotations

import pytest

from bot.summaries.facts import MOST, headline, untold

META = (
    "Empirical evaluations reveal that a Qwen-72B model achieves a PASS@1 accuracy of 46.3% on MATH problems,"
    " surpassing a counterpart, 83.5% accuracy on GSM8K, and a 100% success rate on Game of 24 tasks using GPT-4."
)
EMBED = "Our models obtained the No.1 position on the MTEB leaderboard (as of May 24, 2024) across 56 tasks."


def test_shares_ranks_and_counts_of_results_are_headline_numbers() -> None:
    assert [fact.asked for fact in headline([META])] == ["46.3% (MATH)", "83.5% (GSM8K)", "100%"]
    assert [fact.asked for fact in headline([EMBED])] == ["No.1 (MTEB)", "56"]
    assert [fact.asked for fact in headline(["It is 3.5 times faster and gains 0.87 F1."])] == ["3.5 times", "0.87"]


@pytest.mark.parametrize(
    "sentence",
    [
        "We train a model with 7B parameters in 2024 to improve it.",
        "GPT-3.5 and Llama-3.1 achieve this.",
        "Version 2.1.0 improves it.",
        "About 40% of patients are young.",
        "Section 4 shows 3 examples.",
    ],
)
def test_sizes_years_versions_and_background_are_not(sentence: str) -> None:
    assert headline([sentence]) == ()


def test_only_so_many_are_asked_for() -> None:
    assert len(headline([f"It achieves {', '.join(f'{n}.5%' for n in range(20))}."])) == MOST


@pytest.mark.parametrize(
    ("statements", "problems"),
    [
        (["在 MATH 上达到 46.3%。", "GSM8K 上为 83.5%。", "成功率 100%。"], ()),
        (["MATH 46,3 %, GSM8K 83,5 %, Erfolg 100 %."], ()),
        (["达到 46.3%。", "GSM8K 上为 83.5%，成功率 100%。"], ("46.3% is said without what it is a number of (MATH)",)),
        (["MATH 46.3%", "100%"], ("the result 83.5% (GSM8K) is missing",)),
        (["MATH 46.3%, GSM8K 83.5%, 全部成功"], ()),
    ],
)
def test_what_is_missing_or_stands_without_its_name_is_told(statements: list[str], problems: tuple[str, ...]) -> None:
    assert untold(headline([META]), statements) == problems


@pytest.mark.parametrize("said", ["MTEB 第一", "登顶 MTEB", "MTEB 排名首位", "No. 1 on MTEB", "первое место на MTEB"])
def test_a_first_place_may_be_said_in_words(said: str) -> None:
    assert untold(headline([EMBED]), [f"{said} 56"]) == ()
