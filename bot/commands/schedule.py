"""`/schedule`: when digests come, in whose time, and what arXiv's own hours mean for that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.keeping import keep
from bot.commands.saying import button, line, row, rows
from bot.commands.text import command, fits
from bot.delivery.schedule import Advice, advice
from bot.delivery.schedule_text import parse
from bot.delivery.schedule_words import WORKDAYS
from bot.delivery.zones import UnknownZone
from bot.document import Action, Actions, Block, Code
from bot.locales import say
from bot.platforms import Reply
from bot.targets import At, Settings

_NEAR = {
    "en": ("Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata"),
    "zh": ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "America/New_York"),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Almaty", "Europe/Berlin"),
}
"""Zones to offer to readers of a language, beside UTC; every other one is typed."""


async def schedule(case: Case) -> AsyncIterator[Reply]:
    """What is set, with buttons; or a change, and what it means."""
    typed = f"{case.option('when')} {case.option('zone')}".strip()
    to_settings = row(button(say(case.language, "cmd.button.settings"), "settings"))
    if typed:
        before = case.settings
        case = await keep(case, parse(typed, case.settings))
        same = (case.settings.schedule, case.settings.zone) == (before.schedule, before.zone)
        quiet = _quiet(case) if same or case.settings.quiet != before.quiet else ()
        said = (*_set(case), *quiet, *(() if same else _next_step(case)))
        yield case.reply(*said, None if any(isinstance(each, Actions) for each in said) else to_settings)
    elif case.option("do") == "keep":
        yield case.reply(*_set(case), to_settings)
    elif case.option("do") == "zone":
        yield case.reply(*_which_zone(case))
    else:
        yield case.reply(*_set(case), *_choices(case))


def told(case: Case) -> tuple[Block, ...]:
    """What is set now, and what that means: the question for the zone, or what an early hour brings."""
    return (*_set(case), *_next_step(case))


def _set(case: Case) -> tuple[Block, ...]:
    language = case.language
    at = phrases.following(case.settings, language, now=case.means.clock())
    said = line(language, "cmd.schedule.now", when=phrases.schedule(case.settings, language))
    return (said, line(language, "cmd.schedule.next", at=at)) if at else (said,)


def _quiet(case: Case) -> tuple[Block, ...]:
    """The quiet hours, where the schedule does not say them: hours that somebody chose are kept even so."""
    if not isinstance(case.settings.schedule, At):
        return ()
    hours = phrases.quiet_hours(case.settings, case.language)
    return (line(case.language, "cmd.schedule.quiet", hours=hours),)


def _next_step(case: Case) -> tuple[Block, ...]:
    """The question for the zone, once; then what an early hour means."""
    settings = case.settings
    if not isinstance(settings.schedule, At):
        return ()
    if settings.zone is None:
        return _which_zone(case)
    early = _early(settings, year=case.means.clock().year)
    return _advised(case, *early) if early else ()


def _early(settings: Settings, *, year: int) -> tuple[time, Advice] | None:
    """The first hour that brings yesterday's papers. A weekly digest has no today's, and neither has a weekend."""
    schedule = settings.schedule
    if not isinstance(schedule, At) or schedule.best is not None or settings.zone is None:
        return None
    if not schedule.weekdays & WORKDAYS:
        return None
    for at in schedule.times:
        try:
            found = advice(at, settings.zone, year=year)
        except UnknownZone:  # known when it was chosen, but no longer
            return None
        if found is not None:
            return at, found
    return None


def _advised(case: Case, at: time, found: Advice) -> tuple[Block, ...]:
    language, schedule = case.language, case.settings.schedule
    feed = f"{found.feed_from:%H:%M}"
    if found.feed_to != found.feed_from:
        feed += f"–{found.feed_to:%H:%M}"
    hours = schedule.times if isinstance(schedule, At) else ()
    later = sorted({*(hour for hour in hours if hour != at), found.suggested})
    carried = ("schedule", *(f"{hour:%H:%M}" for hour in later))
    hour, suggested = f"{at:%H:%M}", f"{found.suggested:%H:%M}"
    return (
        line(language, "cmd.schedule.early", feed=feed, at=hour, suggested=suggested),
        row(
            button(suggested, *carried) if fits(command(*carried)) else None,
            button(say(language, "cmd.button.keep", at=hour), "schedule", "~keep"),
            button(say(language, "cmd.button.arrival"), "schedule", "arrival"),
        ),
    )


def _which_zone(case: Case) -> tuple[Block, ...]:
    language = case.language
    offered = [button(phrases.city(zone, language), "schedule", zone) for zone in (*_NEAR[language], "UTC")]
    example = Code(say(language, "cmd.schedule.zone_example"))
    return (line(language, "cmd.schedule.which_zone", example=example), *rows(offered, width=3))


def _choices(case: Case) -> tuple[Block, ...]:
    language = case.language

    def hour(text: str) -> Action:
        return button(text, "schedule", text)

    return (
        line(language, "cmd.schedule.how", example=Code(say(language, "cmd.schedule.example"))),
        row(hour("09:00"), hour("13:30"), hour("18:00")),
        row(
            button(say(language, "cmd.button.arrival"), "schedule", "arrival"),
            button(say(language, "cmd.button.weekly"), "schedule", "weekly", "fri", "17:00"),
        ),
        row(
            button(say(language, "cmd.button.night"), "schedule", "quiet", "22-8"),
            button(say(language, "cmd.button.no_quiet"), "schedule", "quiet", "off"),
        ),
        row(
            button(say(language, "cmd.button.zone"), "schedule", "~zone"),
            button(say(language, "cmd.button.settings"), "settings"),
        ),
    )
