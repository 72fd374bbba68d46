"""What an answer at `paperboy init` may be, and how much of it is shown again. Pure.

Each function gives the value as it is stored, or raises UsageError, which says what would do and never shows a secret.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from bot.ports import UsageError

LONGEST = 2000
"""Characters of an answer."""

_WORD = re.compile(r"[!-~]+")
_CONTACT = re.compile(r"[^@]+@[^@]+\.[^@]+|https?://.+")
_USER = re.compile(r"//[^/@\s]*@")


def possible(text: str) -> str:
    """Anything that can stand in one line of `.env`."""
    if len(text) > LONGEST or any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise UsageError("That is too long, or has characters that cannot be typed. Copy it again.")
    return text


def word(text: str) -> str:
    """A key, the name of a model: what can stand in a header."""
    if not _WORD.fullmatch(text):
        raise UsageError("That has a space, or a letter that none of these has. Copy it again.")
    return text


def base_url(text: str) -> str:
    """The root of a model server."""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and bool(_WORD.fullmatch(text))
    except ValueError:
        whole = False
    if not whole:
        raise UsageError("That is not an address such as http://127.0.0.1:8000/v1.")
    if parts.username is not None:
        raise UsageError("Leave name and password out; a key is asked for next.")
    return text.rstrip("/")


def contact(text: str) -> str:
    """A mail or web address."""
    if not _WORD.fullmatch(text) or not _CONTACT.fullmatch(text):
        raise UsageError("That is not an address such as you@example.org or https://example.org.")
    return text


def masked(secret: str) -> str:
    """The end of a secret, by which its owner knows it; of a short one nothing."""
    return f"…{secret[-4:]}" if len(secret) >= 16 else "…"


def without_password(text: str) -> str:
    """An address without the name and password that somebody put into it."""
    return _USER.sub("//…@", text)
