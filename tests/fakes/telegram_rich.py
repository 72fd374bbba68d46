"""Rich messages of Bot API 10.1, their HTML style: what the server takes, how much of it, what it refuses. Pure.

Refusals that people have reported are in the server's words (CONTENT_REQUIRED, URL, EMAIL, DATE, PHOTO); for what is
only documented as a limit the words are ours (TEXT_TOO_LONG, BLOCKS_TOO_MANY, NESTING, MEDIA, COLUMNS), and for markup
those of `parse_mode=HTML`. Where the documents are silent this server says no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram_refusals import Refused, bad
from tests.fakes.telegram_rich_tags import ATTRIBUTES, BLOCKS, MEDIA, NEEDS_WORDS, PARTS, RAW, VOID, may_stand
from tests.fakes.telegram_rich_tokens import End, Start, Words, tokens
from tests.fakes.telegram_text import link_problem, units

MOST_TEXT = 32_768
MOST_BLOCKS = 500
MOST_DEPTH = 16
MOST_MEDIA = 50
MOST_COLUMNS = 20

_FIELDS = frozenset({"html", "markdown", "blocks", "media", "is_rtl", "skip_entity_detection"})
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EMAIL = re.compile(r"[^@\s?]+@[^@\s?]+\.[^@\s?.]+(\?.*)?")


Piece = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """A rich message as it is stored. `lines` are one a block, in pieces: words and the address they lead to, if any;
    `dropped` what the server silently loses.
    """

    html: str
    lines: tuple[tuple[Piece, ...], ...]
    blocks: int
    anchors: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    dropped: tuple[str, ...] = field(default=(), compare=False)

    @property
    def text(self) -> str:
        """The words, a line a block."""
        return "\n".join("".join(words for words, _ in line) for line in self.lines)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Words and where they lead."""
        return [(words, address) for line in self.lines for words, address in line if address is not None]

    def json(self) -> dict[str, Any]:
        """As a Message carries it: words and links, everything a paragraph."""
        return {"blocks": [{"type": "paragraph", "text": [_piece(each) for each in line]} for line in self.lines]}


def _piece(piece: Piece) -> str | dict[str, str]:
    words, address = piece
    if address is None:
        return words
    if address.startswith("#"):
        return {"type": "anchor_link", "text": words, "anchor_name": address[1:]}
    return {"type": "url", "text": words, "url": address}


def parse(raw: object) -> Rich:
    """The `rich_message` parameter. Raises Refused."""
    if not isinstance(raw, Mapping):
        raise bad("can't parse InputRichMessage: Object expected")
    kinds = [name for name in ("html", "markdown", "blocks") if raw.get(name)]
    if not kinds:
        raise bad("RICH_MESSAGE_CONTENT_REQUIRED")
    if kinds != ["html"] or not isinstance(raw["html"], str):
        raise bad("can't parse InputRichMessage: exactly one of html, markdown and blocks, and here html, is expected")
    if unknown := sorted(raw.keys() - _FIELDS):
        raise bad(f"can't parse InputRichMessage: unknown fields {', '.join(unknown)}")
    media = raw.get("media") or []
    if not isinstance(media, list) or not all(
        isinstance(each, Mapping) and _MEDIA_ID.fullmatch(str(each.get("id", ""))) for each in media
    ):
        raise bad("can't parse InputRichMessage: media expected with an id each")
    return _Page(raw["html"], frozenset(str(each["id"]) for each in media)).read()


@dataclass(slots=True)
class _Open:
    """An element that is not closed yet; `filled`: something in it is to be seen."""

    tag: str
    attributes: Mapping[str, str]
    began: int
    filled: bool = False
    columns: int = 0


class _Page:
    def __init__(self, html: str, media: frozenset[str]) -> None:
        self._html = html
        self._known = media
        self._stack: list[_Open] = [_Open("", {}, 0)]
        self._said = ""
        self._formulas = 0
        self._blocks = 0
        self._wanted: list[str] = []
        self._anchors: list[str] = []
        self._links: list[tuple[int, int, str]] = []
        self._media: list[str] = []
        self._dropped: list[str] = []

    def read(self) -> Rich:
        for token in tokens(self._html):
            match token:
                case Start():
                    self._start(token)
                case End():
                    self._end(token)
                case Words():
                    self._words(token)
        if len(self._stack) > 1:
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{self._stack[-1].tag}"')
        self._check()
        return Rich(
            html=self._html,
            lines=tuple(self._lines()),
            blocks=self._blocks,
            anchors=tuple(self._anchors),
            media=tuple(self._media),
            dropped=tuple(self._dropped),
        )

    def _lines(self) -> Iterator[tuple[Piece, ...]]:
        """What stands in each line that has words, in pieces."""
        for match in re.finditer(r"[^\s][^\n]*(?<!\s)", self._said):
            at, pieces = match.start(), list[Piece]()
            for first, last, address in self._links:
                begin, end = max(first, at), min(last, match.end())
                if begin < end:
                    pieces += [(self._said[at:begin], None), (self._said[begin:end], address)]
                    at = end
            pieces.append((self._said[at : match.end()], None))
            yield tuple(each for each in pieces if each[0])

    def _check(self) -> None:
        if not self._stack[0].filled:
            raise bad("RICH_MESSAGE_CONTENT_REQUIRED")
        if any(name and name not in self._anchors for name in self._wanted):
            raise bad("RICH_MESSAGE_URL_INVALID")
        if units(self._said.replace("\n", "")) > MOST_TEXT:
            raise bad("RICH_MESSAGE_TEXT_TOO_LONG")
        if self._blocks > MOST_BLOCKS:
            raise bad("RICH_MESSAGE_BLOCKS_TOO_MANY")
        if len(self._media) > MOST_MEDIA:
            raise bad("RICH_MESSAGE_MEDIA_TOO_MANY")

    def _start(self, token: Start) -> None:
        parent = self._stack[-1]
        why = may_stand(token.tag, parent.tag)
        if why == "unknown":
            raise _cannot(f'Unsupported start tag "{token.tag}" at byte offset {token.at}')
        if why is not None:
            raise bad("RICH_MESSAGE_CONTENT_REQUIRED")
        for name in token.attributes.keys() - ATTRIBUTES.get(token.tag, frozenset()):
            self._dropped.append(f"{name} of {token.tag}")
        self._blocks += token.tag in BLOCKS
        if token.tag in BLOCKS or token.tag in PARTS:
            self._line()
        opened = _Open(token.tag, token.attributes, len(self._said))
        self._look_at(opened, parent)
        if token.tag in VOID:
            if token.tag == "br":
                self._line()
            elif token.tag != "hr":
                self._fill()
            else:
                self._stack[0].filled = True
            return
        self._stack.append(opened)
        if len(self._stack) - 1 > MOST_DEPTH:
            raise bad("RICH_MESSAGE_NESTING_TOO_DEEP")

    def _look_at(self, opened: _Open, parent: _Open) -> None:
        attributes = opened.attributes
        if opened.tag in MEDIA:
            self._media.append(self._source(attributes.get("src", "")))
        elif opened.tag == "a" and "name" in attributes:
            if not attributes["name"] or attributes["name"] in self._anchors:
                raise bad("RICH_MESSAGE_URL_INVALID")
            self._anchors.append(attributes["name"])
        elif opened.tag == "a":
            self._address(attributes.get("href", ""))
        elif opened.tag == "tg-time" and not attributes.get("unix", "").isdigit():
            raise bad("RICH_MESSAGE_DATE_INVALID")
        elif opened.tag in {"td", "th"}:
            parent.columns += int(attributes.get("colspan") or 1)
            if parent.columns > MOST_COLUMNS:
                raise bad("RICH_MESSAGE_COLUMNS_TOO_MANY")

    def _end(self, token: End) -> None:
        if len(self._stack) == 1:
            raise _cannot(f"Unexpected end tag at byte offset {token.at}")
        opened = self._stack.pop()
        if opened.tag != token.tag:
            expected = f'expected "</{opened.tag}>", found "</{token.tag}>"'
            raise _cannot(f"Unmatched end tag at byte offset {token.at}, {expected}")
        if opened.tag in NEEDS_WORDS and not opened.filled:
            raise bad("RICH_MESSAGE_CONTENT_REQUIRED")
        if opened.tag == "a" and "href" in opened.attributes:
            self._links.append((opened.began, len(self._said), opened.attributes["href"]))
        if opened.tag in BLOCKS or opened.tag in PARTS:
            self._line()

    def _words(self, token: Words) -> None:
        tag = self._stack[-1].tag
        text = token.text
        if tag not in RAW and not any(each.tag == "pre" for each in self._stack):
            if re.search(r"\S\n\s*\S", text):
                self._dropped.append("a newline between words")
            text = text.replace("\n", "")
        if not text.strip():
            self._said += text if self._said and not self._said.endswith("\n") else ""
            return
        if may_stand("#text", tag) is not None:
            raise bad("RICH_MESSAGE_CONTENT_REQUIRED")
        self._said += text
        self._fill()

    def _source(self, src: str) -> str:
        parts = urlsplit(src)
        if parts.scheme == "tg":
            if parts.query.removeprefix("id=") not in self._known:
                raise bad("RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND")
        elif parts.scheme not in {"http", "https"} or link_problem(src):
            raise bad("RICH_MESSAGE_URL_INVALID")
        return src

    def _address(self, href: str) -> None:
        scheme = href.split(":", 1)[0] if ":" in href else ""
        if href.startswith("#"):
            self._wanted.append(href[1:])
        elif scheme == "mailto":
            if not _EMAIL.fullmatch(href.removeprefix("mailto:")):
                raise bad("RICH_MESSAGE_EMAIL_INVALID")
        elif scheme not in {"http", "https", "tg"} or link_problem(href):
            raise bad("RICH_MESSAGE_URL_INVALID")

    def _fill(self) -> None:
        for each in self._stack:
            each.filled = True

    def _line(self) -> None:
        self._said += "" if not self._said or self._said.endswith("\n") else "\n"


def _cannot(why: str) -> Refused:
    return bad(f"can't parse entities: {why}")
