"""What happened to messages that somebody should hear of: the engine tells an admin, an owner, or counts it. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from bot.document import Document
from bot.targets import Target


@dataclass(frozen=True, slots=True)
class Lost:
    """We may not write to this target any more; what waits for it waits on."""

    target: Target
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The target has another id now, under which everything goes on."""

    old: Target
    new: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Nobody knows if this message, which says `said`, arrived; `Outbox.settle(message)` decides what becomes of it.

    The target's other messages do not wait for that.
    """

    target: Target
    message: int
    digest: int | None
    part: int
    said: Document = field(default=Document(()), compare=False, repr=False)


class Undecided(Protocol):
    """Who keeps the messages that are held: `bot.delivery.outbox.Outbox`. Raises StoreError."""

    async def held(self) -> Sequence[Held]:
        """All of them, the oldest first."""
        ...

    async def settle(self, message: int, *, resend: bool) -> bool:
        """Send it again, or leave it. False if it is not held (any more)."""
        ...


class NothingHeld:
    """For those who hold nothing."""

    async def held(self) -> Sequence[Held]:
        """None."""
        return ()

    async def settle(self, message: int, *, resend: bool) -> bool:
        """It is not held."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """This message will never arrive, since the platform refuses what it says; the others go on."""

    target: Target
    message: int
    digest: int | None
    part: int
    error: str


Incident: TypeAlias = Lost | Moved | Held | Dead
Report: TypeAlias = Callable[[Incident], Awaitable[None]]


async def unheard(incident: Incident) -> None:
    """For those nobody tells."""
