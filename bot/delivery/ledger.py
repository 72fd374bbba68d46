"""The database from the event loop: nothing blocks, and what was begun is finished."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlite_utils

from bot.database import Database

T = TypeVar("T")


class Ledger:
    """A thread of its own that waits for the database: arXiv's slow answers, in other threads, delay no message."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="paperboy-outbox")

    async def write(self, work: Callable[[sqlite_utils.Database], T]) -> T:
        """As `Database.write`. Who is cancelled while waiting may count on its being done before the next call."""
        return await self.run(lambda: self._database.write(work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `Database.read`."""
        return await self.run(lambda: self._database.read(work))

    async def run(self, work: Callable[[], T]) -> T:
        """What `work`, which may block for a moment, returns."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def close(self) -> None:
        """Let the thread go, after what it is about."""
        self._thread.shutdown()
