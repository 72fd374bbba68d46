"""`/settle`: what becomes of a message that may have arrived, as the chat's admin or an owner decides by a button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from bot.commands.case import Case
from bot.commands.saying import line
from bot.delivery.incidents import Held
from bot.platforms import Reply


async def settle(case: Case) -> AsyncIterator[Reply]:
    """Send it again, or leave it; pressed twice, the first decides."""
    undecided, message, what = case.means.undecided, case.options.get("message"), case.option("what")
    held = next((each for each in await undecided.held() if each.message == message), None)
    if held is None or what not in {"send", "drop"}:
        yield case.reply(line(case.language, "notice.settle.done"), private=True)
    elif not await _may(case, held):
        yield case.reply(line(case.language, "notice.settle.not_yours"), private=True)
    elif await undecided.settle(held.message, resend=what == "send"):
        yield case.reply(line(case.language, "notice.settle.sent" if what == "send" else "notice.settle.dropped"))
    else:
        yield case.reply(line(case.language, "notice.settle.done"), private=True)


async def _may(case: Case, held: Held) -> bool:
    """An owner, whoever was asked, or an admin of that chat who asks there."""
    if case.is_owner or case.ask.actor == await asyncio.to_thread(case.means.chats.admin, held.target):
        return True
    is_there = (case.target.platform, case.target.chat_id) == (held.target.platform, held.target.chat_id)
    return is_there and await case.is_admin()
