"""Makes digests for chats and puts them into the outbox: harvest, summaries, Document, parts.

A digest waits for its summaries for a while, then goes with sentences of the abstracts, each marked as such; when a
summary comes after all, its part is edited, if the platform still allows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Literal

from bot.access import Policy, may_use_model
from bot.chat_digest import documents
from bot.costs.cause import caused_by
from bot.database import StoreError
from bot.delivery.outbox import Outbox
from bot.depths import depths
from bot.digest_table import DigestItem
from bot.document import Document
from bot.harvest import Harvest, Harvester, kinds_of
from bot.late_parts import changed
from bot.models import Depth, Digest, Entry, Note, Paper, Summary, Topic
from bot.platforms import Part, Platform
from bot.ports import Announcements, Clock
from bot.summaries.service import Summaries
from bot.summaries.top import Top
from bot.target_table import NotKnown
from bot.targets import Chat
from bot.topics.select import select

logger = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds a due digest waits for its summaries."""

ASKED_PATIENCE = 20.0
"""Seconds it waits when somebody asked for it and looks at the screen."""


def unguessable() -> str:
    """16 letters and digits, never the same."""
    return token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """A digest with its parts, as it goes into the outbox; `slug` is its name, in its buttons too."""

    digest: Digest
    parts: tuple[Part, ...]
    slug: str


@dataclass(slots=True)
class _Said:
    """What is said of the papers of a digest, by id, in the chat's first language and, where it has two, its second."""

    languages: tuple[str, ...]
    first: dict[str, Summary] = field(default_factory=dict)
    second: dict[str, Summary] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


class Press:
    """The port Poster of the command desk, and what the schedule calls. For one event loop.

    `modest` makes summaries without model calls; the first `deep_top` papers of a digest are said in depth; `ids` makes
    names of digests that nobody can guess, in letters and digits.
    `run` owns what is still to come: summaries that are late.
    """

    def __init__(
        self,
        *,
        harvester: Harvester,
        announcements: Announcements,
        summaries: Summaries,
        modest: Summaries,
        outbox: Outbox,
        platforms: Mapping[str, Platform],
        policy: Policy,
        clock: Clock,
        patience: float = PATIENCE,
        deep_top: int = 0,
        ids: Callable[[], str] = unguessable,
    ) -> None:
        self._harvester = harvester
        self._announcements = announcements
        self._summaries = summaries
        self._modest = modest
        self._outbox = outbox
        self._platforms = platforms
        self._policy = policy
        self._clock = clock
        self.patience = patience
        self._deep_top = deep_top
        self._ids = ids
        self._late: asyncio.TaskGroup | None = None
        self._ended = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Own what comes late, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._late = group
            try:
                await self._ended.wait()
            finally:
                self._late = None

    # ------------------------------------------------------------ the port

    async def post_now(self, chat: Chat, *, period: str) -> int:
        """See `bot.commands.case.Poster`. A chat that never had a digest gets the latest announcement too."""
        harvest = await asyncio.to_thread(self._first_or_next, chat)
        if not harvest:
            return 0
        # Who looks at the screen has no time for whole papers.
        return await self._post(harvest, period=period, patience=ASKED_PATIENCE, deep_top=0) or 0

    async def preview(self, chat: Chat, topics: Sequence[Topic], *, limit: int) -> Document:
        """See `bot.commands.case.Poster`."""
        scopes = [topic.query.scope() for topic in topics]
        known = [scope for scope in scopes if scope is not None]
        scope = tuple(sorted(frozenset().union(*known))) if len(known) == len(scopes) else ()
        announced = await self._announcements.on(None, scope)
        selection = select(announced.items, topics, limit=limit, kinds=kinds_of(chat.settings))
        language = chat.settings.languages[0]
        with caused_by(chat.target):
            made = await self._makers(chat).brief([entry.paper for entry in selection.entries], language=language)
        digest = Digest(
            topics=tuple(topics),
            date=announced.date,
            entries=_with(selection.entries, made.summaries),
            left=selection.left,
            notes=(*announced.notes, *made.notes),
        )
        whole = replace(chat, settings=replace(chat.settings, layout=_of_one_piece(chat), hashtags=False))
        return documents(digest, whole, today=self._clock().date())[0]

    async def waiting(self, chat: Chat) -> int:
        """See `bot.commands.case.Poster`."""
        return (await asyncio.to_thread(self._harvester.of, chat)).selection.total

    # ------------------------------------------------------------ a digest

    async def post(self, harvest: Harvest, *, period: str, patience: float | None = None) -> bool:
        """Queue the digest of `period`; False if the chat has it already, or all of it, or is not there any more.

        An empty harvest is one line, for chats that ask for one.
        """
        found = await self._post(harvest, period=period, patience=patience, deep_top=self._deep_top)
        return found is not None

    async def _post(self, harvest: Harvest, *, period: str, patience: float | None, deep_top: int) -> int | None:
        """How many papers the queued digest has; None: see `post`."""
        chat = harvest.chat
        said = _Said(languages=chat.settings.languages[:2])
        making = asyncio.ensure_future(self._say(harvest, said, deep_top=deep_top))
        try:
            await asyncio.wait({making}, timeout=self.patience if patience is None else patience)
            if making.done():
                making.result()
            else:
                said = await self._so_far(harvest, said)
            slug = self._ids()
            printed = await self._printed(harvest, said, slug=slug)
            while (id_ := await self._queue(harvest, printed, period)) is None:
                rest = await asyncio.to_thread(self._harvester.unsent, harvest)
                if not rest.selection.entries or rest == harvest:
                    break
                harvest = rest  # another digest was faster with some of it: somebody asked for one meanwhile
                printed = await self._printed(harvest, said, slug=slug)
        except BaseException:
            making.cancel()
            raise
        if id_ is None or making.done():
            making.cancel()
        elif self._late is not None:
            self._late.create_task(self._finish(id_, harvest, printed, making))
        logger.info("digest queued: chat=%s papers=%d new=%s", chat.target, harvest.selection.total, id_ is not None)
        return None if id_ is None else harvest.selection.total

    def _first_or_next(self, chat: Chat) -> Harvest:
        return self._harvester.of(chat, latest_too=self._harvester.is_first(chat))

    async def _say(self, harvest: Harvest, said: _Said, *, deep_top: int) -> _Said:
        """Summaries of what is shown, in each of the chat's languages; `said` has each as soon as it is there."""
        papers = [entry.paper for entry in harvest.selection.entries]
        planned = list(depths(harvest.selection.entries, harvest.chat.settings, top=deep_top))
        makers = self._makers(harvest.chat)
        lost: Sequence[StoreError | BaseExceptionGroup[StoreError]] = ()
        try:
            with caused_by(harvest.chat.target):
                async with asyncio.TaskGroup() as group:
                    tasks = [
                        group.create_task(
                            makers.brief(papers, language=language, made=made, top=_top(planned, language))
                        )
                        for language, made in zip(said.languages, (said.first, said.second), strict=False)
                    ]
        except* StoreError as raised:
            lost = raised.exceptions
        if lost:
            raise lost[0]
        said.notes = tasks[0].result().notes
        return said

    async def _so_far(self, harvest: Harvest, said: _Said) -> _Said:
        """What is there, and the papers' own sentences for what is not."""
        missing = [e.paper for e in harvest.selection.entries if e.paper.id not in said.first]
        others = await self._modest.brief(missing, language=said.languages[0])
        notes = (Note("fell_back", {"count": len(missing), "reason": "timed_out"}),) if missing else ()
        return _Said(said.languages, {**others.summaries, **said.first}, dict(said.second), notes)

    async def _queue(self, harvest: Harvest, printed: _Printed, period: str) -> int | None:
        chat = harvest.chat
        silent = chat.settings.silent if chat.settings.silent is not None else chat.kind != "private"
        shown = {entry.paper.id for entry in printed.digest.entries}
        every = (*printed.digest.entries, *printed.digest.left)
        items = [
            DigestItem(paper_id=e.paper.id, topic=next(iter(e.topics), ""), kind=e.kind, shown=e.paper.id in shown)
            for e in every
        ]
        try:
            return await self._outbox.post(
                chat.target,
                period,
                printed.parts,
                items=items,
                seen=harvest.marks,
                unless_seen=harvest.news,
                day=printed.digest.date,
                silent=silent,
                slug=printed.slug,
            )
        except NotKnown:  # forgotten while its summaries were made
            return None

    async def _finish(self, id_: int, harvest: Harvest, printed: _Printed, making: asyncio.Future[_Said]) -> None:
        """`_edit`; what goes wrong with one digest is no other's business."""
        try:
            await self._edit(id_, harvest, printed, await making)
        except StoreError as exc:
            logger.warning("late summaries are lost: chat=%s: %s", harvest.chat.target, exc)
        except Exception:
            logger.exception("late summaries are lost: chat=%s", harvest.chat.target)

    async def _edit(self, id_: int, harvest: Harvest, printed: _Printed, final: _Said) -> None:
        """Each part that says something else now is made anew."""
        after = await self._printed(harvest, final, slug=printed.slug)
        for number, slice_ in changed(printed.parts, after.parts).items():
            done = await self._outbox.edit_part(id_, number, slice_)
            logger.info("late summary: chat=%s part=%d edited=%s", harvest.chat.target, number, done)

    async def _printed(self, harvest: Harvest, said: _Said, *, slug: str) -> _Printed:
        """One at a time, and not on the event loop: many in a row are a lot of computing."""
        async with self._turn:
            return await asyncio.to_thread(self._print, harvest, said, slug=slug)

    def _print(self, harvest: Harvest, said: _Said, *, slug: str) -> _Printed:
        chat, selection = harvest.chat, harvest.selection
        notes = said.notes
        if len(harvest.days) > 1:
            first, last = harvest.days[-1], harvest.days[0]
            notes = (Note("several_days", {"count": len(harvest.days), "first": first, "last": last}), *notes)
        if not harvest and (harvest.matched or not harvest.is_news):
            notes = (*notes, Note("nothing_new"))  # the announcement had something, or was out before
        digest = Digest(
            topics=tuple(one.topic for one in harvest.subscriptions),
            date=harvest.days[0] if harvest.days else harvest.arrived,
            entries=_with(selection.entries, said.first, said.second),
            left=selection.left,
            notes=notes,
        )
        platform = self._platforms[chat.target.platform]
        told = documents(digest, chat, today=self._clock().date(), slug=slug, how=platform.invitation("private"))
        parts = tuple(part for document in told for part in platform.render(document, chat=chat))
        return _Printed(digest=digest, parts=parts, slug=slug)

    def _makers(self, chat: Chat) -> Summaries:
        return self._summaries if may_use_model(policy=self._policy, access=chat.access) else self._modest


def _of_one_piece(chat: Chat) -> Literal["digest", "titles"]:
    """How an answer is laid out, which is one message."""
    return "titles" if chat.settings.layout == "titles" else "digest"


def _top(planned: Sequence[tuple[Paper, str, Depth]], language: str) -> Top:
    return Top(frozenset(paper.id for paper, spoken, depth in planned if depth == "deep" and spoken == language))


def _with(
    entries: Sequence[Entry], first: Mapping[str, Summary], second: Mapping[str, Summary] | None = None
) -> tuple[Entry, ...]:
    others = second or {}
    return tuple(replace(entry, summary=first[entry.paper.id], second=others.get(entry.paper.id)) for entry in entries)
