"""Two sentences word by word: where one of them has a "not" more, or the opposite of a word, and nothing else. Pure.

What stands on either side must be the same, so that other words for the same thing raise no alarm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

BESIDE: Final = 2
"""Words that must be the same on either side of a difference, unless a sentence begins or ends there."""

SHORTEST: Final = 3
"""Words that must be the same on both sides together."""

_WORD: Final = re.compile(r"[a-z]+(?:['’]t\b)?|\d+(?:[.,]\d+)*|[.;:,!?()]")
_NEGATORS: Final = frozenset({"not", "no", "never"})
_ARTICLES: Final = frozenset({"a", "an", "the", "some", "any"})
_HELPERS: Final = frozenset({"do", "does", "did"})

OPPOSITES: Final = (
    (r"(?:out(?:perform|class)|surpass|exceed|beat)\w*", r"(?:underperform|trail|lag)\w*"),
    (r"increas\w*", r"(?:decreas|reduc)\w*"),
    (r"(?:improv|enhanc|boost)\w*", r"(?:degrad|worsen|impair|harm)\w*"),
    (r"higher|highest", r"lower|lowest"),
    (r"better|best", r"worse|worst"),
    (r"faster|fastest", r"slower|slowest"),
    (r"more|most", r"less|fewer|least|fewest"),
    (r"larger|largest|bigger", r"smaller|smallest"),
    (r"superior", r"inferior"),
    (r"above", r"below"),
    (r"gains?", r"loss(?:es)?"),
    (r"strong\w*", r"weak\w*"),
    (r"succeed\w*|successful\w*", r"fail\w*|unsuccessful\w*"),
    (r"with", r"without"),
    (r"can", r"cannot"),
)
"""What says the opposite of what, as patterns of one word."""

_PAIRS: Final = tuple((re.compile(one), re.compile(other)) for one, other in OPPOSITES)


def turned(text: str, sentence: str) -> str | None:
    """What `text` has the other way round than `sentence`, of which it is nearly a copy: the words there.

    Two at once may say the same again: "a lower rank gives a higher loss".
    """
    found: list[str] = []
    mine, theirs = _words(text), _words(sentence)
    codes = SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes()
    for at, (tag, start, end, own_start, own_end) in enumerate(codes):
        if tag == "equal":
            continue
        before = start - (codes[at - 1][1] if at else 0)
        after = (codes[at + 1][2] if at + 1 < len(codes) else end) - end
        opens = start == before and own_start == before
        closes = end + after == len(theirs) and own_end + after == len(mine)
        if before + after < SHORTEST or not (before >= BESIDE or opens) or not (after >= BESIDE or closes):
            continue
        gone, new = theirs[start:end], mine[own_start:own_end]
        if _negates(gone, new) or _negates(new, gone) or _opposite(gone, new):
            found.append(" ".join(mine[max(0, own_start - 2) : own_end + 2]))
    return found[0] if len(found) % 2 else None


def _words(text: str) -> list[str]:
    """Each word by itself, a negation always as a word of its own; points and commas at the end are none."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        if word == "cannot":
            found += ["can", "not"]
        elif word.endswith(("n't", "n’t")):
            found += [word[:-3], "not"]
        else:
            found.append(word)
    while found and not found[-1][0].isalnum():
        found.pop()
    return found


def _negates(plain: Sequence[str], other: Sequence[str]) -> bool:
    """Whether `other` says that what `plain` says is not so."""
    if len(plain) > 2 or sum(word in _NEGATORS for word in other) != 1 or any(word in _NEGATORS for word in plain):
        return False
    left = [word for word in other if word not in _NEGATORS | _HELPERS]
    if not left:
        return not plain or (set(plain) <= _ARTICLES | _HELPERS)
    return [word[:4] for word in left] == [word[:4] for word in plain]


def _opposite(gone: Sequence[str], new: Sequence[str]) -> bool:
    if len(gone) != 1 or len(new) != 1:
        return False
    return any(
        (one.fullmatch(gone[0]) and other.fullmatch(new[0])) or (other.fullmatch(gone[0]) and one.fullmatch(new[0]))
        for one, other in _PAIRS
    )
