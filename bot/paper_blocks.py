"""One paper as blocks: its heading, its quiet line, what is said of it, where to read on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeAlias

from bot import latex, links
from bot.commands.text import command
from bot.document import (
    Action,
    Actions,
    Block,
    Bold,
    Card,
    Details,
    Figure,
    Heading,
    Italic,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Span,
    Spans,
    Text,
)
from bot.locales import day, say
from bot.models import Entry, Kind, Note, Paper, Summary
from bot.statements import checked, in_depth, prose, statements
from bot.wording import DOT, LINE, PROSE, REMARK, TITLE, authors, clean, clean_spans, remark, short_title

Layout: TypeAlias = Literal["titles", "compact", "full"]

REPLACED = (Kind.REPLACE, Kind.REPLACE_CROSS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How papers are laid out: for readers of `language`, with or without their abstracts.

    `evidence`: with the passages that statements rest on; `checked`: with how many of them have one. `apart`: what is
    said in depth is behind a button.
    """

    language: str
    layout: Layout = "full"
    abstracts: bool = True
    evidence: bool = False
    checked: bool = False
    apart: bool = False


def card(
    entry: Entry,
    *,
    number: int | None,
    style: Style,
    also: Iterable[str] = (),
    notes: Iterable[Note] = (),
    figures: Iterable[Figure] = (),
) -> Card:
    """`entry` in full, or without takeaways and abstract where the layout is compact.

    `number` is its own in the whole document; `also` names other topics it matches; `notes` are about this paper,
    `figures` are shown below what is said.
    """
    return Card(
        tuple(
            chain(
                _heading(entry, number, style),
                _quiet(entry, style, also),
                remarks(notes, style.language),
                _update(entry, style),
                _said(entry, style),
                figures,
                _links(entry, style),
            )
        ),
        key=entry.paper.id,
        number=number,
    )


def sent(entry: Entry, *, style: Style, where: Block) -> Card:
    """`entry` as a file somebody sent: it has no key, so nothing leads to it; `where` says what it is."""
    return Card((*_heading(entry, None, style), where, *_said(entry, style)))


def line(entry: Entry, *, number: int | None, style: Style) -> Item:
    """`entry` in one line: what it is called, linked, and what is new.

    In the layout `titles`, which says no more of it, with its whole title and its id.
    """
    title = readable_title(entry)
    name = title if style.layout == "titles" else short_title(title)
    spans: list[Span] = [Link(name, links.page(entry.paper, named=entry.named))]
    told = headline(entry, style.language)
    if told is None and entry.kind in REPLACED:
        told = _replaced(entry, style.language)
    if told:
        spans.append(Text(f" — {told}"))
    if style.layout == "titles" and name != entry.paper.id:
        spans += (DOT, Text(entry.paper.id))
    return Item(tuple(spans), number)


def title_line(entry: Entry, *, number: int) -> Item:
    """`entry` by its title and id, both linked."""
    url = links.page(entry.paper, named=entry.named)
    return Item((Link(readable_title(entry), url), DOT, Link(entry.paper.id, url)), number)


def readable_title(entry: Entry) -> str:
    """The title in one line of plain Unicode; the id where it is empty."""
    return clean(latex.readable(entry.paper.title), TITLE) or entry.paper.id


def headline(entry: Entry, language: str) -> str | None:
    """What is new, without the paper's own name in front of it; None if that is nothing but its title."""
    if entry.summary is None or not (told := prose(entry.summary.headline, entry.summary, LINE)):
        return None
    title = readable_title(entry)
    if told.casefold() == title.casefold():
        return None
    name = short_title(title)
    if told.lower().startswith(name.lower()) and len(told) > len(name):
        told = told[len(name) :].lstrip(" :：,，—–-") or told
    return told


# ---------------------------------------------------------------- parts of a card


def _heading(entry: Entry, number: int | None, style: Style) -> Iterator[Block]:
    spans = clean_spans(latex.spans(entry.paper.title), TITLE) or (Text(entry.paper.id),)
    yield Heading(((Text(f"{number}. "), *spans) if number else spans), level=3)
    shown = {readable_title(entry).casefold()}
    for summary in (entry.summary, entry.second):
        if summary and summary.title_translation:
            translated = prose(summary.title_translation, summary, TITLE)
            if translated and translated.casefold() not in shown:
                shown.add(translated.casefold())
                yield Paragraph((Text(translated),))


def _quiet(entry: Entry, style: Style, also: Iterable[str]) -> Iterator[Block]:
    paper, language = entry.paper, style.language
    names = authors([latex.readable(name) for name in paper.authors])
    if len(paper.authors) > 3:
        said = say(language, "authors.more", first=names[0], second=names[1], last=names[2], count=len(paper.authors))
    else:
        said = ", ".join(names) or say(language, "authors.none")
    parts: list[Spans] = [(Text(said),), (Link(paper.versioned_id, links.page(paper)),)]
    if entry.named is not None and entry.named != paper.version:
        asked = say(language, "paper.asked", asked=entry.named)
        parts[-1] += (Text(" "), Link(asked, links.page(paper, named=entry.named)))
    if paper.primary_category:
        parts.append((Text(paper.primary_category),))
    if entry.kind in (Kind.CROSS, Kind.REPLACE_CROSS):
        parts.append((Text(say(language, f"kind.{entry.kind}")),))
    if entry.kind not in REPLACED and paper.comment and (where := remark(latex.readable(paper.comment))):
        parts.append((Text(where),))
    if paper.published:
        parts.append((Text(day(language, paper.published.date(), form="plain")),))
    if (
        paper.updated
        and paper.version != 1
        and (paper.published is None or paper.updated.date() > paper.published.date())
    ):
        parts.append((Text(say(language, "paper.updated", day=day(language, paper.updated.date(), form="plain"))),))
    if others := [clean(other, 60) for other in also]:
        parts.append((Text(say(language, "paper.also", topics=say(language, "list").join(others))),))
    yield Paragraph(_joined(parts), quiet=True)


def _update(entry: Entry, style: Style) -> Iterator[Block]:
    if entry.kind not in REPLACED:
        return
    what = (Bold(_replaced(entry, style.language)),)
    if comment := clean(latex.readable(entry.paper.comment or ""), 2 * REMARK):
        yield Paragraph((*what, Text(say(style.language, "colon") + comment)))
    elif _version(entry) is not None:
        yield Paragraph(what)


def _said(entry: Entry, style: Style) -> Iterator[Block]:
    summary, language = entry.summary, style.language
    full = style.layout == "full"
    tldr = prose(summary.tldr, summary) if summary else ""
    if summary and tldr and tldr.casefold() != readable_title(entry).casefold():  # its title: there is no abstract
        label: Spans = (Bold(say(language, "summary.tldr")),)
        if summary.method == "extractive":
            own = "summary.extractive" if summary.source == "abstract" else "summary.sentences"
            label += (DOT, Italic(say(language, own)))
        yield Paragraph((*label, Text(say(language, "colon") + tldr)))
        if (second := entry.second) and second.language != summary.language and (other := prose(second.tldr, second)):
            yield Paragraph((Text(other),))
    if summary and full:
        yield from _takeaways(summary, style)
    if full and style.abstracts:
        yield from _abstract(entry, style)


def _takeaways(summary: Summary, style: Style) -> Iterator[Block]:
    language, said = style.language, statements(summary)
    if not said:
        return
    items = tuple(Item((Text(text),), number) for number, (text, _) in enumerate(said, 1))
    if summary.parts and style.apart:
        yield Actions((Action(say(language, "summary.parts"), command("depth", summary.paper_id)),))
    elif summary.parts:
        yield Details((Text(say(language, "summary.parts")),), in_depth(summary, language), kind="takeaways")
    else:
        yield Details((Text(say(language, "summary.takeaways")),), (ListBlock(items),), kind="takeaways")
    proofs = tuple(Item((Text(passage),), number) for number, (_, passage) in enumerate(said, 1) if passage)
    if style.evidence and proofs:
        yield Details((Text(say(language, "summary.evidence")),), (ListBlock(proofs),), kind="evidence")
    if style.checked:
        yield from remarks(summary.notes, language)
    if style.checked and (how := checked(summary, language)):
        yield how


def remarks(notes: Iterable[Note], language: str) -> Iterator[Block]:
    """What to bear in mind."""
    for note in notes:
        yield Paragraph((Italic(say(language, f"note.{note.key}", **note.args)),))


def _abstract(entry: Entry, style: Style) -> Iterator[Block]:
    if blocks := abstract(entry.paper, entry.summary, style.language):
        yield Details((Text(say(style.language, "summary.abstract")),), blocks, kind="abstract")


def abstract(paper: Paper, summary: Summary | None, language: str) -> tuple[Block, ...]:
    """The authors' abstract, and its translation where `summary` has one; nothing if there is none."""
    original = clean_spans(latex.spans(paper.abstract), PROSE)
    translated = prose(summary.abstract_translation, summary) if summary and summary.abstract_translation else ""
    blocks: tuple[Block, ...] = (Quote(original),) if original else ()
    if translated:
        blocks += (Paragraph((Bold(say(language, "summary.translation")),)), Quote((Text(translated),)))
    return blocks


def _links(entry: Entry, style: Style) -> Iterator[Block]:
    found = links.links(entry.paper, named=entry.named)
    parts: list[Spans] = [(Link("PDF", found.pdf),), (Link("HTML", found.html),)]
    parts += [(Link(_called(url, style.language), url),) for url in (*found.code, *found.project)]
    parts.append((Link("Cool Papers", found.cool_papers),))
    yield Paragraph(_joined(parts))


def _called(url: str, language: str) -> str:
    match links.host(url), url.split("/")[3:4]:
        case host, _ if host in links.FORGES:
            kind = "code"
        case "huggingface.co", ["datasets"]:
            kind = "dataset"
        case "huggingface.co", ["spaces"]:
            kind = "demo"
        case "huggingface.co", _:
            kind = "model"
        case "kaggle.com", _:
            kind = "dataset"
        case "zenodo.org", _:
            kind = "archive"
        case "doi.org", _:
            kind = "doi"
        case _:
            kind = "project"
    return say(language, f"link.{kind}", name=clean(links.name(url), 60))


def _replaced(entry: Entry, language: str) -> str:
    version = _version(entry)
    if version is None:
        return say(language, "paper.replaced_unknown")
    return say(language, "paper.replaced", version=version)


def _version(entry: Entry) -> int | None:
    """The version that was announced; the paper's own may be a later one."""
    return (entry.announcement.version if entry.announcement else None) or entry.paper.version


def _joined(parts: Iterable[Spans]) -> Spans:
    joined: list[Span] = []
    for part in parts:
        if joined:
            joined.append(DOT)
        joined.extend(part)
    return tuple(joined)
