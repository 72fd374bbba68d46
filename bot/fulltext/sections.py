"""What the sections of a paper are for, by their English headings. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.full import Section, SectionKind

_APPENDIX = r"^(?:online )?(?:appendix|appendices|supplement(?:ary|al)?\b)"
_NAMED_APPENDIX = re.compile(_APPENDIX, re.IGNORECASE)
_INTRODUCTION = r"\bintroduct(?:ion|ory)\b|^motivation|^overview$"
_LIMITATIONS = r"\blimitations?\b|\bthreats to\b|\bfailure (?:cases|modes|analysis)\b|\bcaveats\b"
_CONCLUSION = r"\bconclu(?:sions?|ding)\b|\bfuture (?:work|directions)\b|\boutlook\b|^summary\b|^closing\b"
_RELATED = r"\b(?:related|prior|previous) (?:works?|research|literature)\b|\bliterature\b|^background\b"
_LABORATORY = r"^experimental (?:methods?|methodology|procedures?|techniques?)\b|^materials? and methods?\b"
_RESULTS = (
    r"\b(?:results?|experiments?|experimental|experimentation|evaluations?|evaluating|empirical|findings|ablations?"
    r"|analys[ei]s|benchmarks?|benchmarking|case stud(?:y|ies)|performance|comparisons?)\b"
)
_DISCUSSION = r"\b(?:discussions?|implications?|broader impacts?|impact statement|ethics?|ethical)\b"
_METHOD = (
    r"\b(?:methods?|methodology|methodologies|approach(?:es)?|architectures?|frameworks?|algorithms?|models?|modell?ing"
    r"|proposed|implementation|formulation|problem statement|problem definition|system|design|training|pipeline|theory"
    r"|preliminar(?:y|ies)|datasets?|notation)\b"
)
_FINDERS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (  # the first that is found decides: "Results and Discussion" is results
        (SectionKind.APPENDIX, _APPENDIX),  # behind a number, too
        (SectionKind.ABSTRACT, r"^(?:extended )?abstract\b|^synopsis$"),
        (SectionKind.INTRODUCTION, _INTRODUCTION),
        (SectionKind.LIMITATIONS, _LIMITATIONS),
        (SectionKind.CONCLUSION, _CONCLUSION),
        (SectionKind.RELATED, _RELATED),
        (SectionKind.METHOD, _LABORATORY),
        (SectionKind.RESULTS, _RESULTS),
        (SectionKind.DISCUSSION, _DISCUSSION),
        (SectionKind.METHOD, _METHOD),
    )
)

_CUT = re.compile(
    r"^(?:references?(?: cited| and notes)?|bibliography|(?:literature|works) cited|acknowledge?ments?|thanks"
    r"|(?:table of )?contents|list of (?:figures|tables))$"
    r"|^acknowledge?ments?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"^\s*(?i:(?P<word>section|appendix|chapter)\s+)?"
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4}|[IVX]{1,5}(?=[.:)\s])|[A-Z](?:\.\d{1,2}){0,3})(?P<stop>[.:)]?)(?:\s+|$)"
)
_OWN = frozenset({SectionKind.LIMITATIONS, SectionKind.APPENDIX, SectionKind.ABSTRACT})
"""What a section says of itself whatever it stands below."""

_NOTHING_SAID = frozenset({SectionKind.OTHER, SectionKind.DISCUSSION})
"""What a section hands on to none below it that say more themselves."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a parser found it; `appendix`: the source itself says that it belongs to one."""

    title: str
    level: int = 1
    appendix: bool = False


def kind_of(title: str) -> SectionKind:
    """What a heading by itself says; a number before it says nothing."""
    if _NAMED_APPENDIX.match(title):
        return SectionKind.APPENDIX
    words = bare(title)
    return next((kind for kind, finder in _FINDERS if finder.search(words)), SectionKind.OTHER)


def is_cut(title: str) -> bool:
    """References, acknowledgements and tables of contents are no part of the text."""
    return _CUT.match(bare(title)) is not None


def numbered(title: str) -> tuple[str, str]:
    """`3.2 Attention` as its number and its words; the number is empty where there is none.

    A letter or a Roman number alone counts only with a dot or a word beside it: `A. Proofs`, but `A New Model`.
    """
    match = _NUMBER.match(title)
    if match is None:
        return "", title.strip()
    number, rest = match["number"], title[match.end() :].strip()
    if number.isalpha() and not (match["word"] or match["stop"]) and rest:
        return "", title.strip()
    return number, rest


def bare(title: str) -> str:
    """A heading's words: without number and the marks around them."""
    return numbered(title)[1].strip(" .:—–-*")


def kinds(headings: Sequence[Heading]) -> tuple[SectionKind, ...]:
    """What each section is for.

    One below another shares its kind, but limitations are limitations anywhere. Authors call their method by its own
    name: where no heading says "method", sections between the introduction and the results are taken for it.
    """
    found: list[SectionKind] = []
    above: list[tuple[int, SectionKind]] = []
    for heading in headings:
        while above and above[-1][0] >= heading.level:
            above.pop()
        own = SectionKind.APPENDIX if heading.appendix else kind_of(heading.title)
        parent = above[-1][1] if above else SectionKind.OTHER
        kind = own if parent in _NOTHING_SAID or (own in _OWN and parent is not SectionKind.APPENDIX) else parent
        if kind is SectionKind.OTHER:
            kind = parent
        found.append(kind)
        above.append((heading.level, kind))
    return tuple(_with_method(headings, found))


def sorted_out(sections: Sequence[Section], *, appendix: Sequence[bool] = ()) -> tuple[Section, ...]:
    """`sections` with their kinds, without those that are cut (and what stands below them) or empty.

    `appendix` says of each whether the source calls it one.
    """
    flags = tuple(appendix) or (False,) * len(sections)
    kept: list[tuple[Section, bool]] = []
    cut_level: int | None = None
    for section, is_appendix in zip(sections, flags, strict=True):
        if cut_level is not None and section.level > cut_level:
            continue
        cut_level = section.level if is_cut(section.title) else None
        if cut_level is None:
            kept.append((section, is_appendix))
    labels = kinds([Heading(each.title, each.level, flag) for each, flag in kept])
    return tuple(replace(each, kind=kind) for (each, _), kind in zip(kept, labels, strict=True) if each.paragraphs)


def _with_method(headings: Sequence[Heading], found: list[SectionKind]) -> list[SectionKind]:
    if SectionKind.METHOD in found:
        return found
    ends = (SectionKind.RESULTS, SectionKind.DISCUSSION, SectionKind.LIMITATIONS, SectionKind.CONCLUSION)
    opened = next((at for at, kind in enumerate(found) if kind is SectionKind.INTRODUCTION), None)
    if opened is None:
        return found
    closed = next((at for at, kind in enumerate(found) if at > opened and kind in ends), None)
    if closed is None:
        return found
    between = range(opened + 1, closed)
    return [
        SectionKind.METHOD if at in between and kind is SectionKind.OTHER and headings[at].title else kind
        for at, kind in enumerate(found)
    ]
