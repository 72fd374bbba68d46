"""What may not be said of a paper, rule by rule: each looks at one statement. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bot.glossary.terms import NOTHING, Found
from bot.summaries import cells, meaning, names, numbers, phrasing, placed, script, tongue, units
from bot.summaries.prompt import Source, is_translated, language_name
from bot.summaries.words import stems


@dataclass(frozen=True, slots=True)
class Ground:
    """The paper, prepared for looking things up; `terms` are those it holds."""

    source: Source
    language: str
    numbers: numbers.Known
    names: names.Known
    stems: frozenset[str]
    shares: frozenset[Decimal] = frozenset()
    units: units.Units = field(default_factory=dict)
    placed: placed.Occurrences = ()
    terms: Found = NOTHING

    @property
    def same_language(self) -> bool:
        """Whether statements are in the paper's own language."""
        return not is_translated(self.language)


def ground(source: Source, *, language: str, terms: Found = NOTHING) -> Ground:
    """`source`, prepared for statements in `language`."""
    text = source.text
    return Ground(
        source,
        language,
        numbers.known(text),
        names.known(text),
        stems(text),
        numbers.shares(text) | cells.shares(source),
        units.known(text),
        () if is_translated(language) else _occurrences(source),
        terms,
    )


def _occurrences(source: Source) -> placed.Occurrences:
    prose = [sentence for at, sentence in enumerate(source.sentences) if at not in source.heads]
    return placed.occurrences((source.title, *prose)) + cells.occurrences(source)


Rule = Callable[[str, Ground], str | None]
"""What is wrong with a statement, to be said after its place; None if nothing."""


def language(text: str, ground: Ground) -> str | None:
    """It is in the language asked for, by its script and by its words."""
    if not script.is_plausible(text, ground.language):
        return f"it is not in {language_name(ground.language)} [{ground.language}]"
    other = tongue.other_than(ground.language, text)
    if not other:
        return None
    return f"it is in {language_name(other)}, not in {language_name(ground.language)} [{ground.language}]"


def addresses(text: str, ground: Ground) -> str | None:
    """It holds no address, no mention, no LaTeX and no order."""
    found = phrasing.forbidden(text, ground.source.text)
    return f"it holds {found}" if found else None


def has_own_address(text: str, ground: Ground) -> bool:
    """Whether nothing but an address of the paper itself keeps `text` from being said."""
    rest = text
    for each in phrasing.addresses(text):
        if each in ground.source.text:
            rest = rest.replace(each, "")
    return rest != text and addresses(rest, ground) is None


def numbers_stand(text: str, ground: Ground) -> str | None:
    """Every number stands in the source, with its unit, and every share is one there."""
    if absent := numbers.missing(text, ground.numbers):
        return _listed("the sentences do not have the number", absent)
    if absent := numbers.not_shares(text, ground.shares):
        return _listed("the sentences do not have the percentage", absent)
    if wrong := units.other(text, ground.units):
        return _listed("in the sentences the number has another unit:", wrong)
    if not ground.same_language:
        return None
    elsewhere = placed.misplaced(text, ground.placed) or placed.strayed(text, ground.source.sentences)
    return _listed("in the sentences this is a number of something else:", elsewhere)


def names_stand(text: str, ground: Ground) -> str | None:
    """Every name stands in the source; renderings of its terms may have one."""
    renderings = {word for term in ground.terms.every for each in (term.rendering, *term.also) for word in each.split()}
    absent = (*names.missing(text, ground.names), *names.foreign(text, ground.names, language=ground.language))
    return _listed(
        "the sentences do not have the name", [word for word in dict.fromkeys(absent) if word not in renderings]
    )


def subject(text: str, ground: Ground) -> str | None:
    """Only where statement and paper are in one language: it must speak of what the paper speaks of."""
    own = stems(text)
    if not ground.same_language or len(own) < 4 or len(own & ground.stems) >= len(own) / 3:
        return None
    return "it speaks of something else than the sentences"


def direction(text: str, ground: Ground) -> str | None:
    """It turns nothing round."""
    return meaning.reversed_of(text, ground.source.sentences, same_language=ground.same_language)


FAILS: Final[tuple[Rule, ...]] = (language, addresses, numbers_stand, names_stand, subject, direction)
"""Asked of every statement, in this order; the first that answers is the problem."""


def problem(text: str, ground: Ground) -> str | None:
    """What is wrong with `text`, if something is."""
    return next((found for rule in FAILS if (found := rule(text, ground))), None)


def _listed(what: str, found: Sequence[str]) -> str | None:
    return f"{what} {', '.join(found[:4])}" if found else None
