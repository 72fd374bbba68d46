"""`/settings`, `/language`, `/pause` and `/resume`: how a chat wants it, on one panel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.commands import SETTINGS, phrases, tongues
from bot.commands.case import Case
from bot.commands.changes import TAKES, WrongValue, change
from bot.commands.panel import panel
from bot.commands.saying import button, line, note, row
from bot.delivery.schedule import next_due
from bot.document import Code
from bot.locales import say
from bot.platforms import Reply
from bot.targets import Settings, State


async def settings(case: Case) -> AsyncIterator[Reply]:
    """The panel; after a change the panel again, with what is new marked."""
    what, value = case.option("what"), case.option("value").strip()
    language = case.language
    if what and what not in SETTINGS:
        yield case.reply(line(language, "cmd.settings.unknown", said=what), *panel(case.chat, language), private=True)
        return
    if not value:
        yield case.reply(*panel(case.chat, language))
        return
    try:
        changed = change(case.settings, what, value)
    except WrongValue:
        takes = Code(TAKES[what])
        yield case.reply(
            line(language, "cmd.settings.takes", what=say(language, f"cmd.setting.{what}"), takes=takes), private=True
        )
        return
    case = await save(case, changed)
    done = line(
        case.language,
        "cmd.settings.done",
        what=say(case.language, f"cmd.setting.{what}"),
        value=phrases.setting(what, changed, case.language),
    )
    yield case.reply(done, *panel(case.chat, case.language))


async def save(case: Case, changed: Settings) -> Case:
    """The case with these settings, which are kept from now on."""
    await case.ensure()
    due = next_due(changed, after=case.means.clock())
    await case.once(case.means.chats.save_settings, case.target, changed, next_due_at=due, update=case.ask.update)
    return replace(case, chat=replace(case.chat, settings=changed), known=True)


async def language(case: Case) -> AsyncIterator[Reply]:
    """The languages the chat reads in; it is answered in the first that we speak."""
    typed = case.option("language").strip()
    if typed:
        case = await save(case, replace(case.settings, languages=tongues.read(typed)))
    ours = case.language
    spoken = phrases.languages(case.settings)
    not_ours = note(ours, "cmd.language.not_ours") if case.settings.languages[0] not in tongues.OFTEN[:3] else None
    codes = ("en", "zh", "ru", "zh+en", "ru+en")
    names = {code: " + ".join(map(phrases.own_name, code.split("+"))) for code in codes}
    yield case.reply(
        line(ours, "cmd.language.done" if typed else "cmd.language.now", languages=spoken),
        not_ours,
        None if case.means.has_model else note(ours, "cmd.no_model"),
        None if typed else row(*(button(names[code], "language", code) for code in codes[:3])),
        None if typed else row(*(button(names[code], "language", code) for code in codes[3:])),
        None if typed else line(ours, "cmd.language.how", example=Code("/language de")),
    )


async def pause(case: Case) -> AsyncIterator[Reply]:
    """No digests until /resume; what is followed stays."""
    if not case.known:
        yield case.reply(line(case.language, "cmd.follows_nothing"))
        return
    await case.once(case.means.chats.set_state, case.target, State.PAUSED, update=case.ask.update)
    yield case.reply(line(case.language, "cmd.pause"), row(button(say(case.language, "cmd.button.resume"), "resume")))


async def resume(case: Case) -> AsyncIterator[Reply]:
    """Digests again, whoever stopped them."""
    chats = case.means.chats
    if not case.known or not await asyncio.to_thread(chats.subscriptions, case.target):
        catalogue = button(say(case.language, "cmd.button.catalogue"), "subscribe")
        yield case.reply(line(case.language, "cmd.follows_nothing"), row(catalogue))
        return
    due = next_due(case.settings, after=case.means.clock())
    await asyncio.to_thread(chats.set_due, case.target, due)
    await case.once(chats.set_state, case.target, State.ACTIVE, update=case.ask.update)
    now_button = button(say(case.language, "cmd.button.post_now"), "digest")
    when = phrases.schedule(case.settings, case.language)
    yield case.reply(line(case.language, "cmd.resume", when=when), row(now_button))
