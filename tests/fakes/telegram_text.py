"""Text and its entities as the Bot API takes them: cleaned, trimmed, checked in UTF-16 units. Pure.

Rules and texts from td's `MessageEntity.cpp`. What the real server drops without a word is told here, in `dropped`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram_refusals import bad

MOST_UNITS = 4096
MOST_BYTES = 32_768
MOST_ENTITIES = 100
MOST_CAPTION = 1024

QUOTES = frozenset({"blockquote", "expandable_blockquote"})
SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
CODES = frozenset({"code", "pre"})
TYPES = QUOTES | SPLITTABLE | CODES | {"text_link", "text_mention", "custom_emoji", "date_time"}
FOUND = frozenset(["mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"])
"""Types the server finds by itself: it ignores what a bot says of them."""

_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@])")
_REMOVED = re.compile("[\r\u2028-\u202e]|[\u0333\u033f\u030a]")
_SPACES = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """`offset` and `length` in UTF-16 units; `more` is url, language, user."""

    type: str
    offset: int
    length: int
    more: tuple[tuple[str, Any], ...] = ()

    @property
    def end(self) -> int:
        return self.offset + self.length

    def json(self) -> dict[str, Any]:
        return {"type": self.type, "offset": self.offset, "length": self.length, **dict(self.more)}


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as it is stored; `dropped` are the entities the real server silently loses."""

    text: str
    entities: tuple[Entity, ...] = ()
    dropped: tuple[str, ...] = field(default=(), compare=False)


def units(text: str) -> int:
    """Its length as Telegram's documentation counts."""
    return len(text.encode("utf-16-le")) // 2


def piece(text: str, entity: Entity) -> str:
    """What an entity covers."""
    return text.encode("utf-16-le")[entity.offset * 2 : entity.end * 2].decode("utf-16-le")


def link_problem(url: str) -> str | None:
    """Why a link is refused, or None."""
    try:
        parts = urlsplit(url if "://" in url or url.startswith("tg:") else f"http://{url}")
        port = parts.port
    except ValueError:
        return "Wrong port number specified in the URL"
    if parts.scheme not in {"http", "https", "tg", "ton", "tonsite"}:
        return "Unsupported URL protocol"
    if parts.scheme not in {"http", "https"}:
        return None
    if not parts.hostname:
        return "URL host is empty"
    if any(each.isspace() or each in '<>"' for each in url) or port == 0:
        return "URL is invalid"
    if "." not in parts.hostname and ":" not in parts.hostname:
        return "Wrong HTTP URL"
    return None


def entities_from(raw: object) -> list[Entity]:
    """The `entities` parameter. Raises Refused."""
    if not isinstance(raw, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    found = []
    for each in raw:
        if not isinstance(each, dict):
            raise bad("can't parse MessageEntity: expected an Object")
        kind, offset, length = each.get("type"), each.get("offset"), each.get("length")
        if type(offset) is not int or type(length) is not int or not isinstance(kind, str):
            raise bad('can\'t parse MessageEntity: Can\'t find field "offset", "length" or "type"')
        if kind in FOUND:
            continue
        if kind not in TYPES:
            raise bad(f"can't parse MessageEntity: unsupported type {kind}")
        if offset < 0:
            raise bad(f"Receive an entity with incorrect offset {offset}")
        if length < 0:
            raise bad(f"Receive an entity with incorrect length {length}")
        if kind == "text_link" and (problem := link_problem(str(each.get("url", "")))):
            raise bad(f"Wrong message entity: {problem}")
        more = tuple((key, each[key]) for key in ("url", "language", "user") if key in each)
        found.append(Entity(type=kind, offset=offset, length=length, more=more))
    return found


def fix(text: str, entities: Iterable[Entity], *, most: int = MOST_UNITS, empty: bool = False) -> Formatted:
    """As the server stores it. `empty`: no text at all is fine (a caption). Raises Refused."""
    given = sorted(entities, key=lambda each: (each.offset, -each.length))
    positions = _positions(text, given)
    cleaned = _SPACES.sub(" ", _REMOVED.sub("", text))
    if not cleaned.strip() and not empty:
        raise bad("text must be non-empty" if text else "message text is empty")
    kept, dropped = _sorted_out([each for each in _moved(given, positions) if piece(cleaned, each).strip()])
    trimmed = cleaned.strip()
    start = units(cleaned[: len(cleaned) - len(cleaned.lstrip())])
    size = units(trimmed)
    if size > most:
        raise bad("message is too long" if most == MOST_UNITS else "message caption is too long")
    moved = [
        replace(each, offset=begin, length=end - begin)
        for each in kept
        for begin, end in [(max(0, each.offset - start), min(size, each.end - start))]
        if end > begin
    ]
    if len(moved) > MOST_ENTITIES:
        dropped += [f"{each.type} after the {MOST_ENTITIES}th" for each in moved[MOST_ENTITIES:]]
    return Formatted(trimmed, tuple(moved[:MOST_ENTITIES]), tuple(dropped))


def commands_in(text: str) -> tuple[Entity, ...]:
    """The bot commands in what a person typed."""
    return tuple(
        Entity(type="bot_command", offset=units(text[: match.start()]), length=units(match[0]))
        for match in _COMMAND.finditer(text)
    )


def _positions(text: str, entities: Sequence[Entity]) -> list[int | None]:
    """For each UTF-16 offset of `text` its offset once the text is cleaned; None within a symbol. Raises Refused."""
    gone = {match.start() for match in _REMOVED.finditer(text)}
    found: list[int | None] = []
    offset = 0
    for index, each in enumerate(text) if entities else ():
        found.append(offset)
        width = 1
        if each > "\uffff":
            found.append(None)
            width = 2
        offset += 0 if index in gone else width
    found.append(offset)
    for entity in entities:
        begins = f"Entity beginning at UTF-16 offset {entity.offset}"
        if entity.offset >= len(found):
            raise bad(f"Entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if found[entity.offset] is None:
            raise bad(f"Entity begins in a middle of a UTF-16 symbol at byte offset {_after(text, entity.offset)}")
        if entity.end >= len(found):
            raise bad(f"{begins} ends after the end of the text at UTF-16 offset {entity.end}")
        if found[entity.end] is None:
            raise bad(f"{begins} ends in a middle of a UTF-16 symbol at byte offset {_after(text, entity.end)}")
    return found


def _after(text: str, middle: int) -> int:
    """The byte offset after the symbol in whose middle a UTF-16 offset is."""
    return len(text.encode("utf-16-le")[: middle * 2 + 2].decode("utf-16-le").encode())


def _moved(entities: Iterable[Entity], positions: Sequence[int | None]) -> list[Entity]:
    moved = []
    for each in entities:
        begin, end = positions[each.offset], positions[each.end]
        assert begin is not None
        assert end is not None
        moved.append(replace(each, offset=begin, length=end - begin))
    return [each for each in moved if each.length]


def _sorted_out(entities: Sequence[Entity]) -> tuple[list[Entity], list[str]]:
    """Which of them live together, outermost first, and the names of the others.

    Quotes do not nest; code takes nothing inside and stands in nothing but a quote; links do not nest; what crosses
    another is cut in pieces by the real server, which no bot wants.
    """
    kept: list[Entity] = []
    dropped: list[str] = []
    for each in entities:
        around = [other for other in kept if other.offset < each.end and each.offset < other.end]
        if why := next((why for other in around if (why := _clash(other, each))), None):
            dropped.append(f"{each.type} at {each.offset}: {why}")
        else:
            kept.append(each)
    return kept, dropped


def _clash(outer: Entity, inner: Entity) -> str | None:
    if inner.end > outer.end:
        return f"crosses {outer.type}"
    if inner.type in QUOTES and outer.type in QUOTES:
        return "a quotation in a quotation"
    if outer.type in CODES or (inner.type in CODES and outer.type not in QUOTES):
        return f"{inner.type} in {outer.type}"
    if inner.type in QUOTES and outer.length > inner.length:
        return f"{inner.type} in {outer.type}"
    if inner.type not in SPLITTABLE and inner.type == outer.type:
        return f"{inner.type} in {outer.type}"
    return None
