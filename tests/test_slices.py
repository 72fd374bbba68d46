"""Slices fit, lose nothing, keep papers' keys, and are cut where a reader would cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.plain_text import text_of
from adapters.slices import slices
from bot.digest_table import card_keys
from bot.document import (
    Block,
    Card,
    Details,
    Divider,
    Document,
    Heading,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Text,
    utf16,
)
from tests.documents import documents, lines, words


def cut(document: Document, limit: int) -> tuple[Document, ...]:
    return slices(document, lambda blocks: utf16(text_of(blocks)) <= limit)


def squeezed(text: str) -> str:
    return "".join(text.split())


def paragraphs(*texts: str) -> tuple[Block, ...]:
    return tuple(Paragraph((Text(text),)) for text in texts)


@given(documents(), st.integers(40, 120))
def test_every_slice_fits_and_no_character_is_lost(document: Document, limit: int) -> None:
    pieces = cut(document, limit)

    assert all(utf16(text_of(piece.blocks)) <= limit for piece in pieces)
    assert all(piece.language == document.language for piece in pieces)
    everything = iter(squeezed("".join(text_of(piece.blocks) for piece in pieces)))
    for line in lines(document.blocks):
        for char in squeezed(line):
            assert char in everything, f"{char!r} of {line!r} is lost or out of order"


@given(documents(words), st.integers(80, 120))
def test_words_that_fit_stay_whole(document: Document, limit: int) -> None:
    pieces = cut(document, limit)
    shown = [word for piece in pieces for line in lines(piece.blocks) for word in line.split()]
    for block in document.blocks:
        if utf16(text_of((block,))) <= limit:  # with the addresses of its links, between which it may be cut
            assert all(any(word in other for other in shown) for line in lines((block,)) for word in line.split())


@given(documents(), st.integers(40, 120))
def test_the_same_document_is_always_cut_the_same_way(document: Document, limit: int) -> None:
    assert cut(document, limit) == cut(document, limit)


@given(documents())
def test_a_document_that_fits_is_left_alone(document: Document) -> None:
    assert cut(document, 100_000) == (document,)


def test_the_cut_is_between_blocks_where_it_can_be() -> None:
    pieces = cut(Document(paragraphs("one two", "three four", "five")), 18)
    assert [text_of(piece.blocks) for piece in pieces] == ["one two\nthree four", "five"]


def test_a_long_line_is_cut_between_words_and_a_long_word_between_characters() -> None:
    pieces = cut(Document(paragraphs("one two three", "x" * 25)), 10)
    assert [text_of(piece.blocks) for piece in pieces] == ["one two", "three", "x" * 10, "x" * 10, "x" * 5]


def test_a_character_made_of_several_is_not_broken() -> None:
    family, flag, accent = "\U0001f468\u200d\U0001f469", "\U0001f1e9\U0001f1ea", "e\u0301"
    pieces = cut(Document(paragraphs("ab" + family + "abc" + flag + "abc" + accent)), 6)
    texts = [text_of(piece.blocks) for piece in pieces]
    assert all(sum(whole in text for text in texts) == 1 for whole in (family, flag, accent))


def test_a_heading_goes_with_what_stands_below_it() -> None:
    blocks = (*paragraphs("a" * 10), Heading((Text("Head"),)), *paragraphs("b" * 12))
    assert [text_of(piece.blocks) for piece in cut(Document(blocks), 20)] == ["a" * 10, "Head\n" + "b" * 12]


def test_a_card_cut_open_keeps_its_key_in_every_slice() -> None:
    card = Card(paragraphs("a" * 15, "b" * 15), key="2405.17428")
    pieces = cut(Document((card,)), 20)
    assert [list(card_keys(piece.blocks)) for piece in pieces] == [["2405.17428"], ["2405.17428"]]


def test_details_cut_open_say_what_they_are_in_every_slice() -> None:
    details = Details((Text("Abstract"),), paragraphs("a" * 15, "b" * 15), kind="abstract")
    pieces = cut(Document((details,)), 30)
    assert [text_of(piece.blocks) for piece in pieces] == ["Abstract\n" + "a" * 15, "Abstract\n" + "b" * 15]
    assert all(isinstance(piece.blocks[0], Details) and piece.blocks[0].kind == "abstract" for piece in pieces)


def test_details_whose_summary_leaves_no_room_are_opened() -> None:
    details = Details((Text("A summary that is long"),), paragraphs("words"))
    pieces = cut(Document((details,)), 25)
    assert [text_of(piece.blocks) for piece in pieces] == ["A summary that is long", "words"]


def test_an_item_cut_in_two_has_its_number_once() -> None:
    items = ListBlock((Item((Text("one two three four"),), 7), Item((Text("five"),), 8)))
    assert [text_of(piece.blocks) for piece in cut(Document((items,)), 13)] == ["7. one two", "• three four", "8. five"]


def test_a_formula_is_not_cut_while_it_fits() -> None:
    line = (Text("by "), Math("a + b + c", "a+b+c"), Text(" we mean"))
    pieces = cut(Document((Paragraph(line),)), 10)
    assert [text_of(piece.blocks).strip() for piece in pieces] == ["by", "a + b + c", "we mean"]


def test_a_link_that_is_too_long_gives_up_its_form_not_its_words() -> None:
    link = Link("here", "https://example.org/" + "x" * 30)
    text = squeezed("".join(text_of(piece.blocks) for piece in cut(Document((Quote((link,)),)), 20)))
    assert text.replace(">", "") == "here" + link.url


def test_a_limit_nothing_fits_in_is_an_error_not_a_loop() -> None:
    with pytest.raises(ValueError, match="too much"):
        cut(Document(paragraphs("😀")), 1)


def test_marks_without_words_are_no_slice_of_their_own() -> None:
    bare = (Quote((Text(""),)), Divider(), ListBlock((Item((Text(" "),), 1),)), Card((Quote((Text(""),)),)))
    for block in bare:
        assert [text_of(piece.blocks) for piece in cut(Document((*paragraphs("x" * 40), block)), 40)] == ["x" * 40]
        assert len(cut(Document((*paragraphs("x"), block)), 400)) == 1


def test_an_empty_document_has_no_slices() -> None:
    assert cut(Document(()), 10) == ()
