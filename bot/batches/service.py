"""Asks for the summaries of digests at a fixed hour in batches, and goes on with those under way after a restart.

A batch is planned with its money reserved before anything is sent. What comes back is judged as any answer of a model;
what is missing when a digest is due is made as ever. No digest waits for a batch.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import sqlite_utils

from bot.batches import table
from bot.batches.planning import Planner
from bot.batches.provider import Gone, NotOffered, Passing, Progress, Provider
from bot.batches.requests import Failed, NeverRun, Outcome, custom_id, line, outcomes, source_of, source_text
from bot.batches.table import Batch, Item, State
from bot.costs.cause import caused_by
from bot.costs.prices import Prices
from bot.database import Database
from bot.models import Depth, Note, Paper, Usage
from bot.ports import Clock, SummaryError
from bot.store import Store
from bot.summaries.completion import Completion
from bot.summaries.endpoint import used
from bot.summaries.llm import ModelSummarizer
from bot.summaries.service import Summaries, key_of
from bot.summaries.standins import stands_in

logger = logging.getLogger(__name__)

SOONEST: Final = timedelta(minutes=1)
LATEST: Final = timedelta(minutes=10)
"""Between two looks at a batch: a quarter of its age, within these."""

GIVEN_UP: Final = timedelta(hours=26)
"""The provider promises an end within 24 hours; after this we ask no more."""

NOT_AGAIN: Final = timedelta(days=1)
"""How long a server that takes no batches is not asked to; a restart asks too."""

_EVER: Final = datetime.min.replace(tzinfo=UTC)


class Batches:
    """For one event loop. `planner` None: what is under way goes on, and nothing is added."""

    def __init__(
        self,
        *,
        store: Store,
        models: Mapping[Depth, ModelSummarizer],
        summaries: Summaries,
        provider: Provider,
        planner: Planner | None,
        prices: Prices,
        clock: Clock,
        tell: Callable[[Note], object],
    ) -> None:
        self._store = store
        self._models = models
        self._summaries = summaries
        self._provider = provider
        self._planner = planner
        self._prices = prices
        self._clock = clock
        self._tell = tell
        self._not_before = self._quiet_until = _EVER
        self._next: dict[int, datetime] = {}
        self._turn = asyncio.Lock()

    @property
    def _database(self) -> Database:
        return self._store.database

    async def plan(self) -> None:
        """Plan what an announcement brought; after who is to get it on arrival is due. Raises StoreError."""
        async with self._turn:
            if self._planner is not None and self._not_before <= self._clock():
                await self._planner.plan()

    async def tick(self) -> None:
        """Go on with what is under way. Raises StoreError."""
        async with self._turn:
            batches = await asyncio.to_thread(self._database.read, table.under_way)
            self._next = {batch.id: at for batch in batches if (at := self._next.get(batch.id)) is not None}
            for batch in batches:
                if self._is_time(batch):
                    await self._go_on(batch)

    def _is_time(self, batch: Batch) -> bool:
        return self._clock() >= self._next.get(batch.id, _EVER)

    async def _go_on(self, batch: Batch) -> None:
        """The next step; one that fails and may not the next time is tried again later."""
        now = self._clock()
        rest = min(max((now - batch.made_at) / 4, SOONEST), LATEST)
        ends = batch.deadline - now
        self._next[batch.id] = now + (min(rest, ends) if ends > timedelta() else SOONEST)
        try:
            if now - batch.made_at >= GIVEN_UP:
                await self._lose(batch, "no end")
            elif batch.state == "planned":
                await self._send(batch)
            elif batch.state == "creating":
                await self._recover(batch)
            elif batch.name is not None:
                await self._look(batch, batch.name)
        except Passing as exc:
            logger.info("a batch waits: batch=%d: %s", batch.id, exc)
        except Gone as exc:
            await self._lose(batch, str(exc))
        except NotOffered as exc:
            await self._refused(batch, exc)

    # ------------------------------------------------------------ there

    async def _send(self, batch: Batch) -> None:
        """The requests are made anew from what is known now: a paper that has changed is another one."""
        if self._is_late(batch):
            await self._drop(batch)
            return
        lines = [made for item in await self._items(batch) if (made := await self._line(item)) is not None]
        if not lines or self._is_late(batch):  # texts took their time
            await self._drop(batch)
            return
        file = await self._provider.upload(b"".join(lines))
        await self._move(batch, "creating", file=file)
        await self._create(batch, file, papers=len(lines))

    async def _line(self, item: Item) -> bytes | None:
        """None: it cannot be asked any more, and is not under way any more."""
        paper = await self._paper(item)
        made = None if paper is None else await self._request(item, paper)
        if made is None:
            await self._write(partial(table.withdraw, item=item))
        return made

    async def _request(self, item: Item, paper: Paper) -> bytes | None:
        model = self._models[item.depth]
        source = await model.source(paper, depth=item.depth)
        if stands_in(source.notes):  # by the time its digest is due the text may be had
            logger.info("not asked in a batch, its text cannot be had: paper=%s", item.paper_id)
            return None
        try:
            body, _ = model.request(source, language=item.language, depth=item.depth)
        except SummaryError as exc:
            logger.info("not asked in a batch: paper=%s reason=%s", item.paper_id, exc.code)
            return None
        if item.depth == "deep":
            await self._write(partial(table.keep_source, item=item, source=source_text(source)))
        return line(item.custom_id, body)

    async def _create(self, batch: Batch, file: str, *, papers: int) -> None:
        name = await self._provider.create(file, mark=batch.mark)
        await self._move(batch, "running", name=name)
        logger.info("batch submitted: batch=%d papers=%d until=%s", batch.id, papers, batch.deadline)

    async def _recover(self, batch: Batch) -> None:
        """Whether it was made nobody knows: we, or the line, broke down at that moment. It is not made twice."""
        name = await self._provider.find(batch.mark)
        if name is not None:
            await self._move(batch, "running", name=name)
        elif self._is_late(batch) or batch.file is None:
            await self._drop(batch)
        else:
            await self._create(batch, batch.file, papers=len(await self._items(batch)))

    # ------------------------------------------------------------ and back

    async def _look(self, batch: Batch, name: str) -> None:
        found = await self._provider.look(name)
        if found.is_over:
            await self._collect(batch, found)
        elif self._is_late(batch) and batch.state == "running":
            await self._provider.cancel(name)
            await self._move(batch, "cancelling")
            logger.info("batch cancelled, digests are due: batch=%d", batch.id)

    async def _collect(self, batch: Batch, progress: Progress) -> None:
        """What is there is used, whatever end it came to."""
        if progress.status == "failed":
            self._failed(batch, ", ".join(progress.reasons) or progress.status)
        asked = {item.custom_id: item for item in await self._items(batch)}
        found: dict[str, Outcome] = {}
        for file in progress.files:
            try:
                body = await self._provider.read(file)
            except Gone:
                continue
            found = {**await asyncio.to_thread(outcomes, body, asked, now=self._clock()), **found}
        counted = Counter(type(found.get(name)).__name__ for name in asked)
        async with asyncio.TaskGroup() as group:
            for name, item in asked.items():
                group.create_task(self._end(item, found.get(name), progress.status))
        await self._done(batch)
        logger.info(
            "batch over: batch=%d status=%s answers=%d of %d",
            batch.id,
            progress.status,
            counted[Completion.__name__],
            len(asked),
        )
        for file in (*progress.files, *filter(None, [batch.file])):
            await self._provider.delete(file)

    async def _end(self, item: Item, outcome: Outcome | None, status: str) -> None:
        """Settle what one request cost, and keep what it brought."""
        if isinstance(outcome, NeverRun) or (outcome is None and status != "completed"):
            await self._write(partial(table.withdraw, item=item))
            return
        price = self._prices.of(item.model)
        usage: Usage | None = None
        measured = True
        if isinstance(outcome, Completion):
            usage, measured = used(outcome, item.prompt_tokens)
        elif isinstance(outcome, Failed):
            usage = Usage()
        await self._write(partial(table.settle, item=item, usage=usage, measured=measured, price=price))
        if isinstance(outcome, Completion):
            await self._keep(item, outcome)
        await self._write(partial(table.close, item=item))

    async def _keep(self, item: Item, answer: Completion) -> None:
        """If it stands its checks, which may cost a second call as ever. What is there already stays."""
        paper = await self._paper(item)
        if paper is None:
            return
        model, language, depth = self._models[item.depth], item.language, item.depth
        source = await model.source(paper, depth=depth) if item.source is None else source_of(item.source)
        with caused_by(item.target):
            try:
                await self._summaries.keep(
                    paper,
                    language=language,
                    depth=depth,
                    asking=partial(model.finish, paper, source, answer, language=language, depth=depth),
                )
            except SummaryError as exc:
                logger.info("an answer of a batch does not stand: paper=%s reason=%s", item.paper_id, exc.code)

    # ------------------------------------------------------------ ends

    async def _refused(self, batch: Batch, exc: NotOffered) -> None:
        logger.warning(
            "%s Summaries are asked for one by one, at the normal price. PAPERBOY_BATCH turns this off.", exc
        )
        self._not_before = self._clock() + NOT_AGAIN
        self._tell(Note("batch_not_offered", {"status": exc.status}))
        if batch.state == "planned":
            await self._drop(batch)
        else:  # it may have been made, and run
            await self._lose(batch, str(exc))

    def _failed(self, batch: Batch, reason: str) -> None:
        """It was not even begun: too much at once, say. The operator hears so once a day."""
        logger.warning("The model server refused a batch: batch=%d reason=%s", batch.id, reason)
        if self._quiet_until <= self._clock():
            self._quiet_until = self._clock() + NOT_AGAIN
            self._tell(Note("batch_failed", {"code": reason}))

    async def _drop(self, batch: Batch) -> None:
        """It was never made: nothing was asked, nothing is to be paid."""
        for item in await self._items(batch):
            await self._write(partial(table.withdraw, item=item))
        await self._done(batch)
        logger.info("batch dropped: batch=%d", batch.id)
        if batch.file is not None:
            await self._provider.delete(batch.file)

    async def _lose(self, batch: Batch, why: str) -> None:
        """What became of it nobody knows: what was reserved stands."""
        for item in await self._items(batch):
            await self._write(partial(table.lose, item=item))
        await self._done(batch)
        logger.warning("a batch is lost: batch=%d: %s", batch.id, why)

    async def _done(self, batch: Batch) -> None:
        await self._move(batch, "done")
        self._next.pop(batch.id, None)

    # ------------------------------------------------------------ what we know

    def _is_late(self, batch: Batch) -> bool:
        return self._clock() >= batch.deadline

    async def _move(self, batch: Batch, state: State, *, file: str | None = None, name: str | None = None) -> None:
        await self._write(partial(table.move, batch=batch.id, state=state, file=file, name=name))

    async def _items(self, batch: Batch) -> Sequence[Item]:
        return await asyncio.to_thread(self._database.read, lambda conn: table.items(conn, batch.id))

    async def _write(self, work: Callable[[sqlite_utils.Database], None]) -> None:
        await asyncio.to_thread(self._database.write, work)

    async def _paper(self, item: Item) -> Paper | None:
        """The paper it was asked about; None if that reads otherwise now, or another model is set up."""
        paper = (await asyncio.to_thread(self._store.papers, [item.paper_id])).get(item.paper_id)
        if paper is not None:
            key = key_of(paper, self._models[item.depth], language=item.language, depth=item.depth)
            if custom_id(key) == item.custom_id:
                return paper
        logger.info("a paper has changed since it was put in a batch: paper=%s", item.paper_id)
        return None
