"""An answer in the making: what there is of it already, and what is being done for the rest. Asks no model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.commands.case import Case
from bot.commands.saying import aside
from bot.compose import unfolding
from bot.database import StoreError
from bot.document import Block, Document
from bot.models import Digest, Entry, Summary
from bot.paper_blocks import readable_title
from bot.platforms import Reply
from bot.ports import TEXT, WRITING
from bot.wording import short_title

logger = logging.getLogger(__name__)


def is_apart(case: Case) -> bool:
    """Is what is said in depth behind a button? Where many read it should be folded, and not everything folds."""
    return case.ask.kind != "private" and not case.means.folds(case.target.platform)


@dataclass(kw_only=True)
class Steps:
    """`glimpse` and `progress` are told of one answer to `case`; `changed` is set whenever `reply` says more.

    `first` is said before any paper is found.
    """

    case: Case
    first: Callable[[], Reply]
    changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _seen: Digest = field(default_factory=Digest, init=False)
    _doing: tuple[str, int, int] = field(default=("", 0, 0), init=False)
    _brief: dict[str, Summary] = field(default_factory=dict, init=False)

    def glimpse(self, made: Digest) -> None:
        """The port Glimpse."""
        self._seen = made
        self.changed.set()

    def progress(self, what: str, done: int, total: int) -> None:
        """The port Progress."""
        if what in {TEXT, WRITING}:
            self._doing = what, done, total
            self.changed.set()

    async def reply(self) -> Reply:
        """Each paper with its summary, or with what can be said of it at once; then what we are doing."""
        seen = self._seen
        if not seen.entries:
            return self.first()
        ready = {entry.paper.id for entry in seen.entries if entry.summary is not None}
        await self._say_briefly([entry for entry in seen.entries if entry.summary is None])
        entries = tuple(replace(each, summary=each.summary or self._brief.get(each.paper.id)) for each in seen.entries)
        language = self.case.settings.languages[0]
        told = unfolding(replace(seen, entries=entries), ready=ready, language=language, apart=is_apart(self.case))
        return Reply(Document((*told.blocks, self._status(seen.entries, len(ready))), language=told.language))

    async def _say_briefly(self, entries: Sequence[Entry]) -> None:
        """What others had a model say of them, or else their own sentences: a few milliseconds a paper, once."""
        papers = [entry.paper for entry in entries if entry.paper.id not in self._brief]
        if not papers:
            return
        try:
            told = await self.case.means.modest.at_once(papers, language=self.case.settings.languages[0])
        except StoreError as exc:  # who waits gets the summary, if not a word before it
            logger.warning("nothing to say meanwhile: %s", exc)
            return
        self._brief.update(told)

    def _status(self, entries: Sequence[Entry], ready: int) -> Block:
        language, (what, done, total) = self.case.language, self._doing
        if len(entries) > 1:
            return aside(language, "cmd.summarize.step.several", done=ready, total=len(entries))
        if what == TEXT:
            return aside(language, "cmd.summarize.step.text", step=min(done + 1, total), total=total)
        if what == WRITING:
            return aside(language, "cmd.summarize.step.writing")
        return aside(language, "cmd.summarize.reading", paper=short_title(readable_title(entries[0])))
