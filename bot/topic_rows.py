"""A topic as a subscription stores it, and back. Pure.

A topic of the catalogue is stored by its id and follows the catalogue: when its query gets better in a later release,
every chat that follows it gets the better one. The query it had is stored beside, for a catalogue that has dropped it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot import rows
from bot.models import Topic
from bot.topics.catalogue import Named
from bot.topics.query import Query, QueryError, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """The columns of `subscriptions` that are the topic's."""

    name: str
    query: str
    canonical: str
    catalogue_id: str | None = None


class Topics:
    """Topics beside a catalogue: which are its own, and what they are called there."""

    def __init__(self, catalogue: Iterable[Named]) -> None:
        self._by_id = {named.id: named for named in catalogue}
        self._by_query = {named.topic.query.canonical(): named for named in self._by_id.values()}

    def canonical(self, topic: Topic) -> str:
        """What makes two topics the same: `catalogue:<id>`, else one spelling of all that say the query.

        The name does not matter: a topic of the catalogue stays one under a name of the chat's own.
        """
        spelling = topic.query.canonical()
        named = self._by_query.get(spelling)
        return spelling if named is None else f"catalogue:{named.id}"

    def row(self, topic: Topic) -> TopicRow:
        """What is stored of `topic`."""
        named = self._by_query.get(topic.query.canonical())
        return TopicRow(
            name=rows.clean(topic.name),
            query=rows.clean(topic.query.text),
            canonical=rows.clean(self.canonical(topic)),
            catalogue_id=None if named is None else named.id,
        )

    def topic(self, row: TopicRow) -> Topic | None:
        """The topic it is today; None if its query cannot be read any more and the catalogue does not have it.

        The catalogue's own topic keeps all its names, unless the chat gave it one.
        """
        named = self._by_id.get(row.catalogue_id) if row.catalogue_id else None
        if named is not None:
            return named.topic if row.name == named.topic.name else Topic(name=row.name, query=named.topic.query)
        query = _read(row.query) or _read(row.canonical)
        return None if query is None else Topic(name=row.name, query=query)


@lru_cache(maxsize=4096)  # chats ask for the same things, every day
def _read(text: str) -> Query | None:
    try:
        return parse(text, longest=None)
    except QueryError:
        return None
