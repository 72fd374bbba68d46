"""A paper made ready for many queries: its words cut and folded once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.models import Paper
from bot.topics.words import split, stem, stems

WALL = " | "
"""Stands between texts that no phrase may straddle; no word looks like it."""

_LATEX = frozenset("\\${}~^_")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Prepared:
    """What queries look at. Texts are stems, each between two spaces of its own: ` large  language  model `.

    So a word is found as ` model `, a phrase as ` language  model `, a prefix as ` transform`, all by plain substring
    search, and counting them needs no overlap. `text` is title and abstract, `everything` also comment, journal and
    authors. `authors` are parts of names, unstemmed. `length` in words counts the title twice, as ranking does.
    """

    id: str
    title: str
    abstract: str
    comment: str
    text: str
    everything: str
    authors: tuple[tuple[str, ...], ...]
    categories: frozenset[str]
    length: int


def prepare(paper: Paper) -> Prepared:
    """`paper` ready for `Query.matches`."""
    in_title, in_abstract = stems(_readable(paper.title)), stems(_readable(paper.abstract))
    title, abstract, comment = line(in_title), line(in_abstract), _line(paper.comment or "")
    people = [split(_readable(author)) for author in paper.authors]
    text = title + WALL + abstract
    also = (comment, _line(paper.journal_ref or ""), *(line(stem(part) for part in person) for person in people))
    primary = (paper.primary_category,) if paper.primary_category else ()
    return Prepared(
        id=paper.id,
        title=title,
        abstract=abstract,
        comment=comment,
        text=text,
        everything=WALL.join((text, *also)),
        authors=tuple(tuple(part.casefold() for part in person) for person in people),
        categories=frozenset((*paper.categories, *primary)),
        length=2 * len(in_title) + len(in_abstract),
    )


def line(words: Iterable[str]) -> str:
    """Stems as `Prepared` keeps them and as they are looked for."""
    joined = "  ".join(words)
    return f" {joined} " if joined else ""


def _line(text: str) -> str:
    return line(stems(_readable(text)))


def _readable(text: str) -> str:
    if _LATEX.isdisjoint(text):
        return text
    from bot.latex import readable  # noqa: PLC0415 - heavy, and most texts have no LaTeX; nor has parsing a query

    return readable(text)
