"""Why Telegram does not take a message, in people's words; what we do not know, in its own, as a quotation. Pure.

Texts are those of telegram-bot-api's `Client.cpp` and of Telegram's servers; python-telegram-bot changes their letter
case, so case does not matter here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_NO_RIGHT: Final = "I lack the right to post there"
_NO_CHAT: Final = "there is no such chat, or I am not in it"
_NO_PERSON: Final = "there is no such person"
_BLOCKED: Final = "I was blocked"
_NO_ACCOUNT: Final = "the account was deleted"
_NO_GROUP: Final = "the group was deleted"
_NO_TOPIC: Final = "the topic was deleted"

TOPIC_GONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "message thread not found": _NO_TOPIC,
        "topic_closed": "the topic is closed",
        "topic_deleted": _NO_TOPIC,
        "topic_id_invalid": _NO_TOPIC,
    }
)

GONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chat not found": _NO_CHAT,
        "user not found": _NO_PERSON,
        "not enough rights": _NO_RIGHT,
        "have no rights to send": _NO_RIGHT,
        "need administrator rights": "I am no administrator there",
        "chat_write_forbidden": _NO_RIGHT,
        "chat_admin_required": "I am no administrator there",
        "chat_restricted": _NO_RIGHT,
        "chat_send_plain_forbidden": _NO_RIGHT,
        "chat_guest_send_forbidden": _NO_RIGHT,
        "chat_forbidden": _NO_CHAT,
        "channel_private": _NO_CHAT,
        "channel_invalid": _NO_CHAT,
        "peer_id_invalid": _NO_CHAT,
        "user_is_blocked": _BLOCKED,
        "user_is_bot": "bots take no messages from me",
        "user_banned_in_channel": "I was banned",
        "user_deactivated": _NO_ACCOUNT,
        "user is deactivated": _NO_ACCOUNT,
        "group chat was deactivated": _NO_GROUP,
        "group is deactivated": _NO_GROUP,
        "group chat was deleted": _NO_GROUP,
        "group chat was upgraded": "the group has become another one",  # without saying which
        "bot was kicked": "I was removed",
        "bot was blocked": _BLOCKED,
        "bot is not a member": "I am not a member",
        "bot can't initiate conversation": "this person has not written to me yet",
        "bots can't send messages to bots": "bots take no messages from me",
    }
)


def reason(text: str) -> str | None:
    """Why nothing can be posted there, if that is what `text` says."""
    folded = text.casefold()
    return next((words for part, words in (*TOPIC_GONE.items(), *GONE.items()) if part in folded), None)


def quoted(text: str) -> str:
    """What only Telegram can explain."""
    return f"Telegram says: “{text}”" if text.strip() else "Telegram does not say why"
