"""What an option suggests while somebody types: from what we have here, never from the network. Pure but for `papers`.

Discord sends what was typed if nothing is chosen, so nothing here has to be complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeAlias
from zoneinfo import available_timezones

from adapters.discord.limits import NAME, OPTION_VALUE, OPTIONS
from bot.commands import OptionKind
from bot.commands.phrases import own_name
from bot.commands.tongues import MOST, OFTEN
from bot.delivery.zones import UnknownZone, find_zone
from bot.document import utf16
from bot.latex import readable
from bot.locales import ui
from bot.models import Paper
from bot.sources.ids import find
from bot.topics import taxonomy
from bot.topics.catalogue import entries
from bot.topics.words import fold
from bot.wording import TITLE, clean, cut

Papers: TypeAlias = Callable[[str, int], Sequence[Paper]]
"""Papers we know whose id or title has these words, newest first, at most so many."""

LONGEST = 200
"""Characters of what is typed that we look at."""

_NEAR = {
    "en": ("Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Singapore", "UTC"),
    "zh": ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "America/New_York", "UTC"),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Almaty", "Europe/Berlin", "UTC"),
}

_Choice: TypeAlias = tuple[str, str]
"""What is shown, and what is sent."""


def choices(
    kind: OptionKind, typed: str, *, language: str, papers: Papers | None = None, own: Sequence[tuple[str, str]] = ()
) -> list[dict[str, str]]:
    """At most 25 choices `{"name", "value"}` for an option of `kind`; `own` (name, value) come first.

    `own` are the subscriptions of the chat, for what takes one of them.
    """
    is_over = typed[-1:].isspace()  # the last word is
    typed = clean(typed, LONGEST)
    match kind:
        case "topic":
            found = _topics(typed, ui(language), own)
        case "paper_ids":
            found = _papers(typed, papers, is_over=is_over) if papers else iter(())
        case "zone":
            found = _zones(typed, ui(language))
        case "language":
            found = _languages(typed)
        case _:
            found = iter(())
    return _told(found)


def _told(found: Iterable[_Choice]) -> list[dict[str, str]]:
    """Each value once, within what Discord takes; a value that is too long is left out, for it would be another."""
    told: dict[str, str] = {}
    for name, value in found:
        if value.strip() and utf16(value) <= OPTION_VALUE and value not in told:
            told[value] = _short(clean(name, NAME * 2) or value)
            if len(told) == OPTIONS:
                break
    return [{"name": name, "value": value} for value, name in told.items()]


def _short(name: str) -> str:
    limit = NAME
    while utf16(shown := cut(name, limit)) > NAME:
        limit -= 1
    return shown


# ---------------------------------------------------------------- topics


def _topics(typed: str, language: str, own: Sequence[_Choice]) -> Iterator[_Choice]:
    """The chat's own, the catalogue's, arXiv's categories; if nothing is called so, the last word as a category."""
    ours = [(name, value, (name, value)) for name, value in own]
    named = [
        (each.topic.called(language), each.topic.called(language), (each.id, *each.topic.names.values(), *each.also))
        for each in entries()
    ]
    found = [*_matching(typed, ours), *_matching(typed, [*named, *_categories(language)])]
    before, space, last = typed.rpartition(" ")
    if not found and space and last:
        found = [(f"{before} {name}", f"{before} {value}") for name, value in _matching(last, _categories(language))]
    yield from found


@cache
def _categories(language: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    told = [(code, taxonomy.name(code, language)) for code in taxonomy.categories()]
    return tuple((f"{code} · {name}", code, (code, name, taxonomy.name(code, "en"))) for code, name in told)


def _matching(typed: str, known: Iterable[tuple[str, str, tuple[str, ...]]]) -> list[_Choice]:
    """Those that are called so, begin so, have a word that begins so, or have it anywhere, in this order."""
    wanted = _folded(typed)
    ranked = [(_rank(wanted, names), at, (name, value)) for at, (name, value, names) in enumerate(known)]
    return [choice for rank, _, choice in sorted(each for each in ranked if each[0] is not None) if rank is not None]


def _rank(wanted: str, names: Iterable[str]) -> int | None:
    ranks: set[int] = set()
    for name in map(_folded, names):
        if name == wanted:
            ranks.add(0)
        elif name.startswith(wanted):
            ranks.add(1)
        elif f" {wanted}" in name or f".{wanted}" in name:
            ranks.add(2)
        elif wanted in name:
            ranks.add(3)
    return min(ranks, default=None)


def _folded(text: str) -> str:
    return " ".join(fold(text).casefold().replace("_", " ").split())


# ---------------------------------------------------------------- papers


def _papers(typed: str, papers: Papers, *, is_over: bool) -> Iterator[_Choice]:
    """Papers by the words after the last id that is complete; the ids before stay."""
    named = [str(each) for each in find(typed)]
    words = typed.split()
    while words and find(words[0]):
        words.pop(0)
    if named and not words and not is_over:  # perhaps not yet complete: 2405.1742
        yield from (_paper(each, named[:-1]) for each in papers(named[-1], OPTIONS))
        return
    have = {each.key for each in find(typed)}
    yield from (_paper(each, named) for each in papers(" ".join(words), OPTIONS) if each.id not in have)


def _paper(paper: Paper, before: Sequence[str]) -> _Choice:
    title = clean(readable(paper.title), TITLE)
    return " · ".join(filter(None, (*before, paper.id, title))), " ".join((*before, paper.id))


# ---------------------------------------------------------------- zones and languages


def _zones(typed: str, language: str) -> Iterator[_Choice]:
    if not typed:
        yield from ((name, name) for name in _NEAR[language])
        return
    try:
        found = find_zone(typed)
        yield found, found
    except UnknownZone as unknown:
        yield from ((name, name) for name in unknown.near)
    yield from _matching(typed, ((name, name, (name, name.rpartition("/")[2])) for name in _known_zones()))


@cache
def _known_zones() -> tuple[str, ...]:
    """Places: what is older or shorter has such a name too."""
    regions = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in regions))


def _languages(typed: str) -> Iterator[_Choice]:
    """One, or a second one after a `+`."""
    before, plus, last = typed.rpartition("+")
    if plus and (before.count("+") + 2 > MOST or not before.strip()):
        return
    head = f"{before.strip()}+" if plus else ""
    known = ((own_name(code), code, (code, own_name(code), _english(code))) for code in OFTEN)
    for name, code in _matching(last, known):
        if code != before.strip():
            yield (f"{own_name(before.strip())} + {name}" if head else name), f"{head}{code}"


def _english(code: str) -> str:
    from babel import Locale  # noqa: PLC0415 - its data takes a while

    return Locale.parse(code).get_language_name("en") or code
