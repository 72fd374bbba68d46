"""What some chat platforms can do beside the port, and delivery uses where they can."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.platforms import MessageRef, Part
from bot.targets import Chat, Target


@runtime_checkable
class Searching(Protocol):
    """A platform that can look whether a message is there: asked before one in doubt is sent again."""

    async def find(self, target: Target, part: Part, *, since: datetime, root: MessageRef | None) -> MessageRef | None:
        """What an earlier try to send `part`, `since` then, brought there after all. Raises DeliveryError."""
        ...


@runtime_checkable
class Linking(Protocol):
    """A platform where messages have addresses: a digest's first message leads to those of its papers."""

    def linked(self, part: Part, posts: Mapping[str, str], *, chat: Chat) -> Part:
        """`part` whose lines lead to `posts` (paper id → URL); itself if they do, or there is no room. Pure."""
        ...
