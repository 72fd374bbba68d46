"""Messages of a digest before and after late summaries: what changed is changed where it stands, nothing is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import Card, Document, Heading, Paragraph, Text
from bot.late_parts import changed
from bot.platforms import Part


def cards(document: Document) -> list[Card]:
    return [block for block in document.blocks if isinstance(block, Card)]


def parts(*contents: str) -> list[Part]:
    """Parts of cards `a` with a text: `a1b1`; a letter alone in front is a heading."""
    return [
        Part(
            {},
            Document(
                tuple(
                    Card((Paragraph((Text(said),)),), key=key) if key != "#" else Heading((Text(said),))
                    for key, said in re.findall("(.)(.)", content)
                )
            ),
        )
        for content in contents
    ]


@pytest.mark.parametrize(
    ("before", "after", "becomes"),
    [
        (("#1a1", "b1"), ("#1a1", "b1"), {}),
        (("#1a1", "b1"), ("#1a1", "b2"), {1: "b2"}),
        (("#1a1", "b1"), ("#2a1", "b1"), {0: "#2a1"}),
        (("#1a1b1", "c1"), ("#2a2", "b1", "c2"), {0: "#1a2b1", 1: "c2"}),
        (("#1a1", "b1", "b2"), ("#1a2", "b3"), {0: "#1a2"}),
        (("a1", "b1"), ("a2", "b2", "b3"), {0: "a2"}),
    ],
)
def test_parts_become_what_is_said_now(
    before: tuple[str, ...], after: tuple[str, ...], becomes: dict[int, str]
) -> None:
    wanted = {number: parts(content)[0].slice for number, content in becomes.items()}
    assert changed(parts(*before), parts(*after)) == wanted


@given(st.lists(st.text("ab12", min_size=1, max_size=4), max_size=4), st.lists(st.text("ab12", min_size=1), max_size=4))
def test_no_paper_is_lost_or_put_where_it_was_not(old: list[str], new: list[str]) -> None:
    before, after = parts(*old), parts(*new)
    for number, document in changed(before, after).items():
        assert [card.key for card in cards(document)] == [card.key for card in cards(before[number].slice)]
        assert document != before[number].slice
