"""The terminal: a Document with colour and links, or as plain text with its URLs where it is piped; progress bars.

Nothing from a paper reaches the terminal but visible characters: no escape sequence, no markup of rich.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from typing import IO, assert_never

from rich.cells import cell_len
from rich.console import Console as Rich
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.style import Style
from rich.text import Text as Line

from adapters.console_lines import Lines, indented, packed, visible, wrapped
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
from bot.ports import Progress as Report

WIDEST = 100
"""Columns; longer lines are tiring to read, however wide the terminal is."""

NARROWEST = 40

_QUIET = Style(dim=True)
_LABEL = Style(dim=True, bold=True)
_NUMBER = Style(color="cyan")
_TITLE = Style(bold=True)
_TOP = Style(bold=True, color="cyan")
_SECTION = Style(bold=True, color="magenta")
_CODE = Style(color="green")
_BLUE = Style(color="bright_blue")  # plain blue is hard to read on black


class Console:
    """Where documents are shown. Colours and links only if `stream` is a terminal (NO_COLOR and FORCE_COLOR count)."""

    def __init__(
        self, stream: IO[str] | None = None, *, width: int | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        """`stream` None is standard output; `width` in columns, else the terminal's, at most WIDEST."""
        self._rich = Rich(
            file=stream, width=width, markup=False, emoji=False, highlight=False, _environ=environ, legacy_windows=False
        )
        styled = self._rich.color_system is not None
        known = self._rich.width if width is not None or self._rich.is_terminal else WIDEST
        self._layout = _Layout(width=max(NARROWEST, min(WIDEST, known)), linked=styled)

    def render(self, document: Document) -> str:
        """`document` as `show` would write it, escape sequences included where there are any."""
        page = StringIO()
        rich = Rich(
            file=page,
            width=10_000,  # lines are wrapped already; rich must not do it again
            force_terminal=self._rich.is_terminal,
            color_system=self._rich.color_system or None,  # type: ignore[arg-type] # a name rich gave us itself
            no_color=self._rich.no_color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
            _environ={},
        )
        lines = self._layout.document(document)
        for line in lines:
            line.rstrip()
        rich.print(Line("\n").join(lines), soft_wrap=True)
        return page.getvalue()

    def show(self, document: Document) -> None:
        """Write `document` to the stream; characters its encoding lacks become `?`."""
        stream = self._rich.file
        encoding = getattr(stream, "encoding", None) or "utf-8"
        stream.write(self.render(document).encode(encoding, "replace").decode(encoding))
        stream.flush()

    @staticmethod
    @contextmanager
    def progress(stream: IO[str]) -> Iterator[Report]:
        """Bars on `stream` (standard error) that leave nothing behind; without a terminal, one line a stage."""
        rich = Rich(file=stream, markup=False, emoji=False, highlight=False)
        if not rich.is_terminal:
            yield _line_a_stage(stream)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
        )
        with Progress(*columns, console=rich, transient=True) as bars:
            tasks = {}

            def report(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(visible(what), total=None)
                bars.update(tasks[what], completed=done, total=total or None)

            yield report


create = Console
"""The factory; `create.progress` is for whoever waits."""


def _line_a_stage(stream: IO[str]) -> Report:
    told: set[str] = set()

    def report(what: str, done: int, total: int) -> None:
        if total and done >= total and what not in told:
            told.add(what)
            stream.write(f"{visible(what)}: {total}\n")
            stream.flush()

    return report


class _Layout:
    """Blocks to lines of at most `width` columns. `linked`: URLs hide behind words; else they are shown."""

    def __init__(self, *, width: int, linked: bool) -> None:
        self._width = width
        self._linked = linked

    def document(self, document: Document) -> Lines:
        """Every line. Where URLs are shown, one that comes again further down is shown there only."""
        lines: Lines = []
        before: Block | None = None
        for at, block in enumerate(document.blocks):
            if lines and not _together(before, block):
                lines.append(Line())
            later = frozenset() if self._linked else frozenset(_urls(document.blocks[at + 1 :]))
            lines += self._block(block, self._width, later)
            before = block
        return lines

    def _blocks(self, blocks: Sequence[Block], width: int) -> Lines:
        return [line for block in blocks for line in self._block(block, width)]

    def _block(self, block: Block, width: int, later: frozenset[str] = frozenset()) -> Lines:
        match block:
            case Heading(spans, level):
                return self._heading(spans, level, width)
            case Paragraph(spans, quiet):
                return self._paragraph(spans, _QUIET if quiet else Style(), width, later)
            case ListBlock(items):
                return self._list(items, width, later)
            case Quote(spans):
                return indented(wrapped(self._inline(spans, _QUIET), width - 2), Line("│ ", _QUIET))
            case Details(summary, blocks):
                label = wrapped(self._inline(summary, _LABEL), width)
                return [*label, *indented(self._blocks(blocks, width - 2), Line("  "))]
            case Figure():
                return wrapped(self._inline(worded(block), _QUIET), width)
            case Divider():
                return [Line("─" * width, _QUIET)]
            case Card(blocks):
                return self._card(blocks, width)
            case Actions(actions):
                return wrapped(self._inline(tuple(_buttons(actions)), Style()), width)
        assert_never(block)

    def _card(self, blocks: Sequence[Block], width: int) -> Lines:
        """One paper: what is said of it stands under its title, behind the number."""
        lines = self._blocks(blocks, width)
        number = re.match(r"\d+\. ", lines[0].plain) if lines and isinstance(blocks[0], Heading) else None
        if number is None:
            return lines
        margin = len(number.group())
        head = self._inline(blocks[0].spans, _TITLE) if isinstance(blocks[0], Heading) else Line()
        title = indented(
            wrapped(head[margin:], width - margin), Line(" " * margin), first=Line(number.group(), _NUMBER)
        )
        return [*title, *indented(self._blocks(blocks[1:], width - margin), Line(" " * margin))]

    def _heading(self, spans: Spans, level: int, width: int) -> Lines:
        lines = wrapped(self._inline(spans, {1: _TOP, 2: _SECTION}.get(level, _TITLE)), width)
        if level == 1:
            lines.append(Line("━" * max(cell_len(line.plain) for line in lines), _NUMBER))
        return lines

    def _paragraph(self, spans: Spans, base: Style, width: int, later: frozenset[str]) -> Lines:
        if len(spans) == 1 and isinstance(spans[0], Code) and "\n" in spans[0].text:  # to be copied, line by line
            rows = (self._inline((Code(row),), base) for row in spans[0].text.split("\n"))
            return [line for row in rows for line in wrapped(row, width)]
        between = {visible(span.text).strip() for span in spans[1::2]}
        row = between == {"·"} and len(spans) % 2 == 1 and all(isinstance(span, Link) for span in spans[::2])
        if self._linked or not row:
            return wrapped(self._inline(spans, base, later), width)
        return packed([self._inline((link,), base, later) for link in spans[::2]], " · ", width)

    def _list(self, items: Sequence[Item], width: int, later: frozenset[str]) -> Lines:
        marks = ["•" if item.number is None else f"{item.number}." for item in items]
        room = max(map(len, marks), default=0) + 1
        lines: Lines = []
        for item, mark in zip(items, marks, strict=True):
            text = wrapped(self._inline(item.spans, Style(), later), width - room)
            lines += indented(text, Line(" " * room), first=Line(f"{mark:>{room - 1}} ", _NUMBER))
        return lines

    def _inline(self, spans: Sequence[Span], base: Style, later: frozenset[str] = frozenset()) -> Line:
        line = Line(style=base)
        for at, span in enumerate(spans):
            text = visible(span.text)
            match span:
                case Text():
                    line.append(text)
                case Bold():
                    line.append(text, _TITLE)
                case Italic() | Math():
                    line.append(text, Style(italic=True))
                case Code():
                    line.append(text, _CODE)
                case Link(url=url):
                    again = url in later or any(
                        isinstance(next_, Link) and next_.url == url for next_ in spans[at + 1 :]
                    )
                    self._link(line, text, url, hidden=again)
                case _:
                    assert_never(span)
        return line

    def _link(self, line: Line, text: str, url: str, *, hidden: bool) -> None:
        safe = url.startswith(("https://", "http://")) and url.isascii() and url.isprintable() and " " not in url
        if self._linked:
            line.append(text, Style(link=url) + _BLUE if safe else Style())
        elif not safe or hidden:
            line.append(text)
        else:
            line.append(url if url.endswith(f"/{text}") or url == text else f"{text} {url}")


def _together(before: Block | None, block: Block) -> bool:
    """Whether two blocks stand together, without an empty line."""
    if isinstance(before, Heading):
        return before.level == 3 or isinstance(block, Paragraph)
    return isinstance(before, Divider) or (isinstance(before, Paragraph) and isinstance(block, Paragraph))


def _buttons(actions: Sequence[Action]) -> Iterator[Span]:
    for at, action in enumerate(actions):
        if at:
            yield Text("   ")
        if action.url:
            yield Link(action.label, action.url)
        else:
            yield Text(f"{action.label}: ")
            yield Code(action.command or "")


def _urls(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Card(inner) | Details(_, inner):
                yield from _urls(inner)
            case ListBlock(items):
                yield from (span.url for item in items for span in item.spans if isinstance(span, Link))
            case Paragraph(spans) | Heading(spans) | Quote(spans):
                yield from (span.url for span in spans if isinstance(span, Link))
            case _:
                continue
