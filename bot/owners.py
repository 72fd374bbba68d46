"""Who runs this bot: named in the environment, or whoever brought the one-time code that was printed at start."""

from __future__ import annotations

import hmac
import re
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from typing import Protocol

from bot.platforms import Actor
from bot.ports import Clock, UsageError

MARK = "owners"
"""Under which a claim is remembered."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of the code: what is not mistaken for another when read from a screen and typed on a phone."""

LENGTH = 8
WRONG_TRIES = 5
"""Wrong codes a minute, of everybody together; then nothing is looked at until some are a minute old."""

_MINUTE = timedelta(minutes=1)
_PLATFORM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ID = re.compile(r"[^\s@:,][^\s:,]{0,63}")


class BadOwners(UsageError):
    """PAPERBOY_OWNERS is no list of owners; the text names the part that is wrong."""


def parse_owners(text: str) -> frozenset[Actor]:
    """The owners in `telegram:1,discord:2`. Raises BadOwners. Pure."""
    parts = [part.strip() for part in text.split(",")]
    return frozenset(_owner(part, number) for number, part in enumerate(parts, start=1) if part)


def _owner(part: str, number: int) -> Actor:
    platform, colon, id_ = (piece.strip() for piece in part.partition(":"))
    if not colon or not _PLATFORM.fullmatch(platform.lower()):
        raise BadOwners(f"{_named(part, number)} does not begin with a platform. {_EXAMPLE}")
    if id_.startswith("@"):
        raise BadOwners(f"{_named(part, number)} is a name; an id is needed, which does not change. {_EXAMPLE}")
    if not _ID.fullmatch(id_):
        raise BadOwners(f"{_named(part, number)} has no id of a person. {_EXAMPLE}")
    return Actor(platform.lower(), id_)


_EXAMPLE = "Write PAPERBOY_OWNERS=telegram:123456789,discord:987654321987654321"


def _named(part: str, number: int) -> str:
    """Enough of it to find it; a token pasted into the wrong line is not shown."""
    return f"PAPERBOY_OWNERS: part {number} ({part[:12]}{'…' if len(part) > 12 else ''})"


def owners_text(owners: Iterable[Actor]) -> str:
    """The text `parse_owners` takes back. Pure."""
    return ",".join(sorted(map(str, owners)))


# ---------------------------------------------------------------- who came with the code


class Marks(Protocol):
    """Where something small is remembered: `bot.chats.Chats`."""

    def mark(self, key: str) -> str | None: ...

    def set_mark(self, key: str, value: str) -> None: ...


def owners(configured: str, marks: Marks) -> frozenset[Actor]:
    """The owners named in PAPERBOY_OWNERS; if none are, those who claimed it. Blocks. Raises BadOwners, StoreError.

    So naming owners in the environment takes back every claim.
    """
    return parse_owners(configured) or parse_owners(marks.mark(MARK) or "")


def remember_owner(marks: Marks, owner: Actor) -> frozenset[Actor]:
    """Keep who has brought the code; everybody who ever did. Blocks. Raises StoreError."""
    after = parse_owners(marks.mark(MARK) or "") | {owner}
    marks.set_mark(MARK, owners_text(after))
    return after


class Claim(Enum):
    """What became of a code somebody sent."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"  # too many wrong ones within a minute: it was not looked at


class OwnerCode:
    """A code that makes one person the owner, once. `random` should be a `SystemRandom`; for one thread."""

    def __init__(self, random: Random, clock: Clock) -> None:
        self.code = "".join(random.choice(ALPHABET) for _ in range(LENGTH))
        self._clock = clock
        self._used = False
        self._wrong: deque[datetime] = deque(maxlen=WRONG_TRIES)

    def __repr__(self) -> str:
        return "OwnerCode(…)"

    def claim(self, text: str) -> Claim:
        """Is `text` the code? Case and white space around it do not matter. Once it was right, it is right no more."""
        now = self._clock()
        if len(self._wrong) == WRONG_TRIES and timedelta() <= now - self._wrong[0] < _MINUTE:
            return Claim.WAIT
        given = text.strip().upper() if len(text) <= 64 else ""
        same = hmac.compare_digest(given.encode(errors="replace"), self.code.encode())
        if same and not self._used:
            self._used = True
            return Claim.RIGHT
        self._wrong.append(now)
        return Claim.WRONG
