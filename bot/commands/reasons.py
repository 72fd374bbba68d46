"""Why an announced paper has not come to a chat, or when it will: decided from what is stored. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Literal, TypeAlias

from bot.harvest import LOOK_BACK, came_later, kinds_of, news_mark
from bot.models import Entry, Kind, Listed
from bot.targets import Chat, OnArrival, Settings, State, Subscription
from bot.topics.select import kind


class Why(IntEnum):
    """Where an announcement's way to a chat ends; a higher one is nearer to the chat."""

    CROSS_LISTS_OFF = 1
    REPLACEMENTS_OFF = 2
    BEFORE = 3  # the subscription began later
    TOO_OLD = 4  # a digest does not reach back so far
    INCOMPLETE = 5  # of its day not all is here yet
    CAME_BEFORE = 6
    DUE = 7  # nothing keeps it back: it comes


_SOME_DAY = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""When an announcement arrives that is not here yet."""

Wait: TypeAlias = Literal["paused", "lost", "quiet", "hour", "making", "next"]
"""What a paper that is due waits for: /resume, our rights, the end of the quiet hours, an hour that was chosen, or
nothing; `next`: the next digest, whenever that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One announcement of a paper: what it is to `topic` (None: no topic matches, so there is no `why` either)."""

    listed: Listed
    kind: Kind | None
    topic: Subscription | None = None
    why: Why | None = None


def judged(
    listed: Listed,
    matching: Sequence[Subscription],
    *,
    settings: Settings,
    arrived: Mapping[date, datetime],
    seen: Collection[str],
) -> Judged:
    """The announcement `listed`, by the one of the `matching` subscriptions with which it came nearest to the chat.

    `arrived` says when the announcements of the last days were here whole, `seen` which of `marks(listed)` the chat
    had; both as `bot.harvest` has them, whose rules these are.
    """
    found = [
        Judged(
            listed=listed,
            kind=what,
            topic=one,
            why=_why(listed, what, one, settings=settings, arrived=arrived, seen=seen),
        )
        for one in matching
        for what in [kind(listed, one.topic.query.categories())]
    ]
    if not found:
        return Judged(listed=listed, kind=kind(listed, frozenset()))
    return max(found, key=lambda each: each.why or 0)


def marks(listed: Listed) -> frozenset[str]:
    """What of this paper a chat may have seen, as far as it matters to this announcement."""
    return frozenset(_mark(listed, what) for what in (None, *Kind))


def waits(chat: Chat, *, now: datetime) -> Wait:
    """What a paper that is due to `chat` waits for."""
    match chat.state:
        case State.PAUSED:
            return "paused"
        case State.LOST:
            return "lost"
    if chat.next_due_at is None:
        return "next"
    if chat.next_due_at <= now:
        return "making"
    return "quiet" if isinstance(chat.settings.schedule, OnArrival) else "hour"


def _why(
    listed: Listed,
    what: Kind | None,
    one: Subscription,
    *,
    settings: Settings,
    arrived: Mapping[date, datetime],
    seen: Collection[str],
) -> Why:
    if what is not None and what not in kinds_of(settings):
        replaced = what in {Kind.REPLACE, Kind.REPLACE_CROSS} and not settings.replacements
        return Why.REPLACEMENTS_OFF if replaced else Why.CROSS_LISTS_OFF
    if _mark(listed, what) in seen:
        return Why.CAME_BEFORE
    day = listed.announcement.date if listed.announcement else None
    latest = max(arrived, default=None)
    if day is None:
        return Why.INCOMPLETE
    if day not in arrived and latest and latest - day > LOOK_BACK:
        return Why.TOO_OLD
    if not came_later(day, arrived=arrived.get(day, _SOME_DAY), since=one.since):
        return Why.BEFORE
    return Why.DUE if day in arrived else Why.INCOMPLETE


def _mark(listed: Listed, what: Kind | None) -> str:
    return news_mark(Entry(paper=listed.paper, announcement=listed.announcement, kind=what))
