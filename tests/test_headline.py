"""Headlines: the paper's own words, short, standing by themselves, ending where something ends."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.latex import readable
from bot.summaries.cutting import HAN, LETTERS, fitted
from bot.summaries.extractive import Extractive
from bot.summaries.headline import headline, shortened
from bot.summaries.openings import capitalized, news, trimmed
from tests.samples import paper

DATA = Path(__file__).parent / "data"
ROWS = [json.loads(line) for line in (DATA / "scitldr" / "sample.jsonl").read_text(encoding="utf-8").splitlines()]
TOPICS = [json.loads(line) for line in (DATA / "topics" / "papers.jsonl").read_text(encoding="utf-8").splitlines()]


# ---------------------------------------------------------------- openings


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("In this paper, we propose Ferry, a method for long texts.", "Ferry, a method for long texts"),
        ("To close this gap, we introduce a method for long texts.", "A method for long texts"),
        ("Using this pipeline, we construct Vikhr, a Russian model.", "Vikhr, a Russian model"),
        ("This work presents the first survey of unlearning.", "The first survey of unlearning"),
        ("Here we therefore also develop vLLM, a serving engine.", "vLLM, a serving engine"),
        ("We propose our Ferry, the first method for long texts.", "Ferry, the first method for long texts"),
        ("We address this gap with Ferry, a method for long texts.", "Ferry, a method for long texts"),
        ("We study how landslides are reported in newspapers.", "How landslides are reported in newspapers"),
        ("This paper focuses on k-means for very long texts.", "k-means for very long texts"),
        ("Our experiments on three sets show that models forget rare words.", "Models forget rare words"),
        ("We find that, in this setting, models forget rare words.", "Models forget rare words"),
        ("We show that despite its size, one model forgets rare words.", "One model forgets rare words"),
        (
            "We show that despite slang, insults, and noise, models do well.",
            "Despite slang, insults, and noise, models",
        ),
        ("We propose to predict maps in upright frames.", "We propose to predict maps in upright frames"),
        ("(2) Instead of learning maps, we propose a map of all known maps.", "A map of all known maps"),
        ("We argue that maps should be upright.", "We argue that maps should be upright"),  # a claim is no finding
        ("We propose Ferry.", "We propose Ferry"),  # without its opening too little is left
        ("Ferry, which first reads the texts, is new.", "Ferry first reads the texts, is new"),
    ],
)
def test_openings_that_every_paper_has_go(sentence: str, told: str) -> None:
    assert shortened(sentence).startswith(told)


def test_a_clause_that_only_adds_to_its_name_becomes_what_it_does() -> None:
    said = shortened("We propose Ferry (Fast Reading), which carries short models over to long texts.")
    assert said == "Ferry carries short models over to long texts"


def test_the_name_that_the_title_says_is_not_said_again() -> None:
    sentence = "We present NV-Embed, a generalist embedding model trained in two stages."
    assert headline("NV-Embed: Improved Techniques", [sentence]) == (
        "A generalist embedding model trained in two stages"
    )
    assert headline("Ferry: Improved Techniques", [sentence]).startswith("NV-Embed, a generalist")
    assert headline("Improved Techniques", [sentence]).startswith("NV-Embed, a generalist")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("we do", "We do"),
        ("vLLM is", "vLLM is"),
        ("k-means", "k-means"),
        ("word2vec", "word2vec"),
        ("", ""),
        ("é", "É"),
    ],
)
def test_names_keep_their_small_letter(text: str, begins: str) -> None:
    assert capitalized(text) == begins


def test_a_headline_may_start_with_a_name_in_small_letters() -> None:
    assert headline("Serving", ["We present vLLM, an engine for serving."]) == "vLLM, an engine for serving"


def test_only_a_marker_with_its_comma_is_trimmed() -> None:
    assert trimmed("However, it works.") == "It works."
    assert trimmed("However it works.") == "However it works."
    assert trimmed("(ii) it works.") == "It works."
    assert trimmed("First, vLLM is fast.") == "vLLM is fast."


# ---------------------------------------------------------------- which sentence


GOOD = "We propose a method that carries short models over to long texts."


@pytest.mark.parametrize(
    "poor",
    [
        "This makes our models much faster than before.",
        "These two parts let us reach a new state of the art.",
        "We study this as a problem of maps.",
        "We address both by grounding our maps.",
        "For model architecture, we propose a layer that pools all words.",
        "We further provide an analysis of how small our models are.",
        "It also shows that we need more data for training.",
        "We refer to our executable models as Game Code World Models.",
        "We introduce NV-Embed, incorporating architectural designs and training procedures.",
        "Recent models are good, and we know many of them.",
        "Existing methods fail where ours does not.",
        "Various techniques are used in our models.",
        "Our code and our data are there for everybody.",
        "We conduct ablations with logistic regression probes.",
        "To do so requires that our models be trained twice.",
        "The proposed method is better than our baseline.",
        "Large models are used by many people today.",  # says nothing of this paper
    ],
)
def test_a_sentence_that_starts_in_the_middle_or_says_nothing_new_is_passed_over(poor: str) -> None:
    assert headline("A Title", [poor, GOOD]) == "A method that carries short models over to long texts"


def test_without_a_good_sentence_the_subtitle_serves_then_the_title() -> None:
    poor = ["These are known to be hard for our models."]
    assert headline("Ferry: carrying short models to long texts", poor) == "Carrying short models to long texts"
    assert headline("Ferry: An Update", poor) == "Ferry: An Update"  # too little after the colon
    assert headline("Carrying Short Models to Long Texts", []) == "Carrying Short Models to Long Texts"


def test_nothing_is_shown_from_a_word_that_leans_on_another_sentence() -> None:
    told = shortened("We present GEM, a geometry-grounded video world model that resolves this limitation by training.")
    assert told == "GEM, a geometry-grounded video world model…"
    assert shortened("We present such an approach.") == ""
    assert "such as" in shortened("We train models such as Ferry on long texts.")


# ---------------------------------------------------------------- where it is cut


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (
            "A three-stage framework for the alignment of experts, which first sorts all tasks and then trains one",
            "A three-stage framework for the alignment of experts…",
        ),
        (
            "A training-free trajectory-constrained reconstruction framework that stabilizes the path of every sample",
            "A training-free trajectory-constrained reconstruction framework…",
        ),
        (
            "A family of large open-weight language models obtained by transforming another into the same architecture",
            "A family of large open-weight language models…",
        ),
        (
            "A benchmark that comprises fifty different synthetic avatar videos from 25 providers and six attacks",
            "A benchmark that comprises fifty different synthetic avatar videos…",
        ),
        (
            "A benchmark comprising fifty carefully made synthetic avatar videos from 5 commercial providers of them",
            "A benchmark comprising fifty carefully made synthetic avatar videos…",
        ),
        (
            "A large curated benchmark for agents including tasks, tools, games, seeds, 240 questions and some users",
            "A large curated benchmark for agents including tasks, tools, games, seeds…",
        ),
        (
            "A pipeline (with parts (a) and others (which are many and which are long)) for building models of texts",
            "A pipeline for building models of texts",
        ),
    ],
)
def test_a_long_one_ends_where_a_part_of_it_ends(text: str, cut: str) -> None:
    assert fitted(text) == cut


def test_brackets_are_left_out_before_anything_is_cut_and_never_stay_open() -> None:
    aside = "A simple method (with many details that nobody reads in a headline of a digest) for texts"
    assert fitted(aside) == "A simple method for texts"
    assert fitted("One short (and complete) line") == "One short (and complete) line"
    assert "(" not in fitted("A short method (that " + "goes on and on " * 10 + "without an end")


def test_chinese_has_thirty_characters_and_ends_at_a_mark() -> None:
    told = fitted("我们提出了一种新的长文档检索增强方法，能够在不增加任何训练成本的情况下显著提升准确率并且减少延迟。")
    assert told == "我们提出了一种新的长文档检索增强方法…"
    assert len(fitted("模" * 50)) == HAN


WAITING = frozenset(
    {"a", "an", "the", "of", "for", "with", "to", "in", "on", "by", "and", "that", "which", "our", "is"}
)


def checked(told: str, source: str) -> None:
    """What holds for every headline of `source`."""
    assert 0 < len(told) <= LETTERS
    kept = told.removesuffix("…")
    last = kept.split()[-1]
    assert kept == told or last.lower() not in WAITING, "it ends on a word that waits for another"
    assert re.search(rf"(?<!\w){re.escape(last)}(?!\w)", source), "it ends inside a word"


@pytest.mark.parametrize("row", [*ROWS, *TOPICS], ids=lambda row: row.get("paper_id") or row.get("id"))
def test_headlines_of_real_papers_are_short_whole_and_start_like_one(row: dict[str, str]) -> None:
    abstract = row["abstract"] if "abstract" in row else " ".join(row["source"])
    found = Extractive().summarize_now(paper(title=row["title"], abstract=abstract))
    told = found.headline
    checked(told, f"{readable(row['title'])} {readable(abstract)}")
    assert not told[0].islower() or any(char.isupper() or char.isdigit() for char in told.split()[0])
    assert not re.match(
        r"(?:this|these|those|it|they|its|such)\b(?! (?:paper|work|study|article|report))", told.lower()
    )
    assert not re.search(r"\b(?:this|these) (?!paper|work|study|article|report|survey|thesis)", told)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["We", "propose", "a", "method", "(", ")", "that", "is", "new", ",", ".", "…", "which", "this", "these",
             "for", "3.5", "vLLM", "模型", "，", "x" * 90, "-", "—", ":", "To", "designed", "robust", "\u00a0", "é"]
        ),
        max_size=40,
    ).map(" ".join)
    | st.text(max_size=150),
    st.text(max_size=100),
)  # fmt: skip
def test_any_text_gives_a_headline_that_fits_and_does_not_end_inside_a_word(text: str, title: str) -> None:
    told = headline(title, [text])
    assert len(told) <= LETTERS
    whole = fitted(text)
    if whole.endswith("…") and not text.rstrip(" .。,;:").endswith("…"):
        kept = whole.removesuffix("…")
        if " " in kept and kept.isascii() and "(" not in text:
            assert re.search(rf"{re.escape(kept)}(?!\w)", text.strip())


@pytest.mark.parametrize(
    "text", ["a " * 50_000, "(" * 50_000, "We show that " * 8_000, "to x, " * 20_000, "x" * 90_000]
)
def test_hostile_length_costs_no_time(text: str) -> None:
    start = time.process_time()
    assert len(headline(text, [text])) <= LETTERS
    assert news(text)
    assert time.process_time() - start < 3
