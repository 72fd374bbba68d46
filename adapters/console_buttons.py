"""Buttons where there is only a keyboard: `[1] Subscribe   [2] Change`, pressed by typing the number. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.document import Action, Actions, Block, Card, Code, Details, Document, Link, Paragraph, Span, Text

_PRESSED = re.compile(r"\[?([0-9]{1,4})\]?")


def numbered(document: Document) -> tuple[Document, tuple[str, ...]]:
    """`document` with a number at every button, and their commands in that order. Links are links, without a number."""
    commands: list[str] = []
    blocks = _numbered(document.blocks, commands)
    return replace(document, blocks=blocks), tuple(commands)


def pressed(line: str) -> int | None:
    """The number, if `line` is one and nothing else."""
    found = _PRESSED.fullmatch(line.strip())
    return int(found[1]) if found else None


def _numbered(blocks: Sequence[Block], commands: list[str]) -> tuple[Block, ...]:
    return tuple(_block(block, commands) for block in blocks)


def _block(block: Block, commands: list[str]) -> Block:
    match block:
        case Actions(actions):
            return Paragraph(_row(actions, commands))
        case Card() | Details():
            return replace(block, blocks=_numbered(block.blocks, commands))
        case _:
            return block


def _row(actions: Sequence[Action], commands: list[str]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for action in actions:
        if spans:
            spans.append(Text("   "))
        if action.command is not None:
            commands.append(action.command)
            spans += [Code(f"[{len(commands)}]"), Text(f" {action.label}")]
        else:
            spans.append(Link(action.label, action.url or ""))
    return tuple(spans)
