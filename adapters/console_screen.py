"""The lower end of a terminal: what was said stays; below it stands one text (a prompt, a word meanwhile) for a while.

Anything that is said meanwhile goes above it. Without a terminal nothing is erased, so nothing is held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO

from rich.cells import cell_len
from rich.console import Console as Rich

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
"""Colours and links, as our renderer writes them."""


class Screen:
    """Writes to `stream`; raises what writing raises."""

    def __init__(self, stream: IO[str], *, environ: Mapping[str, str]) -> None:
        self._stream = stream
        self._rich = Rich(file=stream, _environ=environ, legacy_windows=False)  # asked for the size only
        self._held = ""
        self.erases = stream.isatty() and environ.get("TERM", "") not in {"dumb", "unknown"}
        """Can something be held, to be replaced later?"""

    def say(self, text: str) -> None:
        """Write `text` for good, above what is held."""
        self.write(text)
        self.flush()

    def write(self, text: str) -> None:
        """`say` up to the moment when it may have been seen: `flush` is yet to come."""
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        all_of_it = f"{self._erasing()}{text}{self._held}"
        self._stream.write(all_of_it.encode(encoding, "replace").decode(encoding))

    def flush(self) -> None:
        """What was written is seen when this returns."""
        self._stream.flush()

    def hold(self, text: str) -> None:
        """Replace what is held by `text`; '' leaves nothing."""
        if not self.erases:
            return
        before, self._held = self._erasing(), ""
        self._stream.write(before)
        self.say(text)
        self._held = text

    def keep(self) -> None:
        """What is held stays for good; the cursor is where it ends, or below."""
        self._held = ""

    def _erasing(self) -> str:
        """What takes the held text away; if it is taller than the terminal, it stays and what comes goes below."""
        if not self._held:
            return ""
        width, height = self._rich.size
        *above, last = (-(-cell_len(line) // width) or 1 for line in _ESCAPE.sub("", self._held).split("\n"))
        up = sum(above) + last - 1
        if up >= height:
            self._held = ""
            return ""
        return "\r" + (f"\x1b[{up}A" if up else "") + "\x1b[J"
