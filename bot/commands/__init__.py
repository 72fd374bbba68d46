"""Every command, listed once: menus, slash commands, help and the table in README are made from COMMANDS. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from bot.platforms import Place

OptionKind = Literal["text", "int", "choice", "topic", "paper_ids", "zone", "language", "file"]


class Who(StrEnum):
    """Who may change something with a command. Reading is free, but for what is the owners' alone."""

    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"


class Menu(StrEnum):
    """Whose menu shows a command; the rest work when typed."""

    MEMBERS = "members"
    ADMINS = "admins"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """Something typed after a command. `rest`: all that is left of the line, white space and all.

    `required` is for platforms that have forms: typed without it, a command says what it needs. `button`: only buttons
    carry it; no form and no help shows it. `choices` are those of a `choice`. A `file` is chosen in a form and never
    typed: it comes as `Ask.file`.
    """

    name: str
    kind: OptionKind = "text"
    required: bool = False
    rest: bool = False
    choices: tuple[str, ...] = ()
    button: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`usage` is what may follow the name, as help shows it; what it does is said in locales under `help_key`.

    `pressed` is where the answer goes if a button carries it. What is not `listed` is said by buttons alone: no menu,
    form or help shows it.
    """

    name: str
    options: tuple[Option, ...] = ()
    who: Who = Who.MEMBER
    menu: Menu = Menu.NONE
    usage: str = ""
    pressed: Place = Place.INSTEAD
    listed: bool = True

    @property
    def help_key(self) -> str:
        """Of one line that says what it does, in at most 100 characters (Discord's limit)."""
        return f"help.{self.name}"

    @property
    def typed(self) -> str:
        """The command as one types it: `/subscribe TOPIC [as NAME]`."""
        return f"/{self.name} {self.usage}".rstrip()

    @property
    def form(self) -> tuple[Option, ...]:
        """The options a person fills in."""
        return tuple(option for option in self.options if not option.button)


SETTINGS = (
    "schedule",
    "quiet",
    "zone",
    "empty",
    "size",
    "cross_lists",
    "replacements",
    "language",
    "layout",
    "sound",
    "hashtags",
    "figures",
    "form",
)
"""What `/settings` changes, in the order of its panel."""

_PAPER = Option("id", "paper_ids", required=True, rest=True)
_PAPERS = Option("ids", "paper_ids", required=True, rest=True)

COMMANDS: tuple[Command, ...] = (
    Command(name="start", options=(Option("code"),)),
    Command(name="help", options=(Option("command"),), menu=Menu.MEMBERS, usage="[COMMAND]"),
    Command(
        name="subscribe",
        options=(
            Option("topic", "topic", required=True, rest=True),
            Option("name"),
            Option("do", "choice", choices=("yes", "no", "change", "narrow", "sample", "page"), button=True),
            Option("value", button=True),
        ),
        who=Who.ADMIN,
        menu=Menu.ADMINS,
        usage="TOPIC [as NAME]",
    ),
    Command(
        name="unsubscribe",
        options=(Option("topic", "topic", rest=True), Option("check", button=True)),
        who=Who.ADMIN,
        menu=Menu.ADMINS,
        usage="[NUMBER | NAME | TOPIC]",
    ),
    Command(name="list", menu=Menu.MEMBERS),
    Command(
        name="summarize",
        options=(_PAPERS,),
        menu=Menu.MEMBERS,
        usage="ID…",
        pressed=Place.BELOW,
    ),
    Command(name="pdf", options=(Option("file", "file", required=True),), pressed=Place.BELOW),
    Command(
        name="ask",
        options=(Option("id", "paper_ids", required=True), Option("question", required=True, rest=True)),
        menu=Menu.MEMBERS,
        usage="ID QUESTION",
        pressed=Place.BELOW,
    ),
    Command(
        name="compare",
        options=(_PAPERS,),
        menu=Menu.MEMBERS,
        usage="ID ID",
        pressed=Place.BELOW,
    ),
    Command(name="digest", menu=Menu.MEMBERS, pressed=Place.BELOW),
    Command(name="abstract", options=(_PAPER,), usage="ID", pressed=Place.BELOW),
    Command(name="evidence", options=(_PAPER,), usage="ID", pressed=Place.BELOW),
    Command(name="depth", options=(_PAPER,), usage="ID", pressed=Place.BELOW, listed=False),
    Command(name="save", options=(_PAPERS,), usage="ID…", pressed=Place.ASIDE),
    Command(
        name="saved",
        options=(Option("what", "choice", choices=("bibtex", "remove")), Option("ids", "paper_ids", rest=True)),
        usage="[bibtex | remove ID…]",
        pressed=Place.BELOW,
    ),
    Command(name="like", options=(_PAPER,), usage="ID", pressed=Place.ASIDE),
    Command(name="dislike", options=(_PAPER,), usage="ID", pressed=Place.ASIDE),
    Command(
        name="rest",
        options=(Option("slug", required=True), Option("page", "int")),
        usage="DIGEST [PAGE]",
        pressed=Place.BELOW,
        listed=False,
    ),
    Command(
        name="settings",
        options=(Option("what", "choice", choices=SETTINGS), Option("value", rest=True)),
        who=Who.ADMIN,
        menu=Menu.ADMINS,
        usage="[WHAT VALUE]",
    ),
    Command(
        name="schedule",
        options=(
            Option("when", rest=True),
            Option("zone", "zone"),
            Option("do", "choice", choices=("keep", "zone"), button=True),
        ),
        who=Who.ADMIN,
        menu=Menu.ADMINS,
        usage="[WHEN] [ZONE]",
    ),
    Command(
        name="language",
        options=(Option("language", "language", rest=True),),
        who=Who.ADMIN,
        usage="[CODE[+CODE]]",
    ),
    Command(name="pause", who=Who.ADMIN),
    Command(name="resume", who=Who.ADMIN),
    Command(
        name="why",
        options=(_PAPER,),
        usage="ID",
        pressed=Place.BELOW,
    ),
    Command(
        name="privacy",
        options=(Option("do", "choice", choices=("mine", "mine_now", "delete", "confirm"), button=True),),
        who=Who.ADMIN,
    ),
    Command(name="chats", options=(Option("page", "int"),), who=Who.OWNER, usage="[PAGE]"),
    Command(
        name="allow",
        options=(Option("chat", required=True), Option("how", "choice", choices=("no_model",))),
        who=Who.OWNER,
        usage="CHAT [no_model]",
    ),
    Command(name="block", options=(Option("chat", required=True),), who=Who.OWNER, usage="CHAT"),
    Command(name="stats", who=Who.OWNER),
    Command(
        name="settle",
        options=(
            Option("message", "int", button=True),
            Option("what", "choice", choices=("send", "drop"), button=True),
        ),
        who=Who.ADMIN,
        listed=False,
    ),
)
"""In the order help and menus have."""

BY_NAME: Mapping[str, Command] = {command.name: command for command in COMMANDS}


def menu(whose: Menu, language: str) -> tuple[tuple[str, str], ...]:
    """Name and description of the commands in the menu of members, or of admins, who get the members' too."""
    from bot.locales import say  # noqa: PLC0415 - babel is heavy, and COMMANDS alone is light

    shown = {Menu.MEMBERS: {Menu.MEMBERS}, Menu.ADMINS: {Menu.MEMBERS, Menu.ADMINS}}.get(whose, set())
    return tuple((each.name, say(language, each.help_key)) for each in COMMANDS if each.menu in shown)


def help_table(language: str = "en") -> str:
    """COMMANDS as a Markdown table, for README."""
    from bot.locales import say  # noqa: PLC0415 - as above

    rows = (
        f"| `{typed}` | {say(language, each.help_key)} | {say(language, f'cmd.who.{each.who}')} |"
        for each, typed in ((each, each.typed.replace("|", "\\|")) for each in COMMANDS if each.listed)
    )
    heads = " | ".join(say(language, f"cmd.table.{head}") for head in ("command", "does", "who"))
    return "\n".join((f"| {heads} |", "|---|---|---|", *rows)) + "\n"
