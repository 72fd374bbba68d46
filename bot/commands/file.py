"""A PDF sent to us: said to its sender alone, then forgotten. Every way it can fail has its own next step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Final

from bot.attached import Attached, NotFetched
from bot.commands.case import Case
from bot.commands.papers import too_often
from bot.commands.saying import aside, button, line, note, row
from bot.document import Block, Divider
from bot.files import Sent
from bot.fulltext.fetch import LONGEST_PDF
from bot.locales import either, say
from bot.models import Entry
from bot.paper_blocks import Style, sent
from bot.platforms import Reply
from bot.ports import NoText

PATIENCE: Final = 90.0
"""Seconds a platform may take to bring it."""


async def pdf(case: Case) -> AsyncIterator[Reply]:
    """The PDF that came with it, or how to send one."""
    if case.ask.file is None:
        yield case.reply(line(case.language, "cmd.file.how"), private=True)
        return
    async for reply in sent_file(case, case.ask.file):
        yield reply


async def sent_file(case: Case, file: Attached) -> AsyncIterator[Reply]:
    """What is in it; meanwhile its own sentences, and what we are doing."""
    problem = _obvious(file)
    if problem:
        yield _cannot(case, problem, file)
        return
    if (later := too_often(case)) is not None:
        yield later
        return
    steps = _Steps(case=case)
    async for reply in case.in_steps(_read(case, file, steps), steps.reply, steps.changed):
        yield reply


# ---------------------------------------------------------------- reading


@dataclass(kw_only=True)
class _Steps:
    """What there is so far."""

    case: Case
    changed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _seen: Sent | None = field(default=None, init=False)

    def glimpse(self, seen: Sent) -> None:
        self._seen = seen
        self.changed.set()

    async def reply(self) -> Reply:
        language = self.case.language
        if self._seen is None:
            return _theirs(self.case, line(language, "cmd.file.reading"))
        return _theirs(
            self.case, _told(self.case, self._seen, full=False), aside(language, "cmd.summarize.step.writing")
        )


async def _read(case: Case, file: Attached, steps: _Steps) -> Reply:
    most = min(file.most, LONGEST_PDF)

    async def fetch() -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                return await file.read(most)
        except TimeoutError:
            raise NotFetched("It did not come in time.") from None

    try:
        found = await case.means.files.of(
            fetch, language=case.settings.languages[0], asks=case.model, glimpse=steps.glimpse
        )
    except NotFetched as exc:
        return _cannot(case, "too_large" if exc.too_large else "not_fetched", file)
    except NoText as exc:
        return _cannot(case, exc.code, file)
    language = case.language
    machine = aside(language, "footer.machine")
    told = (_told(case, found, full=True), *_notes(case, found))
    return _theirs(case, *told, *_offer(case, found), Divider(), machine)


def _told(case: Case, found: Sent, *, full: bool) -> Block:
    """Everything folds away where something does: no button could bring back what is not kept."""
    style = Style(
        language=case.settings.languages[0],
        layout="full" if full else "compact",
        abstracts=False,
        evidence=True,
        checked=True,
    )
    entry = Entry(paper=found.paper, summary=found.summary)
    return sent(entry, style=style, where=aside(case.language, "cmd.file.where"))


def _notes(case: Case, found: Sent) -> list[Block]:
    language = case.language
    said: list[Block] = [note(language, f"note.{each.key}", **each.args) for each in found.notes]
    if found.why:
        reason = say(language, either(language, f"summary_reason.{found.why}", "summary_reason.failed"))
        said.append(note(language, "cmd.file.own_words", reason=reason))
    return said


def _offer(case: Case, found: Sent) -> list[Block]:
    """A way to the paper it says it is, which arXiv knows better."""
    if found.stamped is None:
        return []
    summarize = button(say(case.language, "cmd.button.summarize", id=found.stamped.key), "summarize", found.stamped.key)
    return [line(case.language, "cmd.file.stamped", id=str(found.stamped)), row(summarize)]


# ---------------------------------------------------------------- what cannot be read


def _obvious(file: Attached) -> str:
    """What is wrong with it, as far as one sees without reading it; '' if nothing is."""
    if not file.is_pdf:
        return "not_pdf"
    return "too_large" if file.size is not None and file.size > min(file.most, LONGEST_PDF) else ""


def _cannot(case: Case, problem: str, file: Attached) -> Reply:
    key = either(case.language, f"cmd.file.{problem}", "cmd.file.parse_crashed")
    return _theirs(case, line(case.language, key, most=min(file.most, LONGEST_PDF) >> 20))


def _theirs(case: Case, *blocks: Block | None) -> Reply:
    """For whoever sent it alone, where a platform can; too long for a notice."""
    return replace(case.reply(*blocks, private=True), apart=True)
