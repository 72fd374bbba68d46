"""Which papers of the message they reply to people mean: all it names, or the one whose words they quoted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence

from bot.commands.case import Case
from bot.latex import readable
from bot.models import ArxivId, Paper, Summary
from bot.sources.ids import find, mentions
from bot.store import Store
from bot.wording import short_title

LEAST = 4
"""Letters of a name or a quotation that tell papers apart."""


async def meant(case: Case) -> list[ArxivId]:
    """The papers that the message it replies to names; of several, the one that was quoted, if one can say which."""
    quoted, replied_to = case.ask.quoted, case.ask.replied_to
    if own := find(quoted):
        return own
    named = find(replied_to)
    if len(named) < 2 or not quoted.strip():
        return named
    told = await asyncio.to_thread(_told, case.means.store, [each.key for each in named], case.settings.languages)
    key = quoted_paper(quoted, replied_to, told)
    return [each for each in named if each.key == key] or named


def quoted_paper(quoted: str, replied_to: str, told: Mapping[str, Sequence[str]]) -> str | None:
    """Whose words `quoted` are: the key of the one paper in whose part of `replied_to` they stand, or who says them.

    `told` has of each paper what it may be called, first, and what was said of it. None: nobody's, or several papers'.
    Pure.
    """
    words = _plain(quoted)
    if len(words) < LEAST:
        return None
    text = _plain(replied_to)
    marks = sorted(_marks(text, told))
    owners = {
        [key for at, key in marks if at <= place][-1]
        for place in _places(words, text)
        if marks and marks[0][0] <= place
    }
    if len(owners) == 1:
        return owners.pop()
    saying = {key for key, said in told.items() if any(words in _plain(each) for each in said)}
    return saying.pop() if len(saying) == 1 else None


def _marks(text: str, told: Mapping[str, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Where the part of a paper begins or goes on: its id, its names."""
    for mention in mentions(text):
        if mention.paper.key in told:
            yield mention.start, mention.paper.key
    for key, said in told.items():
        for name in {_plain(each) for each in said[:2]}:
            if len(name) >= LEAST:
                yield from ((place, key) for place in _places(name, text))


def _places(words: str, text: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(words), text)]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().strip(" …")


def _told(store: Store, keys: Sequence[str], languages: Sequence[str]) -> dict[str, list[str]]:
    """Of each paper: title and short title, then everything that was said of it. Blocks."""
    papers = store.papers(keys)
    return {key: list(_words_of(store, papers.get(key), languages)) for key in keys}


def _words_of(store: Store, paper: Paper | None, languages: Sequence[str]) -> Iterator[str]:
    if paper is None:
        return
    title = readable(paper.title)
    yield from (title, short_title(title), readable(paper.abstract))
    for language in dict.fromkeys((*languages, "en")):
        if (summary := store.newest_summary(paper.id, language=language)) is not None:
            yield from _said(summary)


def _said(summary: Summary) -> Iterator[str]:
    yield from (summary.title_translation or "", summary.headline, summary.tldr, summary.abstract_translation or "")
    yield from (text for each in summary.takeaways for text in (each.text, each.evidence))
