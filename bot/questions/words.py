"""What a question asks about, as words to look for in an English paper, whatever language it is asked in. Pure.

The names and terms of a question are looked for as they stand; a term of the glossary also in English. Everyday words
("how large", 局限, "на каких данных") mean what papers say otherwise: such words weigh less than the question's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from bot.glossary.terms import Glossary

MEANT: Final = 0.5
"""What a word counts that the question means but does not say."""

MOST: Final = 40
"""Words of a question that are looked for."""

_HAN: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD: Final = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
_SILENT: Final = frozenset(
    "a about all also an and any are as at authors based be been being between both but by can could did do does done "  # noqa: SIM905 - a list of words reads better than its quotes
    "during each every exactly explain for from get give gives given had has have how i if in into is it its just know "
    "like make many may me mean might more most much must my no not of on one only or other our out over paper papers "
    "please say says shall she should show so some such tell than that the their them then there these they this those "
    "to too under up us use used uses using very want was we were what when where whether which while who whom whose "
    "why will with work would you your article author really different differ kind kinds".split()
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for: `weights` of stems, 1 if the question itself has the word, MEANT if it is only meant.

    `things` are what it asks about, each as the stems of which any one will do.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    things: tuple[frozenset[str], ...] = ()


def wanted(question: str, glossary: Glossary | None = None) -> Wanted:
    """What `question` asks about."""
    own = list(_asked(question))
    if glossary is not None:
        own += [stem for term in _terms(question, glossary) for stem in stemmed(term)]
    own = list(dict.fromkeys(own))[:MOST]
    weights: dict[str, float] = dict.fromkeys(own, 1.0)
    things = []
    for asked, said in _concepts():
        if found := asked.findall(question):
            named = {stem for words in found for stem in stemmed(words)}
            own = [stem for stem in own if stem not in named]
            things.append(frozenset((*said, *named)))
            for stem in said:
                weights.setdefault(stem, MEANT)
    return Wanted(weights, (*(frozenset({stem}) for stem in own), *things))


def stemmed(text: str) -> Iterator[str]:
    """The words of an English text by their beginnings, which is enough to find them again."""
    for word in _WORD.findall(text.lower()):
        yield _stem(word)


@cache
def _concepts() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """How each is asked for in any of our languages, and the stems to look for."""
    text = files("bot.questions").joinpath("meant.tsv").read_text(encoding="utf-8")
    found = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            *asked, said = line.split("\t")
            patterns = (_pattern(each) for column in asked for each in column.split("|"))
            found.append((re.compile("|".join(patterns), re.IGNORECASE), tuple(stemmed(said))))
    return tuple(found)


def _pattern(words: str) -> str:
    """A word of the table, whole or by its beginning; Han stand anywhere."""
    if _HAN.search(words):
        return re.escape(words)
    return rf"\b{re.escape(words.rstrip('*'))}" + ("" if words.endswith("*") else r"\b")


def _asked(question: str) -> Iterator[str]:
    for word in _WORD.findall(question.lower()):
        if len(word) > 1 and word not in _SILENT:
            yield _stem(word)


def _terms(question: str, glossary: Glossary) -> Iterator[str]:
    """The English names of the terms a question has in its own language."""
    lower = question.lower()
    for term in glossary.terms:
        if any(_holds(lower, each.lower()) for each in (term.rendering, *term.also)):
            yield term.name


def _holds(question: str, rendering: str) -> bool:
    """Whether the rendering stands there: Han as it is, other scripts by the beginnings of its words, in order."""
    if not rendering.strip() or rendering.isascii():
        return False
    if _HAN.search(rendering):
        return len(rendering) > 1 and rendering in question
    stems = (re.escape(word[: max(4, len(word) - 2)]) + r"\w{0,4}" for word in rendering.split())
    return re.search(r"\b" + r"\W+".join(stems) + r"\b", question) is not None


def _stem(word: str) -> str:
    if any(map(str.isdigit, word)):
        return word
    return word[:6].removesuffix("s") if len(word) > 3 else word
