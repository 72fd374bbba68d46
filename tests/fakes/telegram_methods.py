"""Bot API methods that write: messages, edits, answers to buttons."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.fakes import telegram_access as access
from tests.fakes import telegram_rich as rich
from tests.fakes.telegram_html import parse_html
from tests.fakes.telegram_limits import Limits
from tests.fakes.telegram_markup import keyboard_from, markup_from, preview_off
from tests.fakes.telegram_params import Params
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import Chat, Message
from tests.fakes.telegram_refusals import NOT_MODIFIED, TOO_OLD, Refused, bad, flood
from tests.fakes.telegram_text import MOST_BYTES, MOST_CAPTION, MOST_UNITS, Formatted, entities_from, fix

ACTIONS = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio"),
        *("upload_audio", "upload_document", "choose_sticker", "find_location", "pick_up_location", "cancel"),
        *("record_video_note", "upload_video_note"),
    }
)
MOST_ANSWER = 200
MOST_PHOTO = 10 << 20
MOST_SIDES = 10_000
MOST_TIMES = 20
"""A photo's bytes, its width and height together, and how many times the one may be the other."""
QUERY_LIVES = 15.0
"""Seconds in which a pressed button wants its answer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A preview somebody sees in private while a text is being made."""

    chat: Chat
    id: int
    text: str


@dataclass
class Writing:
    """`rich` False is a server older than rich messages. `dropped`: what was silently lost of what bots sent."""

    people: People
    limits: Limits
    rich: bool = True
    dropped: list[str] = field(default_factory=list)
    actions: list[tuple[Chat, str, int | None]] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)

    def send_message(self, params: Params) -> dict[str, Any]:
        """`sendMessage`."""
        words = self._words(params, "text", "entities", MOST_UNITS)
        return self._send(params, text=words.text, entities=words.entities)

    def send_rich_message(self, params: Params) -> dict[str, Any]:
        """`sendRichMessage`."""
        made = rich.parse(params.object("rich_message"))
        self.dropped += made.dropped
        return self._send(params, text=made.text, rich=made)

    def send_document(self, params: Params) -> dict[str, Any]:
        """`sendDocument`: an upload, a file id or an address."""
        raw = params.text("document")
        name = raw.removeprefix("attach://") if raw else "document"
        if name in params.files:
            file = params.files[name][0] or "document"
            if not params.files[name][1]:
                raise bad("file must be non-empty")
        elif raw.startswith(("http://", "https://", "file-")):
            file = raw.rsplit("/", 1)[-1]
        else:
            raise bad("there is no document in the request")
        words = self._words(params, "caption", "caption_entities", MOST_CAPTION, empty=True)
        return self._send(params, text=words.text, entities=words.entities, document=file)

    def send_photo(self, params: Params) -> dict[str, Any]:
        """`sendPhoto`: an upload that the server can read, of a size and a shape that it takes."""
        raw = params.text("photo")
        name = raw.removeprefix("attach://") if raw else "photo"
        if name not in params.files:
            raise bad("there is no photo in the request")
        size = measured(params.files[name][1])
        words = self._words(params, "caption", "caption_entities", MOST_CAPTION, empty=True)
        chat = access.find(self.people, params.raw("chat_id"))
        if not chat.takes_photos:
            raise bad("not enough rights to send photos to the chat")
        return self._send(params, text=words.text, entities=words.entities, photo=size)

    def edit_message_text(self, params: Params) -> dict[str, Any]:
        """`editMessageText`, with a rich message in place of the text on a server that knows them."""
        made = None
        words = Formatted("")
        if self.rich and "rich_message" in params:
            made = rich.parse(params.object("rich_message"))
            self.dropped += made.dropped
        else:
            words = self._words(params, "text", "entities", MOST_UNITS)
        text = made.text if made else words.text
        keyboard = keyboard_from(params.raw("reply_markup"))
        preview = not preview_off(params.object("link_preview_options"))
        chat = access.find(self.people, params.raw("chat_id"))
        message = access.check_edit(self.people, chat, params.number("message_id"))
        if message.document or message.photo:
            raise bad("there is no text in the message to edit")
        old_html = message.rich.html if message.rich else None
        old = (message.text, frozenset(message.entities), message.keyboard, old_html)
        if old == (text, frozenset(words.entities), keyboard, made.html if made else None):
            raise bad(NOT_MODIFIED)
        self._pay(chat)
        message.text, message.entities, message.keyboard = text, words.entities, keyboard
        message.rich, message.preview = made, preview
        return self._edited(message)

    def edit_message_reply_markup(self, params: Params) -> dict[str, Any]:
        """`editMessageReplyMarkup`."""
        keyboard = keyboard_from(params.raw("reply_markup"))
        chat = access.find(self.people, params.raw("chat_id"))
        message = access.check_edit(self.people, chat, params.number("message_id"))
        if message.keyboard == keyboard:
            raise bad(NOT_MODIFIED)
        self._pay(chat)
        message.keyboard = keyboard
        return self._edited(message)

    def delete_message(self, params: Params) -> bool:
        """`deleteMessage`: our own, or anybody's where we have the right to."""
        chat = access.find(self.people, params.raw("chat_id"))
        access.check_read(self.people, chat)
        number = params.number("message_id")
        message = chat.message(number) if number is not None else None
        if message is None:
            raise bad("message to delete not found")
        standing = self.people.standing(chat)
        old = (self.people.now() - message.date).total_seconds() > 48 * 3600
        if not standing.may("can_delete_messages") and ((not message.ours and chat.kind != "private") or old):
            raise bad("message can't be deleted for everyone" if message.ours else "message can't be deleted")
        message.deleted = True
        return True

    def answer_callback_query(self, params: Params) -> bool:
        """`answerCallbackQuery`: once, in time."""
        pressed = self.people.pressed.get(params.text("callback_query_id"))
        if pressed is None or pressed.answer is not None or self.people.clock() - pressed.at > QUERY_LIVES:
            raise bad(TOO_OLD)
        text, url = params.text("text"), params.text("url")
        if len(text) > MOST_ANSWER:
            raise bad("MESSAGE_TOO_LONG")
        if url and not url.startswith((f"https://t.me/{self.people.bot.username}?start=", "tg://")):
            raise bad("URL_INVALID")
        pressed.answer, pressed.alert, pressed.url = text, params.flag("show_alert"), url or None
        return True

    def send_chat_action(self, params: Params) -> bool:
        """`sendChatAction`."""
        action = params.text("action")
        if action not in ACTIONS:
            raise bad("wrong parameter action in request")
        chat = access.find(self.people, params.raw("chat_id"))
        access.check_write(self.people, chat)
        self.actions.append((chat, action, params.number("message_thread_id")))
        return True

    def send_message_draft(self, params: Params) -> bool:
        """`sendMessageDraft`: in private only; the text may be empty."""
        words = self._words(params, "text", "entities", MOST_UNITS, empty=True)
        return self._draft(params, words.text)

    def send_rich_message_draft(self, params: Params) -> bool:
        """`sendRichMessageDraft`."""
        return self._draft(params, rich.parse(params.object("rich_message")).text)

    # ------------------------------------------------------------ what they share

    def _send(self, params: Params, **content: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of Message
        preview = not preview_off(params.object("link_preview_options"))
        chat = access.find(self.people, params.raw("chat_id"))
        keyboard, forced = markup_from(params.raw("reply_markup"), in_channel=chat.kind == "channel")
        access.check_write(self.people, chat)
        reply = self._reply_to(params, chat)
        thread = access.thread_of(self.people, chat, params.number("message_thread_id"), reply)
        self._pay(chat)
        in_channel = chat.kind == "channel"
        message = Message(
            id=next(chat.next_id),
            chat=chat,
            date=self.people.now(),
            sender=None if in_channel else self.people.bot,
            sender_chat=chat if in_channel else None,
            keyboard=keyboard,
            forced=forced,
            preview=preview,
            thread=thread,
            silent=params.flag("disable_notification"),
            reply_to=reply,
            ours=True,
            **content,
        )
        return self.people.store(message).json()

    def _words(self, params: Params, text: str, entities: str, most: int, *, empty: bool = False) -> Formatted:
        said = params.text(text)
        if len(said.encode()) > MOST_BYTES:
            raise bad("Text is too long")
        mode = params.text("parse_mode").lower()
        if mode == "html":
            said, marks, lost = parse_html(said)
            self.dropped += lost
        elif mode:
            # Markdown exists; nobody here writes it, and what is not tested is not faked.
            raise bad("unsupported parse_mode")
        else:
            raw = params.object(entities)
            marks = [] if raw is None else entities_from(raw)
        words = fix(said, marks, most=most, empty=empty)
        self.dropped += words.dropped
        return words

    def _reply_to(self, params: Params, chat: Chat) -> Message | None:
        asked = params.object("reply_parameters")
        if asked is None:
            return None
        if not isinstance(asked, dict) or type(asked.get("message_id")) is not int:
            raise bad("can't parse reply parameters: Can't find field \"message_id\"")
        message = chat.message(asked["message_id"])
        if message is None and not asked.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return message

    def _draft(self, params: Params, text: str) -> bool:
        chat = access.find(self.people, params.raw("chat_id"))
        access.check_write(self.people, chat)
        if chat.kind != "private":
            raise bad("TEXTDRAFT_PEER_INVALID")
        number = params.number("draft_id")
        if not number:
            raise bad("RANDOM_ID_INVALID")
        self.drafts.append(Draft(chat, number, text))
        return True

    def _pay(self, chat: Chat) -> None:
        wait = self.limits.take(chat.id, is_group=chat.kind != "private")
        if wait is not None:
            raise flood(wait)

    def _edited(self, message: Message) -> dict[str, Any]:
        message.edited, message.edits = self.people.now(), message.edits + 1
        return message.json()


def measured(body: bytes) -> tuple[int, int]:
    """Width and height of a photo that the server takes. Raises Refused."""
    if not body:
        raise bad("file must be non-empty")
    if len(body) > MOST_PHOTO:
        raise Refused(413, "Request Entity Too Large")
    try:
        with Image.open(io.BytesIO(body)) as photo:
            photo.load()
            short, long = sorted(photo.size)
    except OSError:
        raise bad("IMAGE_PROCESS_FAILED") from None
    if short + long > MOST_SIDES or long > MOST_TIMES * short:
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return photo.size


def unknown_method() -> Refused:
    """What a server answers to methods it does not know."""
    return Refused(404, "Not Found: method not found")
