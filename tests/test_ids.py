"""Every way people name a paper is understood; what only looks like one is not."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models import ArxivId
from bot.ports import BotError
from bot.sources.ids import LONGEST, SHOWN, NotAnId, abs_url, cool_papers_url, find, html_url, parse, pdf_url


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("2405.17428", "2405.17428"),
        ("2405.17428v2", "2405.17428v2"),
        ("2405.17428V2", "2405.17428v2"),
        (" 2405.17428\n", "2405.17428"),
        ("arXiv:2405.17428", "2405.17428"),
        ("ARXIV: 2405.17428v1", "2405.17428v1"),
        ("arXiv 2405.17428", "2405.17428"),
        ("arXiv：2405.17428", "2405.17428"),
        ("[arXiv:2405.17428v1 [cs.CL]]", "2405.17428v1"),
        ("arXiv-2405.17428v1.tar.gz", "2405.17428v1"),
        ("2405.17428.pdf", "2405.17428"),
        ("0704.0001", "0704.0001"),
        ("1412.9999", "1412.9999"),
        ("1501.00001", "1501.00001"),
        ("2601.123456", "2601.123456"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("hep-th/9901001v3", "hep-th/9901001v3"),
        ("HEP-TH/9901001", "hep-th/9901001"),
        ("arXiv:cs/0112017", "cs/0112017"),
        ("math/0309136", "math/0309136"),
        ("math-ph/0509037", "math-ph/0509037"),
        ("math.GT/0309136v2", "math/0309136v2"),
        ("cond-mat.stat-mech/0703772", "cond-mat/0703772"),
        ("q-alg/9703031", "q-alg/9703031"),
        ("10.48550/arXiv.2405.17428", "2405.17428"),
        ("doi:10.48550/ARXIV.2405.17428", "2405.17428"),
        ("https://doi.org/10.48550/arXiv.2405.17428", "2405.17428"),
        ("https://doi.org/10.48550/arXiv.hep-th/9901001", "hep-th/9901001"),
    ],
)
def test_an_id_is_understood_however_it_is_written(text: str, named: str) -> None:
    assert str(parse(text)) == named


@pytest.mark.parametrize(
    "path",
    [
        "arxiv.org/abs/{}",
        "www.arxiv.org/abs/{}",
        "export.arxiv.org/abs/{}",
        "arxiv.org/pdf/{}",
        "arxiv.org/pdf/{}.pdf",
        "arxiv.org/pdf/{}.pdf#page=3",
        "arxiv.org/html/{}",
        "arxiv.org/ps/{}",
        "arxiv.org/format/{}",
        "arxiv.org/abs/{}?context=cs.CL",
        "arxiv.org/abs/arXiv:{}",
        "export.arxiv.org/api/query?id_list={}",
        "www.alphaxiv.org/abs/{}",
        "alphaxiv.org/overview/{}",
        "www.alphaxiv.org/zh/overview/{}?tab=x",
        "alphaxiv.org/pdf/{}",
        "huggingface.co/papers/{}",
        "hf.co/papers/{}",
        "papers.cool/arxiv/{}",
        "papers.cool/arxiv/kimi?paper={}",
        "ar5iv.org/abs/{}",
        "ar5iv.labs.arxiv.org/html/{}",
        "scirate.com/arxiv/{}",
        "api.semanticscholar.org/arXiv:{}",
        "www.emergentmind.com/papers/{}",
    ],
)
def test_a_link_is_understood_with_and_without_scheme(path: str) -> None:
    for scheme in ("https://", "http://", "", "HTTPS://"):
        for named in ("2405.17428", "2405.17428v2", "hep-th/9901001v1"):
            assert str(parse(scheme + path.format(named))) == named


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("please read ", ", it is good"),
        ("(", ")"),
        ("[paper](https://arxiv.org/abs/", ")"),
        ("<https://arxiv.org/abs/", ">"),
        ("", "."),
        ("is it ", "?"),
        ("“", "”"),
        ("_", "_"),
        ("**", "**"),
        ("`", "`"),
        ("请看", "，谢谢"),
        ("论文", "很好"),
        ("（", "）。"),
        ("见《", "》"),
        ("читай ", "!"),
        ("id:", ";"),
        ("10.1145/3292500，", ""),
        ("10.1145/3292500,", ""),
    ],
)
def test_a_sentence_around_an_id_does_not_hide_it(before: str, after: str) -> None:
    assert parse(f"{before}2405.17428{after}") == ArxivId("2405.17428")
    assert parse(f"{before}2405.17428v3{after}") == ArxivId("2405.17428", 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "3.14159",
        "2024.12345",  # a date or a version: there is no month 24
        "2405.1742",  # four digits ended with 2014
        "0808.05394",  # and five began then
        "2512.123456",  # six may come, but have not yet
        "1300.1234",
        "1313.1234",
        "0000.0000",
        "2405.00000",
        "0703.1234",
        "9801.12345",
        "v2405.17428x",
        "x2405.17428",
        "2405.17428x",
        "2405.17428_draft",
        "12405.17428",
        "2405.1742812",
        "1.2405.17428",
        "2405.17428.3",
        "2405.17428-5",
        "-2405.17428",
        "+2405.17428",
        "x=2405.17428",
        "$1205.1234",
        "US$1205.1234",
        "€1205.1234",
        "1205.1234€",
        "1205.1234 USD",
        "1205.1234%",
        "+86 138 2405 1742",
        "2405.17428v0",
        "2405.17428v1234",
        "10.1145/2405.17428",
        "https://doi.org/10.1103/2405.17428",
        "10.1234/arXiv.2405.17428",
        "10.1145/kiwi-2405.17428",
        "12:2405.17428",
        "https://example.com/2405.17428",
        "https://arxiv.org/list/cs.CL/2405",
        "https://huggingface.co/datasets/2405.17428",
        "https://notarxiv.org/abs/2405.17428",
        "foo/9901001",
        "xhep-th/9901001",
        "hep-th/9900001",
        "hep-th/9013001",
        "hep-th/9106001",
        "hep-th/0704001",
        "hep-th/9901000",
        "hep-th/99010012",
        "hep-th/990100",
    ],
)
def test_what_only_looks_like_an_id_is_not_taken(text: str) -> None:
    assert find(text) == []


def test_several_ids_come_in_order_and_once() -> None:
    text = "2405.17428, hep-th/9901001v2 and https://arxiv.org/abs/2405.17429; again arXiv:2405.17428v2,math.GT/0309136"

    assert [str(paper) for paper in find(text)] == ["2405.17428", "hep-th/9901001v2", "2405.17429", "math/0309136"]


def test_of_two_versions_of_a_paper_the_first_named_counts() -> None:
    assert find("2405.17428v3 or 2405.17428v1") == [ArxivId("2405.17428", 3)]


def test_one_id_is_asked_for_and_two_are_refused() -> None:
    with pytest.raises(NotAnId, match="names 2 papers"):
        parse("2405.17428 2405.17429")


def test_what_is_not_an_id_gets_an_answer_that_says_what_would_be() -> None:
    with pytest.raises(NotAnId) as caught:
        parse("banana")

    assert isinstance(caught.value, BotError)
    assert caught.value.text == "banana"
    assert str(caught.value) == ("'banana' is not a paper I can find. Send an arXiv id (2405.17428) or a link.")


def test_an_answer_repeats_little_of_what_was_sent_and_on_one_line() -> None:
    with pytest.raises(NotAnId) as caught:
        parse("a\x00\nb\t" + "x" * 100_000)

    assert len(caught.value.text) == SHOWN
    assert caught.value.text.startswith("a b xx")
    assert caught.value.text.endswith("…")


def test_links_are_arxivs_own_and_honour_the_version() -> None:
    paper = parse("https://www.alphaxiv.org/abs/math.GT/0309136v2")

    assert abs_url(paper) == "https://arxiv.org/abs/math/0309136v2"
    assert pdf_url(paper) == "https://arxiv.org/pdf/math/0309136v2"
    assert html_url(paper) == "https://arxiv.org/html/math/0309136v2"
    assert cool_papers_url(paper) == "https://papers.cool/arxiv/math/0309136"
    assert abs_url(ArxivId("2405.17428")) == "https://arxiv.org/abs/2405.17428"


@pytest.mark.parametrize(
    "unit",
    ["1", "2405.17428", "2405.", "arxiv.org/", "a.", "a-", "10.48550/", "hep-th/", "_", " ", "2405.17428_", "10.1/x,"],
)
def test_a_hostile_text_is_looked_at_in_no_time(unit: str) -> None:
    started = time.perf_counter()
    find(unit * (2 * LONGEST // len(unit)))

    assert time.perf_counter() - started < 2  # some ms; a pattern that backtracks would take minutes


def test_what_stands_beyond_the_bound_is_not_read() -> None:
    assert find(" " * LONGEST + "2405.17428") == []


new_ids = st.builds(
    lambda year, month, number: f"{year:02}{month:02}.{number:05}",
    st.integers(15, 35), st.integers(1, 12), st.integers(1, 99_999),
)  # fmt: skip
old_ids = st.builds(
    lambda archive, year, month, number: f"{archive}/{year % 100:02}{month:02}{number:03}",
    st.sampled_from(["math", "cs", "hep-th", "cond-mat", "astro-ph", "cmp-lg"]),
    st.integers(1992, 2006), st.integers(1, 12), st.integers(1, 999),
)  # fmt: skip


@given(key=new_ids | old_ids, version=st.none() | st.integers(1, 99))
def test_an_id_names_itself_and_so_do_our_links_to_it(key: str, version: int | None) -> None:
    paper = ArxivId(key, version)

    assert parse(str(paper)) == paper
    assert parse(abs_url(paper)) == parse(pdf_url(paper)) == parse(html_url(paper)) == paper
    assert parse(cool_papers_url(paper)) == ArxivId(key)


@given(st.text(alphabet=string.digits + "./-v_%:arxivhepth 论，", max_size=80))
def test_whatever_is_sent_every_found_id_is_canonical(text: str) -> None:
    for paper in find(text):
        assert parse(str(paper)) == paper
