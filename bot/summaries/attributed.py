"""Whether a number of a table is said of the row and the column it stands in. Pure.

Only where the statement compares nothing and names another row or column of the same table, and not the number's own: a
row may be "ours", and what is named may be named in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from bot.summaries import cells, numbers
from bot.summaries.prompt import Source

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
# Who is compared with somebody may be named without a number, and whoever has it without a name.
_COMPARED: Final = re.compile(
    r"\b(?:than|over|against|versus|vs|compar\w*|ahead|instead|behind|beat\w*|outperform\w*|surpass\w*|exceed\w*|improv\w*"
    r"|relative|gains?|чем|выше|ниже|против|по сравнению|als|gegenüber)\b"
    r"|比|高于|低于|优于|超过|超越|领先|落后|相较|提升",
    re.IGNORECASE,
)
# What names nobody, written with a capital or not.
_NOBODY: Final = frozenset(
    "our ours proposed this work model method full baseline average avg mean total".split()  # noqa: SIM905 - shorter
)


def misattributed(text: str, at: Iterable[int], source: Source) -> str | None:
    """The number of `text` that belongs to another row or column than the one it is said of, and whose it is."""
    if _COMPARED.search(text):
        return None
    at = tuple(at)
    said = _parts(text)
    prose = numbers.known("\n".join(source.sentences[each] for each in at if each not in source.heads))
    given = numbers.known(text).values - prose.values
    for each in at:
        row = cells.split(source.sentences[each]) if source.heads.get(each) else []
        columns = [column for column, cell in enumerate(row) if column and numbers.known(cell).values & given]
        if not columns:
            continue
        found = _of_another_row(each, [row[column] for column in columns], given, said, source)
        if found is None and len(columns) == 1:
            found = _of_another_column(row, columns[0], cells.called(each, source), said)
        if found is not None:
            return found
    return None


def _of_another_row(
    at: int, values: list[str], given: frozenset[Decimal], said: frozenset[str], source: Source
) -> str | None:
    name = cells.name(source.sentences[at])
    own = _names(name)
    if not own or own & said:
        return None
    for other in _table(at, source):
        line = source.sentences[other]
        theirs = _names(cells.name(line))
        if theirs and theirs <= said and not numbers.known(line).values & given:  # with its own number it is compared
            return f"{values[0]} is a number of {name}, not of {cells.name(line)}"
    return None


def _of_another_column(row: list[str], column: int, called: Mapping[int, str], said: frozenset[str]) -> str | None:
    own = _names(called.get(column, ""))
    if not own or own & said:
        return None
    for other, heading in called.items():
        if other and row[other : other + 1] != [row[column]] and (_names(heading) - own) & said:
            return f"{row[column]} is a number of {called[column]}, not of {heading}"
    return None


def _table(at: int, source: Source) -> Iterator[int]:
    """The other rows of the same table."""
    return (each for each, heads in source.heads.items() if each != at and heads == source.heads[at])


def _names(text: str) -> frozenset[str]:
    """The words that are names in any language: with a capital or a digit."""
    words = (word for word in _WORD.findall(text) if not word.islower() and not word.isdigit())
    return frozenset(word.lower() for word in words) - _NOBODY


def _parts(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))
