"""`parse_mode=HTML` as td's `parse_html` has it: the tags it knows, the texts of its refusals, byte offsets. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram_refusals import Refused, bad
from tests.fakes.telegram_text import Entity, link_problem, units

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,4}));?")
_SPACE = " \t\n\r\0\x0b"
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


def parse_html(text: str) -> tuple[str, list[Entity], list[str]]:
    """The words, their entities, and what is lost without a word. Raises Refused."""
    said = ""
    stack: list[_Open] = []
    found: list[Entity] = []
    lost: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "&":
            decoded, at = _decode(text, at)
            said += decoded
        elif text[at] != "<":
            said += text[at]
            at += 1
        elif text.startswith("</", at):
            opened, at = _close(text, at, stack)
            _note(opened, said, found, lost)
        else:
            tag, attributes, at = _start(text, at)
            stack.append(_Open(tag, attributes, units(said)))
    if stack:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{stack[-1].tag}"')
    return said, found, lost


def _close(text: str, at: int, stack: list[_Open]) -> tuple[_Open, int]:
    """What an end tag closes, and where it ends."""
    begin = _bytes(text, at)
    if not stack:
        raise _cannot(f"Unexpected end tag at byte offset {begin}")
    end = at + 2
    while end < len(text) and text[end] not in _SPACE and text[end] != ">":
        end += 1
    name = text[at + 2 : end].lower()
    end = _skip(text, end)
    if end >= len(text) or text[end] != ">":
        raise _cannot(f"Unclosed end tag at byte offset {begin}")
    opened = stack.pop()
    if name and name != opened.tag:
        raise _cannot(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"')
    return opened, end + 1


def _note(opened: _Open, said: str, found: list[Entity], lost: list[str]) -> None:
    """The entity of what was closed; a bad link is lost."""
    length = units(said) - opened.offset
    if not length:
        return
    kind = TAGS[opened.tag]
    more: tuple[tuple[str, Any], ...] = ()
    if opened.tag == "a":
        covered = said.encode("utf-16-le")[opened.offset * 2 :].decode("utf-16-le")
        url = opened.attributes.get("href") or covered
        if link_problem(url):
            lost.append(f"text_link to {url!r}")
            return
        found.append(Entity(type=kind, offset=opened.offset, length=length, more=(("url", url),)))
        return
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        kind = "expandable_blockquote"
    inner = found[-1] if found else None
    whole = inner is not None and (inner.offset, inner.length) == (opened.offset, length)
    if opened.tag == "pre" and inner is not None and whole and inner.type == "code":
        more = inner.more
        found.pop()
    elif opened.tag == "code" and opened.attributes.get("class", "").startswith("language-"):
        more = (("language", opened.attributes["class"].removeprefix("language-")),)
    found.append(Entity(type=kind, offset=opened.offset, length=length, more=more))


def _start(text: str, at: int) -> tuple[str, dict[str, str], int]:
    """Tag, attributes, and where it ends."""
    begin = _bytes(text, at)
    end = at + 1
    while end < len(text) and text[end] not in _SPACE and text[end] != ">":
        end += 1
    if end >= len(text):
        raise _cannot(f"Unclosed start tag at byte offset {begin}")
    tag = text[at + 1 : end].lower()
    if tag not in TAGS:
        raise _cannot(f'Unsupported start tag "{tag}" at byte offset {begin}')
    attributes: dict[str, str] = {}
    end = _skip(text, end)
    while text[end : end + 1] != ">":
        name, value, end = _attribute(text, end, tag, begin)
        attributes[name] = value
        end = _skip(text, end)
        if end >= len(text):
            raise _cannot(f'Unclosed start tag "{tag}" at byte offset {begin}')
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    return tag, attributes, end + 1


def _attribute(text: str, at: int, tag: str, begin: int) -> tuple[str, str, int]:
    end = at
    while end < len(text) and text[end] not in _SPACE and text[end] not in "=>":
        end += 1
    name = text[at:end].lower()
    if not name:
        raise _cannot(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
    end = _skip(text, end)
    if text[end : end + 1] != "=":
        return name, "", end
    end = _skip(text, end + 1)
    if end >= len(text):
        raise _cannot(f'Unclosed start tag "{tag}" at byte offset {begin}')
    if text[end] not in "\"'":
        token = _TOKEN.match(text, end)
        assert token is not None
        if token.end() >= len(text) or (text[token.end()] not in _SPACE and text[token.end()] != ">"):
            raise _cannot(f"Unexpected end of name token at byte offset {_bytes(text, end)}")
        return name, token[0].lower(), token.end()
    close = text.find(text[end], end + 1)
    if close < 0:
        raise _cannot(f"Unclosed start tag at byte offset {begin}")
    return name, _decoded(text[end + 1 : close]), close + 1


def _decode(text: str, at: int) -> tuple[str, int]:
    """One character entity, or the ampersand itself: names the server does not know stay as they are."""
    match = _ENTITY.match(text, at)
    if match is None:
        return "&", at + 1
    decimal, hexadecimal, name = match.groups()
    if name:
        return (_NAMED[name], match.end()) if name in _NAMED else ("&", at + 1)
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return "&", at + 1
    return html.unescape(f"&#{code};"), match.end()


def _decoded(text: str) -> str:
    said, at = "", 0
    while at < len(text):
        piece, at = _decode(text, at) if text[at] == "&" else (text[at], at + 1)
        said += piece
    return said


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode())


def _cannot(why: str) -> Refused:
    return bad(f"can't parse entities: {why}")
