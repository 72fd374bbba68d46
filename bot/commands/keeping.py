"""Keeps the settings somebody chose, once, with what they mean for the next digest."""

from __future__ import annotations

from dataclasses import replace

from bot.commands.case import Case
from bot.delivery.schedule import next_due
from bot.targets import Settings


async def keep(case: Case, changed: Settings) -> Case:
    """The case with these settings, which are kept from now on."""
    await case.ensure()
    due = next_due(changed, after=case.means.clock())
    await case.once(case.means.chats.save_settings, case.target, changed, next_due_at=due, update=case.ask.update)
    return replace(case, chat=replace(case.chat, settings=changed), known=True)
