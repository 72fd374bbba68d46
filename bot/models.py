"""The words of the plan as values: papers, announcements, topics, summaries, digests. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bot.topics.query import Query

ARXIV = "https://arxiv.org"
"""Links we show are always arXiv's own, whatever server we were pointed at."""


@dataclass(frozen=True, slots=True)
class ArxivId:
    """A paper as somebody named it: `key` has no version and is in arXiv's own form.

    `key` is `YYMM.NNNN[N]` or `archive/YYMMNNN` (an old one without subject class).
    """

    key: str
    version: int | None = None

    def __str__(self) -> str:
        return self.key if self.version is None else f"{self.key}v{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper; its key is `id`, without version. `None` is what the source did not give; nothing is guessed.

    `title`, `authors`, `abstract`, `comment` and `journal_ref` are as the source has them, LaTeX included
    (white space is collapsed); `bot.latex` makes them readable. Times are aware, UTC.
    `published` is the first submission, `updated` that of `version`. `license` is a URL.
    """

    id: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    version: int | None = None
    categories: tuple[str, ...] = ()
    primary_category: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    license: str | None = None
    comment: str | None = None
    doi: str | None = None
    journal_ref: str | None = None

    @property
    def versioned_id(self) -> str:
        """`2405.17428v2`, or the bare id where the version is not known."""
        return str(ArxivId(self.id, self.version))


class Kind(StrEnum):
    """What an announcement is to a topic; the values are those of arXiv's `arxiv:announce_type`."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """`version` of a paper was announced on `date`, the date of arXiv's feed (New York's calendar).

    `announce_type` is what the feed itself said, relative to the category the feed was asked for; what it is
    to a topic is computed from the version, the primary category and the topic's categories.
    """

    paper_id: str
    date: date
    version: int | None = None
    announce_type: Kind | None = None
    source: Literal["feed", "sweep", "reconstructed"] = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A paper and its announcement; without one it was asked for by id (or comes from a bundle)."""

    paper: Paper
    announcement: Announcement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A name and a query; `names` are the catalogue's, by language (`en`, `zh`, `ru`)."""

    name: str
    query: Query
    names: Mapping[str, str] = field(default_factory=dict)

    def called(self, language: str) -> str:
        """The topic's name for readers of `language`."""
        return self.names.get(language, self.name)


Depth = Literal["brief", "deep"]
TextSource = Literal["abstract", "html", "pdf"]
Method = Literal["llm", "extractive"]


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One statement and the sentence of the source it rests on (verbatim, readable Unicode).

    Of a table's row, `evidence` has the caption, and each cell with its heading.

    `section` is where that stands, as the paper calls it ("3 Method", "Table 2"); '' for the abstract.
    """

    text: str
    evidence: str
    section: str = ""


Part = Literal["problem", "method", "results", "limitations", "readers"]
PARTS: tuple[Part, ...] = ("problem", "method", "results", "limitations", "readers")
"""What a deep summary says beside the TL;DR, in this order."""


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """Some of a deep summary's statements: what they are about; `readers`: who should read it."""

    kind: Part
    statements: tuple[Takeaway, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a summary cost, over all attempts. `cached_tokens` are those of the prompt the provider had seen before."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Checks:
    """How a summary stands against its paper.

    `statements` counts what is said (the TL;DR and every takeaway), `supported` those whose passage was found in the
    source; `dropped` were left out because they failed; `repaired` places were put right without asking again (terms,
    empty openings, a name in a title); `problems` says why, in English, for operators and tests.
    """

    statements: int = 0
    supported: int = 0
    dropped: int = 0
    problems: tuple[str, ...] = ()
    repaired: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is said of one version of one paper in one language. All text is readable Unicode without markup.

    `language` is the language it is written in, which for `extractive` is the paper's own ("en").
    `headline` has at most 30 Han characters or 80 letters. `parts` are those of a deep summary; `takeaways` are then
    all their statements in order. `notes` say what to bear in mind about the text it was made from.
    """

    paper_id: str
    version: int | None
    language: str
    depth: Depth
    source: TextSource
    method: Method
    headline: str
    tldr: str
    takeaways: tuple[Takeaway, ...]
    model: str | None = None
    title_translation: str | None = None
    abstract_translation: str | None = None
    checks: Checks = Checks()
    usage: Usage | None = None
    parts: tuple[SummaryPart, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryKey:
    """What makes two summaries the same one; the cache and the single flight go by it.

    `text_hash` stands for the paper's text where its version is not known.
    """

    paper_id: str
    version: int | None
    depth: Depth
    language: str
    model: str
    prompt_version: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader should know, said in their language by `locales` under `note.<key>`."""

    key: str
    args: Mapping[str, str | int | date | datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A paper in a digest: under the first of `topics`, which names every topic of the digest it matches.

    `named` is the version somebody asked for by name; links honour it. `second` says it in a second language.
    """

    paper: Paper
    named: int | None = None
    topics: tuple[str, ...] = ()
    announcement: Announcement | None = None
    kind: Kind | None = None
    score: float = 0.0
    summary: Summary | None = None
    second: Summary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one reader gets for one announcement: `entries` in order, `left` beyond the limit, `notes`.

    `date` is arXiv's announcement date; `None` for papers on demand.
    """

    topics: tuple[Topic, ...] = ()
    date: date | None = None
    entries: tuple[Entry, ...] = ()
    left: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def total(self) -> int:
        """How many papers matched, shown or left."""
        return len(self.entries) + len(self.left)
