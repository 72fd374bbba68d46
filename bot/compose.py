"""A digest, or papers on demand, as a Document: the whole of what a reader sees, in their language. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bot.document import (
    Action,
    Actions,
    Block,
    Details,
    Divider,
    Document,
    Figure,
    Heading,
    Italic,
    Link,
    ListBlock,
    Paragraph,
    Span,
    Text,
)
from bot.links import page
from bot.locales import day, say, ui
from bot.models import ARXIV, Digest, Entry, Note, Topic
from bot.paper_blocks import REPLACED, Layout, Style, card, headline, line, readable_title, title_line
from bot.typography import tidy
from bot.wording import DOT, clean, short_title

ACKNOWLEDGEMENT = "Thank you to arXiv for use of its open access interoperability."
"""In arXiv's own words, which it asks for: https://info.arxiv.org/help/api/tou.html."""

_TOPICS_NAMED = 3
_OF_ONE_PAPER = {"asked_version", "withdrawn", "paper_stored", "paper_bundled"}
_AT_THE_END = {
    "no_model",
    "not_allowed",
    "fell_back",
    "budget_spent",
    "day_budget_spent",
    "chat_budget_spent",
    "watched",
    "late",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InChat:
    """What a digest has instead of a list of the rest where there are buttons, and a way to us.

    `rest` is the command that lists what is left by title (None: it is only counted), `how` a link to where one learns
    what we can (None: there is none). `posts`: each card becomes a message of its own.
    """

    rest: str | None = None
    how: str | None = None
    posts: bool = False


def digest(
    made: Digest,
    *,
    language: str,
    layout: Layout = "full",
    abstracts: bool = True,
    today: date | None = None,
    chat: InChat | None = None,
) -> Document:
    """What was announced, for readers of `language`: one line a paper first, then each paper, then the rest by title.

    `titles` has one line a paper and no more; `compact` leaves takeaways and abstracts out; `abstracts=False` leaves
    the abstracts of `full` out. The date is said without its year, unless `today` is in another one.
    An empty day is one line and its notes. A paper that stands alone has no number.
    """
    style = Style(language=language, layout=layout, abstracts=abstracts)
    if not made.entries and not made.left:
        return _document(_empty(made, language), language)
    entries = arranged(made)
    blocks: list[Block] = [Heading((Text(_header(made, language, today)),), level=1)]
    blocks += _highlight(entries, language)
    blocks += _notes(_general(made, last=False), language)
    if layout == "titles" or (layout == "full" and len(entries) > 1):
        blocks.append(ListBlock(tuple(line(e, number=n, style=style) for n, e in _numbered(entries))))
    if layout != "titles":
        blocks += _posts(entries, made, style) if chat and chat.posts else _cards(entries, made, style)
    if made.left:
        blocks += _rest(made, language, chat)
    blocks += _notes(_general(made, last=True), language)
    return _document((*blocks, *_footer(entries, language, how=chat.how if chat else None)), language)


def papers(
    made: Digest,
    *,
    language: str,
    layout: Layout = "full",
    abstracts: bool = True,
    evidence: bool = True,
    apart: bool = False,
    figures: Mapping[str, Sequence[Figure]] = MappingProxyType({}),
) -> Document:
    """Papers somebody asked for; what is missing is said first.

    `evidence`: each with the passages its statements rest on; how many have one is said in any case. `apart`: what is
    said in depth is behind a button. `figures` of papers, by id, stand below what is said of them.
    """
    style = Style(language=language, layout=layout, abstracts=abstracts, evidence=evidence, checked=True, apart=apart)
    blocks = _notes(_general(made, last=False), language)
    if not made.entries:
        end = _notes(_general(made, last=True), language)
        return _document((*(blocks or [Paragraph((Text(say(language, "empty.papers")),))]), *end), language)
    if layout == "titles":
        blocks.append(ListBlock(tuple(line(e, number=n, style=style) for n, e in _numbered(made.entries))))
    else:
        blocks += [
            card(e, number=n, style=style, notes=_of(e, made), figures=figures.get(e.paper.id, ()))
            for n, e in _numbered(made.entries)
        ]
    blocks += _notes(_general(made, last=True), language)
    return _document((*blocks, *_footer(made.entries, language)), language)


def unfolding(made: Digest, *, ready: Collection[str], language: str, apart: bool = False) -> Document:
    """Papers somebody asked for while they are read: those not `ready` (ids) in brief, nothing above or below them."""
    full = Style(language=language, abstracts=False, checked=True, apart=apart)
    brief = replace(full, layout="compact")
    numbered = _numbered(made.entries)
    return _document(
        [card(e, number=n, style=full if e.paper.id in ready else brief, notes=_of(e, made)) for n, e in numbered],
        language,
    )


def arranged(made: Digest) -> tuple[Entry, ...]:
    """The entries in the order they are shown and numbered: by first topic, replacements after everything else."""
    order = {topic.name: place for place, topic in enumerate(made.topics)}
    return tuple(
        sorted(
            made.entries,
            key=lambda entry: (entry.kind in REPLACED, order.get(entry.topics[0], len(order)) if entry.topics else 0),
        )
    )


# ---------------------------------------------------------------- parts


def _document(blocks: Iterable[Block], language: str) -> Document:
    return tidy(Document(tuple(blocks), language=ui(language)))


def _named(topics: Sequence[Topic], language: str) -> str:
    """The topics by name: all of up to three, else the first two and how many more."""
    names = [clean(topic.called(ui(language)), 80) for topic in topics]
    if len(names) > _TOPICS_NAMED:
        return say(language, "topics", first=names[0], second=names[1], count=len(names) - 2)
    return say(language, "list").join(names)


def _header(made: Digest, language: str, today: date | None) -> str:
    shown, total = len(made.entries), made.total
    parts = [_named(made.topics, language)] if made.topics else []
    if made.date:
        same = today is None or today.year == made.date.year
        parts.append(day(language, made.date, form="short" if same else "long"))
    if shown < total:
        parts.append(say(language, "digest.count", shown=shown, total=total))
    else:
        parts.append(say(language, "digest.papers", count=total))
    return DOT.text.join(parts)


def _highlight(entries: Sequence[Entry], language: str) -> list[Block]:
    """The first paper in one line: what a lock screen shows."""
    if not entries or not (told := headline(entries[0], language)):
        return []
    first = entries[0]
    before, after = say(language, "digest.highlight", text="\n").split("\n")
    name = short_title(readable_title(first))
    spans: list[Span] = [Text(before), Link(name, page(first.paper, named=first.named)), Text(f" — {told}{after}")]
    return [Paragraph(tuple(spans))]


def _cards(entries: Sequence[Entry], made: Digest, style: Style) -> Iterator[Block]:
    called = {topic.name: topic.called(ui(style.language)) for topic in made.topics}
    several = len({entry.topics[:1] for entry in entries if entry.kind not in REPLACED}) > 1
    last = ""
    for number, entry in _numbered(entries):
        section = _section(entry, called if several else {}, style.language)
        if section and section != last:
            yield Heading((Text(section),), level=2)
        last = section
        also = [called.get(name, name) for name in entry.topics[1:]]
        yield card(entry, number=number, style=style, also=also, notes=_of(entry, made))


def _posts(entries: Sequence[Entry], made: Digest, style: Style) -> Iterator[Block]:
    """Each paper for itself: no sections, no numbers."""
    called = {topic.name: topic.called(ui(style.language)) for topic in made.topics}
    for entry in entries:
        also = [called.get(name, name) for name in entry.topics[1:]]
        yield card(entry, number=None, style=style, also=also, notes=_of(entry, made))


def _numbered(entries: Sequence[Entry]) -> list[tuple[int | None, Entry]]:
    """Each with its number among several; one alone has none."""
    return [(number if len(entries) > 1 else None, entry) for number, entry in enumerate(entries, 1)]


def _rest(made: Digest, language: str, chat: InChat | None) -> Iterator[Block]:
    """What is left, by title; in a chat behind a button."""
    if chat is not None:
        if chat.rest is not None:
            yield Actions((Action(say(language, "digest.all", count=made.total), chat.rest),))
        return
    items = tuple(title_line(entry, number=n) for n, entry in enumerate(made.left, len(made.entries) + 1))
    rest = say(language, "digest.rest", count=len(made.left))
    yield Details((Text(rest),), (ListBlock(items),), kind="rest")


def _section(entry: Entry, called: dict[str, str], language: str) -> str:
    if entry.kind in REPLACED:
        return say(language, "digest.replaced")
    return clean(called.get(entry.topics[0], ""), 80) if entry.topics else ""


def _empty(made: Digest, language: str) -> Iterator[Block]:
    """A quiet day, one without a match, one whose papers came before, one that is not there yet: four things."""
    keys = {note.key for note in made.notes}
    topics = _named(made.topics, language)
    if "nothing_new" in keys:
        yield Paragraph((Text(say(language, "note.nothing_new", topics=topics)),))
    elif made.date and "future" not in keys:
        quiet = "nothing_announced" in keys
        key = "empty.announced" if quiet else "empty.matched"
        yield Paragraph((Text(say(language, key, day=made.date, topics=topics)),))
    said = {"nothing_new"} | ({"nothing_announced"} if made.date else set())
    yield from _notes([note for note in made.notes if note.key not in said], language)


def _general(made: Digest, *, last: bool) -> list[Note]:
    shown = {entry.paper.id for entry in made.entries}
    return [
        note
        for note in made.notes
        if not (note.key in _OF_ONE_PAPER and note.args.get("id") in shown) and (note.key in _AT_THE_END) is last
    ]


def _of(entry: Entry, made: Digest) -> list[Note]:
    """Notes about this paper; its quiet line says which version was asked for, where links lead to that one."""
    return [
        note
        for note in made.notes
        if note.key in _OF_ONE_PAPER
        and note.args.get("id") == entry.paper.id
        and not (note.key == "asked_version" and entry.named is not None)
    ]


def _notes(notes: Iterable[Note], language: str) -> list[Block]:
    said = (clean(say(language, f"note.{note.key}", **note.args), 1_000) for note in notes)
    return [Paragraph((Italic(text),)) for text in said]


def _footer(entries: Sequence[Entry], language: str, *, how: str | None = None) -> Iterator[Block]:
    yield Divider()
    spans: list[Span] = [Text(say(language, "footer.machine"))]
    taken = sum(entry.summary is not None and entry.summary.method == "extractive" for entry in entries)
    if taken:
        spans += [DOT, Text(say(language, "footer.extractive", count=taken))]
    if how is not None:
        spans += [DOT, Link(say(language, "footer.how"), how)]
    yield Paragraph(tuple(spans), quiet=True)
    yield Paragraph((Link(ACKNOWLEDGEMENT, ARXIV),), quiet=True)
