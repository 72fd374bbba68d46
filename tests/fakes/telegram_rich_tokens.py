"""The HTML of rich messages in tokens: strict, with the byte offsets its refusals name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.fakes.telegram_refusals import Refused, bad
from tests.fakes.telegram_rich_tags import VOID

_NAMED = {
    "lt": "<",
    "gt": ">",
    "amp": "&",
    "quot": '"',
    "apos": "'",
    "nbsp": "\u00a0",
    "hellip": "…",
    "mdash": "—",
    "ndash": "–",
    "lsquo": "‘",
    "rsquo": "’",
    "ldquo": "“",
    "rdquo": "”",
}
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'|[\w.#:/-]+))?)*)\s*(?P<self>/?)>"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.#:/-]+)))?")
_ENTITY = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([A-Za-z][A-Za-z0-9]*));")


@dataclass(frozen=True, slots=True)
class Start:
    tag: str
    attributes: Mapping[str, str]
    at: int


@dataclass(frozen=True, slots=True)
class End:
    tag: str
    at: int


@dataclass(frozen=True, slots=True)
class Words:
    text: str


def tokens(html: str) -> Iterator[Start | End | Words]:
    """In order; an element that closes itself is a Start, and an End unless it is void anyway. Raises Refused."""
    at = 0
    while at < len(html):
        if html[at] != "<":
            end = html.find("<", at)
            end = len(html) if end < 0 else end
            yield Words(_decoded(html[at:end]))
            at = end
            continue
        match = _TAG.match(html, at)
        place = len(html[:at].encode())
        if match is None:
            raise _cannot(f"Unclosed start tag at byte offset {place}")
        tag = match["name"].lower()
        if match["close"]:
            if match["attributes"].strip() or match["self"]:
                raise _cannot(f"Unclosed end tag at byte offset {place}")
            yield End(tag, place)
        else:
            yield Start(tag, _attributes(match["attributes"]), place)
            if match["self"] and tag not in VOID:
                yield End(tag, place)
        at = match.end()


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): _decoded(next((each for each in match.groups()[1:] if each is not None), ""))
        for match in _ATTRIBUTE.finditer(text)
    }


def _decoded(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        if name not in _NAMED:  # the real server's words are not known; that it knows no more names is documented
            raise _cannot(f"Unsupported entity {match[0]}")
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not 0 < code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise _cannot(f"Invalid character {match[0]}")
    return chr(code)


def _cannot(why: str) -> Refused:
    return bad(f"can't parse entities: {why}")
