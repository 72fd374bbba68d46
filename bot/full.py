"""The text of a whole paper as values: sections, figures, tables, and what holds them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.document import Math
from bot.models import Note


class SectionKind(StrEnum):
    """What a section of a paper is for, as far as its heading says; `bot.fulltext.sections` decides."""

    ABSTRACT = "abstract"
    INTRODUCTION = "introduction"
    RELATED = "related"
    METHOD = "method"
    RESULTS = "results"
    DISCUSSION = "discussion"
    LIMITATIONS = "limitations"
    CONCLUSION = "conclusion"
    APPENDIX = "appendix"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands below it until the next one, of whatever `level` (1: the outermost).

    A section below one that says what it is for shares its kind. `number` is the paper's own ("3.2", "A", ""), `title`
    may be empty. `formulas` are those of the paragraphs, which hold their `text`; `cut`: it went on.
    """

    title: str
    kind: SectionKind
    paragraphs: tuple[str, ...]
    level: int = 1
    number: str = ""
    formulas: tuple[Math, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`url` is below arXiv's site as configured, None where the source names none (a PDF never does).

    `alt` is the source's own description, which nobody sees beside the picture: not a text to rest a statement on.
    `anchor` is where it stands on its page ("S1.F1"; '' if that is not known), `panels` of how many pictures it is
    made, of which `url` is the first.
    """

    label: str
    caption: str
    url: str | None = None
    alt: str = ""
    anchor: str = ""
    panels: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows from top to bottom, the cells of each joined by ` | `."""

    label: str
    caption: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Full:
    """The text of a whole paper as readable Unicode: what people can see of it, without references and thanks.

    `paper_id` and `version` are None for a file somebody sent; `stamp` is the arXiv id that a PDF's first page claims.
    `license` is what arXiv's page around the text says, a URL; None for one we do not know, and of a PDF. All of it is
    as hostile as an abstract is.
    """

    source: Literal["html", "pdf"]
    title: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Note, ...] = ()
    paper_id: str | None = None
    version: int | None = None
    stamp: str = ""
    license: str | None = None
