"""`/why ID`: what is known of one paper in this chat, from what it matched to where it stands, or what keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.chats import Explained, Sending
from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.meant import meant
from bot.commands.reasons import Judged, Why, judged, marks, waits
from bot.commands.saying import button, line, row, words
from bot.document import Action, Block, Bold, Code, Link, Paragraph, Text
from bot.harvest import LOOK_BACK, Arrivals
from bot.latex import readable
from bot.links import page
from bot.locales import say
from bot.models import ArxivId, Kind, Listed, Paper
from bot.platforms import Reply
from bot.sources.ids import NotAnId, parse
from bot.targets import State, Subscription
from bot.topics import taxonomy
from bot.topics.prepared import Prepared, prepare
from bot.wording import TITLE, clean

MOST_SENDINGS = 3
MOST_ANNOUNCEMENTS = 3
MOST_TERMS = 6


async def why(case: Case) -> AsyncIterator[Reply]:
    """Matched by which words; announced when and as what; sent when, or why not."""
    typed = case.option("id")
    if not typed:
        replied = await meant(case)
        typed = str(replied[0]) if len(replied) == 1 else case.ask.replied_to
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
    known = means.chats.explain(case.target, asked.key)
    summarize = button(say(language, "cmd.button.summarize", id=asked.key), "summarize", asked.key)
    if paper is None:
        unknown = line(language, "cmd.why.nothing_known", id=Code(asked.key))
        return case.reply(unknown, *_sent(case, known), row(summarize))
    ready, followed = prepare(paper), means.chats.subscriptions(case.target)
    matching = [each for each in followed if each.topic.query.matches(ready)]
    found = _judged(case, paper, matching)
    name = clean(readable(paper.title), TITLE) or paper.id
    blocks: list[Block] = [Paragraph((Link(name, page(paper)), Text(f" · {paper.id}")))]
    blocks += [_matched(each, ready, language) for each in matching]
    if not matching:
        blocks.append(line(language, "cmd.why.no_match" if followed else "cmd.why.follows_nothing"))
    blocks += [_announced(case, each, known) for each in found[:MOST_ANNOUNCEMENTS]]
    blocks += _sent(case, known)
    if not found:
        blocks.append(_never_announced(case, paper, followed))
    return case.reply(*blocks, row(_next_step(case, found), summarize))


def _judged(case: Case, paper: Paper, matching: Sequence[Subscription]) -> list[Judged]:
    """What became of each announcement here, the latest first."""
    chats, store = case.means.chats, case.means.store
    every = [Listed(paper=paper, announcement=each) for each in store.announcements(paper.id)]
    arrived = Arrivals(chats).all()
    return [
        judged(
            each, matching, settings=case.settings, arrived=arrived, seen=chats.seen(case.target, sorted(marks(each)))
        )
        for each in every
    ]


def _matched(one: Subscription, ready: Prepared, language: str) -> Block:
    topic = Bold(clean(one.topic.called(language), 80))
    terms = say(language, "list").join(clean(term, 60) for term in one.topic.query.why(ready)[:MOST_TERMS])
    if not terms:
        return line(language, "cmd.why.matched_by_exclusion", topic=topic)
    return line(language, "cmd.why.matched", topic=topic, terms=terms)


# ---------------------------------------------------------------- what was announced, and what keeps it


def _announced(case: Case, one: Judged, known: Explained) -> Block:
    language, announcement = case.language, one.listed.announcement
    day = announcement.date if announcement else None
    version = announcement.version if announcement else None
    if one.kind is None:
        said = words(language, "cmd.why.announced_plain", day=day or "?")
    else:
        what = say(language, f"kind.{one.kind}")
        what += f" v{version}" if version and one.kind in {Kind.REPLACE, Kind.REPLACE_CROSS} else ""
        said = words(language, "cmd.why.announced", day=day or "?", kind=what)
    because = _because(case, one, known)
    between = "" if language == "zh" else " "
    return Paragraph((*said, Text(between), *because.spans)) if because else Paragraph(said)


def _because(case: Case, one: Judged, known: Explained) -> Paragraph | None:
    """Why this announcement is in no digest; None where one tells, or none was to be expected."""
    language = case.language
    match one.why:
        case Why.CROSS_LISTS_OFF:
            return line(language, "cmd.why.cross_lists_off")
        case Why.REPLACEMENTS_OFF:
            return line(language, "cmd.why.replacements_off")
        case Why.BEFORE if one.topic is not None:
            topic = clean(one.topic.topic.called(language), 80)
            return line(language, "cmd.why.before", topic=topic, day=one.topic.since.date())
        case Why.TOO_OLD:
            return line(language, "cmd.why.too_old", days=LOOK_BACK.days)
        case Why.INCOMPLETE:
            return line(language, "cmd.why.incomplete")
        case Why.CAME_BEFORE if not any(_covers(each, one) for each in known.sendings):
            return line(language, "cmd.why.came_before")
        case Why.DUE:
            return _waiting(case)
        case _:
            return None


def _covers(sending: Sending, one: Judged) -> bool:
    """Did this digest bring just this announcement?"""
    announcement = one.listed.announcement
    if announcement is None or one.kind not in {Kind.REPLACE, Kind.REPLACE_CROSS}:
        return True
    return sending.version in {None, announcement.version}


def _waiting(case: Case) -> Paragraph:
    language, chat = case.language, case.chat
    waited_for = waits(chat, now=case.means.clock())
    at = phrases.moment(chat.next_due_at, chat.settings, language) if chat.next_due_at else ""
    return line(language, f"cmd.why.waits.{waited_for}", reason=chat.reason or "?", at=at)


def _never_announced(case: Case, paper: Paper, followed: Sequence[Subscription]) -> Block:
    """It is in none of the categories we watch, for ourselves or for a topic here; or arXiv has not said it yet."""
    language, watched = case.language, case.means.watched
    named = {each for one in followed for each in one.topic.query.categories()}
    here = any(taxonomy.matches(pattern, each) for pattern in (*watched, *named) for each in paper.categories)
    if here or not paper.categories:
        return line(language, "cmd.why.not_announced", categories=", ".join(watched))
    listed = ", ".join(paper.categories)
    return line(language, "cmd.why.not_watched", categories=listed, watched=", ".join(watched))


def _next_step(case: Case, found: Sequence[Judged]) -> Action | None:
    """The button that would let it come."""
    language = case.language
    match found[0].why if found else None:
        case Why.CROSS_LISTS_OFF:
            return button(say(language, "cmd.button.cross_lists_on"), "settings", "cross_lists", "on")
        case Why.REPLACEMENTS_OFF:
            return button(say(language, "cmd.button.replacements_on"), "settings", "replacements", "on")
        case Why.DUE if case.chat.state is State.PAUSED:
            return button(say(language, "cmd.button.resume"), "resume")
        case _:
            return None


# ---------------------------------------------------------------- what was sent


def _sent(case: Case, known: Explained) -> list[Block]:
    return [_sending(case, each) for each in known.sendings[:MOST_SENDINGS]]


def _sending(case: Case, one: Sending) -> Block:
    language, state = case.language, case.chat.state
    label = say(language, "cmd.digest.of", day=one.day or one.made_at.date())
    where = Link(label, one.ref.url) if one.ref is not None and one.ref.url else Text(label)
    match one.fate:
        case "failed":
            return line(language, "cmd.why.failed", digest=where, reason=one.error or "?")
        case "held":
            return line(language, "cmd.why.held", digest=where)
        case "waiting" | "unsure" if state is State.PAUSED:
            return line(language, "cmd.why.waiting_paused", digest=where)
        case "waiting" | "unsure" if state is State.LOST:
            return line(language, "cmd.why.waiting_lost", digest=where, reason=case.chat.reason or "?")
        case "waiting" | "unsure":
            return line(language, "cmd.why.waiting", digest=where)
        case _:
            key = "cmd.why.sent" if one.shown else "cmd.why.below"
            return line(language, key, digest=where, number=one.place + 1, total=one.total)
