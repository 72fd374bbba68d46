"""What we may not do in a chat that has just subscribed: better said now than missed tomorrow."""

from __future__ import annotations

from bot.commands.case import Case
from bot.commands.saying import note
from bot.document import Paragraph


async def lacking(case: Case) -> Paragraph | None:
    """A line that names it; None if all is well, or nobody can say."""
    if case.ask.kind == "private":
        return None
    missing = await case.means.check(case.target)
    return note(case.language, "cmd.subscribe.missing", missing=", ".join(missing)) if missing else None
