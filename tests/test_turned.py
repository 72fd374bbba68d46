"""A near copy with one word turned round is seen, whatever else its sentence says; other words are let be."""

from __future__ import annotations

import pytest

from bot.summaries.meaning import reversed_of
from bot.summaries.turned import turned

SAYS = "Priority rules are rarely flexible, but they do not fail on disruptions, and 3 of them need no tuning."


@pytest.mark.parametrize(
    ("text", "sentence", "there"),
    [
        ("The IMDb dataset is not used.", "The IMDb dataset is used.", "dataset is not used"),
        (SAYS.replace("do not fail", "fail"), SAYS, "but they fail on"),
        (SAYS.replace("are rarely", "are not rarely"), SAYS, "rules are not rarely flexible"),
        (SAYS.replace("need no tuning", "need tuning"), SAYS, "them need tuning"),
        ("It does not scale to long inputs.", "It scales to long inputs.", "it does not scale to long"),
        ("It doesn't scale to long inputs.", "It scales to long inputs.", "it does not scale to long"),
        ("Signals cannot cross walls.", "Signals can cross walls", "signals can not cross walls"),
        ("There is an answer in them.", "There is no answer in them.", "there is an answer in"),
        ("Noise is lower at lower edges.", "Noise is lower at higher edges.", "lower at lower edges"),
        ("Providers throttle with a warning.", "Providers throttle without a warning.", "providers throttle with a"),
    ],
)
def test_one_word_that_turns_a_copy_round_is_seen(text: str, sentence: str, there: str) -> None:
    found = turned(text, sentence)

    assert found is not None
    assert there in found
    assert turned(sentence, text) is not None
    assert reversed_of(text, [sentence, "Of something else there is no word here."], same_language=True) is not None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SAYS, SAYS),
        ("Priority rules are rarely flexible, and 3 of them need no tuning.", SAYS),
        ("It does not scale to long inputs.", "It doesn't scale to long inputs."),
        ("It is not fast, nor does it scale.", "It does not scale and is not fast."),
        ("It outperforms BERT on 3 tasks.", "It not only outperforms BERT on 3 tasks but is smaller."),
        ("Gains are larger on small inputs.", "On small inputs gains are larger, on large ones smaller."),
        ("It needs no labels.", "Unlike others, it works without labels."),
        ("A higher rank gives lower loss.", "A lower rank gives higher loss."),
        ("", SAYS),
        ("Not.", "No."),
    ],
)
def test_the_same_in_other_words_is_let_be(text: str, sentence: str) -> None:
    assert turned(text, sentence) is None


def test_of_two_sentences_alike_the_one_that_agrees_counts() -> None:
    both = ["Large models are not robust to noise.", "Small models are robust to noise, large models are not."]
    pair = ["The tuned models are robust to noise here.", "The tuned models are not robust to noise here."]

    assert reversed_of(both[0], both, same_language=True) is None
    for text in pair:
        assert reversed_of(text, pair, same_language=True) is None
        assert reversed_of(text, pair[::-1], same_language=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "Raters prefer adequacy in entire documents, but not in single sentences.",
        "A first differentially private estimate.",
        "Adam needs weight decay repaired.",
    ],
)
def test_a_statement_that_shares_some_words_is_no_copy(text: str) -> None:
    sentences = [
        "We study raters, documents and sentences, none of which prefer adequacy.",
        "Weight decay is not regularization, and an estimate is not private.",
    ]
    assert reversed_of(text, sentences, same_language=True) is None
