"""What a model answered, held against the paper it read: what stands, what to tell the model, what is left out. Pure.

A statement in another language than the paper's comes with the same in English: that is held to the sentences it rests
on, and the two to each other. A statement must share enough with its passage: one that rests on the wrong sentence is
given the right one if a single one says it, else it falls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.glossary.terms import NOTHING, Found
from bot.models import Takeaway
from bot.questions.answers import ASPECTS, Aspect
from bot.questions.passages import Excerpt
from bot.questions.prompt import MOST_EACH, MOST_STATEMENTS
from bot.summaries import answer, meaning, names, numbers, rules
from bot.summaries.answer import Point
from bot.summaries.candidates import harmless
from bot.summaries.checks import repeats
from bot.summaries.editing import Editor
from bot.summaries.evidence import MOST
from bot.summaries.rules import Ground
from bot.summaries.words import stems

ENOUGH = 0.5
"""The part of a statement's words that its passage has, if it surely is the right one."""

LEAST = 0.25
"""The same, of a passage that will do if no other sentence has clearly more."""

FEW = 4
"""Words of a statement below which half of them is too little."""

NEAR = 2
"""Sentences before and after a passage that may name what it speaks of."""

_SIDES = frozenset(f"{aspect}_{side}" for aspect in ASPECTS for side in "ab")

MAX_PROBLEMS = 12
MAX_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The statements that stand. `silent`: the model says that the paper does not say it; `dropped` did not stand."""

    statements: tuple[Takeaway, ...] = ()
    silent: bool = False
    dropped: int = 0
    problems: tuple[str, ...] = ()

    @property
    def wants_retry(self) -> bool:
        """A second answer is worth a call."""
        return bool(self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """What stands of a comparison, by side and aspect; `shared` are names that both papers have."""

    first: Mapping[Aspect, tuple[Takeaway, ...]] = field(default_factory=dict)
    second: Mapping[Aspect, tuple[Takeaway, ...]] = field(default_factory=dict)
    shared: tuple[str, ...] = ()
    dropped: int = 0
    problems: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many statements."""
        return sum(len(said) for side in (self.first, self.second) for said in side.values())

    @property
    def will_do(self) -> bool:
        """Both papers have something to be set side by side: an aspect on which something is said of each."""
        return any(self.first.get(aspect) and self.second.get(aspect) for aspect in ASPECTS)


def check(text: str, read: Excerpt, *, language: str, terms: Found = NOTHING) -> Judged:
    """An answer to a question. Raises Unreadable."""
    fields = answer.fields_of(text, keys=("found", "statements"))
    found, points = _is_true(fields.get("found")), answer.points(fields.get("statements"))
    if found is False or (found is None and not points):
        return Judged(silent=True)
    sieve = Sieve(read, language=language, terms=terms)
    kept = sieve.kept(points[: MOST_STATEMENTS + 2], name="statement")[:MOST_STATEMENTS]
    problems = sieve.problems if points else ['statements: there is none, although "found" is true']
    return Judged(statements=tuple(kept), dropped=sieve.dropped, problems=tuple(problems[:MAX_PROBLEMS]))


def check_contrast(text: str, first: Excerpt, second: Excerpt, *, language: str, terms: Found = NOTHING) -> Contrast:
    """A comparison, each side against its own paper. Raises Unreadable."""
    fields = answer.fields_of(text, keys=_SIDES)
    sieves = {
        "a": Sieve(first, language=language, terms=terms),
        "b": Sieve(second, language=language, terms=terms, after=len(first.source.sentences)),
    }
    sides: dict[str, dict[Aspect, tuple[Takeaway, ...]]] = {"a": {}, "b": {}}
    for side, sieve in sieves.items():
        for aspect in ASPECTS:
            name = f"{aspect}_{side}"
            kept = sieve.kept(answer.points(fields.get(name)), name=name)[: MOST_EACH[aspect]]
            if kept:
                sides[side][aspect] = tuple(kept)
    problems = [problem for sieve in sieves.values() for problem in sieve.problems]
    if not problems and sides["a"].keys().isdisjoint(sides["b"]):
        problems = ["nothing is said of both papers: no key has a statement in _a and in _b"]
    return Contrast(
        first=sides["a"],
        second=sides["b"],
        shared=tuple(_shared(fields.get("shared"), sieves["a"], sieves["b"])),
        dropped=sum(sieve.dropped for sieve in sieves.values()),
        problems=tuple(problems[:MAX_PROBLEMS]),
    )


class Sieve:
    """Lets through the statements that stand against one paper; its sentences are numbered from `after` + 1."""

    def __init__(self, read: Excerpt, *, language: str, terms: Found, after: int = 0) -> None:
        self._read = read
        self._after = after
        self._ground = rules.ground(read.source, language=language, terms=terms)
        self._editor = Editor(self._ground)
        self._said: list[str] = []
        self.problems: list[str] = []
        self.dropped = 0

    def kept(self, points: Iterable[Point], *, name: str) -> list[Takeaway]:
        """Those of `points` that stand and repeat nothing that was said of this paper before."""
        kept: list[Takeaway] = []
        for number, point in enumerate(points, 1):
            found = self._statement(point, f"{name} {number}")
            if isinstance(found, str):
                self.problems.append(f"{name} {number}: {found}")
                self.dropped += 1
            elif any(repeats(found.text, other) for other in self._said):
                self.dropped += 1  # not worth a call
            else:
                self._said.append(found.text)
                kept.append(found)
        return kept

    def holds(self, name: str, numbers_of: Iterable[int]) -> bool:
        """Whether one of these sentences has `name`, as a word."""
        return any(_has(self._read.source.sentences[index], name) for index in self._indices(numbers_of))

    def _statement(self, point: Point, place: str) -> Takeaway | str:
        """The statement with its passage; or what is wrong with it."""
        text = self._editor.said(point.text, place)
        if problem := rules.problem(text, self._ground):
            return problem
        if self._ground.same_language:
            witness = text
        elif not point.english:
            return '"english" is missing'
        else:
            witness = self._editor_of_english.said(point.english, place)
            if problem := rules.problem(witness, self._english) or _differ(text, witness):
                return f"english: {problem}"
        at = self._resting(self._indices(point.sentences[:MOST]), witness)
        if not at:
            return "the sentences it names do not say it, nor does another one"
        resting = [self._read.read(index) for index in at]
        if turned := meaning.reversed_of(witness, resting, same_language=True):
            return turned
        if absent := self._strangers(at, f"{text} {witness}"):
            return f"what stands there is not said of {', '.join(absent[:4])}"
        passage = self._read.shown(at, text)
        if not passage:
            return "no sentence that may be shown says it"
        return Takeaway(text, passage, self._read.sections(at))

    @cached_property
    def _lines(self) -> list[str]:
        return [self._read.read(index) for index in range(len(self._read.places))]

    @cached_property
    def _english(self) -> Ground:
        return rules.ground(self._read.source, language="en")

    @cached_property
    def _editor_of_english(self) -> Editor:
        return Editor(self._english)

    def _indices(self, given: Iterable[int]) -> list[int]:
        """The sentences of this paper among those numbers."""
        places = (number - 1 - self._after for number in given)
        return sorted({place for place in places if 0 <= place < len(self._read.source.sentences)})

    def _strangers(self, at: Sequence[int], said: str) -> Sequence[str]:
        """The names of `said` that neither the title, the abstract, nor anything near the sentences `at` has.

        A number of one model must not become another one's that is named elsewhere in the paper.
        """
        source = self._read.source
        near = {index + step for index in at for step in range(-NEAR, NEAR + 1)}
        beside = (self._lines[index] for index in sorted(near) if 0 <= index < len(self._lines))
        labels = (self._read.section(index) for index in at)
        absent = names.missing(said, names.known("\n".join((source.title, *source.abstract, *beside, *labels))))
        return [name for name in absent if name not in self._renderings]

    @cached_property
    def _renderings(self) -> frozenset[str]:
        """Words by which the glossary calls what the paper speaks of."""
        terms = self._ground.terms.every
        return frozenset(word for term in terms for each in (term.rendering, *term.also) for word in each.split())

    def _resting(self, cited: list[int], witness: str) -> list[int]:
        """The sentences `witness` rests on: those it names, or the one that clearly says more of it; none if none does.

        They have every number of it.
        """
        own = stems(witness)

        def share(text: str) -> float:
            return len(own & stems(text)) / len(own) if own else 0.0

        def has_numbers(text: str) -> bool:
            return not numbers.missing(witness, numbers.known(text))

        sentences = self._lines
        joined = " ".join(sentences[index] for index in cited)
        stated = share(joined) if cited and has_numbers(joined) else -1.0
        enough = ENOUGH if len(own) >= FEW else ENOUGH + 0.01
        if stated >= enough:
            return cited
        best = max(range(len(sentences)), key=lambda index: share(sentences[index]), default=None)
        if best is not None and share(sentences[best]) >= max(enough, stated + LEAST) and has_numbers(sentences[best]):
            return [best]
        return cited if stated >= LEAST and len(own) >= FEW else []


def _differ(text: str, english: str) -> str | None:
    """What `text` says that its English counterpart does not, or says the other way round."""
    if absent := numbers.missing(text, numbers.known(english)):
        return f'"text" has {", ".join(absent[:3])}, which "english" has not'
    return meaning.reversed_of(text, [english], same_language=False)


def _shared(value: object, first: Sieve, second: Sieve) -> Iterable[str]:
    """The names that stand in a sentence of either paper which the model has named."""
    seen: set[str] = set()
    for each in value if isinstance(value, list) else []:
        if not isinstance(each, dict) or not isinstance(name := each.get("name"), str):
            continue
        name = " ".join(name.split())
        a, b = (answer.evidence_of(each.get(side))[0] for side in "ab")
        known = 1 < len(name) <= MAX_NAME and any(char.isupper() or char.isdigit() for char in name)
        if known and name.casefold() not in seen and first.holds(name, a) and second.holds(name, b):
            seen.add(name.casefold())
            yield harmless(name)


def _has(sentence: str, name: str) -> bool:
    at = sentence.find(name)
    while at >= 0:
        before, after = sentence[at - 1 : at], sentence[at + len(name) : at + len(name) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = sentence.find(name, at + 1)
    return False


def _is_true(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None
