"""Discord's markdown as its clients draw it: the words, and everything in them that is more than words. Pure.

Written after the parser's rules as they are published (discord/SimpleAST, Khan/simple-markdown) and what is known of
the client's own (masked links, subtext, lists, mentions), apart from the renderer's code, to judge it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
INVITE = re.compile(r"(?:https?://)?(?:www\.)?discord(?:app)?\.(?:gg|com/invite)/\w+", re.IGNORECASE)
URL = re.compile(r"(?:https?|steam|discord)://[^\s<]+[^<.,:;\"')\]\s]", re.IGNORECASE)
PINGED = re.compile(r"@everyone|@here|<@[!&]?\d+>", re.IGNORECASE)
"""What the server looks for, backslash or not."""

CODE_BLOCK = re.compile(r"```.+?```", re.DOTALL)
INLINE_CODE = re.compile(r"(``?)(.*?)\1", re.DOTALL)
ITALICS = re.compile(
    r"\*(?=\S)((?:\\\*|\*\*|\s+(?:[^*\s]|\\\*|\*\*)|[^\s*])+?)(?<!\\)\*(?!\*)|(?<!\w)_((?:__|\\.|[^\\_])+?)_(?!\w)",
    re.DOTALL,
)
INLINE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("bold", re.compile(r"\*\*(.+?)\*\*(?!\*)", re.DOTALL)),
    ("underline", re.compile(r"__(.+?)__(?!_)", re.DOTALL)),
    ("strike", re.compile(r"~~(.+?)~~", re.DOTALL)),
    ("spoiler", re.compile(r"\|\|(.+?)\|\|", re.DOTALL)),
)
OBJECTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ping", re.compile(r"@everyone|@here|<@[!&]?\d+>")),
    ("channel", re.compile(r"<#\d+>")),
    ("command", re.compile(r"</[^:>]+:\d+>")),
    ("timestamp", re.compile(r"<t:-?\d+(?::[tTdDfFR])?>")),
    ("emoji", re.compile(r"<a?:\w{1,64}:\d+>|:[^\s:]+?:")),
    ("guild", re.compile(r"<id:\w+>")),
)
BLOCKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("quote", re.compile(r" *>>> (.+)| *>(?!>>) ([^\n]+)", re.DOTALL)),
    ("subtext", re.compile(r"-# (?!-#) *([^\n]+)")),
    ("heading", re.compile(r" *#{1,3} (?!#) *([^\n]+)")),
    ("list", re.compile(r" *(?:[-+*]|\d+\.) +([^\n]+)")),
)


@dataclass
class Drawn:
    """`text` as it is read; `marks` all that is more than words, in order: its kind and what it is about."""

    text: str = ""
    marks: list[tuple[str, str]] = field(default_factory=list)

    def of(self, kind: str) -> list[str]:
        """What there is of one kind."""
        return [what for found, what in self.marks if found == kind]


def draw(markdown: str) -> Drawn:
    """What a reader sees."""
    drawn = Drawn()
    _draw(markdown, drawn, at_line_start=True, in_link=False, in_quote=False)
    return drawn


def _draw(text: str, drawn: Drawn, *, at_line_start: bool, in_link: bool, in_quote: bool) -> None:
    at = 0

    def inside(inner: str, *, begins: bool, quoted: bool = in_quote) -> None:
        _draw(inner, drawn, at_line_start=begins, in_link=in_link, in_quote=quoted)

    while at < len(text):
        rest = text[at:]
        length = _one(rest, drawn, inside, at_line_start=at_line_start, in_link=in_link, in_quote=in_quote)
        if length == 0:
            drawn.text += rest[0]
            length = 1
        at += length
        at_line_start = text[at - 1] == "\n"


def _one(  # noqa: C901, PLR0912 - rules in the order they are tried
    rest: str,
    drawn: Drawn,
    inside: Callable[..., None],
    *,
    at_line_start: bool,
    in_link: bool,
    in_quote: bool,
) -> int:
    """What stands at the very beginning; its length, 0 if that is a plain character."""
    if (found := ESCAPE.match(rest)) and not (in_link and found[1] == "]"):
        drawn.text += found[1]
        return found.end()
    if at_line_start and not in_link:
        for kind, pattern in BLOCKS:
            if (found := pattern.match(rest)) and not (kind == "quote" and in_quote):
                inner = next(group for group in found.groups() if group is not None)
                drawn.marks.append((kind, inner))
                if kind == "list":
                    drawn.text += rest[: found.start(1)]
                inside(inner, begins=True, quoted=in_quote or kind == "quote")
                return found.end()
    if found := CODE_BLOCK.match(rest):
        drawn.marks.append(("code block", found[0]))
        return found.end()
    if (found := INLINE_CODE.match(rest)) and found[2].strip("`"):
        drawn.marks.append(("code", found[2]))
        drawn.text += found[2]
        return found.end()
    if not in_link and (length := _masked(rest, drawn)):
        return length
    if found := re.match(r"<((?:https?|mailto|tel):[^\s<>]+)>", rest):
        drawn.marks.append(("quiet link", found[1]))
        drawn.text += found[1]
        return found.end()
    for kind, pattern in OBJECTS:
        if found := pattern.match(rest):
            drawn.marks.append((kind, found[0]))
            drawn.text += found[0]
            return found.end()
    if found := URL.match(rest) or INVITE.match(rest):
        drawn.marks.append(("link", found[0]))
        drawn.text += found[0]
        return found.end()
    for kind, pattern in (*INLINE, ("italic", ITALICS)):
        if found := pattern.match(rest):
            inner = next(group for group in found.groups() if group is not None)
            drawn.marks.append((kind, inner))
            inside(inner, begins=False)
            return found.end()
    return 0


def _masked(rest: str, drawn: Drawn) -> int:
    """A link under other words: brackets are counted, escaped or not."""
    if not rest.startswith("["):
        return 0
    depth = 0
    for at, char in enumerate(rest):
        depth += (char == "[") - (char == "]")
        if depth:
            continue
        found = re.match(r"\(\s*(<?)(https?://[^\s<>()\\]+)(>?)\s*\)", rest[at + 1 :])
        if found is None or URL.search(rest[1:at]):
            return 0
        drawn.marks.append(("masked" if found[1] and found[3] else "masked with preview", found[2]))
        _draw(rest[1:at], drawn, at_line_start=False, in_link=True, in_quote=True)
        return at + 1 + found.end()
    return 0
