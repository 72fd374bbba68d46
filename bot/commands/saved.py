"""`/save` and `/saved`: papers one keeps for later, which nobody else sees."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.bibtex import entry as bibtex
from bot.commands.case import Case
from bot.commands.papers import instead, known, listed, named, notice, reading, to_them
from bot.commands.saying import aside, button, line, row, title
from bot.document import Action, Block, Code, Paragraph
from bot.locales import say
from bot.models import ArxivId
from bot.people import MOST_SAVED, TooManySaved
from bot.platforms import Reply
from bot.sources.ids import find

MOST = 100
"""Papers of one /save: so many arXiv tells in one answer."""

A_PAGE = 20
"""Papers of a list, which is one message everywhere."""

A_BIBLIOGRAPHY = 10
"""Entries of one answer."""


async def save(case: Case) -> AsyncIterator[Reply]:
    """Keep the papers that were named, or the first of the message it replies to."""
    asked = await named(case, "ids")
    if isinstance(asked, Reply):
        yield asked
        return
    wanted = asked[:MOST] if case.option("ids") else asked[:1]
    async for reply in case.soon(_save(case, wanted), lambda: reading(case, wanted)):
        yield reply


async def _save(case: Case, asked: Sequence[ArxivId]) -> Reply:
    language, people = case.language, case.means.people
    papers = await known(case, asked)
    if isinstance(papers, Reply):
        return papers
    there = [each.key for each in asked if each.key in papers]
    unknown = [each.key for each in asked if each.key not in papers]
    lost = [line(language, "note.not_found", id=", ".join(unknown[:3]))] if unknown else []
    if not there:
        return notice(case, *lost)
    try:
        added = await asyncio.to_thread(people.save, case.ask.actor, there, update=case.ask.update)
    except TooManySaved:
        return notice(case, line(language, "cmd.save.full", most=MOST_SAVED))
    kept = await asyncio.to_thread(people.kept, case.ask.actor)
    done = line(language, "cmd.save.done" if added else "cmd.save.already", count=kept.saved)
    undo = button(say(language, "cmd.button.undo" if added else "cmd.button.take_out"), "saved", "remove", there[0])
    shown = button(say(language, "cmd.button.saved"), "saved")
    return notice(case, done, *lost, row(undo if len(there) == 1 else None, shown))


# ---------------------------------------------------------------- /saved


async def saved(case: Case) -> AsyncIterator[Reply]:
    """The list; or BibTeX of it; or the list without some. A number is a page."""
    what, rest = case.option("what"), case.option("ids")
    match what:
        case "remove":
            yield await _remove(case, [each.key for each in find(rest)])
        case "bibtex":
            yield await asyncio.to_thread(_bibliography, case, _number(rest))
        case _:
            shown = await asyncio.to_thread(_list, case, _number(what))
            yield instead(case, shown) if what else shown


async def _remove(case: Case, keys: Sequence[str]) -> Reply:
    language, people = case.language, case.means.people
    if not keys:
        example = Code("/saved remove 2405.17428")
        return notice(case, line(language, "cmd.paper.which", example=example))
    gone = await asyncio.to_thread(people.unsave, case.ask.actor, keys, update=case.ask.update)
    again = button(say(language, "cmd.button.save_again"), "save", keys[0]) if gone and len(keys) == 1 else None
    said = line(language, "cmd.saved.removed", count=gone) if gone else line(language, "cmd.saved.not_there")
    shown = button(say(language, "cmd.button.saved"), "saved")
    return instead(case, to_them(case, said, row(again, shown)))


def _list(case: Case, page: int) -> Reply:
    """Blocks: in a thread."""
    language = case.language
    count = case.means.people.kept(case.ask.actor).saved
    if not count:
        return to_them(case, line(language, "cmd.saved.none", example=Code("/save 2405.17428")))
    page, first, keys = _page(case, page, count, A_PAGE)
    return to_them(
        case,
        title(language, "cmd.saved.title", count=count),
        listed(case, enumerate(keys, first)),
        aside(language, "cmd.saved.how", example=Code("/saved remove ID")),
        row(
            button(say(language, "cmd.button.bibtex"), "saved", "bibtex"),
            *_turns(page, count, A_PAGE, "saved"),
        ),
    )


def _bibliography(case: Case, page: int) -> Reply:
    """Blocks: in a thread."""
    language = case.language
    count = case.means.people.kept(case.ask.actor).saved
    if not count:
        return to_them(case, line(language, "cmd.saved.none", example=Code("/save 2405.17428")))
    page, first, keys = _page(case, page, count, A_BIBLIOGRAPHY)
    papers = case.means.store.papers(keys)
    entries: list[Block] = [Paragraph((Code(bibtex(papers[key])),)) for key in keys if key in papers]
    part = {"first": first, "last": first + len(keys) - 1, "count": count}
    return to_them(
        case,
        title(language, "cmd.saved.bibtex", **part) if count > A_BIBLIOGRAPHY else None,
        *entries,
        row(*_turns(page, count, A_BIBLIOGRAPHY, "saved", "bibtex")),
    )


def _page(case: Case, asked: int, count: int, size: int) -> tuple[int, int, list[str]]:
    """The page there is, the number of its first paper, and the ids on it."""
    page = min(max(asked, 1), -(-count // size))
    first = (page - 1) * size
    return page, first + 1, case.means.people.saved(case.ask.actor, offset=first, limit=size)


def _turns(page: int, count: int, size: int, name: str, *words: str) -> list[Action]:
    """Buttons to the page before and the one after."""
    before = [button("‹", name, *words, page - 1)] if page > 1 else []
    return before + ([button("›", name, *words, page + 1)] if page * size < count else [])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
