"""Markdown that shows what the Document has, and nothing a paper put into it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.markdown import create, escaped
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
    Span,
    Text,
)

URL = "https://arxiv.org/pdf/2405.17428"
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Page(HTMLParser):
    """Tags, links, pictures and words of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(READER.render(source))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert {name for name, _ in attrs} <= {"href", "src", "alt", "start"}
        if tag == "img":
            self.words += dict(attrs)["alt"] or ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def md(*blocks: Block) -> str:
    return create().render(Document(blocks))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u2060]", "", text)


@pytest.mark.parametrize(
    ("block", "source"),
    [
        (Heading((Text("A digest"),), level=1), "# A digest"),
        (Heading((Text("1. A paper"),), level=3), "### 1. A paper"),
        (Paragraph((Bold("TL;DR"), Text(": words"))), "**TL;DR**: words"),
        (Paragraph((Bold("看点："), Text("模型"))), "<strong>看点：</strong>模型"),
        (Paragraph((Link("PDF", URL),)), f"[PDF]({URL})"),
        (Paragraph((Code("a`b"),)), "``a`b``"),
        (Paragraph((Math("x²", "x^2"),)), "x²"),
        (Paragraph((Text("quiet"),), quiet=True), "<sub>quiet</sub>"),
        (Quote((Text("words"),)), "> words"),
        (ListBlock((Item((Text("a"),), 11), Item((Text("b"),), 12))), "11. a\n12. b"),
        (ListBlock((Item((Text("a"),), 3), Item((Text("b"),), 7))), "- 3\\. a\n- 7\\. b"),
        (ListBlock((Item((Text("a"),)),)), "- a"),
        (
            Details((Text("A & <b>"),), (Paragraph((Text("x"),)),)),
            "<details>\n<summary>A &amp; &lt;b&gt;</summary>\n\nx\n\n</details>",
        ),
        (Figure(URL, "A [map]"), f"[A \\[map\\]]({URL})"),
        (Divider(), "---"),
        (Actions((Action("Save", command="/save"), Action("PDF", url=URL))), f"Save: `/save` · [PDF]({URL})"),
        (Card((Paragraph((Text("a"),)), Paragraph((Text("b"),)))), "a\n\nb"),
    ],
)
def test_each_block_has_its_form(block: Block, source: str) -> None:
    assert md(block) == f"{source}\n"


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        "<b>bold</b> &lt; &copy;",
        "[click](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "<https://evil.example>",
        "*a* **b** _c_ ~~d~~ `e` $f$",
        "# heading",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "> quote",
        "| a | b |\n|---|---|",
        "===",
        "---",
        "```\ncode",
        "    code",
        "[ref]: https://evil.example",
        "a\\",
        "\\*a\\*",
        "a  \nb",
        "<!-- gone -->",
        "[x][y] [^1]",
    ],
)
def test_markup_of_a_paper_is_only_words(nasty: str) -> None:
    for block in (
        Paragraph((Text(nasty),)),
        Heading((Text(nasty),)),
        Quote((Text(nasty),)),
        ListBlock((Item((Text(nasty),)),)),
    ):
        page = Page(md(block))
        assert set(page.tags) <= {"p", "h1", "blockquote", "ul", "li"}
        assert squeezed(page.words) == squeezed(nasty)


@pytest.mark.parametrize(
    "text", ["see https://evil.example now", "www.evil.example", "HTTP://evil.example", "mailto:a@b.example"]
)
def test_bare_addresses_do_not_become_links_on_github(text: str) -> None:
    source = escaped(text)
    assert not re.search(r"https?:|www\.|mailto:|@\w", source, re.IGNORECASE)
    assert squeezed(Page(source).words) == squeezed(text)


def test_an_address_in_pieces_does_not_become_a_link_either() -> None:
    for second in (Text("://evil.example"), Math("://evil.example", "x")):
        assert md(Paragraph((Text("https"), second))) == "https\\://evil.example\n"


def test_nobody_is_pinged() -> None:
    assert "@\u2060everyone" in md(Paragraph((Text("@everyone"),)))
    assert "@\u2060team" in md(Details((Text("@team"),), ()))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://", "//evil.example", "ftp://a.example"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert Page(md(Paragraph((Link("x", url),)))).links == []
    assert Page(md(Figure(url, "x"))).links == []


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x(y)",
        "https://a.example/x y>",
        "https://a.example/?a=1&copy;=2",
        "https://a.example/\\)[",
        'https://a.example/"x"',
    ],
)
def test_an_address_cannot_end_its_link(url: str) -> None:
    (found,) = Page(md(Paragraph((Link("x", url),)))).links
    assert unquote(found) == url


NASTY = st.text("ab1 *_`[]()<>!#-+=.\\&;|~$@:/\n模，", max_size=12)
URLS = st.sampled_from([URL, "https://a.example/x(y)?a&b;c", "https://a.example/\\<>\"'`*_"])
SPAN = st.one_of(
    *(NASTY.map(kind) for kind in (Text, Bold, Italic, Code)),
    NASTY.map(lambda text: Math(text, text)),
    st.builds(Link, NASTY.filter(lambda text: bool(text.strip())), URLS),
)
SPANS = st.lists(SPAN, max_size=5).map(tuple)
LIST = st.lists(st.builds(Item, SPANS, st.none() | st.integers(1, 20)), max_size=3).map(tuple).map(ListBlock)
LEAF = st.one_of(
    st.builds(Paragraph, SPANS, st.booleans()),
    st.builds(Quote, SPANS),
    LIST,
    st.builds(Heading, SPANS),
    st.just(Divider()),
)
BLOCKS = st.lists(
    st.one_of(
        LEAF,
        st.builds(Card, st.lists(LEAF, max_size=2).map(tuple)),
        st.builds(Details, SPANS, st.lists(LEAF, max_size=2).map(tuple)),
    ),
    max_size=4,
)


def contents(blocks: list[Block] | tuple[Block, ...]) -> tuple[list[Span], int]:
    """Spans in order (a summary has only words), and how many Details there are."""
    found: list[Span] = []
    details = 0
    for block in blocks:
        match block:
            case Heading(spans) | Paragraph(spans) | Quote(spans):
                found += spans
            case ListBlock(items):
                numbers = [item.number for item in items]
                row = (
                    numbers[0] is not None and numbers == list(range(numbers[0], numbers[0] + len(items)))
                    if numbers
                    else True
                )
                for item in items:
                    if not row and item.number is not None:
                        found.append(Text(f"{item.number}."))
                    found += item.spans
            case Details(summary, inner):
                found.append(Text("".join(span.text for span in summary)))
                spans_inside, more = contents(inner)
                found += spans_inside
                details += 1 + more
            case Card(inner):
                spans_inside, more = contents(inner)
                found += spans_inside
                details += more
    return found, details


@given(BLOCKS)
def test_the_page_has_the_documents_words_and_links_and_nothing_else(blocks: list[Block]) -> None:
    spans, details = contents(blocks)
    page = Page(md(*blocks))
    assert "\n\n\n" not in md(*blocks)
    assert squeezed(page.words) == squeezed("".join(span.text for span in spans))
    wanted = [span.url for span in spans if isinstance(span, Link)]
    assert [unquote(link) for link in page.links] == wanted
    assert page.tags.count("details") == page.tags.count("summary") == details
    assert set(page.tags) <= {
        *("p", "h1", "blockquote", "ul", "ol", "li", "hr", "a", "strong", "em", "code", "sub", "details", "summary")
    }


@settings(max_examples=50)
@given(st.lists(LIST.filter(lambda block: bool(block.items)), min_size=2, max_size=3))
def test_lists_in_a_row_stay_lists_of_their_own(blocks: list[Block]) -> None:
    page = Page(md(*blocks))
    assert page.tags.count("ul") + page.tags.count("ol") == len(blocks)
