"""Whether a number stands where it stands in the source: for statements in the source's own language. Pure.

A wrong number is often a right one of another sentence: "3 data sets" where the source has "3 GPUs" and 5 data sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from bot.summaries import numbers
from bot.summaries.words import stems

NEAR: Final = 6
"""Words on either side of a number that say what it is a number of."""

COPIED: Final = 0.8
"""The part of a statement's words one sentence has, if it says the same again."""

COPIED_WORDS: Final = 5
"""Words a statement needs for that to mean something."""

_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)*\s?[%×]?|[A-Za-z][A-Za-z0-9'’+-]*")
_SMALL: Final = frozenset({
    "the", "and", "for", "with", "from", "that", "this", "are", "was", "were", "has", "have", "had", "its", "their",
    "our", "than", "then", "into", "over", "only", "each", "all", "also", "more", "less", "most", "least", "not", "but",
    "which", "while", "when", "where", "respectively", "using", "between", "about", "approximately", "other", "such",
})  # fmt: skip

Occurrences = tuple[tuple[frozenset[Decimal], frozenset[str]], ...]
"""The numbers of a text in digits or words: every value each may have, and the stems of the words beside it."""


def occurrences(sentences: Iterable[str]) -> Occurrences:
    """Of each sentence by itself."""
    found = []
    for sentence in sentences:
        pieces = [match[0] for match in _PIECE.finditer(sentence)]
        for at, piece in enumerate(pieces):
            values = numbers.known(piece).values if piece[0].isdigit() or numbers.is_word(piece) else frozenset()
            if values:
                found.append((values, _beside(pieces, at)))
    return tuple(found)


def misplaced(statement: str, source: Occurrences) -> tuple[str, ...]:
    """The numbers of `statement`, in digits, that stand beside none of the words they stand beside in `source`.

    A number that `source` does not have at all is not our business, nor one with nothing beside it.
    """
    pieces = [match[0] for match in _PIECE.finditer(statement)]
    found = []
    for at, piece in enumerate(pieces):
        values = numbers.known(piece).values if piece[0].isdigit() else frozenset()
        there = [words for others, words in source if others & values]
        beside = _beside(pieces, at)
        if there and beside and not any(words & beside for words in there):
            found.append(piece.strip())
    return tuple(dict.fromkeys(found))


def strayed(statement: str, sentences: Sequence[str]) -> tuple[str, ...]:
    """The numbers of `statement` that the sentence it nearly copies does not have; none if it copies no sentence."""
    own = _words(statement)
    if len(own) < COPIED_WORDS or not sentences:
        return ()
    share, nearest = max((len(own & _words(sentence)) / len(own), sentence) for sentence in sentences)
    return numbers.missing(statement, numbers.known(nearest)) if share >= COPIED else ()


def _words(text: str) -> frozenset[str]:
    return frozenset(stem for stem in stems(text) if not stem[0].isdigit())


def words(text: str) -> frozenset[str]:
    """The stems of the words of `text` that say what a number beside them is a number of."""
    return _stems(_PIECE.findall(text))


def _beside(pieces: list[str], at: int) -> frozenset[str]:
    return _stems((*pieces[max(0, at - NEAR) : at], *pieces[at + 1 : at + 1 + NEAR]))


def _stems(pieces: Iterable[str]) -> frozenset[str]:
    found = {part.lower() for piece in pieces for part in re.split(r"[-'’+]", piece) if len(part) > 2}
    return frozenset(word[:5] for word in found - _SMALL if not word[0].isdigit())
