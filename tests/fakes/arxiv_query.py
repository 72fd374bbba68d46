"""What the fake arXiv's API understands: a query's words, and which papers they find. Pure.

As in arXiv's code: operators have equal precedence and group right to left, words side by side are joined by OR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from bot.models import Paper

Matcher = Callable[[Paper], bool]

_TOKEN = re.compile(r'\s*(?:(?P<paren>[()])|(?P<term>(?:[a-zA-Z_]+:)?(?:\[[^\]]*\]|"[^"]*"|[^\s()"]+)))')
_RANGE = re.compile(r"\[(\d{12}) TO (\d{12})\]")
_OPERATORS = {"AND", "OR", "ANDNOT"}


class BadRange(Exception):
    """A `submittedDate` that is none: arXiv answers 500."""


class BadQuery(Exception):
    """A query that cannot be read: arXiv answers 400."""


def matcher(query: str) -> Matcher:
    """Which papers `query` finds."""
    tokens = _tokens(query)
    found, rest = _expression(tokens)
    if rest:
        raise BadQuery(query)
    return found


def _tokens(query: str) -> list[str]:
    tokens, at = [], 0
    while query[at:].strip():
        if (token := _TOKEN.match(query, at)) is None:
            raise BadQuery(query)
        tokens.append(token["paren"] or token["term"])
        at = token.end()
    return tokens


def _expression(tokens: list[str]) -> tuple[Matcher, list[str]]:
    left, rest = _operand(tokens)
    if not rest or rest[0] == ")":
        return left, rest
    operator, rest = (rest[0], rest[1:]) if rest[0] in _OPERATORS else ("OR", rest)
    right, rest = _expression(rest)
    if operator == "AND":
        return (lambda paper: left(paper) and right(paper)), rest
    if operator == "ANDNOT":
        return (lambda paper: left(paper) and not right(paper)), rest
    return (lambda paper: left(paper) or right(paper)), rest


def _operand(tokens: list[str]) -> tuple[Matcher, list[str]]:
    if not tokens or tokens[0] in _OPERATORS or tokens[0] == ")":
        raise BadQuery(str(tokens))
    if tokens[0] == "(":
        inner, rest = _expression(tokens[1:])
        if not rest or rest[0] != ")":
            raise BadQuery(str(tokens))
        return inner, rest[1:]
    return _term(tokens[0]), tokens[1:]


def _term(token: str) -> Matcher:
    field, colon, value = token.partition(":")
    if not colon:
        field, value = "all", token
    if field == "submittedDate":
        return _submitted(value)
    if field == "cat":
        return lambda paper: any(fnmatchcase(each.lower(), value.lower()) for each in paper.categories)
    texts: dict[str, Callable[[Paper], str]] = {
        "ti": lambda paper: paper.title,
        "abs": lambda paper: paper.abstract,
        "au": lambda paper: ", ".join(paper.authors),
        "all": lambda paper: " ".join((paper.title, paper.abstract, *paper.authors, *paper.categories)),
    }
    if field not in texts:
        raise BadQuery(token)
    words = value.strip('"').replace("_", " ").lower().split()
    return lambda paper: _holds(texts[field](paper), words)


def _holds(text: str, words: list[str]) -> bool:
    there = re.findall(r"[\w.-]+", text.lower())
    return any(there[at : at + len(words)] == words for at in range(len(there)))


def _submitted(value: str) -> Matcher:
    found = _RANGE.fullmatch(value)
    if found is None:
        raise BadRange(value)
    try:
        start, end = (datetime.strptime(each, "%Y%m%d%H%M").replace(tzinfo=UTC) for each in found.groups())
    except ValueError as exc:
        raise BadRange(value) from exc
    return lambda paper: paper.published is not None and start <= paper.published <= end
