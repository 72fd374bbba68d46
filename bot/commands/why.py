"""`/why ID`: what is known of one paper in this chat, from what it matched to where it stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.chats import Explained, Sending
from bot.commands.case import Case
from bot.commands.saying import button, line, row
from bot.document import Block, Bold, Code, Link, Paragraph, Text
from bot.latex import readable
from bot.links import page
from bot.locales import say
from bot.models import ArxivId
from bot.platforms import Reply
from bot.sources.ids import NotAnId, parse
from bot.targets import Subscription
from bot.topics.prepared import Prepared, prepare
from bot.wording import TITLE, clean

MOST_SENDINGS = 3
MOST_TERMS = 6


async def why(case: Case) -> AsyncIterator[Reply]:
    """Matched by which words; sent when, or why not."""
    typed = case.option("id") or case.ask.replied_to
    if not typed.strip():
        yield case.reply(line(case.language, "cmd.why.how"), private=True)
        return
    try:
        asked = parse(typed)
    except NotAnId as error:
        yield case.reply(line(case.language, "note.not_an_id", text=error.text), private=True)
        return
    yield await asyncio.to_thread(_answer, case, asked)


def _answer(case: Case, asked: ArxivId) -> Reply:
    """Blocks: in a thread."""
    language, means = case.language, case.means
    paper = means.store.papers([asked.key]).get(asked.key)
    announced = asked.key in means.store.announced_ids([asked.key])
    followed = means.chats.subscriptions(case.target)
    known = means.chats.explain(case.target, asked.key)
    summarize = button(say(language, "cmd.button.summarize", id=asked.key), "summarize", asked.key)
    if paper is None:
        unknown = line(language, "cmd.why.nothing_known", id=Code(asked.key))
        return case.reply(unknown, *_sent(known, language), row(summarize))
    ready = prepare(paper)
    matching = [each for each in followed if each.topic.query.matches(ready)]
    name = clean(readable(paper.title), TITLE) or paper.id
    blocks: list[Block] = [Paragraph((Link(name, page(paper)), Text(f" · {paper.id}")))]
    blocks += [_matched(each, ready, language) for each in matching]
    if not matching:
        blocks.append(line(language, "cmd.why.no_match" if followed else "cmd.why.follows_nothing"))
    blocks += _sent(known, language)
    if not known.sendings and (reason := _not_sent(case, matching, announced=announced, seen=known.seen)):
        blocks.append(reason)
    return case.reply(*blocks, row(summarize))


def _matched(one: Subscription, ready: Prepared, language: str) -> Block:
    topic = Bold(clean(one.topic.called(language), 80))
    terms = say(language, "list").join(clean(term, 60) for term in one.topic.query.why(ready)[:MOST_TERMS])
    if not terms:
        return line(language, "cmd.why.matched_by_exclusion", topic=topic)
    return line(language, "cmd.why.matched", topic=topic, terms=terms)


def _sent(known: Explained, language: str) -> list[Block]:
    return [_sending(each, language) for each in known.sendings[:MOST_SENDINGS]]


def _sending(one: Sending, language: str) -> Block:
    when = one.day or one.made_at.date()
    label = say(language, "cmd.digest.of", day=when)
    where = Link(label, one.ref.url) if one.ref is not None and one.ref.url else Text(label)
    match one.fate:
        case "failed":
            return line(language, "cmd.why.failed", digest=where, reason=one.error or "?")
        case "held":
            return line(language, "cmd.why.held", digest=where)
        case "waiting" | "unsure":
            return line(language, "cmd.why.waiting", digest=where)
        case _:
            key = "cmd.why.sent" if one.shown else "cmd.why.below"
            return line(language, key, digest=where, number=one.place + 1)


def _not_sent(case: Case, matching: Sequence[Subscription], *, announced: bool, seen: bool) -> Block | None:
    """Why a paper we know stands in none of this chat's digests, as far as that can be told."""
    language = case.language
    if seen:
        return line(language, "cmd.why.seen")
    if not announced:
        return line(language, "cmd.why.not_announced", categories=", ".join(case.means.watched))
    if not matching:
        return None
    return line(language, "cmd.why.not_yet", day=min(each.since for each in matching).date())
