"""The world of the test Telegram: who is where, and what has been said. Made and read by tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from tests.fakes.telegram_places import (
    ANONYMOUS_ADMIN,
    CHANNEL_BOT,
    FORWARDER,
    Chat,
    File,
    Member,
    Message,
    Status,
    Topic,
    User,
    all_rights,
)


class World:
    """People and chats, and the bot among them. `now` is the wall clock (aware).

    Ids are given as Telegram gives them: people above zero, groups below, supergroups and channels below -10^12; every
    supergroup and channel counts its messages by itself, private chats and groups together.
    """

    def __init__(self, *, bot: User, now: Callable[[], datetime]) -> None:
        self.bot = bot
        self.now = now
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.known: set[int] = set()
        """Chats the bot has been in or heard from: the others are not found."""
        self._numbers = itertools.count(1)
        self._shared = itertools.count(1)
        self.anonymous = self._user(User(id=ANONYMOUS_ADMIN, name="Group", username="GroupAnonymousBot", is_bot=True))
        self.forwarder = self._user(User(id=FORWARDER, name="Telegram"))
        self.channels_voice = self._user(User(id=CHANNEL_BOT, name="Channel", username="Channel_Bot", is_bot=True))

    # ------------------------------------------------------------ building

    def add_user(
        self, name: str = "Ann", *, username: str | None = None, language: str | None = "en", started: bool = False
    ) -> User:
        """A person; `started`: has pressed Start in the private chat with the bot."""
        user = self._user(
            User(id=1_000 + next(self._numbers), name=name, username=username, language=language, started=started)
        )
        if started:
            self.known.add(self.private(user).id)
        return user

    def add_group(
        self,
        title: str = "Group",
        *,
        admins: Iterable[User] = (),
        members: Iterable[User] = (),
        bot: Status = "member",
    ) -> Chat:
        """A basic group; the first of `admins` made it."""
        return self._place(Chat(id=-(4_000 + next(self._numbers)), kind="group", title=title), admins, members, bot)

    def add_supergroup(
        self,
        title: str = "Supergroup",
        *,
        username: str | None = None,
        admins: Iterable[User] = (),
        members: Iterable[User] = (),
        bot: Status = "member",
        forum: bool = False,
    ) -> Chat:
        """A supergroup; the first of `admins` made it."""
        chat = Chat(id=self._far(), kind="supergroup", title=title, username=username, is_forum=forum)
        return self._place(chat, admins, members, bot)

    def add_forum(
        self,
        title: str = "Forum",
        *,
        topics: Iterable[str] = (),
        admins: Iterable[User] = (),
        members: Iterable[User] = (),
        bot: Status = "member",
    ) -> Chat:
        """A supergroup with topics; General is no thread."""
        chat = self.add_supergroup(title, admins=admins, members=members, bot=bot, forum=True)
        for name in topics:
            self.add_topic(chat, name)
        return chat

    def add_topic(self, forum: Chat, name: str) -> Topic:
        """A topic of a forum."""
        topic = Topic(id=next(forum.next_id), name=name)
        forum.topics[topic.id] = topic
        return topic

    def add_channel(
        self,
        title: str = "Channel",
        *,
        username: str | None = None,
        admins: Iterable[User] = (),
        members: Iterable[User] = (),
        bot: Status = "administrator",
    ) -> Chat:
        """A channel; bots are in channels as administrators or not at all."""
        return self._place(Chat(id=self._far(), kind="channel", title=title, username=username), admins, members, bot)

    def private(self, user: User) -> Chat:
        """The private chat of somebody with the bot."""
        if user.id not in self.chats:
            self.chats[user.id] = Chat(
                id=user.id, kind="private", title="", username=user.username, person=user, next_id=self._shared
            )
        return self.chats[user.id]

    # ------------------------------------------------------------ reading

    def standing(self, chat: Chat) -> Member:
        """The bot's own."""
        return chat.member(self.bot.id)

    def messages(self, chat: Chat | User, thread: int | None = None) -> list[Message]:
        """What people see there, oldest first, service messages left out; `thread` 0: outside of topics."""
        place = self.private(chat) if isinstance(chat, User) else chat
        return [each for each in place.seen(thread) if not each.service]

    def store(self, message: Message) -> Message:
        """It stands there from now on; a channel's post in its group, too."""
        message.chat.log[message.id] = message
        if (group := message.chat.discussion) is not None:
            copy = replace(
                message,
                id=next(group.next_id),
                chat=group,
                sender=self.forwarder,
                sender_chat=message.chat,
                forwarded=message,
                reply_to=None,
                ours=False,
            )
            group.log[copy.id] = copy
        return message

    def _user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def _far(self) -> int:
        return -1_001_234_000_000 - next(self._numbers)

    def _place(self, chat: Chat, admins: Iterable[User], members: Iterable[User], bot: Status) -> Chat:
        if chat.kind == "group":
            chat.next_id = self._shared
        rights = all_rights(chat.kind)
        status: Status = "creator"
        for each in admins:
            chat.members[each.id] = Member(status=status, rights=rights)
            status = "administrator"
        for each in members:
            chat.members[each.id] = Member(status="member")
        chat.members[self.bot.id] = Member(status=bot, rights=rights if bot == "administrator" else frozenset())
        self.chats[chat.id] = chat
        if bot != "left":
            self.known.add(chat.id)
        return chat
