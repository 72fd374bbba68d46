"""What a parser found in a file, and how it travels from the worker's process to ours. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.full import Figure, Section, Table

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST = 3_000_000
"""Characters of text; the longest theses have a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """`pages` of a PDF, of which `read` were read; `hidden`: it holds words disguised from people, left out here.

    `stamp` is the id, with version, of arXiv's stamp on a PDF's first page; '' if there is none.
    `license` is what arXiv's page says beside the paper, in its own words ("CC BY 4.0").
    """

    title: str
    sections: tuple[Section, ...]
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    pages: int = 0
    read: int = 0
    hidden: bool = False
    stamp: str = ""
    license: str = ""

    @property
    def length(self) -> int:
        """Characters of its paragraphs."""
        return sum(len(paragraph) for section in self.sections for paragraph in section.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A worker's answer: what it found, or why not (a `bot.ports.TextProblem`)."""

    parsed: Parsed | None = None
    problem: str | None = None


def encoded(answer: Answer) -> bytes:
    """`answer` as one JSON document in ASCII."""
    return json.dumps(asdict(answer)).encode("ascii")


def decoded(body: bytes) -> Answer:
    """The Answer in `body`; raises ValueError if it is none. The worker read a hostile file: it is not trusted."""
    return _adapter().validate_json(body, strict=False)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - the worker needs none of it and starts sooner

    return TypeAdapter(Answer)
