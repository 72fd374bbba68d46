"""A Document as plain text, without any markup, for platforms and people that have none. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from bot.document import (
    Action,
    Actions,
    Block,
    Card,
    Details,
    Divider,
    Figure,
    Heading,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Span,
    worded,
)


def text_of(blocks: Iterable[Block], *, buttons: bool = True) -> str:
    """`blocks` line by line; links with their URLs. `buttons` False: actions are shown otherwise."""
    return "\n".join(line for block in blocks for line in _lines(block, buttons=buttons))


def _lines(block: Block, *, buttons: bool) -> Iterator[str]:  # noqa: C901 (a flat table of cases)
    match block:
        case Heading() | Paragraph():
            yield _line(block.spans)
        case Quote():
            yield f"> {_line(block.spans)}"
        case ListBlock():
            for item in block.items:
                yield f"{'•' if item.number is None else f'{item.number}.'} {_line(item.spans)}"
        case Details():
            yield _line(block.summary)
            yield text_of(block.blocks, buttons=buttons)
        case Card():
            yield text_of(block.blocks, buttons=buttons)
        case Figure():
            yield _line(worded(block))
        case Divider():
            yield "———"
        case Actions():
            if buttons:
                yield " · ".join(map(_button, block.actions))
        case _:
            assert_never(block)


def _line(spans: Iterable[Span]) -> str:
    return "".join(f"{span.text} ({span.url})" if isinstance(span, Link) else span.text for span in spans)


def _button(action: Action) -> str:
    return f"{action.label}: {action.command or action.url}"
