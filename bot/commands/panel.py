"""The panel of `/settings`: every setting with its value, a row of buttons each, what is set marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from bot.commands import phrases
from bot.commands.saying import button, choice, row, title
from bot.document import Action, Actions, Block, Bold, Item, ListBlock, Text
from bot.locales import say
from bot.targets import At, Chat, OnArrival, Settings

_NIGHT = (time(22), time(8))


def panel(chat: Chat, language: str) -> tuple[Block, ...]:
    """What is set, in words, and the buttons that change it."""
    colon = say(language, "colon")
    items = tuple(
        Item((Bold(name), Text(f"{colon}{value}"))) for _, name, value in phrases.table(chat.settings, language)
    )
    return (title(language, "cmd.settings.title"), ListBlock(items), *_rows(chat.settings, language))


def _rows(now: Settings, language: str) -> Iterator[Actions]:
    yield row(
        choice(
            say(language, "cmd.button.arrival"),
            "settings",
            "schedule",
            "arrival",
            chosen=isinstance(now.schedule, OnArrival),
        ),
        choice(say(language, "cmd.button.hour"), "schedule", chosen=isinstance(now.schedule, At)),
    )
    yield row(
        choice(say(language, "cmd.button.night"), "settings", "quiet", "22-8", chosen=now.quiet == _NIGHT),
        choice(say(language, "cmd.button.no_quiet"), "settings", "quiet", "off", chosen=now.quiet is None),
    )
    yield row(
        *(
            choice(say(language, "cmd.button.papers", count=size), "settings", "size", size, chosen=now.size == size)
            for size in (5, 10, 20)
        ),
        choice(say(language, "cmd.button.all"), "settings", "size", "all", chosen=now.size is None),
    )
    yield row(
        *(
            choice(say(language, f"cmd.layout.{layout}"), "settings", "layout", layout, chosen=now.layout == layout)
            for layout in ("digest", "titles", "papers")
        )
    )
    yield row(
        _flag("cross_lists", language, on=now.cross_lists),
        _flag("replacements", language, on=now.replacements),
        _flag("hashtags", language, on=now.hashtags),
    )
    yield row(
        *(
            choice(
                " + ".join(map(phrases.own_name, codes)),
                "settings",
                "language",
                "+".join(codes),
                chosen=now.languages == codes,
            )
            for codes in (("en",), ("zh",), ("ru",), ("zh", "en"))
        )
    )
    yield row(
        *(
            choice(say(language, f"cmd.sound.{said}"), "settings", "sound", said, chosen=now.silent is silent)
            for silent, said in phrases.SOUND.items()
        )
    )
    yield row(
        choice(say(language, "cmd.button.empty_silence"), "settings", "empty", "silence", chosen=not now.say_empty),
        choice(say(language, "cmd.button.empty_line"), "settings", "empty", "line", chosen=now.say_empty),
    )
    yield row(
        button(say(language, "cmd.button.zone"), "schedule", "~zone"), button(say(language, "cmd.button.list"), "list")
    )


def _flag(what: str, language: str, *, on: bool) -> Action:
    return choice(say(language, f"cmd.setting.{what}"), "settings", what, "off" if on else "on", chosen=on)
