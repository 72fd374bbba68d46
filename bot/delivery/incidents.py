"""What happened to messages that somebody should hear of: the engine tells an admin, an owner, or counts it. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

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
    """Nobody knows if this message arrived; `Outbox.settle(message)` says whether it is sent again."""

    target: Target
    message: int
    digest: int | None
    part: int


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
