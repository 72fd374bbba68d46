"""`/schedule`: when digests come, in whose time, and what arXiv's own hours mean for that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

from bot.commands import phrases
from bot.commands.case import Case
from bot.commands.saying import button, line, row, rows
from bot.commands.settings import save
from bot.delivery.schedule import Advice, advice
from bot.delivery.schedule_text import parse
from bot.delivery.zones import UnknownZone, spoken_zone
from bot.document import Action, Block, Code
from bot.locales import say
from bot.platforms import Reply
from bot.targets import At, Settings

_NEAR = {
    "en": ("Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Singapore"),
    "zh": ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "America/New_York"),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Almaty", "Europe/Berlin"),
}
"""Zones to offer to readers of a language, beside UTC; every other one is typed."""


async def schedule(case: Case) -> AsyncIterator[Reply]:
    """What is set, with buttons; or a change, and what it means."""
    typed = f"{case.option('when')} {case.option('zone')}".strip()
    if typed:
        case = await save(case, parse(typed, case.settings))
        yield case.reply(*_set(case), *_next_step(case))
    elif case.option("do") == "keep":
        yield case.reply(*_set(case))
    elif case.option("do") == "zone":
        yield case.reply(*_which_zone(case))
    else:
        yield case.reply(*_set(case), *_choices(case))


def _set(case: Case) -> tuple[Block, ...]:
    language = case.language
    at = phrases.following(case.settings, language, now=case.means.clock())
    said = line(language, "cmd.schedule.now", when=phrases.schedule(case.settings, language))
    return (said, line(language, "cmd.schedule.next", at=at)) if at else (said,)


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
    """The first hour that brings yesterday's papers. A weekly digest has no today's."""
    schedule = settings.schedule
    if not isinstance(schedule, At) or schedule.best is not None or settings.zone is None:
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
            button(suggested, *carried),
            button(say(language, "cmd.button.keep", at=hour), "schedule", "~keep"),
            button(say(language, "cmd.button.arrival"), "schedule", "arrival"),
        ),
    )


def _which_zone(case: Case) -> tuple[Block, ...]:
    language = case.language
    offered = [button(_city(zone), "schedule", zone) for zone in (*_NEAR[language], "UTC")]
    return (line(language, "cmd.schedule.which_zone", example=Code("/schedule Berlin")), *rows(offered, width=3))


def _city(zone: str) -> str:
    return spoken_zone(zone).rpartition("/")[2].replace("_", " ")


def _choices(case: Case) -> tuple[Block, ...]:
    language = case.language

    def hour(text: str) -> Action:
        return button(text, "schedule", text)

    return (
        row(
            button(say(language, "cmd.button.arrival"), "schedule", "arrival"),
            hour("09:00"),
            hour("13:30"),
            hour("18:00"),
        ),
        row(
            button(say(language, "cmd.button.weekly"), "schedule", "weekly", "fri", "17:00"),
            button(say(language, "cmd.button.night"), "schedule", "quiet", "22-8"),
            button(say(language, "cmd.button.no_quiet"), "schedule", "quiet", "off"),
        ),
        line(language, "cmd.schedule.how", example=Code("/schedule mon-fri 09:00 Asia/Shanghai")),
    )
