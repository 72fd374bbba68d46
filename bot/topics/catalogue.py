"""The named topics: about thirty queries people would otherwise have to think of. Pure; the data is catalogue.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.models import Topic
from bot.topics.query import parse
from bot.topics.words import fold

_DATA = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A topic of the catalogue: `id` for links and settings, one line `about` it by language, other names in `also`."""

    id: str
    topic: Topic
    about: Mapping[str, str]
    also: tuple[str, ...]


def catalogue() -> tuple[Topic, ...]:
    """The named topics, in the order they are offered."""
    return tuple(named.topic for named in entries())


def topic(text: str) -> Topic:
    """The topic people mean by `text`: a name of the catalogue in any of its languages, else a query.

    Case, accents and white space do not matter in a name. A topic that is a query is called as it was typed; to mean
    the word and not the topic, quote it: `"agents"`. Raises QueryError.
    """
    known = _by_name().get(_key(text))
    if known is not None:
        return known.topic
    query = parse(text)
    return Topic(name=query.text, query=query)


def named(text: str) -> Named | None:
    """The catalogue's own entry of that name, if there is one."""
    return _by_name().get(_key(text))


@cache
def entries() -> tuple[Named, ...]:
    """The catalogue with what its topics do not say themselves."""
    return tuple(_entry(row) for row in tomllib.loads(_DATA.read_text(encoding="utf-8"))["topic"])


def _entry(row: Mapping[str, Any]) -> Named:
    names = row["names"]
    return Named(
        id=row["id"],
        topic=Topic(name=names["en"], query=parse(row["query"]), names=names),
        about=row["about"],
        also=tuple(row["also"]),
    )


@cache
def _by_name() -> Mapping[str, Named]:
    found: dict[str, Named] = {}
    for entry in entries():
        for name in (entry.id, *entry.topic.names.values(), *entry.also):
            found[_key(name)] = entry
    return found


def _key(name: str) -> str:
    return " ".join(fold(name).casefold().split())
