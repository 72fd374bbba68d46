"""A figure as people see it: what it is called and shows, whose it is and under which licence, and its words. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot import document
from bot.document import Link, Span, Text
from bot.figures.choose import telling
from bot.full import Figure, Full
from bot.latex import readable
from bot.licences import Licence, free
from bot.locales import say
from bot.models import ARXIV, ArxivId, Paper
from bot.summaries.candidates import harmless
from bot.summaries.orders import sound, without_orders
from bot.summaries.sentences import sentences
from bot.wording import DOT, NAME, clean, cut

CAPTION = 240
"""Most characters of what is said below a figure."""
ALT = 900
"""Most characters of the words that stand for it; Discord takes 1024."""
LABEL = 24

_SAYS_NOTHING = re.compile(
    r"(?:(?:refer(?: to|ring to)?|see) (?:the )?caption|\[?uncaptioned image\]?|(?:figure|image|fig\.?)\s*\w*)?\W*"
    r"|\S+\.(?:png|jpe?g|gif|svg|pdf|webp)",
    re.IGNORECASE,
)
_BORROWED = re.compile(
    r"\b(?:re(?:produced|printed|drawn)|adapted|taken|borrowed|adopted|modified) (?:with permission )?(?:from|after)\b"
    r"|\b(?:permission|courtesy|copyright(?:ed)?|image credits?|photo(?:graph)? by|figure (?:from|by))\b|\bsource:|©",
    re.IGNORECASE,
)
"""A figure of somebody else's, for which the paper's licence does not speak."""
_DRAWN = re.compile(r"\.(?:svgz?|pdf|eps)$", re.IGNORECASE)


def shown(paper: Paper, full: Full, *, language: str, pictures: bool = True) -> tuple[document.Figure, ...]:
    """The telling figures of `paper`, whose text is `full`, for readers of `language`.

    Each leads to its place on arXiv's page. `picture` is set where the licence is free: that of the feed, or where it
    does not know one, what arXiv's page says; where the caption names another source, nothing is known of its licence.
    `pictures` False: none is set.
    """
    licence = free(paper.license or full.license)
    made = (
        _figure(figure, paper, full, None if _BORROWED.search(figure.caption) else licence, language)
        for figure in telling(full.figures)
    )
    found = tuple(each for each in made if each is not None)
    return found if pictures else tuple(document.Figure(each.url, each.alt, each.caption) for each in found)


def _figure(figure: Figure, paper: Paper, full: Full, licence: Licence | None, language: str) -> document.Figure | None:
    said = _said(figure.caption, CAPTION)
    if not said:
        return None
    which = ArxivId(paper.id, full.version)
    url = f"{ARXIV}/html/{which}" + (f"#{figure.anchor}" if figure.anchor else "")
    label = clean(harmless(figure.label), LABEL) or say(language, "figure.unnamed")
    spans: list[Span] = [Link(label, url), Text(f" — {said}")]
    if licence is not None:
        whose = _authors(paper, language)
        spans += [DOT, Text(f"{whose}, " if whose else ""), Link(licence.name, licence.url)]
    picture = figure.url if licence is not None and _is_whole(figure, paper) else None
    alt = _alt(figure, label)
    return document.Figure(url, alt, tuple(spans), picture=picture)


def _is_whole(figure: Figure, paper: Paper) -> bool:
    """One picture, of pixels, that belongs to this paper: another paper's may have another licence."""
    path = urlsplit(figure.url or "").path
    own = re.match(rf"{re.escape(paper.id)}(?:v\d+)?/", path.partition("/html/")[2])
    return figure.panels == 1 and own is not None and not _DRAWN.search(path)


def _said(text: str, limit: int) -> str:
    """As many whole sentences as there is room for, those that speak to machines left out; '' if none is left."""
    kept = sound(sentences(harmless(without_orders(clean(text)))))
    said = ""
    for sentence in kept:
        more = f"{said} {sentence}".strip()
        if len(more) > limit:
            return said or cut(sentence, limit)
        said = more
    return said


def _alt(figure: Figure, label: str) -> str:
    """The source's own description if it is one; else the caption, more of it than is shown."""
    own = _said(figure.alt, ALT) if not _SAYS_NOTHING.fullmatch(figure.alt.strip()) else ""
    return own or f"{label}: {_said(figure.caption, ALT)}"


def _authors(paper: Paper, language: str) -> str:
    names = [clean(readable(name), NAME) for name in paper.authors]
    match [name for name in names if name]:
        case []:
            return ""
        case [one]:
            return one
        case [one, other]:
            return say(language, "figure.two", first=one, second=other)
        case [one, *_]:
            return say(language, "figure.more", first=one)
    return ""
