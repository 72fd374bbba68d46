"""One SQLite file for several threads and processes: one writer thread, read-only readers, errors that say what to do.

Every write is one short `BEGIN IMMEDIATE` transaction in the writer thread; the caller returns when it is committed.
The file is in WAL mode, so readers never wait for a writer and see only what is committed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

import sqlite_utils

from bot.migrations import MIGRATIONS, applied_names, known_names
from bot.ports import BotError

BUSY_SECONDS = 5.0
"""How long a write waits for another process's transaction."""

T = TypeVar("T")

_NEXT_STEP = {
    sqlite3.SQLITE_NOTADB: "it is not a Paperboy database. Set PAPERBOY_DB to another path, or move that file away.",
    sqlite3.SQLITE_CORRUPT: "it is damaged. Restore it from a copy, or move it away: a new one will be made.",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened. Check that its folder exists and that this user may write there, "
    "or set PAPERBOY_DB.",
    sqlite3.SQLITE_READONLY: "it may not be written. Give this user the right to write the file and its folder, "
    "or set PAPERBOY_DB.",
    sqlite3.SQLITE_PERM: "it may not be opened. Give this user the right to it, or set PAPERBOY_DB.",
    sqlite3.SQLITE_FULL: "the disk is full. Free some space and try again; nothing stored is lost.",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write. Check the disk and its free space, then try again.",
    sqlite3.SQLITE_BUSY: "another program has held it for too long. Close what else uses it and try again.",
    sqlite3.SQLITE_LOCKED: "another program has held it for too long. Close what else uses it and try again.",
}


class StoreError(BotError):
    """The database cannot be used; the text names the file and the next step."""


def explained(exc: sqlite3.Error, path: Path) -> StoreError:
    """What SQLite said, as a person can act on it."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the rest of an extended code says where, not what to do
    return StoreError(f"The database {path}: {_NEXT_STEP.get(code, f'{exc}.')}")


@contextmanager
def immediate(db: sqlite_utils.Database) -> Iterator[None]:
    """One transaction that takes the write lock at once: a deferred one could fail half-way, when it turns to write."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


class Database:
    """An open file, migrated. `write` and `read` may be called from any thread; both raise StoreError.

    Opening refuses a file that is not a database, is another program's, or was made by a newer Paperboy.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._closed = False
        self._idle: list[sqlite3.Connection] = []  # readers nobody uses; append and pop are atomic
        self._closing = Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="paperboy-store")
        try:
            self._db = self._writer.submit(self._open).result()
        except BaseException:
            self._writer.shutdown()
            raise

    def _open(self) -> sqlite_utils.Database:
        connection: sqlite3.Connection | None = None
        try:
            connection = _connect(self.path, mode="rwc")
            db = sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False)
            _enter_wal(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            # In WAL, NORMAL survives a crash of ours; a power cut may undo the last commits, but breaks nothing.
            connection.execute("PRAGMA synchronous = NORMAL")
            with immediate(db):  # a process that opens the same new file waits here, and finds the work done
                self._refuse_strangers(db)
                MIGRATIONS.apply(db)
        except sqlite3.Error as exc:
            if connection is not None:
                connection.close()
            raise explained(exc, self.path) from exc
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return db

    def _refuse_strangers(self, db: sqlite_utils.Database) -> None:
        applied = applied_names(db)
        unknown = [name for name in applied if name not in known_names()]
        if unknown:
            raise StoreError(
                f"The database {self.path} was made by a newer Paperboy (it has {unknown[-1]}). "
                "Get that one, or set PAPERBOY_DB to another path."
            )
        if not applied and db.table_names():
            raise StoreError(f"The database {self.path} belongs to another program. Set PAPERBOY_DB to another path.")

    def write(self, work: Callable[[sqlite_utils.Database], T]) -> T:
        """What `work` returns, after its transaction is committed; if it raises, nothing of it is."""
        try:
            return self._writer.submit(self._transact, work).result()
        except RuntimeError as exc:
            if self._closed:
                raise self._is_closed() from exc
            raise

    def _transact(self, work: Callable[[sqlite_utils.Database], T]) -> T:
        try:
            with immediate(self._db):
                return work(self._db)
        except sqlite3.Error as exc:
            raise explained(exc, self.path) from exc

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` finds on a read-only connection. It must fetch all it needs before it returns."""
        if self._closed:
            raise self._is_closed()
        try:
            connection = self._idle.pop() if self._idle else self._reader()
        except IndexError:  # another thread took the last one
            connection = self._reader()
        try:
            return work(connection)
        except sqlite3.Error as exc:
            raise explained(exc, self.path) from exc
        finally:
            with self._closing:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def _reader(self) -> sqlite3.Connection:
        try:
            connection = _connect(self.path, mode="ro")
        except sqlite3.Error as exc:
            raise explained(exc, self.path) from exc
        return connection

    def _is_closed(self) -> StoreError:
        return StoreError(f"The database {self.path} is closed already.")

    def close(self) -> None:
        """Wait for writes under way, then close every connection; the writer's last, so that the WAL is folded in."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            while self._idle:
                self._idle.pop().close()
        self._writer.submit(self._db.close).result()
        self._writer.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    """A connection in the driver's autocommit mode; `as_uri` quotes what has a meaning in a URI."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # `Database` sees to it that one thread at a time uses it
    )
    connection.row_factory = sqlite3.Row
    return connection


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not call its busy handler when two processes switch a new file at once: we wait."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
