"""A chat's settings in words: `on arrival, not between 22:00 and 08:00`, `周一、周五 09:00`, `10 at most`. Pure."""

from __future__ import annotations

from datetime import datetime, time

from bot.commands import SETTINGS
from bot.delivery.schedule import next_due, zone
from bot.delivery.schedule_words import EVERY_DAY, WORKDAYS
from bot.delivery.zones import spoken_zone
from bot.locales import day, messages, say, ui
from bot.targets import At, OnArrival, Settings

_OWN_NAMES = {"zh": "中文", "zh-Hant": "繁體中文"}
"""What speakers call them in a menu; CLDR has 中文（繁体）."""

_MOST_HOURS = 6


def schedule(settings: Settings, language: str) -> str:
    """When digests come, with their zone; on arrival with the quiet hours."""
    match settings.schedule:
        case OnArrival():
            said, hours = say(language, "cmd.when.arrival"), _span(settings)
            if hours is None:
                return said
            quiet = say(language, "cmd.when.quiet", start=hours[0], end=hours[1], zone=zone_name(settings))
            return say(language, "cmd.when.both", when=said, quiet=quiet)
        case At(times, weekdays, best):
            at = _hours(times, language)
            if best is not None:
                key = "cmd.when.weekly" if len(weekdays) == 1 else "cmd.when.best"
                said = say(language, key, days=_days(weekdays, language), hours=at, count=best)
            elif weekdays >= EVERY_DAY:
                said = say(language, "cmd.when.daily", hours=at)
            else:
                said = say(language, "cmd.when.days", days=_days(weekdays, language), hours=at)
            return say(language, "cmd.when.zone", when=said, zone=zone_name(settings))


def quiet_hours(settings: Settings, language: str) -> str:
    """The quiet hours, or that there are none."""
    hours = _span(settings)
    if hours is None:
        return say(language, "cmd.when.always")
    return say(language, "cmd.when.span", start=hours[0], end=hours[1], zone=zone_name(settings))


def zone_name(settings: Settings) -> str:
    """The zone of its hours; UTC if none was chosen."""
    return spoken_zone(settings.zone) if settings.zone else "UTC"


def city(zone: str, language: str) -> str:
    """A zone by the name of its city: 上海, Москва."""
    from babel.dates import get_timezone_location  # noqa: PLC0415 - its data takes a while

    if "/" not in zone:
        return zone
    return str(get_timezone_location(zone, locale=ui(language), return_city=True))


def following(settings: Settings, language: str, *, now: datetime) -> str | None:
    """When the next digest is due, by the chat's own clock; None on arrival."""
    at = next_due(settings, after=now)
    return None if at is None else _on_its_clock(at, settings, language)


def moment(at: datetime, settings: Settings, language: str) -> str:
    """An instant by the chat's own clock, which is named: `Tue 19 May 09:00 (Asia/Shanghai)`."""
    return say(language, "cmd.when.zone", when=_on_its_clock(at, settings, language), zone=zone_name(settings))


def size(settings: Settings, language: str) -> str:
    """How many papers a digest has in full."""
    if settings.layout == "titles":
        return say(language, "cmd.size.titles")
    return (
        say(language, "cmd.size.all") if settings.size is None else say(language, "cmd.size.most", count=settings.size)
    )


def languages(settings: Settings) -> str:
    """The languages of what is written, as their speakers call them."""
    return " + ".join(map(own_name, settings.languages))


def own_name(code: str) -> str:
    """A language as its speakers call it: 中文, русский, Deutsch; the code itself if that is not known."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - its data takes a while

    if code in _OWN_NAMES:
        return _OWN_NAMES[code]
    try:
        name = Locale.parse(code, sep="-").get_display_name()
    except (ValueError, UnknownLocaleError):
        return code
    return f"{name[:1].upper()}{name[1:]}" if name else code


def has_quiet_hours(settings: Settings) -> bool:
    """Are there hours in which nothing comes on arrival?"""
    return _span(settings) is not None


def form(name: str, language: str) -> str:
    """A form of messages by its name; '' is the platform's usual one."""
    key = f"cmd.form.{name or 'usual'}"
    return say(language, key) if key in messages(ui(language)) else name


def setting(what: str, settings: Settings, language: str) -> str:
    """The value of one of SETTINGS."""
    flags = {
        "cross_lists": settings.cross_lists,
        "replacements": settings.replacements,
        "hashtags": settings.hashtags,
        "figures": settings.figures,
    }
    match what:
        case "schedule":
            return (
                schedule(settings, language) if isinstance(settings.schedule, At) else say(language, "cmd.when.arrival")
            )
        case "quiet":
            return quiet_hours(settings, language)
        case "size":
            return say(language, "cmd.size.all") if settings.size is None else str(settings.size)
        case "layout":
            return say(language, f"cmd.layout.{settings.layout}")
        case "language":
            return languages(settings)
        case "sound":
            return say(language, f"cmd.sound.{SOUND[settings.silent]}")
        case "empty":
            return say(language, "cmd.empty.line" if settings.say_empty else "cmd.empty.silence")
        case "zone":
            return zone_name(settings) if settings.zone else say(language, "cmd.zone.none")
        case "form":
            return form(settings.form, language)
        case _:
            return say(language, "cmd.on" if flags[what] else "cmd.off")


SOUND = {None: "auto", True: "silent", False: "loud"}
"""What `/settings sound` takes, by Settings.silent."""


def table(settings: Settings, language: str, *, only: tuple[str, ...] = SETTINGS) -> tuple[tuple[str, str, str], ...]:
    """Each of SETTINGS, or of `only`, with its name and its value in words."""
    return tuple((what, say(language, f"cmd.setting.{what}"), setting(what, settings, language)) for what in only)


def _span(settings: Settings) -> tuple[str, str] | None:
    """Beginning and end of the quiet hours; equal ones are none."""
    if settings.quiet is None or settings.quiet[0] == settings.quiet[1]:
        return None
    return f"{settings.quiet[0]:%H:%M}", f"{settings.quiet[1]:%H:%M}"


def _on_its_clock(at: datetime, settings: Settings, language: str) -> str:
    local = at.astimezone(zone(settings))
    return f"{day(language, local.date())} {local:%H:%M}"


def _hours(times: tuple[time, ...], language: str) -> str:
    shown = [f"{at:%H:%M}" for at in times[:_MOST_HOURS]]
    return say(language, "list").join(shown) + ("…" if len(times) > _MOST_HOURS else "")


def _days(weekdays: frozenset[int], language: str) -> str:
    from babel.dates import get_day_names  # noqa: PLC0415 - its data takes a while

    names = get_day_names("abbreviated", locale=ui(language))
    if weekdays == WORKDAYS:
        return f"{names[0]}–{names[4]}"
    return say(language, "list").join(str(names[number]) for number in sorted(weekdays & EVERY_DAY))
