"""Which of a paper's figures tell most: an overview, the main results, rather than an appendix's ablation. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.full import Figure

MOST = 2
LEAST_WORDS = 4
"""Words without which a caption says nothing: "(a) ImageNet", "Results."."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_HAN = re.compile("[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")
_FIGURE = re.compile(r"(?:fig(?:ure|\.)?|scheme|图|рис(?:унок|\.)?)\s*(?P<number>[\w.]+)", re.IGNORECASE)
_PANEL = re.compile(r"\(?[a-z]\)(?:\s|$)")
_OVERVIEW = re.compile(
    r"\b(?:overview|architecture|framework|pipeline|workflow|teaser|at a glance|schematic"
    r"|illustrat\w+ of (?:our|the (?:proposed|overall))|(?:our|the) (?:proposed )?(?:method|approach|system|model)\b)",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"\b(?:main results?|overall (?:results?|performance)|performance (?:of|on|comparison|vs)"
    r"|comparison (?:of|with|between)|outperform\w*|state[- ]of[- ]the[- ]art|scaling|trade-?off|pareto|accuracy"
    r"|compared (?:to|with))\b",
    re.IGNORECASE,
)
_DETAIL = re.compile(
    r"\b(?:ablation|additional|more (?:examples?|results?|visuali[sz]ations?)|further|supplement\w*|appendix"
    r"|hyper-?parameters?|screenshots?|prompts?|annotat\w+ (?:interface|guidelines?)|questionnaire|failure cases?"
    r"|qualitative (?:examples?|results?)|example (?:of (?:a|the)|outputs?)|histogram|logo|word cloud|sensitivity)\b",
    re.IGNORECASE,
)


def telling(figures: Sequence[Figure], *, most: int = MOST) -> tuple[Figure, ...]:
    """At most `most` of those that can be found and say what they show, in the paper's order."""
    known: dict[str, tuple[int, int, Figure]] = {}
    for place, figure in enumerate(figures):
        where = figure.url or figure.anchor  # a drawing of the page itself has no address
        if where and where not in known and _says(figure):
            known[where] = (_worth(figure, first=not known), place, figure)
    best = sorted(known.values(), key=lambda each: (-each[0], each[1]))[:most]
    return tuple(figure for worth, _, figure in sorted(best, key=lambda each: each[1]) if worth > 0)


def _says(figure: Figure) -> bool:
    """Is it a figure by its name, and is its caption more than the name of a panel?"""
    if figure.label and not _FIGURE.fullmatch(figure.label):  # a table, an algorithm or a listing as a picture
        return False
    if _PANEL.match(figure.caption):
        return False
    return len(_WORD.findall(figure.caption)) >= LEAST_WORDS or len(_HAN.findall(figure.caption)) >= 2 * LEAST_WORDS


def _worth(figure: Figure, *, first: bool) -> int:
    """Above 0: worth showing. The first figure is, unless it is a detail."""
    opening = figure.caption[:200]
    match = _FIGURE.fullmatch(figure.label)
    in_appendix = match is not None and not match["number"].rstrip(".").isdecimal()  # A1, S3, 7.2
    worth = 2 * first + 4 * bool(_OVERVIEW.search(opening)) + 3 * bool(_RESULTS.search(opening))
    return worth - 5 * bool(_DETAIL.search(opening)) - 4 * in_appendix
