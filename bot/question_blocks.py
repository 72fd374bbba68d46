"""Answers about papers as blocks: statement by statement, each above the passage it rests on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot import links
from bot.document import (
    Block,
    Bold,
    Details,
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
from bot.latex import readable
from bot.locales import say
from bot.models import Paper, Summary, Takeaway
from bot.paper_blocks import remarks
from bot.questions.answers import ASPECTS, Answered, Compared, Side
from bot.summaries.candidates import harmless
from bot.wording import DOT, TITLE, clean

SHOWN = 200
"""Characters of a question that an answer repeats."""

_SPENT = {"budget_spent": "spent", "chat_budget_spent": "chat_spent"}
"""Why no model answered, and what of a command says so."""


def head(paper: Paper, named: int | None, language: str, *, mark: str = "") -> Paragraph:
    """What the answer is about; `named` is the version somebody asked for, `mark` what we call the paper here."""
    spans: list[Span] = [Bold(mark), DOT] if mark else []
    title = clean(readable(paper.title), TITLE) or paper.id
    spans += [Link(title, links.page(paper)), DOT, Text(paper.versioned_id)]
    if named is not None and named != paper.version:
        spans.append(Text(" " + say(language, "paper.asked", asked=named)))
    return Paragraph(tuple(spans))


def answer(question: str, answered: Answered, language: str) -> Iterator[Block]:
    """The question, what the paper says to it, and what that rests on."""
    if shown := clean(harmless(question[: 4 * SHOWN]), SHOWN):
        yield Paragraph((Italic(shown),))
    match answered.outcome:
        case "answered":
            yield from _statements(answered.statements)
        case "silent":
            key = "cmd.ask.silent_abstract" if answered.source == "abstract" else "cmd.ask.silent"
            yield Paragraph((Bold(say(language, key)),))
        case "unproven":
            yield Paragraph((Text(say(language, "cmd.ask.unproven")),))
            yield from _near(answered.passages, language, or_nothing=False)
        case "passages":
            yield Paragraph((Text(reason("ask", answered.why or "", language)),))
            yield from _near(answered.passages, language, or_nothing=True)
    yield from remarks(answered.notes, language)
    yield _quiet(len(answered.statements), [say(language, f"source.{answered.source}")], language)


def comparison(compared: Compared, language: str) -> Iterator[Block]:
    """Both papers by each aspect, then the passages on demand."""
    sides = {"A": compared.first, "B": compared.second}
    yield from _by_aspect(sides, language, lambda each: (Text(each.text),), or_unsaid=True)
    if compared.shared:
        names = say(language, "list").join(compared.shared)
        yield Paragraph((Text(say(language, "cmd.compare.shared", names=names)),))
    passages = tuple(_by_aspect(sides, language, _passage, or_unsaid=False))
    yield Details((Text(say(language, "summary.evidence")),), passages, kind="evidence")
    for side in sides.values():
        yield from remarks(side.notes, language)
    sources = [f"{mark}{say(language, 'colon')}{say(language, f'source.{s.source}')}" for mark, s in sides.items()]
    yield _quiet(sum(len(side.statements) for side in sides.values()), sources, language)


def in_brief(mark: str, summary: Summary, language: str) -> Paragraph:
    """One paper of two in its TL;DR, and whose words that are."""
    label: tuple[Span, ...] = (Bold(mark),)
    if summary.method == "extractive":
        label += (DOT, Italic(say(language, "summary.extractive")))
    return Paragraph((*label, Text(say(language, "colon") + clean(summary.tldr))))


def reason(what: str, why: str, language: str) -> str:
    """Why no model answered (`what` is `ask` or `compare`), as far as whoever reads need know."""
    if why in {"no_model", "not_allowed"}:
        return say(language, f"cmd.{what}.{why}")
    if why in _SPENT:
        return say(language, f"cmd.{what}.{_SPENT[why]}")
    return say(language, f"cmd.{what}.failed", reason=say(language, f"summary_reason.{why}"))


def _statements(statements: Sequence[Takeaway]) -> Iterator[Block]:
    for number, each in enumerate(statements, 1):
        yield Paragraph((Text(f"{number}. {each.text}" if len(statements) > 1 else each.text),))
        yield _quote(each)


def _near(passages: Sequence[Takeaway], language: str, *, or_nothing: bool) -> Iterator[Block]:
    if passages:
        yield Paragraph((Text(say(language, "cmd.ask.near")),))
        yield from map(_quote, passages)
    elif or_nothing:
        yield Paragraph((Text(say(language, "cmd.ask.nothing_near")),))


def _quote(said: Takeaway) -> Quote:
    return Quote(_passage(said))


def _by_aspect(
    sides: Mapping[str, Side], language: str, told: Callable[[Takeaway], Spans], *, or_unsaid: bool
) -> Iterator[Block]:
    """Below each aspect what is `told` of either paper's statements, or else that it is not said."""
    colon = Text(say(language, "colon"))
    for aspect in ASPECTS:
        items: list[Item] = []
        for mark, side in sides.items():
            said = side.aspects.get(aspect, ())
            items += [Item((Bold(mark), colon, *told(each))) for each in said]
            if or_unsaid and not said:
                items.append(Item((Bold(mark), colon, Italic(say(language, "cmd.compare.unsaid")))))
        if any(side.aspects.get(aspect) for side in sides.values()):
            yield Paragraph((Bold(say(language, f"part.{aspect}")),))
            yield ListBlock(tuple(items))


def _passage(said: Takeaway) -> Spans:
    passage: Spans = (Text(clean(said.evidence)),)
    return (*passage, Italic(f" ({clean(said.section, SHOWN)})")) if said.section else passage


def _quiet(statements: int, sources: Sequence[str], language: str) -> Paragraph:
    """How many statements were checked, if any, and against what."""
    checked = [say(language, "summary.checked", statements=statements)] if statements else []
    spans: list[Span] = []
    for text in (*checked, *sources):
        spans += [DOT, Text(text)] if spans else [Text(text)]
    return Paragraph(tuple(spans), quiet=True)
