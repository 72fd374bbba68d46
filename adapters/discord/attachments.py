"""A message with files: its JSON and they, as Discord's multipart form wants them. Pure.

The JSON always lists all attachments, so that an edit replaces those of before, and none is left where none is listed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.discord.limits import DESCRIPTION
from bot.document import utf16
from bot.wording import cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """`name` is ASCII letters, digits, `-` and one dot, by which the message shows it (`attachment://name`).

    `description` is read out where a picture is not seen; what is longer than Discord takes is cut.
    """

    name: str
    body: bytes
    media_type: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent: `message` is a message's JSON without its attachments, which are `files`."""

    message: Mapping[str, Any]
    files: Sequence[Attachment] = ()

    def having(self, **fields: object) -> Letter:
        """The same with other fields of the message."""
        return replace(self, message={**self.message, **fields})

    @property
    def body(self) -> dict[str, Any]:
        """The message's JSON."""
        listed = [
            {"id": number, "filename": each.name, "description": _cut(each.description)}
            for number, each in enumerate(self.files)
        ]
        return {**self.message, "attachments": listed}


def form(payload: Mapping[str, Any], files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """The fields of the form in which `payload` and `files` are sent, as aiohttp's FormData takes them."""
    fields: list[dict[str, Any]] = [
        {"name": "payload_json", "value": json.dumps(payload), "content_type": "application/json"}
    ]
    fields += [
        {"name": f"files[{number}]", "value": each.body, "filename": each.name, "content_type": each.media_type}
        for number, each in enumerate(files)
    ]
    return fields


def _cut(text: str) -> str:
    most = DESCRIPTION
    while utf16(shown := cut(text, most)) > DESCRIPTION:
        most -= 1
    return shown
