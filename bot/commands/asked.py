"""Questions that wait for somebody to say which paper they are about: in memory alone, the latest of all chats."""

from __future__ import annotations

from collections import OrderedDict

from bot.commands.text import command, fits, short
from bot.targets import Target

MOST = 500
"""Questions that are remembered."""


class Asked:
    """What was asked, under a short name that a button can carry; a restart forgets it."""

    def __init__(self) -> None:
        self._questions: OrderedDict[tuple[Target, str], str] = OrderedDict()

    def carried(self, target: Target, key: str, question: str) -> str:
        """`question` as a button about the paper `key` can carry it: itself if it fits, else a short name of it."""
        if fits(command("ask", key, question)) and not question.startswith("~"):
            return question
        ref = f"~{short(question)}"
        self._questions[target, ref] = question
        self._questions.move_to_end((target, ref))
        while len(self._questions) > MOST:
            self._questions.popitem(last=False)
        return ref

    def question(self, target: Target, carried: str) -> str | None:
        """What was carried; None if it is a short name of nothing we remember."""
        return self._questions.get((target, carried)) if _is_ref(carried) else carried


def _is_ref(carried: str) -> bool:
    return len(carried) == 9 and carried[0] == "~" and carried[1:].isalnum() and carried.isascii()
