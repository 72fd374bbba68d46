"""How a chat looks in a terminal: messages with numbers at their buttons, set off from the talk around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import IO

from adapters.console import Console
from adapters.console_buttons import numbered
from adapters.console_lines import visible
from adapters.plain_text import text_of
from bot.commands.paper_buttons import alone, single
from bot.commands.saying import line
from bot.document import Block, Code, Document, Paragraph, Text
from bot.platforms import Part


class Page:
    """Makes text for `stdout`, which it does not write to. `buttons`: what the numbers of the last message press."""

    def __init__(self, stdout: IO[str], *, environ: Mapping[str, str], language: str) -> None:
        self.buttons: tuple[str, ...] = ()
        self._stdout = stdout
        self._environ = environ
        self._language = language

    def document(self, document: Document) -> str:
        """A message; a terminal may have another width by now."""
        return Console(self._stdout, environ=self._environ).render(self._with_numbers(document))

    def part(self, part: Part) -> str:
        """A message in the form it was given, without what stands around it."""
        if part.payload["form"] != "plain":
            return self.document(part.slice)
        document = self._with_numbers(part.slice)
        return "".join(f"{visible(each)}\n" for each in text_of(document.blocks).splitlines())

    def arrival(self, part: Part, head: str) -> str:
        """A message nobody has just asked for; `head` '' if it goes on with the one before."""
        rule = self.aside(Paragraph((Text(f"── {head} ──"),), quiet=True)) if head else ""
        return f"{rule}{self.part(part)}\n"

    def aside(self, block: Block) -> str:
        """Something the platform says itself."""
        document = Document((block,), self._language)
        return f"{Console(self._stdout, environ=self._environ).render(document)}\n"

    def greeting(self) -> str:
        """Who we are and what to do next."""
        codes = {"id": "2405.17428", "topic": "/subscribe LLM", "help": "/help", "quit": "/quit"}
        return self.aside(
            line(self._language, "console.greeting", **{name: Code(text) for name, text in codes.items()})
        )

    def _with_numbers(self, document: Document) -> Document:
        document, commands = numbered(_with_deeds(document))
        self.buttons = commands or self.buttons
        return document


def _with_deeds(document: Document) -> Document:
    """A paper that stands alone, with the buttons of what one does with it below."""
    card = alone(document.blocks)
    if card is None:
        return document
    at = document.blocks.index(card) + 1
    blocks = (*document.blocks[:at], single(card.key, document.language), *document.blocks[at:])
    return replace(document, blocks=blocks)
