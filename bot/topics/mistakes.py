"""What is wrong with a query, where, and what to write instead. Pure."""

from __future__ import annotations

import unicodedata

from bot.ports import UsageError

_SHOWN = 70
"""Characters of a long query around the place of its mistake: a line on a phone or in a terminal."""


class QueryError(UsageError):
    """A query we do not take. Its text shows the place under the query and says what to write.

    `text` is the query as typed, `place` and `length` are where in it the mistake is, in code points. `reason` says
    what is wrong in a sentence, `code` is its stable name; `suggestion` is a whole query that can be taken as it is,
    `hint` what to do where there is none.
    """

    def __init__(
        self,
        reason: str,
        *,
        code: str,
        text: str,
        place: int = 0,
        length: int = 1,
        hint: str = "",
        suggestion: str | None = None,
    ) -> None:
        self.reason, self.code, self.text, self.place, self.length = reason, code, text, place, length
        self.hint, self.suggestion = hint, suggestion
        advice = (f"Did you mean: {suggestion}" if suggestion else "", hint)
        lines = (reason, *_pointed(text, place, length), *advice)
        super().__init__("\n".join("".join(map(_visible, line)) for line in lines if line))


def _pointed(text: str, place: int, length: int) -> tuple[str, ...]:
    """`text` around `place` with a line of carets under it, both indented; nothing for an empty query."""
    if not text.strip():
        return ()
    place = min(max(place, 0), len(text))
    start = max(0, min(place - _SHOWN // 2, len(text) - _SHOWN))
    end = start + _SHOWN
    before, marked, after = text[start:place], text[place : min(place + length, end)], text[place + length : end]
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shown = head + before + marked + after + tail
    carets = " " * (len(head) + _width(before)) + "^" * max(1, _width(marked))
    return f"  {shown}", f"  {carets}"


def _visible(char: str) -> str:
    """A query is somebody's text: no control character of it reaches a terminal."""
    return char if char.isprintable() else " "


def _width(text: str) -> int:
    """Columns in a terminal: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else unicodedata.combining(char) == 0 for char in text)
