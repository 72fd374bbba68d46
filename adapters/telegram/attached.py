"""A file that a message brings, or that the message it answers holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Document, Message

from bot.commands.text import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """By Telegram's id of it; what it is called and how large it is are its sender's words."""

    id: str
    name: str = ""
    media_type: str = ""
    size: int | None = None


def file_for(wanted: Said | None, message: Message) -> File | None:
    """The file that `wanted` is about: the one that came with it, or with the message that it answers.

    A caption changes nothing, unless it is another command; words that answer a file do.
    """
    if wanted is not None and wanted.command not in {"summarize", "pdf"}:
        return None
    if (own := _file(message)) is not None or wanted is None or wanted.options:
        return own
    return None if message.reply_to_message is None else _file(message.reply_to_message)


def _file(message: Message) -> File | None:
    found: Document | None = message.document
    if found is None or message.animation is not None:  # which says that it is a document, too
        return None
    return File(id=found.file_id, name=found.file_name or "", media_type=found.mime_type or "", size=found.file_size)
