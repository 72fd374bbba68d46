"""`/settings`, `/language`, `/pause` and `/resume`: how a chat wants it, on one panel with three pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from bot.commands import SETTINGS, phrases, schedule, tongues
from bot.commands.case import Case
from bot.commands.changes import WrongValue, change, is_sample, takes
from bot.commands.keeping import keep
from bot.commands.panel import PAGES, back, page, page_of, panel
from bot.commands.samples import sample
from bot.commands.saying import button, choice, line, note, row
from bot.delivery.schedule import next_due
from bot.document import Block, Code
from bot.locales import say
from bot.platforms import Reply
from bot.targets import At, State


async def settings(case: Case) -> AsyncIterator[Reply]:
    """The panel, or one of its pages; after a change what it means, or the page again with what is new marked."""
    what, value = case.option("what"), case.option("value").strip()
    language, forms = case.language, case.means.forms(case.target.platform)
    if is_sample(what, value):
        async for reply in _form_sample(case, value.lower().split()[1:], forms):
            yield reply
        return
    if value and what in SETTINGS:
        yield await _changed(case, what, value)
    elif what in SETTINGS or what in PAGES:
        yield case.reply(*page(what if what in PAGES else page_of(what), case.chat, language, forms=forms))
    else:
        unknown = line(language, "cmd.settings.unknown", said=what) if what else None
        yield case.reply(unknown, *panel(case.chat, language, forms=forms), private=bool(what))


async def _changed(case: Case, what: str, value: str) -> Reply:
    forms = case.means.forms(case.target.platform)
    try:
        changed = change(case.settings, what, value, forms=forms)
    except WrongValue:
        name = say(case.language, f"cmd.setting.{what}")
        return case.reply(
            line(case.language, "cmd.settings.takes", what=name, takes=Code(takes(what, forms))), private=True
        )
    case = await keep(case, changed)
    language = case.language
    if what in {"schedule", "zone"} and isinstance(changed.schedule, At):
        return case.reply(*schedule.told(case), row(back(language)))
    name, said = say(language, f"cmd.setting.{what}"), phrases.setting(what, changed, language)
    done = None if case.ask.pressed else line(language, "cmd.settings.done", what=name, value=said)
    return case.reply(done, *page(page_of(what), case.chat, language, forms=forms))


async def _form_sample(case: Case, named: list[str], forms: Sequence[str]) -> AsyncIterator[Reply]:
    """What the other form is like, with what this chat follows."""
    form = next((each for each in forms if not named or each == named[0]), "")
    if not form:
        name = say(case.language, "cmd.setting.form")
        wrong = line(case.language, "cmd.settings.takes", what=name, takes=Code(takes("form", forms)))
        yield case.reply(wrong, private=True)
        return
    followed = await asyncio.to_thread(case.means.chats.subscriptions, case.target)
    async for reply in sample(case, [each.topic for each in followed], form=form):
        yield reply


async def language(case: Case) -> AsyncIterator[Reply]:
    """The languages the chat reads in; it is answered in the first that we speak."""
    typed = case.option("language").strip()
    if typed:
        case = await keep(case, replace(case.settings, languages=tongues.read(typed)))
    ours = case.language
    spoken = phrases.languages(case.settings)
    not_ours = note(ours, "cmd.language.not_ours") if case.settings.languages[0] not in tongues.OFTEN[:3] else None
    yield case.reply(
        line(ours, "cmd.language.done" if typed else "cmd.language.now", languages=spoken),
        not_ours,
        None if case.means.has_model else note(ours, "cmd.no_model"),
        *(() if typed else _languages(case)),
        row(button(say(ours, "cmd.button.settings"), "settings")),
    )


def _languages(case: Case) -> tuple[Block, ...]:
    codes, now = ("en", "zh", "ru", "zh+en", "ru+en"), "+".join(case.settings.languages)
    buttons = [
        choice(" + ".join(map(phrases.own_name, code.split("+"))), "language", code, chosen=code == now)
        for code in codes
    ]
    how = line(case.language, "cmd.language.how", example=Code("/language de"))
    return (how, row(*buttons[:3]), row(*buttons[3:]))


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
    if case.chat.state is not State.ACTIVE:  # else what is due stays due
        due = next_due(case.settings, after=case.means.clock())
        await asyncio.to_thread(chats.set_due, case.target, due)
    await case.once(chats.set_state, case.target, State.ACTIVE, update=case.ask.update)
    await case.means.wake(case.target)
    now_button = button(say(case.language, "cmd.button.post_now"), "digest")
    when = phrases.schedule(case.settings, case.language)
    yield case.reply(line(case.language, "cmd.resume", when=when), row(now_button))
