"""Small things we remember beside the chats: which updates had their effect, and values under a key."""

from __future__ import annotations

from datetime import datetime

from bot import chat_tables
from bot.database import Database


class Remembered:
    """In `database`. All methods block, may be called from any thread and raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def applied(self, update: str) -> bool:
        """Has this update had its effect?"""
        return self._database.read(lambda conn: chat_tables.is_applied(conn, update))

    def prune_updates(self, before: datetime) -> int:
        """Forget updates applied before then; no platform sends one again after a few days. How many."""
        return self._database.write(lambda db: chat_tables.prune_updates(db, before))

    def mark(self, key: str) -> str | None:
        """What was remembered under `key`."""
        return self._database.read(lambda conn: chat_tables.mark(conn, key))

    def set_mark(self, key: str, value: str) -> None:
        """Remember `value` under `key`, in place of what was there."""
        self._database.write(lambda db: chat_tables.put_mark(db, key, value))

    def drop_mark(self, key: str) -> bool:
        """Remember nothing under `key`. Was there anything?"""
        return self._database.write(lambda db: chat_tables.drop_mark(db, key))
