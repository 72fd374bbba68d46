"""Keeps the settings somebody chose, once, with what they mean for the next digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.commands.case import Case
from bot.delivery.schedule import next_due
from bot.targets import Chat, Settings


def due_by(chat: Chat, changed: Settings, *, now: datetime) -> datetime | None:
    """When the next digest of `chat` is due by `changed`. Pure.

    What has nothing to do with its hours moves nothing: a digest that is due this minute is not put off.
    """
    before = chat.settings
    same = (before.schedule, before.zone, before.quiet) == (changed.schedule, changed.zone, changed.quiet)
    return chat.next_due_at if same and chat.next_due_at is not None else next_due(changed, after=now)


async def keep(case: Case, changed: Settings) -> Case:
    """The case with these settings, which are kept from now on."""
    await case.ensure()
    due = due_by(case.chat, changed, now=case.means.clock())
    await case.once(case.means.chats.save_settings, case.target, changed, next_due_at=due, update=case.ask.update)
    return replace(case, chat=replace(case.chat, settings=changed), known=True)
