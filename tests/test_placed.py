"""A right number in the wrong place is a wrong number."""

from __future__ import annotations

import pytest

from bot.summaries.placed import misplaced, occurrences, strayed

SENTENCES = (
    "We train on 8 GPUs for three days.",
    "The benchmark covers 56 tasks in 12 languages.",
    "Success rises from 0.27 to 0.90 while the cost per step stays within 5 percent of training.",
    "Each of 92 users rated 0.92 of the answers.",
)
PLACES = occurrences(SENTENCES)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("It covers 56 tasks.", ()),
        ("It covers tasks in 12 languages.", ()),
        ("It covers 8 tasks.", ("8",)),
        ("It takes 3 days.", ()),
        ("It takes 3 languages.", ("3",)),
        ("99 tasks", ()),
        ("56", ()),
    ],
)
def test_a_number_stands_beside_a_word_of_its_own(statement: str, found: tuple[str, ...]) -> None:
    assert misplaced(statement, PLACES) == found


def test_a_sentence_that_is_copied_keeps_its_numbers() -> None:
    copy = "Success rises from 0.27 to 0.92 while the cost per step stays within 5 percent of training."

    assert strayed(copy, SENTENCES) == ("0.92",)
    assert strayed(SENTENCES[2], SENTENCES) == ()
    assert strayed("Success rises to 0.92.", SENTENCES) == ()
    assert strayed(copy, ()) == ()
