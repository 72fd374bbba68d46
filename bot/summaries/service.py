"""A summary for every paper: from the cache, from the model once whoever asks, or else the paper's own sentences.

Nothing here blocks the event loop: the store and the extractive summarizer work in threads.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from bot.costs.cause import about
from bot.database import StoreError
from bot.flights import Flights
from bot.models import Depth, Note, Paper, Summary, SummaryKey
from bot.ports import (
    BudgetSpent,
    Clock,
    NotAllowed,
    Progress,
    Summarizer,
    SummaryError,
    no_progress,
)
from bot.summaries.patience import Patience
from bot.summaries.standins import StandIns, stands_in
from bot.summaries.top import Made, Top, deep_or_brief

if TYPE_CHECKING:
    from bot.store import Store

logger = logging.getLogger(__name__)

PROGRESS = "summaries"
"""What we tell a Progress that we do."""


class Asking(Protocol):
    """A way to one summary. Raises SummaryError."""

    async def __call__(self, *, progress: Progress) -> Summary: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarized:
    """A summary for each paper asked for, by id, and what the reader should know about them."""

    summaries: Mapping[str, Summary]
    notes: tuple[Note, ...] = ()


class Summaries:
    """Makes each summary once, at most `concurrency` at the same time, and always has an answer.

    `model` (None: none is set up) is asked for brief summaries, `deep_model` for deep ones (None: `model` too). They
    spend what `bot.costs.budget` allows; `daily_cap` is only said. `extractive` must not need the event loop. With
    `asks` False models are not asked: what others had them write is given, and else the paper's own sentences.
    """

    def __init__(
        self,
        store: Store,
        *,
        extractive: Summarizer,
        model: Summarizer | None,
        clock: Clock,
        daily_cap: int,
        concurrency: int,
        deep_model: Summarizer | None = None,
        asks: bool = True,
    ) -> None:
        self._store = store
        self._extractive = extractive
        self._models: Mapping[Depth, Summarizer | None] = {"brief": model, "deep": deep_model or model}
        self._asks = asks
        self._clock = clock
        self._daily_cap = daily_cap
        self._room = asyncio.Semaphore(concurrency)
        self._flights: Flights[SummaryKey, Summary] = Flights()
        self._stand_ins = StandIns(clock)

    async def brief(
        self,
        papers: Sequence[Paper],
        *,
        language: str,
        progress: Progress = no_progress,
        made: dict[str, Summary] | None = None,
        top: Top | None = None,
    ) -> Summarized:
        """What `of` says, in brief. Raises StoreError only."""
        return await self.of(papers, language=language, depth="brief", progress=progress, made=made, top=top)

    async def of(
        self,
        papers: Sequence[Paper],
        *,
        language: str,
        depth: Depth,
        progress: Progress = no_progress,
        made: dict[str, Summary] | None = None,
        top: Top | None = None,
    ) -> Summarized:
        """A summary of each of `papers`, in `language` where the model wrote it. Raises StoreError only.

        `progress` hears of each paper as it is done, and of a single one what is done for it; `made` has each from
        then on, for whoever cannot wait for the rest. `top`: see `bot.summaries.top.Top`.
        """
        unique = {paper.id: paper for paper in papers}
        patience, deep_patience = Patience(), Patience()
        made = {} if made is None else made
        failures: list[SummaryError] = []
        alone = progress if len(unique) == 1 else no_progress

        async def make(paper: Paper) -> None:
            brief = partial(self._honest, paper, language=language, depth=depth, patience=patience, progress=alone)
            if top is not None and paper.id in top.ids:
                deep = partial(self._modelled, paper, language=language, depth="deep", patience=deep_patience)
                summary, failure = await deep_or_brief(paper, deep, brief, late=top.late, made=made)
            elif top is not None and (there := await self._there(paper, language=language)) is not None:
                summary, failure = there, None
            else:
                summary, failure = await brief()
            made[paper.id] = summary
            if failure is not None:
                failures.append(failure)
            progress(PROGRESS, len(made), len(unique))

        progress(PROGRESS, 0, len(unique))
        try:
            async with asyncio.TaskGroup() as group:
                for paper in unique.values():
                    group.create_task(make(paper))
        except* StoreError as raised:
            errors = raised.exceptions
        else:
            errors = ()
        if errors:
            raise errors[0]
        notes = self._notes(failures) if unique else ()
        return Summarized(summaries={id_: made[id_] for id_ in unique}, notes=notes)

    async def one(self, paper: Paper, *, language: str, depth: Depth = "brief") -> Summary:
        """A summary of `paper`; its `method` says whether the model wrote it. Raises StoreError only."""
        summary, _ = await self._honest(paper, language=language, depth=depth, patience=Patience())
        return summary

    async def keep(self, paper: Paper, *, language: str, depth: Depth, asking: Asking) -> None:
        """Make a summary in another way than by asking now, and keep it; whoever asks meanwhile waits for it.

        Nothing happens if it is there, or under way. Raises SummaryError, StoreError.
        """
        model = self._models[depth]
        if model is not None:
            key = key_of(paper, model, language=language, depth=depth)
            await self._shared(key, asking, Patience(), no_progress)

    async def _honest(
        self, paper: Paper, *, language: str, depth: Depth, patience: Patience, progress: Progress = no_progress
    ) -> Made:
        """The model's summary; or the paper's own sentences, and why the model gave none (None: there is none)."""
        failure: SummaryError | None = None
        try:
            made = await self._modelled(paper, language=language, depth=depth, patience=patience, progress=progress)
        except SummaryError as exc:
            logger.info("no summary from the model: paper=%s reason=%s", paper.id, exc.code)
            failure = exc
        else:
            if made is not None:
                return made, None
        # A loop of its own in a thread: choosing sentences is all computing, and ours has others to serve.
        return await asyncio.to_thread(self._extract, paper, language=language, depth=depth), failure

    async def _modelled(
        self, paper: Paper, *, language: str, depth: Depth, patience: Patience, progress: Progress = no_progress
    ) -> Summary | None:
        """What a model wrote, or writes now if it may be asked; None: none is set up. Raises SummaryError."""
        model = self._models[depth]
        if model is None:
            return None
        key = key_of(paper, model, language=language, depth=depth)
        if self._asks:
            asking = partial(model.summarize, paper, language=language, depth=depth)
            return await self._shared(key, asking, patience, progress)
        if (stored := await asyncio.to_thread(self._store.summary, key)) is None:
            raise NotAllowed("This chat may not cause model calls.")
        return stored

    async def _there(self, paper: Paper, *, language: str) -> Summary | None:
        """The deep summary that is stored, or being made for somebody else: who has it needs no brief one."""
        model = self._models["deep"]
        if model is None:
            return None
        key = key_of(paper, model, language=language, depth="deep")
        if (
            stored := await asyncio.to_thread(self._store.summary, key)
        ) is not None or key not in self._flights.under_way:
            return stored
        try:
            return await self._modelled(paper, language=language, depth="deep", patience=Patience())
        except SummaryError:
            return None

    def _extract(self, paper: Paper, *, language: str, depth: Depth) -> Summary:
        return asyncio.run(self._extractive.summarize(paper, language=language, depth=depth))

    async def _shared(self, key: SummaryKey, asking: Asking, patience: Patience, progress: Progress) -> Summary:
        """Join who is making this summary already, or make it. Raises SummaryError, the same to all who wait."""

        async def make(tell: Progress) -> Summary:
            return await self._make(key, asking, patience, tell)

        return await self._flights.share(key, make, progress=progress)

    async def _make(self, key: SummaryKey, asking: Asking, patience: Patience, progress: Progress) -> Summary:
        stored = await asyncio.to_thread(self._store.summary, key) or self._stand_ins.get(key)
        if stored is not None:
            return stored
        async with self._room:
            patience.raise_if_lost()
            try:
                with about(key.paper_id, key.depth):
                    summary = await asking(progress=progress)
            except SummaryError as exc:
                patience.failed(exc)
                raise
            patience.succeeded()
        if stands_in(summary.notes):
            self._stand_ins.put(key, summary)
            return summary
        try:
            await asyncio.to_thread(self._store.save_summary, key, summary, at=self._clock())
        except StoreError as exc:  # it is made and paid for: losing it to a full disk would help nobody
            logger.warning("summary not kept: paper=%s: %s", key.paper_id, exc)
        return summary

    def _notes(self, failures: Iterable[SummaryError]) -> tuple[Note, ...]:
        if self._models["brief"] is None:
            return (Note("no_model"),)
        failures = tuple(failures)
        spent = {failure.of for failure in failures if isinstance(failure, BudgetSpent)}
        reasons = Counter(failure.code for failure in failures if not isinstance(failure, BudgetSpent))
        if kept := reasons.pop(NotAllowed.code, 0):
            return (Note("not_allowed", {"count": kept}),)
        notes = [Note("fell_back", {"count": count, "reason": reason}) for reason, count in reasons.most_common()]
        if "calls" in spent:
            notes.append(Note("budget_spent", {"cap": self._daily_cap}))
        notes += [
            Note(f"{of}_budget_spent") for of in ("day", "chat") if of in spent
        ]  # how much it is, readers need not know
        return tuple(notes)


def key_of(paper: Paper, summarizer: Summarizer, *, language: str, depth: Depth) -> SummaryKey:
    """What the cache and the single flight go by. Pure."""
    text = "\0".join(" ".join(part.split()) for part in (paper.title, paper.abstract))
    return SummaryKey(
        paper_id=paper.id,
        version=paper.version,
        depth=depth,
        language=language,
        model=summarizer.model,
        prompt_version=summarizer.prompt_version,
        text_hash=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
    )
