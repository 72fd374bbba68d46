"""Which of the announced papers a reader gets, under which topic, in which order. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bot.models import Entry, Kind, Listed, Paper, Topic
from bot.topics import taxonomy
from bot.topics.bm25 import Corpus
from bot.topics.prepared import prepare

ALL_KINDS: Final = frozenset(Kind)

_PLACE = {kind: place for place, kind in enumerate((Kind.NEW, Kind.CROSS, Kind.REPLACE, Kind.REPLACE_CROSS))}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_DATED_ID = re.compile(r"(?:.*/)?(\d\d)(\d\d)\.?(\d{3,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`entries` within the limit, `left` beyond it; both by topic, in the order asked."""

    entries: tuple[Entry, ...]
    left: tuple[Entry, ...]

    @property
    def total(self) -> int:
        """How many papers matched."""
        return len(self.entries) + len(self.left)


def select(
    listed: Sequence[Listed],
    topics: Sequence[Topic],
    *,
    limit: int | None,
    kinds: frozenset[Kind] = ALL_KINDS,
) -> Selection:
    """Each paper that matches, once, under the first topic it matches; `Entry.topics` names all it matches.

    `limit` is for the whole digest (None: there is none): topics take places in turn, and those that run out leave
    theirs to the others. Within a topic: what is new (or of unknown kind), cross-lists, replacements, replaced
    cross-lists; among these the best by BM25 of the topic's words over all of `listed`, then the newest.
    A paper whose kind to a topic is known and not in `kinds` does not count as matching it. Of a paper listed twice
    the first is taken.
    """
    firsts: dict[str, Listed] = {}
    for item in listed:
        firsts.setdefault(item.paper.id, item)
    items = tuple(firsts.values())
    papers = [prepare(item.paper) for item in items]
    corpus = Corpus(papers)
    matched: dict[int, dict[int, Kind | None]] = {}
    for number, topic in enumerate(topics):
        categories = topic.query.categories()
        for place, paper in enumerate(papers):
            if topic.query.matches(paper):
                what = kind(items[place], categories)
                if what is None or what in kinds:
                    matched.setdefault(place, {})[number] = what
    groups: list[list[Entry]] = [[] for _ in topics]
    for place, what_to in matched.items():
        first, what = next(iter(what_to.items()))
        groups[first].append(
            Entry(
                paper=items[place].paper,
                topics=tuple(dict.fromkeys(topics[number].name for number in what_to)),
                announcement=items[place].announcement,
                kind=what,
                score=corpus.score(papers[place], topics[first].query.terms()),
            )
        )
    ordered = [_in_order(group) for group in groups]
    places = in_turn([len(group) for group in ordered], limit)
    return Selection(
        entries=tuple(entry for group, most in zip(ordered, places, strict=True) for entry in group[:most]),
        left=tuple(entry for group, most in zip(ordered, places, strict=True) for entry in group[most:]),
    )


def kind(listed: Listed, categories: frozenset[str]) -> Kind | None:
    """What an announcement is to a topic that asks for `categories`; None where too little is known.

    Version 1 is new, a later one replaced. It is a cross-list if the paper's primary category is none of `categories`;
    a topic without categories has no cross-lists. What is not known of the two is taken from `announce_type`, which is
    relative to the feed that was read. A paper without an announcement was not announced.
    """
    announcement = listed.announcement
    if announcement is None:
        return None
    said = announcement.announce_type
    version = announcement.version if announcement.version is not None else listed.paper.version
    primary = listed.paper.primary_category
    replaced = said in {Kind.REPLACE, Kind.REPLACE_CROSS} if version is None else version > 1
    if not categories:
        crossed = False
    elif primary is None:
        crossed = said in {Kind.CROSS, Kind.REPLACE_CROSS}
    else:
        crossed = not any(taxonomy.matches(pattern, primary) for pattern in categories)
    if said is None and (version is None or (primary is None and categories)):
        return None
    if replaced:
        return Kind.REPLACE_CROSS if crossed else Kind.REPLACE
    return Kind.CROSS if crossed else Kind.NEW


def _in_order(entries: list[Entry]) -> list[Entry]:
    newest = sorted(entries, key=lambda entry: _age(entry.paper), reverse=True)
    return sorted(newest, key=in_order)


def in_order(entry: Entry) -> tuple[int, float]:
    """Sorts what is new before cross-lists before what was replaced, and the likest to its topic first. Pure."""
    return _PLACE[entry.kind or Kind.NEW], -entry.score


def _age(paper: Paper) -> tuple[datetime, int, int, str]:
    """Sorts from old to new: by first submission where it is known, else by what the id says of it."""
    dated = _DATED_ID.fullmatch(paper.id)
    if dated is None:
        return paper.published or _LONG_AGO, 0, 0, paper.id
    year, month, number = (int(part) for part in dated.groups())
    century = 1900 if year > 90 else 2000  # arXiv began in 1991
    return paper.published or _LONG_AGO, (century + year) * 12 + month, number, paper.id


def in_turn(sizes: list[int], limit: int | None) -> list[int]:
    """How many of each group come within `limit` if groups take one place each in turn."""
    if limit is None:
        return sizes
    places = [0] * len(sizes)
    free = max(0, limit)
    while free and places != sizes:
        for number, size in enumerate(sizes):
            if free and places[number] < size:
                places[number] += 1
                free -= 1
    return places
