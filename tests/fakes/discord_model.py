"""What a Discord consists of: people, guilds, roles, channels, threads, messages. Values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Any

from tests.fakes import discord_shown as shown
from tests.fakes.discord_shown import Button, Select

Json = dict[str, Any]


class Permission(IntFlag):
    """The bits that matter to a bot which posts; Discord's names."""

    NONE = 0
    KICK_MEMBERS = 1 << 1
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_AUDIT_LOG = 1 << 7
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51


P = Permission
ALL = P((1 << 53) - 1)
EVERYONE = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.READ_MESSAGE_HISTORY
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.USE_APPLICATION_COMMANDS
    | P.USE_EXTERNAL_APPS
    | P.CREATE_PUBLIC_THREADS
    | P.SEND_MESSAGES_IN_THREADS
)
"""What @everyone may do in a new guild, as far as we know these bits."""


class Kind(IntEnum):
    """Channel types."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = frozenset({Kind.ANNOUNCEMENT_THREAD, Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD})


class Flag(IntFlag):
    """Message flags."""

    NONE = 0
    CROSSPOSTED = 1 << 0
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(eq=False, kw_only=True)
class Person:
    """`installed`: has our app in their account, so that its commands follow them everywhere."""

    id: str
    name: str
    locale: str = "en-US"
    bot: bool = False
    accepts_dms: bool = True
    installed: bool = False


@dataclass(eq=False, kw_only=True)
class Role:
    id: str
    name: str
    permissions: Permission
    position: int = 1
    mentionable: bool = False
    managed: bool = False


@dataclass(eq=False, kw_only=True)
class Overwrite:
    """For a role or a member of a channel."""

    id: str
    member: bool
    allow: Permission = P.NONE
    deny: Permission = P.NONE


@dataclass(eq=False, kw_only=True)
class Guild:
    """`members`: person id → their role ids (@everyone apart); `bot_in`: our bot is one; `invited_by` whom."""

    id: str
    name: str
    owner: Person
    locale: str = "en-US"
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    bot_in: bool = False
    invited_by: Person | None = None
    available: bool = True


@dataclass(eq=False, kw_only=True)
class Tag:
    id: str
    name: str
    moderated: bool = False


@dataclass(eq=False, kw_only=True)
class ThreadState:
    """What a thread has and a channel has not."""

    owner_id: str
    changed: datetime
    auto_archive: int = 1440
    archived: bool = False
    locked: bool = False
    members: dict[str, datetime] = field(default_factory=dict)
    applied_tags: list[str] = field(default_factory=list)


@dataclass(eq=False, kw_only=True)
class Attachment:
    id: str
    filename: str
    content: bytes
    content_type: str
    url: str = ""
    description: str | None = None


@dataclass(eq=False, kw_only=True)
class Message:
    """`pings`: whom it notified, as `@everyone`, `@here`, `<@id>` (a person) or `<@&id>` (a role).

    `only_for`: the one who sees it (ephemeral). `revisions`: its markdown, each time it was sent or edited.
    """

    id: str
    channel: Channel
    author: Person
    at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: Flag = Flag.NONE
    kind: int = 0
    nonce: str | int | None = None
    edited: datetime | None = None
    reference: Message | None = None
    interaction: Json | None = None
    only_for: Person | None = None
    pings: frozenset[str] = frozenset()
    revisions: list[str] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """All its words with their marks: content, embeds, components, in reading order."""
        return shown.words(self.content, self.embeds, self.components)

    @property
    def text(self) -> str:
        """All its words as a reader sees them: marks and backslashes gone, links by their names."""
        return shown.plain(self.markdown)

    @property
    def links(self) -> list[str]:
        """Where its links lead, buttons' too."""
        return shown.links(self.markdown, self.embeds, self.components)

    @property
    def buttons(self) -> list[Button]:
        """In reading order."""
        return shown.buttons(self.components)

    @property
    def selects(self) -> list[Select]:
        """In reading order."""
        return shown.selects(self.components)

    @property
    def loading(self) -> bool:
        """Does it say that the application is thinking?"""
        return Flag.LOADING in self.flags

    @property
    def silent(self) -> bool:
        """Does it make no sound?"""
        return Flag.SUPPRESS_NOTIFICATIONS in self.flags

    @property
    def published(self) -> bool:
        """Did it go to the channels that follow this one?"""
        return Flag.CROSSPOSTED in self.flags


@dataclass(eq=False, kw_only=True)
class Channel:
    """A channel, thread (`thread`, `parent`), forum (`tags`, `require_tag`) or direct chat (`recipient`)."""

    id: str
    kind: Kind
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    topic: str = ""
    overwrites: dict[str, Overwrite] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    require_tag: bool = False
    thread: ThreadState | None = None
    recipient: Person | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    typing: list[datetime] = field(default_factory=list)
