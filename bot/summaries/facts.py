"""The headline numbers of an abstract: what it says came out, with what each is a number of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.summaries import numbers

MOST: Final = 6
"""Headline numbers a summary is asked for; an abstract with more is a table."""

_RESULT: Final = re.compile(
    r"\b(?:outperform|improv|achiev|surpass|reduc|increas|gain|exceed|match|attain|reach|yield|accelerat|speed|obtain"
    r"|result|show|demonstrat|win|won|rank|best|highest|faster|fewer|lower|higher|benchmark|record|cut|sav)\w*",
    re.IGNORECASE,
)
_FACT: Final = re.compile(
    r"(?<![\w.,/-])(?:"
    r"\d+(?:\.\d+)?\s?(?:%|percent\b|percentage points\b|points\b)"
    r"|\d+(?:\.\d+)?\s?(?:×|x\b|times\b|-?fold\b)"
    r"|(?P<rank>No\.\s?1\b|#1\b|(?:first|1st) (?:place|rank|position)|ranks? (?:first|1st))"
    r"|(?P<decimal>\d+\.\d+)(?![\w.-]|\s?(?:[kKMBT]|million|billion|trillion)\b)"
    r"|(?:(?<=across )|(?<=more than )|(?<=over ))(?P<count>\d{2,3})(?=\s[a-z])"
    r")"
)
_WHAT: Final = re.compile(
    r"\A[^.;,]{0,50}?\b(?:on|in|for|across|over|at|of)\s+(?:the\s+)?(?P<name>[A-Za-z]*(?:[A-Z][A-Za-z]*[A-Z]|[A-Z]{2}"
    r"|[A-Za-z]\d|\d[A-Za-z])[\w-]*)"
)
_FIRST: Final = re.compile(
    r"\b1\b|\bfirst\b|\btop\b|第一|首位|榜首|登顶|夺冠|冠军|перв(?:ое|ого|ом|ый|ая)|首位|1\s?位|\berste[rnms]?\b"
    r"|\bplatz eins\b",
    re.IGNORECASE,
)
_IN_WORDS: Final = {
    Decimal(2): "两|二|双|翻倍|два|две|вдвое|zwei|doppelt|2",
    Decimal(3): "三|три|втрое|drei",
    Decimal(4): "四|четыре|вчетверо|vier",
    Decimal(5): "五|пять|fünf",
    Decimal(10): "十|десят|zehn|数量级|порядок",
    Decimal(50): "一半|半|половин|halb|hälfte|half",
    Decimal(100): "全部|百|сто|hundert|all\\b",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A number as written, every value it may have, and the name (MATH, MTEB) it was measured on, if one is said."""

    text: str
    values: frozenset[Decimal]
    what: str | None = None
    is_rank: bool = False

    @property
    def asked(self) -> str:
        """How we ask for it."""
        return f"{self.text} ({self.what})" if self.what else self.text

    def in_(self, statement: str) -> bool:
        """Whether `statement` has the number."""
        if self.is_rank:
            return _FIRST.search(statement) is not None
        if self.values & numbers.known(statement).values:
            return True
        spelled = (words for value, words in _IN_WORDS.items() if value in self.values)
        return any(re.search(words, statement, re.IGNORECASE) for words in spelled)

    def told(self, statement: str) -> bool:
        """Whether `statement` says what it is a number of, as far as the paper gives it a name."""
        return self.what is None or _letters(self.what) in _letters(statement)


def headline(sentences: Sequence[str]) -> tuple[Fact, ...]:
    """The headline numbers of `sentences`, in order, at most MOST: shares, multiples, ranks, scores of results."""
    found: dict[tuple[frozenset[Decimal], bool], Fact] = {}
    for sentence in sentences:
        if not _RESULT.search(sentence):
            continue
        for match in _FACT.finditer(sentence):
            is_rank = match["rank"] is not None
            text = match[0].strip()
            values = frozenset({Decimal(1)}) if is_rank else numbers.known(match["count"] or text).values
            what = _WHAT.match(sentence[match.end() :])
            found.setdefault((values, is_rank), Fact(text, values, what["name"] if what else None, is_rank))
    return tuple(found.values())[:MOST]


def untold(facts: Sequence[Fact], statements: Sequence[str]) -> tuple[str, ...]:
    """What to ask for: the facts that no statement has, and those whose statements do not say of what."""
    problems = []
    for fact in facts:
        having = [statement for statement in statements if fact.in_(statement)]
        if not having:
            problems.append(f"the result {fact.asked} is missing")
        elif not any(fact.told(statement) for statement in having):
            problems.append(f"{fact.text} is said without what it is a number of ({fact.what})")
    return tuple(problems)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())
