"""The demo: a digest of the bundled papers for one topic, offline and without a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.bundle import bundled
from bot.models import Digest, Entry, Note, Topic
from bot.ports import Progress
from bot.summaries.extractive import Extractive
from bot.topics.catalogue import topic
from bot.topics.query import parse
from bot.topics.select import Selection, select

LIMIT = 10
"""Papers shown in full: the seven reference papers, and the first of the announced day."""


def choose() -> tuple[Topic, Selection, Selection]:
    """The topic, what it selects of the reference papers (without a limit), and of the announced day.

    Its query is the catalogue's, and Transformers: one of the reference papers is of those without a word on language.
    """
    llm = topic("LLM")
    chosen = replace(llm, query=parse(f"{llm.query} OR transformer"))
    papers = bundled()
    reference = [each for each in papers if each.announcement is None]
    announced = [each for each in papers if each.announcement is not None]
    first = select(reference, [chosen], limit=None)
    return chosen, first, select(announced, [chosen], limit=LIMIT - len(first.entries))


async def demo(*, progress: Progress) -> Digest:
    """The digest, its query in a note."""
    chosen, first, then = choose()
    entries = await _summarized((*first.entries, *then.entries), progress)
    day = next(entry.announcement.date for entry in then.entries if entry.announcement)
    counts = {"reference": len(first.entries), "announced": then.total}
    notes = (Note("demo", {"query": chosen.query.text, "day": day, **counts}), Note("no_model"))
    return Digest(topics=(chosen,), date=day, entries=entries, left=then.left, notes=notes)


async def _summarized(entries: Sequence[Entry], progress: Progress) -> tuple[Entry, ...]:
    extractive = Extractive()
    done = []
    for number, entry in enumerate(entries, 1):
        done.append(replace(entry, summary=await extractive.summarize(entry.paper, language="en")))
        progress("summaries", number, len(entries))
    return tuple(done)
