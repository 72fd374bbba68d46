"""A sentence of the paper shortened to a headline, in its own words. Pure.

Openings that every paper has ("In this paper, we propose") go; what is too long is cut where a clause or at least a
word ends, with "…". No word is added or changed, except that the first letter may become a capital.
"""

from __future__ import annotations

import re

LETTERS = 80
HAN = 30

_HAN = re.compile(r"[\u3400-\u9fff]")
_MARKERS = (
    r"however|moreover|furthermore|additionally|in addition|specifically|in particular|concretely|therefore|thus|hence"
    r"|consequently|as a result|finally|first|firstly|second|secondly|lastly|overall|notably|interestingly|surprisingly"
    r"|crucially|importantly|to this end|to do (?:so|this)|instead|in contrast|conversely|meanwhile|here|also"
    r"|then|indeed"
    r"|in summary|in this (?:paper|work|study|article|report|letter|survey|thesis|context)|for example"
    r"|for instance|besides"
)
MARKER = re.compile(rf"(?:{_MARKERS})\s*,\s+", re.IGNORECASE)
"""A discourse marker with its comma, at the start of a sentence: it can go without hurting the grammar."""

_BARE = re.compile(r"(?:in this (?:paper|work|study|article|report)|here|herein)\s+(?=we\b)", re.IGNORECASE)
_CONTEXT = re.compile(
    r"(?:to|based on|motivated by|inspired by|building (?:up)?on|in|for|as|given|guided by"
    r"|with)\s[^.;:]{3,160}?,\s+(?=we\b)",
    re.IGNORECASE,
)
_WE = r"(?:we|this (?:paper|work|study|article|report)|the (?:present )?(?:paper|authors))"
_ADVERB = r"(?:(?:also|first|then|further|therefore|thus|here|hereby|formally|finally|jointly)\s+)?"
# Verbs whose object is the news.
_OFFER = re.compile(
    rf"{_WE},?\s+{_ADVERB}(?:propos|introduc|present|describ|develop|devis|contribut|releas|unveil)(?:e|es"
    rf"|s)?(?:, for the first time,)?\s+"
    r"(?=(?:an?|the|two|three|four|five|several|some|our|novel|new|[A-Z0-9τ]\S*|[a-z]+-[a-z]+)\s)",
    re.IGNORECASE,
)
# Verbs whose clause is the news; not those that only claim ("argue", "believe", "hypothesize").
_FINDING = re.compile(
    r"(?:(?:our|the|these|extensive|empirical|experimental|numerical)\s+)*"
    rf"(?:{_WE}|results|experiments|findings|analys[ei]s|evaluations?|evidence)\s+(?:[^,.;:]{{0,60}}?\s)?"
    r"(?:show|demonstrate|find|found|prove|observe|reveal|establish|discover|indicate|confirm)s?,?\s+that\s+",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()]*\)")
# Where a headline may end well, and how long it then has to be: before a clause of its own; before an addition.
_CLAUSES = (
    (re.compile(r"\s*[;:]\s|\s[–—-]{1,3}\s|—|,\s+(?=which|where|whose|while|whereas|although|but|enabling"
                r"|allowing|achieving|"
                r"outperforming|leading|making|thereby|resulting|showing|yielding|so\b|with\b|using\b"
                r"|by\b)", re.IGNORECASE), 44),
    (re.compile(r"\s(?=(?:that|which|where|while|whereas|by|using|via|without|through|based on|leveraging"
                r"|because|when|if|"
                r"so that|in order to|compared|for|with|to|in|on|from|across|under|over|into|as|at|"
                r"and)\b)", re.IGNORECASE), 52),
)  # fmt: skip
_DANGLING = frozenset({
    "a", "an", "the", "of", "for", "with", "to", "in", "on", "at", "by", "from", "and", "or", "but", "nor", "as",
    "that", "which", "is", "are", "was", "were", "be", "been", "can", "may", "will", "using", "via", "based", "our",
    "their", "its", "this", "these", "those", "than", "between", "both", "into", "such", "more", "most", "not",
    "only", "very", "new", "novel", "called", "named", "derived", "designed", "tailored", "aimed", "built", "we",
    "it", "they", "under", "over", "through", "while", "when", "where", "whose", "then", "also", "without"
})  # fmt: skip


def headline(sentence: str) -> str:
    """At most 80 letters (30 Han characters) of `sentence`, without its full stop; never empty unless it is."""
    text = _core(sentence.strip()).rstrip(" .。")
    room = HAN if len(_HAN.findall(text)) * 3 > len(text) else LETTERS
    if len(text) > room:
        text = _ASIDE.sub("", text)
    return text if len(text) <= room else _cut(text, room)


def trimmed(sentence: str) -> str:
    """`sentence` without a discourse marker at its start, if one stands there with its comma."""
    found = MARKER.match(sentence)
    return capitalized(sentence[found.end() :]) if found else sentence


def capitalized(text: str) -> str:
    """With a capital first, unless the first word is a name such as `vLLM` or a symbol such as `k-means`."""
    word = text.split(" ", 1)[0]
    is_name = any(char.isupper() or char.isdigit() for char in word[1:]) or re.match(r"[a-z]-", word)
    return text if is_name else text[:1].upper() + text[1:]


def _core(sentence: str) -> str:
    """What is left without the openings."""
    rest = sentence
    while found := (MARKER.match(rest) or _BARE.match(rest) or _CONTEXT.match(rest)):
        rest = rest[found.end() :]
    for opening in (_OFFER, _FINDING):
        if found := opening.match(rest):
            rest = rest[found.end() :]
            break
    # Too little left says nothing: the sentence was the opening.
    return capitalized(rest) if len(rest) >= 20 else sentence


def _cut(text: str, room: int) -> str:
    """The longest good beginning of `text` in `room` characters, "…" included."""
    head = text[: room - 1]
    if room == HAN:
        ends = [mark.start() for mark in re.finditer(r"[，；：。、]", head) if mark.start() >= room // 2]
        return (head[: ends[-1]] if ends else head.rstrip()) + "…"
    for clause, least in _CLAUSES:
        ends = [mark.start() for mark in clause.finditer(text) if least <= mark.start() < room]
        while ends:
            kept = _whole(text[: ends.pop()])
            if len(kept) >= least:
                return kept + "…"
    words = head.rsplit(" ", 1)[0] if " " in head else head
    return (_whole(words) or head.rstrip()) + "…"


def _whole(text: str) -> str:
    """`text` without words at its end that wait for more, and without a bracket that stays open."""
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")]
    words = text.rstrip(" ,;:–—-").split(" ")
    while words and words[-1].strip(",;:").lower() in _DANGLING:
        words.pop()
    return " ".join(words).rstrip(" ,;:–—-")
