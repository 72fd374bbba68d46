"""`/abstract`, `/evidence`, `/like` and `/dislike`: what one does with a paper one was shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace

from bot.commands.case import Case
from bot.commands.meant import meant
from bot.commands.saying import button, line, row
from bot.document import Block, Code, Item, Link, ListBlock, Paragraph, Quote, Text
from bot.latex import readable
from bot.links import page
from bot.locales import say
from bot.models import ArxivId, Entry, Paper, Summary
from bot.paper_blocks import abstract as abstract_of
from bot.paper_blocks import title_line
from bot.people import Vote
from bot.platforms import Place, Reply
from bot.sources.ids import abs_url, find
from bot.statements import checked, in_depth, statements
from bot.wording import DOT, TITLE, clean, short_title

EXAMPLE = "2405.17428"


async def abstract(case: Case) -> AsyncIterator[Reply]:
    """The authors' abstract, with the translation a model made of it, if one did."""
    asked = await named(case)
    if isinstance(asked, Reply):
        yield asked
        return
    async for reply in case.soon(_abstract(case, asked[0]), lambda: reading(case, asked[:1])):
        yield reply


async def evidence(case: Case) -> AsyncIterator[Reply]:
    """What was said of the paper, statement by statement, each with the passage it rests on."""
    asked = await named(case)
    if isinstance(asked, Reply):
        yield asked
        return
    async for reply in case.soon(_evidence(case, asked[0]), lambda: reading(case, asked[:1])):
        yield reply


async def depth(case: Case) -> AsyncIterator[Reply]:
    """What a model said of the paper in depth, for whoever asked."""
    asked = await named(case)
    yield asked if isinstance(asked, Reply) else await asyncio.to_thread(_depth, case, asked[0])


async def like(case: Case) -> AsyncIterator[Reply]:
    """Worth it; said again, it is taken back."""
    yield await _vote(case, 1)


async def dislike(case: Case) -> AsyncIterator[Reply]:
    """Not worth it; said again, it is taken back."""
    yield await _vote(case, -1)


# ---------------------------------------------------------------- which paper


async def named(case: Case, option: str = "id") -> list[ArxivId] | Reply:
    """The papers that were typed, or else those that the message it replies to names; else what to say."""
    typed = case.option(option)
    asked = find(typed) or await meant(case)
    if asked:
        return asked
    if typed.strip():
        return notice(case, line(case.language, "note.not_an_id", text=clean(typed, 60)))
    example = Code(f"/{case.ask.command} {EXAMPLE}")
    return notice(case, line(case.language, "cmd.paper.which", example=example))


async def known(case: Case, asked: Sequence[ArxivId]) -> Mapping[str, Paper] | Reply:
    """Those of `asked` there are, by id: as we have them, else as arXiv has, which is asked so often and no oftener.

    What to say instead, if it is too often. Raises SourceError.
    """
    papers = await _stored(case, asked)
    if len(papers) == len({each.key for each in asked}):
        return papers
    return too_often(case) or await looked_up(case, asked)


async def looked_up(case: Case, asked: Sequence[ArxivId]) -> Mapping[str, Paper]:
    """As `known`, for who was counted already."""
    papers = await _stored(case, asked)
    missing = [each for each in asked if each.key not in papers]
    if not missing:
        return papers
    made, _ = await case.means.modest.on_demand(missing, language="en")  # no model is asked
    return {**papers, **{entry.paper.id: entry.paper for entry in made.entries}}


async def _stored(case: Case, asked: Sequence[ArxivId]) -> Mapping[str, Paper]:
    return await asyncio.to_thread(case.means.store.papers, [each.key for each in asked])


def too_often(case: Case) -> Reply | None:
    """What to say to whoever asks for more than their share; None: it is counted, and may be done."""
    back = case.means.limits.take(case.ask.actor, case.target) if not case.is_owner else None
    return None if back is None else notice(case, line(case.language, "cmd.limit", at=back.strftime("%H:%M UTC")))


def to_them(case: Case, *blocks: Block | None) -> Reply:
    """An answer for whoever asked alone, where a platform can; too long for a notice."""
    return replace(case.reply(*blocks, private=True), apart=True)


def notice(case: Case, *blocks: Block | None) -> Reply:
    """A short word to whoever asked."""
    reply = case.reply(*blocks, private=True)
    return replace(reply, place=Place.ASIDE) if case.ask.pressed else reply


def reading(case: Case, asked: Sequence[ArxivId]) -> Reply:
    """What is said while arXiv is asked."""
    if len(asked) == 1:
        return to_them(case, line(case.language, "cmd.summarize.reading", paper=str(asked[0])))
    return to_them(case, line(case.language, "cmd.summarize.reading_some", count=len(asked)))


def listed(case: Case, numbered: Iterable[tuple[int, str]]) -> ListBlock:
    """Papers by id as lines with their numbers: by title, where we know it. Blocks."""
    numbers = {key: number for number, key in numbered}
    papers = case.means.store.papers(numbers)
    return ListBlock(
        tuple(
            title_line(Entry(paper=papers[key]), number=number)
            if key in papers
            else Item((Link(key, abs_url(ArxivId(key))),), number)
            for key, number in numbers.items()
        )
    )


def instead(case: Case, reply: Reply) -> Reply:
    """`reply` in place of the message whose button it answers."""
    return replace(reply, place=Place.INSTEAD) if case.ask.pressed else reply


def called(paper: Paper) -> str:
    """Its title in one line; the id where it is empty."""
    return clean(readable(paper.title), TITLE) or paper.id


# ---------------------------------------------------------------- what is said of it


async def _abstract(case: Case, asked: ArxivId) -> Reply:
    papers = await known(case, [asked])
    if isinstance(papers, Reply):
        return papers
    paper = papers.get(asked.key)
    if paper is None:
        return _unknown(case, asked)
    told = await asyncio.to_thread(_told, case, paper)
    translated = next((summary for summary in told if summary.abstract_translation), None)
    blocks = abstract_of(paper, translated, case.language)
    none = line(case.language, "cmd.abstract.none")
    return to_them(case, _head(paper), *(blocks or (none,)))


async def _evidence(case: Case, asked: ArxivId) -> Reply:
    papers = await known(case, [asked])
    if isinstance(papers, Reply):
        return papers
    paper, language = papers.get(asked.key), case.language
    if paper is None:
        return _unknown(case, asked)
    told = await asyncio.to_thread(_told, case, paper)
    said = next(((summary, found) for summary in told if (found := statements(summary))), None)
    if said is None:  # what was shown, if anything was, are sentences of its own
        again = button(say(language, "cmd.button.summarize", id=paper.id), "summarize", paper.id)
        none = line(language, "cmd.evidence.none")
        return to_them(case, _head(paper), none, *abstract_of(paper, None, language), row(again))
    summary, found = said
    blocks: list[Block] = [_head(paper)]
    for number, (statement, passage) in enumerate(found, 1):
        blocks.append(Paragraph((Text(f"{number}. {statement}"),)))
        blocks += [Quote((Text(passage),))] if passage else []
    return to_them(case, *blocks, checked(summary, language))


def _depth(case: Case, asked: ArxivId) -> Reply:
    """Only what is kept is looked at: its button stands below what was said. Blocks."""
    language, store = case.language, case.means.store
    paper = store.papers([asked.key]).get(asked.key)
    found = (store.newest_summary(asked.key, language=each, depth="deep") for each in case.settings.languages)
    summary = next((each for each in found if each is not None and each.parts), None)
    if summary is None:
        again = button(say(language, "cmd.button.summarize", id=asked.key), "summarize", asked.key)
        return to_them(case, line(language, "cmd.depth.gone"), row(again))
    head = Paragraph((Link(asked.key, abs_url(asked)),)) if paper is None else _head(paper)
    return to_them(case, head, *in_depth(summary, language), checked(summary, language))


def _told(case: Case, paper: Paper) -> list[Summary]:
    """What models said of it, in the languages of this chat first. Blocks."""
    languages = dict.fromkeys((*case.settings.languages, "en"))
    found = (case.means.store.newest_summary(paper.id, language=each) for each in languages)
    return [summary for summary in found if summary is not None]


def _head(paper: Paper) -> Block:
    return Paragraph((Link(called(paper), page(paper)), DOT, Text(paper.id)))


def _unknown(case: Case, asked: ArxivId) -> Reply:
    return notice(case, line(case.language, "note.not_found", id=asked.key))


# ---------------------------------------------------------------- what one thinks of it


async def _vote(case: Case, vote: Vote) -> Reply:
    asked = await named(case)
    if isinstance(asked, Reply):
        return asked
    papers = await known(case, asked[:1])
    if isinstance(papers, Reply):
        return papers
    paper = papers.get(asked[0].key)
    if paper is None:
        return _unknown(case, asked[0])
    people = case.means.people
    now = await asyncio.to_thread(people.vote, case.ask.actor, paper.id, vote, update=case.ask.update)
    key = {1: "cmd.vote.like", -1: "cmd.vote.dislike", None: "cmd.vote.back"}[now]
    return notice(case, line(case.language, key, paper=short_title(called(paper))))
