"""Spans as they are shown: merged, one space between words, none before punctuation. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.document import Bold, Italic, Math, Span, Text

Styled = Text | Italic | Bold
Piece = Styled | Math

DROP = "\ue000"
"""Stands where a citation was (a character of the private use area, which is taken out of what comes in)."""

_DROPPED_IN_BRACKETS = re.compile(rf"\s?[(\[](?:[\s,;]|e\.g\.|see|cf\.){{0,9}}{DROP}(?:[\s,;{DROP}]){{0,40}}[)\]]")
_DROPPED_BEFORE_STOP = re.compile(rf"\s?{DROP}[\s{DROP}]{{0,40}}(?=[,.;:!?)])")
_DROPPED_AFTER_DOT = re.compile(rf"\.\s?{DROP}[\s{DROP}]{{0,40}}\.")
_SPACES = re.compile(r"\s+")
_BEFORE_STOP = re.compile(r" (?=[,;.!?](?:\s|\Z))")


def tidy(pieces: Iterable[Piece], *, strip: bool = False) -> tuple[Span, ...]:
    """`pieces` in order, neighbours of one kind merged, white space as one space (none at the ends if `strip`)."""
    out: list[Piece] = []
    for piece in _merged(pieces):
        if isinstance(piece, Math):
            out.append(piece)
            continue
        text = _words(piece.text)
        if (strip and not out) or (out and out[-1].text.endswith(" ")):
            text = text.lstrip()
        if text[:1] in {",", ";", "."}:
            _end_tightly(out)
        if text and out and type(out[-1]) is type(piece):  # what stood between them was nothing but a citation
            out[-1] = type(piece)(out[-1].text + text)
        elif text:
            out.append(type(piece)(text))
    if strip:
        _end_tightly(out)
    return tuple(piece for piece in out if piece.text)


def _end_tightly(out: list[Piece]) -> None:
    """No white space at the end, nor pieces of nothing else; a formula ends as it does."""
    while out and not isinstance(last := out[-1], Math):
        text = last.text.rstrip()
        if text:
            out[-1] = type(last)(text)
            return
        out.pop()


def _words(text: str) -> str:
    if DROP in text:
        text = _DROPPED_IN_BRACKETS.sub("", text)
        text = _DROPPED_BEFORE_STOP.sub("", _DROPPED_AFTER_DOT.sub(".", text)).replace(DROP, "")
    return _BEFORE_STOP.sub("", _SPACES.sub(" ", text))


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """White space at the ends of a styled piece goes to the plain text beside it (`**word **` is no bold)."""
    runs: list[tuple[type[Styled], list[str]] | Math] = []

    def say(kind: type[Styled], text: str) -> None:
        last = runs[-1] if runs else None
        if isinstance(last, tuple) and last[0] is kind:
            last[1].append(text)
        elif text:
            runs.append((kind, [text]))

    for piece in pieces:
        if isinstance(piece, Math):
            runs.append(piece)
            continue
        core = piece.text.strip()
        if isinstance(piece, Text) or not core:
            say(Text, piece.text)
            continue
        start = piece.text.index(core)
        say(Text, piece.text[:start])
        say(type(piece), core)
        say(Text, piece.text[start + len(core) :])
    return [run if isinstance(run, Math) else run[0]("".join(run[1])) for run in runs]
