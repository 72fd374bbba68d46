"""Chinese beside Latin: spaces, full-width marks, and what must never be touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import (
    Bold,
    Card,
    Code,
    Details,
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
    plain,
)
from bot.typography import chinese, tidy

URL = "https://example.org/a"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("使用LLM训练", "使用 LLM 训练"),
        ("3月3日", "3 月 3 日"),
        ("达到46.3%的准确率", "达到 46.3% 的准确率"),
        ("提升了+3.2分", "提升了 +3.2 分"),
        ("模型,数据;结果:好?好!", "模型，数据；结果：好？好！"),
        ("使用LLM, 然后", "使用 LLM，然后"),
        ("这是结论.", "这是结论。"),
        ("结论.然后", "结论。然后"),
        ("取末尾token.", "取末尾 token。"),
        ("提升56%.", "提升 56%。"),
        ("等等...", "等等……"),
        ("语言模型(LMs)中", "语言模型（LMs）中"),
        ("LLM (大语言模型)", "LLM（大语言模型）"),
        ("元提示Meta Prompting(MP)是", "元提示 Meta Prompting（MP）是"),
        ("模型 ，然后", "模型，然后"),
        ("①深度学习②机器学习", "1. 深度学习 2. 机器学习"),
        ("模型,(a b),(c d)", "模型，（a b），（c d）"),
        ("见https://e.org/x_(MP)的", "见 https://e.org/x_(MP) 的"),
    ],
)
def test_marks_and_spaces_beside_han(given: str, wanted: str) -> None:
    assert chinese(given) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "要点 1.",
        "plain English, with (marks): and 3.5; 14:30?",
        "ICLR 2025 (Spotlight)",
        "① in English",
        "在 GPT-4, Llama 和 Qwen 上",
        "f(x) 的值",
        "概率 P(A) 的上界",
        "14:30 开始",
        "编号 arXiv:2405.17428 的论文",
        "见 10.48550/arXiv.2405.17428 一文",
        "文件 model.py 里",
        "模块.py 里",
        "运行 `a,b;c(中)` 即可",
        "见 https://example.org/a,b;c?d=(e) 的说明",
        "约 1,234.5 个",
    ],
)
def test_what_is_right_or_not_ours_stays(text: str) -> None:
    assert chinese(text) == text


def test_a_url_ends_where_chinese_begins() -> None:
    assert chinese("见https://example.org/a,中文") == "见 https://example.org/a，中文"


NASTY = st.text("模型的Ab1.,:;?!()（），。 …`/%-+①h\ue000:", max_size=40)


@given(NASTY)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    once = chinese(text)
    assert chinese(once) == once


@given(NASTY)
def test_no_word_is_lost(text: str) -> None:
    def words(given: str) -> str:
        return re.sub(r"[\W_]", "", given.replace("①", "1"))

    assert words(chinese(text)) == words(text)


@given(st.lists(st.sampled_from(["模型", "`a,b`", "https://e.org/x,(y);z", ",", "(", ")", " ", "."]), max_size=8))
def test_code_and_urls_come_through_unchanged(parts: list[str]) -> None:
    done = chinese("".join(parts))
    for whole in ("`a,b`", "https://e.org/x,(y);z"):
        assert done.count(whole) >= "".join(parts).count(whole)


# ---------------------------------------------------------------- documents


def tidied(*spans: Span) -> str:
    document = tidy(Document((Paragraph(spans),), language="zh"))
    assert isinstance(document.blocks[0], Paragraph)
    return plain(document.blocks[0].spans)


@pytest.mark.parametrize(
    ("spans", "wanted"),
    [
        ((Text("见"), Link("PDF", URL), Text("全文")), "见 PDF 全文"),
        ((Link("模型权重", URL), Text("可用")), "模型权重 可用"),
        ((Link("论文", URL), Text("，可用")), "论文，可用"),
        ((Bold("结果"), Bold("LLM")), "结果 LLM"),
        ((Text("系数"), Math("α", r"\alpha"), Text("的")), "系数 α 的"),
        ((Text("作者（7）"), Text(" · 2405")), "作者（7）· 2405"),
        ((Text("在 "), Link("PDF", URL)), "在 PDF"),
    ],
)
def test_seams_between_spans_get_their_spaces(spans: tuple[Span, ...], wanted: str) -> None:
    assert tidied(*spans) == wanted


def test_links_and_code_keep_their_words() -> None:
    assert tidied(Link("模型,A", URL)) == "模型,A"
    assert tidied(Code("模型,A")) == "模型,A"
    assert tidied(Italic("模型,A")) == "模型，A"


def test_titles_and_quotes_are_somebodys_own() -> None:
    spans = (Text("论中文(Chinese),等"),)
    document = Document((Heading(spans, level=3), Quote(spans), Heading(spans, level=1)), language="zh")
    title, quote, ours = tidy(document).blocks
    assert title == Heading(spans, level=3)
    assert quote == Quote(spans)
    assert ours == Heading((Text("论中文（Chinese），等"),), level=1)


def test_every_block_is_reached() -> None:
    spans = (Text("用LLM"),)
    inner = ListBlock((Item(spans, 1),))
    document = Document((Card((Details(spans, (inner,)), Paragraph(spans, quiet=True))),), language="zh-Hans")
    assert "用LLM" not in repr(tidy(document))
    assert repr(tidy(document)).count("用 LLM") == 3


def test_a_paper_keeps_its_number_and_its_id() -> None:
    (card,) = tidy(Document((Card((Paragraph((Text("用LLM"),)),), "2405.17428", 7),), language="zh")).blocks
    assert card == Card((Paragraph((Text("用 LLM"),)),), "2405.17428", 7)


def test_only_chinese_documents_are_touched() -> None:
    document = Document((Paragraph((Text("用LLM"),)),), language="en")
    assert tidy(document) == document
