"""`/summarize` and `/digest`: papers now, for those who read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.access import Action, Verdict
from bot.chat_digest import is_roomy
from bot.commands.case import Case
from bot.commands.file import sent_file
from bot.commands.meant import meant
from bot.commands.papers import too_often
from bot.commands.permission import refused, verdict
from bot.commands.saying import button, line, row
from bot.commands.steps import Steps, is_apart
from bot.commands.unfollow import state_lines
from bot.compose import papers as compose
from bot.document import Document, Figure, Link
from bot.harvest import Arrivals
from bot.latex import readable
from bot.locales import say
from bot.models import ArxivId, Digest
from bot.platforms import Reply
from bot.sources.ids import find
from bot.targets import State
from bot.topics.catalogue import named
from bot.wording import TITLE, clean, short_title

MOST = 5
"""Papers of one ask: an answer somebody reads, and what one person may cost at a time."""


MOST_WORDS = 50
"""Of a list of ids that are looked at for those that are none."""

_LIKE_AN_ID = re.compile(r"[0-9]{3,5}\.[0-9]{3,6}(v[0-9]+)?", re.IGNORECASE)


async def summarize(case: Case) -> AsyncIterator[Reply]:
    """The file that came with it, or the papers that were named, or else those in the message it replies to."""
    if case.ask.file is not None:
        async for reply in sent_file(case, case.ask.file):
            yield reply
        return
    typed = case.option("ids")
    asked = find(typed) or await meant(case)
    if not asked:
        yield _nothing_named(case, typed)
        return
    if (later := too_often(case)) is not None:
        yield later
        return
    shown = asked[:MOST]
    first = await meanwhile(case, shown)
    steps = Steps(case=case, first=lambda: first)
    answer = _Answer(case=case, left=len(asked) - len(shown), mistyped=_mistyped(typed))
    async for reply in case.in_steps(answer.read(shown, steps), steps.reply, steps.changed):
        yield reply
    if (more := await answer.illustrated()) is not None:
        yield more


def _mistyped(typed: str) -> str:
    """What stands in a list of nothing but ids and looks like one, but is none; '' where there are other words."""
    words = typed.replace(",", " ").split()[:MOST_WORDS]
    wrong = [word for word in words if not find(word)]
    return ", ".join(wrong[:MOST]) if all(map(_LIKE_AN_ID.fullmatch, wrong)) else ""


@dataclass(kw_only=True, slots=True)
class _Answer:
    """What `/summarize` says in the end: the papers, and when they are there, the figures of one that stands alone."""

    case: Case
    left: int
    mistyped: str
    made: Digest | None = None

    async def read(self, asked: Sequence[ArxivId], steps: Steps) -> Reply:
        """Without figures."""
        case = self.case
        reading = case.means.reading if case.model else case.means.modest
        language, *others = case.settings.languages
        self.made, _ = await reading.on_demand(
            asked,
            language=language,
            second=next(iter(others), None),
            progress=steps.progress,
            glimpse=steps.glimpse,
        )
        return self._laid(self.made)

    async def illustrated(self) -> Reply | None:
        """With them; None if there are none to show."""
        case, figures = self.case, self.case.means.figures
        if figures is None or not case.settings.figures or self.made is None:
            return None
        found = await figures.of(self.made, language=case.settings.languages[0])
        return self._laid(self.made, found) if found else None

    def _laid(self, made: Digest, figures: Mapping[str, Sequence[Figure]] = MappingProxyType({})) -> Reply:
        case, language = self.case, self.case.settings.languages[0]
        # Where many read there is one thing to unfold; and where nothing folds, buttons show abstract and passages.
        folded = is_roomy(case.chat) and case.chat.kind == "private"
        told = compose(
            made, language=language, abstracts=folded, evidence=folded, apart=is_apart(case), figures=figures
        )
        wrong = clean(self.mistyped, 60)
        first = [line(case.language, "note.not_an_id", text=wrong)] if self.mistyped else []
        extra = [line(case.language, "cmd.summarize.left", count=self.left, most=MOST)] if self.left else []
        return Reply(Document((*first, *told.blocks, *extra), language=told.language))


async def meanwhile(case: Case, asked: Sequence[ArxivId]) -> Reply:
    """What is said at once: the paper by name, where we know it already."""
    if len(asked) > 1:
        return case.reply(line(case.language, "cmd.summarize.reading_some", count=len(asked)))
    known = (await asyncio.to_thread(case.means.store.papers, [asked[0].key])).get(asked[0].key)
    name = short_title(clean(readable(known.title), TITLE)) if known else ""
    return case.reply(line(case.language, "cmd.summarize.reading", paper=name or str(asked[0])))


def _nothing_named(case: Case, typed: str) -> Reply:
    """No paper: what would be one; and if it is a topic of the catalogue, that one may have been meant."""
    language = case.language
    try_one = button(say(language, "cmd.button.try"), "summarize", "2405.17428")
    if not typed.strip():
        return case.reply(line(language, "cmd.summarize.how"), row(try_one), private=True)
    topic = named(typed[:200])
    meant = (
        button(say(language, "cmd.button.follow", topic=topic.topic.called(language)), "subscribe", f"~{topic.id}")
        if topic
        else None
    )
    return case.reply(
        line(language, "note.not_an_id", text=clean(typed, 60)),
        row(meant, try_one),
        private=case.ask.kind != "private",
    )


# ---------------------------------------------------------------- /digest


async def digest(case: Case) -> AsyncIterator[Reply]:
    """By an admin: what has come since the last one, posted. By others: where the last one is, and what waits."""
    chats = case.means.chats
    if not await asyncio.to_thread(chats.subscriptions, case.target):
        catalogue = button(say(case.language, "cmd.button.catalogue"), "subscribe")
        yield case.reply(line(case.language, "cmd.follows_nothing"), row(catalogue))
        return
    found = await verdict(case, Action.CHANGE)
    if found is Verdict.ALLOW and case.chat.state is not State.ACTIVE:  # it would wait, and nobody would know what for
        yield case.reply(*state_lines(case), row(button(say(case.language, "cmd.button.resume"), "resume")))
    elif found is Verdict.ALLOW:
        meanwhile = case.reply(line(case.language, "cmd.digest.making"))
        async for reply in case.soon(_post(case), lambda: meanwhile):
            yield reply
    elif found is Verdict.ASK_OWNERS:
        yield await refused(case, found)
    else:
        yield await _where(case)


async def _post(case: Case) -> Reply:
    count = await case.means.poster.post_now(case.chat, period=f"ask:{case.ask.update}")
    if count:
        return case.reply(line(case.language, "cmd.digest.posted", count=count))
    read = await asyncio.to_thread(Arrivals(case.means.chats).all)
    nothing = line(case.language, "cmd.digest.nothing" if read else "cmd.digest.not_read_yet")
    listed = button(say(case.language, "cmd.button.list"), "list")
    return case.reply(nothing, row(listed))


async def _where(case: Case) -> Reply:
    language, means = case.language, case.means
    last = await asyncio.to_thread(means.chats.last_digest, case.target)
    waiting = await means.poster.waiting(case.chat)
    if last is None:
        where = line(language, "cmd.digest.none_yet")
    elif last.ref is not None and last.ref.url:
        label = say(language, "cmd.digest.of", day=last.day or last.when.date())
        where = line(language, "cmd.digest.last", digest=Link(label, last.ref.url))
    else:
        where = line(language, "cmd.digest.last_on", day=last.day or last.when.date())
    return case.reply(where, line(language, "cmd.digest.waiting", count=waiting))
