"""What a small model really answered (1.5 billion parameters, four bits), judged: see tests/data/answers."""

from __future__ import annotations

import json
from pathlib import Path

from bot.models import Paper
from bot.summaries import prompt
from bot.summaries.answer import parse
from bot.summaries.checks import Verdict, check

DATA = Path(__file__).parent / "data"
PAPERS = {row["arxiv_id"]: row for row in json.loads((DATA / "reference" / "page.json").read_text(encoding="utf-8"))}
ANSWERS = [
    json.loads(line) for line in (DATA / "answers" / "small-model.jsonl").read_text(encoding="utf-8").splitlines()
]


def judged(paper: str, language: str = "en") -> Verdict:
    (text,) = [row["text"] for row in ANSWERS if (row["paper"], row["language"]) == (paper, language)]
    row = PAPERS[paper]
    source = prompt.source(Paper(id=paper, title=row["title"], authors=(), abstract=row["abstract"]))
    return check(parse(text), source, language=language)


def test_a_tldr_of_the_whole_abstract_is_cut_and_what_was_cut_stands_as_takeaways() -> None:
    verdict = judged("2405.13929")

    assert verdict.will_do
    assert not verdict.wants_retry
    assert len(verdict.tldr.split()) <= 66
    assert [each.text.split()[0] for each in verdict.takeaways] == ["This", "The", "Vikhr"]
    assert all(each.text == each.evidence.replace("our efforts", "the efforts") for each in verdict.takeaways)


def test_a_summary_that_says_everything_twice_and_no_result_is_asked_for_again() -> None:
    verdict = judged("2405.17428")

    assert not verdict.will_do
    assert {
        "tldr or takeaways: the result No.1 (MTEB) is missing",
        "tldr or takeaways: the result 56 is missing",
    } <= set(verdict.problems)
    (left,) = verdict.takeaways
    assert left.evidence.startswith("In this work, we introduce NV-Embed")  # it had named all eleven sentences


def test_an_answer_in_english_is_no_chinese_one_and_the_model_is_told_which_language() -> None:
    verdict = judged("2311.11482", "zh")

    assert not verdict.will_do
    assert verdict.wants_retry
    assert "tldr: it is not in Simplified Chinese [zh]" in verdict.problems
    assert "abstract_translation: it is not in Simplified Chinese [zh]" in verdict.problems
    assert (verdict.takeaways, verdict.title_translation, verdict.abstract_translation) == ((), None, None)


def test_sentences_that_name_all_their_source_rest_on_what_says_it_and_nobody_speaks_as_we() -> None:
    verdict = judged("2310.04579")

    assert verdict.will_do
    assert not verdict.wants_retry
    assert verdict.tldr.startswith("A novel auto-regressive training to equip transformer agents")
    assert len(verdict.takeaways) == 3
    assert "self-confirming transformer (SCT)" in verdict.takeaways[0].evidence


def test_a_translated_title_is_no_other_paper_and_a_scrap_is_no_translation() -> None:
    verdict = judged("2311.01314", "zh")

    assert verdict.wants_retry
    assert {
        "title: it is translated; copy it unchanged",
        "abstract_translation: it leaves out most of the sentences",
    } <= set(verdict.problems)
    assert verdict.abstract_translation is None


def test_a_passage_that_was_counted_wrong_is_put_right() -> None:
    verdict = judged("2308.09372")

    assert verdict.will_do
    assert [part.kind for part in verdict.parts] == ["method", "results", "limitations"]
    assert verdict.takeaways[0].evidence.startswith("We analyze the results based on the Pareto front")


def test_a_result_without_the_clause_beside_it_is_true() -> None:
    verdict = judged("2311.11482")

    assert "46.3% on MATH" in verdict.takeaways[0].text
    assert not any("negates" in problem for problem in verdict.problems)


def test_a_headline_that_is_a_sentence_ends_with_a_clause_of_it() -> None:
    assert judged("2405.13929").headline.startswith("Vikhr, a state-of-the-art bilingual")
