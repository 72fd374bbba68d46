"""Whether it is one chat that is written to too fast, or all of them: Telegram answers both alike."""

from __future__ import annotations

CHATS = 3
"""So many chats that must wait at the same time: then it is us."""


class Floods:
    """Which chats were told to wait, and until when."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def asked(self, chat_id: str, after: float, *, now: float) -> bool:
        """This chat must wait `after` seconds from `now`. Must all others?"""
        self._until = {chat: until for chat, until in self._until.items() if until > now}
        self._until[chat_id] = max(self._until.get(chat_id, now), now + after)
        return len(self._until) >= CHATS
