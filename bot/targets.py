"""Where digests go and how: targets, their schedules and settings, subscriptions. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Literal, TypeAlias

from bot.models import Topic

ChatKind = Literal["private", "group", "channel"]
"""What a place is to its readers: one person, people who talk, people who read."""


@dataclass(frozen=True, slots=True)
class Target:
    """Platform, chat and thread: where a digest goes. Ids are the platform's own, as text."""

    platform: str
    chat_id: str
    thread_id: str | None = None

    def __str__(self) -> str:
        return ":".join(part for part in (self.platform, self.chat_id, self.thread_id) if part is not None)


class State(StrEnum):
    """Whether a target gets digests. A failed send pauses; it never deletes a subscription."""

    ACTIVE = "active"
    PAUSED = "paused"  # by an admin, until /resume
    LOST = "lost"  # by the platform, with its reason, until we are let back in


class Access(StrEnum):
    """What an owner allows a chat."""

    ALLOWED = "allowed"
    NO_MODEL = "no_model"
    BLOCKED = "blocked"
    ASKED = "asked"  # owners were asked and have not answered


@dataclass(frozen=True, slots=True)
class OnArrival:
    """As soon as the announcement is complete and summarized, outside the quiet hours."""


@dataclass(frozen=True, slots=True)
class At:
    """At local `times` on `weekdays` (Monday is 0). `best` limits a weekly digest to its best papers."""

    times: tuple[time, ...]
    weekdays: frozenset[int] = frozenset(range(7))
    best: int | None = None


Schedule: TypeAlias = OnArrival | At


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a chat can change; the defaults are look.md's table.

    `zone` is an IANA name, None until somebody chose one (quiet hours are then in UTC). `quiet` is local time,
    from-to, and may span midnight; None: no quiet hours. `silent` None: silent except in private chats. `form` is one
    of the platform's `caps.forms`; '' is its usual one.
    """

    languages: tuple[str, ...] = ("en",)
    schedule: Schedule = field(default_factory=OnArrival)
    zone: str | None = None
    quiet: tuple[time, time] | None = (time(22), time(8))
    layout: Literal["digest", "titles", "papers"] = "digest"
    size: int | None = 10
    cross_lists: bool = True
    replacements: bool = False
    silent: bool | None = None
    hashtags: bool = False
    figures: bool = True
    say_empty: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Target × topic; `since` is when it began: nothing announced before it is sent."""

    target: Target
    topic: Topic
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A target as we know it."""

    target: Target
    kind: ChatKind
    title: str = ""
    settings: Settings = field(default_factory=Settings)
    state: State = State.ACTIVE
    reason: str = ""
    access: Access | None = None
    next_due_at: datetime | None = None
