"""`/rest DIGEST [PAGE]`: the papers of a digest below its cut, by title, for whoever was shown its button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.commands.case import Case
from bot.commands.papers import instead, listed, notice, to_them
from bot.commands.saying import aside, button, line, row, title
from bot.digest_table import left
from bot.locales import say
from bot.platforms import Reply

A_PAGE = 20
"""Papers of a page, which is one message everywhere."""


async def rest(case: Case) -> AsyncIterator[Reply]:
    """A page of them; turning the page changes the message, pressing the digest's own button makes one."""
    yield await asyncio.to_thread(_page, case)


def _page(case: Case) -> Reply:
    """Blocks: in a thread."""
    language, store, slug = case.language, case.means.store, case.option("slug")
    asked = case.options.get("page", 1)
    page = max(asked, 1) if isinstance(asked, int) else 1
    found = store.database.read(lambda conn: left(conn, slug, offset=(page - 1) * A_PAGE, limit=A_PAGE))
    if found is None:
        return notice(case, line(language, "cmd.rest.gone"))
    if not found.papers:
        return notice(case, line(language, "cmd.rest.none"))
    numbers = {"first": found.papers[0][0], "last": found.papers[-1][0], "total": found.total}
    digest = say(language, "cmd.digest.of", day=found.day or found.made_at.date())
    shown = to_them(
        case,
        title(language, "cmd.rest.title", digest=digest, **numbers),
        listed(case, found.papers),
        aside(language, "cmd.rest.how"),
        row(
            button("‹", "rest", slug, page - 1) if page > 1 else None,
            button("›", "rest", slug, page + 1) if page * A_PAGE < found.count else None,
        ),
    )
    return instead(case, shown) if "page" in case.options else shown
