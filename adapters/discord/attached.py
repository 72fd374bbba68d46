"""Files people attach: to the option of a command, or to a message whose menu they use. Fetched from Discord alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.discord.direct import Direct
from bot.attached import Attached, NotFetched

CDN: Final = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
"""Where Discord keeps what is attached: discord-api-docs, reference, CDN."""

LARGEST: Final = 500 << 20
"""Bytes of an attachment; how many a person may send depends on what they pay."""

FILE: Final = "file"
"""The option that takes one."""


def chosen(data: Mapping[str, Any], option: object, direct: Direct) -> Attached | None:
    """What an option names by its id, from the data of an interaction; None: nothing is attached."""
    found = data.get("resolved", {}).get("attachments", {})
    given = found.get(str(option)) if isinstance(found, Mapping) else None
    return _attached(given, direct) if isinstance(given, Mapping) else None


def on_message(data: Mapping[str, Any], direct: Direct) -> Attached | None:
    """The first PDF of the message whose menu was used, or of what it forwards."""
    message = data.get("resolved", {}).get("messages", {}).get(str(data.get("target_id")), {})
    forwarded = (each.get("message") or {} for each in message.get("message_snapshots") or ())
    files = (_attached(given, direct) for each in (message, *forwarded) for given in _given(each))
    return next((each for each in files if each.is_pdf), None)


def _given(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (each for each in message.get("attachments") or () if isinstance(each, Mapping))


def _attached(given: Mapping[str, Any], direct: Direct) -> Attached:
    size = given.get("size")
    return Attached(
        name=str(given.get("filename") or ""),
        media_type=str(given.get("content_type") or "").partition(";")[0].strip().lower(),
        size=size if isinstance(size, int) else None,
        most=LARGEST,
        read=partial(_read, direct, str(given.get("url") or "")),
    )


async def _read(direct: Direct, url: str, most: int) -> bytes:
    """Raises NotFetched: whatever an address says, we go to Discord and nowhere else."""
    if not is_discords(url, direct.api_url):
        raise NotFetched("An attachment is not where Discord keeps them.")
    return await direct.fetch(url, most)


def is_discords(url: str, api_url: str) -> bool:
    """Does it lead to Discord's files? A server of one's own in place of Discord's API may keep its own. Pure."""
    try:
        mine, theirs = _origin(url), _origin(api_url)
    except ValueError:
        return False
    return mine in CDN or (mine == theirs and not theirs.endswith(("//discord.com", ".discord.com")))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None or not parts.hostname:
        raise ValueError("no plain address")
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
