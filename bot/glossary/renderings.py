"""Whether a text calls the terms of its source what they are called; what can simply be put right is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.glossary.terms import Found, Term, Wrong

_WIDE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD: Final = r"A-Za-z0-9_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A text with its terms put right; how many places were; what has to be said again."""

    text: str
    repaired: int = 0
    problems: tuple[str, ...] = ()


def settle(text: str, found: Found, source: str) -> Settled:
    """`text` with one rendering for each term of `found`, which are the terms of `source`.

    A rendering that is wrong for one term and right for another is let be. Each problem names the term.
    """
    words = frozenset(re.findall(r"[a-z]+", source.lower()))
    right = {each for term in found.every for each in (term.rendering, *term.also)}
    repaired = 0
    problems: list[str] = []
    for term, wrong in sorted(_wrongs(found.every), key=lambda each: -len(each[1].text)):
        if wrong.text in right or wrong.unless & words:
            continue
        pattern = _pattern(wrong.text, term, right)
        if wrong.right is None:
            if pattern.search(text):
                problems.append(f"{term.name} is called {term.rendering}, not {wrong.text}")
            continue
        if _WIDE.match(wrong.right):  # no spaces of a Latin word are left around it
            pattern = re.compile(rf" ?{pattern.pattern} ?", re.IGNORECASE)
        text, count = pattern.subn(wrong.right, text)
        repaired += count
    for term in found.every:
        if _WIDE.search(text) and re.fullmatch(r"[A-Z][a-z]+", term.rendering):  # a name that stays as it stands
            pattern = re.compile(rf"(?<![{_WORD}/-]){term.rendering}s?(?![{_WORD}/-])", re.IGNORECASE)
            text = pattern.sub(term.rendering, text)
    return Settled(text=text, repaired=repaired, problems=tuple(problems))


def unnamed(translation: str, found: Found) -> tuple[Term, ...]:
    """The settled terms of more than one word that a whole translation has no rendering of; in Chinese and Japanese.

    Other languages inflect: a missing form says nothing there.
    """
    if not _WIDE.search(translation):
        return ()
    squeezed = _squeezed(translation)
    return tuple(
        term
        for term in found.longest
        if term.settled
        and re.search(r"[-\s]", term.name)
        and not any(_squeezed(each) in squeezed for each in (term.rendering, *term.also, *term.forms))
    )


def _wrongs(terms: Iterable[Term]) -> Iterable[tuple[Term, Wrong]]:
    return ((term, wrong) for term in terms for wrong in term.wrong)


def _pattern(wrong: str, term: Term, right: Iterable[str]) -> re.Pattern[str]:
    """`wrong` where it stands for itself: no part of a word, nor of a rendering that is right."""
    begin = rf"(?<![{_WORD}/-])" if re.match(rf"[{_WORD}]", wrong) else ""
    end = rf"(?![{_WORD}/-])" if re.search(rf"[{_WORD}]\Z", wrong) else ""
    if re.search("[\u0400-\u04ff]", wrong):
        begin = r"(?<!\w)"
    around = [
        (rf"(?<!{re.escape(each[: each.index(wrong)])})" if each.index(wrong) else "")
        + (rf"(?!{re.escape(each[each.index(wrong) + len(wrong) :])})" if not each.endswith(wrong) else "")
        for each in {*right, term.rendering}
        if wrong in each and wrong != each
    ]
    return re.compile("".join((begin, *around, re.escape(wrong), end)), re.IGNORECASE)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s-]+", "", text).lower()
