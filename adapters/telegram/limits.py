"""What Telegram takes, by https://core.telegram.org/bots/api and what its servers were seen to refuse. Pure."""

from __future__ import annotations

import re

from bot.platforms import Caps, Pace

NAME = "telegram"

LARGEST_FILE = 20 << 20
"""Bytes of a file that a bot may download: https://core.telegram.org/bots/api#getfile."""

TEXT = 4096
"""UTF-16 units of a message, after its entities are parsed."""

CAPTION = 1024
"""UTF-16 units of what stands below a picture."""

ENTITIES = 100
"""Entities of a message; what goes beyond is dropped without a word."""

ROW = 8
"""Buttons beside each other."""

CARDS = 7
"""Papers with numbers in one message: their buttons and one more are a row."""

BUTTONS = 100
"""Buttons under one message."""

CALLBACK = 64
"""Bytes that a button carries."""

START = 64
"""Characters that `t.me/BOT?start=` carries, of `A-Za-z0-9_-`."""

RICH = "rich"
"""The other form a chat may choose: Rich Messages."""

CAPS = Caps(
    text=TEXT, edit_window=None, overall=Pace(30, 1), chat=Pace(1, 1), group=Pace(20, 60), forms=(RICH,), pictures=True
)

_URL = re.compile(
    r"https?://[\w-]+(?:\.[\w-]+)+(?::[1-9][0-9]{0,3})?(?:[/?#][^\s\\<>\"\x00-\x1f\x7f]*)?", re.IGNORECASE
)
_LONGEST_URL = 2000


def web(url: str | None) -> str | None:
    """`url` if it is an absolute one of the web, which is all that Telegram links to; else None."""
    if url is None or len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        return None
    return url
