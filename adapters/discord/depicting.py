"""A figure as a message of its own: its picture with the words that stand for it, and its caption above. Pure.

It is no picture of the paper's embed: Discord shows no description of those, and so no edit of the answer has to know
of files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.discord.blocks import markup
from adapters.discord.limits import CONTENT, DESCRIPTION, SUPPRESS_EMBEDS
from adapters.pictures import Shown
from bot.document import Paragraph, utf16
from bot.wording import cut


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a message."""

    filename: str
    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Depicted:
    """What a message create takes, and the file that goes with it."""

    body: Mapping[str, Any]
    upload: Upload


def depicted(shown: Shown) -> Depicted:
    """`shown` as a message that pings nobody."""
    figure, picture = shown.figure, shown.picture
    kind = "jpg" if picture.media_type == "image/jpeg" else "png"
    upload = Upload(f"figure.{kind}", picture.body, picture.media_type)
    caption = markup([Paragraph(figure.caption, quiet=True)])
    body = {
        "content": caption if utf16(caption) <= CONTENT else "",
        "flags": SUPPRESS_EMBEDS,
        "attachments": [{"id": 0, "filename": upload.filename, "description": described(figure.alt)}],
        "allowed_mentions": {"parse": []},
    }
    return Depicted(body, upload)


def described(alt: str) -> str:
    """As much of `alt` as there is room for."""
    limit = DESCRIPTION
    while utf16(said := cut(alt, limit)) > DESCRIPTION:
        limit -= 1
    return said
