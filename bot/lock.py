"""One `paperboy run` a database: an OS lock, which the system lets go whatever kills us."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.ports import BotError


class AlreadyRunning(BotError):
    """Another process holds this database; the text says which."""


@contextmanager
def held(database: Path, *, pid: int, now: datetime) -> Iterator[None]:
    """Hold `database` for `paperboy run`; other commands need no lock. Raises AlreadyRunning."""
    try:
        file = database.with_name(f"{database.name}.lock").open("a+", encoding="utf-8")
    except OSError as exc:
        raise AlreadyRunning(f"{database} cannot be locked: {exc.strerror}. Check PAPERBOY_DB.") from exc
    with file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read(200).strip() or "another process"
            raise AlreadyRunning(
                f"{database} is held by {holder}. Stop it first, or set PAPERBOY_DB to another file."
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"process {pid}, running since {now:%Y-%m-%d %H:%M} UTC\n")
        file.flush()
        yield
