"""The terminal: colour and links where it is one, text with URLs where it is piped, never a paper's own escapes."""

from __future__ import annotations

import re
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from adapters.console import WIDEST, create
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
OSC_8 = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def piped(*blocks: Block, width: int = 100) -> str:
    return create(StringIO(), width=width, environ={}).render(Document(blocks))


def shown(*blocks: Block, width: int = 100, **environ: str) -> str:
    return create(Terminal(), width=width, environ={"TERM": "xterm-256color", **environ}).render(Document(blocks))


def row(*spans: Span) -> Paragraph:
    return Paragraph(spans)


def test_piped_text_has_its_urls_and_no_escapes() -> None:
    assert piped(row(Link("PDF", URL), Text(" · "), Bold("x"))) == f"PDF {URL} · x\n"


def test_a_terminal_gets_links_and_colour() -> None:
    text = shown(row(Link("PDF", URL), Text(" · "), Bold("x")))
    assert OSC_8.findall(text) == [URL, ""]
    assert "\x1b[1mx\x1b[0m" in text
    assert URL not in OSC_8.sub("", text)


def test_no_color_is_honoured_and_links_stay() -> None:
    text = shown(row(Link("PDF", URL)), Heading((Text("T"),)), NO_COLOR="1")
    assert OSC_8.findall(text) == [URL, ""]
    assert not re.search(r"\x1b\[[0-9;]*[39][0-9]", text)


def test_a_dumb_terminal_gets_plain_text_with_urls() -> None:
    assert shown(row(Link("PDF", URL)), TERM="dumb") == f"PDF {URL}\n"


def test_colour_can_be_forced_into_a_pipe() -> None:
    assert "\x1b[" in create(StringIO(), environ={"FORCE_COLOR": "1", "TERM": "xterm"}).render(
        Document((row(Bold("x")),))
    )


def test_a_row_of_links_is_never_broken_between_words_and_url() -> None:
    links = [Link(f"word {n}", f"https://example.org/{'x' * 20}{n}") for n in range(5)]
    spans: list[Span] = []
    for link in links:
        spans += [Text(" · "), link] if spans else [link]
    lines = piped(row(*spans), width=80).splitlines()
    for link in links:
        assert any(f"{link.text} {link.url}" in line for line in lines)
    assert max(map(cell_len, lines)) <= 80


def test_a_link_that_is_too_wide_for_a_line_is_broken_before_its_url() -> None:
    words, url = "word " * 10, f"https://example.org/{'x' * 50}"
    lines = piped(row(Link(words, url), Text(" · "), Link("PDF", URL)), width=40).splitlines()
    assert url in lines
    assert max(cell_len(line) for line in lines if "http" not in line) <= 40


def test_a_url_that_comes_again_further_down_is_shown_there_only() -> None:
    card = Card((Heading((Text("1. T"),), level=3), row(Link("PDF", URL))))
    text = piped(ListBlock((Item((Link("T", URL),), 1),)), card)
    assert text.count(URL) == 1
    assert text.rstrip().endswith(URL)
    assert piped(ListBlock((Item((Link("T", URL),), 1),))) == f"1. T {URL}\n"


def test_an_id_that_ends_its_url_is_not_said_twice() -> None:
    assert piped(row(Link("2405.17428", URL))) == f"{URL}\n"


@pytest.mark.parametrize(
    "nasty",
    [
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
        "\x9b31m\x9d0;title\x9c",
        "back\x08\x08\x7f",
        "over\rwritten",
        "bidi \u202e override \u2066",
        "new\nline\x0b\x0c\x85\u2028",
    ],
)
def test_no_escape_sequence_of_a_paper_reaches_the_terminal(nasty: str) -> None:
    every = (
        Text(nasty),
        Bold(nasty),
        Italic(nasty),
        Code(nasty),
        Math(nasty, nasty),
        Link(nasty, URL),
        Link("x", URL + nasty),
    )
    card = Card((Heading(every, level=3), Quote(every), Details(every, (Paragraph(every),))))
    document = (Heading(every), card, Figure(URL + nasty, nasty, every), Actions((Action(nasty, command=nasty),)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066]", piped(*document))
    ours = re.sub(r"\x1b\[[0-9;]*m|" + OSC_8.pattern, "", shown(*document))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\u2066]", ours)
    assert not [url for url in OSC_8.findall(shown(*document)) if url not in ("", URL)]


def test_markup_of_rich_is_only_words() -> None:
    assert piped(row(Text("[bold]a[/bold] [link=https://evil.example]b[/link] :smile: [/]"))) == (
        "[bold]a[/bold] [link=https://evil.example]b[/link] :smile: [/]\n"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://é.example"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert OSC_8.findall(shown(row(Link("x", url)))) == []
    assert piped(row(Link("x", url))) == "x\n"


def test_lines_fit_whatever_they_are_written_in() -> None:
    text = Text("潜在注意力池化（Latent）与 two-stage 指令微调，" * 12)
    lines = piped(Card((Heading((Text("12. "), text), level=3), row(text), Quote((text,)))), width=60).splitlines()
    assert max(map(cell_len, lines)) <= 60
    assert min(map(cell_len, lines[:5])) > 50


@pytest.mark.parametrize("width", range(40, 50))
def test_no_line_begins_with_a_mark_that_ends_something(width: int) -> None:
    lines = piped(row(Text("潜在注意力，池化（Latent）与，two-stage。" * 9)), width=width).splitlines()
    assert not [line for line in lines if line[0] in "，。）"]
    assert not [line for line in lines if line[-1] == "（"]


def test_very_wide_terminals_do_not_make_very_long_lines() -> None:
    assert max(map(len, piped(row(Text("word " * 100)), width=400).splitlines())) <= WIDEST


def test_a_paper_hangs_on_its_number() -> None:
    card = Card((Heading((Text("10. "), Text("word " * 12)), level=3), row(Text("body"))))
    lines = piped(card, width=40).splitlines()
    assert lines[0].startswith("10. word")
    assert lines[1].startswith("    word")
    assert lines[-1] == "    body"


def test_numbers_of_a_list_stand_under_each_other() -> None:
    items = tuple(Item((Text("x"),), number) for number in (9, 10))
    assert piped(ListBlock(items)) == " 9. x\n10. x\n"
    assert piped(ListBlock((Item((Text("x"),)),))) == "• x\n"


def test_details_are_open() -> None:
    assert piped(Details((Text("Abstract"),), (Quote((Text("words"),)), Divider()), kind="abstract"), width=40) == (
        f"Abstract\n  │ words\n  {'─' * 38}\n"
    )


def test_actions_name_their_command_or_address() -> None:
    actions = Actions((Action("Save", command="/save"), Action("PDF", url=URL)))
    assert piped(actions) == f"Save: /save   PDF {URL}\n"


WORDS = st.text("ab模型，（）[]/ \x1b\x07\u202e\n", max_size=40)
SPANS = st.lists(
    st.one_of(WORDS.map(Text), WORDS.map(Bold), WORDS.map(Code), WORDS.map(lambda text: Link(text, "bad"))), max_size=4
).map(tuple)


@given(st.lists(SPANS, max_size=4), st.integers(40, 70))
def test_no_word_is_lost_and_every_line_fits(paragraphs: list[tuple[Span, ...]], width: int) -> None:
    text = piped(*map(Paragraph, paragraphs), width=width)
    given_words = "".join(span.text for spans in paragraphs for span in spans)
    assert re.sub(r"\s", "", text) == re.sub(r"[\s\x1b\x07\u202e]", "", given_words)
    longest = max((cell_len(word) for word in re.findall(r"[^\s模型]+", text)), default=0)
    assert max(map(cell_len, text.splitlines()), default=0) <= max(width, longest + 4)


def test_what_the_encoding_lacks_becomes_a_question_mark() -> None:
    raw = BytesIO()
    stream = TextIOWrapper(raw, encoding="ascii")
    create(stream, environ={}).show(Document((row(Text("a 模型 b")),)))
    assert raw.getvalue() == b"a ?? b\n"


# ---------------------------------------------------------------- progress


def test_piped_progress_is_one_line_a_stage() -> None:
    stream = StringIO()
    with create.progress(stream) as report:
        for done in range(4):
            report("Summarizing", done, 3)
        report("Summarizing", 3, 3)
        report("Fetching", 5, 0)
    assert stream.getvalue() == "Summarizing: 3\n"


def test_bars_leave_nothing_behind_and_take_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    with create.progress(stream) as report:
        report("Fetching [bold]x[/bold]\x1b[31m", 0, 0)
        report("Fetching [bold]x[/bold]\x1b[31m", 1, 2)
    written = stream.getvalue()
    assert "[bold]x[/bold][31m" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written)
    assert re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written.rpartition("\x1b[2K")[2]).strip() == ""


def test_what_is_to_be_copied_keeps_its_lines() -> None:
    shown = create(StringIO(), width=60).render(Document((Paragraph((Code("@misc{a,\n  title = {T}\n}"),)),)))
    assert shown.splitlines() == ["@misc{a,", "  title = {T}", "}"]
