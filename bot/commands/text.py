"""What people type, and what buttons carry, as a command with typed options. Pure.

    /subscribe@paperbot "mixture of experts" as MoE      a command in any case, for us or for whoever listens
    2405.17428 · https://arxiv.org/abs/2405.17428        in a private chat: /summarize
    /subscribe ~k3f9qa2x yes 20                          a button: what it confirms is kept under a short name
    /unsubscribe 2 ~k3f9                                 a button: number 2, if it is still the one it was made for
    /ask arXiv:2405.17428v2 how large is it?             the papers named first, then the question

A word that begins with `~` is a short name (a catalogue id or a hash); nobody types one, and no query begins with it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.commands import BY_NAME, Command, Option
from bot.sources.ids import mentions
from bot.targets import ChatKind
from bot.topics.lexer import plain

LONGEST = 20_000
"""Characters of a message we look at; chats allow 4,096."""

LONGEST_NAME = 60
"""Characters of a subscription's name."""

CALLBACK = 46
"""Bytes of a command that a button can carry everywhere: of Telegram's 64, 18 are for the chat it is about."""

_COMMAND = re.compile(r"\s*[/／](?P<name>[A-Za-z_]{1,32})(?:@(?P<bot>\w{1,64}))?(?:\s+(?P<rest>.*))?\s*\Z", re.DOTALL)
_AS = re.compile(r"\s+as\s+", re.IGNORECASE)
_BUTTON = re.compile(r"~(?P<ref>[a-z0-9-]{0,32})(?:\s+(?P<do>[a-z]+)(?:\s+(?P<value>[a-z0-9_]+))?)?\Z")
_CHECKED = re.compile(r"(?P<topic>[0-9]{1,4})\s+~(?P<check>[a-z0-9]{2,8})\Z")

_AFTER = " \t\r\n,;:：，、)]>–—-"
_BETWEEN = _AFTER + "([<"
"""What may stand between papers; after the last one, nothing that opens the question."""


@dataclass(frozen=True, slots=True)
class Said:
    """A command of COMMANDS and its options by name; what was not said is not there.

    An `int` that is no number and a `choice` that is none stay as they were typed: whoever answers says what is wrong.
    """

    command: str
    options: Mapping[str, str | int] = field(default_factory=dict)


def read(text: str, *, kind: ChatKind, bot: str = "") -> Said | None:
    """What `text` asks of the bot called `bot` (its user name; '' where names do not matter); None if nothing.

    In a private chat everything is for us: text that is no command asks for the papers it names. Elsewhere a command we
    do not know is somebody else's, unless it names us; then help is asked about it.
    """
    text = text[:LONGEST]
    found = _COMMAND.match(text)
    if found is None:
        return Said("summarize", {"ids": text.strip()}) if kind == "private" and text.strip() else None
    if found["bot"] and bot and found["bot"].casefold() != bot.casefold():
        return None
    name = found["name"].lower()
    command = BY_NAME.get(name)
    if command is None:
        return Said("help", {"command": name}) if kind == "private" or found["bot"] else None
    return Said(name, _options(command, (found["rest"] or "").strip()))


def command(name: str, *words: str | int) -> str:
    """The command that a button carries: `read` takes it back."""
    return " ".join((f"/{name}", *map(str, words)))


def fits(carried: str) -> bool:
    """Can every platform's buttons carry it?"""
    return len(carried.encode()) <= CALLBACK


def short(text: str, length: int = 8) -> str:
    """A short name of `text`: letters and digits that no other text is likely to have."""
    return (
        b32encode(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).digest())
        .decode()
        .lower()[:length]
    )


def _options(command: Command, rest: str) -> dict[str, str | int]:
    match command.name:
        case "subscribe":
            return _subscribe(rest)
        case "ask":
            return _ask(rest)
        case "unsubscribe" if checked := _CHECKED.match(rest):
            return dict(checked.groupdict())
        case "schedule" if rest.startswith("~"):
            return {"do": rest[1:].strip().lower()}
    found: dict[str, str | int] = {}
    for option in command.options:
        if not rest:
            break
        word, rest = (rest, "") if option.rest else _first(rest)
        found[option.name] = _typed(option, word)
    return found


def _subscribe(rest: str) -> dict[str, str | int]:
    if pressed := _BUTTON.match(rest):
        found = {"topic": f"~{pressed['ref']}", "do": pressed["do"], "value": pressed["value"]}
        return {name: word for name, word in found.items() if word is not None}
    topic, name = _named(" ".join(rest.split()))
    return {key: word for key, word in (("topic", topic), ("name", name)) if word}


def _ask(rest: str) -> dict[str, str | int]:
    """The papers that are named before any other word, and what is asked."""
    start = end = 0
    for mention in mentions(rest):
        if rest[end : mention.start].strip(_BETWEEN):
            break
        start, end = start if end else mention.start, mention.end
    found = {"id": rest[start:end], "question": rest[end:].lstrip(_AFTER if end else "")}
    return {key: word for key, word in found.items() if word}


def _named(text: str) -> tuple[str, str]:
    """`TOPIC as NAME` in its two parts, at the last `as` outside quotation marks; the name is '' if there is none."""
    seen = plain(text)
    for found in reversed(list(_AS.finditer(seen))):
        if seen.count('"', 0, found.start()) % 2 == 0 and text[: found.start()].strip():
            name = text[found.end() :].strip().strip('"“”„«»').strip()
            if name and seen.count("(", 0, found.start()) == seen.count(")", 0, found.start()):
                return text[: found.start()].strip(), name[:LONGEST_NAME]
    return text.removesuffix(" as") or text, ""  # a name that was not given after all


def _first(text: str) -> tuple[str, str]:
    word, *rest = text.split(maxsplit=1)
    return word, rest[0] if rest else ""


def _typed(option: Option, word: str) -> str | int:
    match option.kind:
        case "int" if word.isascii() and word.isdecimal() and len(word) <= 9:
            return int(word)
        case "choice":
            return word.lower()
        case _:
            return word
