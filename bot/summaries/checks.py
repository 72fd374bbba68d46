"""What a model said, held against its paper: what stands, what is dropped, what to tell the model. Pure.

A statement fails by what would mislead (a number, a name, an address, the wrong language, no passage); it is poor by
what would bore (a repetition). One failing statement asks for a second answer; after that it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from bot.models import Checks, Takeaway
from bot.summaries import names, numbers, phrasing, script
from bot.summaries.answer import Answer, Point
from bot.summaries.prompt import MAX_TAKEAWAYS, Source, is_translated

MIN_TAKEAWAYS: Final = 3
LONG_ABSTRACT: Final = 5
"""Sentences from which an abstract has three things to take away."""

MAX_PROBLEMS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is left of an answer, and what was wrong with it.

    `will_do`: it may be shown. `wants_retry`: a second answer is worth a call. `problems` are in English, for the model
    that is asked again, for operators and tests.
    """

    headline: str
    tldr: str
    takeaways: tuple[Takeaway, ...]
    title_translation: str | None
    abstract_translation: str | None
    checks: Checks
    problems: tuple[str, ...]
    will_do: bool
    wants_retry: bool

    @property
    def rank(self) -> tuple[int, int]:
        """The greater, the better of two verdicts that will do."""
        return len(self.takeaways), -len(self.problems)


@dataclass(frozen=True, slots=True)
class _Ground:
    """The paper, prepared for looking things up."""

    source: Source
    language: str
    numbers: numbers.Known
    names: names.Known
    stems: frozenset[str]


Rule = Callable[[str, _Ground], str | None]
"""What is wrong with a statement, to be said after its place; None if nothing."""


def _numbers(text: str, ground: _Ground) -> str | None:
    return _listed("the sentences do not have the number", numbers.missing(text, ground.numbers))


def _names(text: str, ground: _Ground) -> str | None:
    return _listed("the sentences do not have the name", names.missing(text, ground.names))


def _addresses(text: str, ground: _Ground) -> str | None:
    found = phrasing.forbidden(text, ground.source.text)
    return f"it holds {found}" if found else None


def _language(text: str, ground: _Ground) -> str | None:
    return None if script.is_plausible(text, ground.language) else f"it is not in the language [{ground.language}]"


def _subject(text: str, ground: _Ground) -> str | None:
    """Only where statement and paper are in one language: it must speak of what the paper speaks of."""
    stems = _stems(text)
    if is_translated(ground.language) or len(stems) < 4 or len(stems & ground.stems) >= len(stems) / 3:
        return None
    return "it speaks of something else than the sentences"


FAILS: Final[tuple[Rule, ...]] = (_language, _addresses, _numbers, _names, _subject)
"""Asked of every statement, in this order; the first that answers is the problem."""


def check(answer: Answer, source: Source, *, language: str) -> Verdict:
    """`answer` against the paper it should be about."""
    text = source.text
    ground = _Ground(source, language, numbers.known(text), names.known(text), _stems(text))
    failed: list[str] = []
    poor: list[str] = []

    is_other = not _same_title(answer.title, source.title)
    if is_other:
        failed.append("title: it is not the title of this paper; summarize the paper between the markers")
    tldr = phrasing.tidy(answer.tldr)
    tldr_problem = _problem(tldr, ground)
    if tldr_problem:
        failed.append(f"tldr: {tldr_problem}")
    elif phrasing.VOICE.search(tldr):
        poor.append('tldr: it speaks of "the paper" or "we" instead of the facts')

    takeaways, lost = _takeaways(answer.takeaways, tldr, ground)
    failed += lost.failed
    poor += lost.poor
    least = MIN_TAKEAWAYS if len(source.sentences) >= LONG_ABSTRACT else 0
    if len(takeaways) < least:
        failed.append(f"takeaways: {len(takeaways)} usable, at least {least} different ones are needed")

    headline = phrasing.tidy(answer.headline)
    headline_problem = _problem(headline, ground)
    if headline_problem:
        failed.append(f"headline: {headline_problem}")
        headline = tldr
    elif not phrasing.fits(headline):
        poor.append("headline: it is too long")

    translated = is_translated(language)
    title, abstract = (
        _translation(name, given, ground, failed=failed, poor=poor) if translated else None
        for name, given in (
            ("title_translation", answer.title_translation),
            ("abstract_translation", answer.abstract_translation),
        )
    )
    will_do = not (is_other or tldr_problem) and len(takeaways) >= least
    problems = tuple((*failed, *poor)[:MAX_PROBLEMS])
    return Verdict(
        headline=phrasing.fitted(headline),
        tldr=tldr,
        takeaways=takeaways,
        title_translation=title,
        abstract_translation=abstract,
        checks=Checks(
            statements=1 + len(takeaways),
            supported=len(takeaways) + (tldr_problem is None),
            dropped=lost.dropped + (headline_problem is not None),
            problems=problems,
        ),
        problems=problems,
        will_do=will_do,
        wants_retry=bool(failed),
    )


# ---------------------------------------------------------------- takeaways


@dataclass(frozen=True, slots=True)
class _Lost:
    failed: tuple[str, ...]
    poor: tuple[str, ...]

    @property
    def dropped(self) -> int:
        return len(self.failed) + len(self.poor)


def _takeaways(points: Iterable[Point], tldr: str, ground: _Ground) -> tuple[tuple[Takeaway, ...], _Lost]:
    """Those that stand, at most MAX_TAKEAWAYS, in order."""
    kept: list[Takeaway] = []
    failed: list[str] = []
    poor: list[str] = []
    for number, point in enumerate(points, 1):
        text = phrasing.tidy(point.text)
        problem = _problem(text, ground)
        evidence = None if problem else _evidence(point, text, ground)
        if problem or evidence is None:
            failed.append(f"takeaway {number}: {problem or 'no sentence says it'}")
        elif any(repeats(text, other) for other in (tldr, *(each.text for each in kept))):
            poor.append(f"takeaway {number}: it repeats the tldr or another takeaway")
        elif len(kept) < MAX_TAKEAWAYS:
            kept.append(Takeaway(text, evidence))
    return tuple(kept), _Lost(tuple(failed), tuple(poor))


def repeats(text: str, other: str) -> bool:
    """Whether half of `text` or more stands in `other` as one run (letters and digits alone are compared)."""
    mine, theirs = _letters(text), _letters(other)
    half = (len(mine) + 1) // 2
    return any(mine[start : start + half] in theirs for start in range(len(mine) - half + 1))


def _evidence(point: Point, text: str, ground: _Ground) -> str | None:
    """The sentences of the source, verbatim, that `point` rests on; those that hold its numbers are added."""
    sentences = ground.source.sentences
    chosen = [number - 1 for number in point.sentences if 1 <= number <= len(sentences)]
    if not chosen:
        found = _quoted(point.quote, sentences) if point.quote else _nearest(text, sentences)
        if found is None:
            return None
        chosen = [found]
    if not is_translated(ground.language) and not any(_stems(text) & _stems(sentences[index]) for index in chosen):
        found = _nearest(text, sentences)
        if found is None:
            return None
        chosen = [found]
    return _joined(sorted({*chosen, *_with_numbers(text, chosen, sentences)}), sentences)


def _with_numbers(text: str, chosen: Sequence[int], sentences: Sequence[str]) -> list[int]:
    """The sentences that have those numbers of `text` which the chosen ones lack."""
    added: list[int] = []
    if not numbers.missing(text, numbers.NONE):
        return added
    have = numbers.known(" ".join(sentences[index] for index in chosen))
    for index, sentence in enumerate(sentences):
        if not (lacking := numbers.missing(text, have)):
            break
        more = have | numbers.known(sentence)
        if len(numbers.missing(text, more)) < len(lacking):
            added.append(index)
            have = more
    return added


def _joined(indices: Sequence[int], sentences: Sequence[str]) -> str:
    """Neighbours as they stand; what lies apart with an ellipsis between."""
    text = sentences[indices[0]]
    for before, index in pairwise(indices):
        text += (" " if index == before + 1 else " … ") + sentences[index]
    return text


def _quoted(quote: str, sentences: Sequence[str]) -> int | None:
    """The sentence a quotation comes from, small slips forgiven."""
    wanted = _letters(quote)
    for index, sentence in enumerate(sentences):
        has = _letters(sentence)
        if len(wanted) >= 20 and wanted in has:
            return index
        if SequenceMatcher(None, wanted, has, autojunk=False).ratio() >= 0.85:
            return index
    return None


def _nearest(text: str, sentences: Sequence[str]) -> int | None:
    """The sentence that shares most words with `text`, if it shares some; in another language those are names."""
    stems = _stems(text)
    best = max(range(len(sentences)), key=lambda index: len(stems & _stems(sentences[index])))
    return best if len(stems & _stems(sentences[best])) >= 2 else None


# ---------------------------------------------------------------- pieces


def _translation(name: str, given: str | None, ground: _Ground, *, failed: list[str], poor: list[str]) -> str | None:
    """A translation if it can be one. The paper's own addresses are taken out of it, not held against it."""
    if given is None or given == ground.source.title:
        poor.append(f"{name}: it is missing")
        return None
    text = phrasing.without_addresses(phrasing.unmarked(given))
    if problem := _language(text, ground):
        failed.append(f"{name}: {problem}")
        return None
    if problem := _numbers(text, ground):  # not worth a second call: it is left out
        poor.append(f"{name}: {problem}")
        return None
    return text


def _problem(text: str, ground: _Ground) -> str | None:
    return next((problem for rule in FAILS if (problem := rule(text, ground))), None)


def _listed(what: str, found: Sequence[str]) -> str | None:
    return f"{what} {', '.join(found[:4])}" if found else None


def _same_title(copy: str | None, title: str) -> bool:
    """Whether `copy` is this title. None is no other title: some models leave it out."""
    if copy is None:
        return True
    mine, theirs = _letters(title), _letters(copy)
    return mine.startswith(theirs[:20]) or SequenceMatcher(None, mine, theirs, autojunk=False).ratio() >= 0.6


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _stems(text: str) -> frozenset[str]:
    """Content words by their first five letters, names and numbers whole: enough to see what a text is about."""
    words = re.findall(r"[a-z0-9]{4,}|[a-z]*\d[a-z0-9]*", text.lower())
    return frozenset(word[:5] for word in words) - _EMPTY


_EMPTY: Final = frozenset({
    "that", "this", "with", "from", "have", "been", "were", "which", "their", "these", "those", "than", "then",
    "they", "when", "where", "while", "also", "into", "such", "more", "most", "other", "using", "based", "over",
    "under", "only", "both", "each", "some", "many", "very"
})  # fmt: skip
