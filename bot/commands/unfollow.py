"""`/list` and `/unsubscribe`: what a chat follows, and how it stops, with a way back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence

from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.recent import Volume
from bot.commands.saying import button, line, note, row, rows, title, words
from bot.commands.text import short
from bot.document import Block, Bold, Code, Item, ListBlock, Spans, Text
from bot.locales import say
from bot.models import Topic
from bot.platforms import Reply
from bot.targets import State, Subscription
from bot.topics.catalogue import topic as meant
from bot.topics.query import QueryError
from bot.wording import clean

A_PAGE = 8
"""Buttons of a list at a time: with the row below them five rows, which is what Discord shows."""

_PAGE = re.compile("~([0-9]{1,3})")

QUERY = 120
"""Characters of a query in a list."""


async def list_(case: Case) -> AsyncIterator[Reply]:
    """What the chat follows, numbered, with how much each brings and when it comes."""
    followed = await _followed(case)
    if not followed:
        yield _nothing(case)
        return
    async for reply in case.soon(_listed(case, followed), lambda: case.reply(line(case.language, "cmd.list.counting"))):
        yield reply


async def _listed(case: Case, followed: Sequence[Subscription]) -> Reply:
    language, means = case.language, case.means
    topics = [each.topic for each in followed]
    volumes = await means.recent.volumes(topics, case.settings, watched=means.watched)
    items = tuple(
        Item((*_named(topic, language), *_a_day(volume, language)), number)
        for number, (topic, volume) in enumerate(zip(topics, volumes, strict=True), 1)
    )
    return case.reply(
        title(language, f"cmd.list.title.{case.ask.kind}"),
        ListBlock(items),
        line(
            language,
            "cmd.list.terms",
            when=phrases.schedule(case.settings, language),
            size=phrases.size(case.settings, language),
            languages=phrases.languages(case.settings),
        ),
        *state_lines(case),
        row(
            button(say(language, "cmd.button.add"), "subscribe"),
            button(say(language, "cmd.button.remove"), "unsubscribe"),
            button(say(language, "cmd.button.settings"), "settings"),
        ),
    )


async def unsubscribe(case: Case) -> AsyncIterator[Reply]:
    """Follow one topic less: by its button, its number, its name or any spelling of its query."""
    wanted = case.option("topic").strip()
    chats, pending = case.means.chats, case.means.pending
    done = await asyncio.to_thread(chats.applied, case.ask.update)
    if wanted and done:
        gone = await pending.taken_by(case.target, case.ask.update)
        yield await _gone(case, gone) if gone else _nothing(case)
        return
    followed = await _followed(case)
    if not followed:
        yield _nothing(case)
        return
    if not wanted or (page := _PAGE.fullmatch(wanted)):
        yield _which(case, followed, "cmd.unsubscribe.which", page=int(page[1]) if wanted and page else 1)
        return
    found = _found(case, followed, wanted)
    if found is None:
        stale = bool(case.option("check"))
        yield _which(case, followed, "cmd.unsubscribe.stale" if stale else "cmd.unsubscribe.unknown", said=wanted)
        return
    # What is taken away is kept first: the answer names it and offers it again, also if we crash in between.
    await pending.keep(case.target, found.topic, update=case.ask.update)
    await case.once(chats.unsubscribe, case.target, chats.canonical(found.topic), update=case.ask.update)
    yield await _gone(case, found.topic)


def _found(case: Case, followed: Sequence[Subscription], wanted: str) -> Subscription | None:
    """The one meant. A number with a check word is the one it was, or none: the list may have changed since."""
    chats = case.means.chats
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 4:
        number = int(wanted)
        one = followed[number - 1] if 1 <= number <= len(followed) else None
        check = case.option("check")
        if one is not None and (not check or check == checkword(case, one)):
            return one
        if check:
            return None
    name = wanted.casefold()
    for each in followed:
        if name in {each.topic.name.casefold(), *(called.casefold() for called in each.topic.names.values())}:
            return each
    try:
        canonical = chats.canonical(meant(wanted))
    except QueryError:
        return None
    return next((each for each in followed if chats.canonical(each.topic) == canonical), None)


def checkword(case: Case, one: Subscription) -> str:
    """What a button carries beside the number, so that it never hits another subscription."""
    return short(case.means.chats.canonical(one.topic), 4)


def state_lines(case: Case) -> tuple[Block, ...]:
    """Why nothing comes, if nothing does."""
    match case.chat.state:
        case State.PAUSED:
            return (note(case.language, "cmd.list.paused"),)
        case State.LOST:
            return (note(case.language, "cmd.list.lost", reason=case.chat.reason or "?"),)
        case _:
            return ()


async def _gone(case: Case, topic: Topic) -> Reply:
    ref = await case.means.pending.keep(case.target, topic)
    again = button(say(case.language, "cmd.button.again"), "subscribe", ref, "yes")
    return case.reply(
        line(case.language, "cmd.unsubscribe.done", topic=Bold(clean(topic.called(case.language), 80))), row(again)
    )


def _which(case: Case, followed: Sequence[Subscription], key: str, *, page: int = 1, **said: str) -> Reply:
    language, pages = case.language, -(-len(followed) // A_PAGE)
    page = min(max(page, 1), pages)
    shown = [
        button(f"✕ {number}. {each.topic.called(language)}", "unsubscribe", number, f"~{checkword(case, each)}")
        for number, each in list(enumerate(followed, 1))[(page - 1) * A_PAGE : page * A_PAGE]
    ]
    more = button(say(language, "cmd.button.others"), "unsubscribe", f"~{page % pages + 1}") if pages > 1 else None
    listed = button(say(language, "cmd.button.list"), "list")
    return case.reply(line(language, key, **said), *rows(shown, width=2), row(more, listed), private=bool(said))


def _nothing(case: Case) -> Reply:
    add = button(say(case.language, "cmd.button.catalogue"), "subscribe")
    return case.reply(line(case.language, "cmd.follows_nothing"), row(add))


async def _followed(case: Case) -> list[Subscription]:
    return await asyncio.to_thread(case.means.chats.subscriptions, case.target)


def _named(topic: Topic, language: str) -> Spans:
    """Its name, and the query behind it if that is something else; the catalogue's queries are long and its own."""
    name, query = clean(topic.called(language), 80), clean(topic.query.text, QUERY)
    return (Bold(name),) if query == name or topic.names else (Bold(name), Text(" "), Code(query))


def _a_day(volume: Volume, language: str) -> Spans:
    if not volume.reaches:
        return ()
    if volume.a_day:
        return (Text(" · "), *words(language, "cmd.list.a_day", count=volume.a_day))
    return (Text(" · "), *words(language, "cmd.list.rare", count=volume.total))
