"""What somebody may subscribe to, before they do: the catalogue, what a topic would bring, ways to ask for less."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.recent import ANNOUNCEMENTS, Volume
from bot.commands.saying import button, line, note, row, rows, words
from bot.commands.shelf import shelf
from bot.commands.text import LONGEST_NAME
from bot.document import Action, Actions, Block, Bold, Code, Item, Link, ListBlock, Paragraph, Spans
from bot.latex import readable
from bot.links import page
from bot.locales import say
from bot.models import Paper, Topic
from bot.platforms import Reply
from bot.topics.catalogue import entries
from bot.topics.query import LONGEST, QueryError, parse
from bot.wording import TITLE, clean, cut

MANY = 30
"""Papers a day from which on a topic is offered by its best."""

CATEGORIES = 3
"""Of a topic, that are offered alone."""


async def catalogue(case: Case) -> Reply:
    """The named topics as buttons, some at a time; those that are followed are marked."""
    chats, value = case.means.chats, case.option("value")

    def followed() -> set[str]:
        have = {chats.canonical(each.topic) for each in chats.subscriptions(case.target)}
        return {named.id for named in entries() if chats.canonical(named.topic) in have}

    page = int(value) if value.isascii() and value.isdecimal() and len(value) < 4 else 1
    buttons = shelf(case.language, page=page, followed=await asyncio.to_thread(followed))
    return case.reply(line(case.language, f"cmd.catalogue.{case.ask.kind}"), *buttons)


async def offer(case: Case, topic: Topic) -> Reply:
    """What `topic` would bring this chat, with the buttons that decide."""
    language = case.language
    means = case.means
    [volume] = await means.recent.volumes([topic], case.settings, watched=means.watched)
    ref = await means.pending.keep(case.target, topic)
    estimate = None if volume.reaches else await means.estimates.of(topic.query)
    counted = estimate.total if estimate is not None else None
    many = _many(volume, counted)
    latest = volume.latest or (estimate.latest if estimate else ())
    return case.reply(
        *heading(topic, language),
        Paragraph(brings(volume, counted, language)),
        line(language, "cmd.volume.latest") if latest and not volume.reaches else None,
        ListBlock(tuple(Item((_titled(paper),)) for paper in latest)) if latest else None,
        line(
            language,
            "cmd.subscribe.terms",
            when=phrases.schedule(case.settings, language),
            languages=phrases.languages(case.settings),
            size=phrases.size(case.settings, language),
        ),
        line(language, "cmd.subscribe.many") if many else None,
        None if means.has_model else note(language, "cmd.no_model"),
        note(language, "cmd.subscribe.admin_confirms") if case.ask.kind != "private" else None,
        *_decisions(language, ref, many=many),
    )


def heading(topic: Topic, language: str) -> tuple[Block, ...]:
    """What it is called, and what is looked for if that is something else."""
    name, query = clean(topic.called(language), 80), clean(topic.query.text, LONGEST)
    looked_for = Paragraph((Code(query),), quiet=True) if query != name else None
    return (Paragraph((Bold(name),)), *((looked_for,) if looked_for else ()))


def brings(volume: Volume, estimate: int | None, language: str) -> Spans:
    """How much that is: counted where what is stored reaches back far enough, else as arXiv counts, else as stored."""
    if volume.reaches and volume.total and volume.a_day:
        low, high = min(volume.counts), max(volume.counts)
        return words(language, "cmd.volume.stored", count=volume.a_day, low=low, high=high)
    if volume.reaches:
        return words(language, "cmd.volume.rare" if volume.total else "cmd.volume.none", count=volume.total)
    if estimate is not None:
        a_day = round(estimate / ANNOUNCEMENTS)
        key = "estimate" if a_day else "rare_estimate" if estimate else "none_estimate"
        return words(language, f"cmd.volume.{key}", count=a_day or estimate)
    if volume.counts:
        return words(language, "cmd.volume.few", count=volume.total, days=len(volume.counts))
    return words(language, "cmd.volume.unknown")


async def narrower(case: Case, topic: Topic) -> Reply:
    """Ways to ask for less, as buttons: only one of its categories, or without surveys."""
    language, means = case.language, case.means
    primaries = await means.recent.primaries(topic, case.settings)
    shown: list[Action] = []
    for part, label in (
        *((each, say(language, "cmd.button.only", category=each)) for each in primaries[:CATEGORIES]),
        ("-survey", say(language, "cmd.button.no_surveys")),
    ):
        if less := _less(topic, part, language):
            shown.append(button(label, "subscribe", await means.pending.keep(case.target, less)))
    example = Code(f"/subscribe {cut(clean(topic.query.text), 60)} cs.CL -survey")
    how = button(say(language, "cmd.button.how"), "help", "subscribe")
    said = case.reply(line(language, "cmd.narrow", example=example), *rows(shown, width=2), row(how))
    return replace(said, apart=True)  # the offer stays until an admin decides


def _less(topic: Topic, part: str, language: str) -> Topic | None:
    """`topic` and `part`, unless that is too long or says nothing new."""
    text = f"({topic.query.text}) {part}"
    try:
        query = parse(text)
    except QueryError:
        return None
    if query.canonical() == topic.query.canonical():
        return None
    return Topic(name=clean(f"{topic.called(language)} {part}", LONGEST_NAME), query=query)


def _decisions(language: str, ref: str, *, many: bool) -> tuple[Actions, ...]:
    no = button(say(language, "cmd.button.no"), "subscribe", ref, "no")
    if not many:
        yes = button(say(language, "cmd.button.subscribe"), "subscribe", ref, "yes")
        return (row(yes, button(say(language, "cmd.button.change"), "subscribe", ref, "change"), no),)
    best = (button(say(language, "cmd.button.best", count=most), "subscribe", ref, "yes", most) for most in (10, 20))
    titles = button(say(language, "cmd.button.titles"), "subscribe", ref, "yes", "titles")
    return (row(*best, titles), row(button(say(language, "cmd.button.narrow"), "subscribe", ref, "narrow"), no))


def _many(volume: Volume, estimate: int | None) -> bool:
    """Is that more than anybody reads?"""
    a_day = estimate / ANNOUNCEMENTS if estimate is not None and not volume.reaches else volume.a_day
    return a_day > MANY


def _titled(paper: Paper) -> Link:
    return Link(clean(readable(paper.title), TITLE) or paper.id, page(paper))
