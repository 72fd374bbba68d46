"""The desk: everything people ask is answered here, whatever platform they ask on; nothing is ever raised to one.

Every command gets an answer, and a slow one a word at once. Of asks that waited more than ten minutes because we were
away, a change is made, for somebody relies on it; a question is not answered, for whoever asked has gone on. Each chat
gets one apology that says so, however much it asked.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias

from bot.access import Action, Verdict
from bot.commands import (
    BY_NAME,
    file,
    follow,
    owners,
    papers,
    people,
    questions,
    reading,
    rest,
    saved,
    schedule,
    settings,
    settle,
    unfollow,
    why,
)
from bot.commands.case import Case, asked_at, chat_of, client_language
from bot.commands.failures import apology, said
from bot.commands.keeper import remember
from bot.commands.means import Means
from bot.commands.permission import changes, deed, is_for_owners, refused, verdict
from bot.commands.saying import line
from bot.platforms import Ask, Place, Reply
from bot.ports import BotError
from bot.targets import Settings, Target
from bot.topics.catalogue import entries

logger = logging.getLogger(__name__)

TOO_LATE = timedelta(minutes=10)
MOST_CHATS = 10_000
"""Chats whose turn, or last apology, is remembered."""

Handler: TypeAlias = Callable[[Case], AsyncIterator[Reply]]

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "start": people.start,
        "help": people.help_,
        "privacy": people.privacy,
        "subscribe": follow.subscribe,
        "unsubscribe": unfollow.unsubscribe,
        "list": unfollow.list_,
        "summarize": reading.summarize,
        "ask": questions.ask,
        "compare": questions.compare,
        "pdf": file.pdf,
        "digest": reading.digest,
        "abstract": papers.abstract,
        "evidence": papers.evidence,
        "depth": papers.depth,
        "save": saved.save,
        "saved": saved.saved,
        "like": papers.like,
        "dislike": papers.dislike,
        "rest": rest.rest,
        "why": why.why,
        "settings": settings.settings,
        "language": settings.language,
        "pause": settings.pause,
        "resume": settings.resume,
        "schedule": schedule.schedule,
        "chats": owners.chats,
        "allow": owners.allow,
        "block": owners.block,
        "stats": owners.stats,
        "settle": settle.settle,
    }
)


class Desk:
    """Answers asks with `means`. For one event loop; many asks at a time, changes of one chat one after the other."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._turns: OrderedDict[Target, asyncio.Lock] = OrderedDict()
        self._apologies: OrderedDict[Target, datetime] = OrderedDict()

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        """Replies until the last, which stays; each replaces the one before. Raises nothing but a cancellation."""
        language = client_language(ask.locale)
        try:
            case = await self._case(ask)
            language = case.language
            late = asked_at(ask, self._means.clock()) > TOO_LATE.total_seconds()
            async for reply in self._late(case) if late else self._answers(case):
                yield _placed(reply, ask)
        except BotError as error:
            logger.info("an ask failed: command=%s error=%s", _name(ask), type(error).__name__)
            yield _placed(Reply(said(error, language), private=error.usage), ask)
        except Exception as error:  # noqa: BLE001 - the one place where a bug of ours becomes an answer
            where = "".join(
                traceback.format_tb(error.__traceback__)
            )  # without the error's text, which may be somebody's
            logger.error("an ask failed: command=%s error=%s\n%s", _name(ask), type(error).__name__, where)  # noqa: TRY400
            yield _placed(Reply(apology(language)), ask)

    async def announced(self) -> None:
        """Count the catalogue's topics in what is stored now, so that nobody who asks waits for that."""
        topics = [named.topic for named in entries()]
        await self._means.recent.volumes(topics, Settings(), watched=self._means.watched)

    async def _case(self, ask: Ask) -> Case:
        stored = await asyncio.to_thread(self._means.chats.met, ask.target, kind=ask.kind, title=ask.title)
        options = {name: value for name, value in ask.options.items() if value != ""}
        return Case(ask=ask, means=self._means, chat=chat_of(ask, stored), known=stored is not None, options=options)

    async def _answers(self, case: Case) -> AsyncIterator[Reply]:
        name = case.ask.command
        if name not in BY_NAME:
            unknown = replace(case, options={"command": name[:32]})
            async for reply in people.help_(unknown):
                yield reply
            return
        action = deed(name, case.options)
        async with self._turn(case.target, only_if=action is Action.CHANGE):
            if action is Action.CHANGE:  # what was asked before may have changed it meanwhile
                case = replace(await self._case(case.ask), options=case.options)
            found = await verdict(case, action)
            if found is Verdict.ALLOW and is_for_owners(name) and not case.is_owner:
                found = Verdict.OWNERS_ONLY
            if found not in {Verdict.ALLOW, Verdict.ALLOW_EXTRACTIVE}:
                refusal = await refused(case, found)
                await remember(case, action, found)
                yield refusal
                return
            case = replace(case, model=found is Verdict.ALLOW)
            replies = HANDLERS[name](case)
            # A change is over before its answer is told, so that a slow platform keeps no other change waiting.
            made = [reply async for reply in replies] if action is Action.CHANGE else None
            await remember(case, action, found)
        if made is not None:
            for reply in made:
                yield reply
            return
        async for reply in replies:
            yield reply

    async def _late(self, case: Case) -> AsyncIterator[Reply]:
        if case.ask.command in BY_NAME and changes(case.ask.command, case.options):
            async for _ in self._answers(case):
                pass  # nobody waits for this answer any more; /list and /settings show what came of it
        now = self._means.clock()
        last = self._apologies.get(case.target)
        if last is None or not timedelta() <= now - last < TOO_LATE:
            self._apologies[case.target] = now
            self._apologies.move_to_end(case.target)
            while len(self._apologies) > MOST_CHATS:
                self._apologies.popitem(last=False)
            yield case.reply(line(case.language, "cmd.late"))

    @asynccontextmanager
    async def _turn(self, target: Target, *, only_if: bool) -> AsyncIterator[None]:
        """One change of a chat at a time: settings are read, changed and written."""
        if not only_if:
            yield
            return
        lock = self._turns.setdefault(target, asyncio.Lock())
        self._turns.move_to_end(target)
        async with lock:
            yield
        while len(self._turns) > MOST_CHATS and not next(iter(self._turns.values())).locked():
            self._turns.popitem(last=False)


def _placed(reply: Reply, ask: Ask) -> Reply:
    """Where the answer to a button goes: as its command has it, but what only its presser should see stands aside."""
    command = BY_NAME.get(ask.command)
    if not ask.pressed or command is None or reply.apart or reply.place is not Place.BELOW:
        return reply
    return replace(reply, place=Place.ASIDE if reply.private and ask.kind != "private" else command.pressed)


def _name(ask: Ask) -> str:
    """The command for the log; what is none of ours is somebody's text."""
    return ask.command if ask.command in BY_NAME else "unknown"
