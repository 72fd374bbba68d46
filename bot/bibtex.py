"""A paper as a BibTeX entry that BibTeX and biber take as it is. Pure.

BibTeX counts braces even where a backslash stands before them, so a brace of a text is spelled as a command; formulas
keep their LaTeX where their own braces are even.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate

from bot import latex
from bot.document import Math, Span
from bot.links import page
from bot.models import Paper
from bot.wording import clean

MOST_AUTHORS = 200
"""Names of one entry; after them stands `others`, which styles print as "et al."."""

_LONGEST = 1_000
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "$&#_%"},
}
_VERBATIM = re.compile(r"[A-Za-z0-9./:;()<>+_-]+")  # in a DOI, which styles print as it stands
_ONE_NAME = re.compile(
    r",|\band\b|\bothers\b|\b(?:Team|Group|Collaborations?|Consortium|Project|Network)\b", re.IGNORECASE
)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+|[,;:!| ])")  # a brace behind a backslash is none of them
_WORD = re.compile(r"([^\W_](?:[\w.+-]*[^\W_])?)")


def entry(paper: Paper) -> str:
    """One `@misc` entry, several lines; its key is the first author's family name and the id: `lee2405.17428`."""
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(paper))
    return f"@misc{{{key(paper)},\n{lines}\n}}"


def key(paper: Paper) -> str:
    """What one cites; no other paper has it."""
    words = clean(latex.readable(paper.authors[0]), 100).split() if paper.authors else []
    plain = unicodedata.normalize("NFKD", words[-1] if words else "")
    return "".join(re.findall("[a-z]", plain.lower()))[:30] + paper.id


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "title", _title(latex.spans(paper.title)) or _escaped(paper.id)
    if names := [name for each in paper.authors[:MOST_AUTHORS] if (name := _name(clean(latex.readable(each), 200)))]:
        yield "author", " and ".join((*names, "others") if len(paper.authors) > MOST_AUTHORS else names)
    yield "year", str(_year(paper))
    yield "eprint", paper.id
    yield "archivePrefix", "arXiv"
    if paper.primary_category:
        yield "primaryClass", _escaped(paper.primary_category)
    if paper.doi and _VERBATIM.fullmatch(paper.doi):
        yield "doi", paper.doi
    if where := clean(latex.readable(paper.journal_ref or ""), _LONGEST):
        yield "note", _escaped(where)
    yield "url", page(paper)


def _title(spans: Iterable[Span]) -> str:
    """Styles write titles small: words with a capital after their first letter are kept as they are."""
    return "".join(_formula(span) if isinstance(span, Math) else _protected(span.text) for span in spans)


def _formula(span: Math) -> str:
    """Its LaTeX, if that is whole and harmless; else what it reads."""
    source = " ".join(span.source.split())
    bare = _COMMAND.sub("", source)
    depths = [0, *accumulate((char == "{") - (char == "}") for char in bare)]
    is_safe = bool(source) and min(depths) == depths[-1] == 0 and not set("$%#&~\\") & set(bare)
    return f"{{${source}$}}" if is_safe else _escaped(span.text)


def _protected(text: str) -> str:
    pieces = _WORD.split(_seen(text))
    return "".join(f"{{{_spelled(piece)}}}" if _has_inner_capital(piece) else _spelled(piece) for piece in pieces)


def _has_inner_capital(piece: str) -> bool:
    return any(char.isupper() for char in piece[1:])


def _name(name: str) -> str:
    """`Given Family`; a team's name, or one BibTeX would take apart, is one word to it."""
    return f"{{{_escaped(name)}}}" if _ONE_NAME.search(name) else _escaped(name)


def _year(paper: Paper) -> int:
    """Of the first submission; the id says it too."""
    if paper.published:
        return paper.published.year
    two = int(re.sub(r".*/", "", paper.id)[:2])
    return 1900 + two if two > 90 else 2000 + two


def _escaped(text: str) -> str:
    return _spelled(_seen(text))


def _spelled(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)


def _seen(text: str) -> str:
    """Without what cannot be seen; spaces at its edges stay, for it may be a part of a line."""
    inner = clean(text, _LONGEST)
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{before}{inner}{after}" if inner else before
