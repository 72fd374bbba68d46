"""The passages of a source that a statement rests on: found, joined, and fit to be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from bot.summaries import numbers
from bot.summaries.answer import Point
from bot.summaries.candidates import harmless
from bot.summaries.orders import addresses_a_machine


def found(point: Point, text: str, sentences: Sequence[str], *, same_language: bool) -> tuple[int, ...]:
    """Which of `sentences` `point` rests on; those that hold its numbers are added. Empty if none says it."""
    chosen = [number - 1 for number in point.sentences if 1 <= number <= len(sentences)]
    if not chosen:
        said = _quoted(point.quote, sentences) if point.quote else _nearest(text, sentences)
        if said is None:
            return ()
        chosen = [said]
    if same_language and not any(stems(text) & stems(sentences[index]) for index in chosen):
        said = _nearest(text, sentences)
        if said is None:
            return ()
        chosen = [said]
    return tuple(sorted({*chosen, *_with_numbers(text, chosen, sentences)}))


def shown(indices: Sequence[int], sentences: Sequence[str]) -> str:
    """The passage as people see it, '' if nothing of it may be shown.

    Neighbours as they stand, what lies apart with an ellipsis between; without addresses, mentions and markup, and
    without a sentence that talks to a machine.
    """
    usable = [index for index in indices if not addresses_a_machine(sentences[index])]
    if not usable:
        return ""
    text = harmless(sentences[usable[0]])
    for before, index in pairwise(usable):
        text += (" " if index == before + 1 else " … ") + harmless(sentences[index])
    return text if re.search(r"\w", text) else ""


def stems(text: str) -> frozenset[str]:
    """Content words by their first five letters, names and numbers whole: enough to see what a text is about."""
    words = re.findall(r"[a-z0-9]{4,}|[a-z]*\d[a-z0-9]*", text.lower())
    return frozenset(word[:5] for word in words) - _EMPTY


def letters(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


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


def _quoted(quote: str, sentences: Sequence[str]) -> int | None:
    """The sentence a quotation comes from, small slips forgiven."""
    wanted = letters(quote)
    for index, sentence in enumerate(sentences):
        has = letters(sentence)
        if len(wanted) >= 20 and wanted in has:
            return index
        if SequenceMatcher(None, wanted, has, autojunk=False).ratio() >= 0.85:
            return index
    return None


def _nearest(text: str, sentences: Sequence[str]) -> int | None:
    """The sentence that shares most words with `text`, if it shares some; in another language those are names."""
    own = stems(text)
    best = max(range(len(sentences)), key=lambda index: len(own & stems(sentences[index])))
    return best if len(own & stems(sentences[best])) >= 2 else None


_EMPTY: Final = frozenset({
    "that", "this", "with", "from", "have", "been", "were", "which", "their", "these", "those", "than", "then",
    "they", "when", "where", "while", "also", "into", "such", "more", "most", "other", "using", "based", "over",
    "under", "only", "both", "each", "some", "many", "very"
})  # fmt: skip
