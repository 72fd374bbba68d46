"""Which feeds carry which categories, and how a feed that is cut is asked for in pieces. Pure.

A pattern is `cs.*`, `cs.CL` or `hep-th`; a feed's name is what arXiv calls it: `cs`, `cs.CL`, `cs.AI+cs.CL`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.models import Paper
from bot.ports import UsageError
from bot.sources.answers import printable
from bot.topics.taxonomy import canonical, matches, suggest

Archives = Mapping[str, Sequence[str]]
"""Archive → its categories; one without subjects is its own only one."""

MOST_NARROWER = 8
"""Categories that are worth being asked for one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: the feeds that answer it, and the patterns of the papers wanted."""

    feeds: tuple[str, ...]
    wanted: tuple[str, ...]

    def narrower(self, feed: str) -> str:
        """The feed of those of `feed` that are wanted, if they are a few categories of it; else nothing."""
        within_it = [each for each in self.wanted if each != f"{feed}.*" and _covers(f"{feed}.*", each)]
        few = within_it if f"{feed}.*" not in self.wanted and len(within_it) <= MOST_NARROWER else []
        return "+".join(few)


def watched_patterns(categories: Iterable[str]) -> tuple[str, ...]:
    """`categories` of PAPERBOY_CATEGORIES as arXiv writes them. Raises UsageError if arXiv has not one of them."""
    given = tuple(categories)
    for each in given:
        if canonical(each) is None:
            near = suggest(each)
            hint = f" Did you mean {near}?" if near else ""
            raise UsageError(f"PAPERBOY_CATEGORIES: arXiv has no category {printable(each)!r}.{hint}")
    if not given:
        raise UsageError("PAPERBOY_CATEGORIES names no category. Such as: cs.*,stat.ML")
    return patterns(given)


def patterns(categories: Iterable[str]) -> tuple[str, ...]:
    """`categories` as arXiv writes them, each once; what it does not know stays as it is."""
    return tuple(dict.fromkeys(canonical(category) or category.strip() for category in categories))


def feeds_for(asked: Sequence[str], watched: Sequence[str]) -> tuple[str, ...]:
    """The feeds that carry the patterns asked for: watched ones where they do, else their own, none twice."""
    wide = [next((each for each in watched if _covers(each, pattern)), pattern) for pattern in asked]
    needed = [each for each in wide if not any(other != each and _covers(other, each) for other in wide)]
    return tuple(dict.fromkeys(each.removesuffix(".*") for each in needed))


def carried(feed: str, archives: Archives) -> tuple[str, ...]:
    """The patterns a feed carries."""
    return tuple(
        f"{name}.*" if name in archives and tuple(archives[name]) != (name,) else name for name in feed.split("+")
    )


def pieces(feed: str, archives: Archives) -> tuple[str, ...]:
    """The categories of a feed one by one."""
    return tuple(category for name in feed.split("+") for category in archives.get(name, (name,)))


def halves(feed: str, archives: Archives) -> tuple[str, str] | None:
    """Two feeds that together carry what this one does; None if it is of one category."""
    parts = pieces(feed, archives)
    middle = len(parts) // 2
    return ("+".join(parts[:middle]), "+".join(parts[middle:])) if middle else None


def within(paper: Paper, wanted: Sequence[str]) -> bool:
    """Is it in one of these patterns, by whichever name the category has? One without categories may be."""
    return not paper.categories or any(matches(pattern, name) for pattern in wanted for name in paper.categories)


def _covers(wide: str, pattern: str) -> bool:
    if wide == pattern:
        return True
    return wide.endswith(".*") and pattern.startswith(wide[:-1])
