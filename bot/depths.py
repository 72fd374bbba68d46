"""In which language and depth a chat's digest says each of its papers: known before it is made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.models import Depth, Entry, Paper
from bot.targets import Settings


def depths(entries: Sequence[Entry], settings: Settings, *, top: int) -> Iterator[tuple[Paper, str, Depth]]:
    """What is summarized for a digest that shows `entries`: the first `top` in depth, in the chat's first language.

    A second language is one more line for each paper, and titles with a headline say no more than that: brief will do.
    """
    deep = 0 if settings.layout == "titles" else top
    for language in settings.languages[:2]:
        for place, entry in enumerate(entries):
            in_depth = place < deep and language == settings.languages[0]
            yield entry.paper, language, "deep" if in_depth else "brief"
