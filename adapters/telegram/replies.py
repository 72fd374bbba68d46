"""Replies: what the message says that somebody answers, what they quote of it, and whether they ask us of it. Pure.

A reply in words to a message of ours about papers is a question about them. In private every such reply is; in a group,
where people talk under papers, one that asks (`?`), names us, or answers a question of ours. To what others wrote it is
one if it names us and that message a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import telegram
from telegram import Message, MessageOriginChannel

from adapters.telegram.limits import NAME
from adapters.telegram.prompts import is_prompt
from adapters.telegram.words import APART
from bot.commands.text import LONGEST, Said
from bot.sources.ids import find, mentions
from bot.targets import ChatKind, Target

_ASKS = re.compile("[?？؟]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A message that was answered: its `words` with the addresses of its links, and what of it was `quoted`.

    `ours`: did we write it? None: what was posted would tell, by where it stands (`at`). `about_papers`: it is ours,
    and its links say so. `prompt`: it is a question of ours.
    """

    words: str = ""
    quoted: str = ""
    at: tuple[Target, str] | None = None
    ours: bool | None = False
    about_papers: bool = False
    prompt: bool = False

    @property
    def told(self) -> str:
        """What is answered: the part that was quoted, if that says which paper it is about."""
        return self.quoted if find(self.quoted) else self.words

    @property
    def is_settled(self) -> bool:
        """Does it say by itself which papers are meant?"""
        return self.about_papers and (not self.quoted or len(find(self.told)) == 1)


@dataclass(frozen=True, slots=True)
class Question:
    """`to_us`: it is for us whoever wrote what it answers."""

    said: Said
    to_us: bool


def answered(message: Message, *, bot: str) -> Answered | None:
    """What `message` answers; None: it answers nothing. `bot` is our user name."""
    quoted = _clean(message.quote.text) if message.quote is not None else ""
    if (before := message.reply_to_message) is not None:
        return _here(before, quoted, bot)
    if (other := message.external_reply) is None:
        return None
    at = None
    if other.chat is not None and other.message_id is not None:
        at = Target(NAME, str(other.chat.id)), str(other.message_id)
    return Answered(words=quoted, quoted=quoted, at=at, ours=None if at is not None else False)


def question(text: str, answered: Answered | None, *, kind: ChatKind, bot: str) -> Question | None:
    """What `text` asks about the message it answers, if that is about papers; None: it asks nothing, or not us."""
    if answered is None or kind == "channel" or text.lstrip()[:1] in {"/", "／"}:
        return None
    asked, names = re.subn(rf"(?<!\w)@{re.escape(bot)}\b", "", text, flags=re.IGNORECASE) if bot else (text, 0)
    asked = " ".join(asked.split()).lstrip(",:;， ")
    if not asked or _is_about_itself(asked):
        return None
    to_us = kind == "private" or names > 0
    asks = answered.ours is not False and (answered.prompt or _ASKS.search(asked) is not None)
    return Question(Said("ask", {"question": asked}), to_us) if to_us or asks else None


def links(entities: Iterable[telegram.MessageEntity]) -> Iterator[str]:
    """Addresses behind words."""
    return (entity.url for entity in entities if entity.url)


def _here(before: Message, quoted: str, bot: str) -> Answered:
    """An answer to a message of the same chat, or to a channel's post in the group where it is talked about."""
    origin = before.forward_origin
    from_channel = before.is_automatic_forward and isinstance(origin, MessageOriginChannel)
    ours: bool | None = before.from_user is not None and _is_us(before.from_user, bot)
    if before.sender_chat is not None and before.sender_chat.id == before.chat.id:
        ours = None  # in a channel, or as an admin without a name, we write in the chat's name, as others do
    at = (Target(NAME, str(before.chat.id)), str(before.message_id)) if ours is not False else None
    if from_channel and isinstance(origin, MessageOriginChannel):
        ours, at = None, (Target(NAME, str(origin.chat.id)), str(origin.message_id))
    text = before.text or before.caption or ""
    marks = tuple(before.entities or before.caption_entities)
    shown = tuple(_rich_words(before.api_kwargs.get("rich_message")))
    led = (*links(marks), *(word for word in shown if word.startswith("https://")))
    return Answered(
        words=_clean(" ".join(word for word in (text, *links(marks), *shown) if word)),
        quoted=quoted,
        at=at,
        ours=ours,
        about_papers=ours is True and bool(find(" ".join(led))),
        prompt=is_prompt(led),
    )


def _is_us(user: telegram.User, bot: str) -> bool:
    return user.is_bot and bool(bot) and (user.username or "").casefold() == bot.casefold()


def _clean(text: str) -> str:
    return text.replace(APART, "")[:LONGEST]


def _is_about_itself(text: str) -> bool:
    """Is it about papers that it names itself, and asks nothing of the one it answers?"""
    rest = text
    for mention in reversed(found := mentions(text)):
        rest = rest[: mention.start] + rest[mention.end :]
    asks = _ASKS.search(text) is not None and any(map(str.isalpha, rest))
    return bool(found) and not asks


# ---------------------------------------------------------------- Rich Messages


def _rich_words(rich: object, depth: int = 0) -> Iterator[str]:
    """Texts and addresses of a Rich Message, whose blocks the library does not know."""
    if depth > 20:
        return
    if isinstance(rich, Mapping):
        for name, value in rich.items():
            if isinstance(value, str):
                if name in {"text", "url", "html"}:
                    yield value
            else:
                yield from _rich_words(value, depth + 1)
    elif isinstance(rich, Sequence) and not isinstance(rich, str | bytes):
        for each in rich:
            if isinstance(each, str):
                yield each
            else:
                yield from _rich_words(each, depth + 1)
