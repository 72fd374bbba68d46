"""Application commands: their registration, judged as Discord judges it, and who is offered which.

Rules: interactions/application-commands of Discord's documentation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_errors import Json, Problems, invalid, refused
from tests.fakes.discord_forms import Form, Path
from tests.fakes.discord_model import ALL, Channel, Kind, P, Person
from tests.fakes.discord_state import Ask, Handler, State, Told

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
MOST = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
SIZE = 8000
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
GUILD, BOT_DM, PRIVATE = 0, 1, 2
_DEVANAGARI = frozenset(map(chr, range(0x0900, 0x0980)))
_THAI = frozenset(map(chr, range(0x0E00, 0x0E80)))
LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "  # noqa: SIM905 - a list of names reads better than its quotes
    "zh-TW ko".split()
)


def put(state: State, ask: Ask) -> Told:
    """All commands at once, in place of what was there; those with a name we had keep their id."""
    guild = ask.params.get("guild", "")
    _check_application(state, ask, guild)
    if not isinstance(ask.body, list):
        raise invalid((), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    problems = Problems()
    for number, each in enumerate(ask.body):
        _command(Form(each, problems, (number,)), guild)
    problems.check()
    named = [(each.get("type", 1), each["name"]) for each in ask.body]
    for number, name in enumerate(named):
        if name in named[:number]:
            problems.add((number,), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    problems.check()
    for kind, most in MOST.items():
        if sum(one == kind for one, _ in named) > most:
            raise refused(30032)
    state.commands[guild] = _stored(state, ask.body, guild)
    return Told(state.commands[guild])


def _stored(state: State, given: Sequence[Json], guild: str) -> list[Json]:
    before = {(each["type"], each["name"]): each for each in state.commands.get(guild, ())}
    now = state.world.now()
    while state.command_creates and state.command_creates[0] <= now - 86_400:
        state.command_creates.popleft()
    found: list[Json] = []
    for each in given:
        old = before.get((each.get("type", 1), each["name"]))
        if old is None:
            state.command_creates.append(now)
        if len(state.command_creates) > 200:
            raise refused(30034)
        complete: Json = {
            "type": 1,
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "nsfw": False,
            "name_localizations": None,
            "description_localizations": None,
            "contexts": None,
            **({} if guild else {"integration_types": [0, 1]}),
            **each,
            "id": old["id"] if old else state.world.new_id(),
            "application_id": state.world.bot.id,
            **({"guild_id": guild} if guild else {}),
        }
        same = old is not None and {**complete, "version": old["version"]} == old
        complete["version"] = old["version"] if old is not None and same else state.world.new_id()
        found.append(complete)
    return found


def get(state: State, ask: Ask) -> Told:
    guild = ask.params.get("guild", "")
    _check_application(state, ask, guild)
    return Told(state.commands.get(guild, []))


def _check_application(state: State, ask: Ask, guild: str) -> None:
    if ask.params["application"] != state.world.bot.id:
        raise refused(20012)
    if guild:
        state.guild(guild)


# ---------------------------------------------------------------- what a command must be


def _command(form: Form, guild: str) -> None:
    kind = form.choice("type", (1, 2, 3), default=1)
    named = form.text("name", least=1, most=32, required=True)
    if kind == CHAT_INPUT:
        _check_name(form, named)
        form.text("description", least=1, most=100, required=True)
        _options(form)
        if (size := _size(form.data)) > SIZE:
            form.wrong((), "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE}): {size}")
    else:
        if form.data.get("description"):
            message = "Context menu commands cannot have description"
            form.wrong(("description",), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", message)
        if form.data.get("options"):
            message = "Context menu commands cannot have options"
            form.wrong(("options",), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED", message)
    _localized(form, names=kind == CHAT_INPUT)
    needed = form.data.get("default_member_permissions")
    if needed is not None and not str(needed).isdigit():
        form.wrong(("default_member_permissions",), "NUMBER_TYPE_COERCE", f'Value "{needed}" is not int.')
    _check_places(form, guild)


def _check_places(form: Form, guild: str) -> None:
    for key, choices in (("contexts", (0, 1, 2)), ("integration_types", (0, 1))):
        values = form.items(key, least=1, most=len(choices))
        if guild and values:
            form.wrong((key,), "APPLICATION_COMMAND_GUILD_SCOPED", f"{key} is only for globally-scoped commands")
        if len(set(values)) != len(values):
            form.wrong((key,), "SET_TYPE_CONTAINS_DUPLICATES", "This set contains duplicates")
        for number, value in enumerate(values):
            if value not in choices:
                form.wrong((key, number), "BASE_TYPE_CHOICES", f"Value must be one of {choices}.")


def _check_name(form: Form, name: str, path: Path = ("name",)) -> None:
    fine = all(
        unicodedata.category(each)[0] in "LN" or each in "-_'" or each in _DEVANAGARI or each in _THAI for each in name
    )
    if name and (not fine or name != name.lower()):
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _localized(form: Form, *, names: bool) -> None:
    for key, most in (("name_localizations", 32), ("description_localizations", 100)):
        if not form.has(key):
            continue
        inner = form.inner(key)
        for locale in inner.data:
            value = inner.text(locale, least=1, most=most, required=True)
            if locale not in LOCALES:
                form.wrong((key, locale), "BASE_TYPE_CHOICES", f"Value must be one of {tuple(sorted(LOCALES))}.")
            if key == "name_localizations" and names:
                _check_name(form, value, (key, locale))


def _options(form: Form, depth: int = 0) -> None:
    kinds = (
        (SUB_COMMAND, SUB_COMMAND_GROUP, *range(3, 12)) if depth == 0 else ((1, *range(3, 12)) if depth == 1 else ())
    )
    optional = False
    used: set[str] = set()
    for each in form.each("options", most=25):
        kind = each.choice("type", kinds or tuple(range(3, 12)), required=True)
        name = each.text("name", least=1, most=32, required=True)
        _check_name(each, name)
        each.text("description", least=1, most=100, required=True)
        _localized(each, names=True)
        if name in used:
            each.wrong(("name",), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "Option name is already used")
        used.add(name)
        required = each.boolean("required")
        if required and optional:
            message = "Required options must be placed before non-required options"
            each.wrong((), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional |= not required
        if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
            _options(each, depth + (1 if kind == SUB_COMMAND_GROUP else 2))
        elif kind is not None:
            _value(each, kind)


def _value(form: Form, kind: int) -> None:
    choices = form.each("choices", most=25)
    auto = form.boolean("autocomplete")
    if (choices or auto) and kind not in (STRING, INTEGER, NUMBER):
        form.wrong((), "APPLICATION_COMMAND_OPTIONS_CHOICES_NOT_ALLOWED", "This option type takes no choices")
    if choices and auto:
        message = "Autocomplete and choices cannot both be given"
        form.wrong(("autocomplete",), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_WITH_CHOICES", message)
    for each in choices:
        check_choice(each, kind)
    if kind == STRING:
        least = form.integer("min_length", least=0, most=6000)
        form.integer("max_length", least=max(1, least), most=6000, default=6000)


def check_choice(form: Form, kind: int) -> None:
    """A choice of an option, also one that autocomplete suggests."""
    form.text("name", least=1, most=100, required=True)
    if form.has("name_localizations"):
        for locale in form.inner("name_localizations").data:
            form.inner("name_localizations").text(locale, least=1, most=100, required=True)
    value = form.data.get("value")
    if kind == STRING:
        if isinstance(value, str):
            form.text("value", least=1, most=100, required=True)
        else:
            form.wrong(("value",), "BASE_TYPE_STRING", "Could not interpret value as string.")
    elif not isinstance(value, int if kind == INTEGER else int | float) or isinstance(value, bool):
        form.wrong(("value",), "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')


def _size(data: Json) -> int:
    """Names, descriptions and values of it and all its options; of translations the longest counts."""
    total = 0
    for key in ("name", "description"):
        texts = [str(data.get(key) or ""), *map(str, (data.get(f"{key}_localizations") or {}).values())]
        total += max(map(len, texts))
    total += len(data["value"]) if isinstance(data.get("value"), str) else 0
    inner = [*(data.get("options") or ()), *(data.get("choices") or ())]
    return total + sum(_size(each) for each in inner if isinstance(each, dict))


# ---------------------------------------------------------------- who is offered what


def offered(state: State, person: Person, channel: Channel) -> dict[tuple[int, str], tuple[Json, Json]]:
    """By kind and name: the command, and by whose installation it is there, as interactions name them."""
    guild = channel.guild
    may = permissions.in_channel(channel, person)
    found: dict[tuple[int, str], tuple[Json, Json]] = {}
    if guild is not None and P.VIEW_CHANNEL not in may:
        return {}
    place = GUILD if guild is not None else (BOT_DM if channel.kind is Kind.DM else PRIVATE)
    for each in [*state.commands.get("", ()), *state.commands.get(guild.id if guild else "-", ())]:
        owners: Json = {}
        types = each.get("integration_types") or [0]
        here = guild.bot_in and P.USE_APPLICATION_COMMANDS in may if guild is not None else state.world.meet(person)
        if 0 in types and here:
            owners["0"] = guild.id if guild is not None else "0"
        if 1 in types and person.installed:
            owners["1"] = person.id
        needed = each["default_member_permissions"]
        denied = guild is not None and "0" in owners and needed is not None and not _has(int(needed), int(may))
        if denied:
            del owners["0"]
        fits = each["contexts"] is None or place in each["contexts"]
        if owners and fits:
            found[each["type"], each["name"]] = (each, owners)
    return found


def _has(needed: int, may: int) -> bool:
    """Permissions of 0 mean administrators only."""
    return may == int(ALL) or (needed > 0 and needed & may == needed)


def localized(command: Mapping[str, Any], key: str, locale: str) -> str:
    """A name or description as somebody with that locale reads it."""
    return str((command.get(f"{key}_localizations") or {}).get(locale) or command[key])


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "PUT /applications/{application}/commands": ("commands", put),
    "GET /applications/{application}/commands": ("commands", get),
    "PUT /applications/{application}/guilds/{guild}/commands": ("commands", put),
    "GET /applications/{application}/guilds/{guild}/commands": ("commands", get),
}
"""Route → bucket and handler."""
