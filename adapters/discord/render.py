"""A Document as Discord messages: JSON payloads within Discord's limits, each with the slice it was made from. Pure.

Papers and digests are embeds, everything else is content; nothing is a Components V2 container. A container looks much
the same (an accent, headings, buttons inside the frame), but its flag can never be taken off a message again: one whose
form is refused could not become plain text by an edit, every later edit would have to know which sort it meets, and all
its text together has 4000 units where an embed has 4096 beside its title and 6000 in all. An embed gives the digest a
frame and a linked title, is left out by readers who switched embeds off at their own wish, and can be edited into
anything. Short answers are content, so that they read like an answer and not like a poster.

The head of a digest is one message with a line a paper, each paper one with its own row of buttons: in the thread under
the head, or beside it if they are three or fewer, or if the chat wants one message a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from adapters.discord.blocks import simple
from adapters.discord.limits import CAPS, CONTENT, NAME, SUPPRESS_EMBEDS
from adapters.discord.message import Message, message, name_of
from adapters.discord.numbering import numbered
from adapters.slices import slices
from bot.document import Actions, Block, Card, Divider, Document, Heading, Item, Link, ListBlock, Paragraph, utf16
from bot.platforms import Part
from bot.targets import Chat, Target

Kind: TypeAlias = Literal["card", "paper", "answer", "plain"]

FEW = 3
"""Papers that may follow the head of their digest in the channel; more of them get a thread."""

_NOTHING_BUT_BUTTONS = "…"
"""Discord takes no message without words."""

TAGS = 5
"""Of a forum post, at most."""

_PAPER = re.compile(r"https?://arxiv\.org/abs/(?P<id>.+?)(?:v[0-9]+)?")


def render(
    document: Document, *, chat: Chat, limit: int = CAPS.text, embeds: bool = True, about: Target | None = None
) -> list[Part]:
    """`document` in parts of at most `limit` units of text each; nothing lost.

    `embeds` False: we lack Embed Links there, so everything is content (at most 2000), with the same buttons.
    `about`: the target that the buttons are for, if it is not where the message stands.

    A part's payload:
        kind        "card": the head of a digest, under which a thread may hang; "paper"; "answer"; "plain"
        content     str, '' if there is none
        embeds      list of embed objects, one at most
        components  list of action rows (buttons, select menus)
        flags       int (SUPPRESS_EMBEDS where there is content only)
        title       1 to 100 characters: the name of a thread or forum post that begins with it
        thread      bool: sent with a root, it belongs into the root's thread (False: beside it, in the channel);
                    of a card: what follows it does
        post        bool: in a forum it is a post of its own, even with a root
        key         the paper's id, '' for what is no paper
    """
    style = _Style(language=document.language, limit=limit, embeds=embeds, about=about)
    papers = [block for block in document.blocks if _is_paper(block)]
    few = _is_title(document.blocks[:1]) and 0 < len(papers) <= FEW
    parts = [
        _part(piece, style, _placed(chat, few=few))
        for blocks in _groups(document.blocks)
        for piece in slices(Document(blocks, document.language), style.fits)
    ]
    return [part for part in parts if part is not None]


def plain(document: Document, *, chat: Chat | None = None, limit: int = CAPS.text) -> list[Part]:
    """The same as content alone (at most 2000), without embeds, components and marks, made from the source."""
    most = min(limit, CONTENT)
    pieces = slices(document, lambda blocks: utf16(simple(blocks)) <= most)
    return [
        Part(_payload(Message(content=simple(piece.blocks)), "plain", piece, _placed(chat)), piece)
        for piece in pieces
        if simple(piece.blocks)
    ]


def body(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a message create, a message edit, or the `message` of a forum post takes: nothing of it pings anybody.

    content, embeds, components, flags and allowed_mentions, all of them always, so that an edit replaces all; its
    attachments are a Letter's.
    """
    sent = {key: payload[key] for key in ("content", "embeds", "components", "flags")}
    return {**sent, "allowed_mentions": {"parse": []}}


def illustrated(part: Part, sources: Sequence[str], *, picture: str) -> dict[str, Any] | None:
    """The body of `part` with the attached `picture`, on which `sources` are numbered in this order, at its end.

    None: there is no room for their numbers.
    """
    blocks = numbered(part.slice, sources).blocks
    as_embed = bool(part.payload["embeds"])
    made = message(blocks, language=part.slice.language, as_embed=as_embed)
    if made is None or made.size > CAPS.text:
        return None
    embeds = [{**made.embed, "image": {"url": f"attachment://{picture}"}}] if as_embed else []
    return {**body(part.payload), "content": made.content, "embeds": embeds}


def linked(part: Part, posts: Mapping[str, str], *, about: Target | None = None) -> Part:
    """A card whose lines lead to the papers' own messages: `posts` is paper id → the message's URL.

    The part itself, if the longer addresses have no room or nothing changes.
    """
    blocks = tuple(
        ListBlock(tuple(_to_post(item, posts) for item in block.items)) if isinstance(block, ListBlock) else block
        for block in part.slice.blocks
    )
    style = _Style(language=part.slice.language, limit=CAPS.text, embeds=bool(part.payload["embeds"]), about=about)
    if blocks == part.slice.blocks or not style.fits(blocks):
        return part
    place = {key: bool(part.payload[key]) for key in ("thread", "post")}
    return _part(replace(part.slice, blocks=blocks), style, place) or part


def tags(payload: Mapping[str, Any], available: Sequence[tuple[str, str]]) -> list[str]:
    """Ids of the forum's tags (id, name) that are said in the message's title, section or first lines; at most 5."""
    embed: Mapping[str, Any] = next(iter(payload["embeds"]), {})
    lines = embed.get("description", payload["content"]).split("\n")[:2]
    said = " ".join((payload["title"], embed.get("author", {}).get("name", ""), embed.get("title", ""), *lines))
    said = re.sub(r"\(<[^>]*>\)|\\", "", said).casefold()  # without addresses and marks
    return [id_ for id_, name in available if name.strip() and _is_said(name.strip().casefold(), said)][:TAGS]


# ---------------------------------------------------------------- how it is parted


def _groups(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """What stands together: the head of a digest, each paper with the headings above it, and what comes after them."""
    places = [at for at, block in enumerate(blocks) if _is_paper(block)]
    if not places:
        yield tuple(blocks)
        return
    starts = [_with_headings(blocks, at) for at in places]
    head, last = blocks[: starts[0]], blocks[places[-1] + 1 :]
    is_digest = _is_title(head[:1])
    # What one does with the whole digest belongs under its head; and the head says what made it, as the end does.
    deeds = [block for block in last if is_digest and isinstance(block, Actions)]
    if head:
        yield (*head, *deeds, *(_origin(last) if is_digest else ()))
    ends = [*starts[1:], len(blocks)]
    for start, end in zip(starts, ends, strict=True):
        yield tuple(block for block in blocks[start:end] if block not in deeds or end < len(blocks))


def _is_paper(block: Block) -> bool:
    return isinstance(block, Card) and bool(block.key)


def _is_title(blocks: Sequence[Block]) -> bool:
    return bool(blocks) and isinstance(blocks[0], Heading) and blocks[0].level == 1


def _with_headings(blocks: Sequence[Block], at: int) -> int:
    """Where the headings of sections begin that stand right above the paper at `at`."""
    while at > 0 and isinstance(above := blocks[at - 1], Heading) and above.level > 1:
        at -= 1
    return at


def _origin(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The first line of a footer: what made this, and what it is good for."""
    for rule, line in pairwise(blocks):
        if isinstance(rule, Divider) and isinstance(line, Paragraph) and line.quiet:
            return (rule, line)
    return ()


def _is_said(name: str, text: str) -> bool:
    """As a word of its own, where there are such things as words between spaces."""
    if not name.isascii():
        return name in text
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None


def _to_post(item: Item, posts: Mapping[str, str]) -> Item:
    """`item` with its paper's first link leading to the post."""
    for at, span in enumerate(item.spans):
        found = _PAPER.fullmatch(span.url) if isinstance(span, Link) else None
        if found is not None and found["id"] in posts:
            spans = (*item.spans[:at], Link(span.text, posts[found["id"]]), *item.spans[at + 1 :])
            return replace(item, spans=spans)
    return item


# ---------------------------------------------------------------- one part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Style:
    """How messages are made: what all parts of a document have in common."""

    language: str
    limit: int
    embeds: bool
    about: Target | None

    def message(self, blocks: Sequence[Block]) -> Message | None:
        """Blocks as one message; None: they do not fit one."""
        framed = any(map(_is_paper, blocks)) or _is_title(blocks)
        tries = (True,) if framed else (False, True)
        for as_embed in tries if self.embeds else (False,):
            made = message(blocks, language=self.language, as_embed=as_embed, about=self.about)
            if made is not None and made.size <= self.limit:
                return made
        return None

    def fits(self, blocks: tuple[Block, ...]) -> bool:
        return self.message(blocks) is not None


def _part(piece: Document, style: _Style, place: Mapping[str, bool]) -> Part | None:
    """`piece` as a part; None if there is nothing in it to read or to press."""
    made = style.message(piece.blocks)
    if made is None:
        raise ValueError("a slice that fitted does not fit")
    if not made.size:
        if not any(isinstance(block, Actions) for block in piece.blocks):
            return None
        made = replace(made, content=_NOTHING_BUT_BUTTONS, embed={})
    kind: Kind = "card" if _is_title(piece.blocks) else "paper" if any(map(_is_paper, piece.blocks)) else "answer"
    return Part(_payload(made, kind, piece, place), piece)


def _placed(chat: Chat | None, *, few: bool = False) -> dict[str, bool]:
    is_post = chat is not None and chat.settings.layout == "papers"
    return {"thread": not is_post and not few, "post": is_post}


def _payload(made: Message, kind: Kind, piece: Document, place: Mapping[str, bool]) -> dict[str, Any]:
    paper = next((block for block in piece.blocks if isinstance(block, Card) and block.key), None)
    return {
        "kind": kind,
        "content": made.content,
        "embeds": [dict(made.embed)] if made.embed else [],
        "components": list(made.components),
        "flags": 0 if made.embed else SUPPRESS_EMBEDS,
        "title": name_of(piece.blocks, limit=NAME),
        **place,
        "key": paper.key if paper else "",
    }
