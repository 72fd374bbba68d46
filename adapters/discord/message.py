"""Blocks as one message: content or an embed, and the buttons below; its size, counted as Discord counts. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from adapters.discord.blocks import markup
from adapters.discord.buttons import components
from adapters.discord.limits import (
    CONTENT,
    EMBED_AUTHOR,
    EMBED_DESCRIPTION,
    EMBED_FOOTER,
    EMBED_TITLE,
    EMBEDS_TEXT,
    NAME,
)
from adapters.discord.markup import address, begun, inline, words
from adapters.plain_text import text_of
from bot.commands.paper_buttons import single
from bot.document import (
    Actions,
    Block,
    Card,
    Details,
    Divider,
    Heading,
    Link,
    Paragraph,
    Quote,
    Spans,
    utf16,
)
from bot.targets import Target
from bot.wording import clean, cut

ACCENT = 0xB31B1B
"""The colour of an embed's edge: arXiv's own red."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`embed` and `components` are Discord's objects. `size` is all text of it, in UTF-16 units."""

    content: str = ""
    embed: Mapping[str, Any] = field(default_factory=dict)
    components: Sequence[Mapping[str, Any]] = ()

    @property
    def size(self) -> int:
        """Buttons do not count."""
        return utf16(self.content) + sum(map(utf16, _texts(self.embed)))


def message(blocks: Sequence[Block], *, language: str, as_embed: bool, about: Target | None = None) -> Message | None:
    """`blocks` as one message, with the row of its buttons under a paper; None: that is more than Discord takes."""
    rows = components([*_actions(blocks), *_deeds(blocks, language)], language=language, about=about)
    if rows is None:
        return None
    if not as_embed:
        content = markup(blocks)
        return Message(content=content, components=rows) if utf16(content) <= CONTENT else None
    embed = _embed(blocks)
    made = Message(embed=embed, components=rows)
    fits = utf16(embed.get("description", "")) <= EMBED_DESCRIPTION and made.size <= EMBEDS_TEXT
    return made if fits else None


def name_of(blocks: Sequence[Block], *, limit: int = NAME) -> str:
    """What a thread or a post is called that begins with `blocks`: the paper's title, the digest's, or its words."""
    paper = next((block for block in blocks if isinstance(block, Card) and block.key), None)
    inside = paper.blocks if paper else blocks
    heading = next((block for block in inside if isinstance(block, Heading) and words(block.spans)), None)
    text = words(heading.spans) if heading else clean(text_of(inside, buttons=False), limit * 2)
    if paper is not None and paper.number is not None:
        text = text.removeprefix(f"{paper.number}. ")
    while utf16(shown := cut(text or (paper.key if paper else "") or "arXiv", limit)) > NAME:
        limit -= 1
    return shown


def _actions(blocks: Sequence[Block]) -> Iterator[Actions]:
    for block in blocks:
        if isinstance(block, Actions):
            yield block
        elif isinstance(block, Card | Details):
            yield from _actions(block.blocks)


def _deeds(blocks: Sequence[Block], language: str) -> Iterator[Actions]:
    for block in blocks:
        if isinstance(block, Card) and block.key:
            yield _row(block.key, language)


@lru_cache(maxsize=1024)
def _row(key: str, language: str) -> Actions:
    return single(key, language)


# ---------------------------------------------------------------- an embed


def _embed(blocks: Sequence[Block]) -> dict[str, Any]:
    """The first heading as its title, linked where a paper has it; a section above it, what made it below."""
    embed: dict[str, Any] = {"color": ACCENT}
    rest = list(blocks)
    paper = next((block for block in rest if isinstance(block, Card) and block.key), None)
    if paper is not None:
        at = rest.index(paper)
        section = words(rest[0].spans) if at == 1 and isinstance(rest[0], Heading) else ""
        titled = _title(paper.blocks)
        if titled and at == bool(section) and utf16(section) <= EMBED_AUTHOR:
            if section:
                embed["author"] = {"name": section}
            embed["title"] = titled
            if url := _first_url(paper.blocks):
                embed["url"] = url
            rest[: at + 1] = paper.blocks[1:]
    elif titled := _title(rest):
        embed["title"] = titled
        rest = rest[1:]
        if footer := _footer(rest):
            embed["footer"] = {"text": footer}
            rest = rest[: _end(rest) - 2]
    if description := markup(rest):
        embed["description"] = description
    return embed


def _title(blocks: Sequence[Block]) -> str:
    """The first heading as a title, where Discord draws no links; '' if it would not fit or lose one."""
    if not blocks or not isinstance(heading := blocks[0], Heading):
        return ""
    text = inline(heading.spans)
    text = begun(text) if text.startswith(("#", ">", "-", "+")) else text  # a title's number needs no backslash
    return "" if utf16(text) > EMBED_TITLE or any(isinstance(span, Link) for span in heading.spans) else text


def _end(blocks: Sequence[Block]) -> int:
    """Where the blocks end that can be read."""
    return next((at for at in range(len(blocks), 0, -1) if not isinstance(blocks[at - 1], Actions)), 0)


def _footer(blocks: Sequence[Block]) -> str:
    """What stands quietly below a rule at the very end, as words; '' if there is no such thing, or links in it."""
    match blocks[: _end(blocks)]:
        case [*_, Divider(), Paragraph(spans, quiet=True)] if not any(isinstance(span, Link) for span in spans):
            text = words(spans)
            return text if utf16(text) <= EMBED_FOOTER else ""
    return ""


def _first_url(blocks: Sequence[Block]) -> str | None:
    """Where a paper's first link leads: its page."""
    return next((url for span in _spans(blocks) if isinstance(span, Link) and (url := address(span.url))), None)


def _spans(blocks: Sequence[Block]) -> Spans:
    """The spans of lines, in order."""
    return tuple(span for block in blocks if isinstance(block, Heading | Paragraph | Quote) for span in block.spans)


def _texts(embed: Mapping[str, Any]) -> Iterator[str]:
    yield embed.get("title", "")
    yield embed.get("description", "")
    yield embed.get("author", {}).get("name", "")
    yield embed.get("footer", {}).get("text", "")
