"""What the test Telegram is made of: people, chats, members, topics, messages, and how the Bot API shows them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from tests.fakes.telegram_markup import Button, ForcedReply, Keyboard, keyboard_json
from tests.fakes.telegram_refusals import Refused
from tests.fakes.telegram_rich import Rich
from tests.fakes.telegram_text import Entity

Kind = Literal["private", "group", "supergroup", "channel"]
Status = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]

ANONYMOUS_ADMIN = 1087968824
"""GroupAnonymousBot, in whose name anonymous admins speak."""

FORWARDER = 777000
"""Telegram, which brings a channel's posts into its group."""

CHANNEL_BOT = 136817688
"""Channel_Bot, in whose name people speak as a channel of theirs."""

RIGHTS = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info"),
    *("can_promote_members", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
)
_IN_GROUPS = ("can_pin_messages", "can_manage_topics")
_IN_CHANNELS = ("can_post_messages", "can_edit_messages")


@dataclass(kw_only=True, eq=False)
class User:
    """A person (or a bot). `started`: has talked to the bot in private, without which it may not begin."""

    id: int
    name: str
    username: str | None = None
    language: str | None = None
    is_bot: bool = False
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.name}
        said |= {"username": self.username} if self.username else {}
        return said | ({"language_code": self.language} if self.language else {})


@dataclass(frozen=True, kw_only=True)
class Member:
    """`rights` are an administrator's; `may_write` a restricted one's."""

    status: Status
    rights: frozenset[str] = frozenset()
    may_write: bool = True
    anonymous: bool = False

    @property
    def is_admin(self) -> bool:
        return self.status in {"creator", "administrator"}

    @property
    def is_in(self) -> bool:
        return self.status not in {"left", "kicked"}

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


@dataclass(kw_only=True, eq=False)
class Topic:
    """One of a forum. `refusal`: what writing there is answered (TOPIC_CLOSED, TOPIC_DELETED)."""

    id: int
    name: str
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Somebody's upload; `says` is its size as Telegram tells it."""

    id: str
    name: str
    media_type: str
    content: bytes = field(repr=False)
    says: int

    def json(self) -> dict[str, Any]:
        named = {"file_name": self.name} if self.name else {}
        kind = {"mime_type": self.media_type} if self.media_type else {}
        return {"file_id": self.id, "file_unique_id": self.id[-8:], "file_size": self.says, **named, **kind}


@dataclass(kw_only=True, eq=False)
class Message:
    """One message as people see it; `rich` if it was sent as such, whose words are `text` too."""

    id: int
    chat: Chat
    date: datetime
    sender: User | None
    sender_chat: Chat | None = None
    text: str = ""
    entities: tuple[Entity, ...] = ()
    keyboard: Keyboard = ()
    forced: ForcedReply | None = None
    rich: Rich | None = None
    thread: int | None = None
    silent: bool = False
    preview: bool = True
    edited: datetime | None = None
    edits: int = 0
    reply_to: Message | None = None
    quote: str | None = None
    forwarded: Message | None = None
    """The channel's post that stands here by itself, for people to talk about."""
    document: str | None = None
    file: File | None = None
    photo: tuple[int, int] | None = None
    ours: bool = False
    """The bot wrote it; `sender` is nobody in channels."""
    service: dict[str, Any] = field(default_factory=dict)
    deleted: bool = False

    @property
    def buttons(self) -> list[list[str]]:
        """What its buttons say."""
        return [[button.label for button in row] for row in self.keyboard]

    def button(self, name: str) -> Button:
        """The button that says `name`, or carries it. Raises LookupError."""
        for button in itertools.chain.from_iterable(self.keyboard):
            if name in (button.label, button.data):
                return button
        raise LookupError(f"no button {name!r} under {self.buttons}")

    def json(self, *, shallow: bool = False) -> dict[str, Any]:
        """As the Bot API has it; `shallow` without what it replies to."""
        said: dict[str, Any] = {"message_id": self.id, "date": int(self.date.timestamp()), "chat": self.chat.json()}
        if self.sender is not None:
            said["from"] = self.sender.json()
        if self.sender_chat is not None:
            said["sender_chat"] = self.sender_chat.json()
        said |= self._thread_json(shallow=shallow)
        if self.edited is not None:
            said["edit_date"] = int(self.edited.timestamp())
        captioned = self.document or self.file or self.photo
        words, marks = ("caption", "caption_entities") if captioned else ("text", "entities")
        if self.rich is not None:
            said["rich_message"] = self.rich.json()
        elif self.text:
            said[words] = self.text
            said |= {marks: [each.json() for each in self.entities]} if self.entities else {}
        if self.document:
            file = f"file-{self.chat.id}-{self.id}"
            said["document"] = {"file_id": file, "file_unique_id": file, "file_name": self.document}
        if self.file is not None:
            said["document"] = self.file.json()
        if self.photo:
            file = f"photo-{self.chat.id}-{self.id}"
            size = dict(zip(("width", "height"), self.photo, strict=True))
            said["photo"] = [{"file_id": file, "file_unique_id": file, **size}]
        if self.keyboard:
            said["reply_markup"] = keyboard_json(self.keyboard)
        return said | self.service

    def _origin_json(self) -> dict[str, Any]:
        """A MessageOrigin."""
        said: dict[str, Any] = {"date": int(self.date.timestamp())}
        if self.chat.kind == "channel":
            return said | {"type": "channel", "chat": self.chat.json(), "message_id": self.id}
        if self.sender_chat is not None or self.sender is None:
            return said | {"type": "chat", "sender_chat": (self.sender_chat or self.chat).json()}
        return said | {"type": "user", "sender_user": self.sender.json()}

    def _thread_json(self, *, shallow: bool) -> dict[str, Any]:
        """Where it belongs. What is in a topic answers the topic's first message if nothing else; a reply outside of
        topics carries a thread id too, which is no topic's."""
        said: dict[str, Any] = {}
        if self.forwarded is not None:
            said = {"is_automatic_forward": True, "forward_origin": self.forwarded._origin_json()}
        if self.thread is not None:
            said |= {"message_thread_id": self.thread, "is_topic_message": True}
        elif self.reply_to is not None and self.reply_to.chat is self.chat and self.chat.kind == "supergroup":
            said |= {"message_thread_id": self.reply_to.id}
        if shallow:
            return said
        if self.quote is not None and self.reply_to is not None:
            at = len(self.reply_to.text.partition(self.quote)[0].encode("utf-16-le")) // 2
            said["quote"] = {"text": self.quote, "position": at, "is_manual": True}
        if self.reply_to is not None and self.reply_to.chat is not self.chat:  # of its words nothing is told
            said["external_reply"] = {"origin": self.reply_to._origin_json()}
            if self.reply_to.chat.kind in {"supergroup", "channel"}:
                said["external_reply"] |= {"chat": self.reply_to.chat.json(), "message_id": self.reply_to.id}
        elif self.reply_to is not None:
            said["reply_to_message"] = self.reply_to.json(shallow=True)
        elif self.thread is not None:
            made = {"forum_topic_created": {"name": self.chat.topics[self.thread].name, "icon_color": 7322096}}
            said["reply_to_message"] = {"message_id": self.thread, "date": 1, "chat": self.chat.json(), **made}
        return said


@dataclass(kw_only=True, eq=False)
class Chat:
    """A place. `open_to`: may plain members write; `refusal`: what writing there is answered besides.

    `takes_photos` False: words may be written there, photos may not be sent.
    """

    id: int
    kind: Kind
    title: str
    username: str | None = None
    is_forum: bool = False
    open_to_members: bool = True
    takes_photos: bool = True
    refusal: Refused | None = None
    person: User | None = None
    upgraded_to: int | None = None
    discussion: Chat | None = None
    """Of a channel: the group where its posts stand too, for people to talk about."""
    deleted: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict, repr=False)
    log: dict[int, Message] = field(default_factory=dict, repr=False)
    next_id: itertools.count[int] = field(default_factory=lambda: itertools.count(2), repr=False)

    def json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"id": self.id, "type": self.kind}
        if self.person is not None:
            said["first_name"] = self.person.name
        else:
            said["title"] = self.title
        said |= {"username": self.username} if self.username else {}
        return said | ({"is_forum": True} if self.is_forum else {})

    def member(self, user_id: int) -> Member:
        """Somebody's standing here; who was never here has left."""
        return self.members.get(user_id, Member(status="left"))

    def message(self, message_id: int) -> Message | None:
        """The one of that id, unless it was deleted."""
        found = self.log.get(message_id)
        return None if found is None or found.deleted else found

    def seen(self, thread: int | None = None) -> list[Message]:
        """What stands there now, oldest first; `thread`: in that topic only, 0 in none."""
        return [
            each for each in self.log.values() if not each.deleted and (thread is None or (each.thread or 0) == thread)
        ]


def all_rights(kind: Kind) -> frozenset[str]:
    """Everything an administrator can be given there."""
    more = _IN_CHANNELS if kind == "channel" else _IN_GROUPS
    return frozenset({*RIGHTS, *more})
