"""What people do on the test Telegram, and the updates the bot gets of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes.telegram_places import Chat, File, Member, Message, Status, Topic, User, all_rights
from tests.fakes.telegram_text import Entity, commands_in, piece
from tests.fakes.telegram_updates import Updates
from tests.fakes.telegram_world import World


@dataclass(kw_only=True)
class Pressed:
    """A button that was pressed; `answer` is what the person then saw pop up (""), None: the clock still turns."""

    id: str
    user: User
    message: Message
    at: float
    answer: str | None = None
    alert: bool = False
    url: str | None = None


class People(World):
    """Everything here happens at once and is told to the bot as Telegram tells it."""

    def __init__(
        self, *, bot: User, now: Callable[[], datetime], clock: Callable[[], float], reads_all: bool = False
    ) -> None:
        super().__init__(bot=bot, now=now)
        self.clock = clock
        self.reads_all = reads_all
        """Privacy mode is off: in groups the bot sees everything, not only commands and replies to it."""
        self.updates = Updates()
        self.pressed: dict[str, Pressed] = {}
        self._presses = itertools.count(4_382_000_000_000_001)

    def says(
        self,
        user: User,
        where: Chat | User,
        text: str,
        *,
        thread: int | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        entities: tuple[Entity, ...] | None = None,
        anonymous: bool = False,
        as_channel: Chat | None = None,
        file: File | None = None,
    ) -> Message:
        """A person writes, perhaps below a `file`; `anonymous`: as an admin in the group's name; `as_channel`: in the
        name of a channel of theirs. `reply_to` may stand in another chat; `quote` is a part of it. In private the bot
        may answer from then on.
        """
        if quote is not None and (reply_to is None or quote not in reply_to.text):
            raise LookupError(f"nobody can quote {quote!r}")
        chat = self.private(where) if isinstance(where, User) else where
        voice = self.anonymous if anonymous else self.channels_voice if as_channel else user
        message = self.store(
            Message(
                id=next(chat.next_id),
                chat=chat,
                date=self.now(),
                sender=voice,
                sender_chat=chat if anonymous else as_channel,
                text=text,
                entities=commands_in(text) if entities is None else entities,
                thread=thread if chat.is_forum else None,
                reply_to=reply_to,
                file=file,
                quote=quote,
            )
        )
        if chat.kind == "private":
            user.started, user.blocked = True, False
            self.known.add(chat.id)
        if self._hears(message):
            self.updates.push("message", message.json())
        return message

    def uploads(
        self, content: bytes, name: str = "paper.pdf", media_type: str = "application/pdf", *, says: int | None = None
    ) -> File:
        """A file, to be said with a message. `says`: another size than it has."""
        size = len(content) if says is None else says
        id_ = f"BQACAgIAAxkBAAM{len(self.files):08d}"
        file = self.files[id_] = File(id=id_, name=name, media_type=media_type, content=content, says=size)
        return file

    def starts(self, user: User, parameter: str = "") -> Message:
        """A person presses Start, perhaps on a deep link."""
        return self.says(user, user, f"/start {parameter}".strip())

    def posts(self, channel: Chat, text: str, *, reply_to: Message | None = None) -> Message:
        """An admin posts in the name of the channel."""
        message = self.store(
            Message(
                id=next(channel.next_id),
                chat=channel,
                date=self.now(),
                sender=None,
                sender_chat=channel,
                text=text,
                entities=commands_in(text),
                reply_to=reply_to,
            )
        )
        if self.standing(channel).is_in:
            self.updates.push("channel_post", message.json())
        return message

    def edits(self, message: Message, text: str) -> None:
        """Somebody changes what they wrote."""
        message.text, message.entities, message.edited = text, commands_in(text), self.now()
        if self._hears(message):
            kind = "edited_channel_post" if message.chat.kind == "channel" else "edited_message"
            self.updates.push(kind, message.json())

    def deletes(self, message: Message) -> None:
        """An admin (or its author) deletes a message; bots are not told."""
        message.deleted = True

    def presses(self, user: User, message: Message, button: str, *, old: bool = False) -> Pressed:
        """A person presses the button that says `button`, or carries it; `old`: the message is too old for the bot to
        be shown. Raises LookupError.
        """
        found = message.button(button)
        if message.deleted or found.data is None:
            raise LookupError(f"nothing is sent to the bot when {button!r} is pressed")
        pressed = Pressed(id=str(next(self._presses)), user=user, message=message, at=self.clock())
        self.pressed[pressed.id] = pressed
        payload: dict[str, Any] = {
            "id": pressed.id,
            "from": user.json(),
            "message": {"message_id": message.id, "chat": message.chat.json(), "date": 0} if old else message.json(),
            "chat_instance": f"instance-{message.chat.id}",
            "data": found.data,
        }
        self.updates.push("callback_query", payload)
        return pressed

    # ------------------------------------------------------------ the bot's standing

    def admits(self, by: User, chat: Chat, *, rights: frozenset[str] | None = None) -> None:
        """Somebody adds the bot, or makes it an admin (`rights`; in channels that is the only way)."""
        if chat.kind == "channel" and rights is None:
            rights = all_rights(chat.kind)
        status: Status = "member" if rights is None else "administrator"
        was_in = self.standing(chat).is_in
        self.known.add(chat.id)
        self._bot_becomes(by, chat, Member(status=status, rights=rights or frozenset()))
        if chat.kind in {"group", "supergroup"} and not was_in:
            self._service(chat, by, {"new_chat_members": [self.bot.json()]})

    def kicks(self, by: User, chat: Chat) -> None:
        """Somebody removes the bot."""
        if chat.kind != "channel":  # the bot is told by a message while it still can hear
            self._service(chat, by, {"left_chat_member": self.bot.json()})
        self._bot_becomes(by, chat, Member(status="kicked"))

    def restricts(self, by: User, chat: Chat, *, may_write: bool = False) -> None:
        """Somebody takes the bot's right to write (or gives it back)."""
        self._bot_becomes(by, chat, Member(status="restricted", may_write=may_write))

    def blocks(self, user: User) -> None:
        """A person stops the bot in private."""
        user.blocked = True
        self._tell_standing(user, self.private(user), Member(status="member"), Member(status="kicked"))

    def unblocks(self, user: User) -> None:
        """And restarts it."""
        user.blocked = False
        self._tell_standing(user, self.private(user), Member(status="kicked"), Member(status="member"))

    def promotes(self, chat: Chat, user: User, *, anonymous: bool = False) -> None:
        """A person becomes an admin; the bot is not told unless it asked for chat_member."""
        chat.members[user.id] = Member(status="administrator", rights=all_rights(chat.kind), anonymous=anonymous)

    def demotes(self, chat: Chat, user: User) -> None:
        """A person is no admin any more."""
        chat.members[user.id] = Member(status="member")

    def closes(self, by: User, forum: Chat, topic: Topic) -> None:
        """An admin closes a topic; `topic.refusal` is what writing there is answered."""
        topic.refusal = "TOPIC_CLOSED"
        self._service(forum, by, {"forum_topic_closed": {}, "is_topic_message": True, "message_thread_id": topic.id})

    def erases(self, topic: Topic) -> None:
        """An admin deletes a topic; bots are not told."""
        topic.refusal = "TOPIC_DELETED"

    def migrates(self, by: User, group: Chat) -> Chat:
        """A group becomes a supergroup with another id; both sides say so."""
        new = Chat(id=self._far(), kind="supergroup", title=group.title, members=dict(group.members))
        self.chats[new.id] = new
        self.known.add(new.id)
        self._service(group, by, {"migrate_to_chat_id": new.id})
        group.upgraded_to = new.id
        self._service(new, self.anonymous, {"migrate_from_chat_id": group.id}, sender_chat=new)
        return new

    def _bot_becomes(self, by: User, chat: Chat, new: Member) -> None:
        old = self.standing(chat)
        chat.members[self.bot.id] = new
        self._tell_standing(by, chat, old, new)

    def _tell_standing(self, by: User, chat: Chat, old: Member, new: Member) -> None:
        payload = {
            "chat": chat.json(),
            "from": by.json(),
            "date": int(self.now().timestamp()),
            "old_chat_member": member_json(self.bot, old),
            "new_chat_member": member_json(self.bot, new),
        }
        self.updates.push("my_chat_member", payload)

    def _service(self, chat: Chat, by: User, what: dict[str, Any], *, sender_chat: Chat | None = None) -> None:
        message = Message(
            id=next(chat.next_id), chat=chat, date=self.now(), sender=by, sender_chat=sender_chat, service=what
        )
        self.store(message)
        self.updates.push("message", message.json())

    def _hears(self, message: Message) -> bool:
        """Does Telegram show it to the bot? Privacy mode hides what is not meant for it."""
        chat = message.chat
        standing = self.standing(chat)
        if chat.kind == "private" or not standing.is_in:
            return chat.kind == "private"
        if chat.kind == "channel":
            return True
        to_us = message.reply_to is not None and message.reply_to.ours and message.reply_to.chat is chat
        commands = [piece(message.text, each).lower() for each in message.entities if each.type == "bot_command"]
        called = any("@" not in each or each.endswith(f"@{self.bot.username}".lower()) for each in commands)
        return self.reads_all or standing.is_admin or to_us or called


def member_json(user: User, member: Member) -> dict[str, Any]:
    """A ChatMember."""
    said: dict[str, Any] = {"user": user.json(), "status": member.status}
    match member.status:
        case "creator":
            said |= {"is_anonymous": member.anonymous}
        case "administrator":
            rights = sorted(all_rights("group") | all_rights("channel"))
            said |= {"can_be_edited": False, "is_anonymous": member.anonymous}
            said |= {right: right in member.rights for right in rights}
        case "restricted":
            may = ("messages", "audios", "documents", "photos", "videos", "video_notes", "voice_notes", "polls")
            said |= {"is_member": True, "until_date": 0} | {f"can_send_{each}": member.may_write for each in may}
            other = ("can_send_other_messages", "can_add_web_page_previews", "can_change_info", "can_invite_users")
            said |= dict.fromkeys(
                (*other, "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages"), False
            )
        case "kicked":
            said |= {"until_date": 0}
        case "member" | "left":
            pass
    return said
