"""Terms of a field and which of them a text holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 24
"""Terms that are named to a model for one paper; the first ones, as they come in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """`text` is no rendering of its term, unless the paper holds one of the words `unless` (lower case).

    `right` takes its place; None: nothing can simply take its place, so the writer has to say it again.
    """

    text: str
    right: str | None
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One term: `forms` in English (the first is its name), what it is called, and what it is not.

    `also` are right beside `rendering` (abbreviations, other parts of speech). `settled`: we vouch for it, so that a
    whole translation of a text that has it must have one of its renderings.
    """

    forms: tuple[str, ...]
    rendering: str
    also: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    settled: bool = False

    @property
    def name(self) -> str:
        """Its English name."""
        return self.forms[0]

    @property
    def key(self) -> str:
        """The same for every way of writing its name."""
        return _key(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The terms of a text in the order they appear: `longest` are inside no other one, `every` are all of them."""

    longest: tuple[Term, ...] = ()
    every: tuple[Term, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """`term = rendering` for each of the longest, at most MOST."""
        return tuple(f"{term.name} = {term.rendering}" for term in self.longest[:MOST])


NOTHING: Final = Found()


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms with their renderings in `language` (BCP 47, base only). Of two terms of one name the later one holds."""

    language: str
    terms: tuple[Term, ...]
    _by_form: dict[str, Term] = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_form: dict[str, Term] = {}
        for term in self.terms:
            by_form |= {_key(form): term for form in term.forms}
        forms = sorted({form for term in self.terms for form in term.forms}, key=len, reverse=True)
        object.__setattr__(self, "_by_form", by_form)
        object.__setattr__(self, "_pattern", re.compile(_alternatives(forms), re.IGNORECASE))

    def found(self, text: str) -> Found:
        """The terms of `text`, whatever their case, hyphens and number."""
        longest: dict[str, Term] = {}
        every: dict[str, Term] = {}
        for match in self._pattern.finditer(text):
            term = self._term(match[0])
            if term is None:
                continue
            longest.setdefault(term.key, term)
            every.setdefault(term.key, term)
            for span in _spans(match[0]):
                if (within := self._term(span)) is not None:
                    every.setdefault(within.key, within)
        return Found(longest=tuple(longest.values()), every=tuple(every.values()))

    def _term(self, written: str) -> Term | None:
        """The term written so, in the singular or plural."""
        key = _key(written)
        return next((self._by_form[each] for each in _singulars(key) if each in self._by_form), None)


def _alternatives(forms: Iterable[str]) -> str:
    words = [r"[-\s]?".join(re.escape(part) for part in re.split(r"[-\s]+", form)) for form in forms]
    pattern = "|".join(words).replace("'", "['’]")
    return rf"(?<![A-Za-z0-9])(?:{pattern})(?:s|es)?(?![A-Za-z0-9])" if words else r"(?!)"


def _key(form: str) -> str:
    return re.sub(r"[-\s]+", "", form).lower().replace("’", "'")


def _singulars(key: str) -> tuple[str, ...]:
    return key, key.removesuffix("s"), key.removesuffix("es")


def _spans(surface: str) -> Iterable[str]:
    """The runs of words within `surface`, but for the whole."""
    words = re.split(r"[-\s]+", surface)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if end - start < len(words):
                yield " ".join(words[start:end])
