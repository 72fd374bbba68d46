"""The passages of a source that a statement rests on: found, joined, and fit to be shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from bot.summaries import cells, numbers
from bot.summaries.answer import Point
from bot.summaries.candidates import harmless
from bot.summaries.orders import addresses_a_machine
from bot.summaries.prompt import Source
from bot.summaries.words import letters, stems

MOST: Final = 3
"""Sentences a statement rests on at most, but for those that have its numbers."""

ENOUGH: Final = 0.6
MORE: Final = 0.25
"""The part of a statement's words that a sentence has which says it again; how much more than others have."""


def found(point: Point, text: str, source: Source, *, same_language: bool) -> tuple[int, ...]:
    """Which sentences of `source` `point` rests on; those that hold its numbers are added. Empty if none says it."""
    sentences = source.sentences
    chosen = [number - 1 for number in point.sentences if 1 <= number <= len(sentences)]
    if not chosen:
        said = _quoted(point.quote, sentences) if point.quote else _nearest(text, sentences)
        if said is None:
            return ()
        chosen = [said]
    if same_language and (said := _told_elsewhere(text, chosen, source)) is not None:
        chosen = [said]
    elif same_language and not any(stems(text) & stems(cells.context(index, source)) for index in chosen):
        if (said := _nearest(text, sentences)) is None:
            return ()
        chosen = [said]
    chosen = _told_best(text, chosen, source)
    return tuple(sorted({*chosen, *_with_numbers(text, chosen, source, same_language=same_language)}))


def _told_elsewhere(text: str, chosen: Sequence[int], source: Source) -> int | None:
    """The sentence that says `text` again if the `chosen` ones clearly do not: models count wrong by one."""
    own = stems(text)
    share = len(own & stems(" ".join(cells.context(index, source) for index in chosen))) / max(1, len(own))
    said = _nearest(text, source.sentences)
    if said is None or said in chosen:
        return None
    return said if len(own & stems(source.sentences[said])) / len(own) >= max(ENOUGH, share + MORE) else None


def _told_best(text: str, chosen: Sequence[int], source: Source) -> list[int]:
    """`chosen`, or of more than MOST those that share most words with `text`: naming all says nothing."""
    if len(chosen) <= MOST:
        return list(chosen)
    own = _names(text)
    shared = {at: len(own & _names(cells.context(at, source))) for at in chosen}
    best = max(shared.values())
    return [at for at in chosen if 2 * shared[at] > best or not best][:MOST]


def without(text: str, at: Iterable[int], source: Source) -> tuple[str, ...]:
    """The numbers of `text` that neither the title nor the passage `at` has, captions and headings included."""
    return numbers.missing(text, _known(at, source))


def nearest(text: str, sentences: Sequence[str], *, most: int = 2) -> list[str]:
    """The `most` sentences that share most words with `text`."""
    own = stems(text)
    return sorted(sentences, key=lambda sentence: -len(own & stems(sentence)))[:most]


def shown(indices: Sequence[int], sentences: Mapping[int, str]) -> str:
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


def _with_numbers(text: str, chosen: Sequence[int], source: Source, *, same_language: bool) -> list[int]:
    """The sentences that have those numbers of `text` which the chosen ones lack.

    The chosen ones' own sections come first, then the abstract; elsewhere only what speaks of the same counts, for a
    table somewhere in a whole paper has nearly every number.
    """
    added: list[int] = []
    if not numbers.missing(text, numbers.NONE):
        return added
    have = _known(chosen, source)
    for index in _candidates(text, chosen, source, same_language=same_language):
        if not (lacking := numbers.missing(text, have)):
            break
        more = have | numbers.known(source.sentences[index])
        if len(numbers.missing(text, more)) < len(lacking):
            added.append(index)
            have = more
    return added


def _candidates(text: str, chosen: Sequence[int], source: Source, *, same_language: bool) -> Iterator[int]:
    everywhere = range(len(source.sentences))
    if not source.sections:
        yield from everywhere
        return
    near = {"", *(source.sections[index] for index in chosen)}
    yield from sorted((at for at in everywhere if source.sections[at] in near), key=lambda at: not source.sections[at])
    own = _names(text)
    for at in everywhere:
        if source.sections[at] not in near:
            is_free = not same_language and at not in source.heads  # prose in another language: only names would show
            if is_free or own & _names(cells.context(at, source)):
                yield at


def _known(at: Iterable[int], source: Source) -> numbers.Known:
    return numbers.known("\n".join((source.title, *(cells.context(index, source) for index in at))))


def _names(text: str) -> frozenset[str]:
    """Its stems that are no numbers, and short names too."""
    return frozenset(stem for stem in stems(text) if not stem.isdigit()) | {
        name.lower() for name in _SHORT_NAME.findall(text)
    }


_SHORT_NAME: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]?[A-Z]{1,2}[A-Z0-9](?![A-Za-z])")


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
