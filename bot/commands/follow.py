"""`/subscribe`: the catalogue, what a topic would bring, the buttons that decide, and what comes after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.failures import query_mistake
from bot.commands.keeping import due_by
from bot.commands.lacking import lacking
from bot.commands.offers import catalogue, narrower, offer
from bot.commands.panel import panel
from bot.commands.samples import sample
from bot.commands.saying import button, line, note, row
from bot.commands.text import LONGEST_NAME, command, fits
from bot.document import Action, Block, Bold, Code, Paragraph, Text
from bot.locales import say
from bot.models import ArxivId, Topic
from bot.platforms import Reply
from bot.sources.ids import find
from bot.targets import Settings, State
from bot.topics.catalogue import topic as meant
from bot.topics.query import QueryError, parse
from bot.wording import clean


async def subscribe(case: Case) -> AsyncIterator[Reply]:
    """The catalogue; or what a topic would bring, which only a button makes a subscription."""
    typed, do = case.option("topic").strip(), case.option("do")
    if not typed or do == "page":
        yield await catalogue(case)
        return
    if not typed.startswith("~"):
        async for reply in _typed(case, typed):
            yield reply
        return
    topic = await case.means.pending.topic(case.target, typed)
    if topic is None:
        yield case.reply(line(case.language, "cmd.stale"), row(_catalogue_button(case)), private=True)
        return
    async for reply in _pressed(case, topic, do):
        yield reply


async def _pressed(case: Case, topic: Topic, do: str) -> AsyncIterator[Reply]:
    match do:
        case "yes":
            yield await _follow(case, topic)
        case "no":
            yield case.reply(line(case.language, "cmd.subscribe.dropped"), row(_catalogue_button(case)))
        case "change":
            forms = case.means.forms(case.target.platform)
            shown = panel(case.chat, case.language, forms=forms)
            settings = case.reply(*shown, private=case.ask.kind != "private")
            yield replace(settings, apart=True)  # the offer stays, to be taken after that
        case "narrow":
            yield await narrower(case, topic)
        case "sample":
            async for reply in sample(case, [topic]):
                yield reply
        case _:
            async for reply in _offered(case, topic):
                yield reply


async def _typed(case: Case, typed: str) -> AsyncIterator[Reply]:
    if " " not in typed and (named := find(typed)):
        pointed = Paragraph((Text("» "), Code(str(named[0]))))
        yield _a_paper(case, named[0], line(case.language, "cmd.query.paper_id"), pointed)
        return
    try:
        topic = meant(typed)
    except QueryError as error:
        yield await _mistaken(case, error)
        return
    if name := clean(case.option("name"), LONGEST_NAME):
        topic = Topic(name=name, query=topic.query)
    async for reply in _offered(case, topic):
        yield reply


async def _offered(case: Case, topic: Topic) -> AsyncIterator[Reply]:
    number = await followed_as(case, topic)
    if number is not None:
        yield _already(case, topic, number)
        return
    meanwhile = line(case.language, "cmd.subscribe.counting", topic=Bold(clean(topic.called(case.language), 80)))
    async for reply in case.soon(offer(case, topic), lambda: case.reply(meanwhile)):
        yield reply


async def _mistaken(case: Case, error: QueryError) -> Reply:
    """What is wrong, with a button that takes the suggestion."""
    if error.code == "paper_id" and (named := find(error.text)):
        return _a_paper(case, named[0], *query_mistake(error, case.language, what_to_do=False))
    offered: Action | None = None
    if error.suggestion:
        carried, name = ("subscribe", error.suggestion), clean(case.option("name"), LONGEST_NAME)
        if name or not fits(command(*carried)) or error.suggestion.startswith("~"):
            query = parse(error.suggestion, longest=None)
            topic = Topic(name=name or query.text, query=query)
            carried = ("subscribe", await case.means.pending.keep(case.target, topic))
        offered = button(error.suggestion, *carried)
    how = button(say(case.language, "cmd.button.how"), "help", "subscribe")
    return case.reply(*query_mistake(error, case.language), row(offered), row(how), private=True)


def _a_paper(case: Case, named: ArxivId, *said: Block) -> Reply:
    """Not a topic; but a paper can be summarized."""
    label = say(case.language, "cmd.button.summarize", id=named.key)
    return case.reply(*said, row(button(label, "summarize", str(named))), private=True)


async def _follow(case: Case, topic: Topic) -> Reply:
    chats, now = case.means.chats, case.means.clock()
    done = await asyncio.to_thread(chats.applied, case.ask.update)
    if not done:
        number = await followed_as(case, topic)
        if number is not None:
            return _already(case, topic, number)
    await case.ensure()
    wanted = _sized(case.settings, case.option("value"))
    if wanted != case.settings and not done:
        due = due_by(case.chat, wanted, now=now)
        await asyncio.to_thread(chats.save_settings, case.target, wanted, next_due_at=due)
    await case.once(chats.subscribe, case.target, topic, since=now, update=case.ask.update)
    language = case.language
    show_me = button(say(language, "cmd.button.sample"), "subscribe", case.option("topic"), "sample")
    now_button = button(say(language, "cmd.button.post_now"), "digest")
    return case.reply(
        line(
            language,
            "cmd.subscribe.done",
            topic=Bold(clean(topic.called(language), 80)),
            when=phrases.schedule(wanted, language),
        ),
        None if case.means.has_model else note(language, "cmd.no_model"),
        line(language, "cmd.subscribe.paused") if case.chat.state is State.PAUSED else None,
        await lacking(case),
        row(show_me, now_button),
    )


def _sized(settings: Settings, value: str) -> Settings:
    """What the button said beside yes: how many papers, or titles only."""
    match value:
        case "titles":
            return replace(settings, layout="titles")
        case "10" | "20":
            return replace(
                settings, size=int(value), layout="digest" if settings.layout == "titles" else settings.layout
            )
        case _:
            return settings


async def followed_as(case: Case, topic: Topic) -> int | None:
    """The number in the list of what is the same topic, under whatever name and spelling; None if it is not there."""
    chats = case.means.chats

    def find() -> int | None:
        wanted = chats.canonical(topic)
        followed = chats.subscriptions(case.target)
        return next((n for n, each in enumerate(followed, 1) if chats.canonical(each.topic) == wanted), None)

    return await asyncio.to_thread(find)


def _already(case: Case, topic: Topic, number: int) -> Reply:
    name = Bold(clean(topic.called(case.language), 80))
    listed = button(say(case.language, "cmd.button.list"), "list")
    return case.reply(
        line(case.language, "cmd.subscribe.already", topic=name, number=number),
        row(listed, _catalogue_button(case)),
        private=True,
    )


def _catalogue_button(case: Case) -> Action:
    return button(say(case.language, "cmd.button.catalogue"), "subscribe")
