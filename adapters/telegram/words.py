"""Words from anywhere as Telegram will show them: what it would change, link or ping by itself is settled here. Pure.

Telegram finds names, addresses and hosts in any text and makes links of them: `@name` notifies somebody, `cs.CL` leads
to a site in Chile, a host in a title to wherever its author likes. An invisible word joiner (U+2060) keeps them words.
"""

from __future__ import annotations

import re
import unicodedata

APART = "\u2060"

_BREAKS = re.compile("\r\n?|[\u2028\u2029\u0085]")
_DROPPED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")  # what turns the direction of text around
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKS = re.compile("[\u0333\u033f\u030a]")  # Telegram takes these out of every text
_RING = "\u030a"

_NAME = re.compile(r"@(?=\w)")
_SCHEME = re.compile(r":(?=//)")
_HOST = re.compile(r"(?<=[\w)-])\.(?=[^\W\d_])")


def cleaned(text: str) -> str:
    """`text` as Telegram leaves it: lines end with a newline, no other control characters, no half characters."""
    if text.isascii() and text.isprintable():
        return text
    text = _DROPPED.sub("", _BREAKS.sub("\n", text))
    if _RING in text:
        text = unicodedata.normalize("NFC", text)
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", _MARKS.sub("", text)))


def words(text: str) -> str:
    """`text` cleaned, in which Telegram finds no names and no addresses."""
    shown = cleaned(text)
    if "." not in shown and "@" not in shown and ":" not in shown:
        return shown
    return _HOST.sub("." + APART, _SCHEME.sub(":" + APART, _NAME.sub("@" + APART, shown)))


def is_seen(text: str) -> bool:
    """Is there anything to see in it?"""
    return any(not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf", "Mn", "Me"} for char in text)
