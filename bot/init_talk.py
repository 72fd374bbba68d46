"""Questions and answers with a person at a terminal, or with the lines of a pipe."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import IO, TypeAlias

from bot.ports import UsageError

AskSecret: TypeAlias = Callable[[str], str]
"""Shows a prompt and gives a line that was typed unseen. Raises EOFError at the end."""

LONGEST = 20_000
"""Characters of a line; the rest of a longer one is dropped."""


class Ended(Exception):
    """Nobody says anything more."""


def ask_hidden(prompt: str) -> str:
    """A secret from the terminal of this process, which does not echo it."""
    return getpass.getpass(prompt)


class Talk:
    """`stdin` is read line by line; secrets come from `ask_secret` if it is a terminal."""

    def __init__(self, stdin: IO[str], stdout: IO[str], ask_secret: AskSecret) -> None:
        self._stdin = stdin
        self._stdout = stdout
        self._ask_secret = ask_secret
        self._terminal = stdin.isatty()

    def say(self, text: str) -> None:
        """One line or several; characters the output's encoding lacks become `?`."""
        self._write(f"{text}\n")

    def ask(self, prompt: str, *, secret: bool = False) -> str:
        """The answer without white space around it; '' for Enter alone. Raises Ended, and UsageError for no text."""
        if secret and self._terminal:
            try:
                return self._ask_secret(prompt).strip()
            except EOFError:
                self._write("\n")
                raise Ended from None
        self._write(prompt)
        line = self._line()
        if not self._terminal or not line:
            self._write("\n")  # nobody has pressed Enter
        if not line:
            raise Ended
        return line.strip()

    def agrees(self, prompt: str) -> bool:
        """Yes only if it is said."""
        try:
            return self.ask(prompt).lower() in {"y", "yes"}
        except Ended:
            return False

    def _line(self) -> str:
        try:
            line = part = self._stdin.readline(LONGEST)
            while len(part) == LONGEST and not part.endswith("\n"):
                part = self._stdin.readline(LONGEST)  # the rest of a line that is no answer anyway
        except UnicodeDecodeError:
            raise UsageError("The input is no text.") from None
        return line

    def _write(self, text: str) -> None:
        encoding = getattr(self._stdout, "encoding", None) or "utf-8"
        self._stdout.write(text.encode(encoding, "replace").decode(encoding))
        self._stdout.flush()
