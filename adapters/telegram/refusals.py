"""Which servers take Rich Messages, as far as we have been told: what was refused is remembered, for a day at most."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta

from bot.document import Document
from bot.document_json import dumps
from bot.platforms import Marks
from bot.ports import Clock

MARK = "telegram rich refused"
A_DAY = timedelta(days=1)
MOST = 1000
"""Slices that are remembered."""


class Refusals:
    """What was refused: everything rich, or single slices. For one event loop."""

    def __init__(self, clock: Clock, marks: Marks) -> None:
        self._clock = clock
        self._marks = marks
        self._since: datetime | None = None
        self._slices: OrderedDict[bytes, None] = OrderedDict()

    async def recall(self) -> None:
        """What was remembered before a restart. Raises StoreError."""
        told = await self._marks.get(MARK)
        if told is not None:
            self._since = datetime.fromisoformat(told)

    async def all(self) -> None:
        """The server takes no Rich Messages. Raises StoreError."""
        self._since = self._clock()
        await self._marks.set(MARK, self._since.isoformat())

    def one(self, document: Document) -> None:
        """The server does not take this one."""
        self._slices[_key(document)] = None
        while len(self._slices) > MOST:
            self._slices.popitem(last=False)

    def are_for(self, document: Document) -> bool:
        """Was this refused, or everything within a day?"""
        return self.are_for_all() or (bool(self._slices) and _key(document) in self._slices)

    def are_for_all(self) -> bool:
        """Was it the method, within a day?"""
        return self._since is not None and timedelta() <= self._clock() - self._since < A_DAY


def _key(document: Document) -> bytes:
    return hashlib.blake2b(dumps(document).encode(), digest_size=16).digest()
