"""Chats, topics and people of Telegram as we know them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import telegram
from telegram import Chat, ChatFullInfo, ChatMember, Message, User

from adapters.telegram.limits import NAME
from bot.targets import ChatKind, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place as an update shows it."""

    target: Target
    kind: ChatKind
    title: str = ""


def room_of(chat: Chat | ChatFullInfo, *, thread: int | None = None) -> Room:
    """A chat, or a topic of it."""
    title = chat.title or " ".join(name for name in (chat.first_name, chat.last_name) if name)
    return Room(target=target_of(chat.id, thread), kind=kind_of(chat), title=title)


def kind_of(chat: Chat | ChatFullInfo) -> ChatKind:
    """Groups and supergroups are the same to people."""
    kinds: dict[str, ChatKind] = {"private": "private", "channel": "channel"}
    return kinds.get(chat.type, "group")


def target_of(chat_id: int, thread: int | None = None) -> Target:
    """Where a digest goes."""
    return Target(NAME, str(chat_id), None if thread is None else str(thread))


def thread_of(message: Message) -> int | None:
    """The topic it stands in; outside of topics Telegram numbers replies too."""
    return message.message_thread_id if message.is_topic_message else None


def locale_of(person: User | None) -> str:
    """What somebody's client speaks."""
    return (person.language_code if person is not None else None) or "en"


class Obstacle(NamedTuple):
    """What is in our way: what we lack, by the name that Telegram's apps have for it, and how that came."""

    lacking: str
    reason: str


def obstacle(kind: ChatKind, member: ChatMember) -> Obstacle | None:
    """Why we, being `member` of a chat of that kind, may not write there; None: we may."""
    match member:
        case telegram.ChatMemberBanned():
            return Obstacle("membership", "blocked by the user" if kind == "private" else "kicked")
        case telegram.ChatMemberLeft():
            return Obstacle("membership", "not a member")
        case telegram.ChatMemberRestricted() if not member.is_member:
            return Obstacle("membership", "not a member")
        case telegram.ChatMemberRestricted() if not member.can_send_messages:
            return Obstacle("Send Messages", "may not send messages")
        case telegram.ChatMemberAdministrator() if kind == "channel" and not member.can_post_messages:
            return Obstacle("Post Messages", "may not post messages")
        case telegram.ChatMemberMember() if kind == "channel":
            return Obstacle("Post Messages", "not an administrator")
    return None
