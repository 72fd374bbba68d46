"""What a text is about, for comparing: its content words by their beginnings, or its letters alone. Pure."""

from __future__ import annotations

import re
from typing import Final


def stems(text: str) -> frozenset[str]:
    """Content words by their first five letters, names and numbers whole: enough to see what a text is about."""
    words = re.findall(r"[a-z0-9]{4,}|[a-z]*\d[a-z0-9]*", text.lower())
    return frozenset(word[:5] for word in words) - _EMPTY


def letters(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return re.sub(r"[\W_]+", "", text.lower())


_EMPTY: Final = frozenset({
    "that", "this", "with", "from", "have", "been", "were", "which", "their", "these", "those", "than", "then",
    "they", "when", "where", "while", "also", "into", "such", "more", "most", "other", "using", "based", "over",
    "under", "only", "both", "each", "some", "many", "very"
})  # fmt: skip
