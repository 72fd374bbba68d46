"""A terminal that keeps what it was told, as an emulator would show it, and streams that break on demand."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from io import StringIO

from rich.cells import cell_len

_TOLD = re.compile(r"\x1b\[(\d*)([AJ])|\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\|(\x1b)|(.)", re.DOTALL)


class Stream(StringIO):
    """A pipe; `break_write` and `break_flush` let the next one fail."""

    def __init__(self) -> None:
        super().__init__()
        self._write: OSError | None = None
        self._flush: OSError | None = None

    def break_write(self, error: OSError) -> None:
        self._write = error

    def break_flush(self, error: OSError) -> None:
        self._flush = error

    def write(self, text: str, /) -> int:
        error, self._write = self._write, None
        if error is not None:
            raise error
        return super().write(text)

    def flush(self) -> None:
        error, self._flush = self._flush, None
        if error is not None:
            raise error
        super().flush()


class Terminal(Stream):
    """A terminal of `width` columns. `type_` is what somebody types: it is echoed."""

    def __init__(self, *, width: int = 80) -> None:
        super().__init__()
        self.width = width

    def isatty(self) -> bool:
        return True

    def type_(self, line: str) -> None:
        self.write(f"{line}\n")

    def screen(self) -> str:
        """What stands there now; raises ValueError at an escape sequence we never write."""
        rows, row, column = [""], 0, 0
        for steps, step, escape, char in _TOLD.findall(self.getvalue()):
            size = cell_len(char) if char not in "\r\n" else 0
            if escape:
                raise ValueError("an escape sequence that is not ours")
            if step == "A":
                row = max(0, row - int(steps or 1))
            elif step == "J":
                rows = [*rows[: row + 1]]
                rows[row] = rows[row] if column else ""
            elif char == "\r":
                column = 0
            elif char == "\n" or column + size > self.width:
                row, column = row + 1, 0
            rows += [""] * (row + 1 - len(rows))
            if char and char not in "\r\n":
                rows[row] += char
                column += size
        return "\n".join(rows)


async def silence() -> AsyncIterator[str]:
    """Nobody types anything, and nobody goes away."""
    await asyncio.Event().wait()
    yield ""
