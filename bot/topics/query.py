"""A topic's query: what a channel asked for, in words close to arXiv's own search. Pure.

    cs.CL  cs.*  hep-th                      categories, all of an archive
    LLM  "language model"  transform*        in title or abstract; without case, accents and plural
    ti:  abs:  au:  cat:  co:  all:          a field, for a word, a "phrase" or a (group)
    a b  a AND b  a OR b  a | b  (a OR b) c  operators in capitals; AND, or nothing, binds tighter than OR
    -survey  NOT survey  -(a OR b)           exclusion, of anything

Small `and` is a word like any other (`search and rescue`); small `or` and `not` are refused with a suggestion, since as
words they would silently ask for less than was meant. Quotes, dashes and parentheses may be typographic or full-width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.topics.lexer import Mistake, plain
from bot.topics.mistakes import QueryError
from bot.topics.parser import tree
from bot.topics.prepared import Prepared, prepare
from bot.topics.search import search_query
from bot.topics.tree import And, Author, Category, Leaf, Node, Not, Or, Words, scope, wanted

__all__ = [
    "LONGEST",
    "And",
    "Author",
    "Category",
    "Leaf",
    "Node",
    "Not",
    "Or",
    "Prepared",
    "Query",
    "QueryError",
    "Words",
    "parse",
    "prepare",
]

LONGEST = 500
"""Characters of a query as people type it."""

_MOST_REPAIRS = 3
_EXAMPLE = 'Write something like: cs.CL ("language model" OR LLM) -survey'


@dataclass(frozen=True, slots=True)
class Query:
    """`text` as typed (white space collapsed) and what it means."""

    text: str
    root: Node

    def __str__(self) -> str:
        return self.text

    def canonical(self) -> str:
        """One spelling for all queries that say the same by order, grouping, case, plural or quotes; it parses again.

        It may be longer than what people may type: `parse(..., longest=None)`.
        """
        return self.root.canonical()

    def matches(self, paper: Prepared) -> bool:
        return self.root.matches(paper)

    def why(self, paper: Prepared) -> tuple[str, ...]:
        """The terms, as typed, that made it match; none if it does not, or by exclusion alone."""
        return self.root.why(paper)

    def terms(self) -> tuple[Words, ...]:
        """The words and phrases that speak for a paper, each once: those that ranking weighs."""
        first: dict[str, Words] = {}
        for leaf in wanted(self.root):
            if isinstance(leaf, Words):
                first.setdefault(leaf.canonical(), leaf)
        return tuple(first.values())

    def categories(self) -> frozenset[str]:
        """The categories and patterns that speak for a paper; they say what is a cross-list, and which feeds to ask."""
        return frozenset(leaf.pattern for leaf in wanted(self.root) if isinstance(leaf, Category))

    def scope(self) -> frozenset[str] | None:
        """Categories and patterns that together hold every paper that can match; None if no categories do."""
        return scope(self.root)

    def to_arxiv(self) -> str:
        """An equivalent `search_query` of arXiv's API, fully parenthesised, not URL-encoded."""
        return search_query(self.root)


def parse(text: str, *, longest: int | None = LONGEST) -> Query:
    """The query `text` says. Raises QueryError, which shows the place and has a suggestion that can be taken."""
    if longest is not None and len(text) > longest:
        reason = f"A query has at most {longest} characters; this has {len(text)}. Make two topics of it."
        raise QueryError(reason, code="too_long", text=text, place=longest, length=1)
    typed = plain(text)
    try:
        root = tree(typed)
    except Mistake as wrong:
        suggestion = next(_repaired(wrong, tries=_MOST_REPAIRS), None)
        raise QueryError(
            wrong.reason,
            code=wrong.code,
            text=text,
            place=wrong.start,
            length=wrong.end - wrong.start,
            hint=wrong.hint or ("" if suggestion else _EXAMPLE),
            suggestion=suggestion,
        ) from None
    return Query(" ".join(text.split()), root)


def _repaired(wrong: Mistake, *, tries: int) -> Iterator[str]:
    """Queries that can be parsed and may have been meant, the likeliest first; mistakes are repaired one by one."""
    for repair in wrong.repairs:
        try:
            tree(repair)
        except Mistake as another:
            if tries > 1:
                yield from _repaired(another, tries=tries - 1)
        else:
            yield repair
