"""Rich Messages are what the server takes: its tags alone, nothing empty, links that lead somewhere; all is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram import rich
from adapters.telegram.keyboard import Keys
from adapters.telegram.words import APART
from bot.document import (
    Action,
    Actions,
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
    Text,
    utf16,
)
from bot.platforms import Part
from tests.documents import documents, lines, words
from tests.fakes.telegram_rich import parse

KEYS = Keys(username="paper_bot", private=True, about=None, language="en")
URL = "https://arxiv.org/abs/2405.17428"

INLINE = {"b", "i", "code", "a", "tg-math"}
BLOCKS = {"h1", "h2", "h3", "p", "footer", "blockquote", "ul", "ol", "li", "details", "summary", "hr"}
NOT_EMPTY = {"h1", "h2", "h3", "li", "blockquote", "summary", "code", "b", "i", "tg-math", "a", "ul", "ol", "details"}
HOLDS_BLOCKS = {"", "details"}
HOLDS_ITEMS = {"ul", "ol"}


class Page(HTMLParser):
    """A rich message as a strict server reads it: asserts on the way, and what is in it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.tags: list[str] = []
        self.names: list[str] = []
        self.hrefs: list[str] = []
        self.depth = 0
        self._open: list[tuple[str, int, dict[str, str | None]]] = []
        assert "\n" not in source, "newlines are dropped"
        self.feed(source)
        self.close()
        assert self._open == []
        assert all(href.startswith("https://") or href[1:] in self.names for href in self.hrefs), "a link to nowhere"
        assert len(self.names) == len(set(self.names))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        around = self._open[-1][0] if self._open else ""
        if tag == "br":
            self.words += "\n"
            return
        assert tag in INLINE | BLOCKS, tag
        if tag == "a" and "name" in given:
            assert around in HOLDS_BLOCKS, "an anchor is a block"
            self.names.append(str(given["name"]))
        elif tag == "li":
            assert around in HOLDS_ITEMS
        elif tag in BLOCKS:
            assert around in HOLDS_BLOCKS, f"{tag} in {around}"
            self.words += "\n"
        else:
            assert around not in {"", "details", *HOLDS_ITEMS}, f"{tag} by itself"
            assert tag not in [name for name, _, _ in self._open]
        if tag == "a" and "href" in given:
            self.hrefs.append(str(given["href"]))
        if tag != "hr":
            self._open.append((tag, len(self.words), given))
            self.depth = max(self.depth, len(self._open))

    def handle_endtag(self, tag: str) -> None:
        opened, since, given = self._open.pop()
        assert opened == tag
        if tag in NOT_EMPTY and "name" not in given:
            assert self.words[since:].strip("\u200d\u0301 \n" + APART), f"an empty {tag}"

    def handle_data(self, data: str) -> None:
        around = self._open[-1][0] if self._open else ""
        assert around not in {"", "details", *HOLDS_ITEMS}, f"words outside a block: {data!r}"
        self.words += data


def made(*blocks: Block, size: int = rich.PAGE, keys: Keys = KEYS) -> list[Part]:
    return rich.parts(Document(blocks), keys, size=size)


def html(*blocks: Block) -> str:
    (part,) = made(*blocks)
    Page(part.payload["html"])
    return str(part.payload["html"])


def paper(number: int, size: int = 0) -> Card:
    return Card((Heading((Text(f"{number}. NV"),), 3), Paragraph((Text("x" * size),))), f"2405.{number:05}", number)


@settings(max_examples=60)
@given(documents() | documents(words), st.integers(60, 400))
def test_the_server_takes_every_message(document: Document, size: int) -> None:
    parts = rich.parts(document, KEYS, size=size)
    assert parts
    for part in parts:
        page, stored = Page(part.payload["html"]), parse({"html": part.payload["html"]})
        assert stored.dropped == ()
        assert page.words.strip()
        assert page.depth <= 16
        assert sum(tag in BLOCKS for tag in page.tags) <= 500
        assert utf16("".join(page.words.split())) <= size


@settings(max_examples=60)
@given(documents(words), st.integers(60, 400))
def test_nothing_but_the_readable_form_of_formulas_is_lost(document: Document, size: int) -> None:
    read = _formulas(document, lambda formula: Text(" ".join(formula.source.split()) or formula.text))
    pages = [Page(part.payload["html"]).words.replace(APART, "") for part in rich.parts(document, KEYS, size=size)]
    # a formula too long for one message is in readable form instead
    whole = all(utf16(math.source) < size / 2 for math in _found(document))
    if whole:
        there = iter("".join("".join(pages).split()))
        for line in lines(read.blocks):
            assert all(char in there for char in "".join(line.split())), f"{line!r} is lost or out of order"


# ---------------------------------------------------------------- what it looks like


def test_headings_paragraphs_and_quiet_ends() -> None:
    assert html(Heading((Text("LLM"),), 1), Heading((Text("RAG"),), 2), Paragraph((Text("a"),)), Divider()) == (
        "<h1>LLM</h1><h2>RAG</h2><p>a</p><hr>"
    )
    assert html(Paragraph((Text("Machine-made"),), quiet=True)) == "<footer>Machine-made</footer>"


def test_formulas_are_their_source() -> None:
    assert html(Paragraph((Text("in "), Math("O(n²)", "O(n^2) < \\infty\n"), Math("x", "")))) == (
        "<p>in <tg-math>O(n^2) &lt; \\infty</tg-math>x</p>"
    )


def test_the_contents_jump_to_papers_in_the_same_message() -> None:
    contents = ListBlock((Item((Link("NV", URL), Text(" — first")), 1), Item((Link("Vikhr", URL),), 9)))
    page = html(Heading((Text("LLM"),)), contents, paper(1))
    assert '<ol><li><a href="#p1">NV</a> — first</li></ol>' in page
    assert f'<ol start="9"><li><a href="{URL}">Vikhr</a></li></ol>' in page
    assert '<a name="p1"></a><h3>1. NV</h3>' in page


def test_details_open() -> None:
    inner = (ListBlock((Item((Text("a"),)), Item((Text("b"),)))), Quote((Text("c"),)))
    assert html(Details((Text("More"),), inner)) == (
        "<details><summary>More</summary><ul><li>a</li><li>b</li></ul><blockquote>c</blockquote></details>"
    )


def test_details_without_a_name_or_without_anything_are_paragraphs() -> None:
    assert html(Details((Text("More"),), ())) == "<p>More</p>"
    assert html(Details((Text(" "),), (Paragraph((Text("a"),)),))) == "<p>a</p>"


def test_details_in_details_end_where_the_server_ends() -> None:
    block: Block = Paragraph((Text("deep"),))
    for number in range(30):
        block = Details((Text(f"level {number}"),), (block,))
    assert Page(html(block)).depth <= 16


def test_hostile_words_are_words() -> None:
    page = html(Paragraph((Text('<b>&amp;"@all'), Code("<i>"), Link('"', 'https://x.org/?a="&b'), Italic("x\ny"))))
    assert page == f"<p>&lt;b&gt;&amp;amp;&quot;@{APART}all<code>&lt;i&gt;</code>&quot;<i>x<br>y</i></p>"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/abs/1", "#top", "tg://user?id=1", "http://localhost/x"])
def test_links_lead_to_the_web_alone(url: str) -> None:
    assert html(Paragraph((Link("x", url),))) == "<p>x</p>"


def test_nothing_is_empty_that_may_not_be() -> None:
    nothing = (Text("\u200d"), Link("", URL), Bold(" "))
    page = html(
        Heading((Text("LLM"),)),
        Heading(nothing),
        Quote(nothing),
        ListBlock((Item(nothing), Item(nothing, 3))),
        ListBlock(()),
        Details(nothing, (Quote(nothing),)),
    )
    assert page.startswith("<h1>LLM</h1>")
    assert '<ol start="3"><li>…</li></ol>' in page
    assert page.count("<li>") == 1


def test_addresses_are_escaped() -> None:
    assert html(Paragraph((Link("x", "https://x.org/?a=1&lt=2'"),))) == (
        '<p><a href="https://x.org/?a=1&amp;lt=2&#x27;">x</a></p>'
    )


def test_a_figure_is_a_link() -> None:
    assert html(Figure("https://arxiv.org/x.png", "Figure 1", (Text("Loss"),))) == (
        '<p><a href="https://arxiv.org/x.png">Figure 1</a> Loss</p>'
    )


# ---------------------------------------------------------------- cutting and buttons


def test_the_cut_is_between_papers_at_about_eight_thousand_characters() -> None:
    parts = made(Heading((Text("LLM"),)), *(paper(n, size=3_000) for n in (1, 2, 3, 4, 5)))
    shown = [[card.number for card in part.slice.blocks if isinstance(card, Card)] for part in parts]
    assert shown == [[1, 2], [3, 4], [5]]


def test_a_message_has_fewer_blocks_than_the_server_takes() -> None:
    parts = made(ListBlock(tuple(Item((Text("x"),)) for _ in range(600))))
    assert len(parts) == 2


def test_the_same_buttons_stand_under_it() -> None:
    (part,) = made(Heading((Text("LLM"),)), paper(1), paper(2), Actions((Action("All 9", "/rest abc"),)))
    assert [[button["label"] for button in row] for row in part.payload["keyboard"]] == [["1", "2", "All 9"]]


def test_buttons_alone_stand_under_their_own_names() -> None:
    (part,) = made(Actions((Action("Yes & no", "/yes"),)))
    assert part.payload["html"] == "<p>Yes &amp; no</p>"


# ---------------------------------------------------------------- formulas of a Document


def _formulas(document: Document, as_text: Callable[[Math], Text]) -> Document:
    def walk(node: Any) -> Any:  # noqa: ANN401 - blocks, spans and tuples of them
        if isinstance(node, Math):
            return as_text(node)
        if isinstance(node, tuple):
            return tuple(map(walk, node))
        if is_dataclass(node) and not isinstance(node, type):
            return replace(node, **{each.name: walk(getattr(node, each.name)) for each in fields(node)})
        return node

    return walk(document)  # type: ignore[no-any-return]


def _found(document: Document) -> list[Math]:
    found: list[Math] = []

    def note(formula: Math) -> Text:
        found.append(formula)
        return Text("")

    _formulas(document, note)
    return found
