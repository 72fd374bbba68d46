"""What to do with a message that may have arrived, and how long to wait before trying again. Pure.

Where a platform knows a message by its nonce, sending it again is safe for a while. Elsewhere it may arrive twice: it
is sent again once, after a minute (up to three times if it was we who died: a machine that is switched off proves
nothing about the message), or held until somebody decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.platforms import Caps

MARGIN = 0.8
"""How much of a platform's nonce window we trust."""

RESENDS = 1
RESENDS_INTERRUPTED = 3

LONGEST_PAUSE = 300.0
"""Seconds between two attempts at most, if nobody told us how long."""


class Doubtful(Protocol):
    """What is known of a message some send of which may have arrived."""

    @property
    def started_at(self) -> datetime | None:
        """When the last send began."""
        ...

    @property
    def unsure_since(self) -> datetime | None:
        """When the first send began whose fate is not known."""
        ...

    @property
    def resent(self) -> int:
        """How often it was sent again although it may arrive twice."""
        ...

    @property
    def interrupted(self) -> bool:
        """Was it we who died during the last send?"""
        ...

    @property
    def attempts(self) -> int:
        """How many sends have begun."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """What is done about them. `resend_after` is how long a message without a key is left alone."""

    on_unknown: Literal["resend", "hold"] = "resend"
    resend_after: timedelta = timedelta(minutes=1)

    def is_protected(self, message: Doubtful, caps: Caps, now: datetime) -> bool:
        """Would the platform still know this message by its nonce?"""
        since = message.unsure_since or message.started_at
        return caps.idempotent and since is not None and (now - since).total_seconds() < MARGIN * caps.nonce_window

    def may_resend(self, message: Doubtful) -> bool:
        """May it be sent again, although it may arrive twice?"""
        limit = RESENDS_INTERRUPTED if message.interrupted else RESENDS
        return self.on_unknown == "resend" and message.resent < limit

    def again_at(self, message: Doubtful, caps: Caps, *, now: datetime, jitter: float) -> datetime | None:
        """When to send it again, having just learned that its fate is not known; None: not before somebody decides."""
        if self.is_protected(message, caps, now):
            return now + pause(message.attempts, jitter)
        if self.may_resend(message):
            return max(now, (message.started_at or now) + self.resend_after)
        return None


def pause(attempts: int, jitter: float) -> timedelta:
    """How long to wait after the `attempts`th failure: 1 s, doubling up to five minutes, less up to half by `jitter`.

    `jitter` is in [0, 1).
    """
    longest = min(LONGEST_PAUSE, 2.0 ** min(max(attempts, 1) - 1, 16))
    return timedelta(seconds=longest * (1 - jitter / 2))
