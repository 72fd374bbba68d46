"""The panel of `/settings`: every setting with its value, and a page of buttons for when, for what and for how. Pure.

No page has more than five rows of five buttons, which is what Discord shows and a phone bears.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from types import MappingProxyType
from typing import TypeAlias

from bot.commands import phrases
from bot.commands.saying import button, choice, note, row, title
from bot.document import Action, Actions, Block, Bold, Item, ListBlock, Paragraph, Text
from bot.locales import say
from bot.targets import At, Chat, OnArrival, Settings, State

Page: TypeAlias = Callable[[Settings, str, Sequence[str]], Iterator[Actions]]

_NIGHT = (time(22), time(8))
_LANGUAGES = ((("en",), ("zh",), ("ru",)), (("zh", "en"), ("ru", "en")))

PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "when": ("schedule", "quiet", "zone", "empty"),
        "what": ("size", "cross_lists", "replacements", "language"),
        "how": ("layout", "sound", "hashtags", "figures", "form"),
    }
)
"""Which of SETTINGS stands on which page."""


def panel(chat: Chat, language: str, *, forms: Sequence[str] = ()) -> tuple[Block, ...]:
    """All that is set, in words, and the buttons that open the pages; `forms` are other forms this platform has."""
    blocks: list[Block] = [title(language, "cmd.settings.title")]
    for page in PAGES:
        blocks += [Paragraph((Bold(say(language, f"cmd.settings.{page}")),)), _values(page, chat, language, forms)]
    resting = chat.state is State.PAUSED
    return (
        *blocks,
        row(*(button(say(language, f"cmd.button.page_{page}"), "settings", page) for page in PAGES)),
        row(
            button(say(language, "cmd.button.list"), "list"),
            button(say(language, "cmd.button.resume"), "resume")
            if resting
            else button(say(language, "cmd.button.pause"), "pause"),
        ),
    )


def page(name: str, chat: Chat, language: str, *, forms: Sequence[str] = ()) -> tuple[Block, ...]:
    """One of PAGES: its settings in words and a row of buttons each, what is set marked, and the way back."""
    return (
        title(language, f"cmd.settings.{name}"),
        _values(name, chat, language, forms),
        *_notes(name, chat.settings, language),
        *_ROWS[name](chat.settings, language, forms),
        row(back(language)),
    )


def page_of(what: str) -> str:
    """The page on which one of SETTINGS stands."""
    return next(name for name, settings in PAGES.items() if what in settings)


def back(language: str) -> Action:
    """To all settings."""
    return button(say(language, "cmd.button.back"), "settings")


def _values(name: str, chat: Chat, language: str, forms: Sequence[str]) -> ListBlock:
    colon = say(language, "colon")
    return ListBlock(
        tuple(
            Item((Bold(called), Text(f"{colon}{value}")))
            for what, called, value in phrases.table(chat.settings, language, only=PAGES[name])
            if what != "form" or forms
        )
    )


def _notes(name: str, now: Settings, language: str) -> Iterator[Block]:
    if name == "when" and now.zone is None and phrases.has_quiet_hours(now):
        yield note(language, "cmd.settings.in_utc")


def _when(now: Settings, language: str, _: Sequence[str]) -> Iterator[Actions]:
    weekly = isinstance(now.schedule, At) and now.schedule.best is not None
    yield row(
        choice(
            say(language, "cmd.button.arrival"),
            "settings",
            "schedule",
            "arrival",
            chosen=isinstance(now.schedule, OnArrival),
        ),
        choice(say(language, "cmd.button.hour"), "schedule", chosen=isinstance(now.schedule, At) and not weekly),
        choice(say(language, "cmd.button.weekly"), "settings", "schedule", "weekly", "fri", "17:00", chosen=weekly),
    )
    yield row(
        choice(say(language, "cmd.button.night"), "settings", "quiet", "22-8", chosen=now.quiet == _NIGHT),
        choice(
            say(language, "cmd.button.no_quiet"), "settings", "quiet", "off", chosen=not phrases.has_quiet_hours(now)
        ),
    )
    yield row(
        choice(say(language, "cmd.button.empty_silence"), "settings", "empty", "silence", chosen=not now.say_empty),
        choice(say(language, "cmd.button.empty_line"), "settings", "empty", "line", chosen=now.say_empty),
    )
    yield row(button(say(language, "cmd.button.zone"), "schedule", "~zone"))


def _what(now: Settings, language: str, _: Sequence[str]) -> Iterator[Actions]:
    yield row(
        *(
            choice(say(language, "cmd.button.papers", count=size), "settings", "size", size, chosen=now.size == size)
            for size in (5, 10, 20)
        ),
        choice(say(language, "cmd.button.all"), "settings", "size", "all", chosen=now.size is None),
    )
    yield row(_flag("cross_lists", language, on=now.cross_lists), _flag("replacements", language, on=now.replacements))
    for number, offered in enumerate(_LANGUAGES):
        named = (
            choice(
                " + ".join(map(phrases.own_name, codes)),
                "settings",
                "language",
                "+".join(codes),
                chosen=now.languages == codes,
            )
            for codes in offered
        )
        other = button(say(language, "cmd.button.other_language"), "language") if number else None
        yield row(*named, other)


def _how(now: Settings, language: str, forms: Sequence[str]) -> Iterator[Actions]:
    yield row(
        *(
            choice(
                say(language, f"cmd.button.layout_{layout}"), "settings", "layout", layout, chosen=now.layout == layout
            )
            for layout in ("digest", "titles", "papers")
        )
    )
    yield row(
        *(
            choice(say(language, f"cmd.button.sound_{said}"), "settings", "sound", said, chosen=now.silent is silent)
            for silent, said in phrases.SOUND.items()
        )
    )
    yield row(_flag("hashtags", language, on=now.hashtags), _flag("figures", language, on=now.figures))
    if forms:
        yield row(
            choice(phrases.form("", language), "settings", "form", "usual", chosen=now.form not in forms),
            *(
                choice(phrases.form(each, language), "settings", "form", each, chosen=now.form == each)
                for each in forms[:3]
            ),
            button(say(language, "cmd.button.sample"), "settings", "form", "sample"),
        )


_ROWS: Mapping[str, Page] = MappingProxyType({"when": _when, "what": _what, "how": _how})


def _flag(what: str, language: str, *, on: bool) -> Action:
    return choice(say(language, f"cmd.setting.{what}"), "settings", what, "off" if on else "on", chosen=on)
