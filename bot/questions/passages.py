"""The passages of a paper nearest to a question: sentences weighed by its words (BM25) and their neighbours. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Final

from bot.full import Full
from bot.fulltext.choice import tokens
from bot.models import Paper
from bot.questions.words import Wanted, stemmed
from bot.summaries import cells
from bot.summaries.candidates import harmless
from bot.summaries.deep import deep_source, whole_source
from bot.summaries.evidence import shown
from bot.summaries.prompt import Source
from bot.topics.bm25 import K1, B

BUDGET: Final = 8_000
"""Tokens of a paper that are read for one question: two thirds of a deep summary's."""

NEAR_SHARE: Final = 0.6
"""The part of the budget for what is near the question; the rest goes to what any question may be about."""

AROUND: Final = (-1, 1, 2)
"""Which neighbours of a sentence are read with it."""

LEAST: Final = 0.5
"""The part of what a question asks about, by weight, that a passage must have to be shown as it is."""

MOST_SHOWN: Final = 3
MOST_LINES: Final = 12_000
"""Sentences and table rows of one paper that are weighed; a book has fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is read of a paper: `places` are those of its sentences in the whole, where neighbours really are some."""

    source: Source
    places: tuple[int, ...]

    def shown(self, indices: Sequence[int], text: str = "") -> str:
        """The sentences at `indices` as one passage to rest `text` on: an ellipsis wherever something stands between.

        A table's row is shown with its heading and caption.
        """
        lines = cells.said(indices, self.source, text)
        runs: list[list[int]] = []
        for index in lines:
            if runs and self._follows(runs[-1][-1], index):
                runs[-1].append(index)
            else:
                runs.append([index])
        return " … ".join(said for run in runs if (said := shown(run, lines)))

    def read(self, index: int) -> str:
        """A sentence; a row with the caption and the headings it stands below."""
        return cells.context(index, self.source)

    def section(self, index: int) -> str:
        """Where a sentence stands, as the paper calls it; '' for the abstract."""
        return self.source.sections[index] if self.source.sections else ""

    def sections(self, indices: Sequence[int]) -> str:
        """Where the sentences at `indices` stand, as readers are told; '' for the abstract, and where nothing says."""
        labels = dict.fromkeys(self.section(index) for index in indices)
        return ", ".join(told for label in labels if (told := harmless(label)) not in {"", "…"})

    def _follows(self, before: int, index: int) -> bool:
        return (
            index == before + 1
            and self.places[index] == self.places[before] + 1
            and self.section(index) == self.section(before)
        )


@dataclass(frozen=True, slots=True)
class Near:
    """A sentence that answers to the words of a question: how much, and to which part of what is asked about."""

    index: int
    score: float
    share: float


def everything(paper: Paper, full: Full | None) -> Excerpt:
    """All of a paper."""
    source = whole_source(paper, full)
    if source.sections:
        source = replace(
            source,
            sentences=source.sentences[:MOST_LINES],
            sections=source.sections[:MOST_LINES],
            heads={row: heads for row, heads in source.heads.items() if row < MOST_LINES},
        )
    return Excerpt(source=source, places=tuple(range(len(source.sentences))))


def nearest(excerpt: Excerpt, wanted: Wanted) -> list[Near]:
    """The sentences that have some word of `wanted`, or stand below one; the nearest first, of equals the earlier."""
    lines = [Counter(stemmed(excerpt.read(index))) for index in range(len(excerpt.places))]
    if not lines or not wanted.weights:
        return []
    worth = _worth(lines, wanted.weights)
    weights = {stem: weight * worth[stem] for stem, weight in wanted.weights.items()}
    things = [(max(worth.get(stem, 0.0) for stem in thing), thing) for thing in wanted.things]
    whole = sum(weight for weight, _ in things) or 1.0
    average = sum(line.total() for line in lines) / len(lines) or 1.0
    own = [_bm25(line, weights, average) for line in lines]
    found = []
    for index, line in enumerate(lines):
        above = set(stemmed(excerpt.section(index)))
        heading = sum(weight for stem, weight in weights.items() if stem in above)
        if not own[index] and not heading:
            continue
        beside = sum(own[at] for at in (index - 1, index + 1) if _beside(excerpt, index, at))
        share = sum(weight for weight, thing in things if not thing.isdisjoint(line.keys() | above)) / whole
        found.append(Near(index, own[index] + 0.25 * beside + 0.5 * heading, share))
    return sorted(found, key=lambda near: (-near.score, near.index))


def telling(excerpt: Excerpt, wanted: Wanted) -> list[int]:
    """The few sentences to show as they are, in the paper's order; none if none has enough of what was asked."""
    near = [each for each in nearest(excerpt, wanted) if each.share >= LEAST]
    kept: list[int] = []
    for each in near:
        if len(kept) < MOST_SHOWN and excerpt.shown([each.index]) and each.score >= near[0].score / 3:
            kept.append(each.index)
    return sorted(kept)


def excerpt(paper: Paper, full: Full | None, wanted: Wanted, *, budget: int = BUDGET) -> Excerpt:
    """What to read of `paper` to answer: its abstract, what is near the question, and what `choose` takes first."""
    whole = everything(paper, full)
    if full is None:
        return whole
    sentences = whole.source.sentences
    chosen = {index for index, label in enumerate(whole.source.sections) if not label}
    left = int(budget * NEAR_SHARE)
    for near in nearest(whole, wanted):
        window = (near.index, *(near.index + step for step in AROUND))
        for at in (each for each in window if each == near.index or _beside(whole, near.index, each)):
            new = {at, *whole.source.heads.get(at, ())} - chosen
            cost = sum(tokens(sentences[each]) + 3 for each in new)
            if cost <= left:
                chosen |= new
                left -= cost
        if left < 20:
            break
    rest = left + budget - int(budget * NEAR_SHARE)
    first = deep_source(paper, full, budget=rest)
    usual = Counter(zip(first.sentences, first.sections, strict=True))
    for index, pair in enumerate(zip(sentences, whole.source.sections, strict=True)):
        if usual[pair]:  # a text may say the same a thousand times: it is read as often as it was chosen
            usual[pair] -= 1
            chosen.add(index)
    return only(whole, chosen)


def of_two(*papers: tuple[Paper, Full | None], budget: int = BUDGET) -> tuple[Excerpt, ...]:
    """What to read of each of several papers to set them side by side: what `choose` takes, at most `budget` each.

    Of a section it takes the beginning: what is chosen of one stands together.
    """
    made = (deep_source(paper, full, budget=budget) for paper, full in papers)
    return tuple(Excerpt(source=source, places=tuple(range(len(source.sentences)))) for source in made)


def only(whole: Excerpt, chosen: Iterable[int]) -> Excerpt:
    """The sentences at `chosen` alone."""
    kept = sorted(chosen)
    new = {index: place for place, index in enumerate(kept)}
    source = replace(
        whole.source,
        heads={
            new[row]: tuple(new[head] for head in heads if head in new)
            for row, heads in whole.source.heads.items()
            if row in new
        },
        sentences=tuple(whole.source.sentences[each] for each in kept),
        sections=tuple(whole.source.sections[each] for each in kept) if whole.source.sections else (),
    )
    return Excerpt(source=source, places=tuple(whole.places[each] for each in kept))


def _worth(lines: Sequence[Mapping[str, int]], stems: Iterable[str]) -> dict[str, float]:
    """What a word is worth: the rarer in this paper the more; one it does not have, more than the rarest."""
    having = {stem: sum(stem in line for line in lines) for stem in stems}
    return {stem: log(1 + (len(lines) - count + 0.5) / (count + 0.5)) for stem, count in having.items()}


def _bm25(line: Counter[str], weights: Mapping[str, float], average: float) -> float:
    long = K1 * (1 - B + B * line.total() / average)
    return sum(weight * line[stem] * (K1 + 1) / (line[stem] + long) for stem, weight in weights.items() if stem in line)


def _beside(excerpt: Excerpt, index: int, other: int) -> bool:
    """Whether `other` is a sentence of the same section."""
    return 0 <= other < len(excerpt.places) and excerpt.section(index) == excerpt.section(other)
