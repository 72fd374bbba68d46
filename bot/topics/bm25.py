"""How well papers answer words, weighed against the other papers of the day: Okapi BM25. Pure.

Source: S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), 3.5; the weight of
a word is Lucene's, which is never negative: ln(1 + (N - n + 0.5) / (n + 0.5)).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log
from typing import Final

from bot.topics.prepared import Prepared
from bot.topics.tree import Words

K1: Final = 1.2
"""How soon a word said again stops to count."""

B: Final = 0.75
"""How much its length is held against a paper."""


class Corpus:
    """The papers of a day. A phrase is weighed like a word; a word of the title counts twice."""

    def __init__(self, papers: Sequence[Prepared]) -> None:
        self._papers = papers
        self._average = sum(paper.length for paper in papers) / len(papers) if papers else 0.0
        self._weights: dict[tuple[str, str, bool], float] = {}

    def score(self, paper: Prepared, terms: Iterable[Words]) -> float:
        """0.0 where none of `terms` is in `paper`; more is better."""
        return sum((self._score(paper, term) for term in terms), 0.0)

    def _score(self, paper: Prepared, term: Words) -> float:
        often = count(paper, term)
        if not often:
            return 0.0
        length = paper.length / self._average if self._average else 1.0
        return self._weight(term) * often * (K1 + 1) / (often + K1 * (1 - B + B * length))

    def _weight(self, term: Words) -> float:
        key = (term.where, term.needle, term.prefix)
        if key not in self._weights:
            having = sum(term.matches(paper) for paper in self._papers)
            self._weights[key] = log(1 + (len(self._papers) - having + 0.5) / (having + 0.5))
        return self._weights[key]


def count(paper: Prepared, term: Words) -> int:
    """How often `term` stands in the field it asks for; in the title twice."""
    needles = [term.needle]
    if term.prefix and not term.singular.startswith(term.needle):
        needles.append(term.singular)
    match term.where:
        case "":
            texts: tuple[str, ...] = (paper.title, paper.title, paper.abstract)
        case "ti":
            texts = (paper.title, paper.title)
        case "abs":
            texts = (paper.abstract,)
        case "co":
            texts = (paper.comment,)
        case "all":
            texts = (paper.title, paper.everything)
    return sum(text.count(needle) for text in texts for needle in needles)
