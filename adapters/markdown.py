"""A Document as CommonMark that GitHub shows well: everything from a paper is escaped, URLs are checked. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never
from urllib.parse import quote

from adapters.console_lines import visible
from bot.document import (
    Action,
    Actions,
    Block,
    Bold,
    Card,
    Code,
    Details,
    Divider,
    Document,
    Figure,
    Heading,
    Italic,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    Spans,
    Text,
    worded,
)

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~$#!]")
_LINE_START = re.compile(r"(?P<sign>[-+=])|(?P<number>\d{1,9})(?P<dot>[.)])")
_AUTOLINK = re.compile(r"(?P<scheme>https?|ftp|mailto|xmpp)(?=:)|(?P<www>www)(?=\.)", re.IGNORECASE)
_MENTION = re.compile(r"@(?=\S)")
_APART = "\u2060"  # word joiner, invisible: what stands behind it is neither pinged nor made an address
_URL_SAFE = "/:?#=&%@!$'*+,;~.-_"  # no brackets, quotes, spaces or backslashes
_PLAIN_URL = re.compile(r"[A-Za-z0-9:/._~?=#%+-]+")


class Markdown:
    """Renders documents. Details are `<details>`, closed until somebody opens them."""

    def render(self, document: Document) -> str:
        """`document` as CommonMark with a newline at its end."""
        return f"{_blocks(document.blocks)}\n"


create = Markdown
"""The factory."""


def escaped(text: str) -> str:
    """`text` in one line, with nothing in it that Markdown, HTML or GitHub takes for more than words."""
    safe = _SPECIAL.sub(r"\\\g<0>", visible(text))
    safe = _AUTOLINK.sub(lambda match: match.group() + "\\", safe)  # `http\:` and `www\.` are no autolinks
    return _MENTION.sub("@" + _APART, safe)


def _blocks(blocks: Iterable[Block]) -> str:
    parts: list[str] = []
    lists = 0  # how many stand in a row: they are several lists only if their marks differ
    for block in _flat(blocks):
        text = _list(block.items, other=lists % 2 == 1) if isinstance(block, ListBlock) else _block(block)
        if text:
            parts.append(text)
            lists = lists + 1 if isinstance(block, ListBlock) else 0
    return "\n\n".join(parts)


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Card):
            yield from _flat(block.blocks)
        else:
            yield block


def _block(block: Block) -> str:
    match block:
        case Heading(spans, level):
            return f"{'#' * level} {_inline(spans)}" if _inline(spans) else ""
        case Paragraph(spans, quiet):
            text = _line(spans)
            return f"<sub>{text}</sub>" if quiet and text else text
        case ListBlock(items):
            return _list(items, other=False)
        case Quote(spans):
            text = _line(spans)
            return f"> {text}" if text else ""
        case Details(summary, blocks):
            label = html.escape(visible("".join(span.text for span in summary)).replace("@", "@" + _APART))
            parts = (f"<details>\n<summary>{label}</summary>", _blocks(blocks), "</details>")
            return "\n\n".join(filter(None, parts))
        case Figure():
            return _line(worded(block))
        case Divider():
            return "---"
        case Card(blocks):
            return _blocks(blocks)
        case Actions(actions):
            return " · ".join(
                _inline(
                    (Link(each.label, each.url),) if each.url else (Text(f"{each.label}: "), Code(each.command or ""))
                )
                for each in actions
            )
    assert_never(block)


def _button(action: Action) -> Spans:
    if action.url:
        return (Link(action.label, action.url),)
    return (Text(f"{action.label}: "), Code(action.command or ""))


def _list(items: Sequence[Item], *, other: bool) -> str:
    """A numbered list where the numbers are one after another, else bullets that begin with the number."""
    numbers = [item.number for item in items]
    first = numbers[0] if numbers else None
    lines: list[str] = []
    if first is not None and 0 <= first < 10**8 and numbers == list(range(first, first + len(numbers))):
        mark = ")" if other else "."
        lines = [f"{number}{mark} {_line(item.spans)}" for number, item in zip(numbers, items, strict=True)]
    else:
        for item in items:
            text = _line(item.spans) if item.number is None else f"{item.number}\\. {_inline(item.spans)}"
            lines.append(f"{'*' if other else '-'} {text}")
    return "\n".join(line.rstrip() for line in lines)


def _line(spans: Iterable[Span]) -> str:
    """Spans at the beginning of a line, where some signs would begin a list or a heading."""
    text = _inline(spans)
    match = _LINE_START.match(text)
    if match is None:
        return text
    at = match.start("sign") if match["sign"] else match.start("dot")
    return f"{text[:at]}\\{text[at:]}"


def _inline(spans: Iterable[Span]) -> str:
    done = ""
    for span in _merged(spans):
        done += _span(span, done)
    return done.strip()


def _span(span: Span, before: str) -> str:
    text = visible(span.text)
    if not text.strip():
        return " " if text else ""
    match span:
        case Text() | Math():
            return escaped(text)
        case Bold():
            return _marked(text, "**", "strong", before)
        case Italic():
            return _marked(text, "*", "em", before)
        case Code():
            return (" " if before.endswith("`") else "") + _code(text)
        case Link(url=url):
            address = _url(url)
            return f"[{escaped(text)}]({address})" if address else escaped(text)
    assert_never(span)


def _marked(text: str, mark: str, tag: str, before: str) -> str:
    """Emphasis by `mark` where CommonMark's flanking rules, which go by the neighbours, are kept; else by `tag`."""
    sure = text[0].isalnum() and text[-1].isalnum() and not before.endswith(("*", "\\"))
    return f"{mark}{escaped(text)}{mark}" if sure else f"<{tag}>{escaped(text)}</{tag}>"


def _code(text: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Neighbours of one kind as one span: `**a****b**` would not be two bold words."""
    done: list[Span] = []
    for given in spans:
        span = Text(given.text) if isinstance(given, Math) else given
        last = done[-1] if done else None
        if isinstance(span, Bold | Italic | Text) and last is not None and type(last) is type(span):
            done[-1] = type(span)(last.text + span.text)
        else:
            done.append(span)
    return done


def _url(url: str) -> str | None:
    """`url` as a link's destination, with all encoded that could end it; None if it is not one of the web."""
    if not re.match(r"https?://[^\s/]", url):
        return None
    encoded = quote(visible(url), safe=_URL_SAFE)
    if _PLAIN_URL.fullmatch(encoded):
        return encoded
    return f"<{encoded.replace('&', '&amp;')}>"  # `&copy;` would be a sign there
