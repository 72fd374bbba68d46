"""What somebody gets for what they did: an answer that lives, a window to fill in, choices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.discord_filled import NotOffered, preset
from tests.fakes.discord_interactions import DEFER, Interaction
from tests.fakes.discord_model import Message

LOOK_AGAIN = 0.01
"""Seconds: what a client does with what it heard is not told to us."""


class Pulse:
    """Wakes whoever waits for something to become true, whenever something happened here, and now and then."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        """Something happened."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, test: Callable[[], bool], *, within: float) -> bool:
        """Did it become true in so many seconds?"""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        while not test():
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait([future], timeout=min(LOOK_AGAIN, deadline - loop.time()))
            finally:
                self._waiting.discard(future)
            if loop.time() >= deadline:
                return test()
        return True


@dataclass(frozen=True, slots=True)
class Window:
    """A modal as it stands before somebody; `fields`: (custom id, label, what is in it)."""

    title: str
    custom_id: str
    fields: Sequence[tuple[str, str, str]]
    answer: Answer


@dataclass(eq=False)
class Answer:
    """What somebody gets for what they did. It lives: it changes when the application changes it.

    `failed`: they were told that the application did not respond.
    """

    interaction: Interaction
    pulse: Pulse
    failed: bool = False

    @property
    def message(self) -> Message | None:
        """The answer, or (where a button changed it) the message with the button; None: none, or deleted."""
        found = self.interaction.original
        return found if found is not None and found.channel.messages.get(found.id) is found else None

    @property
    def text(self) -> str:
        """Its words; empty where there are none."""
        return self.message.text if self.message is not None else ""

    @property
    def private(self) -> bool:
        """Does nobody else see it?"""
        return self.message is not None and self.message.only_for is not None

    @property
    def deferred(self) -> bool:
        """Was it first said that the application is thinking?"""
        return self.interaction.answered == DEFER

    @property
    def followups(self) -> list[Message]:
        """What came after it."""
        return self.interaction.followups

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What autocomplete suggests: (name, value)."""
        return [(each["name"], each["value"]) for each in self.interaction.choices or ()]

    @property
    def window(self) -> Window:
        """The modal that opened. Raises NotOffered if none did."""
        modal = self.interaction.modal
        if modal is None:
            raise NotOffered("no window opened")
        fields = []
        for each in modal["components"]:
            inner = each["component"] if each["type"] == 18 else (each.get("components") or [{}])[0]
            if "custom_id" in inner:
                label = each.get("label") or inner.get("label") or ""
                fields.append((inner["custom_id"], label, preset(inner)))
        return Window(modal["title"], modal["custom_id"], fields, self)

    async def until(self, test: Callable[[Answer], bool], *, within: float = 5.0) -> Answer:
        """Itself, as soon as that is true of it. Raises AssertionError with what stood there when it was not."""
        if not await self.pulse.until(lambda: test(self), within=within):
            raise AssertionError(f"still: {self.text!r}, then {[each.text for each in self.followups]}")
        return self

    async def settled(self, *, within: float = 5.0) -> Answer:
        """Itself, as soon as it is not "thinking" any more."""
        return await self.until(lambda each: each.message is None or not each.message.loading, within=within)
