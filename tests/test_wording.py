"""Words of a paper, made fit to show: short, clean, and still the author's."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import Italic, Math, Span, Text, plain
from bot.wording import REMARK, authors, clean, clean_spans, cut, remark, short_title


@pytest.mark.parametrize(
    ("comment", "shown"),
    [
        ("Accepted by AAAI25", "Accepted by AAAI25"),
        ("ICLR 2025 (Spotlight). We open-source the model at: https://huggingface.co/n/m", "ICLR 2025 (Spotlight)"),
        ("18 pages, 13 figures, 6 tables, to be published at CVPR 2026", "to be published at CVPR 2026"),
        ("6 pages, 5 figures. Accepted by IEEE ICME 2026", "Accepted by IEEE ICME 2026"),
        ("15 pages, 1 figure, Accepted in CLNLP'25", "Accepted in CLNLP'25"),
        ("Accepted at WMRL @ EMNLP-2024", "Accepted at WMRL @ EMNLP-2024"),
        ("20 pages, Accepted by ICML 2026, Code is available from https://github.com/a/b", "Accepted by ICML 2026"),
        ("Published in Sets, Vol. 99 (2026). Open code at: github.com/a/b", "Published in Sets, Vol. 99 (2026)"),
        ("Submitted to NeurIPS 2026", "Submitted to NeurIPS 2026"),  # what it says, and no more
        ("16 pages, 6 figures. Code: https://github.com/a/b", "16 pages, 6 figures"),
        ("The first two authors contributed equally", "The first two authors contributed equally"),
        ("Project page: https://x.github.io/", None),
        ("https://github.com/a/b", None),
        ("", None),
        (None, None),
    ],
)
def test_a_comment_is_shortened_to_where_the_paper_appeared(comment: str | None, shown: str | None) -> None:
    assert remark(comment) == shown


def test_a_comment_without_a_venue_is_cut() -> None:
    long = remark("We thank everybody " * 20)
    assert long is not None
    assert len(long) <= REMARK
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("NV-Embed: Improved Techniques for Training LLMs", "NV-Embed"),
        ("Meta Prompting for AI Systems", "Meta Prompting for AI Systems"),
        ("ThinkProbe – Beyond Accuracy", "ThinkProbe"),
        ("State-of-the-art: a survey", "State-of-the-art"),
        ("At 12:30 in the afternoon", "At 12:30 in the afternoon"),
    ],
)
def test_a_paper_is_called_by_its_name(title: str, short: str) -> None:
    assert short_title(title) == short


def test_a_title_without_a_name_is_cut_at_a_word() -> None:
    assert short_title("Organ-aware Multi-scale Medical Image Segmentation Using Text Prompt Engineering") == (
        "Organ-aware Multi-scale Medical Image Segmentation Using…"
    )


def test_the_first_two_authors_and_the_last_are_named() -> None:
    assert authors(["A", "B", "C", "D", "E"]) == ("A", "B", "E")
    assert authors(["A", "B", "C"]) == ("A", "B", "C")


@given(st.text("ab ,模。\n", max_size=40), st.integers(1, 30))
def test_what_is_cut_fits_and_is_a_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_a_long_word_is_cut_where_it_is() -> None:
    assert cut("a " + "b" * 50, 20) == "a " + "b" * 17 + "…"
    assert cut("word word word", 11) == "word word…"


@given(st.text(max_size=60))
def test_clean_text_is_one_line_of_visible_characters(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cs", "Co", "Zl", "Zp"}]
    assert not set(shown) & set("\u202a\u202e\u2066\u2069\u200b\ufeff\u00ad")


def test_joiners_stay_since_words_need_them() -> None:
    assert clean("می‌شود 👩‍🔬") == "می‌شود 👩‍🔬"


def test_spans_are_cut_together_and_keep_their_kind() -> None:
    spans: tuple[Span, ...] = (Text("one two "), Italic("three\x1b four"), Math("x²", "x^2"))
    assert clean_spans(spans) == (Text("one two "), Italic("three four"), Math("x²", "x^2"))
    assert clean_spans(spans, 14) == (Text("one two "), Italic("three…"))
    assert len(plain(clean_spans(spans, 9))) <= 9
