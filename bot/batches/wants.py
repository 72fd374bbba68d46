"""Which summaries digests will want that are not due yet, once what they are made of is announced."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from bot.access import Policy, may_use_model
from bot.depths import depths
from bot.harvest import Arrivals, Harvest
from bot.models import Depth, Paper
from bot.ports import Clock
from bot.sources.calendar import next_feed
from bot.targets import Chat, Target

AHEAD: Final = timedelta(hours=1)
"""A digest that is due sooner asks as ever: most batches are done within the hour, but nobody promises it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A summary a digest of `target` will be made of, which is due at `due`."""

    paper: Paper
    language: str
    depth: Depth
    target: Target
    due: datetime


class Scheduled(Protocol):
    """What of `bot.chats.Chats` is needed here."""

    def due(self, now: datetime, *, limit: int) -> list[Chat]: ...


class Harvesting(Protocol):
    """What of `bot.harvest.Harvester` is needed here."""

    def of(self, chat: Chat) -> Harvest: ...


MOST_CHATS: Final = 20_000


class Wants:
    """Of chats on `platforms`. Blocks: for a thread."""

    def __init__(
        self,
        *,
        chats: Scheduled,
        arrivals: Arrivals,
        harvester: Harvesting,
        platforms: Collection[str],
        policy: Policy,
        clock: Clock,
        deep_top: int = 0,
    ) -> None:
        self._chats = chats
        self._arrivals = arrivals
        self._harvester = harvester
        self._platforms = frozenset(platforms)
        self._policy = policy
        self._clock = clock
        self._deep_top = deep_top

    def latest(self) -> date | None:
        """The announcement that arrived last. Raises StoreError."""
        return next(iter(self._arrivals.all()), None)

    def all(self) -> tuple[list[Want], list[Want]]:
        """What is wanted within AHEAD, and what later; the most urgent first. Raises StoreError.

        What is due after the next announcement will be chosen from that too: it is not known yet. A digest on arrival
        that waits for the end of quiet hours is due at an hour like any other.
        """
        now = self._clock()
        soon: list[Want] = []
        later: list[Want] = []
        for chat in self._chats.due(next_feed(now), limit=MOST_CHATS):
            due = chat.next_due_at or now
            if chat.target.platform in self._platforms and may_use_model(policy=self._policy, access=chat.access):
                (later if due >= now + AHEAD else soon).extend(self._of(chat, due))
        return soon, later

    def _of(self, chat: Chat, due: datetime) -> Iterator[Want]:
        entries = self._harvester.of(chat).selection.entries
        for paper, language, depth in depths(entries, chat.settings, top=self._deep_top):
            yield Want(paper=paper, language=language, depth=depth, target=chat.target, due=due)
