"""What buttons and deep links carry: a command, and the chat it is about; nothing is kept, nothing is lost. Pure.

Callback data is `1`, the chat it is about (nothing: the one it stands in), and the command:

    1/summarize 2405.17428            100T8yTYMb/settings size 10            100T8yTYMbV/settings size 10

A chat is 9 digits of base 64: its id, up to 52 bits, with its sign in the lowest one. A thread is up to 6 digits more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.telegram.limits import CALLBACK, NAME, START
from bot.ports import UsageError
from bot.sources.ids import parse
from bot.targets import Target

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_CHAT = 9
_CHAT_BITS = 52  # https://core.telegram.org/bots/api#chat: "at most 52 significant bits"
_THREAD_BITS = 32
_DATA = re.compile(
    r"1(?:(?P<chat>[\w-]{9})(?P<thread>[\w-]{1,6})?)?(?P<command>/[a-z_]+(?: [^\x00-\x1f\x7f]*)?)", re.ASCII
)

_OPENED = {"p": "summarize", "e": "evidence", "a": "abstract", "q": "ask"}
_PAYLOADS = {name: letter for letter, name in _OPENED.items()}
_SLUG = re.compile(r"[A-Za-z0-9_-]{1,63}")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button's command, and the chat it is about if that is not the one it stands in."""

    command: str
    about: Target | None = None


def encode(command: str, about: Target | None = None) -> str:
    """Callback data of a button that does `command`. Raises ValueError if no button can carry it."""
    data = f"1{_where(about) if about else ''}{command}"
    if len(data.encode()) > CALLBACK or not _DATA.fullmatch(data):
        raise ValueError("no button can carry this")
    return data


def decode(data: str) -> Pressed | None:
    """What `encode` was given; None for anything it did not make."""
    match = _DATA.fullmatch(data) if len(data) <= CALLBACK else None
    if match is None:
        return None
    about = _target(match["chat"], match["thread"]) if match["chat"] else None
    pressed = Pressed(match["command"], about)
    try:
        return pressed if encode(pressed.command, about) == data else None
    except ValueError:
        return None


def start_payload(command: str) -> str | None:
    """What `t.me/BOT?start=` carries for a command that only reads; None: no link does this."""
    name, _, rest = command.removeprefix("/").partition(" ")
    if name in _PAYLOADS and _is_paper(rest):
        payload = _PAYLOADS[name] + rest.replace(".", "_").replace("/", "_")
    elif name == "rest" and _SLUG.fullmatch(rest):
        payload = f"r{rest}"
    else:
        return None
    return payload if len(payload) <= START else None


def command_of(payload: str) -> str | None:
    """The command whose `start_payload` this is; None for any other, such as an owner's code."""
    letter, rest = payload[:1], payload[1:]
    if letter in _OPENED:
        command = f"/{_OPENED[letter]} {rest.replace('_', '.' if rest[:1].isdigit() else '/')}"
    else:
        command = f"/rest {rest}"
    return command if start_payload(command) == payload else None


def deep_link(username: str, payload: str) -> str:
    """The link that opens a private chat with the bot and starts it with `payload`."""
    return f"https://t.me/{username}?start={payload}"


def _is_paper(text: str) -> bool:
    """Is this one id, written as we write it?"""
    try:
        return str(parse(text)) == text
    except UsageError:
        return False


def _where(target: Target) -> str:
    try:
        chat, thread = int(target.chat_id), int(target.thread_id or 0)
    except ValueError:
        raise ValueError("ids of chats and threads are numbers") from None
    if not 0 < abs(chat) < 1 << _CHAT_BITS or not 0 <= thread < 1 << _THREAD_BITS:
        raise ValueError("there is no such chat")
    return _digits(abs(chat) << 1 | (chat < 0)).rjust(_CHAT, "0") + (_digits(thread) if thread else "")


def _target(chat: str, thread: str | None) -> Target:
    number = _number(chat)
    chat_id = -(number >> 1) if number & 1 else number >> 1
    return Target(NAME, str(chat_id), None if thread is None else str(_number(thread)))


def _digits(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 64)
        digits = _DIGITS[digit] + digits
    return digits


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * 64 + _VALUES[digit]
    return number
