"""`/chats`, `/allow`, `/block` and `/stats`: for whoever runs this bot."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, timedelta

from bot.chats import Chats
from bot.commands.case import Case
from bot.commands.saying import aside, button, document, line, row, title, words
from bot.commands.spending import DAYS, spending
from bot.commands.text import command, fits, read, short
from bot.document import Action, Actions, Bold, Code, Item, ListBlock, Spans, Text
from bot.locales import say, ui
from bot.platforms import Reply
from bot.ports import BotError
from bot.sources.calendar import expected_day
from bot.stats_table import checked, figures
from bot.targets import Access, Chat, Target
from bot.wording import clean

logger = logging.getLogger(__name__)

A_PAGE = 10


async def chats(case: Case) -> AsyncIterator[Reply]:
    """The chats we know, some at a time, the oldest first."""
    language, known = case.language, case.means.chats
    count = await asyncio.to_thread(known.count)
    pages = max(1, -(-count // A_PAGE))
    asked = case.options.get("page", 1)
    page = min(max(asked, 1), pages) if isinstance(asked, int) else 1
    shown = await asyncio.to_thread(known.chats, offset=(page - 1) * A_PAGE, limit=A_PAGE)
    items = []
    for number, chat in enumerate(shown, (page - 1) * A_PAGE + 1):
        followed = await asyncio.to_thread(known.subscriptions, chat.target)
        items.append(Item((*_named(chat), *_described(chat, len(followed), language)), number))
    before = button("‹", "chats", page - 1) if page > 1 else None
    after = button("›", "chats", page + 1) if page < pages else None
    yield case.reply(
        title(language, "cmd.chats.title", count=count),
        ListBlock(tuple(items)) if items else None,
        aside(language, "cmd.chats.how"),
        row(before, after),
    )


async def allow(case: Case) -> AsyncIterator[Reply]:
    """A chat may subscribe; with `no_model`, without costing a model call."""
    how = case.option("how")
    if how not in {"", "no_model"}:
        yield case.reply(line(case.language, "cmd.owners.usage"), private=True)
        return
    yield await _decided(case, Access.NO_MODEL if how else Access.ALLOWED)


async def block(case: Case) -> AsyncIterator[Reply]:
    """A chat gets nothing any more."""
    yield await _decided(case, Access.BLOCKED)


async def stats(case: Case) -> AsyncIterator[Reply]:
    """What there is, what was done, what it cost, and whether arXiv's feed is fresh."""
    language, means = case.language, case.means
    now = means.clock()
    found = await asyncio.to_thread(means.store.database.read, figures)
    calls = await asyncio.to_thread(means.store.model_calls, now.astimezone(UTC).date())
    days = await asyncio.to_thread(means.store.days)
    count = await asyncio.to_thread(means.chats.count)
    kept = await asyncio.to_thread(means.people.kept)
    expected = expected_day(now)
    most = means.allowance.calls
    if not days:
        feed = words(language, "cmd.stats.feed_none")
    elif days[0] >= expected:
        feed = words(language, "cmd.stats.feed_fresh", day=days[0])
    else:
        feed = words(language, "cmd.stats.feed_stale", day=days[0], expected=expected)
    lines = (
        words(language, "cmd.stats.papers", papers=found.papers, summaries=found.summaries),
        words(language, "cmd.stats.chats", chats=count, digests=found.digests),
        words(language, "cmd.stats.messages", sent=found.sent, waiting=found.waiting, held=found.held, dead=found.dead),
        words(language, "cmd.stats.resent", resent=found.resent),
        words(language, "cmd.stats.people", saved=kept.saved, likes=kept.likes, dislikes=kept.dislikes),
        words(language, "cmd.stats.calls", calls=calls, most="∞" if most is None else most)
        if means.has_model
        else words(language, "cmd.stats.no_model"),
        *((await _checked(case), *await spending(case)) if means.has_model else ()),
        feed,
    )
    listed = button(say(language, "cmd.button.chats"), "chats")
    yield case.reply(title(language, "cmd.stats.title"), ListBlock(tuple(Item(each) for each in lines)), row(listed))


async def _checked(case: Case) -> Spans:
    """What the checks made of a month's summaries."""
    today = case.means.clock().astimezone(UTC).date()
    since = today - timedelta(days=DAYS - 1)
    found = await asyncio.to_thread(case.means.store.database.read, lambda conn: checked(conn, since, today))
    return words(case.language, "cmd.stats.checked", **asdict(found))


def chat_word(target: Target) -> str:
    """What names `target` in a button: itself, or a short name where that is too long for one. Pure."""
    named = str(target)
    return named if fits(command("allow", named, "no_model")) else f"~{short(named)}"


def target_of(text: str) -> Target | None:
    """The target that `str` makes this of: `telegram:-100123`, `telegram:-100123:7`. Pure."""
    parts = text.strip().split(":", 2)
    if not len(parts) >= 2 or not all(parts) or len(text) > 200:
        return None
    return Target(*parts)


async def _decided(case: Case, access: Access) -> Reply:
    language, chats = case.language, case.means.chats
    target = await asyncio.to_thread(_named_by_a_button, chats, case.option("chat")) or target_of(case.option("chat"))
    if target is None:
        return case.reply(line(language, "cmd.owners.usage"), private=True)
    places = await asyncio.to_thread(chats.places, target)
    if not places:
        return case.reply(line(language, "cmd.owners.unknown", chat=Code(clean(str(target), 100))), private=True)
    chat = next((place for place in places if place.target == target), places[0])
    await case.once(chats.set_access, chat.target, access, update=case.ask.update)
    for place in places:
        await case.means.wake(place.target)
    heard = True
    if access is not Access.BLOCKED and chat.access not in {Access.ALLOWED, Access.NO_MODEL}:
        heard = await _told(case, chat, access)
    undo = (
        button(say(language, "cmd.button.allow"), "allow", chat_word(chat.target))
        if access is Access.BLOCKED
        else button(say(language, "cmd.button.block"), "block", chat_word(chat.target))
    )
    name = Bold(clean(chat.title or str(chat.target), 100))
    return case.reply(
        line(language, f"cmd.owners.{access}", chat=name),
        None if heard else line(language, "cmd.owners.not_told"),
        row(undo),
    )


def _named_by_a_button(chats: Chats, word: str) -> Target | None:
    """The chat with this `chat_word`, if that is a short one and the chat is still known."""
    offset, some = 0, 500
    while word.startswith("~") and (known := chats.chats(offset=offset, limit=some)):
        if found := next((chat.target for chat in known if chat_word(chat.target) == word), None):
            return found
        offset += some
    return None


async def _told(case: Case, chat: Chat, access: Access) -> bool:
    """The chat hears that it may, with the button it pressed before. False if it could not be told."""
    language = ui(chat.settings.languages[0])
    wished = await case.means.pending.wished(chat.target)
    again = Action(say(language, "cmd.button.go_on"), wished) if wished and read(wished, kind="group") else None
    news = document(
        language,
        line(language, f"cmd.allowed.{access}"),
        Actions((again,)) if again else row(button(say(language, "cmd.button.catalogue"), "subscribe")),
    )
    try:
        await case.means.tell(chat.target, news)
    except BotError as exc:
        logger.info("a chat cannot be told: target=%s error=%s", chat.target, type(exc).__name__)
        return False
    return True


def _named(chat: Chat) -> tuple[Bold | Text | Code, ...]:
    name = clean(chat.title, 60)
    return (Bold(name), Text(" "), Code(str(chat.target))) if name else (Code(str(chat.target)),)


def _described(chat: Chat, followed: int, language: str) -> tuple[Text, ...]:
    access = say(language, f"cmd.access.{chat.access or 'none'}")
    state = say(language, f"cmd.state.{chat.state}")
    topics = say(language, "cmd.chats.topics", count=followed)
    return (Text(f" · {topics} · {state} · {access}"),)
