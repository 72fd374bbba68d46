"""Lines somebody types or pipes in, read on the event loop: no thread stays behind in `read` when we stop."""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import AsyncIterator

LONGEST = 20_000
"""Characters of a line; what is longer is cut."""

_CHUNK = 65_536


async def read_lines(fd: int) -> AsyncIterator[str]:
    """The lines of `fd` (a terminal, a pipe, a file) without their ends, until there are no more.

    The last need not be ended. What is no UTF-8 is replaced.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    line = ""
    while True:
        chunk = await _read(fd)
        *whole, line = (line + decoder.decode(chunk, final=not chunk)).split("\n")
        for each in whole:
            yield each[:LONGEST]
        line = line[:LONGEST]
        if not chunk:
            break
    if line:
        yield line


async def no_lines() -> AsyncIterator[str]:
    """For a process whose standard input is closed."""
    return
    yield


async def _read(fd: int) -> bytes:
    """The next bytes, as soon as there are some; none at the end, or if the terminal has gone."""
    loop = asyncio.get_running_loop()
    while True:
        ready: asyncio.Future[None] = loop.create_future()
        try:
            loop.add_reader(fd, _tell, ready)
        except (PermissionError, NotImplementedError):  # a file is always ready, so it cannot be waited for
            return await asyncio.to_thread(os.read, fd, _CHUNK)
        try:
            await ready
        finally:
            loop.remove_reader(fd)
        try:
            return os.read(fd, _CHUNK)
        except BlockingIOError:  # another process that shares it was faster
            continue
        except OSError:  # EIO: the terminal was closed
            return b""


def _tell(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
