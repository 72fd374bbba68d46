"""Spans as Discord's markdown, with nothing in it that pings, links, shouts or shows a preview unasked. Pure.

Discord draws marks wherever they stand, so every sign that could begin one is escaped; where it ignores a backslash
(an address in the text, a mention its server looks for, a bracket inside a link), the sign is kept apart instead. What
it draws and what not was read in its own parser's descendants (discord/SimpleAST, Khan/simple-markdown).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import assert_never
from urllib.parse import quote

from adapters.console_lines import visible
from bot.document import Bold, Code, Italic, Link, Math, Span, Spans, Text
from bot.latex.legible import is_legible

APART = "\u2060"
"""Word joiner, invisible: what stands behind it is no mention, and two marks beside it are two."""

REMEMBERED = 4096
"""Lines that are kept as they were made: fitting a message makes each some times, and chats share their papers."""

_SPECIAL = re.compile(r"[\\*_~|`<\[\]]|:(?=\S|\Z)|(?<=discord)\.|(?<=discordapp)\.", re.IGNORECASE)
_MENTION = re.compile(r"@(?=everyone|here)|(?<=<)@(?=[!&]?\d)", re.IGNORECASE)
_LINE_START = re.compile(r"(?P<sign>[-+>#])|(?P<number>\d{1,9})(?=\.)")
_URL_SAFE = "/:?#=&%!$'*+,;~.-_"  # nothing that could end it, begin a mark or mention anybody


def escaped(text: str) -> str:
    """`text` in one line, with nothing in it that Discord takes for more than words; not for the start of a line."""
    return _MENTION.sub("@" + APART, _SPECIAL.sub(r"\\\g<0>", visible(text)))


def line(spans: Iterable[Span]) -> str:
    """Spans as one line, where some signs would begin a list, a quote or a heading; '' if they say nothing."""
    return begun(inline(spans))


def inline(spans: Iterable[Span]) -> str:
    """Spans for the inside of a line."""
    return _inline(tuple(spans))


@lru_cache(maxsize=REMEMBERED)
def _inline(spans: Spans) -> str:
    done = ""
    for span in _merged(spans):
        text = _span(span)
        # Marks that touch would be read as one: `**a***b*`.
        done += APART + text if done.endswith(("*", "`")) and text.startswith(("*", "`")) else text
    return done.strip()


def bare(spans: Iterable[Span]) -> str:
    """Spans as one line without any mark; addresses stand in brackets and show no preview."""
    simplest = [span if isinstance(span, Link) else Text(span.text) for span in spans]
    return begun("".join(map(_plain, _merged(simplest))).strip())


def words(spans: Iterable[Span]) -> str:
    """Spans for where Discord draws no marks: the author and the footer of an embed, a thread's name."""
    return " ".join(visible("".join(span.text for span in spans)).split())


def address(url: str) -> str | None:
    """`url` with all encoded that could end it; None if it is not one of the web."""
    if not re.match(r"https?://[^\s/]", url):
        return None
    return quote(visible(url), safe=_URL_SAFE)


def _span(span: Span) -> str:
    match span:
        case Text(text):
            return escaped(text)
        case Bold(text):
            return _around(text, "**")
        case Italic(text) | Math(text):
            return _around(text, "*")
        case Code(text):
            return f"`{_MENTION.sub('@' + APART, visible(text))}`"
        case Link(text, url):
            return _link(visible(text), address(url) or "")
    assert_never(span)


def _around(text: str, mark: str) -> str:
    """`text` between marks, the white space at its ends outside them."""
    text = visible(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{escaped(text.strip())}{mark}{after}"


def _link(text: str, url: str) -> str:
    """A masked link without a preview. What looks like an address stands beside the one it leads to, never over it."""
    if text.strip() == url:
        return f"<{url}>"
    if "://" in text:
        return f"{escaped(text)} <{url}>"
    # In the text of a link a bracket cannot be escaped: it stands outside.
    pieces = re.split(r"([\[\]])", text)
    return "".join(_masked(piece, url) if piece.strip("[] ") else escaped(piece) for piece in pieces)


def _masked(text: str, url: str) -> str:
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}[{escaped(text.strip())}](<{url}>){after}"


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in the forms they can have, neighbours of one kind as one: `**a****b**` would not be two bold words.

    What is escaped is then escaped as a whole, so that nothing comes about where two spans meet.
    """
    done: list[Span] = []
    for span in map(_formed, spans):
        last = done[-1] if done else None
        if not visible(span.text):
            continue
        if isinstance(span, Bold | Italic | Text) and last is not None and type(last) is type(span):
            done[-1] = type(span)(last.text + span.text)
        else:
            done.append(span)
    return done


def _formed(span: Span) -> Span:
    """`span`, or its words alone where Discord cannot give them its form."""
    text = visible(span.text)
    match span:
        case _ if not text.strip():
            return Text(text)
        case Math() if not is_legible(span) and "`" not in text:
            return Code(span.text)
        case Bold() | Italic() | Math() if text.rstrip().endswith("\\"):
            return Text(span.text)  # a backslash before the closing mark escapes it, even if it is escaped itself
        case Code() if "`" in text:
            return Text(span.text)  # a backtick at either end cannot be quoted
        case Link(url=url) if address(url) is None:
            return Text(span.text)
    return span


def _plain(span: Span) -> str:
    if not isinstance(span, Link):
        return escaped(span.text)
    text, url = visible(span.text).strip(), address(span.url) or ""
    return f"<{url}>" if text == url else f"{escaped(span.text)} (<{url}>)"


def begun(text: str) -> str:
    """`text`, which is escaped, for the start of a line."""
    match = _LINE_START.match(text)
    if match is None:
        return text
    at = match.start("sign") if match["sign"] else match.end("number")
    return f"{text[:at]}\\{text[at:]}"
