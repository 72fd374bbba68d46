"""The port a chat platform fills, what it is told, and the errors that are part of its promise."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Protocol

from bot.attached import Attached
from bot.document import Document
from bot.models import Paper, Topic
from bot.ports import BotError, Picture
from bot.targets import Chat, ChatKind, Target


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `count` messages in any window of `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What a platform can do and how much of it; the core is told, it knows no platform.

    `text` is in UTF-16 units a part. `idempotent`: a message sent again with the same nonce within `nonce_window`
    seconds is the same message. `edit_window` in seconds; None: no limit; 0: cannot edit. `overall` is for the bot,
    `chat` for each chat, `group` besides for one that is not private. `forms` are names of other forms a chat may
    choose (`Settings.form`). `pictures`: it can show figures. `folds`: it can fold away what is long.
    """

    text: int
    idempotent: bool = False
    nonce_window: float = 0
    edit_window: float | None = None
    threads: bool = False
    private_replies: bool = False
    overall: Pace = Pace(30, 1)
    chat: Pace = Pace(1, 1)
    group: Pace | None = None
    forms: tuple[str, ...] = ()
    pictures: bool = False
    folds: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One message: what the platform will be sent (JSON) and the slice of the Document it was made from."""

    payload: Mapping[str, Any]
    slice: Document


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that arrived: where it is, by the platform's own ids, and a link to it where one exists."""

    chat_id: str
    message_id: str
    thread_id: str | None = None
    url: str | None = None


class DeliveryError(BotError):
    """`send` and `edit` raise exactly one of its classes."""


class RetryLater(DeliveryError):
    """The platform asked for `after` seconds of silence in this chat (or everywhere)."""

    def __init__(self, after: float, *, everywhere: bool = False) -> None:
        super().__init__(f"asked to wait {after:g} s")
        self.after = after
        self.everywhere = everywhere


class NotSent(DeliveryError):
    """It did not arrive, certainly; safe to send again."""


class Unknown(DeliveryError):
    """It may have arrived: the request was out when the line was cut."""


class BadFormat(DeliveryError):
    """The platform refuses the form, not the place: a simpler form may do.

    `again`: what `render` makes of the same slice is another form by now, to be tried before plain text.
    """

    def __init__(self, message: str = "", *, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


class TargetGone(DeliveryError):
    """We may not write there (any more); `reason` is for the admin."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TargetMoved(DeliveryError):
    """The place has another id now."""

    def __init__(self, new: Target) -> None:
        super().__init__(f"moved to {new}")
        self.new = new


class Fatal(DeliveryError):
    """Sending this again as it is will never work."""


class LoginFailed(BotError):
    """The platform does not accept our token; the platform stops, the others go on."""


Where = Literal["private", "group", "channel"]


class Marks(Protocol):
    """Small things an adapter remembers over restarts, by a key that begins with its platform's name."""

    async def get(self, key: str) -> str | None:
        """What was set last; None: nothing."""
        ...

    async def set(self, key: str, value: str) -> None:
        """Remember `value`. Raises StoreError."""
        ...


class Platform(Protocol):
    """One chat platform. Rendering is pure and deterministic; the network is in `send`, `edit`, `check` and `run`."""

    name: str
    caps: Caps

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """`document` in this platform's best form, each part within its limits, nothing lost.

        `about`: what its buttons are about, where that is not `chat` itself: an admin works on a channel from their
        private chat, and the Ask of a button pressed there has that `target`.
        """
        ...

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """The same as plain text, made from the source."""
        ...

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        """Deliver one part; `root` is the digest's first message. Raises one class of DeliveryError."""
        ...

    async def edit(self, ref: MessageRef, part: Part) -> None:
        """Replace a delivered part. Raises one class of DeliveryError."""
        ...

    async def check(self, target: Target) -> Sequence[str]:
        """What we may not do there, by the platform's own names; empty: all is well."""
        ...

    def private_chat(self, actor: Actor) -> Target:
        """Where a person is told something in private. Pure."""
        ...

    def invitation(self, where: Where) -> str | None:
        """The link by which people talk to us in private, or take us into a group or channel; None: there is none.

        It may be known only while we are logged in.
        """
        ...

    async def run(self, core: Core) -> None:
        """Log in and bring in what people say, until cancelled. Raises LoginFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the platform's own id of a person (or of the chat itself, in whose name an admin speaks)."""

    platform: str
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Something somebody wants. `update` names it for ever: the same update is applied once.

    `options` are typed as COMMANDS says; `replied_to` is the text of the message it answers, with the addresses its
    links lead to, `quoted` the part of it that was quoted; `at` when it was said. `pressed`: it comes from a button of
    a message of ours. An admin may ask from a private chat about a `target` elsewhere: its answers go to whoever asked.
    `file` came with it: what is said of it is for its sender alone.
    """

    update: str
    actor: Actor
    target: Target
    kind: ChatKind
    command: str
    at: datetime
    is_admin: Callable[[], Awaitable[bool]]
    options: Mapping[str, str | int] = field(default_factory=dict)
    locale: str = "en"
    title: str = ""
    replied_to: str = ""
    quoted: str = ""
    pressed: bool = False
    file: Attached | None = None


class Place(StrEnum):
    """Where the answer to a button goes. What is typed is always answered below."""

    BELOW = "below"  # a message of its own
    INSTEAD = "instead"  # in place of the message whose button it was
    ASIDE = "aside"  # a notice to whoever pressed, as short as the platform has it


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; each replaces the one before. `private`: only the asker should see it, where possible.

    `apart`: too much for a notice, and no message makes way for it unless `place` says so. `form`: one of `caps.forms`,
    to show what it is like; '' is the form of the chat it goes to. `awaits`: what whoever asked is to write in answer
    to it, in at most 64 characters, where a platform can ask for that; '': nothing.
    """

    document: Document
    private: bool = False
    place: Place = Place.BELOW
    apart: bool = False
    form: str = ""
    awaits: str = ""


class Core(Protocol):
    """What a platform tells the core."""

    def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        """Replies until the last, which stays."""
        ...

    async def target_lost(self, target: Target, reason: str) -> None:
        """We were removed, or may not write there any more."""
        ...

    async def target_back(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        by: Actor | None = None,
        locale: str = "en",
        aside: bool = False,
    ) -> None:
        """We were (re-)admitted, `by` somebody whose client speaks `locale`.

        `aside`: a welcome is for whoever that was, rather than for all who talk there.
        """
        ...

    async def target_lacks(self, target: Target, missing: Sequence[str]) -> None:
        """We may post there, but not all that makes a digest: `missing` by the platform's own names; empty: we may."""
        ...

    async def target_moved(self, old: Target, new: Target) -> None:
        """The place has another id now."""
        ...

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        """Papers that are stored, by id or by words of their titles: for suggestions. Never asks the network."""
        ...

    async def followed(self, target: Target) -> Sequence[Topic]:
        """What is followed there."""
        ...

    def picture(self, address: str) -> Picture | None:
        """What a figure's `picture` names, if it is still in memory; it is when the Reply that has the figure comes."""
        ...

    async def posted(self, target: Target, message_id: str) -> Document | None:
        """What we said in that message of a digest, in whatever thread of the chat; None: it is none, or too old."""
        ...

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        """Waits until an answer may go there, ahead of all digests; the block sends it."""
        ...
