"""Deep summaries of an abstract, made while arXiv did not give the text: told for an hour, and never stored."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.models import Note, Summary, SummaryKey
from bot.ports import Clock, SourceError, SourceGarbled, SourceRefused, SourceUnreachable

AN_HOUR: Final = timedelta(hours=1)
MOST: Final = 500

_PASSING: Final = frozenset(each.code for each in (SourceError, SourceRefused, SourceUnreachable, SourceGarbled))


def stands_in(notes: Iterable[Note]) -> bool:
    """Do these say of a source, or of a summary, that it lacks the text, which may be had later?"""
    return any(note.key == "text_abstract" and note.args.get("reason") in _PASSING for note in notes)


class StandIns:
    """Those of the last hour, so that nobody pays for one twice while arXiv is away. For one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[SummaryKey, tuple[datetime, Summary]] = OrderedDict()

    def get(self, key: SummaryKey) -> Summary | None:
        """None: there is none, or arXiv is worth another try."""
        since, summary = self._kept.get(key, (None, None))
        return summary if since is not None and timedelta() <= self._clock() - since < AN_HOUR else None

    def put(self, key: SummaryKey, summary: Summary) -> None:
        """Keep it for a while."""
        self._kept[key] = self._clock(), summary
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
