"""What one does with one paper, as buttons that adapters put under it by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.commands.saying import button
from bot.commands.text import command
from bot.document import Actions, Block, Card
from bot.locales import say

DEEDS = ("evidence", "abstract", "ask", "save", "like", "dislike")
"""Commands of one paper, in the order of its buttons: what one reads on or asks, then what one keeps or thinks."""


def single(key: str, language: str) -> Actions:
    """The row under a paper that stands alone; `key` is its id without version (a Card's `key`)."""
    return Actions(tuple(button(say(language, f"cmd.button.{name}"), name, key) for name in DEEDS))


def opening(key: str) -> str:
    """The command that opens one paper of several: what a button with its number carries."""
    return command("summarize", key)


def alone(blocks: Iterable[Block]) -> Card | None:
    """The paper of a message that is about one paper: its only card, if it is not one of several; else None."""
    cards = [block for block in blocks if isinstance(block, Card) and block.key]
    return cards[0] if len(cards) == 1 and cards[0].number is None else None
