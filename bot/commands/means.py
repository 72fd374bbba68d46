"""What the desk answers with: who reads, posts, tells and draws for it, and what each promises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from bot.access import Admins, Limits, Policy
from bot.chats import Chats
from bot.commands.asked import Asked
from bot.commands.estimates import Count, Estimates
from bot.commands.pending import Pending
from bot.commands.recent import Recent
from bot.costs.usage_table import Allowance
from bot.delivery.incidents import NothingHeld, Undecided
from bot.document import Document, Figure
from bot.files import Sent
from bot.models import ArxivId, Digest, Paper, Summary, Topic
from bot.owners import OwnerCode
from bot.people import People
from bot.platforms import Actor, Where
from bot.ports import Clock, Glimpse, Progress, no_glimpse, no_progress
from bot.questions.answers import Asking
from bot.rights import Check, all_is_well
from bot.store import Store
from bot.targets import Chat, Target

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
