"""A file somebody sent to us, which the platform keeps until we read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.ports import BotError


class NotFetched(BotError):
    """The platform did not give us a file. `too_large`: it never will; else asking again may help."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file somebody sent to us. It is kept nowhere, nor is its `name`, which is as much theirs as what is in it.

    `size` in bytes, as the platform has it (None: it does not say); more than `most` it does not give us. `read` brings
    all of it, at most so many bytes; it raises NotFetched.
    """

    name: str = field(repr=False)
    media_type: str
    size: int | None
    most: int
    read: Callable[[int], Awaitable[bytes]] = field(repr=False)

    @property
    def is_pdf(self) -> bool:
        """By what it is called: what it is, its parser finds out."""
        return self.media_type == "application/pdf" or self.name.lower().endswith(".pdf")
