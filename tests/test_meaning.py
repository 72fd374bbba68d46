"""What a statement says the wrong way round is seen; what it only says otherwise is let be."""

from __future__ import annotations

import pytest

from bot.summaries.meaning import denied, reversed_of

SENTENCES = (
    "Our method outperforms strong baselines on four translation benchmarks and reduces memory by 30%.",
    "The sampler does not need tuning across datasets and improves accuracy by 2.5 points.",
    "Previous models rely on adapters, sacrificing performance for lower training costs.",
    "Experimental results on the dataset supplemented with a new criterion demonstrate the effect.",
)


@pytest.mark.parametrize(
    "text",
    [
        "The method underperforms strong baselines on four translation benchmarks.",
        "The method outperforms strong baselines on four translation benchmarks and increases memory by 30%.",
        "The sampler does need tuning across datasets and improves accuracy by 2.5 points.",
        "The sampler does not need tuning across datasets and degrades accuracy by 2.5 points.",
        "The method does not outperform strong baselines on four translation benchmarks.",
    ],
)
def test_a_near_copy_that_says_the_opposite_is_seen(text: str) -> None:
    assert reversed_of(text, SENTENCES, same_language=True) is not None


def test_nothing_denies_what_stands_before_it() -> None:
    nothing = "Dense graphs gain nothing from it, since all edges matter alike."
    lot = "Dense graphs gain a lot from it, since all edges matter alike."
    assert reversed_of(lot, [nothing], same_language=True) is not None
    assert reversed_of(nothing, [lot], same_language=True) is not None
    assert reversed_of("Dense graphs do not gain from it, since all matter.", [nothing], same_language=True) is None


@pytest.mark.parametrize(
    "text",
    [
        *SENTENCES,
        "It outperforms strong baselines on all four translation benchmarks.",
        "Memory falls by 30%.",
        "The sampler needs no tuning on any of the datasets.",
        "Accuracy is 2.5 points higher, and tuning is not needed across datasets.",
        "Something else is not the case at all in another field of work.",
    ],
)
def test_the_same_in_other_words_is_let_be(text: str) -> None:
    assert reversed_of(text, SENTENCES, same_language=True) is None


def test_a_clause_that_was_left_out_turns_nothing_round() -> None:
    sentence = "A model with prompts-without additional tuning-achieves an accuracy of 46.3% on MATH problems."

    for text in ("A model with prompts achieves an accuracy of 46.3% on MATH problems.", sentence):
        assert reversed_of(text, [sentence], same_language=True) is None


@pytest.mark.parametrize(
    ("text", "is_reversed"),
    [
        ("内存增加 30%。", True),
        ("内存减少 30%。", False),
        ("准确率下降 2.5 个百分点。", True),
        ("准确率提升 2.5 个百分点。", False),
        ("память сокращается на 30 %", False),
        ("память увеличивается на 30 %", True),
        ("降低 31%。", False),
        ("以降低训练成本为牺牲的适配器。", True),
        ("以牺牲性能换取更低的训练成本。", False),
        ("以性能为代价降低成本。", False),
        ("在新增数据集上的实验。", True),
        ("在补充了新标准的数据集上的实验。", False),
    ],
)
def test_across_languages_amounts_sacrifices_and_new_data_are_looked_at(text: str, *, is_reversed: bool) -> None:
    assert (reversed_of(text, SENTENCES, same_language=False) is not None) == is_reversed


def test_a_paper_that_makes_a_data_set_may_say_so() -> None:
    assert reversed_of("提出新数据集。", ("We introduce FooBench, a large dataset.",), same_language=False) is None


@pytest.mark.parametrize(
    ("text", "passage", "word"),
    [
        ("Large graphs are not supported.", ["The sampler scales to large graphs."], "not"),
        ("It doesn't scale.", ["The sampler scales to large graphs.", "It is fast."], "n't"),
        ("Training needs no labels.", ["The sampler learns from labels of experts."], "no"),
        ("It is fast without tuning.", ["Tuning takes a day and makes it fast."], "without"),
    ],
)
def test_a_denial_has_something_to_rest_on(text: str, passage: list[str], word: str) -> None:
    assert f'"{word}"' in (denied(text, passage) or "")


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Large graphs are supported.", ["The sampler scales to large graphs."]),
        ("Training needs no labels.", ["The sampler learns without labels."]),
        ("Training needs no labels.", ["It is fast.", "The sampler is unsupervised."]),
        ("It is not robust.", ["It fails on noise."]),
        ("It is not tested on images.", ["Only text is used."]),
        ("Images are not covered.", ["We leave images to future work."]),
        ("It does not work at night.", ["The camera is sensitive to darkness."]),
        ("Notable gains, nowhere else seen.", ["It gains."]),
    ],
)
def test_a_lack_may_be_said_with_a_not(text: str, passage: list[str]) -> None:
    assert denied(text, passage) is None
