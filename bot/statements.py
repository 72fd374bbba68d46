"""What a summary states as it is shown and numbered: statements, their subjects, the passages they rest on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.document import Block, Bold, Item, ListBlock, Paragraph, Text, plain
from bot.locales import say
from bot.models import Summary
from bot.typography import chinese
from bot.wording import DOT, PROSE, clean

_MOST_TAKEAWAYS = 12  # the port promises 3 to 7, in depth 12


def statements(summary: Summary) -> list[tuple[str, str]]:
    """The takeaways as they are shown and numbered, each with the passage it rests on, '' if it is that itself.

    A passage of the full text says where it stands.
    """
    shown = summary.takeaways[:_MOST_TAKEAWAYS]
    said = [
        (prose(each.text, summary), clean(f"{each.evidence} ({each.section})" if each.section else each.evidence))
        for each in shown
    ]
    tldr = prose(summary.tldr, summary).casefold()
    return [
        (text, "" if passage.casefold() == text.casefold() else passage)
        for text, passage in said
        if text and text.casefold() != tldr
    ]


def in_depth(summary: Summary, language: str) -> tuple[Block, ...]:
    """The statements of a deep summary, as they are shown and numbered."""
    items = tuple(Item((Text(text),), number) for number, (text, _) in enumerate(statements(summary), 1))
    return _grouped(summary, items, language)


def checked(summary: Summary, language: str) -> Paragraph | None:
    """How many statements of a model have their passage, and in which text; None: nothing was checked."""
    found = summary.checks
    if summary.method != "llm" or not found.statements:
        return None
    key = "summary.checked" if found.supported >= found.statements else "summary.checked_some"
    said = say(language, key, statements=found.statements, supported=found.supported)
    return Paragraph((Text(said), DOT, Text(say(language, f"source.{summary.source}"))), quiet=True)


def _grouped(summary: Summary, items: Sequence[Item], language: str) -> tuple[Block, ...]:
    """The statements under what they are about, numbered throughout."""
    blocks: list[Block] = []
    left = list(items)
    for part in summary.parts:
        texts = {prose(each.text, summary) for each in part.statements}
        mine = [item for item in left if plain(item.spans) in texts]
        left = [item for item in left if item not in mine]
        if mine:
            blocks += [Paragraph((Bold(say(language, f"part.{part.kind}")),)), ListBlock(tuple(mine))]
    return (*blocks, ListBlock(tuple(left))) if left else tuple(blocks)


def prose(text: str, summary: Summary, limit: int = PROSE) -> str:
    """What a summary says, fit to show; Chinese by the rules of Chinese."""
    shown = clean(text, limit)
    return chinese(shown) if summary.language.lower().startswith("zh") else shown
