"""A query as a tree of words and operators. Pure.

Every node answers the same questions, and every leaf knows how it was typed:

- `matches(paper)`: is it this one?
- `canonical()`: one spelling for all that mean the same by the grammar.
- `bounded`: does it name what it wants (`llm`), or only what it does not (`-survey`)? Of a node and its negation
  exactly one is bounded; only a bounded query can be asked of an index, or of arXiv.
- `why(paper)`: which leaves made it match.

A leaf's `size` is how many words it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.topics import names, taxonomy
from bot.topics.prepared import Prepared, line
from bot.topics.words import stem

TextField: TypeAlias = Literal["", "ti", "abs", "co", "all"]
"""Where words are looked for; without a field in title and abstract."""


@dataclass(frozen=True, slots=True)
class Words:
    """One word, or several that stand next to each other: `LLM`, `"language model"`, `in-context`, `transform*`.

    `prefix` lets the last of `stems` go on; then it is itself no stem, and papers are also searched for its `singular`:
    `studies*` finds `study`.
    """

    typed: str
    stems: tuple[str, ...]
    where: TextField = ""
    prefix: bool = False
    needle: str = field(init=False, repr=False, compare=False)
    singular: str = field(init=False, repr=False, compare=False)

    bounded = True

    def __post_init__(self) -> None:
        needle = line(self.stems)
        object.__setattr__(self, "needle", needle[:-1] if self.prefix else needle)
        object.__setattr__(self, "singular", line((*self.stems[:-1], stem(self.stems[-1]))))

    @property
    def size(self) -> int:
        return len(self.stems)

    def __str__(self) -> str:
        return _labelled(self.where, self.typed)

    def canonical(self) -> str:
        words = " ".join(self.stems) + ("*" if self.prefix else "")
        return _labelled(self.where, words if _is_bare(words) else f'"{words}"')

    def matches(self, paper: Prepared) -> bool:
        text = _text(paper, self.where)
        return self.needle in text or (self.prefix and self.singular in text)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return (str(self),) if self.matches(paper) else ()


@dataclass(frozen=True, slots=True)
class Author:
    """Part of a name, as typed without quotes (`au:Weikum`), or with them the `whole` of it in either order.

    What still counts as the whole name says `names.is_named`.
    """

    typed: str
    names: tuple[str, ...]
    whole: bool = False
    prefix: bool = False

    bounded = True

    @property
    def size(self) -> int:
        return len(self.names)

    def __str__(self) -> str:
        return _labelled("au", self.typed)

    def canonical(self) -> str:
        words = " ".join(self.names) + ("*" if self.prefix else "")
        if self.whole:
            return f'au:"{words}"'
        return f"au:{words.replace(' ', '-')}"

    def matches(self, paper: Prepared) -> bool:
        return any(names.is_named(name, self.names, whole=self.whole, prefix=self.prefix) for name in paper.authors)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return (str(self),) if self.matches(paper) else ()


@dataclass(frozen=True, slots=True)
class Category:
    """One of arXiv's categories, or all of an archive (`cs.*`)."""

    typed: str
    pattern: str

    bounded = True
    size = 1

    def __str__(self) -> str:
        return self.pattern

    def canonical(self) -> str:
        return f"cat:{self.pattern}"

    def matches(self, paper: Prepared) -> bool:
        return any(taxonomy.matches(self.pattern, category) for category in paper.categories)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return (str(self),) if self.matches(paper) else ()


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but `part`."""

    part: Node

    @property
    def bounded(self) -> bool:
        return not self.part.bounded

    def canonical(self) -> str:
        return f"-{_grouped(self.part)}"

    def matches(self, paper: Prepared) -> bool:
        return not self.part.matches(paper)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class And:
    """All of `parts`, two or more."""

    parts: tuple[Node, ...]

    @property
    def bounded(self) -> bool:
        return any(part.bounded for part in self.parts)

    def canonical(self) -> str:
        return " ".join(sorted(_grouped(part) for part in self.parts))

    def matches(self, paper: Prepared) -> bool:
        return all(part.matches(paper) for part in self.parts)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return _unique(term for part in self.parts for term in part.why(paper)) if self.matches(paper) else ()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of `parts`, two or more."""

    parts: tuple[Node, ...]

    @property
    def bounded(self) -> bool:
        return all(part.bounded for part in self.parts)

    def canonical(self) -> str:
        return " OR ".join(sorted(part.canonical() for part in self.parts))

    def matches(self, paper: Prepared) -> bool:
        return any(part.matches(paper) for part in self.parts)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        return _unique(term for part in self.parts for term in part.why(paper))


Leaf: TypeAlias = Words | Author | Category
Node: TypeAlias = Leaf | Not | And | Or


def both(parts: Iterable[Node]) -> Node:
    """All of `parts` (at least one), flat and each once."""
    return _joined(And, parts)


def either(parts: Iterable[Node]) -> Node:
    """One of `parts` (at least one), flat and each once."""
    return _joined(Or, parts)


def negated(part: Node) -> Node:
    """Not `part`; twice not is what it was."""
    return part.part if isinstance(part, Not) else Not(part)


def wanted(node: Node, *, positive: bool = True) -> Iterator[Leaf]:
    """The leaves that speak for a paper, in the order typed; those under a NOT speak against it."""
    if isinstance(node, Not):
        yield from wanted(node.part, positive=not positive)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from wanted(part, positive=positive)
    elif positive:
        yield node


def scope(node: Node) -> frozenset[str] | None:
    """The category patterns one of which every match of `node` has; None where a match may be of any category."""
    match node:
        case Category(pattern=pattern):
            return frozenset({pattern})
        case And(parts=parts):
            scopes = [found for found in map(scope, parts) if found is not None]
            return min(scopes, key=len) if scopes else None
        case Or(parts=parts):
            every = [scope(part) for part in parts]
            known = [found for found in every if found is not None]
            return frozenset().union(*known) if len(known) == len(every) else None
        case _:
            return None


def _joined(kind: type[And | Or], parts: Iterable[Node]) -> Node:
    flat: dict[str, Node] = {}
    for part in parts:
        for one in part.parts if isinstance(part, kind) else (part,):
            flat.setdefault(one.canonical(), one)
    return kind(tuple(flat.values())) if len(flat) > 1 else next(iter(flat.values()))


def _text(paper: Prepared, where: TextField) -> str:
    match where:
        case "":
            return paper.text
        case "ti":
            return paper.title
        case "abs":
            return paper.abstract
        case "co":
            return paper.comment
        case "all":
            return paper.everything


def _is_bare(words: str) -> bool:
    """Whether `words` can be written without quotes and still be read as one plain word."""
    return " " not in words and words not in {"or", "not"}


def _labelled(label: str, words: str) -> str:
    return f"{label}:{words}" if label else words


def _grouped(node: Node) -> str:
    return f"({node.canonical()})" if isinstance(node, And | Or) else node.canonical()


def _unique(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(terms))
