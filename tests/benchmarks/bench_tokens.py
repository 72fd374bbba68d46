"""Tokens a paper costs, in brief, in depth, asked and compared, beside a plain "summarize this"; calls a paper.

The seven papers of tests/data/reference through the test server; the whole text is a made one of 30,000 tokens. Tokens
are our estimate (four characters each, one a Han character): about right for any tokenizer, the same for all rows.
"""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from pathlib import Path

from bot.full import Full, Section, SectionKind
from bot.fulltext.choice import tokens
from bot.glossary.reading import shipped
from bot.models import Depth, Paper
from bot.questions import prompt as asking
from bot.questions.passages import excerpt, of_two
from bot.questions.words import wanted
from bot.summaries import prompt
from bot.summaries.deep import deep_source
from tests.fakes.openai import FakeOpenAI
from tests.fakes.summarizing import summarizer

PAGE = Path(__file__).parent.parent / "data" / "reference" / "page.json"
KINDS = (SectionKind.INTRODUCTION, SectionKind.METHOD, SectionKind.RESULTS, SectionKind.CONCLUSION)


def main() -> None:
    """Print a row a way of asking."""
    rows = json.loads(PAGE.read_text(encoding="utf-8"))
    papers = [Paper(id=row["arxiv_id"], title=row["title"], authors=(), abstract=row["abstract"]) for row in rows]
    plain = [tokens(f"Summarize this paper:\n{paper.title}\n{paper.abstract}") for paper in papers]
    print(f"{'summarize this':>22}: {_mean(plain):6.0f} in")
    for language in ("en", "zh"):
        for depth, full in (("brief", None), ("deep", None), ("deep", _full())):
            _row(papers, language, "deep" if depth == "deep" else "brief", full)
        _questions(papers, language)
    print(f"{'calls a paper':>22}: {asyncio.run(_calls(papers)):.2f}, when nothing fails")


def _row(papers: list[Paper], language: str, depth: Depth, full: Full | None) -> None:
    glossary = shipped(language)
    whole, fixed = [], []
    for paper in papers:
        source = deep_source(paper, full) if depth == "deep" else prompt.source(paper)
        terms = {"terms": glossary.found(source.text)} if glossary else {}
        system, user = prompt.messages(source, language=language, depth=depth, **terms)
        fixed.append(tokens(system["content"]))
        whole.append(fixed[-1] + tokens(user["content"]))
    name = f"{depth} {language}{', whole text' if full else ''}"
    print(f"{name:>22}: {_mean(whole):6.0f} in, {_mean(fixed):.0f} of them the same for every paper (cached)")


def _questions(papers: list[Paper], language: str) -> None:
    """A question to each paper, and each set beside the next one."""
    full = _full()
    asked = [excerpt(paper, full, wanted("Which sampler draws the edges?")).source for paper in papers]
    pairs = [of_two((one, full), (other, full)) for one, other in pairwise(papers)]
    for name, conversations in (
        ("question", [asking.messages(each, "Which sampler draws the edges?", language=language) for each in asked]),
        ("compare", [asking.contrast_messages(a.source, b.source, language=language) for a, b in pairs]),
    ):
        fixed = [tokens(system["content"]) for system, _ in conversations]
        whole = [tokens(system["content"]) + tokens(user["content"]) for system, user in conversations]
        told = f"{_mean(whole):6.0f} in, {_mean(fixed):.0f} of them the same for every paper (cached)"
        print(f"{f'{name} {language}, whole text':>22}: {told}")


async def _calls(papers: list[Paper]) -> float:
    with FakeOpenAI() as server:
        async with summarizer(server) as model:
            for paper in papers:
                await model.summarize(paper, language="zh")
        return len(server.calls) / len(papers)


def _full() -> Full:
    sentence = "The sampler draws edges in proportion to their influence on the loss of the node they lead to. "
    return Full(
        source="html",
        title="",
        sections=tuple(Section(title=kind.value, kind=kind, paragraphs=(sentence * 15,) * 20) for kind in KINDS),
    )


def _mean(values: list[int]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
