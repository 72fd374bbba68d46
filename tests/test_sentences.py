"""Splitting into sentences: nothing is lost, and abbreviations, numbers and names do not end one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.sentences import sentences

SAMPLE = Path(__file__).parent / "data" / "scitldr" / "sample.jsonl"


def split(marked: str) -> None:
    """`|` marks where a sentence must end, and nowhere else."""
    expected = tuple(part.strip() for part in marked.split("|"))
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "marked",
    [
        "We use e.g. BERT, i.e. a Transformer, cf. Sec. 2 and vs. T5. | It works.",
        "See Fig. 3, Tab. 2 and Eq. (2). | Then Alg. 1 follows.",
        "Results w.r.t. accuracy, cost, etc. are good. | Tasks include QA, MT, etc. | Our code helps.",
        "Compared with Smith et al. (2019) and Lee et al. [3], it wins. | This holds for Kim et al. | We ask why.",
        "It is No. 1 and No.1 on MTEB. | The answer is no. | We agree.",
        "Approx. 3 of 5 passed, resp. failed. | The U.S. government agreed, as did the U.K. | However, France did not.",
        "Dr. Who met Prof. J. R. Smith of St. Louis. | They spoke.",
        "Vikhr Inc. Labs made it. | Next came others.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence_unless_an_opening_word_follows(marked: str) -> None:
    split(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It gains 3.5 points at 0.05, v1.2 of Qwen2.5-7B. | 3D models help too.",
        "We beat GPT-4. | Then LLaMA-2. | That was it.",
        "See 2405.17428 or arXiv:2405.17428v2. | It is long.",
        "The rate falls by 3. | We show more.",
        "Let the size be n. | We go on with vitamin C. | The rest is A. Smith's work.",
    ],
)
def test_decimals_ids_initials_and_model_names_are_told_apart(marked: str) -> None:
    split(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "It is fast. | vLLM is faster. | iPhone users know. | word2vec is older.",
        "We cluster points. | k-means is used. | t-SNE is drawn.",
        "It improves performance. | we propose a method. | this is new.",
        "This is about MT. | We prove it for RL. | The end.",
    ],
)
def test_a_small_letter_may_open_a_sentence_if_it_is_a_name_or_a_forgotten_capital(marked: str) -> None:
    split(marked)


@pytest.mark.parametrize(
    "marked",
    [
        'He said "Stop." | Then we left. | (This is inside. Really.) | Next.',
        "Three parts (first a. Then b. And c.) make it (see Eq. 2). | Good.",
        "Is it so? | We ask! | Yes... and no. | Then… it ends.",
        "A forgotten bracket (is here. | It must not hold the rest. | " + "All goes on as before. | " * 30 + "The end.",
        "We list: (1) one, (2) two; and (3) three. | Next.",
        "Three parts follow. | (i) A task. | (ii) Some data. | (iii) Tests.",
        "In order: 1. Read it. | We go on.",
    ],
)
def test_quotes_brackets_questions_and_lists(marked: str) -> None:
    split(marked)


def test_chinese_marks_need_no_space() -> None:
    assert sentences("我们提出了一个模型。它很好！是吗？是") == ("我们提出了一个模型。", "它很好！", "是吗？", "是")


def test_a_space_forgotten_before_an_opening_word_is_supplied_but_names_stay_whole() -> None:
    assert sentences("We propose it (NADB).Our way wins.") == ("We propose it (NADB).", "Our way wins.")
    assert sentences("It wins.We use Node.js here.") == ("It wins.", "We use Node.js here.")


def test_no_text_is_no_sentence_and_text_without_marks_is_one() -> None:
    assert sentences(" \n ") == ()
    assert sentences("no mark \n at all") == ("no mark at all",)


PIECES = st.sampled_from(
    ["We", "the", "e.g.", "al.", "U.S.", "3.5", "No.", "1", "vLLM", "(", ")", "[", '"', "?", "!", "...", "…", ".", " ",
     "\n", "。", "i)", "(ii)", "A.", "\u3000", "\u00a0", "𝔽", "\x00", "é", "Then."]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_nothing_is_lost_added_or_moved(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in found)


@pytest.mark.parametrize("text", ["a. " * 40_000, "(" * 100_000, "A.B." * 30_000, "!?." * 40_000, "et al. (" * 15_000])
def test_hostile_text_is_split_whole(text: str) -> None:
    """A splitter that is quadratic in it would not come back for minutes."""
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_sentences_of_real_abstracts_are_found_as_their_data_set_has_them() -> None:
    there = found = 0
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        known = [" ".join(sentence.split()) for sentence in json.loads(line)["source"]]
        whole = [one for one in known if one.endswith(".")]
        got = set(sentences(" ".join(known)))
        there, found = there + len(whole), found + len(got.intersection(whole))
    assert there > 300
    assert found / there > 0.95
