"""What the Bot API says when it refuses, in its words and letter case (telegram-bot-api `Client.cpp`, td). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


class Refused(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> dict[str, Any]:
        """As it is answered."""
        said: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return said | ({"parameters": self.parameters} if self.parameters else {})


def bad(text: str, parameters: Mapping[str, Any] | None = None) -> Refused:
    """400; the server begins with a small letter unless the text is a code like BUTTON_DATA_INVALID."""
    is_code = len(text) > 1 and (text[1] == "_" or text[1].isupper())
    return Refused(400, "Bad Request: " + (text if is_code else text[:1].lower() + text[1:]), parameters)


def forbidden(text: str) -> Refused:
    """403."""
    return Refused(403, f"Forbidden: {text}")


def conflict(text: str) -> Refused:
    """409."""
    return Refused(409, f"Conflict: {text}")


def flood(retry_after: int) -> Refused:
    """429."""
    return Refused(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def upgraded(new_id: int) -> Refused:
    """400: a group that is a supergroup by now, under another id."""
    return bad("group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": new_id})
