"""Text from a file made fit to read: what people do not see is gone, white space is one space. Pure."""

from __future__ import annotations

import re
import unicodedata

from bot.latex import readable

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Control characters, marks without width, tags and variation selectors (in which a text can be hidden from people but
not from machines), turned directions, halves of pairs, private characters."""
_BLANK = re.compile("[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
"""Letters that look like a space."""
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_TIGHT = re.compile(r"\s+(?=[,.;:!?)\]}](?:\s|$))|(?<=[(\[{])\s+")
_RAISED = re.compile(r"[0-9+\-−=()./ ]{1,12}|[a-zA-Z]")


def seen(text: str) -> str:
    """`text` as people see it: without invisible characters, ligatures spelled out, composed."""
    visible = _BLANK.sub(" ", _UNSEEN.sub("", text))
    spelled = _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), visible)
    return unicodedata.normalize("NFC", spelled)


def line(text: str) -> str:
    """`text` on one line as people see it; no space before a full stop that lost what stood before it."""
    return _TIGHT.sub("", " ".join(seen(text).split()))


def raised(text: str) -> str:
    """A superscript: `10` raised to `5` must not read `105`. Words (`1st`, `TM`) and marks stay as they are."""
    return _scripted(text, "^")


def lowered(text: str) -> str:
    """A subscript."""
    return _scripted(text, "_")


def _scripted(text: str, mark: str) -> str:
    inside = line(text)
    if not _RAISED.fullmatch(inside):
        return inside
    return readable(f"\\({mark}{{{inside}}}\\)")
