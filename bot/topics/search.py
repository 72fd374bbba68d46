"""A query in the words of arXiv's API, which has no precedence and groups from the right. Pure."""

from __future__ import annotations

from typing import assert_never

from bot.topics.tree import And, Author, Category, Node, Not, Or, Words
from bot.topics.words import split


def search_query(node: Node) -> str:
    """An equivalent `search_query` of a bounded `node`, fully parenthesised; the caller URL-encodes it.

    The API excludes only from something (`a ANDNOT b`). Exactly one of a node and its negation is bounded, so what is
    not bounded is always written as its negation after ANDNOT. Equivalent up to stemming: the API has its own.
    Source: arXiv API User's Manual, 3.1.1 and 5.1.
    """
    match node:
        case Words():
            return _words(node)
        case Author():
            return _term("au", " ".join(node.names), prefix=node.prefix)
        case Category():
            return f"cat:{node.pattern}"
        case Not():
            return _negation(node.part)
        case And():
            kept = [search_query(part) for part in node.parts if part.bounded]
            return _without(_chain("AND", kept), [_negation(part) for part in node.parts if not part.bounded])
        case Or():
            return _chain("OR", [search_query(part) for part in node.parts])
        case _:
            assert_never(node)


def _negation(node: Node) -> str:
    """Everything but `node`, which is not bounded."""
    match node:
        case Not():
            return search_query(node.part)
        case And():
            return _chain("OR", [_negation(part) for part in node.parts])
        case Or():
            kept = [_negation(part) for part in node.parts if not part.bounded]
            return _without(_chain("AND", kept), [search_query(part) for part in node.parts if part.bounded])
        case Words() | Author() | Category():
            raise AssertionError("a leaf is bounded")
        case _:
            assert_never(node)


def _words(node: Words) -> str:
    words = " ".join(split(node.typed)).lower()  # not the stems: the API has a stemmer of its own
    if node.where == "":
        return _chain("OR", [_term(where, words, prefix=node.prefix) for where in ("ti", "abs")])
    return _term(node.where, words, prefix=node.prefix)


def _term(field: str, words: str, *, prefix: bool) -> str:
    star = "*" if prefix else ""
    return f"{field}:{words}{star}" if words.isalnum() and words.isascii() else f'{field}:"{words}{star}"'


def _chain(operator: str, parts: list[str]) -> str:
    chained = parts[0]
    for part in parts[1:]:
        chained = f"({chained} {operator} {part})"
    return chained


def _without(kept: str, dropped: list[str]) -> str:
    for part in dropped:
        kept = f"({kept} ANDNOT {part})"
    return kept
