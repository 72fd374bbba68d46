"""Payloads of `adapters.telegram.render` as the Bot API's parameters, and its messages as refs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.platforms import MessageRef, Unknown
from bot.targets import Target


def is_rich(payload: Mapping[str, Any]) -> bool:
    """Is it a Rich Message?"""
    return payload.get("kind") == "rich"


def place(target: Target, *, silent: bool, reply_to: int | None) -> dict[str, Any]:
    """Where a message goes, as parameters of the Bot API."""
    where: dict[str, Any] = {"chat_id": number(target.chat_id)}
    if target.thread_id is not None:
        where["message_thread_id"] = number(target.thread_id)
    if silent:
        where["disable_notification"] = True
    if reply_to is not None:
        where["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    return where


def content(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload of `adapters.telegram.render` as parameters of the Bot API."""
    made: dict[str, Any]
    if is_rich(payload):
        made = {"rich_message": {"html": payload["html"]}}
    else:
        made = {"text": payload["text"], "link_preview_options": {"is_disabled": True}}
        if payload.get("entities"):
            made["entities"] = list(payload["entities"])
    if waits := payload.get("waits"):
        made["reply_markup"] = {"force_reply": True, "input_field_placeholder": waits["hint"]}
        if waits["selective"]:  # whom the message answers; everybody else's keyboard stays as it is
            made["reply_markup"]["selective"] = True
    elif payload.get("keyboard"):
        made["reply_markup"] = {"inline_keyboard": [[_button(each) for each in row] for row in payload["keyboard"]]}
    return made


def _button(button: Mapping[str, str]) -> dict[str, str]:
    if "url" in button:
        return {"text": button["label"], "url": button["url"]}
    return {"text": button["label"], "callback_data": button["data"]}


def ref_of(target: Target, message: Mapping[str, Any]) -> MessageRef:
    """Where a message is that was answered. Raises Unknown if the answer is none of Telegram's."""
    id_ = message.get("message_id")
    if not isinstance(id_, int):
        raise Unknown("the server does not say what it sent")
    chat = message.get("chat")
    chat = chat if isinstance(chat, Mapping) else {}
    return MessageRef(
        target.chat_id,
        str(id_),
        target.thread_id,
        url=link(target, id_, username=chat.get("username"), kind=chat.get("type")),
    )


def link(target: Target, message_id: int, *, username: str | None, kind: str | None) -> str | None:
    """Where a message is found on t.me; private chats and basic groups have no such place."""
    if kind == "private":
        return None
    inside = f"{target.thread_id}/{message_id}" if target.thread_id else str(message_id)
    if username:
        return f"https://t.me/{username}/{inside}"
    if target.chat_id.startswith("-100") and len(target.chat_id) > 12:
        return f"https://t.me/c/{target.chat_id.removeprefix('-100')}/{inside}"
    return None


def number(text: str) -> int | str:
    """A chat's id, or its @name."""
    return int(text) if text.lstrip("-").isdecimal() else text
