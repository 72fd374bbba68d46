"""Words of a paper made fit to show: no control characters, bounded, and short where a line is short. Pure.

Nothing is escaped here; that is the renderers' business alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.document import Span, Spans, Text

TITLE = 300
"""Most characters of a title that are shown; the longest real ones have about 250."""

NAME = 60
"""Most characters of an author's name."""

REMARK = 80
"""Most characters of an author's comment."""

VENUE = 120
"""Most characters of a comment that names a venue: the name's end, where its acronym stands, is what people know."""

LINE = 120
"""Most characters of a headline; the port promises 80."""

PROSE = 6_000
"""Most characters of an abstract or a summary; arXiv takes abstracts of 1,920."""

SHORT_TITLE = 60
"""Most characters of a title in a list."""

DOT = Text(" · ")
"""Between two things in one line."""

_KEPT_FORMATS = "\u200c\u200d"  # joiners: Persian and Indic words and many emoji need them
_BREAKS = " ,;:，；：、-–—"


def clean(text: str, limit: int = PROSE) -> str:
    """One line without control, bidi-override and invisible characters, of at most `limit` characters."""
    seen = text[: limit * 4]  # a bound on work; whatever is dropped is rarely three quarters of a text
    kept = "".join(_shown(char) for char in seen)
    return cut(re.sub(r"\s+", " ", kept).strip(), limit)


def clean_spans(spans: Iterable[Span], limit: int = PROSE) -> Spans:
    """`spans` cleaned, of at most `limit` characters together; spans that come out empty are dropped."""
    done: list[Span] = []
    left = limit
    for span in spans:
        text = re.sub(r"\s+", " ", "".join(_shown(char) for char in span.text[: left * 4 + 4]))
        short = cut(text, left) if len(text) > left else text
        if short:
            done.append(replace(span, text=short))
        left -= len(short)
        if short != text or left <= 0:
            break
    return tuple(done)


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning up to a word with `…`, in at most `limit` characters."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return "…"[:limit]
    head = text[: limit - 1]
    space = max(head.rfind(" "), 0) if not text[limit - 1].isspace() else len(head)
    if space > limit // 2:  # a word longer than half of it is cut where it is
        head = head[:space]
    return head.rstrip(_BREAKS) + "…"


def short_title(title: str) -> str:
    """What a paper is called in a list: the name before the colon, or the beginning of the title."""
    named = re.match(rf"(.{{2,{SHORT_TITLE}}}?)(?:\s*:\s|\s*：|\s[–—-]\s)", title)
    return named[1] if named else cut(title, SHORT_TITLE)


def authors(names: Sequence[str]) -> tuple[str, ...]:
    """The names to show: all of up to three, else the first two and the last (the lab's head)."""
    shown = names if len(names) <= 3 else (*names[:2], names[-1])
    return tuple(clean(name, NAME) for name in shown)


# ---------------------------------------------------------------- comments

_URL = re.compile(r"\S*(?:https?:|www\.|\b[\w-]+\.(?:com|org|io|co|science|edu|net)/)\S*", re.IGNORECASE)
_ABBREVIATED = "".join(
    rf"(?<!\b{short}\.)" for short in ("Vol", "vol", "No", "no", "pp", "Proc", "Conf", "Int", "Inf", "St")
)
_SENTENCES = re.compile(rf"(?<=[.;。；]){_ABBREVIATED}\s+|\s*;\s*|\s+[|/]\s+")
_ASIDE = re.compile(
    r"\d+\]?\+?\s*(?:pages?|pp\.?|figures?|figs?\.?|tables?|algorithms?)\b|^(?:our |the )?(?:code|project|data)\b",
    re.IGNORECASE,
)
_VENUE_WORDS = re.compile(
    r"\bac{1,2}e{1,2}pt|\bappear|\bpublish|\bproceeding|\bconference|\bworkshop|\bjournal\b|\btransactions\b"
    r"|\bsymposium|\bcamera[- ]ready|\bspotlight|\boral\b|\bposter\b|\baward|\bpresented\b|\bin press\b",
    re.IGNORECASE,
)
_ACRONYM_YEAR = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z]*[\s'’-]*(?:20)?[0-9]{2}\b")


def remark(comment: str | None) -> str | None:
    """What an author's comment says of where the paper appeared, else its beginning; None if only links are left.

    `comment` is readable text. The words stay the author's: "Accepted by AAAI25", "ICLR 2025 (Spotlight)".
    """
    if not comment:
        return None
    parts = [part.strip(" ,.;:") for part in _SENTENCES.split(clean(comment, 600))]
    venues = [part for part in parts if _is_venue(part)]
    if venues:
        return cut(_without_asides(_URL.sub("", venues[0])), VENUE) or None
    rest = ". ".join(part for part in parts if part and not _URL.search(part))
    return cut(rest, REMARK) or None


def _is_venue(part: str) -> bool:
    said = _URL.sub("", part)
    return bool(_ACRONYM_YEAR.search(said)) or bool(_VENUE_WORDS.search(said))


def _without_asides(part: str) -> str:
    """The clauses of `part` that are not about pages, figures or code."""
    clauses = [clause.strip(" .:") for clause in re.split(r",\s*(?![^()]*\))", part)]
    return ", ".join(clause for clause in clauses if clause and not _ASIDE.search(clause)) or part


def _shown(char: str) -> str:
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp":
            return " " if char.isspace() else ""
        case "Cf":
            return char if char in _KEPT_FORMATS else ""
        case "Cs" | "Co":
            return ""
    return char
