"""Who looks after a chat: whoever changed it last is told when something is wrong with it."""

from __future__ import annotations

import asyncio

from bot.access import Action, Verdict
from bot.chats import NotKnown
from bot.commands.case import Case

_MAY = frozenset({Verdict.ALLOW, Verdict.ALLOW_EXTRACTIVE, Verdict.ASK_OWNERS})
"""Verdicts on admins; what they want may still be the owners' to decide."""


async def remember(case: Case, action: Action, found: Verdict) -> None:
    """Keep who asks as the chat's admin, if they have changed it, or wanted to and may. Raises StoreError.

    Where one is alone there is nobody else to tell; and a chat in whose own name an admin speaks is no person.
    """
    actor = case.ask.actor
    if (
        action is not Action.CHANGE
        or found not in _MAY
        or case.ask.kind == "private"
        or actor.id == case.target.chat_id
    ):
        return
    try:
        await asyncio.to_thread(case.means.chats.set_admin, case.target, actor)
    except NotKnown:  # nothing is kept about this chat
        return
