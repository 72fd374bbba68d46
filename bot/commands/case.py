"""One ask at the desk: who asks, where, in which language, and everything an answer is made with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeAlias

from bot.access import Admins, Limits, Policy
from bot.chats import AlreadyApplied, Chats
from bot.commands.asked import Asked
from bot.commands.estimates import Count, Estimates
from bot.commands.pending import Pending
from bot.commands.recent import Recent
from bot.commands.saying import document
from bot.costs.cause import caused_by
from bot.costs.usage_table import Allowance
from bot.delivery.incidents import NothingHeld, Undecided
from bot.document import Block, Document, Figure
from bot.files import Sent
from bot.languages import UnknownLanguage, known
from bot.locales import Language, ui
from bot.models import ArxivId, Digest, Paper, Summary, Topic
from bot.owners import OwnerCode
from bot.people import People
from bot.platforms import Actor, Ask, Reply, Where
from bot.ports import Clock, Glimpse, Progress, no_glimpse, no_progress
from bot.questions.answers import Asking
from bot.rights import Check, all_is_well
from bot.store import Store
from bot.targets import Chat, Settings, Target

P = ParamSpec("P")

STEP = 3.0
"""Seconds between two steps of an answer in private; a group, where all that is said counts together, gets half."""

Notify: TypeAlias = Callable[[Actor, Document], Awaitable[None]]
"""Tell a person something in private."""

Tell: TypeAlias = Callable[[Target, Document], Awaitable[None]]
"""Say something in a chat nobody there has just asked for."""

Wake: TypeAlias = Callable[[Target], Awaitable[None]]
"""A chat may get again what waits for it."""

Invite: TypeAlias = Callable[[str, Where], str | None]
"""The link by which people of a platform talk to us in private or take us somewhere; None where there is none."""


Forms: TypeAlias = Callable[[str], Sequence[str]]
"""Names of the other forms that messages can have on a platform, beside its usual one."""


Folds: TypeAlias = Callable[[str], bool]
"""Can messages of a platform fold away what is long?"""


class Reading(Protocol):
    """Papers by id with their summaries: `bot.digest.Newsroom`."""

    async def on_demand(
        self,
        asked: Sequence[ArxivId],
        *,
        language: str,
        second: str | None = None,
        progress: Progress = no_progress,
        glimpse: Glimpse = no_glimpse,
    ) -> tuple[Digest, tuple[ArxivId, ...]]:
        """The papers found, in the order asked, and the ids nobody could give us. Raises SourceError.

        Each has its summary in `language`, and where `second` is given in that one too. `glimpse` sees the papers when
        they are found, and again whenever one has its summary.
        """
        ...

    async def at_once(self, papers: Sequence[Paper], *, language: str) -> Mapping[str, Summary]:
        """What can be said of `papers` in brief, by id; without a model call of one that makes none."""
        ...


class FileReading(Protocol):
    """Files people send, read and forgotten: `bot.files.Files`."""

    async def of(
        self, fetch: Callable[[], Awaitable[bytes]], *, language: str, asks: bool, glimpse: Callable[[Sent], None]
    ) -> Sent:
        """What `fetch` brings; what can be said before the model has answered, `glimpse` sees. Without `asks` it is not
        asked. Raises NoText, and what `fetch` raises.
        """
        ...


class Illustrating(Protocol):
    """The figures that go with what is said: `bot.figures.service.Figures`."""

    async def of(self, made: Digest, *, language: str) -> Mapping[str, Sequence[Figure]]:
        """Those that tell most, by paper id; those with a `picture` can be shown now. It may take half a minute."""
        ...


class Poster(Protocol):
    """Who makes digests and puts them into the outbox: `bot.engine`. Raises SourceError and StoreError."""

    async def post_now(self, chat: Chat, *, period: str) -> int:
        """Queue what has come since this chat's last digest, and mark it seen. How many papers; 0: nothing to post.

        A `period` that was posted before is not posted again.
        """
        ...

    async def preview(self, chat: Chat, topics: Sequence[Topic], *, limit: int) -> Document:
        """A sample: the latest announcement for `topics`; marks nothing."""
        ...

    async def waiting(self, chat: Chat) -> int:
        """How many papers have matched since the last digest and were not sent yet."""
        ...


@dataclass(slots=True)
class Owners:
    """Who runs this bot now; `code` makes its sender one of them, None once it is used up or none was printed."""

    known: frozenset[Actor] = frozenset()
    code: OwnerCode | None = None


def no_invitation(platform: str, where: Where) -> str | None:
    """For platforms one cannot be invited to by a link."""
    return None


def no_other_forms(platform: str) -> Sequence[str]:
    """For platforms whose messages have one form."""
    return ()


def it_folds(platform: str) -> bool:
    """For platforms whose messages can fold away what is long."""
    return True


async def nobody_waits(target: Target) -> None:
    """For those who queue nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the desk answers with. `modest` reads without model calls: what is cached, or the paper's own sentences.

    `watched` are the categories whose announcements are stored, `patience` the seconds after which an answer that is
    not there yet is announced, `step` those that one step towards it stands at least before the next. `figures` None:
    answers have none.
    """

    chats: Chats
    store: Store
    reading: Reading
    modest: Reading
    questions: Asking
    files: FileReading
    poster: Poster
    notify: Notify
    tell: Tell
    count: Count
    owners: Owners
    policy: Policy
    admins: Admins
    limits: Limits
    clock: Clock
    has_model: bool
    allowance: Allowance
    watched: tuple[str, ...]
    invite: Invite = no_invitation
    forms: Forms = no_other_forms
    folds: Folds = it_folds
    check: Check = all_is_well
    figures: Illustrating | None = None
    undecided: Undecided = field(default_factory=NothingHeld)
    wake: Wake = nobody_waits
    patience: float = 0.4
    step: float = STEP
    pending: Pending = field(init=False)
    asked: Asked = field(init=False)
    recent: Recent = field(init=False)
    people: People = field(init=False)
    estimates: Estimates = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pending", Pending(self.chats))
        object.__setattr__(self, "asked", Asked())
        object.__setattr__(self, "recent", Recent(self.store, self.clock))
        object.__setattr__(self, "people", People(self.store, clock=self.clock))
        object.__setattr__(self, "estimates", Estimates(self.count, self.clock))


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
