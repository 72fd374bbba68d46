"""Blocks below each other as Discord's markdown, or without any mark. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias, assert_never

from adapters.discord.markup import bare, inline, line, words
from bot.document import (
    Actions,
    Block,
    Bold,
    Card,
    Details,
    Divider,
    Figure,
    Heading,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Text,
    worded,
)

_Form: TypeAlias = Literal["heading", "label", "text", "quiet", "list", "rule"]
_Piece: TypeAlias = tuple[_Form, str]

_MARKS = {1: "##", 2: "###", 3: "###"}
"""A heading of Discord's first size would fill a phone."""


def markup(blocks: Iterable[Block]) -> str:
    """Blocks below each other, without their buttons. Details are simply there: Discord folds nothing."""
    done, before = "", None
    for form, text in _ruled(_pieces(blocks)):
        if before is not None:
            close = before in {"heading", "label"} or form == "quiet"
            done += "\n" if close else "\n\n"
        done += text
        before = form
    return done


def _pieces(blocks: Iterable[Block]) -> Iterator[_Piece]:
    """Each block's form and text; those that say nothing are left out."""
    for block in blocks:
        yield from (piece for piece in _block(block) if piece[1])


def _block(block: Block) -> Iterator[_Piece]:  # noqa: C901, PLR0912 (a flat table of cases)
    match block:
        case Heading(spans, level):
            if text := line(spans):
                yield "heading", f"{_MARKS[level]} {text}"
        case Paragraph(spans, quiet):
            if text := line(spans):
                is_label = all(isinstance(span, Bold) for span in spans)
                yield ("quiet", f"-# {text}") if quiet else ("label" if is_label else "text", text)
        case ListBlock():
            yield "list", _list(block)
        case Quote(spans):
            if text := line(spans):
                yield "text", f"> {text}"
        case Details(summary, inner, kind):
            yield "label", inline((Bold(words(summary)),))
            if kind in {"takeaways", "rest"}:
                yield from _pieces(inner)
            else:
                yield "text", _quoted(inner)
        case Figure():
            yield "text", line(worded(block))
        case Divider():
            yield "rule", "-# ⎯⎯⎯⎯⎯⎯⎯⎯"
        case Card(inner):
            yield from _pieces(inner)
        case Actions():
            return
        case _:
            assert_never(block)


def _ruled(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Without rules that part nothing: at an end, beside another, or above what is quiet by itself."""
    done: list[_Piece] = []
    for form, text in pieces:
        if done and done[-1][0] == "rule" and form in {"quiet", "rule"}:
            done.pop()
        if form != "rule" or done:
            done.append((form, text))
    if done and done[-1][0] == "rule":
        done.pop()
    return done


def _list(block: ListBlock) -> str:
    """A list of Discord's own where it keeps the numbers, which it counts on from the first one; else plain lines."""
    numbers = [item.number for item in block.items]
    first = numbers[0] if numbers else None
    if all(number is None for number in numbers):
        lines = [("- ", line(item.spans)) for item in block.items]
    elif first is not None and 0 <= first < 10**6 and numbers == list(range(first, first + len(numbers))):
        lines = [(f"{item.number}. ", line(item.spans)) for item in block.items]
    else:
        lines = [("• " if item.number is None else f"{item.number}\\. ", inline(item.spans)) for item in block.items]
    return "\n".join(f"{mark}{text}".rstrip() for mark, text in lines if text or mark[0].isdigit())


def _quoted(blocks: Sequence[Block]) -> str:
    """Blocks as one quotation; quotes do not nest, so those inside are simply there."""
    text = markup(Paragraph(block.spans) if isinstance(block, Quote) else block for block in blocks)
    return "\n".join(f"> {each}" for each in text.split("\n") if each)


# ---------------------------------------------------------------- without marks


def simple(blocks: Iterable[Block]) -> str:
    """Blocks line by line without any mark; addresses stand in brackets and show no preview."""
    return "\n".join(text for block in blocks for text in _simple(block) if text)


def _simple(block: Block) -> Iterator[str]:  # noqa: C901 (a flat table of cases)
    match block:
        case Heading(spans) | Paragraph(spans):
            yield bare(spans)
        case Quote(spans):
            yield f"“{bare(spans)}”" if words(spans) else ""
        case ListBlock(items):
            for item in items:
                text = bare(item.spans)
                if text or item.number is not None:
                    mark = "•" if item.number is None else f"{item.number}\\."
                    yield f"{mark} {text}".rstrip()
        case Details(summary, inner):
            yield bare(summary)
            yield simple(inner)
        case Card(inner):
            yield simple(inner)
        case Figure():
            yield bare(worded(block))
        case Divider():
            yield ""
        case Actions(actions):
            yield " · ".join(
                bare((Link(each.label, each.url) if each.url else Text(f"{each.label}: {each.command}"),))
                for each in actions
            )
        case _:
            assert_never(block)
