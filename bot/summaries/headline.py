"""A paper's own words as a headline: the first of its best sentences that can be shortened to one. Pure.

Openings that every paper has go; what is too long is cut. What leans on something said before, starts in the middle or
says nothing is passed over; then the title's own subtitle serves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.summaries.cues import is_a_part, speaks_of_itself
from bot.summaries.cutting import fitted
from bot.summaries.openings import capitalized, news

ASKED = 4
"""Sentences that are tried before the title is."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_NAMED = re.compile(r"(?P<name>\S{2,30}(?:\s\S{2,20})?),\s+(?P<rest>(?:an?|the|our)\s.+)$", re.DOTALL)
_DOES = re.compile(
    r"(?P<name>[^\s,]{2,30}(?:\s[A-Z][^\s,]*){0,4})(?:\s\([^()]*\))?,\s+(?:which|that)\s+(?!(?:is|was|its|this)\b)"
    r"(?=(?:first\s|also\s|\w+ly\s)*[a-z]+s\s)"
)
# Starts in the middle, is about itself, or only sets the scene.
_POOR = re.compile(
    r"(?:this(?! (?:paper|work|study|article|survey|report|thesis)\b)|these|those|such|it|its|they|their|he|she|his|her"
    r"|to|by|using|thus|so|both|which|that|then|also|and|or|but|yet|while|although|though|despite|if|when|since"
    r"|unlike|because|whereas)\b"
    r"|(?:various|several|some|different|multiple|many|most|numerous|recent|recently|existing|current|traditional"
    r"|conventional|modern|prior|previous|in recent|a (?:key|major|common|central|long-standing|fundamental)"
    r"|the (?:long-standing|key|main|second|third|proposed|latter|former|resulting|results?|goal|aim|code|method"
    r"|model|framework|approach|algorithm|system))\b"
    r"|(?:we|i)\s+(?:\w+ly\s+|also\s+|then\s+|further\s+|first\s+)?(?:refer|call|denote|name|use|discuss"
    r"|(?:conduct|perform)(?! an?\b)|hope|believe|argue|address (?:this|these|both|it)|do|achieve|formulate|apply"
    r"|validate|test|note|make)\b"
    r"|we (?:also|further|additionally|then|finally)\b"
    r"|(?:\w+ing|\w+ed)\s+(?:an?|the|our|its|this|these)\b|[^\s,]+(?:\s[^\s,]+)?,\s+\w+ing\b"
    r"|(?!how )\S+ to \w+\b"
    r"|(?:experiments?|results|extensive|empirical|experimental|finally|our (?:code|data|key|main|goal|aim)"
    r"|in|on|at|for|with|from|as)\b",
    re.IGNORECASE,
)


def headline(title: str, sentences: Sequence[str]) -> str:
    """At most 80 letters (30 Han characters), without a full stop; empty only if there are no words at all.

    `sentences` are tried as they come, best first. Where the title itself names the thing ("NV-Embed: …"), the
    headline does not say the name again.
    """
    name = _name(title)
    for sentence in sentences[:ASKED]:
        if is_a_part(sentence) or not speaks_of_itself(sentence):
            continue
        if (told := shortened(sentence, name=name)) and _is_good(told):
            return told
    _, colon, subtitle = title.partition(": ")
    own = capitalized(subtitle.strip()) if colon and len(subtitle.split()) > 3 else title
    return fitted(own) or fitted(title) or next((told for one in sentences if (told := fitted(news(one)))), "")


def shortened(sentence: str, *, name: str = "") -> str:
    """What `sentence` says is new, in the room of a headline; nothing if it leans on what stood before.

    `name` is what the reader already knows the thing by.
    """
    text = news(sentence.strip())
    if name and (found := _NAMED.match(text)) and _same(found["name"], name) and len(found["rest"]) > 30:
        text = capitalized(found["rest"].removeprefix("our "))
    elif found := _DOES.match(text):
        text = f"{found['name']} {text[found.end() :]}"
    return fitted(text)


def _is_good(told: str) -> bool:
    """Whether `told` stands by itself and says something."""
    words = told.rstrip("…").split()
    return (len(words) >= 4 or bool(_HAN.search(told))) and not _POOR.match(told) and capitalized(told) == told


def _name(title: str) -> str:
    """What the title calls the thing: `NV-Embed` of "NV-Embed: Improved …"; nothing if it does not."""
    head, colon, _ = title.partition(":")
    return head.strip() if colon and len(head.split()) <= 3 else ""


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W", "", one).casefold() == re.sub(r"\W", "", other).casefold()
