"""`paperboy summarize paper.pdf`: a file of whoever sits at the terminal, read like one sent to the bot."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from bot.document import Block, Document, Italic, Paragraph, Text
from bot.files import Sent
from bot.fulltext.fetch import LONGEST_PDF
from bot.locales import either, say
from bot.models import Entry
from bot.paper_blocks import Style, sent
from bot.ports import TEXT, WRITING, BotError, NoText, Progress
from bot.settings import Settings
from bot.wording import clean


class Unreadable(BotError):
    """The file holds no text we can read; the text says what to do."""


async def summarized(settings: Settings, path: Path, *, language: str, progress: Progress) -> Document:
    """What is in the PDF at `path`, without addresses: it has none. Raises Unreadable, StoreError, PricesError."""
    from bot.app import parts  # noqa: PLC0415 - heavy

    async def fetch() -> bytes:
        return await asyncio.to_thread(_read, path)

    progress(TEXT, 0, 1)
    async with AsyncExitStack() as stack:
        files = (await parts(settings, stack)).files
        try:
            found = await files.of(fetch, language=language, asks=True, glimpse=lambda _: progress(WRITING, 0, 0))
        except NoText as exc:
            key = either(language, f"cmd.file.{exc.code}", "cmd.file.parse_crashed")
            raise Unreadable(say(language, key, most=LONGEST_PDF >> 20)) from None
    return _told(found, path.name, language)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LONGEST_PDF + 1)  # one more is too many, which the reader says
    except OSError as exc:
        raise Unreadable(f"{path} cannot be read: {exc.strerror}.") from None


def _told(found: Sent, name: str, language: str) -> Document:
    style = Style(language=language, abstracts=False, evidence=True, checked=True)
    where = Paragraph((Text(clean(name, 80)),), quiet=True)
    blocks: list[Block] = [sent(Entry(paper=found.paper, summary=found.summary), style=style, where=where)]
    said = [say(language, f"note.{note.key}", **note.args) for note in found.notes]
    if found.why:
        reason = say(language, either(language, f"summary_reason.{found.why}", "summary_reason.failed"))
        said.append(say(language, "cmd.file.own_words", reason=reason))
    if found.stamped is not None:
        said.append(say(language, "cmd.file.stamped", id=str(found.stamped)))
    blocks += [Paragraph((Italic(text),)) for text in said]
    return Document(tuple(blocks), language=language)
