"""The documented JSON of `digest` and `summarize`: `docs/envelope.schema.json` is generated from these classes. Pure.

All text is readable Unicode: no LaTeX command, no markup. What the source did not give is null. Fields may be added to
a schema; one that is there keeps its name and its meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date  # noqa: N812 - the envelope has a field called date
from datetime import datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.latex import readable
from bot.links import links
from bot.locales import say
from bot.models import Depth, Digest, Entry, Kind, Method, Paper, Part, Summary, Takeaway, TextSource

SCHEMA: Final = 1


class _Shape(BaseModel):
    """Every field is always present; a reader may rely on the names."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class LinksShape(_Shape):
    """Where to read on; arXiv's own addresses, whatever server was asked."""

    abs: str
    pdf: str
    html: str
    code: tuple[str, ...] = Field(description="forges named in the abstract or comment (allow-listed hosts)")
    project: tuple[str, ...] = Field(description="project pages, model weights, DOIs named there (allow-listed hosts)")
    cool_papers: str


class PaperShape(_Shape):
    """One paper."""

    id: str = Field(description="without version, in arXiv's own form")
    version: int | None
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    primary_category: str | None
    published: datetime | None = Field(description="first submission, UTC")
    updated: datetime | None = Field(description="submission of `version`, UTC")
    announced: Date | None = Field(description="date of arXiv's feed")
    announcement: Kind | None = Field(description="what it is to the topic it is listed under")
    license: str | None
    comment: str | None
    doi: str | None
    journal_ref: str | None
    links: LinksShape


class TakeawayShape(_Shape):
    """One statement and the sentence of the source it rests on."""

    text: str
    evidence: str
    section: str = Field(description="where that stands, as the paper calls it (Table 2); empty: the abstract")


class PartShape(_Shape):
    """Some of a deep summary's statements: what they are about; `readers`: who should read the paper."""

    kind: Part
    statements: tuple[TakeawayShape, ...]


class ChecksShape(_Shape):
    """How the summary stands against its paper."""

    statements: int = Field(description="the TL;DR and every takeaway")
    supported: int = Field(description="those whose passage was found in the source")
    dropped: int = Field(description="statements left out because they failed a check")
    problems: tuple[str, ...]
    repaired: int = Field(description="places put right without asking the model again (terms, empty openings)")


class UsageShape(_Shape):
    """What it cost, over all attempts."""

    calls: int
    prompt_tokens: int
    completion_tokens: int


class SummaryShape(_Shape):
    """What is said of the paper."""

    language: str = Field(description="BCP 47; the language it is written in, which may not be the one asked for")
    depth: Depth
    source: TextSource
    method: Method
    model: str | None
    headline: str
    tldr: str
    takeaways: tuple[TakeawayShape, ...]
    parts: tuple[PartShape, ...] = Field(
        description="of a deep summary: the takeaways once more, by what they are about; empty in brief"
    )
    title_translation: str | None
    abstract_translation: str | None
    checks: ChecksShape
    usage: UsageShape | None


class EntryShape(_Shape):
    """A paper, the topics of this digest it matches, and its summary."""

    topics: tuple[str, ...]
    paper: PaperShape
    summary: SummaryShape


class Envelope(_Shape):
    """The whole answer."""

    schema_: Literal[1] = Field(SCHEMA, alias="schema")
    date: Date | None = Field(description="the announcement's date; null for papers on demand")
    topics: tuple[str, ...]
    entries: tuple[EntryShape, ...]
    notes: tuple[str, ...] = Field(description="what the reader should know, in the language asked for")


def envelope(digest: Digest, *, language: str) -> Envelope:
    """`digest` in the documented shape; entries without a summary are not allowed (ValueError)."""
    notes = [say(language, f"note.{note.key}", **note.args) for note in digest.notes]
    if digest.left:
        notes.append(say(language, "digest.count", shown=len(digest.entries), total=digest.total))
        left = " · ".join(f"{readable(entry.paper.title)} ({entry.paper.id})" for entry in digest.left)
        notes.append(say(language, "digest.also", titles=left))
    return Envelope(
        schema=SCHEMA,
        date=digest.date,
        topics=tuple(topic.name for topic in digest.topics),
        entries=tuple(_entry(entry) for entry in digest.entries),
        notes=tuple(notes),
    )


def to_json(digest: Digest, *, language: str) -> str:
    """Indented JSON, Unicode as it is, a newline at the end."""
    return envelope(digest, language=language).model_dump_json(by_alias=True, indent=2) + "\n"


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what `to_json` writes."""
    return Envelope.model_json_schema(by_alias=True, mode="serialization")


def _entry(entry: Entry) -> EntryShape:
    if entry.summary is None:
        raise ValueError(f"{entry.paper.id} has no summary")
    return EntryShape(topics=entry.topics, paper=_paper(entry.paper, entry), summary=_summary(entry.summary))


def _paper(paper: Paper, entry: Entry) -> PaperShape:
    found = links(paper, named=entry.named)
    announcement = entry.announcement
    return PaperShape(
        id=paper.id,
        version=paper.version,
        title=readable(paper.title),
        authors=tuple(readable(name) for name in paper.authors),
        abstract=readable(paper.abstract),
        categories=paper.categories,
        primary_category=paper.primary_category,
        published=paper.published,
        updated=paper.updated,
        announced=announcement.date if announcement else None,
        announcement=entry.kind or (announcement.announce_type if announcement else None),
        license=paper.license,
        comment=readable(paper.comment) if paper.comment else None,
        doi=paper.doi,
        journal_ref=readable(paper.journal_ref) if paper.journal_ref else None,
        links=LinksShape(
            abs=found.abs,
            pdf=found.pdf,
            html=found.html,
            code=found.code,
            project=found.project,
            cool_papers=found.cool_papers,
        ),
    )


def _summary(summary: Summary) -> SummaryShape:
    usage, checks = summary.usage, summary.checks
    return SummaryShape(
        language=summary.language,
        depth=summary.depth,
        source=summary.source,
        method=summary.method,
        model=summary.model,
        headline=summary.headline,
        tldr=summary.tldr,
        takeaways=_takeaways(summary.takeaways),
        parts=tuple(PartShape(kind=each.kind, statements=_takeaways(each.statements)) for each in summary.parts),
        title_translation=summary.title_translation,
        abstract_translation=summary.abstract_translation,
        checks=ChecksShape(
            statements=checks.statements,
            supported=checks.supported,
            dropped=checks.dropped,
            problems=checks.problems,
            repaired=checks.repaired,
        ),
        usage=UsageShape(
            calls=usage.calls, prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens
        )
        if usage
        else None,
    )


def _takeaways(given: Iterable[Takeaway]) -> tuple[TakeawayShape, ...]:
    return tuple(TakeawayShape(text=each.text, evidence=each.evidence, section=each.section) for each in given)
