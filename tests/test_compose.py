"""What readers see: order, numbers, labels, notes; nothing invented, nothing hostile, nothing endless."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.console import create as console
from adapters.markdown import create as markdown
from bot.compose import ACKNOWLEDGEMENT, digest, papers
from bot.document import (
    Block,
    Card,
    Details,
    Document,
    Heading,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    plain,
)
from bot.models import (
    Announcement,
    Checks,
    Digest,
    Entry,
    Kind,
    Note,
    Paper,
    Summary,
    Takeaway,
    Topic,
)
from bot.topics.query import parse

GOLDEN = Path(__file__).parent / "data" / "golden"
MONDAY = date(2026, 3, 2)
QUERY = parse("LLM")  # what is asked does not matter here
LLM = Topic(name="LLM", query=QUERY, names={"en": "LLM", "zh": "大语言模型"})
RAG = Topic(name="RAG", query=QUERY)


def paper(identifier: str = "2405.17428", **given: Any) -> Paper:  # noqa: ANN401 - fields of what is made
    return Paper(
        **{"id": identifier, "title": f"Title of {identifier}", "authors": ("A B",), "abstract": "We do it.", **given}
    )


def summary(identifier: str = "2405.17428", **given: Any) -> Summary:  # noqa: ANN401 - fields of what is made
    return Summary(
        **{
            "paper_id": identifier,
            "version": None,
            "language": "en",
            "depth": "brief",
            "source": "abstract",
            "method": "llm",
            "headline": "twice as fast",
            "tldr": "It is done twice as fast.",
            "takeaways": (Takeaway("One.", "Sentence one."), Takeaway("Two.", "Sentence two.")),
            **given,
        }
    )


def entry(identifier: str = "2405.17428", **given: Any) -> Entry:  # noqa: ANN401 - fields of what is made
    made = {"paper": paper(identifier), "topics": ("LLM",), "kind": Kind.NEW, "summary": summary(identifier), **given}
    return Entry(**made)


def made(*entries: Entry, **given: Any) -> Digest:  # noqa: ANN401 - fields of what is made
    return Digest(**{"topics": (LLM,), "date": MONDAY, "entries": entries, **given})


def blocks(document: Document) -> Iterator[Block]:
    """Every block, also those inside others."""

    def inside(given: tuple[Block, ...]) -> Iterator[Block]:
        for block in given:
            yield block
            if isinstance(block, Card | Details):
                yield from inside(block.blocks)

    yield from inside(document.blocks)


def spans(document: Document) -> Iterator[Span]:
    for block in blocks(document):
        match block:
            case Heading(found) | Paragraph(found) | Quote(found) | Details(found):
                yield from found
            case ListBlock(items):
                yield from (span for item in items for span in item.spans)


def text(document: Document) -> str:
    """Every line of words."""
    lines = []
    for block in blocks(document):
        match block:
            case Heading(found) | Paragraph(found) | Quote(found) | Details(found):
                lines.append(plain(found))
            case ListBlock(items):
                lines += [f"{item.number}. {plain(item.spans)}" for item in items]
    return "\n".join(lines)


def cards(document: Document) -> list[Card]:
    return [block for block in document.blocks if isinstance(block, Card)]


def words(card: Card) -> str:
    return text(Document((card,)))


def details(document: Document, kind: str) -> list[Details]:
    return [block for block in blocks(document) if isinstance(block, Details) and block.kind == kind]


def listed(document: Document) -> list[Item]:
    return [item for block in document.blocks if isinstance(block, ListBlock) for item in block.items]


# ---------------------------------------------------------------- the digest


def test_the_first_line_names_topic_date_and_how_many() -> None:
    seven = [entry(f"2405.0000{n}") for n in range(7)]
    document = digest(made(*seven[:3], left=tuple(seven[3:])), language="en")
    assert text(document).splitlines()[0] == "LLM · Mon 2 March · 3 of 7 papers"
    assert text(digest(made(*seven), language="en")).splitlines()[0] == "LLM · Mon 2 March · 7 papers"
    chinese = digest(made(*seven[:3], left=tuple(seven[3:])), language="zh")
    assert text(chinese).splitlines()[0] == "大语言模型 · 3 月 2 日（周一）· 3 / 7 篇"


def test_the_year_is_said_only_when_it_is_another_one() -> None:
    def head(today: date) -> str:
        return text(digest(made(entry()), language="en", today=today)).splitlines()[0]

    assert "2026" not in head(date(2026, 12, 31))
    assert "2 March 2026 (Mon)" in head(date(2027, 1, 1))


def test_many_topics_are_counted_in_the_first_line() -> None:
    topics = tuple(Topic(name=name, query=QUERY) for name in "ABCD")
    assert text(digest(made(entry(topics=("A",)), topics=topics), language="en")).startswith("A, B and 2 more · ")


def test_the_second_line_is_what_is_new_in_the_first_paper() -> None:
    first = entry(paper=paper(title="NV-Embed: Improved Techniques"))
    document = digest(made(first, entry("2")), language="en")
    assert text(document).splitlines()[1] == "Highlight: NV-Embed — twice as fast"


def test_a_headline_does_not_say_the_name_twice() -> None:
    first = entry(paper=paper(title="NV-Embed: Improved"), summary=summary(headline="NV-Embed tops MTEB"))
    assert text(digest(made(first), language="en")).splitlines()[1] == "Highlight: NV-Embed — tops MTEB"


def test_every_paper_has_one_line_and_then_a_card_of_the_same_number() -> None:
    document = digest(made(entry("1"), entry("2")), language="en")
    assert [item.number for item in listed(document)] == [1, 2]
    assert plain(listed(document)[1].spans) == "Title of 2 — twice as fast"
    assert [words(card).splitlines()[0] for card in cards(document)] == ["1. Title of 1", "2. Title of 2"]
    assert [card.key for card in cards(document)] == ["1", "2"]


def test_titles_are_one_line_a_paper_with_its_id_and_nothing_else() -> None:
    document = digest(made(entry("1"), entry("2")), language="en", layout="titles")
    assert not cards(document)
    assert [plain(item.spans) for item in listed(document)] == [
        "Title of 1 — twice as fast · 1",
        "Title of 2 — twice as fast · 2",
    ]
    assert all(isinstance(item.spans[0], Link) for item in listed(document))


def test_compact_has_no_takeaways_and_no_abstract() -> None:
    document = digest(made(entry()), language="en", layout="compact")
    assert not [block for block in blocks(document) if isinstance(block, Details)]
    assert "It is done twice as fast." in text(document)
    assert "Cool Papers" in text(document)


def test_full_has_takeaways_numbered_and_the_abstract() -> None:
    document = digest(made(entry()), language="en")
    (takeaways,) = details(document, "takeaways")
    assert text(Document(takeaways.blocks)) == "1. One.\n2. Two."
    (abstract,) = details(document, "abstract")
    assert text(Document(abstract.blocks)) == "We do it."
    assert not details(digest(made(entry()), language="en", abstracts=False), "abstract")


def test_what_was_left_is_listed_by_title_with_numbers_that_go_on() -> None:
    document = digest(made(entry("1"), left=(entry("2"), entry("3"))), language="en")
    (rest,) = details(document, "rest")
    assert plain(rest.summary) == "2 more, by title"
    assert text(Document(rest.blocks)) == "2. Title of 2 · 2\n3. Title of 3 · 3"
    assert {span.url for span in spans(Document(rest.blocks)) if isinstance(span, Link)} == {
        "https://arxiv.org/abs/2",
        "https://arxiv.org/abs/3",
    }


def test_papers_stand_under_their_first_topic_and_name_the_others() -> None:
    mixed = (entry("1", topics=("RAG",)), entry("2", topics=("LLM", "RAG")), entry("3", topics=("RAG",)))
    document = digest(made(*mixed, topics=(LLM, RAG)), language="en")
    sections = [plain(block.spans) for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    assert sections == ["LLM", "RAG"]
    assert [card.key for card in cards(document)] == ["2", "1", "3"]
    assert "also: RAG" in words(cards(document)[0])
    assert "also" not in words(cards(document)[1])


def test_one_topic_needs_no_section() -> None:
    assert not [b for b in digest(made(entry()), language="en").blocks if isinstance(b, Heading) and b.level == 2]


def test_replacements_come_last_with_their_version_and_what_the_author_says_of_it() -> None:
    replaced = entry(
        "1",
        kind=Kind.REPLACE,
        paper=paper("1", comment="WACV 2025 camera-ready, appendix added", version=5),
        announcement=Announcement(paper_id="1", date=MONDAY, version=4),
    )
    document = digest(made(replaced, entry("2")), language="en")
    assert [card.key for card in cards(document)] == ["2", "1"]
    before = document.blocks[document.blocks.index(cards(document)[1]) - 1]
    assert isinstance(before, Heading)
    assert plain(before.spans) == "Replaced"
    assert "Update v4: WACV 2025 camera-ready, appendix added" in words(cards(document)[1])


def test_a_replacement_of_unknown_version_claims_none() -> None:
    document = digest(made(entry("1", kind=Kind.REPLACE)), language="en")
    assert "Update" not in words(cards(document)[0])


# ---------------------------------------------------------------- a paper


def quiet(document: Document) -> str:
    block = next(block for block in cards(document)[0].blocks if isinstance(block, Paragraph) and block.quiet)
    return plain(block.spans)


def test_the_quiet_line_has_authors_id_category_comment_and_date() -> None:
    given = paper(
        version=3,
        authors=("Chankyu Lee", "Rajarshi Roy", "Mengyao Xu", "Wei Ping"),
        primary_category="cs.CL",
        comment="9 pages. ICLR 2025 (Spotlight). Code: https://github.com/a/b",
        published=datetime(2024, 5, 27, 23, tzinfo=UTC),
        updated=datetime(2025, 2, 25, tzinfo=UTC),
    )
    assert quiet(digest(made(entry(paper=given)), language="en")) == (
        "Chankyu Lee, Rajarshi Roy … Wei Ping (4) · 2405.17428v3 · cs.CL · ICLR 2025 (Spotlight)"
        " · 27 May 2024 · updated 25 February 2025"
    )
    assert quiet(digest(made(entry(paper=given)), language="zh")) == (
        "Chankyu Lee, Rajarshi Roy … Wei Ping（4）· 2405.17428v3 · cs.CL · ICLR 2025 (Spotlight)"
        " · 2024 年 5 月 27 日 · 更新于 2025 年 2 月 25 日"
    )


def test_what_the_source_did_not_give_is_absent() -> None:
    assert quiet(digest(made(entry(kind=None)), language="en")) == "A B · 2405.17428"
    assert "None" not in text(digest(made(entry(summary=None)), language="en"))


def test_a_first_version_was_not_updated() -> None:
    first, later = datetime(2024, 5, 27, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    for version, updated, said in ((1, later, False), (2, first, False), (2, later, True), (None, later, True)):
        given = paper(version=version, published=first, updated=updated)
        assert ("updated" in quiet(digest(made(entry(paper=given)), language="en"))) is said


def test_up_to_three_authors_are_all_named() -> None:
    assert quiet(digest(made(entry(paper=paper(authors=("A", "B", "C")))), language="en")).startswith("A, B, C · ")
    assert quiet(digest(made(entry(paper=paper(authors=()))), language="en")).startswith("authors not given · ")


def test_a_cross_list_says_so() -> None:
    assert "cross-list" in quiet(digest(made(entry(kind=Kind.CROSS)), language="en"))


def test_a_sentence_of_the_abstract_is_marked_as_one_and_counted() -> None:
    extractive = summary(method="extractive", tldr="We do it.")
    document = digest(made(entry(summary=extractive), entry("2")), language="en")
    assert "TL;DR · from the abstract: We do it." in text(document)
    assert "1 summary is made of sentences of the abstract" in text(document)
    assert "TL;DR · 原文摘句：We do it." in text(digest(made(entry(summary=extractive)), language="zh"))


def test_what_a_model_wrote_is_not_called_a_sentence_of_the_abstract() -> None:
    assert "from the abstract" not in text(digest(made(entry()), language="en"))
    assert "sentence" not in text(digest(made(entry()), language="en"))


def test_both_titles_are_shown_the_original_first() -> None:
    translated = summary(language="zh", title_translation="把LLM训练成嵌入模型", abstract_translation="我们做到了.")
    document = digest(made(entry(summary=translated)), language="zh")
    assert words(cards(document)[0]).splitlines()[:2] == ["Title of 2405.17428", "把 LLM 训练成嵌入模型"]
    (abstract,) = details(document, "abstract")
    assert text(Document(abstract.blocks)) == "We do it.\n译文\n我们做到了。"


def test_a_title_translated_into_itself_is_shown_once() -> None:
    same = summary(title_translation="title of 2405.17428")
    assert words(cards(digest(made(entry(summary=same)), language="en"))[0]).count("itle of 2405.17428") == 1


def test_links_are_arxivs_and_the_authors() -> None:
    given = paper(abstract="Code: https://github.com/a/b, https://huggingface.co/n/m, https://evil.example/x.")
    card = cards(digest(made(entry(paper=given)), language="en"))[0]
    row = card.blocks[-1]
    assert isinstance(row, Paragraph)
    assert plain(row.spans) == "PDF · HTML · code (a/b) · model (n/m) · Cool Papers"
    assert [span.url for span in row.spans if isinstance(span, Link)] == [
        "https://arxiv.org/pdf/2405.17428",
        "https://arxiv.org/html/2405.17428",
        "https://github.com/a/b",
        "https://huggingface.co/n/m",
        "https://papers.cool/arxiv/2405.17428",
    ]


def test_formulas_keep_their_source_for_renderers_that_can_draw_them() -> None:
    given = paper(title="On $x^2$", abstract=r"It takes $\mathcal{O}(n\log n)$ steps.")
    document = digest(made(entry(paper=given)), language="en")
    assert [span.source for span in spans(document) if isinstance(span, Math)] == ["x^2", r"\mathcal{O}(n\log n)"]


def test_no_latex_is_left_in_names_and_comments() -> None:
    given = paper(authors=(r"Andr\'e M\"uller",), comment=r"Accepted at \textit{ICML} 2026")
    assert quiet(digest(made(entry(paper=given)), language="en")).startswith("André Müller · ")
    assert "Accepted at ICML 2026" in quiet(digest(made(entry(paper=given)), language="en"))


# ---------------------------------------------------------------- notes and empty days


def test_notes_that_matter_come_before_the_papers_and_the_others_after() -> None:
    notes = (Note("no_model"), Note("feed_stale", {"feed_day": date(2026, 2, 27), "expected": MONDAY}))
    document = digest(made(entry(), notes=notes), language="en")
    lines = text(document).splitlines()
    assert lines[2].startswith("arXiv's feed is still that of 27 February 2026 (Fri)")
    assert lines.index("No model is set up: summaries are sentences of the abstracts, in English.") > lines.index(
        "PDF · HTML · Cool Papers"
    )


def test_a_quiet_day_and_a_day_without_a_match_are_different_things() -> None:
    quiet_day = digest(made(notes=(Note("nothing_announced", {"day": MONDAY}),)), language="en")
    assert text(quiet_day) == "arXiv announced nothing on 2 March 2026 (Mon), so there is nothing for LLM."
    no_match = digest(made(), language="en")
    assert text(no_match) == "Nothing that arXiv announced on 2 March 2026 (Mon) matches LLM."


def test_a_day_that_is_not_there_yet_is_not_called_empty() -> None:
    note = Note("future", {"day": MONDAY, "feed_day": date(2026, 2, 27)})
    assert text(digest(made(notes=(note,)), language="en")) == (
        "arXiv has not announced 2 March 2026 (Mon) yet; its latest announcement is that of 27 February 2026 (Fri)."
    )


def test_an_empty_day_still_says_what_went_wrong() -> None:
    document = digest(made(notes=(Note("feed_failed", {"reason": "refused"}),)), language="en")
    assert "could not be read (arXiv asked us to wait)" in text(document)


def test_the_footer_says_what_this_is_and_thanks_arxiv_in_its_own_words() -> None:
    for language in ("en", "zh", "ru"):
        assert text(digest(made(entry()), language=language)).splitlines()[-1] == ACKNOWLEDGEMENT
    assert "not for citing" in text(digest(made(entry()), language="en"))


# ---------------------------------------------------------------- on demand


def test_papers_on_demand_show_the_passages_and_how_many_were_found() -> None:
    checked = summary(checks=Checks(statements=3, supported=3))
    document = papers(Digest(entries=(entry(summary=checked),)), language="en")
    (evidence,) = details(document, "evidence")
    assert text(Document(evidence.blocks)) == "1. Sentence one.\n2. Sentence two."
    assert "Each of 3 statements has its passage in the source · from the abstract" in text(document)
    partly = summary(checks=Checks(statements=3, supported=2), source="html")
    assert "2 of 3 statements have" in text(papers(Digest(entries=(entry(summary=partly),)), language="en"))


def test_a_sentence_is_not_its_own_evidence() -> None:
    own = summary(method="extractive", tldr="Other.", takeaways=(Takeaway("Same.", "Same."),))
    assert not details(papers(Digest(entries=(entry(summary=own),)), language="en"), "evidence")


def test_one_paper_has_no_number_and_several_do() -> None:
    assert words(cards(papers(Digest(entries=(entry("1"),)), language="en"))[0]).startswith("Title of 1")
    several = papers(Digest(entries=(entry("1"), entry("2"))), language="en")
    assert [words(card).splitlines()[0] for card in cards(several)] == ["1. Title of 1", "2. Title of 2"]


def test_a_paper_without_an_abstract_does_not_say_its_title_three_times() -> None:
    bare = entry(
        paper=paper(title="On Nothing", abstract=""),
        summary=summary(method="extractive", headline="On Nothing", tldr="On Nothing", takeaways=()),
    )
    shown = text(digest(made(bare, entry()), language="en"))
    assert "On Nothing — On Nothing" not in shown
    assert "from the abstract: On Nothing" not in shown
    assert shown.count("On Nothing") == 2


def test_what_the_tldr_says_is_not_said_again() -> None:
    same = summary(method="extractive", tldr="Same.", takeaways=(Takeaway("Same.", "Same."), Takeaway("B.", "B.")))
    (takeaways,) = details(digest(made(entry(summary=same)), language="en"), "takeaways")
    assert text(Document(takeaways.blocks)) == "1. B."


def test_a_named_version_is_mentioned_and_honoured_in_the_links() -> None:
    note = Note("asked_version", {"id": "2405.17428", "asked": 1, "latest": 3})
    asked = entry(paper=paper(version=3), named=1)
    document = papers(Digest(entries=(asked,), notes=(note,)), language="en")
    assert quiet(document) == "A B · 2405.17428v3 (you asked for v1)"
    urls = [span.url for span in spans(document) if isinstance(span, Link)]
    assert urls[:4] == [
        f"https://arxiv.org/{which}"
        for which in ("abs/2405.17428", "abs/2405.17428v1", "pdf/2405.17428v1", "html/2405.17428v1")
    ]
    assert "you asked for v1; this is v3" not in text(document)


def test_a_version_that_is_not_there_is_said_in_a_note() -> None:
    note = Note("asked_version", {"id": "2405.17428", "asked": 9, "latest": 3})
    document = papers(Digest(entries=(entry(paper=paper(version=3)),), notes=(note,)), language="en")
    assert "2405.17428: you asked for v9; this is v3." in words(cards(document)[0])


def test_what_is_missing_is_said_first_and_what_concerns_a_paper_with_it() -> None:
    notes = (Note("withdrawn", {"id": "2"}), Note("not_found", {"id": "9"}))
    document = papers(Digest(entries=(entry("1"), entry("2")), notes=notes), language="en")
    assert text(document).splitlines()[0] == "arXiv does not know 9."
    assert "2 was withdrawn." in words(cards(document)[1])
    assert "withdrawn" not in words(cards(document)[0])


def test_nothing_to_show_is_said() -> None:
    assert text(papers(Digest(), language="en")) == "No paper to show."
    missing = papers(Digest(notes=(Note("not_found", {"id": "9"}),)), language="en")
    assert text(missing) == "arXiv does not know 9."


# ---------------------------------------------------------------- hostile and endless


def test_control_and_invisible_characters_of_papers_and_models_are_dropped() -> None:
    nasty = "a\x1b[31mb\x07c\u202ed\u200be\u2066f\x00g\nh"
    given = paper(title=nasty, authors=(nasty,), abstract=nasty, comment=nasty, primary_category="cs.CL")
    told = summary(
        headline=nasty, tldr=nasty, takeaways=(Takeaway(nasty + "t", nasty + "e"),), title_translation=nasty + "x"
    )
    document = papers(Digest(entries=(entry(paper=given, summary=told),)), language="en")
    everything = "".join(span.text for span in spans(document))
    assert not set("\x1b\x07\u202e\u200b\u2066\x00\n") & set(everything)
    assert "bcdefg h" in everything


def test_markup_in_titles_is_left_for_the_renderers_to_escape() -> None:
    given = entry(paper=paper(title="A | B *c* <b>d</b>"))
    assert "\nA | B *c* <b>d</b>\n" in text(digest(made(given), language="en"))


def test_nothing_from_a_paper_is_endless() -> None:
    given = paper(
        title="word " * 1_000,
        authors=tuple(f"Author {n} {'x' * 200}" for n in range(3_000)),
        abstract="word " * 40_000,
        comment="word " * 1_000,
    )
    told = summary(
        headline="word " * 500,
        tldr="word " * 5_000,
        takeaways=tuple(Takeaway("other " * 5_000, "word " * 5_000) for _ in range(500)),
    )
    document = digest(made(entry(paper=given, summary=told)), language="en")
    title = words(cards(document)[0]).splitlines()[0]
    assert len(title) <= 303
    assert title.endswith("word…")
    assert quiet(document).count("Author") == 3
    assert "(3000)" in quiet(document)
    assert len(text(document)) < 150_000


# ---------------------------------------------------------------- how it looks


def golden(language: str) -> Document:
    """Three reference papers, with summaries by hand: one of a model, one of the abstract, one replaced."""
    first, second, third = (
        Paper(**{**row, "authors": tuple(row["authors"])})
        for row in json.loads((GOLDEN / "papers.json").read_text(encoding="utf-8"))
    )
    chinese = language == "zh"
    told = Summary(
        paper_id=first.id,
        version=None,
        language="zh" if chinese else "en",
        depth="brief",
        source="abstract",
        method="llm",
        model="a-model",
        headline="两度登顶MTEB排行榜(56个任务)" if chinese else "No. 1 on the MTEB leaderboard, twice (56 tasks)",
        tldr="通过潜在注意力池化、去掉因果掩码、两阶段指令微调与数据构建,NV-Embed-v1、v2先后登上MTEB排行榜(56个任务)第1名."
        if chinese
        else "Latent-attention pooling, no causal mask in contrastive training and two-stage instruction tuning"
        " took NV-Embed-v1 and v2 to No. 1 on the MTEB leaderboard (56 tasks).",
        takeaways=(
            Takeaway(
                "潜在注意力层优于平均池化和取末尾token." if chinese else "A latent attention layer beats mean pooling.",
                "For model architecture, we propose a latent attention layer to obtain pooled embeddings.",
            ),
            Takeaway(
                "对比训练时去掉因果掩码." if chinese else "The causal mask is removed in contrastive training.",
                "To enhance representation learning, we remove the causal attention mask of LLMs.",
            ),
        ),
        title_translation="NV-Embed:把LLM训练成通用嵌入模型的改进技术" if chinese else None,
        checks=Checks(statements=3, supported=3),
    )
    sentence = "The model weights, instruction sets, and code are publicly available."
    taken = Summary(
        paper_id=second.id,
        version=None,
        language="en",
        depth="brief",
        source="abstract",
        method="extractive",
        headline="weights, instruction sets and code are public",
        tldr=sentence,
        takeaways=(Takeaway(sentence, sentence),),
    )
    entries = (
        Entry(
            paper=third,
            topics=("LLM",),
            kind=Kind.REPLACE,
            announcement=Announcement(paper_id=third.id, date=MONDAY, version=2),
        ),
        Entry(paper=first, topics=("LLM", "RAG"), kind=Kind.NEW, summary=told),
        Entry(paper=second, topics=("LLM",), kind=Kind.CROSS, summary=taken),
    )
    left = (Entry(paper=paper("2603.00001", title="Another paper: with a title"), topics=("RAG",)),)
    notes = (Note("late", {"count": 1, "day": MONDAY}), Note("fell_back", {"count": 1, "reason": "timed_out"}))
    return digest(Digest(topics=(LLM, RAG), date=MONDAY, entries=entries, left=left, notes=notes), language=language)


def rendered() -> dict[str, str]:
    texts = {
        f"digest.{language}.txt": console(environ={}, width=100).render(golden(language)) for language in ("en", "zh")
    }
    return {**texts, "digest.zh.md": markdown().render(golden("zh"))}


def write_golden() -> None:
    """See tests/data/golden/README.md."""
    for name, content in rendered().items():
        (GOLDEN / name).write_text(content, encoding="utf-8")


@pytest.mark.parametrize("name", ["digest.en.txt", "digest.zh.txt", "digest.zh.md"])
def test_the_digest_looks_as_it_was_approved(name: str) -> None:
    assert rendered()[name] == (GOLDEN / name).read_text(encoding="utf-8")
