"""What a model said, held against its paper: what stands, what is dropped, what to tell the model. Pure.

A statement fails by what would mislead (a number, a name, an address, the wrong language, a direction turned round, no
passage); it is poor by what would bore (a repetition). What can simply be put right is, without asking again: terms,
typography, an empty opening. One failing statement asks for a second answer; after that it is left out. What is wrong
with the whole (a result that is missing, a term that has to be said again) asks as well, but drops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from bot.glossary.terms import NOTHING, Found
from bot.models import Checks, Part, SummaryPart, Takeaway
from bot.summaries import attributed, cells, evidence, facts, meaning, phrasing, rules, units
from bot.summaries.answer import Answer, Point
from bot.summaries.candidates import harmless
from bot.summaries.editing import Editor
from bot.summaries.prompt import MAX_TAKEAWAYS, Source, is_translated
from bot.summaries.rules import Ground
from bot.summaries.sentences import sentences
from bot.summaries.words import letters

MIN_TAKEAWAYS: Final = 3
LONG_ABSTRACT: Final = 5
"""Sentences from which an abstract has three things to take away."""

MOST: Final[Mapping[Part, int]] = {"problem": 2, "method": 3, "results": 4, "limitations": 2, "readers": 1}
"""Statements of each part of a deep summary."""

MAX_PROBLEMS: Final = 12
VOICE: Final = 'it speaks of "the paper" or "we" instead of the facts'


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is left of an answer, and what was wrong with it.

    `will_do`: it may be shown. `wants_retry`: a second answer is worth a call. `problems` are in English, for the model
    that is asked again, for operators and tests.
    """

    headline: str
    tldr: str
    takeaways: tuple[Takeaway, ...]
    parts: tuple[SummaryPart, ...]
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


@dataclass(slots=True)
class _Trouble:
    """Problems by what follows from them: `failed` statements, what is to be said `again`, what is merely `poor`."""

    failed: list[str]
    again: list[str]
    poor: list[str]
    dropped: int = 0

    @property
    def all(self) -> tuple[str, ...]:
        return tuple((*self.failed, *self.again, *self.poor)[:MAX_PROBLEMS])


def check(answer: Answer, source: Source, *, language: str, terms: Found = NOTHING) -> Verdict:
    """`answer` against the paper it should be about, whose glossary terms are `terms`."""
    ground = rules.ground(source, language=language, terms=terms)
    editor = Editor(ground)
    trouble = _Trouble([], [], [])

    is_other = not _same_title(answer.title, source.title)
    if is_other and is_translated(language) and answer.title and not answer.title.isascii():
        is_other = False  # translated, which says nothing of another paper
        trouble.again.append("title: it is translated; copy it unchanged")
    elif is_other:
        trouble.failed.append("title: it is not the title of this paper; summarize the paper between the markers")
    tldr = editor.said(answer.tldr, "tldr")
    tldr_problem = rules.problem(tldr, ground)
    if tldr_problem:
        trouble.failed.append(f"tldr: {tldr_problem}")
        if before := _standing(tldr, ground):  # what is left if no better answer comes
            trouble.dropped += 1
            tldr, tldr_problem = before, None
    if not tldr_problem:
        short = _scannable(tldr, answer, source)
        editor.repaired += short != tldr
        tldr = short
        if phrasing.VOICE.search(tldr):
            trouble.again.append(f"tldr: {VOICE}")

    takeaways, parts = _statements(answer, tldr, ground, editor, trouble)
    least = MIN_TAKEAWAYS if len(source.sentences) >= LONG_ABSTRACT else 0
    if len(takeaways) < least:
        trouble.failed.append(f"takeaways: {len(takeaways)} usable, at least {least} different ones are needed")
    if not tldr_problem:
        told = facts.untold(facts.headline(source.abstract), [tldr, *(each.text for each in takeaways)])
        trouble.again += [f"tldr or takeaways: {problem}" for problem in told]

    headline = _headline(answer.headline, tldr, ground, editor, trouble)
    title, abstract = _translations(answer, ground, editor, trouble) if is_translated(language) else (None, None)
    trouble.again += editor.again
    will_do = not (is_other or tldr_problem) and len(takeaways) >= least
    return Verdict(
        headline=phrasing.fitted(headline),
        tldr=tldr,
        takeaways=takeaways,
        parts=parts,
        title_translation=title,
        abstract_translation=abstract,
        checks=Checks(
            statements=1 + len(takeaways),
            supported=len(takeaways) + (tldr_problem is None),
            dropped=trouble.dropped,
            repaired=editor.repaired,
            problems=trouble.all,
        ),
        problems=trouble.all,
        will_do=will_do,
        wants_retry=bool(trouble.failed or trouble.again),
    )


def repeats(text: str, other: str) -> bool:
    """Whether half of `text` or more stands in `other` as one run (letters and digits alone are compared)."""
    mine, theirs = letters(text), letters(other)
    half = (len(mine) + 1) // 2
    return any(mine[start : start + half] in theirs for start in range(len(mine) - half + 1))


# ---------------------------------------------------------------- pieces


def _standing(tldr: str, ground: Ground) -> str | None:
    """The first sentences of a `tldr` that fails, as far as they stand: a later one may rest on the one that falls.

    None if it holds an address or an order, whichever sentence does: that may be the paper's will, not the model's.
    """
    if rules.addresses(tldr, ground):
        return None
    standing = None
    for before in phrasing.beginnings(tldr)[:-1]:
        if rules.problem(before, ground):
            break
        standing = before
    return standing


def _scannable(tldr: str, answer: Answer, source: Source) -> str:
    """`tldr` as long as people read in passing, if no result of the paper is lost with the rest."""
    short = phrasing.scannable(tldr, deep=bool(answer.parts))
    results = facts.headline(source.abstract)
    said = [point.text for _, points in (*answer.parts, (None, answer.takeaways)) for point in points]
    lost = len(facts.untold(results, [short, *said])) > len(facts.untold(results, [tldr, *said]))
    return tldr if lost else short


def _statements(
    answer: Answer, tldr: str, ground: Ground, editor: Editor, trouble: _Trouble
) -> tuple[tuple[Takeaway, ...], tuple[SummaryPart, ...]]:
    """The statements that stand, in order; and by part, where the answer has parts."""
    kept: list[Takeaway] = []
    parts: list[SummaryPart] = []
    groups: Iterable[tuple[Part | None, tuple[Point, ...]]] = answer.parts or [(None, answer.takeaways)]
    for kind, points in groups:
        before = len(kept)
        most = MAX_TAKEAWAYS if kind is None else MOST[kind]
        said = (tldr, *(each.text for each in kept))
        sieve = _Sieve(said=said, ground=ground, editor=editor, trouble=trouble)
        kept += sieve.kept(points, name=kind or "takeaway")[:most]
        if kind is not None and len(kept) > before:
            parts.append(SummaryPart(kind, tuple(kept[before:])))
    return tuple(kept), tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """What is said already, and what a statement is held against."""

    said: tuple[str, ...]
    ground: Ground
    editor: Editor
    trouble: _Trouble

    def kept(self, points: Iterable[Point], *, name: str) -> list[Takeaway]:
        """Those of `points` that stand and repeat nothing that is said."""
        kept: list[Takeaway] = []
        for number, point in enumerate(points, 1):
            place = f"{name} {number}"
            text = self.editor.said(point.text, place)
            statement, problem = _statement(point, text, self.ground)
            if statement is None:
                # Where the code is we say ourselves: that is not worth a call.
                kind = self.trouble.poor if rules.has_own_address(text, self.ground) else self.trouble.failed
                kind.append(f"{place}: {problem}")
                self.trouble.dropped += 1
            elif any(repeats(text, other) for other in (*self.said, *(each.text for each in kept))):
                self.trouble.poor.append(f"{place}: it repeats the tldr or another takeaway")
                self.trouble.dropped += 1
            else:
                kept.append(statement)
        return kept


def _statement(point: Point, text: str, ground: Ground) -> tuple[Takeaway | None, str | None]:
    """`text` with the passage it rests on, fit to be shown; or what is wrong with either."""
    if problem := rules.problem(text, ground):
        return None, problem
    if phrasing.VOICE.search(text):
        return None, VOICE
    source = ground.source
    at = evidence.found(point, text, source, same_language=ground.same_language)
    lines = cells.said(at, source, text)
    passage = evidence.shown(tuple(lines), lines)
    if not passage:
        return None, "no sentence says it"
    if lacking := evidence.without(text, at, source):
        return None, f"nothing that speaks of the same has the number {', '.join(lacking[:4])}"
    if whose := attributed.misattributed(text, at, source):
        return None, whose
    resting = [cells.context(each, source) for each in at]
    if wrong := units.other(text, units.known("\n".join(resting))):
        return None, f"in the sentences the number has another unit: {', '.join(wrong)}"
    if turned := meaning.reversed_of(text, resting, same_language=ground.same_language):
        return None, turned
    if ground.same_language and (said := meaning.denied(text, _around(text, resting, source))):
        return None, said
    labels = dict.fromkeys(source.sections[each] for each in lines) if source.sections else {}
    return Takeaway(text, passage, ", ".join(harmless(label) for label in labels if label)), None


def _around(text: str, resting: Iterable[str], source: Source) -> Iterator[str]:
    """What `text` rests on, then what is nearest to it, which takes a while to find."""
    yield from resting
    yield from evidence.nearest(text, source.sentences)


def _headline(given: str, tldr: str, ground: Ground, editor: Editor, trouble: _Trouble) -> str:
    """The headline, or the TL;DR in its place."""
    headline = editor.said(given, "headline")
    if problem := rules.problem(headline, ground):
        trouble.failed.append(f"headline: {problem}")
        trouble.dropped += 1
        return tldr
    if not phrasing.fits(headline):
        trouble.poor.append("headline: it is too long")
    if phrasing.VOICE.search(headline):
        trouble.again.append(f"headline: {VOICE}")
    return headline


def _translations(answer: Answer, ground: Ground, editor: Editor, trouble: _Trouble) -> tuple[str | None, str | None]:
    """Title and abstract, each if it can be a translation."""
    title, abstract = answer.title_translation, answer.abstract_translation
    return (
        _translation("title_translation", title and editor.title(title), ground, trouble),
        _translation(
            "abstract_translation", abstract and editor.translated(abstract, "abstract_translation"), ground, trouble
        ),
    )


def _translation(name: str, text: str | None, ground: Ground, trouble: _Trouble) -> str | None:
    """The paper's own addresses have been taken out of a translation, they are not held against it."""
    if not text:
        trouble.again.append(f"{name}: it is missing")
        return None
    if text == ground.source.title:
        trouble.poor.append(f"{name}: it is not translated")
        return None
    if problem := rules.language(text, ground):
        trouble.failed.append(f"{name}: {problem}")
        return None
    if turned := meaning.reversed_of(text, ground.source.sentences, same_language=False):
        trouble.failed.append(f"{name}: {turned}")
        return None
    # Not worth a second call: it is left out.
    if problem := rules.addresses(text, ground) or rules.numbers_stand(text, ground):
        trouble.poor.append(f"{name}: {problem}")
        return None
    if name == "abstract_translation":
        if _is_cut(text, ground.source.abstract):
            trouble.again.append(f"{name}: it leaves out most of the sentences")
            return None
        told = facts.untold(facts.headline(ground.source.abstract), sentences(text))
        trouble.again += [f"{name}: {each}" for each in told]
    return text


def _is_cut(translation: str, abstract: Sequence[str]) -> bool:
    """Whether it can hardly be all of `abstract`: not half the sentences, nor half the letters its language takes."""
    wide = sum(char >= "\u2e80" for char in translation)
    length = 5 * wide + 2 * (len(translation) - wide)
    return 2 * len(sentences(translation)) < len(abstract) and length < sum(map(len, abstract))


def _same_title(copy: str | None, title: str) -> bool:
    """Whether `copy` is this title. None is no other title: some models leave it out."""
    if copy is None:
        return True
    mine, theirs = letters(title), letters(copy)
    return mine.startswith(theirs[:20]) or SequenceMatcher(None, mine, theirs, autojunk=False).ratio() >= 0.6
