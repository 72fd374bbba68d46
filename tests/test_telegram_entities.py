"""Entities are what Telegram keeps as they are, and what a reader sees is what the Document says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.entities import Marked
from adapters.telegram.layout import marked
from adapters.telegram.limits import web
from adapters.telegram.words import APART, cleaned, is_seen, words
from bot.document import (
    Block,
    Bold,
    Card,
    Code,
    Details,
    Divider,
    Document,
    Figure,
    Heading,
    Italic,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    Text,
)
from tests.documents import documents, nasty
from tests.fakes.telegram_text import entities_from, fix, piece

URL = "https://arxiv.org/abs/2405.17428"

anything = (
    st.text(st.characters(), max_size=30) | nasty | st.sampled_from(["\u202egp.j", "A\u030a", "\ud83d", "\r\n x"])
)


def said(*blocks: Block) -> str:
    return marked(blocks).text.replace(APART, "")


def styles(made: Marked) -> list[tuple[str, str]]:
    """Types and what they cover."""
    return [(each.type, piece(made.text, each)) for each in entities_from([e.payload for e in made.entities])]


def line(*spans: Span) -> Paragraph:
    return Paragraph(spans)


def accepted(made: Marked) -> None:
    """The server changes nothing, drops nothing and moves nothing."""
    stored = fix(made.text, entities_from([entity.payload for entity in made.entities]), most=10**6)
    assert stored.text == made.text
    assert stored.dropped == ()
    assert [each.json() for each in stored.entities] == [entity.payload for entity in made.entities[:100]]


# ---------------------------------------------------------------- properties


@given(documents())
def test_telegram_takes_the_entities_as_they_are(document: Document) -> None:
    blocks = document.blocks
    made = marked(blocks)
    accepted(made)
    for kind, covered in styles(made):
        assert covered == covered.strip() != "", kind


@given(documents(anything))
def test_telegram_takes_what_nobody_would_write(document: Document) -> None:
    made = marked(document.blocks)
    if made.text:
        accepted(made)
    assert not any("\ud800" <= char <= "\udfff" for char in made.text)


@given(documents())
def test_plain_text_has_no_entities_and_no_less_words(document: Document) -> None:
    blocks = document.blocks
    plain = marked(blocks, plainly=True)
    assert plain.entities == ()
    there = iter(plain.text)
    assert all(char in there for char in "".join(marked(blocks).text.split()))


@given(anything)
def test_words_are_not_made_names_or_addresses(text: str) -> None:
    assert "://" not in words(text)
    assert not any(
        before == "@" and after.isalnum() for before, after in zip(words(text), words(text)[1:], strict=False)
    )
    assert words(text).replace(APART, "") == cleaned(text).replace(APART, "")


# ---------------------------------------------------------------- what is styled


def test_headings_are_bold_as_a_whole_and_sections_are_underlined_too() -> None:
    title = (Text("On "), Math("O(n²)", "O(n^2)"), Text(" sums"))
    assert styles(marked([Heading(title, 1)])) == [("bold", "On O(n²) sums")]
    assert styles(marked([line(Text("x")), Heading((Text("RAG"),), 2)])) == [("bold", "RAG"), ("underline", "RAG")]
    assert styles(marked([Heading((Text("NV"),), 3)])) == [("bold", "NV")]


def test_the_title_of_an_answer_is_no_section() -> None:
    assert styles(marked([Heading((Text("Settings"),), 2), line(Text("x"))])) == [("bold", "Settings")]


def test_code_stands_in_no_other_style() -> None:
    made = marked([Heading((Text("Type "), Code("/list"), Text(" now")))])
    assert styles(made) == [("bold", "Type"), ("code", "/list"), ("bold", "now")]


def test_spans_have_their_own_styles() -> None:
    made = marked([line(Bold("b"), Text(" "), Italic("i"), Text(" "), Code("c"), Text(" "), Link("l", URL))])
    assert styles(made) == [("bold", "b"), ("italic", "i"), ("code", "c"), ("text_link", "l")]
    assert made.entities[-1].url == URL


def test_offsets_are_in_utf16_units() -> None:
    (bold,) = marked([line(Text("😀😀 "), Bold("x"))]).entities
    assert (bold.offset, bold.length) == (5, 1)


def test_white_space_is_in_no_entity_and_words_around_it_stay_apart() -> None:
    made = marked([line(Bold(" a "), Italic(" \n"), Text("b"))])
    assert styles(made) == [("bold", "a")]
    assert made.text == "a  \nb"


def test_a_link_in_a_heading_is_bold_and_leads_somewhere() -> None:
    made = marked([Heading((Text("1. "), Link("NV", URL)))])
    assert styles(made) == [("bold", "1. NV"), ("text_link", "NV")]


def test_formulas_are_readable_text() -> None:
    assert styles(marked([line(Math("α₁", r"\alpha_1"))])) == []
    assert said(line(Math("α₁", r"\alpha_1"))) == "α₁"


def test_details_fold_with_what_they_are_in_bold() -> None:
    made = marked([Details((Text("Takeaways"),), (ListBlock((Item((Text("a"),), 1), Item((Text("b"),), 2))),))])
    assert made.text == "Takeaways\n1. a\n2. b"
    assert styles(made) == [("expandable_blockquote", made.text), ("bold", "Takeaways")]


def test_a_quotation_in_details_is_none_of_its_own() -> None:
    made = marked(
        [Details((Text("Abstract"),), (Quote((Text("We show."),)), Details((Text("x"),), (Quote((Text("y"),)),))))]
    )
    assert [kind for kind, _ in styles(made)].count("expandable_blockquote") == 1
    assert "blockquote" not in [kind for kind, _ in styles(made)]


def test_a_quotation_alone_does_not_fold() -> None:
    assert styles(marked([Quote((Text("We show."),))])) == [("blockquote", "We show.")]


def test_quotations_beside_each_other_are_two() -> None:
    made = marked([Card((Quote((Text("a"),)), Quote((Text("b"),))))])
    assert styles(made) == [("blockquote", "a"), ("blockquote", "b")]


def test_a_figure_is_a_link_called_by_what_it_shows() -> None:
    made = marked([Figure("https://arxiv.org/x.png", "Figure 1", (Text("Loss"),))])
    assert made.text == "Figure 1 Loss"
    assert styles(made) == [("text_link", "Figure 1")]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x.org/",
        "//x.org",
        "https://",
        "https://host/",
        "https://a b.org",
        "x",
        "https://u:p@x.org",
    ],
)
def test_what_is_no_address_of_the_web_is_words(url: str) -> None:
    made = marked([line(Link("name", url))])
    assert (made.text, made.entities) == ("name", ())
    assert web(url) is None


# ---------------------------------------------------------------- how it is laid out


def test_a_papers_lines_stand_together_and_papers_apart() -> None:
    def paper(name: str) -> Card:
        return Card((Heading((Text(name),), 3), Paragraph((Text("authors"),), quiet=True), line(Text("TL;DR"))))

    assert said(Heading((Text("LLM"),)), line(Text("Highlight")), paper("1. A"), paper("2. B")) == (
        "LLM\nHighlight\n\n1. A\nauthors\nTL;DR\n\n2. B\nauthors\nTL;DR"
    )


def test_a_list_stands_under_the_line_that_announces_it() -> None:
    listed = ListBlock((Item((Text("a"),)), Item((Text("b"),), 7)))
    assert said(line(Text("The latest:")), listed) == "The latest:\n• a\n7. b"
    assert said(Heading((Text("How"),)), line(Bold("When")), listed) == "How\n\nWhen\n• a\n7. b"
    assert said(line(Bold("When")), listed) == "When\n• a\n7. b"
    assert said(line(Text("最近的：")), listed) == "最近的：\n• a\n7. b"
    assert said(line(Text("Highlight")), listed) == "Highlight\n\n• a\n7. b"


def test_a_rule_stands_between_something_only() -> None:
    rule = Divider()
    assert said(rule, line(Text("a")), rule, Paragraph((Text("b"),), quiet=True), rule) == "a\n\n———\nb"
    assert said(line(Text("a")), rule, rule, line(Text("b")), line(Text("c"))) == "a\n\n———\n\nb\n\nc"


def test_quiet_lines_below_each_other_stand_together() -> None:
    quiet = Paragraph((Text("q"),), quiet=True)
    assert said(quiet, quiet, line(Text("p"))) == "q\nq\n\np"


def test_what_says_nothing_leaves_no_empty_lines() -> None:
    assert said(line(Text("a")), line(Text(" ")), Heading((Text(""),)), line(Text("b"))) == "a\n\nb"
    assert said(line(Text("a")), line(Text("\u202e")), line(Text("b"))) == "a\n\nb"


def test_plain_text_shows_where_links_lead_and_who_is_quoted() -> None:
    blocks: list[Block] = [line(Text("at "), Link("arXiv", URL)), Quote((Text("We show."),)), line(Code("/list"))]
    assert marked(blocks, plainly=True).text.replace(APART, "") == f"at arXiv ({URL})\n\n> We show.\n\n/list"


# ---------------------------------------------------------------- words


def test_nothing_pings_and_categories_are_no_sites() -> None:
    text = marked([line(Text("@everyone cs.CL me@x.org https://evil.example tg://x"))]).text
    assert text == (
        f"@{APART}everyone cs.{APART}CL me@{APART}x.{APART}org https:{APART}//evil.{APART}example tg:{APART}//x"
    )


def test_numbers_and_ends_of_sentences_stay_as_they_are() -> None:
    assert words("2405.17428 has 3.5 points. And 1.5x…") == "2405.17428 has 3.5 points. And 1.5x…"


def test_code_stays_as_it_is_to_be_copied() -> None:
    assert marked([line(Code("cs.CL @x"))]).text == "cs.CL @x"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\tb\0c", "a b c"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202eevil\u202a", "evil"),
        ("A\u030a", "Å"),
        ("\ud83d!", "\ufffd!"),
    ],
)
def test_what_telegram_would_change_is_changed_before(text: str, wanted: str) -> None:
    assert cleaned(text) == wanted


def test_joiners_and_marks_alone_are_nothing_to_see() -> None:
    assert [is_seen(text) for text in ("\u200d", "\u0301 ", "", "x", "中", "😀")] == [False] * 3 + [True] * 3
