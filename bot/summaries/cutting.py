"""A text cut where a headline may end: never inside a word, never where the last word waits for another. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

LETTERS = 80
HAN = 30

_HAN = re.compile(r"[\u3400-\u9fff]")
_DEEPEST = 3  # brackets in brackets
_ASIDE = re.compile(r"\s+\([^()]*\)")
# Points at something said before; "such as" does not, "this paper" is the paper itself.
_LEANS = re.compile(
    r"\b(?:(?:this|these|those)\s+(?!(?:paper|work|study|article|survey|report|thesis)\b)|such\s+(?!as\b))\w",
    re.IGNORECASE,
)
# Where a headline may end well: before a clause of its own; before what only adds; before what completes.
_CLAUSE = re.compile(
    r"\s*[;:]\s|\s[–—-]{1,3}\s|—|,\s+(?=(?:which|where|whose|while|whereas|although|but|so|with|using|by|via|based"
    r"|without|thereby|\w{3,}ing)\b)",
    re.IGNORECASE,
)
_ADDITION = re.compile(
    r"\s(?=(?:that|which|who|where|while|whereas|by|using|via|without|through|based on|leveraging|because|when|if"
    r"|so that|in order to|compared|for|with|to|in|on|from|across|under|over|into|as|at|within|against|during|after"
    r"|before|rather than|than)\b)|(?:(?<=tion|sion|ment|ness|ance|ence|[a-z]ity)"
    r"|(?<=tions|sions|ments|ances|ences|ities))\s",
    re.IGNORECASE,
)
_WORD = re.compile(r"\s")
_COMPLETION = re.compile(r"\s(?=(?:of|between|among|and|or)\b)", re.IGNORECASE)
_WAITING = frozenset({
    "a", "an", "the", "of", "for", "with", "to", "in", "on", "at", "by", "from", "and", "or", "but", "nor", "as",
    "that", "which", "is", "are", "was", "were", "be", "been", "can", "may", "will", "using", "via", "our", "well",
    "their", "its", "so", "this", "these", "those", "than", "between", "both", "into", "such", "more", "most", "not",
    "only", "very", "new", "novel", "called", "named", "we", "directly", "first", "second", "same", "other", "each",
    "it", "they", "under", "over", "through", "while", "when", "where", "whose", "then", "also", "without", "how",
    "after", "before", "against", "within", "during", "among", "rather", "since", "until", "toward", "towards", "upon",
    "relies", "rely", "depends", "depend", "leads", "lead", "results", "aims", "aim", "seeks", "tends", "tend",
    "consists", "focuses", "builds", "suffers", "differs", "adds", "covering", "another", "whole", "entire", "own",
    "including", "comprising", "containing", "consisting", "enabling", "spanning", "combining", "leveraging", "given",
    "built", "made", "drawn", "across", "even", "all", "some", "any", "two", "three", "four", "five",
    "whether", "what", "who", "if", "because", "has", "have", "had", "must", "should", "could", "would", "per", "vs",
    "unsafe"
})  # fmt: skip
_BEING = frozenset({"is", "are", "was", "were", "be", "been", "being", "has", "have", "not"})
_NO_PARTICIPLE = frozenset({"speed", "need", "feed", "seed", "embed", "bed", "indeed", "exceed", "succeed", "red"})
# Endings of adjectives and adverbs, which wait for their noun; the words are nouns that end like them.
_ADJECTIVE = re.compile(
    r"(?:[a-z]{2}(?:ic|al|ive|ous|able|ible|ful|less|ary|ly)|-(?:aware|based|driven|free|level|specific|guided"
    r"|efficient|agnostic|scale|wise|style|trained|grained|centric|oriented|preserving|of-the-art|[a-z]+ed))$"
)
_NOUNS = frozenset({
    "signal", "signals", "proposal", "retrieval", "removal", "goal", "arrival", "appraisal", "trial", "survival",
    "potential", "material", "interval", "manual", "metric", "topic", "logic", "music", "public", "traffic", "clinic",
    "heuristic", "statistic", "characteristic", "arithmetic", "objective", "perspective", "alternative",
    "narrative", "initiative", "incentive", "dictionary", "library", "summary", "boundary", "vocabulary", "commentary",
    "adversary", "corollary", "variable", "table", "family", "anomaly", "assembly", "supply", "reply", "portal",
    "journal", "capital", "hospital", "animal", "total", "principal", "criminal", "terminal", "denial",
    "disposal", "renewal", "refusal", "approval", "withdrawal", "fabric", "epidemic", "pandemic", "academic"
})  # fmt: skip


def fitted(text: str) -> str:
    """`text` in the room of a headline; cut before it leans on something said elsewhere. Empty if nothing is left."""
    text = text.strip().rstrip(" .。,;:")
    room = HAN if len(_HAN.findall(text)) * 3 > len(text) else LETTERS
    leans = _LEANS.search(text, 1)
    if len(text) > room or leans:
        for _ in range(_DEEPEST):
            text = _ASIDE.sub("", text)
        leans = _LEANS.search(text, 1)
    if len(text) <= room and not leans:
        return text
    return _cut(text, min(room, leans.start() + 1 if leans else room), wide=room == HAN)


def _cut(text: str, room: int, *, wide: bool) -> str:
    """The longest good beginning of `text` in `room` characters, "…" included; nothing if there is none."""
    head = text[: room - 1]
    if wide:
        ends = [mark.start() for mark in re.finditer(r"[，；：。、]", head) if mark.start() >= room // 2]
        return (head[: ends[-1]] if ends else head.rstrip()) + "…"
    for place, least in (
        (_CLAUSE, 48),
        (_ADDITION, 56),
        (_COMPLETION, 56),
        (_WORD, 60),
        (_ADDITION, 30),
        (_COMPLETION, 30),
    ):
        for end in reversed([mark.start() for mark in place.finditer(text) if least <= mark.start() < room]):
            kept = _whole(text[:end])
            if len(kept) >= least:
                return kept + "…"
    if room < LETTERS:
        return ""
    # Whole words if there are any; only a first word that is longer than a headline is cut.
    words = head.rsplit(" ", 1)[0]
    return (_whole(words) or words.rstrip()) + "…"


def _whole(text: str) -> str:
    """`text` without words at its end that wait for more, and without a bracket that stays open."""
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")]
    words = text.rstrip(" ,;:–—-").split(" ")
    while words and _waits(words):
        words.pop()
    return " ".join(words).rstrip(" ,;:–—-")


def _waits(words: Sequence[str]) -> bool:
    """Whether the last word promises another: an article, a preposition, an adjective, "framework designed"."""
    last = words[-1].strip(",;:").lower()
    if last in _WAITING or last.isdigit():
        return True
    before = words[-2].lower() if len(words) > 1 else ""
    if before in {"that", "which", "who", "to"} or (last.endswith("ing") and before in {"for", "of", "by", "and"}):
        return True
    if last.endswith("ed") and last not in _NO_PARTICIPLE and "-" not in last:
        return before not in _BEING and not before.endswith("ly")
    is_adjective = _ADJECTIVE.search(last) is not None and last.split("-")[-1] not in _NOUNS
    return is_adjective and before not in _BEING
