"""The catalogue as buttons, a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Collection

from bot.commands.saying import button, row, rows
from bot.document import Actions
from bot.locales import say
from bot.topics.catalogue import entries

A_PAGE = 8
"""Topics at a time: with the row below them five rows, which is what Discord shows."""


def shelf(language: str, *, page: int = 1, followed: Collection[str] = ()) -> tuple[Actions, ...]:
    """The named topics of `page` (from 1; one that is not there is the nearest), then what leads on from here.

    `followed` are the catalogue's ids of those to be marked.
    """
    every = entries()
    pages = -(-len(every) // A_PAGE)
    number = min(max(page, 1), pages)
    shown = []
    for named in every[(number - 1) * A_PAGE : number * A_PAGE]:
        called = named.topic.called(language)
        shown.append(button(f"✓ {called}" if named.id in followed else called, "subscribe", f"~{named.id}"))
    more = button(say(language, "cmd.button.more"), "subscribe", "~", "page", number % pages + 1)
    own = button(say(language, "cmd.button.own"), "help", "subscribe")
    return (*rows(shown, width=2), row(more, own))
