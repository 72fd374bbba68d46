"""A model's sentence as we would write it: no markup, no voice, the field's terms, good typography. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bot.glossary.reading import base_of
from bot.glossary.renderings import settle, unnamed
from bot.summaries import phrasing
from bot.summaries.rules import Ground
from bot.typography import chinese

_PREFIX: Final = re.compile(r"(?P<name>[A-Za-z0-9][\w.+@-]{0,30}?)\s?:\s")
_LOUD: Final = re.compile(r"[A-Za-z]+[A-Z]|[A-Z]{2}|[A-Za-z]\d|\d[A-Za-z]")


@dataclass(slots=True)
class Editor:
    """Puts sentences right and remembers how many it changed (`repaired`) and what it could not (`again`)."""

    ground: Ground
    repaired: int = 0
    again: list[str] = field(default_factory=list)

    def said(self, text: str, place: str) -> str:
        """A statement of the summary."""
        tidy = phrasing.tidy(text)
        self.repaired += len(tidy) != len(phrasing.unmarked(text))
        return self._termed(tidy, place)

    def translated(self, text: str, place: str) -> str:
        """A translation of title or abstract: it may say "we", as the authors do."""
        text = self._termed(phrasing.without_addresses(phrasing.unmarked(text)), place)
        if place == "abstract_translation":
            self.again += [
                f"{place}: {term.name} is called {term.rendering}" for term in unnamed(text, self.ground.terms)
            ]
        return text

    def title(self, text: str) -> str:
        """A translated title, with the name before the colon as it was."""
        text = self.translated(text, "title_translation")
        name = name_before_colon(self.ground)
        if name is None or text.lower().startswith(name.lower()):
            return text
        self.repaired += 1
        rest = re.split(r"[:：]\s*", text, maxsplit=1)[-1]
        return self._set(f"{name}: {rest}")

    def _termed(self, text: str, place: str) -> str:
        settled = settle(self._set(text), self.ground.terms, self.ground.source.text)
        self.repaired += settled.repaired
        self.again += [f"{place}: {problem}" for problem in settled.problems]
        return self._set(settled.text)

    def _set(self, text: str) -> str:
        return chinese(text) if base_of(self.ground.language).startswith("zh") else text


def name_before_colon(ground: Ground) -> str | None:
    """What the title calls its thing, if it begins `NAME: `: an acronym, or a word the paper always capitalises."""
    match = _PREFIX.match(ground.source.title)
    if match is None:
        return None
    name = match["name"]
    if _LOUD.search(name):
        return name
    body = " ".join(ground.source.sentences)
    always = re.search(rf"\b{re.escape(name.lower())}s?\b", body) is None
    inside = re.search(rf"[a-z,] {re.escape(name)}\b", body) is not None
    return name if name[0].isupper() and always and inside else None
