"""One ask at the desk: who asks, where, in which language, and how the answer comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec

from bot.chats import AlreadyApplied
from bot.commands.means import Means
from bot.commands.saying import document
from bot.costs.cause import caused_by
from bot.document import Block
from bot.languages import UnknownLanguage, known
from bot.locales import Language, ui
from bot.platforms import Ask, Reply
from bot.targets import Chat, Settings, Target

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`chat` is the asker's as it is stored, or as it would be (`known` False). `model`: may answers cost a call?"""

    ask: Ask
    means: Means
    chat: Chat
    known: bool
    options: Mapping[str, str | int]
    model: bool = True

    @property
    def language(self) -> Language:
        """What we speak here."""
        return ui(self.chat.settings.languages[0])

    @property
    def is_owner(self) -> bool:
        """Does the asker run this bot?"""
        return self.ask.actor in self.means.owners.known

    @property
    def target(self) -> Target:
        """Where it was asked."""
        return self.ask.target

    @property
    def settings(self) -> Settings:
        """How this chat wants it."""
        return self.chat.settings

    def option(self, name: str) -> str:
        """What was typed for it, '' if nothing."""
        return str(self.options.get(name, ""))

    def reply(self, *blocks: Block | None, private: bool = False) -> Reply:
        """An answer in the language of this chat."""
        return Reply(document(self.language, *blocks), private=private)

    async def is_admin(self) -> bool:
        """May the asker change things here, as the platform has it? In a private chat one is alone."""
        if self.ask.kind == "private":
            return True
        return await self.means.admins.is_admin(self.target, self.ask.actor, self.ask.is_admin)

    async def ensure(self) -> None:
        """Keep this chat, since somebody wants something kept about it."""
        await asyncio.to_thread(
            self.means.chats.ensure,
            self.target,
            kind=self.ask.kind,
            title=self.ask.title,
            languages=self.settings.languages,
            now=self.means.clock(),
        )

    async def once(self, change: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Apply `change`, which is told of `update`; a second time nothing happens, and the answer is the same."""
        try:
            await asyncio.to_thread(change, *args, **kwargs)
        except AlreadyApplied:
            return

    async def soon(self, making: Awaitable[Reply], meanwhile: Callable[[], Reply]) -> AsyncIterator[Reply]:
        """The answer; before it, if it takes longer than our patience, what to say meanwhile."""

        async def said() -> Reply:
            return meanwhile()

        async for reply in self.in_steps(making, said, asyncio.Event()):
            yield reply

    async def in_steps(
        self, making: Awaitable[Reply], meanwhile: Callable[[], Awaitable[Reply]], changed: asyncio.Event
    ) -> AsyncIterator[Reply]:
        """The answer; before it, from our patience on, what to say meanwhile, again whenever that `changed`.

        Each step is shown for a while, and none twice. The answer waits for no step that is not being shown yet.
        """
        pause = self.means.step * (1 if self.ask.kind == "private" else 2)
        task = asyncio.ensure_future(self._ours(making))
        shown: Reply | None = None
        try:
            await asyncio.wait({task}, timeout=self.means.patience)
            while not task.done():
                changed.clear()
                step = await meanwhile()
                if not task.done() and step != shown:
                    yield step
                    shown = step
                    await asyncio.wait({task}, timeout=pause)
                await _either(task, changed)
            yield await task
        finally:
            task.cancel()

    async def _ours(self, making: Awaitable[Reply]) -> Reply:
        """What it costs is on the account of this chat."""
        with caused_by(self.target):
            return await making


async def _either(task: asyncio.Future[Reply], changed: asyncio.Event) -> None:
    """Until `task` is done, or `changed` is set."""
    waiting = asyncio.ensure_future(changed.wait())
    both: set[asyncio.Future[Any]] = {task, waiting}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


def chat_of(ask: Ask, stored: Chat | None) -> Chat:
    """The chat as it is stored, or as it would be: in its client's language, with the defaults of everything else."""
    if stored is not None:
        return stored
    return Chat(
        target=ask.target, kind=ask.kind, title=ask.title, settings=Settings(languages=(client_language(ask.locale),))
    )


def client_language(locale: str) -> str:
    """The language of a client's locale, without its region: papers are summarized once for all who read it."""
    try:
        return known(locale).split("-", maxsplit=1)[0]
    except UnknownLanguage:
        return "en"


def asked_at(ask: Ask, now: datetime) -> float:
    """Seconds since it was said; none if its clock is ahead of ours."""
    return max(0.0, (now - ask.at).total_seconds())
