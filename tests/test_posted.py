"""Which papers a message of ours is about, and which of them a quote means."""

from __future__ import annotations

import pytest

from bot.document import (
    Card,
    Details,
    Document,
    Figure,
    Heading,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Text,
)
from bot.posted import papers_of


def card(number: int, title: str, *blocks: Paragraph | Details | Quote | Figure) -> Card:
    return Card((Heading((Text(f"{number}. {title}"),), level=3), *blocks), key=f"2405.0000{number}", number=number)


def line(number: int, title: str) -> Item:
    return Item((Link(title, f"https://arxiv.org/abs/2405.0000{number}v2"), Text(" — new")), number)


def takeaways(*texts: str) -> Details:
    items = tuple(Item((Text(text),), number) for number, text in enumerate(texts, 1))
    return Details((Text("Takeaways"),), (ListBlock(items),), kind="takeaways")


DIGEST = Document(
    (
        Heading((Text("LLM · 2 papers"),)),
        ListBlock((line(1, "One"), line(2, "Two"))),
        card(1, "One: a method", Paragraph((Text("It is small."),)), takeaways("It wins.", "It is cheap.")),
        card(2, "Two: a data set", Paragraph((Text("It is large."),)), takeaways("It wins.", "It is clean.")),
    )
)


@pytest.mark.parametrize(
    ("quoted", "papers"),
    [
        ("", "12"),
        ("Two", "2"),
        ("2. Two — new", "2"),
        ("a data set", "2"),
        ("It is small.", "1"),
        ("it   is\nSMALL", "1"),
        ("It is clean", "2"),
        ("2. It is cheap.", "1"),
        ("It wins.\n2. It is clean", "2"),
        ("It wins.", "12"),
        ("1. One — new\n2. Two — new", "12"),
        ("nobody said this", "12"),
        ("Tw", "12"),
    ],
)
def test_a_quote_means_the_paper_in_whose_words_it_stands(quoted: str, papers: str) -> None:
    assert "".join(each[-1] for each in papers_of(DIGEST, quoted)) == papers


def test_papers_are_found_wherever_they_stand_each_once() -> None:
    inner = Details(
        (Text("The others"),), (ListBlock((line(3, "Three"),)), card(4, "Four", Quote((Text("A quote."),))))
    )
    figure = Figure("https://arxiv.org/x.png", "a plot of loss", (Text("Figure 1: loss"),))
    document = Document((*DIGEST.blocks, inner, card(5, "Five", figure), Card((Paragraph((Text("none"),)),))))
    assert "".join(each[-1] for each in papers_of(document)) == "12345"
    for quoted, paper in (("A quote", "4"), ("Three", "3"), ("plot of loss", "5"), ("Figure 1", "5")):
        assert [each[-1] for each in papers_of(document, quoted)] == [paper]


def test_of_several_lines_all_are_meant_and_a_line_says_it_before_a_word_does() -> None:
    lines = ListBlock((line(1, "One"), line(2, "Two"), line(3, "Three")))
    document = Document((lines, card(3, "Three", Paragraph((Text("There is none of it."),)))))
    for quoted, papers in (("1. One — new\n2. Two — new", "12"), ("One", "1"), ("none", "3")):
        assert "".join(each[-1] for each in papers_of(document, quoted)) == papers


def test_a_list_of_other_things_names_no_paper() -> None:
    other = ListBlock((Item((Link("code", "https://github.com/a/b"),)), Item((Text("2405.00001 in words"),))))
    assert papers_of(Document((other,))) == ()
