"""Discord's markdown: whatever a paper is called, its words are words; what we mark is marked, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.console_lines import visible
from adapters.discord.blocks import markup, simple
from adapters.discord.markup import APART, address, bare, escaped, inline, line, words
from bot.document import (
    Block,
    Bold,
    Card,
    Code,
    Details,
    Divider,
    Document,
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
    utf16,
)
from tests.discord_reading import INVITE, PINGED, URL, draw
from tests.documents import documents, lines, nasty, spans

PAGE = "https://arxiv.org/abs/2405.17428"

DANGERS = (
    "@everyone",
    "@here",
    "@EVERYONE",
    "<@1>",
    "<@!12345678901234567>",
    "<@&12345678901234567>",
    "<#1>",
    "</cmd:1>",
    "<t:1>",
    "<t:1618953630:R>",
    "<:x:1>",
    "<a:x:1>",
    "<id:customize>",
    ":smile:",
    "::x::",
    "https://evil",
    "HTTP://evil.example/x",
    "<https://evil>",
    "[a](https://evil)",
    "[a](<https://evil>)",
    "steam://run",
    "discord.gg/abc",
    "DISCORDAPP.com/invite/abc",
    "# shout",
    "-# quiet",
    "> said",
    ">>> said",
    "- item",
    "* item",
    "+ item",
    "1. item",
    "12. item",
    "**b**",
    "*i*",
    "_i_",
    "__u__",
    "~~s~~",
    "||s||",
    "`c`",
    "``c``",
    "```\nc\n```",
    "\\",
    "[",
    "]",
    "<",
    ">",
    "(",
    ")",
    "@",
    ":",
    "everyone",
    "//",
    "a",
    "中",
    " ",
    "\n",
    "\u200b",
    "\u2060",
    "\u202e",
)

dangerous = st.lists(
    st.one_of(st.sampled_from(DANGERS), st.sampled_from("*_~|`<>@#:[]()\\/-+.1ae \n")), max_size=8
).map("".join)
hostile = st.one_of(dangerous, nasty)

GIVEN = {Bold: "bold", Italic: "italic", Code: "code", Link: "masked", Math: "italic"}


def read(text: str) -> str:
    """`text` without what cannot be seen, and without white space, which Discord changes."""
    return "".join(visible(text).split())


def said(all_spans: Iterable[Span]) -> str:
    return read("".join(span.text for span in all_spans))


def shown(markdown: str) -> str:
    return "".join(draw(markdown).text.replace(APART, "").split())


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("danger", DANGERS)
def test_every_danger_is_known_as_one_or_is_harmless_by_itself(danger: str) -> None:
    """The reader that judges knows what it is looking for."""
    harmless = {"\\", "[", "]", "<", ">", "(", ")", "@", ":", "everyone", "//", "a", "中", " ", "\n"}
    harmless |= {"\u200b", "\u2060", "\u202e", "@EVERYONE"}
    assert bool(draw(danger).marks) == (danger not in harmless)


@given(st.lists(hostile, min_size=1, max_size=4))
@example(["\\", "*x*"])
@example(["@", "everyone"])
@example(["https:", "//evil"])
@example(["<", "@1>"])
@example(["1", ". a"])
def test_text_is_words_and_nothing_else(texts: list[str]) -> None:
    markdown = line([Text(text) for text in texts])

    drawn = draw(markdown)
    assert drawn.marks == []
    assert read(drawn.text.replace(APART, "")) == read("".join(texts))
    assert PINGED.search(markdown) is None
    assert "\n" not in markdown


@given(st.lists(hostile, min_size=1, max_size=4))
def test_without_marks_text_is_words_too(texts: list[str]) -> None:
    markdown = bare([Text(text) if at % 2 else Bold(text) for at, text in enumerate(texts)])

    assert draw(markdown).marks == []
    assert shown(markdown) == read("".join(texts))
    assert PINGED.search(markdown) is None


def test_what_is_no_danger_is_left_as_it_is() -> None:
    for text in (
        "PASS@1: 46.3%",
        "a/b - c (d) #1",
        "f(x) = 2x > 1!",
        "R2D2, e.g. this: that",
        "大语言模型（LLM）：3 月",
    ):
        assert escaped(text) == text


# ---------------------------------------------------------------- marks


@given(spans(hostile))
@example((Bold("a"), Italic("b"), Bold("c"), Code("d"), Code("e")))
@example((Text("*"), Bold("*"), Italic("*")))
@example((Italic("a\\"), Text("*")))
@example((Bold("a\\"), Math("x\\", "x")))
@example((Code("`a"), Code("a`"), Code("``")))
@example((Text("@"), Code("everyone`"), Text("https:"), Code("//x`")))
@example((Link("[Re] a ]b[ c", PAGE), Text("]("), Link("x", PAGE)))
@example((Link("https://evil", PAGE), Link("discord.gg/abc", PAGE)))
def test_spans_are_marked_as_they_are_meant_and_all_their_words_are_there(given_spans: tuple[Span, ...]) -> None:
    markdown = line(given_spans)
    drawn = draw(markdown)

    wanted = {mark for span in given_spans for kind, mark in GIVEN.items() if isinstance(span, kind)}
    wanted |= {"code"} if any(isinstance(span, Math) for span in given_spans) else set()
    addresses = {address(span.url) for span in given_spans if isinstance(span, Link)}
    assert {kind for kind, _ in drawn.marks} <= wanted | {"quiet link"}
    assert {url for kind, url in drawn.marks if kind in {"masked", "quiet link"}} <= addresses
    assert PINGED.search(re.sub(r"<https://[^>]*>", "", markdown)) is None
    left = iter(shown(markdown))
    assert all(char in left for char in said(given_spans)), "every word in its place"
    if not drawn.of("quiet link"):
        assert shown(markdown) == said(given_spans), "and no mark among them"


@pytest.mark.parametrize(
    ("span", "marked"),
    [
        (Bold("a *b*"), r"**a \*b\***"),
        (Bold(" a "), " **a** "),
        (Italic("a_b"), r"*a\_b*"),
        (Code("cs.CL -survey"), "`cs.CL -survey`"),
        (Code("a`b"), r"a\`b"),
        (Math("x²", "x^2"), "*x²*"),
        (Math("\\frac{a}{b}", "\\frac{a}{b}"), "`\\frac{a}{b}`"),
        (Link("NV-Embed", PAGE), f"[NV-Embed](<{PAGE}>)"),
        (Link("[Re] it", PAGE), rf"\[[Re](<{PAGE}>)\] [it](<{PAGE}>)"),
        (Link(PAGE, PAGE), f"<{PAGE}>"),
        (Link("https://bank.example", PAGE), rf"https\://bank.example <{PAGE}>"),
        (Link("x", "javascript:alert(1)"), "x"),
        (
            Link("x", "https://a.example/(b) c?@everyone=<1>"),
            "[x](<https://a.example/%28b%29%20c?%40everyone=%3C1%3E>)",
        ),
    ],
)
def test_a_span_is_marked(span: Span, marked: str) -> None:
    assert inline((Text("."), span, Text("."))) == f".{marked}."


def test_marks_that_touch_are_kept_apart() -> None:
    drawn = draw(inline((Bold("a"), Italic("b"), Code("c"), Code("d"), Bold("e"))))
    assert drawn.marks == [("bold", "a"), ("italic", "b"), ("code", "c"), ("code", "d"), ("bold", "e")]


def test_no_link_shows_a_preview() -> None:
    markdown = markup([Paragraph((Link("a", PAGE), Text(" "), Link(PAGE, PAGE)))])
    assert {kind for kind, _ in draw(markdown).marks} == {"masked", "quiet link"}
    assert URL.search(re.sub(r"<[^>]*>", "", markdown)) is None
    assert INVITE.search(escaped("join discord.gg/abc")) is None


# ---------------------------------------------------------------- blocks


@given(documents(hostile))
def test_blocks_shout_no_more_than_they_mean_to_and_lose_nothing(document: Document) -> None:
    drawn = draw(markup(document.blocks))

    meant = {"heading", "subtext", "quote", "list", "bold", "italic", "code", "masked", "quiet link"}
    assert {kind for kind, _ in drawn.marks} <= meant
    left = iter("".join(drawn.text.replace(APART, "").split()))
    for each in lines(document.blocks):
        assert all(char in left for char in read(each)), each


@given(documents(hostile))
def test_blocks_without_marks_have_none(document: Document) -> None:
    drawn = draw(simple(document.blocks))

    assert {kind for kind, _ in drawn.marks} <= {"quiet link"}
    left = iter("".join(drawn.text.replace(APART, "").split()))
    for each in lines(document.blocks):
        assert all(char in left for char in read(each)), each


@given(st.lists(st.tuples(st.none() | st.integers(0, 30), hostile), min_size=1, max_size=5))
def test_a_list_keeps_its_numbers(items: list[tuple[int | None, str]]) -> None:
    block = ListBlock(tuple(Item((Text(text),), number) for number, text in items))
    markdown = markup([block])

    numbers = [number for number, text in items if number is not None]
    told = [int(found) for found in re.findall(r"^(\d+)\\?\.", markdown, re.MULTILINE)]
    assert told == numbers
    if draw(markdown).of("list") and numbers:  # Discord counts on from the first
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_two_lists_in_a_row_are_two() -> None:
    markdown = markup([ListBlock((Item((Text("a"),), 4),)), ListBlock((Item((Text("b"),), 1),))])
    assert markdown == "4. a\n\n1. b"


def test_a_paper_reads_well() -> None:
    blocks: tuple[Block, ...] = (
        Heading((Text("1. NV-Embed"),), 3),
        Paragraph((Text("A B · "), Link("2405.17428", PAGE)), quiet=True),
        Paragraph((Bold("TL;DR"), Text(": it works."))),
        Details((Text("Takeaways"),), (ListBlock((Item((Text("x"),), 1), Item((Text("y"),), 2))),), kind="takeaways"),
        Details((Text("Abstract"),), (Quote((Text("We do it."),)), Paragraph((Bold("中"),))), kind="abstract"),
        Divider(),
        Paragraph((Text("machine-made"),), quiet=True),
    )
    assert markup([Card(blocks)]) == (
        "### 1\\. NV-Embed\n"
        f"-# A B · [2405.17428](<{PAGE}>)\n\n"
        "**TL;DR**: it works.\n\n"
        "**Takeaways**\n1. x\n2. y\n\n"
        "**Abstract**\n> We do it.\n> **中**\n"
        "-# machine-made"
    )


def test_a_rule_stands_between_two_things() -> None:
    rule, text = Divider(), Paragraph((Text("a"),))
    assert markup([rule, text, rule, rule, text, rule]).count("⎯⎯") == 8 // 2
    assert markup([rule]) == ""


def test_what_says_nothing_is_left_out() -> None:
    blocks: list[Block] = [Heading((Text(" "),)), Paragraph((Text("\u200b"),)), Quote(()), ListBlock((Item(()),))]
    assert markup(blocks) == simple(blocks) == ""


def test_words_are_for_where_no_marks_are_drawn() -> None:
    assert words((Bold(" a*b "), Text("\n@everyone\u202e"))) == "a*b @everyone"


@given(hostile)
def test_escaping_costs_no_more_than_the_double_and_the_same_every_time(text: str) -> None:
    assert escaped(text) == escaped(text)
    assert utf16(escaped(text)) <= 2 * utf16(text) + 2
