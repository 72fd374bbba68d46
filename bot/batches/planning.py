"""What goes into batches once an announcement is here: what will be wanted later, and nobody has made or asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.batches import table
from bot.batches.requests import MOST_BYTES, MOST_DEEP, MOST_REQUESTS, custom_id, line
from bot.batches.table import Wish
from bot.batches.wants import Want, Wants
from bot.costs.cause import caused_by
from bot.costs.prices import Prices
from bot.costs.usage_table import Allowance
from bot.models import Depth, SummaryKey
from bot.ports import Clock, SummaryError
from bot.remembered import Remembered
from bot.store import Store
from bot.summaries import prompt
from bot.summaries.deep import BUDGET
from bot.summaries.llm import ModelSummarizer
from bot.summaries.service import Summaries, key_of
from bot.targets import Target

logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(minutes=15)
"""Before the first digest is due a batch is cancelled, which takes the provider ten minutes."""

TOGETHER: Final = timedelta(minutes=30)
"""Digests due in the same half hour share batches, so that a day has few; the first of them sets their deadline."""

TEXT: Final = BUDGET * 3 // 2
"""Tokens reserved for the text of a deep one: formulas and names have more than we count them for."""

REST: Final = timedelta(minutes=10)
"""After a try in vain: the model server does not answer, say."""


class Planner:
    """For one event loop. `mark` makes the names by which the provider's record of a batch is found again."""

    def __init__(
        self,
        *,
        wants: Wants,
        store: Store,
        marks: Remembered,
        models: Mapping[Depth, ModelSummarizer],
        summaries: Summaries,
        prices: Prices,
        allowance: Allowance,
        clock: Clock,
        mark: Callable[[], str],
        most_deep: int = MOST_DEEP,
    ) -> None:
        self._wants = wants
        self._store = store
        self._marks = marks
        self._models = models
        self._summaries = summaries
        self._prices = prices
        self._allowance = allowance
        self._clock = clock
        self._mark = mark
        self._most_deep = most_deep
        self._not_before = datetime.min.replace(tzinfo=UTC)

    async def plan(self) -> None:
        """Plan what the latest announcement brought, once. Raises StoreError."""
        if self._clock() < self._not_before:
            return
        latest = await asyncio.to_thread(self._wants.latest)
        if latest is None or await asyncio.to_thread(self._marks.mark, _PLANNED) == latest.isoformat():
            return
        self._not_before = self._clock() + REST
        for group in await asyncio.to_thread(self._groups):
            if not await self._planned(group):
                return
        await asyncio.to_thread(self._store.database.write, lambda db: table.prune(db, self._clock()))
        await asyncio.to_thread(self._marks.set_mark, _PLANNED, latest.isoformat())
        self._not_before = datetime.min.replace(tzinfo=UTC)

    async def _planned(self, group: _Group) -> bool:
        """False if that cannot be known yet: no call has shown what form of question the server takes."""
        missing = await asyncio.to_thread(self._missing, group)
        if not missing:
            return True
        model = self._models[group.depth]
        if not model.proven:  # a batch in a form the server does not take would fail as a whole, hours later
            first = missing.pop(0)[1][0]
            with caused_by(first.target):
                await self._summaries.one(first.paper, language=first.language, depth=first.depth)
            if not model.proven:
                return False
        wishes = [wish async for wish in _bounded(missing, model, most_deep=self._most_deep)]
        if not wishes:
            return True
        planned = await asyncio.to_thread(
            self._store.database.write,
            lambda db: table.plan(
                db,
                wishes,
                mark=self._mark(),
                at=self._clock(),
                deadline=group.deadline,
                price=self._prices.of(model.model),
                allowance=self._allowance,
            ),
        )
        logger.info("batch planned: papers=%d of %d until=%s", planned, len(missing), group.deadline)
        return True

    def _groups(self) -> list[_Group]:
        """What can go together: of one model, due in the same half hour; the most urgent first. Blocks."""
        soon, later = self._wants.all()
        names = _Names(self._models)
        made_soon = {names.of(want) for want in soon}  # asked for now, one by one: not paid twice
        found: dict[tuple[int, str, Depth], _Group] = {}
        for want in later:
            if (name := names.of(want)) not in made_soon:
                slot = int(want.due.timestamp() // TOGETHER.total_seconds())
                key = slot, self._models[want.depth].model, want.depth
                group = found.setdefault(key, _Group(want.depth, want.due - MARGIN))
                group.deadline = min(group.deadline, want.due - MARGIN)
                group.wants.setdefault(name, []).append(want)
        return [found[key] for key in sorted(found)]

    def _missing(self, group: _Group) -> list[tuple[str, list[Want]]]:
        """By request, who wants it; without what is stored, and what is or was in a batch. Blocks."""
        asked = self._store.database.read(lambda conn: table.asked(conn, group.wants))
        return [
            (name, wants)
            for name, wants in group.wants.items()
            if name not in asked and self._store.summary(_key(wants[0], self._models)) is None
        ]


@dataclass(slots=True)
class _Group:
    """What one batch may ask, by request; `deadline` is that of the most urgent."""

    depth: Depth
    deadline: datetime
    wants: dict[str, list[Want]] = field(default_factory=dict)


class _Names:
    """The requests of wants, each worked out once: many chats want the same."""

    def __init__(self, models: Mapping[Depth, ModelSummarizer]) -> None:
        self._models = models
        self._known: dict[tuple[str, int | None, str, Depth], str] = {}

    def of(self, want: Want) -> str:
        short = want.paper.id, want.paper.version, want.language, want.depth
        if short not in self._known:
            self._known[short] = custom_id(_key(want, self._models))
        return self._known[short]


def _key(want: Want, models: Mapping[Depth, ModelSummarizer]) -> SummaryKey:
    return key_of(want.paper, models[want.depth], language=want.language, depth=want.depth)


async def _bounded(
    missing: Iterable[tuple[str, Sequence[Want]]], model: ModelSummarizer, *, most_deep: int
) -> AsyncIterator[Wish]:
    """As many as one file may have; the rest is asked for when it is due."""
    size = count = 0
    for name, wants in missing:
        want = wants[0]
        try:
            body, call = model.request(prompt.source(want.paper), language=want.language, depth=want.depth)
        except SummaryError as exc:
            logger.info("not asked in a batch: paper=%s reason=%s", want.paper.id, exc.code)
            continue
        size, count = size + len(line(name, body)), count + 1
        if want.depth == "deep":  # its text is fetched when it is sent
            call = replace(call, prompt_tokens=call.prompt_tokens + TEXT)
        if size > MOST_BYTES or count > (most_deep if want.depth == "deep" else MOST_REQUESTS):
            logger.warning("a batch holds no more: papers=%d", count - 1)
            return
        targets: list[Target] = list(dict.fromkeys(each.target for each in wants))
        yield Wish(
            custom_id=name,
            paper_id=want.paper.id,
            depth=want.depth,
            language=want.language,
            call=call,
            targets=targets,
        )
        await asyncio.sleep(0)  # a question is some milliseconds of computing, and ours is not the only loop's work


_PLANNED: Final = "batches planned"
