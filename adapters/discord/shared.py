"""A message that somebody used a command on, as text: its words, and where its links lead. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST = 20_000
"""Characters that are looked at."""

DEEPEST = 5
"""Containers stand in each other, and hold rows."""


def texts_of(data: Mapping[str, Any]) -> str:
    """All of it, from the data of an interaction with a message's menu; what it forwards as well."""
    messages = data.get("resolved", {}).get("messages", {})
    message = messages.get(str(data.get("target_id")), {})
    forwarded = (each.get("message") or {} for each in message.get("message_snapshots") or ())
    return "\n".join(text for each in (message, *forwarded) for text in _texts(each) if text)[:LONGEST]


def _texts(message: Mapping[str, Any]) -> Iterator[str]:
    yield str(message.get("content") or "")
    for embed in message.get("embeds") or ():
        for key in ("url", "title", "description"):
            yield str(embed.get(key) or "")
        for field in embed.get("fields") or ():
            yield f"{field.get('name') or ''} {field.get('value') or ''}"
    yield from _of_components(message.get("components") or (), DEEPEST)


def _of_components(components: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    if depth == 0:
        return
    for component in components:
        yield str(component.get("content") or "")
        yield str(component.get("url") or "")
        yield from _of_components(component.get("components") or (), depth - 1)
        if component.get("accessory"):
            yield from _of_components([component["accessory"]], depth - 1)
