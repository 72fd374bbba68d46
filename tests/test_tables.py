"""Numbers of tables: read with what they are numbers of, shown with it, and no source where they were not read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.full import Figure, Full, Section, SectionKind, Table
from bot.models import Paper, Takeaway
from bot.summaries import cells, prompt, rules
from bot.summaries.answer import Answer, Point
from bot.summaries.checks import Verdict, check
from bot.summaries.deep import deep_source
from bot.summaries.prompt import Source

PAPER = Paper(
    id="2501.00007",
    title="FastGraph: Learning over Sparse Graphs",
    authors=("A",),
    abstract="Graph models are slow. FastGraph samples edges by their influence. It is tested on 9 data sets.",
)
MAIN = Table(
    label="Table 2",
    caption="Accuracy (%) on nine data sets. The best is bold. " + "All models are trained from scratch. " * 6,
    rows=(
        "Model | Citations |  |  | Products |  |  | Proteins |  | ",
        "Model | Cora | CiteSeer | PubMed | Computers | Photo | OGB-P | PPI | OGB-PPA | OGB-V",
        "GCN | 81.5 | 70.3 | 79.0 | 82.6 | 91.2 | 75.64 | 97.1 | 61.2 | 72.51",
        "GraphSAGE | 79.2 | 71.6 | 77.4 | 82.4 | 91.4 | 78.29 | 98.4 | 63.4 | 77.68",
        "FastGraph (ours) | 84.1 | 73.9 | 80.2 | 85.0 | 93.7 | 81.54 | 98.9 | 68.32 | 80.17",
    ),
)
SPEED = Table(
    label="Table 3",
    caption="Training.",
    rows=("Model | Hours | Memory", "GCN | 14.5 | 31 GB", "FastGraph | 4.2 | 12 GB"),
)
FULL = Full(
    source="html",
    title=PAPER.title,
    sections=(
        Section(
            title="Method", number="3", kind=SectionKind.METHOD, paragraphs=("A tree keeps the sums of 64 groups.",)
        ),
    ),
    tables=(MAIN, SPEED),
    figures=(Figure(label="Figure 1", caption="FastGraph needs 17 epochs to converge."),),
)
SOURCE = deep_source(PAPER, FULL)


def line(beginning: str, source: Source = SOURCE) -> int:
    """The number of the sentence that begins so, as a model would cite it."""
    return 1 + next(at for at, each in enumerate(source.sentences) if each.startswith(beginning))


def judged(text: str, *cited: int, language: str = "en", source: Source = SOURCE) -> Verdict:
    answer = Answer(
        title=PAPER.title,
        headline="",
        tldr="FastGraph samples edges by their influence." if language == "en" else "FastGraph 按影响力采样边。",
        takeaways=(),
        parts=(("results", (Point(text, cited),)),),
        title_translation="FastGraph：稀疏图学习",
        abstract_translation="图模型很慢。FastGraph 按影响力采样边。在 9 个数据集上测试。",
    )
    return check(answer, source, language=language)


def passage(text: str, *cited: int, language: str = "en") -> Takeaway:
    verdict = judged(text, *cited, language=language)
    assert verdict.takeaways, verdict.problems
    return verdict.takeaways[0]


# ---------------------------------------------------------------- what is read


def test_a_row_knows_its_caption_and_its_headings() -> None:
    first = line("GCN | 81.5") - 1

    assert [SOURCE.sentences[at][:16] for at in SOURCE.heads[first]] == [
        "Accuracy (%) on ",
        "Model | Citation",
        "Model | Cora | C",
    ]
    assert SOURCE.sentences[-1] == "FastGraph needs 17 epochs to converge."
    assert SOURCE.sections[-1] == "Figure 1"
    assert set(SOURCE.heads) == {at for at, each in enumerate(SOURCE.sentences) if " | " in each}


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (MAIN.rows, 2),
        (SPEED.rows, 1),
        (("GCN | 14.5", "FastGraph | 4.2"), 0),
        (("Model | Licence", "GCN | MIT", "FastGraph | BSD"), 1),
        (("a | b",), 1),
        ((), 0),
    ],
)
def test_headings_are_the_rows_before_the_first_number(rows: tuple[str, ...], count: int) -> None:
    assert cells.headings(rows) == count


def test_cells_keep_their_places_and_a_bar_within_one_is_none() -> None:
    assert cells.split("| a |  | P(x|y) |") == ["", "a", "", "P(x|y)", ""]


# ---------------------------------------------------------------- what is shown


def test_a_wide_row_is_shown_with_its_name_the_headings_of_the_numbers_and_the_caption_cut_at_a_sentence() -> None:
    shown = passage("FastGraph reaches 68.32% on OGB-PPA and 80.17% on OGB-V.", line("FastGraph (ours)"))

    assert shown.section == "Table 2"
    assert shown.evidence == (
        "Accuracy (%) on nine data sets. The best is bold. All models are trained from scratch. All models are trained "
        "from scratch. All models are trained from scratch. All models are trained from scratch. "
        "FastGraph (ours): Proteins OGB-PPA 68.32, Proteins OGB-V 80.17, …"
    )


def test_a_small_row_is_shown_whole_two_rows_share_their_caption_and_headings_are_not_said_twice() -> None:
    cited = line("Model | Hours"), line("GCN | 14.5"), line("FastGraph | 4.2")
    shown = passage("FastGraph trains in 4.2 hours, GCN in 14.5.", *cited)

    assert shown.evidence == "Training. GCN: Hours 14.5, Memory 31 GB; FastGraph: Hours 4.2, Memory 12 GB"


def test_what_a_row_is_called_may_stand_in_several_cells() -> None:
    rows = ("Method |  | Steps | FID", "Flow | DiT | 50 | 2.31", "Flow | U-ViT | 250 | 2.07 ± 0.1")
    flows = deep_source(PAPER, replace(FULL, tables=(Table(label="Table 4", caption="", rows=rows),)))
    verdict = judged("U-ViT with Flow has a FID of 2.07.", line("Flow | U-ViT", flows), source=flows)

    assert verdict.takeaways[0].evidence == "Flow, U-ViT: Steps 250, FID 2.07 ± 0.1"


def test_without_headings_a_row_is_shown_as_it_is() -> None:
    bare = deep_source(PAPER, replace(FULL, tables=(Table(label="Table 4", caption="", rows=("FastGraph | 4.2 h",)),)))
    verdict = judged("FastGraph takes 4.2 hours.", line("FastGraph | 4.2", bare), source=bare)

    assert verdict.takeaways[0].evidence == "FastGraph | 4.2 h"


def test_the_row_is_found_where_only_its_table_or_only_its_caption_was_cited() -> None:
    for cited in ("Accuracy (%)", "Model | Cora", "GCN | 81.5"):
        shown = passage("FastGraph reaches 68.32% on OGB-PPA.", line(cited))
        assert "FastGraph (ours): Proteins OGB-PPA 68.32, …" in shown.evidence
    shown = passage("在 OGB-PPA 上，FastGraph 的准确率达 68.32%。", line("A tree"), language="zh")
    assert shown.section == "3 Method, Table 2"


# ---------------------------------------------------------------- what is refused


def test_a_share_is_one_where_the_heading_says_so_and_none_where_it_does_not() -> None:
    at = line("FastGraph (ours)")

    assert passage("FastGraph has an accuracy of 84.1% on Cora.", at)
    assert not judged("FastGraph saves 4.2% of the training hours.", line("FastGraph | 4.2")).takeaways


@pytest.mark.parametrize(
    ("text", "cited", "problem"),
    [
        ("FastGraph reaches 68.33% on OGB-PPA.", "FastGraph (ours)", "do not have the number 68.33"),
        ("A tree keeps the sums of 31 groups.", "A tree", "something else: 31"),
        ("GraphMLP reaches 81.5% on Cora.", "GCN | 81.5", "do not have the name GraphMLP"),
    ],
)
def test_a_number_of_something_else_is_none_of_this(text: str, cited: str, problem: str) -> None:
    verdict = judged(text, line(cited))

    assert verdict.takeaways == ()
    assert problem in "; ".join(verdict.problems)


@pytest.mark.parametrize(
    ("text", "language", "cited", "whose"),
    [
        ("GraphSAGE reaches 68.32% on OGB-PPA.", "en", "FastGraph (ours)", "68.32 is a number of FastGraph"),
        ("GCN reaches 78.29% on OGB-P.", "en", "GCN | 81.5", "78.29 is a number of GraphSAGE, not of GCN"),
        (
            "在 OGB-PPA 上，GraphSAGE 的准确率达 61.2%。",
            "zh",
            "GraphSAGE |",
            "61.2 is a number of GCN, not of GraphSAGE",
        ),
        (
            "FastGraph has an accuracy of 84.1% on PubMed.",
            "en",
            "FastGraph (ours)",
            "84.1 is a number of Citations Cora, not of",
        ),
        ("GCN trains in 4.2 hours.", "en", "GCN | 14.5", "4.2 is a number of FastGraph, not of GCN"),
    ],
)
def test_a_number_of_another_row_or_column_is_not_said_of_this_one(
    text: str, language: str, cited: str, whose: str
) -> None:
    verdict = judged(text, line(cited), language=language)

    assert verdict.takeaways == ()
    assert whose in verdict.problems[0]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("On OGB-PPA, FastGraph reaches 68.32%, GraphSAGE 63.4% and GCN 61.2%.", "en"),
        ("在 OGB-PPA 上，FastGraph 达到 68.32%，高于 GraphSAGE 的 63.4%。", "zh"),
        ("The sampler reaches 84.1% on Cora, ahead of GCN.", "en"),
        ("Training takes 4.2 hours instead of 14.5 with GCN.", "en"),
        ("GCN 训练 14.5 小时，FastGraph 训练 4.2 小时。", "zh"),
    ],
)
def test_rows_and_columns_that_are_compared_each_keep_their_numbers(text: str, language: str) -> None:
    ours = ("FastGraph (ours)",) if "OGB" in text or "Cora" in text else ("FastGraph | 4.2", "GCN | 14.5")
    assert passage(text, *(line(each) for each in ours), language=language)


def test_in_another_language_a_number_of_another_table_does_not_count_where_nothing_else_is_shared() -> None:
    verdict = judged("树中保存 14.5 组的和。", line("A tree"), language="zh")

    assert verdict.takeaways == ()
    assert "nothing that speaks of the same has the number 14.5" in "; ".join(verdict.problems)
    assert passage("树中保存 64 组的和。", line("A tree"), language="zh")
    assert passage("GCN 的训练耗时 14.5 小时。", line("A tree"), language="zh")


def test_a_unit_is_that_of_the_passage_whatever_stands_elsewhere() -> None:
    section = Section(
        title="Setup", number="4", kind=SectionKind.METHOD, paragraphs=("It runs 64 hours on some nodes.",)
    )
    both = deep_source(PAPER, replace(FULL, sections=(*FULL.sections, section)))

    assert judged("A tree keeps the sums of 64 groups.", line("A tree", both), source=both).takeaways
    refused = judged("It runs 64 days on the nodes.", line("It runs 64", both), source=both)
    assert refused.takeaways == ()


def test_a_table_that_was_not_read_is_no_source() -> None:
    budget = 60
    small = deep_source(PAPER, FULL, budget=budget)
    assert not any("OGB-PPA" in each for each in small.sentences)
    text = "FastGraph reaches 68.32% on the OGB data."

    assert rules.problem(text, rules.ground(SOURCE, language="en")) is None
    assert "68.32" in (rules.problem(text, rules.ground(small, language="en")) or "")
    user = prompt.messages(small, language="en", depth="deep")[1]["content"]
    assert "68.32" not in user


def test_every_number_of_a_wide_row_stands_where_its_row_says() -> None:
    ground = rules.ground(SOURCE, language="en")
    for row in MAIN.rows[2:]:
        name, *values = cells.split(row)
        for heading, value in zip(cells.split(MAIN.rows[1])[1:], values, strict=True):
            assert rules.problem(f"{name} reaches an accuracy of {value}% on {heading}.", ground) is None
