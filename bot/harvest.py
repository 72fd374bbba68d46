"""What has come for a chat and was not sent yet: stored announcements, the chat's topics, what it wants of them.

Blocks (it reads the store): call it in a thread.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.delivery.schedule import feed_time
from bot.models import Entry, Kind, Listed, Topic
from bot.ports import Clock
from bot.targets import At, Chat, Settings, Subscription, Target
from bot.topics.select import Selection, in_order, in_turn, select

LOOK_BACK = timedelta(days=10)
"""A digest reaches back so far from the latest announcement; what is older is in the archive, not in the news."""

SAME_WEEK = timedelta(days=4)
"""Dates of announcements are compared with our clock only so far: they are arXiv's, the clock is ours."""

FRESH = timedelta(seconds=60)
"""A selection shared by many chats is made anew after so long, since late papers may have come."""

MOST_SELECTIONS = 64


class Days(Protocol):
    """What of `bot.store.Store` is needed here."""

    def announced(self, day: date) -> list[Listed]: ...


class Known(Protocol):
    """What of `bot.chats.Chats` is needed here."""

    def subscriptions(self, target: Target) -> list[Subscription]: ...
    def seen(self, target: Target, ids: Sequence[str]) -> set[str]: ...
    def last_digest(self, target: Target) -> object | None: ...
    def mark(self, key: str) -> str | None: ...
    def set_mark(self, key: str, value: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """`selection` of what was announced on `days` (those that brought something, the latest first).

    `arrived` is the latest announcement there is, whether it brought something or not. `is_news`: it came after
    something here was followed; `matched`: something of it is about what is followed here, sent before or not.
    `marks` are what is seen once it is sent: papers, with the version where another one would be news.
    """

    chat: Chat
    subscriptions: tuple[Subscription, ...]
    selection: Selection
    days: tuple[date, ...]
    marks: tuple[tuple[str, int | None], ...]
    arrived: date | None
    is_news: bool = False
    matched: bool = False

    def __bool__(self) -> bool:
        return self.selection.total > 0

    @property
    def news(self) -> list[str]:
        """What must not have been sent when this is."""
        return [news_mark(entry) for entry in (*self.selection.entries, *self.selection.left)]


class Arrivals:
    """Which announcements have arrived here whole, and when: kept in the marks. Blocks."""

    def __init__(self, marks: Known) -> None:
        self._marks = marks

    def all(self) -> dict[date, datetime]:
        """By day, the latest first, as far as a digest reaches back. Raises StoreError."""
        told = json.loads(self._marks.mark(_MARK) or "{}")
        found = {date.fromisoformat(day): datetime.fromisoformat(when) for day, when in told.items()}
        latest = max(found, default=date.min)
        return {day: found[day] for day in sorted(found, reverse=True) if latest - day <= LOOK_BACK}

    def add(self, day: date, at: datetime) -> bool:
        """Remember that the announcement of `day` is here. False if it was before."""
        known = self.all()
        if day in known:
            return False
        known[day] = at
        self._marks.set_mark(_MARK, json.dumps({each.isoformat(): when.isoformat() for each, when in known.items()}))
        return True


_MARK = "arrived"
_NEVER = datetime.max.replace(tzinfo=UTC)


class Harvester:
    """Selections are shared: ten thousand chats with the same topics cost one. For any thread."""

    def __init__(self, store: Days, chats: Known, *, clock: Clock) -> None:
        self._store = store
        self._chats = chats
        self._arrivals = Arrivals(chats)
        self._clock = clock
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[object, ...], tuple[datetime, Selection]] = OrderedDict()

    def of(self, chat: Chat, *, latest_too: bool = False) -> Harvest:
        """All that is due to this chat now, the best within its size. Raises StoreError.

        `latest_too`: the latest announcement counts although it came before the subscription.
        """
        followed = tuple(self._chats.subscriptions(chat.target))
        arrived = self._arrivals.all()
        whole = self._selection(followed, kinds_of(chat.settings), tuple(arrived)) if followed and arrived else _NOTHING
        began = {one.topic.name: one.since for one in followed}
        latest = next(iter(arrived), None)
        is_news = latest is not None and any(
            came_later(latest, arrived=arrived[latest], since=since) for since in began.values()
        )
        every = (*whole.entries, *whole.left)
        if latest_too and latest is not None:
            arrived[latest] = _NEVER
        entries = [kept for entry in every if (kept := _since(entry, began, arrived)) is not None]
        seen = self._chats.seen(chat.target, [news_mark(entry) for entry in entries])
        unseen = [entry for entry in entries if news_mark(entry) not in seen]
        fresh = list({entry.paper.id: entry for entry in reversed(unseen)}.values())[::-1]
        brought = {entry.announcement.date for entry in fresh if entry.announcement}
        return Harvest(
            chat=chat,
            subscriptions=followed,
            arrived=latest,
            is_news=is_news,
            matched=any(entry.announcement.date == latest for entry in every if entry.announcement),
            marks=tuple(dict.fromkeys(map(seen_mark, unseen))),
            selection=_cut(fresh, [one.topic.name for one in followed], limit=size_of(chat.settings)),
            days=tuple(sorted(brought, reverse=True)),
        )

    def unsent(self, harvest: Harvest) -> Harvest:
        """`harvest` without what its chat was sent since it was made. Raises StoreError."""
        seen = self._chats.seen(harvest.chat.target, harvest.news)
        entries, left = (
            tuple(entry for entry in some if news_mark(entry) not in seen)
            for some in (harvest.selection.entries, harvest.selection.left)
        )
        return replace(harvest, selection=Selection(entries=entries, left=left))

    def is_first(self, chat: Chat) -> bool:
        """Has this chat never had a digest? Raises StoreError."""
        return self._chats.last_digest(chat.target) is None

    def _selection(self, followed: Sequence[Subscription], kinds: frozenset[Kind], days: tuple[date, ...]) -> Selection:
        key = (tuple((one.topic.name, one.topic.query.canonical()) for one in followed), kinds, days)
        now = self._clock()
        with self._lock:  # one makes it, the others find it made
            known = self._made.get(key)
            if known is not None and timedelta() <= now - known[0] < FRESH:
                return known[1]
            made = self._of_days([one.topic for one in followed], kinds, days)
            self._made[key] = now, made
            self._made.move_to_end(key)
            while len(self._made) > MOST_SELECTIONS:
                self._made.popitem(last=False)
            return made

    def _of_days(self, topics: Sequence[Topic], kinds: frozenset[Kind], days: Sequence[date]) -> Selection:
        """Day by day, since a paper may be new on one and replaced on the next; in a digest's order."""
        every = [select(self._store.announced(day), topics, limit=None, kinds=kinds).entries for day in days]
        ordered = sorted((entry for entries in every for entry in entries), key=in_order)
        return Selection(entries=tuple(ordered), left=())


_UTC = ZoneInfo("UTC")
_NOTHING = Selection(entries=(), left=())


def kinds_of(settings: Settings) -> frozenset[Kind]:
    """The kinds of announcements a chat wants, besides what is of unknown kind. Pure."""
    wanted = {Kind.NEW}
    if settings.cross_lists:
        wanted.add(Kind.CROSS)
    if settings.replacements:
        wanted |= {Kind.REPLACE, Kind.REPLACE_CROSS} if settings.cross_lists else {Kind.REPLACE}
    return frozenset(wanted)


def size_of(settings: Settings) -> int | None:
    """How many papers a digest shows in full; None: all. Pure."""
    best = settings.schedule.best if isinstance(settings.schedule, At) else None
    sizes = [size for size in (settings.size, best) if size is not None]
    return min(sizes) if sizes else None


def seen_mark(entry: Entry) -> tuple[str, int | None]:
    """What is remembered of a paper that was sent: which version, where it is known. Pure."""
    return entry.paper.id, _version(entry)


def news_mark(entry: Entry) -> str:
    """What must not have been sent: any version of a new paper, this version of a replaced one. Pure."""
    replaced = entry.kind in {Kind.REPLACE, Kind.REPLACE_CROSS}
    version = _version(entry) if replaced else None
    return entry.paper.id if version is None else f"{entry.paper.id}v{version}"


def _version(entry: Entry) -> int | None:
    announced = entry.announcement.version if entry.announcement else None
    return announced if announced is not None else entry.paper.version


def came_later(day: date, *, arrived: datetime, since: datetime) -> bool:
    """Was `day` announced, and `arrived` here, after a subscription began? It starts from now. Pure.

    It leaves out what is here already, and the announcement that is out although we have not read it yet.
    """
    return arrived is _NEVER or (since < arrived and not timedelta() <= since - feed_time(day, _UTC) < SAME_WEEK)


def _since(entry: Entry, began: Mapping[str, datetime], arrived: Mapping[date, datetime]) -> Entry | None:
    """The entry under the topics that were followed before it came."""
    if entry.announcement is None:
        return entry
    day = entry.announcement.date
    topics = tuple(name for name in entry.topics if came_later(day, arrived=arrived[day], since=began[name]))
    return replace(entry, topics=topics) if topics else None


def _cut(entries: Sequence[Entry], topics: Sequence[str], *, limit: int | None) -> Selection:
    """Within `limit` the topics take places in turn, as in `select`."""
    groups = [[entry for entry in entries if entry.topics[:1] == (name,)] for name in topics]
    places = in_turn([len(group) for group in groups], limit)
    cuts = list(zip(groups, places, strict=True))
    return Selection(
        entries=tuple(entry for group, most in cuts for entry in group[:most]),
        left=tuple(entry for group, most in cuts for entry in group[most:]),
    )
