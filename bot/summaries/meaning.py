"""Statements that turn what their source says round: negations, directions, what is given up for what. Pure.

Only what can be told with hardly a wrong alarm: a statement in the paper's language is compared with the sentence it
nearly copies, word by word and then loosely; across languages, the verb beside a number, the object of a sacrifice, and
what is said to be new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from bot.summaries.turned import OPPOSITES, turned
from bot.summaries.words import stems

NEAR: Final = 0.6
"""The part of a statement's words a sentence must share to be what it says again."""

NEARER: Final = 0.75
"""The same, where words are compared wherever they stand."""

LONG: Final = 4
"""Content words a statement needs for that."""

_WORD: Final = re.compile(r"[a-z]+(?:['’]t)?|[.;:,]")
_NEGATORS: Final = frozenset({"not", "no", "never", "cannot", "without", "neither", "nor", "nothing"})
_IMPLIED: Final = re.compile(
    r"\b(?:remov|eliminat|avoid|prevent|lack|fail|free\b|drop|exclud|omit|absen|unable|imposs|neglect|ignor|few\b|little"
    r"|unlike|instead|rather|rarely|hardly|not only|not just|no longer|no more|whether)",
)
_RULES: Final = tuple(
    (re.compile(rf"\b(?:{one})\b"), re.compile(rf"\b(?:{other})\b"))
    for pair in OPPOSITES
    if pair[0] not in {"with", "can"}  # which every other sentence has
    for one, other in (pair, pair[::-1])
)


def reversed_of(text: str, sentences: Sequence[str], *, same_language: bool) -> str | None:
    """What `text` has the other way round than `sentences` do, in words; None if nothing is known to be."""
    found = _sacrifice(text, sentences) or _newness(text, sentences)
    if found:
        return found
    return _copied(text, sentences) if same_language else _by_numbers(text, sentences)


# ---------------------------------------------------------------- in one language


def _copied(text: str, sentences: Sequence[str]) -> str | None:
    """Compared with the sentence `text` nearly copies; of several alike, with the one that agrees with it."""
    own = stems(text)
    if not own:
        return None
    shares = [len(own & stems(sentence)) / len(own) for sentence in sentences]
    most = max(shares, default=0.0)
    if most < NEAR:
        return None
    alike = [sentence for share, sentence in zip(shares, sentences, strict=True) if share == most]
    loosely = len(own) >= LONG and most >= NEARER
    found = [_differs(text, sentence, loosely=loosely) for sentence in alike]
    return found[0] if all(found) else None


def _differs(text: str, nearest: str, *, loosely: bool) -> str | None:
    if there := turned(text, nearest):
        return f'the sentence says the opposite of "{there}"'
    if not loosely:
        return None
    mine, theirs = text.lower(), nearest.lower()
    if found := _negated_differently(mine, theirs):
        return f'it negates what the sentence does not, or the other way round ("{found}")'
    for one, other in _RULES:
        if one.search(mine) and not one.search(theirs) and (said := other.search(theirs)) and not other.search(mine):
            return f'the sentence says "{said[0]}", the statement the opposite'
    return None


def _negated_differently(mine: str, theirs: str) -> str | None:
    if _IMPLIED.search(mine) or _IMPLIED.search(theirs):
        return None
    ours, others = _negated(mine), _negated(theirs)
    shared = stems(mine) & stems(theirs)
    new, gone = (ours - others) & shared, (others - ours) & shared
    if len(_marks(mine)) > len(_marks(theirs)) and new:
        return min(new)
    if len(_marks(mine)) < len(_marks(theirs)) and gone:
        return min(gone)
    return None


def _marks(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word in _NEGATORS or word.endswith(("n't", "n’t"))]


def _negated(text: str) -> frozenset[str]:
    """The stem of the first content word after each negation: what comes later may be of another clause.

    "nothing" denies what stands before it: they gain nothing.
    """
    words = _WORD.findall(text)
    found: set[str] = set()
    for at, word in enumerate(words):
        if word in _NEGATORS or word.endswith(("n't", "n’t")):
            if word == "nothing":
                found |= stems(" ".join(words[max(0, at - 1) : at]))
            after = takewhile(lambda each: each[0].isalpha(), words[at + 1 : at + 6])
            found |= next((stem for stem in map(stems, after) if stem), frozenset())
    return frozenset(found)


_DENIAL: Final = re.compile(r"\b(?:not|no|never|cannot|without|neither|nor|none|nothing)\b|n['’]t\b", re.IGNORECASE)
# What may be said with a "not" in other words: a lack, a limit, a contrast; a word that begins with un-, dis-, non- …
_DENIABLE: Final = re.compile(
    r"(?<![\w-])(?:remov|eliminat|avoid|prevent|lack|fail|free\b|drop|exclud|omit|absen|neglect|ignor|few\b|little|less\b|unlike"
    r"|instead|rather|rarely|hardly|only|whether|limit|difficult|hard\b|challeng|struggl|suffer|poor|bad|wrong|worse|low"
    r"|miss|break|against|contra|independ|refut|negat|beyond|but|however|despite|although|while|yet|impos|imprac"
    r"|leav|left|future|outside|restrict|assum|still|remain|sensitive|expens|slow|degrad|drop|weak|gap|underexplored"
    r"|un[a-z]{4}|in(?:cap|ab|eff|adequ|acc|suff)|ir[a-z]|il[a-z]|dis[a-z]|non)",
    re.IGNORECASE,
)


def denied(text: str, passage: Iterable[str]) -> str | None:
    """That `text`, in the paper's language, denies something where nothing of the `passage` can be put so."""
    said = _DENIAL.search(text)
    if said is None or any(_DENIAL.search(each) or _DENIABLE.search(each) for each in passage):
        return None
    return f'the sentences say nothing with a "{said[0].lower()}"'


# ---------------------------------------------------------------- in any two

_UP_EN: Final = r"(?:increas|improv|gain|rais|boost|higher|outperform|surpass|exceed|speed)\w*"
_DOWN_EN: Final = r"(?:decreas|reduc|lower|drop|declin|cut|sav|fewer|less)\w*"
_AMOUNT: Final = r"(\d+(?:\.\d+)?)\s?(?:%|×|x\b|times|points|percent)"
_EN_BY: Final = re.compile(rf"\b({_UP_EN}|{_DOWN_EN})(?:\s+[\w-]+){{0,5}}?\s+by\s+(?:up to |over |about )?{_AMOUNT}")
_UP_WORDS: Final = r"提高|提升|增加|增长|上升|高出|увелич\w+|повыш\w+|выше на|向上|増加|erhöh\w+|steiger\w+"
_DOWN_WORDS: Final = (
    r"降低|减少|下降|缩短|节省|少了|снижа\w+|снизи\w+|уменьш\w+|сокра\w+|ниже на|削減|減少|低下|verringer\w+|senk\w+"
    r"|reduzier\w+"
)
_THERE: Final = re.compile(rf"({_UP_WORDS}|{_DOWN_WORDS})[^，。；,;.]{{0,12}}?(\d+(?:[.,]\d+)?)", re.IGNORECASE)


def _by_numbers(text: str, sentences: Iterable[str]) -> str | None:
    """A rise by an amount that the source calls a fall, or the other way round."""
    told: dict[str, set[bool]] = {}
    for sentence in sentences:
        for verb, amount in _EN_BY.findall(sentence.lower()):
            told.setdefault(amount, set()).add(re.match(_UP_EN, verb) is not None)
    for verb, amount in _THERE.findall(text):
        ups = told.get(amount.replace(",", "."))
        rises = re.match(_UP_WORDS, verb, re.IGNORECASE) is not None
        if ups and rises not in ups:
            return f"the sentences say the opposite of the change by {amount}"
    return None


_SACRIFICE_EN: Final = re.compile(
    r"\bsacrific\w*\s+(?P<lost>[\w\s-]{3,40}?)\s+(?:for|to|in order)\s+(?P<won>[\w\s-]{3,40})"
)
_SACRIFICE: Final = re.compile(
    r"以(?P<a>[^，。；]{1,16})为(?:牺牲|代价)|牺牲(?:了|掉)?(?P<b>[^，。；]{1,12}?)(?=来|以|换|，|。|；|为|\Z)"
    r"|\bsacrific\w*\s+(?P<c>[\w\s-]{3,40}?)\s+(?:for|to|in order)\b|жертву\w*\s+(?P<d>[\w\s]{3,40})"
)
_QUALITIES: Final = {
    "perform": "性能|表现|效果|performance|производительност|качеств",
    "accura": "准确|精度|accuracy|точност",
    "cost": "成本|代价|开销|cost|затрат|стоимост",
    "speed": "速度|speed|скорост",
    "quality": "质量|quality|качеств",
    "effici": "效率|efficiency|эффективност",
    "memory": "内存|显存|memory|памят",
    "privacy": "隐私|privacy|приватност",
    "robust": "鲁棒|稳健|robustness|устойчивост",
}


def _sacrifice(text: str, sentences: Iterable[str]) -> str | None:
    """That what was won is said to be given up."""
    said = _SACRIFICE.search(text)
    if not said:
        return None
    given = next(group for group in said.groups() if group).lower()
    for sentence in sentences:
        if there := _SACRIFICE_EN.search(sentence.lower()):
            lost, won = _qualities(there["lost"]), _qualities(there["won"])
            named = {name for name, words in _QUALITIES.items() if re.search(words, given, re.IGNORECASE)}
            if named & (won - lost) and not named & lost:
                return f'the sentences give up "{there["lost"]}", not what the statement says'
    return None


def _qualities(phrase: str) -> frozenset[str]:
    return frozenset(name for name in _QUALITIES if name in phrase)


_NEW_DATA: Final = re.compile(
    r"新(?:增|建|的|提出的)?(?:数据集|基准|语料)|新提出的[^，。；]{0,8}数据集|补充数据集"
    r"|\bnew (?:[\w-]+ ){0,2}(?:dataset|data set|benchmark|corpus)\b|нов(?:ый|ом|ого) (?:датасет|набор\w* данных)",
    re.IGNORECASE,
)
_DATA_MADE: Final = re.compile(
    r"\b(?:new|novel|introduc|present|propos|releas|construct|collect|build|built|curat|creat|contribut|develop|first"
    r"|compil|annotat|assembl|generat)\w*\W+(?:[\w-]+\W+){0,9}?(?:datasets?|data sets?|benchmarks?|corpus|corpora|data"
    r"|suite|collection|testbed)\b"
    r"|\b(?:datasets?|benchmarks?|corpus|corpora)\b[^.]{0,60}\b(?:introduc|releas|construct|collect|built|curat|creat"
    r"|publicly)\w*",
    re.IGNORECASE,
)


def _newness(text: str, sentences: Iterable[str]) -> str | None:
    """A new data set where the source makes none."""
    if _NEW_DATA.search(text) and not any(_DATA_MADE.search(sentence) for sentence in sentences):
        return "the sentences make no new data set"
    return None
