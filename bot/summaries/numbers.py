"""Whether the numbers of a statement stand in its source, however the two write them. Pure.

A number of the statement is supported if one way to read it equals one way to read a number of the source: 1,234 and
1234; 46,3 and 46.3; 7B, 7 billion and 70 亿; "two-stage" and 2; May 24 and 5 月 24 日. Number words of a statement are
believed where idioms use them ("one of", 一种): only digits and compound numerals are asked for their source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# ---------------------------------------------------------------- what digits may mean

_SCALES: Final[Mapping[str, int]] = {
    "k": 3, "K": 3, "thousand": 3, "тыс": 3, "M": 6, "million": 6, "millions": 6, "mn": 6, "млн": 6, "百万": 6, "万": 4,
    "萬": 4, "B": 9, "billion": 9, "billions": 9, "bn": 9, "млрд": 9, "亿": 8, "億": 8, "千万": 7, "十亿": 9,
    "T": 12, "trillion": 12, "трлн": 12, "万亿": 12, "兆": 12, "만": 4, "억": 8, "Mio": 6, "Mrd": 9,
}  # fmt: skip
_SCALE: Final = "|".join(sorted(_SCALES, key=len, reverse=True))
_DIGITS: Final = r"\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,']\d+)*"
_POWER: Final = r"\s?(?:[×x*·]\s?)?10\^\(?(?P<ten>-?\d{1,3})\)?|\^\(?(?P<power>-?\d{1,2})\)?"
_NUMBER: Final = re.compile(
    rf"(?P<digits>{_DIGITS})(?:{_POWER})?(?:[ \u00a0\u202f-]?(?P<scale>{_SCALE})(?![A-Za-z\d]))?"
)
# Digits that belong to a name (GPT-4, T5, V2X); the names check has those. `top-5`, `stage-2`, `PASS@1` are numbers.
_IN_NAME: Final = re.compile(r"[^\W\d_][A-Z]*-?\Z|_\Z|[A-Z]-\Z")
_RANKED: Final = re.compile(r"[a-z]-\Z|@\Z|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0400-\u04ff]\Z")
_SUPERSCRIPT: Final = re.compile(r"(?<=[\d)])[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")


def _readings(digits: str) -> frozenset[Decimal]:
    """Every value `digits` may have: a comma or a point with three digits after it groups or divides."""
    digits = re.sub(r"[ \u00a0\u2009\u202f']", "", digits)
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return frozenset({Decimal(digits)})
    groups = re.split(r"[.,]", digits)
    whole = Decimal("".join(groups))
    split = Decimal("".join(groups[:-1]) + "." + groups[-1])
    if len(set(marks)) == 2:
        return frozenset({split})
    if len(marks) > 1:  # 1,234,567; but 4.1.2 is a version, and its parts are what the source may show
        grouped = all(len(group) == 3 for group in groups[1:])
        return frozenset({whole}) if grouped else frozenset({whole, *(Decimal(group) for group in groups)})
    return frozenset({split, whole} if len(groups[1]) == 3 else {split})


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    plain: frozenset[Decimal]
    scaled: frozenset[Decimal]
    name: str | None
    """With the word before it: `GPT 4` is GPT-4."""


def _tokens(text: str) -> list[_Token]:
    """The numbers written in digits, but for those that belong to a name."""
    found = []
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()]
        if _IN_NAME.search(before) and not _RANKED.search(before):
            continue
        plain = _readings(match["digits"][:40])
        scaled = plain
        if match["ten"]:
            scaled = frozenset(value * Decimal(10) ** int(match["ten"]) for value in plain)
        elif match["power"]:
            scaled = frozenset(value ** int(match["power"]) for value in plain if 0 < value < 10_000) or plain
        elif match["scale"]:
            scaled = frozenset(value * Decimal(10) ** _SCALES[match["scale"]] for value in plain)
        name = re.search(r"[A-Za-z]+\s\Z", before)
        found.append(_Token(match[0].strip(), plain, scaled, _squeezed(name[0] + match["digits"]) if name else None))
    return found


# ---------------------------------------------------------------- what words mean

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "0": ("zero",), "1": ("one", "first", "once", "single", "sole", "top", "best"),
    "2": ("two", "second", "secondly", "twice", "twofold", "double", "doubles", "doubled", "doubling", "both", "dual",
          "pair", "half", "halves", "halved", "halving"),
    "0.5": ("half", "halves", "halved", "halving"), "50": ("half", "halves", "halved", "halving", "fifty"),
    "3": ("three", "third", "thirds", "thrice", "threefold", "triple", "triples", "tripled", "tripling"),
    "4": ("four", "fourth", "fourfold", "quadruple", "quarter", "quarters"), "25": ("quarter",), "75": ("quarters",),
    "5": ("five", "fifth", "fivefold"), "6": ("six", "sixth"), "7": ("seven", "seventh"),
    "8": ("eight", "eighth"), "9": ("nine", "ninth"), "10": ("ten", "tenth", "tenfold", "magnitude"),
    "11": ("eleven",), "12": ("twelve", "dozen"), "13": ("thirteen",), "14": ("fourteen",), "15": ("fifteen",),
    "16": ("sixteen",), "17": ("seventeen",), "18": ("eighteen",), "19": ("nineteen",), "20": ("twenty",),
    "30": ("thirty",), "40": ("forty",), "60": ("sixty",), "70": ("seventy",), "80": ("eighty",),
    "90": ("ninety",), "100": ("hundred", "hundredfold"), "1000": ("thousand",), "1000000": ("million",),
    "1000000000": ("billion",),
}  # fmt: skip
_VALUES: Final[Mapping[str, tuple[Decimal, ...]]] = {
    word: tuple(Decimal(value) for value, words in _WORDS.items() if word in words)
    for words in _WORDS.values()
    for word in words
}


def is_word(text: str) -> bool:
    """Whether `text` is one English word for a number, or two that a hyphen joins."""
    return any(part in _VALUES for part in text.lower().split("-"))


_TENS: Final = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
)  # fmt: skip
_COMPOUND: Final = re.compile(
    rf"\b({'|'.join(_TENS)})[- ](one|two|three|four|five|six|seven|eight|nine)\b", re.IGNORECASE
)
_MANY: Final = re.compile(r"\b([a-z]+)[- ](hundred|thousand|million|billion)\b", re.IGNORECASE)


def _spelled(text: str) -> set[Decimal]:
    """The values of English number words."""
    words = re.findall(r"[a-z]+", text.lower())
    found = {value for word in words for value in _VALUES.get(word, ())}
    found |= {_VALUES[tens.lower()][-1] + _VALUES[one.lower()][0] for tens, one in _COMPOUND.findall(text)}
    for word, many in _MANY.findall(text):
        found |= {value * _VALUES[many.lower()][0] for value in _VALUES.get(word.lower(), ())}
    return found


_HAN_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_HAN_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
# Compound numerals only: 十分, 一种, 千万 and their like are no numbers.
_HAN: Final = re.compile(
    r"[一二三四五六七八九两][十百千万][零一二三四五六七八九十百千万]*|十[一二三四五六七八九](?!分之)"
)


def _han_value(numeral: str) -> Decimal:
    total = section = digit = 0
    for char in numeral:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        elif char == "万":
            total, section, digit = (total + section + digit) * 10_000, 0, 0
        else:
            section, digit = section + (digit or 1) * _HAN_UNITS[char], 0
    return Decimal(total + section + digit)


# ---------------------------------------------------------------- months

_MONTHS: Final = (
    ("jan", "янв"), ("feb", "фев"), ("mar", "март"), ("apr", "апр"), ("may", "мая"), ("jun", "июн"),
    ("jul", "июл"), ("aug", "авг"), ("sep", "сент"), ("oct", "окт"), ("nov", "ноя"), ("dec", "дек"),
)  # fmt: skip
_MONTH_NAME: Final = re.compile(
    r"\b(?:(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\b"
    r"|(May)(?=\s\d)|(?<=\d\s)(May)\b|(?:(?<=in )|(?<=of )|(?<=since )|(?<=until ))(May)\b"
    r"|(янв|фев|март|апр|мая|июн|июл|авг|сент|окт|ноя|дек)[а-я]*)"
)
_HAN_MONTH: Final = re.compile(r"(\d{1,2})\s?月(?!球)")
_ISO_DATE: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def _take_months(text: str) -> tuple[str, set[int]]:
    """`text` without its month numbers, and the months it names (1 to 12)."""
    months = {
        number
        for match in _MONTH_NAME.finditer(text)
        for number, names in enumerate(_MONTHS, 1)
        if match[0].lower().startswith(names)
    }
    for pattern, group, left in ((_HAN_MONTH, 1, " "), (_ISO_DATE, 2, r"\1 \3")):
        months |= {int(match[group]) for match in pattern.finditer(text)}
        text = pattern.sub(left, text)
    return text, months


# ---------------------------------------------------------------- the check


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of a source."""

    values: frozenset[Decimal]
    months: frozenset[int]
    squeezed: str

    def __or__(self, other: Known) -> Known:
        """Of both texts."""
        return Known(self.values | other.values, self.months | other.months, self.squeezed + other.squeezed)


def known(text: str) -> Known:
    """Every value a number of `text` may have."""
    plain, months = _take_months(_normal(text))
    values = _spelled(plain)
    for token in _tokens(plain):
        values |= token.plain | token.scaled
    return Known(frozenset(values), frozenset(months), _squeezed(text))


NONE: Final = Known(frozenset(), frozenset(), "")
"""Of a text without any number."""

_SHARE: Final = r"%|percent|percentage|points?\b|pp\b|％|百分"
# 46.3, 83.5 and 100%: the sign is for all of them.
_SHARES: Final = re.compile(
    rf"(\d[\d.,]*(?:(?:\s?(?:,|/|-|±|to|and|vs\.?|&|%|\(|\))\s?)+\d[\d.,]*)*)\s?(?:{_SHARE})", re.IGNORECASE
)
_SHARE_OF: Final = re.compile(r"(\d+(?:[.,]\d+)*)\s?%")


def shares(source: str) -> frozenset[Decimal]:
    """The numbers of `source` that are percentages there, or spelled out."""
    plain, found = _normal(source), set[Decimal]()
    for match in _SHARES.finditer(plain):
        found |= {value for token in _tokens(match[1]) for value in token.plain}
    return frozenset(found | _spelled(plain))


def not_shares(statement: str, shares: frozenset[Decimal]) -> tuple[str, ...]:
    """The percentages of `statement` that are none of `shares`."""
    absent = [match[0] for match in _SHARE_OF.finditer(_normal(statement)) if not _readings(match[1]) & shares]
    return tuple(dict.fromkeys(absent))


def missing(statement: str, source: Known) -> tuple[str, ...]:
    """The numbers of `statement`, as written, that `source` does not have."""
    plain, months = _take_months(_normal(statement))
    absent = [
        token.text
        for token in _tokens(plain)
        if not token.scaled & source.values and not (token.name and token.name in source.squeezed)
    ]
    absent += [match[0] for match in _HAN.finditer(plain) if _han_value(match[0]) not in source.values]
    absent += [f"month {month}" for month in sorted(months - source.months)]
    return tuple(dict.fromkeys(absent))


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _normal(text: str) -> str:
    """One form for what Unicode writes in several; 10⁵ is 10^(5), not 105."""

    def power(match: re.Match[str]) -> str:
        return f"^({unicodedata.normalize('NFKC', match[0]).replace('−', '-').lstrip('+')})"

    text = unicodedata.normalize("NFKC", _SUPERSCRIPT.sub(power, text))
    return re.sub(r"[‐‑‒–—−]", "-", text)
