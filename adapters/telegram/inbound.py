"""What an update from Telegram means to us. Pure.

In the private chat an admin may name another chat as the first word of a command, so that its readers never see one:

    /subscribe @channel LLM            /settings -1001234567890            /list -1001234567890:17
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import telegram
from telegram import ChatMemberUpdated, Message, Update

from adapters.telegram import replies
from adapters.telegram.attached import File, file_for
from adapters.telegram.buttons import command_of, decode
from adapters.telegram.limits import NAME
from adapters.telegram.places import Room, locale_of, obstacle, room_of, target_of, thread_of
from adapters.telegram.replies import Answered, Question
from adapters.telegram.words import APART
from bot.commands import COMMANDS, Who
from bot.commands.text import LONGEST, Said, read
from bot.platforms import Actor
from bot.sources.ids import find
from bot.targets import ChatKind, Target

ELSEWHERE = frozenset({*(each.name for each in COMMANDS if each.who is Who.ADMIN), "list", "digest", "why"})
"""Commands that can be about another chat."""

_ABOUT = re.compile(
    r"\s*(?P<command>[/／](?P<name>[A-Za-z_]{1,32})(?:@\w+)?)\s+"
    r"(?P<about>@[A-Za-z]\w{3,31}|-[0-9]{5,15}(?:[:/][0-9]{1,10})?)(?=\s|\Z)(?P<rest>.*)",
    re.DOTALL | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A command, typed or on a button. `about`: the chat it is about, if it is not where it was said (`room`).

    `in_its_name`: an admin speaks as the chat itself. `message` is the command, or what the button stood under; `query`
    what a pressed button waits for. `at` None: now. `file`: in private only. `question` is what it means if the message
    it answers (`answered`) is about papers; `wanted` (None: nothing) what it means without a question, or a paper.
    """

    update: str
    room: Room
    actor: Actor
    wanted: Said | None
    message: int
    question: Question | None = None
    answered: Answered | None = None
    about: str | Target | None = None
    in_its_name: bool = False
    at: datetime | None = None
    locale: str = "en"
    query: str | None = None
    file: File | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A button that means nothing (any more); whoever pressed it waits all the same."""

    query: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """We may write there, since just now."""

    room: Room
    by: Actor | None
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """We may not write there any more."""

    target: Target
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """A group became a supergroup."""

    old: Target
    new: Target


News: TypeAlias = Heard | Stale | Let | Removed | Migrated


def hear(update: Update, *, bot: str) -> News | None:
    """What `update` tells the bot of that user name; None: nothing. What was edited runs no command."""
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member)
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    message = update.message or update.channel_post
    return None if message is None else _said(update.update_id, message, bot)


def lane(update: Update) -> int:
    """The chat whose updates are dealt with one after the other."""
    chat = update.effective_chat
    return 0 if chat is None else chat.id


# ---------------------------------------------------------------- what is typed


def _said(number: int, message: Message, bot: str) -> News | None:
    if message.migrate_to_chat_id:
        return Migrated(old=target_of(message.chat.id), new=target_of(message.migrate_to_chat_id))
    if message.migrate_from_chat_id:
        return Migrated(old=target_of(message.migrate_from_chat_id), new=target_of(message.chat.id))
    room = room_of(message.chat, thread=thread_of(message))
    if message.forum_topic_reopened:
        return Let(room=room, by=None, locale="en")
    speaker = _speaker(message)
    if speaker is None:
        return None
    text = (message.text or message.caption or "").replace(APART, "")[:LONGEST]  # somebody may have copied ours
    about = None
    if room.kind == "private" and (found := _ABOUT.match(text)) and found["name"].lower() in ELSEWHERE:
        about, text = found["about"].replace("/", ":"), f"{found['command']} {found['rest'].strip()}"
    wanted = _wanted(text, message, room.kind, bot)
    file = file_for(wanted, message) if room.kind == "private" else None
    answered = replies.answered(message, bot=bot)
    question = None if file else replies.question(text, answered, kind=room.kind, bot=bot)
    if wanted is None and question is None and file is None:
        return None
    return Heard(
        update=f"{NAME}:{number}",
        room=room,
        actor=Actor(NAME, str(speaker)),
        wanted=Said("summarize") if wanted is None and file is not None else wanted,
        question=question,
        answered=answered,
        about=about,
        in_its_name=message.sender_chat is not None and message.sender_chat.id == message.chat.id,
        at=message.date,
        locale=locale_of(message.from_user),
        message=message.message_id,
        file=file,
    )


def _speaker(message: Message) -> int | None:
    """Whose words they are: a person's, or a chat's in whose name somebody speaks; None: not meant for us."""
    if message.is_automatic_forward or message.via_bot is not None:
        return None
    if message.sender_chat is not None:
        return message.sender_chat.id
    person = message.from_user
    return None if person is None or person.is_bot else person.id


def _wanted(text: str, message: Message, kind: ChatKind, bot: str) -> Said | None:
    wanted = read(_unaddressed(text, bot), kind=kind, bot=bot)
    if wanted is None:
        return None
    code = str(wanted.options.get("code", ""))
    if wanted.command == "start" and code:
        if kind != "private":  # `startgroup` brings words of its own
            return Said("start")
        if (opened := command_of(code)) is not None:
            return read(opened, kind=kind, bot=bot)
    if wanted.command == "summarize" and not find(str(wanted.options.get("ids", ""))):
        links = " ".join(replies.links(message.entities or message.caption_entities))
        if find(links):
            return replace(wanted, options={"ids": links})
    return wanted


def _unaddressed(text: str, bot: str) -> str:
    """In a group, `@bot 2405.17428` is what `/summarize 2405.17428` is."""
    found = re.match(r"\s*@(\w+)[\s,:]+(?![/／])", text)
    if found is None or found[1].casefold() != bot.casefold() or not find(text[found.end() :]):
        return text
    return f"/summarize {text[found.end() :]}"


# ---------------------------------------------------------------- what is pressed


def _pressed(number: int, query: telegram.CallbackQuery) -> Heard | Stale:
    stale = Stale(query=query.id, locale=locale_of(query.from_user))
    message, pressed = query.message, decode(query.data or "")
    if message is None or pressed is None:
        return stale
    if not message.is_accessible and message.chat.is_forum:
        return stale  # Telegram does not say any more in which topic it stands
    room = room_of(message.chat, thread=thread_of(message) if isinstance(message, Message) else None)
    wanted = read(pressed.command, kind=room.kind)
    if wanted is None:
        return stale
    return Heard(
        update=f"{NAME}:{number}",
        room=room,
        actor=Actor(NAME, str(query.from_user.id)),
        wanted=wanted,
        about=pressed.about,
        locale=stale.locale,
        message=message.message_id,
        query=query.id,
    )


# ---------------------------------------------------------------- where we are


def _membership(change: ChatMemberUpdated) -> News | None:
    room = room_of(change.chat)
    before, after = (obstacle(room.kind, each) for each in (change.old_chat_member, change.new_chat_member))
    if after is not None:
        return Removed(target=room.target, reason=after.reason)
    if before is None and change.old_chat_member.status == change.new_chat_member.status:
        return None  # another right was given or taken
    return Let(room=room, by=Actor(NAME, str(change.from_user.id)), locale=locale_of(change.from_user))
