"""What we may not do in a chat that has just subscribed: better said now than missed tomorrow."""

from __future__ import annotations

import asyncio

from bot.commands.case import Case
from bot.commands.saying import note
from bot.document import Paragraph
from bot.target_table import LACKING, mark_of


async def lacking(case: Case) -> Paragraph | None:
    """A line that names it; None if all is well, or nobody can say."""
    if case.ask.kind == "private":
        return None
    missing = await case.means.check(case.target)
    if missing:  # whoever is told here need not hear it again
        await asyncio.to_thread(case.means.chats.set_mark, mark_of(LACKING, case.target), ", ".join(missing))
    return note(case.language, "cmd.subscribe.missing", missing=", ".join(missing)) if missing else None
