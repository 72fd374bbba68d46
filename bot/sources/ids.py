"""Every way people name a paper, and arXiv's own links to it. Pure.

Rules: https://info.arxiv.org/help/arxiv_identifier.html. A candidate is found by its shape alone; what stands beside it
then decides whether it is an id, a price, somebody else's DOI or a version number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.models import ARXIV, ArxivId
from bot.ports import UsageError

LONGEST = 20_000
"""Characters of a message we look at; chats allow 4,096."""

SHOWN = 60
"""Characters of a person's text that an answer repeats."""

_BESIDE = 200
"""Characters before a candidate that can make it a link or a DOI."""

# Archives of today, then those that were merged into them: an old id begins with one of either.
_ARCHIVE = (
    "astro-ph|cond-mat|cs|econ|eess|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|nlin|nucl-ex|nucl-th|physics|q-bio"
    "|q-fin|quant-ph|stat"
    "|acc-phys|adap-org|alg-geom|ao-sci|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|dg-ga|funct-an|mtrl-th"
    "|patt-sol|plasm-ph|q-alg|solv-int|supr-con"
)

_NEW = re.compile(
    r"(?<![0-9])(?P<yymm>[0-9]{4})\.(?P<number>[0-9]{4,6})(?![0-9])(?:v(?P<version>[0-9]+))?", re.IGNORECASE
)
_OLD = re.compile(
    r"(?:(?<![a-z0-9._-])|(?<=/arxiv\.))(?P<archive>" + _ARCHIVE + r")(?:\.[a-z][a-z-]{1,15})?"
    r"(?:/|%2f)(?P<yymm>[0-9]{4})(?P<number>[0-9]{3})(?![0-9])(?:v(?P<version>[0-9]+))?",
    re.IGNORECASE,
)

# What may follow: anything that does not go on as a word or a number. A dot may end the sentence or begin ".pdf".
_NO_ID_BEFORE = re.compile(
    r"[0-9A-Za-z_]|[.,]?[$€£¥₽°]|\.[0-9]|-[0-9]|/[0-9]|%(?![0-9a-f]{2})|\s?(?:usd|eur)\b", re.IGNORECASE
)

# What may stand before a new id that has no prefix of ours. ASCII only: Han letters may touch an id.
_GLUED = re.compile(r"[0-9A-Za-z._/\\+$€£¥₽#@=&%~^-]\Z|[0-9]:\Z")
_UNDERSCORED = re.compile(r"(?:\A|[^0-9A-Za-z_])_{1,2}\Z")  # Markdown's _2405.17428_
_PREFIXED = re.compile(r"(?:\A|[^0-9a-z])(?P<prefix>arxiv\s?[:._/-]\s?)\Z", re.IGNORECASE)
_DOI = re.compile(r"(?<![0-9])10\.[0-9]{4,9}(?:/|%2f)[!-+\--:<-~]*\Z", re.IGNORECASE)
_OUR_DOI = re.compile(r"(?<![0-9])10\.48550(?:/|%2f)arxiv\.\Z", re.IGNORECASE)
_LINK = re.compile(
    r"(?<![0-9a-z.-])(?:[a-z0-9-]+\.){0,4}"
    r"(?:(?:arxiv|alphaxiv|ar5iv|arxiv-vanity)\.(?:org|com)/"
    r"|(?:huggingface\.co|hf\.co|emergentmind\.com)/papers/"
    r"|(?:papers\.cool|scirate\.com|semanticscholar\.org|inspirehep\.net|hjfy\.top)/(?:[a-z]+/)?arxiv)"
    r"(?:[^\s<>\"]*[/=,:])?\Z",
    re.IGNORECASE,
)


_LEADS = re.compile(r"[^\s<>\"'“”‘’«»()\[\]]*\Z", re.ASCII)
_GOES_ON = re.compile(r"[!-~]*(?<![.,;:!?)\]>'\"])")


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a paper: from `start` to `end`, with the link or the `arXiv:` around the id."""

    start: int
    end: int
    paper: ArxivId


class NotAnId(UsageError):
    """No paper, or more than one, is named by `text` (bounded, one line)."""

    def __init__(self, text: str, *, papers: int = 0) -> None:
        self.text = _shown(text)
        super().__init__(
            f"'{self.text}' names {papers} papers. Send one arXiv id (2405.17428) or link at a time."
            if papers
            else f"'{self.text}' is not a paper I can find. Send an arXiv id (2405.17428) or a link."
        )


def find(text: str) -> list[ArxivId]:
    """Every paper that `text` names, in order, each once (with the version it is first named with).

    Looks at the first `LONGEST` characters. No id is an empty list.
    """
    found: dict[str, ArxivId] = {}
    for mention in _sorted(text[:LONGEST]):
        found.setdefault(mention.paper.key, mention.paper)
    return list(found.values())


def mentions(text: str) -> list[Mention]:
    """Every place of the first `LONGEST` characters of `text` where a paper is named, in order."""
    text = text[:LONGEST]
    return [_whole(text, mention) for mention in _sorted(text)]


def parse(text: str) -> ArxivId:
    """The one paper that `text` names. Raises NotAnId if there is none, or more than one."""
    named = find(text)
    if len(named) != 1:
        raise NotAnId(text, papers=len(named))
    return named[0]


def abs_url(paper: ArxivId) -> str:
    """The paper's page, of the named version if one is named."""
    return f"{ARXIV}/abs/{paper}"


def pdf_url(paper: ArxivId) -> str:
    """The PDF, of the named version if one is named."""
    return f"{ARXIV}/pdf/{paper}"


def html_url(paper: ArxivId) -> str:
    """The HTML that arXiv makes for many, not all, papers."""
    return f"{ARXIV}/html/{paper}"


def cool_papers_url(paper: ArxivId) -> str:
    """Questions and answers about the paper at papers.cool, which knows no versions."""
    return f"https://papers.cool/arxiv/{paper.key}"


def _sorted(text: str) -> list[Mention]:
    return sorted(_candidates(text), key=lambda mention: mention.start)


def _whole(text: str, mention: Mention) -> Mention:
    """`mention` with what leads to it and, of a link, what follows it."""
    before = text[max(0, mention.start - _BESIDE) : mention.start]
    start, end = mention.start, mention.end
    if _LINK.search(before) or _DOI.search(before):
        start -= len(found[0]) if (found := _LEADS.search(before)) else 0
        end = found.end() if (found := _GOES_ON.match(text, end)) else end
    elif found := _PREFIXED.search(before):
        start -= len(found["prefix"])
    return Mention(start, end, mention.paper)


def _candidates(text: str) -> Iterator[Mention]:
    """Where in `text` a paper is named, and which; old and new ids not in order of each other."""
    for match in _NEW.finditer(text):
        named = _new(match["yymm"], match["number"])
        if named and _ends(text, match.end()) and _begins(text[max(0, match.start() - _BESIDE) : match.start()]):
            yield from _versioned(match, named)
    for match in _OLD.finditer(text):
        named = _old(match["archive"].lower(), match["yymm"], match["number"])
        if named and _ends(text, match.end()):
            yield from _versioned(match, named)


def _versioned(match: re.Match[str], key: str) -> Iterator[Mention]:
    version = match["version"]
    if version is None:
        yield Mention(match.start(), match.end(), ArxivId(key))
    elif len(version) <= 3 and int(version) > 0:  # no paper has a thousand versions
        yield Mention(match.start(), match.end(), ArxivId(key, int(version)))


def _new(yymm: str, number: str) -> str | None:
    """The key of an id of today's scheme: four digits from April 2007, five from 2015.

    arXiv says six may come "if needed"; the busiest months are near 30,000, so not before 2026.
    Years 91–99 belong to the old scheme: a number that begins so is not an id for the next 65 years.
    """
    if not _is_month(yymm) or not "0704" <= yymm < "9100" or not int(number):
        return None
    allowed = {4} if yymm < "1501" else {5} if yymm < "2601" else {5, 6}
    return f"{yymm}.{number}" if len(number) in allowed else None


def _old(archive: str, yymm: str, number: str) -> str | None:
    """The key of an id given from July 1991 to March 2007, without its subject class."""
    if not _is_month(yymm) or not (yymm >= "9107" or yymm <= "0703") or not int(number):
        return None
    return f"{archive}/{yymm}{number}"


def _is_month(yymm: str) -> bool:
    return "01" <= yymm[2:] <= "12"


def _begins(before: str) -> bool:
    """May a new id stand after `before`? A word, a number or a path may not run into it, unless it leads to arXiv."""
    if _DOI.search(before):
        return _OUR_DOI.search(before) is not None
    if _PREFIXED.search(before) or _LINK.search(before):
        return True
    return not _GLUED.search(before) or _UNDERSCORED.search(before) is not None


def _ends(text: str, end: int) -> bool:
    """May an id end here? Not inside a word or a longer number, nor before a unit of money."""
    if text.startswith("_", end):  # Markdown again: the mark must end there
        return not text[end:].lstrip("_")[:1].isalnum()
    return not _NO_ID_BEFORE.match(text, end)


def _shown(text: str) -> str:
    """`text` on one line, cut to `SHOWN` characters."""
    line = "".join(char if char.isprintable() else " " for char in text[: 4 * SHOWN])
    line = " ".join(line.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1].rstrip() + "…"
