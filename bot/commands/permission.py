"""Who may have their way at the desk: what an ask does, what becomes of it, and what those are told who may not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from bot.access import Action, Verdict, decide
from bot.commands import BY_NAME, Who
from bot.commands.case import Case
from bot.commands.changes import is_sample
from bot.commands.owners import chat_word
from bot.commands.saying import button, document, line, row, words
from bot.commands.text import command, fits
from bot.document import Code
from bot.locales import ui
from bot.platforms import Actor, Reply
from bot.ports import BotError
from bot.targets import Access, Target

logger = logging.getLogger(__name__)

_NEEDS_NO_OWNER = frozenset({"pause", "unsubscribe"})
"""What makes less of us in a chat needs nobody's leave but its admins'."""


def deed(name: str, options: Mapping[str, str | int]) -> Action:
    """What a command does with these options. Pure.

    Looking at settings, the catalogue or an offer is free for everybody: the buttons below are not. `/digest` is
    answered to everybody, each in their way; `/privacy` deletes what is the chat's own, which admins may always do, or
    the asker's. What people keep for themselves is theirs.
    """
    match name:
        case "pause" | "resume":
            return Action.CHANGE
        case "subscribe":
            return {"yes": Action.CHANGE, "no": Action.CHANGE, "sample": Action.MODEL}.get(
                str(options.get("do", "")), Action.READ
            )
        case "unsubscribe" | "language":
            return Action.CHANGE if options else Action.READ
        case "schedule":
            return Action.CHANGE if options.keys() & {"when", "zone"} else Action.READ
        case "settings":
            if is_sample(str(options.get("what", "")), str(options.get("value", ""))):
                return Action.MODEL
            return Action.CHANGE if "value" in options else Action.READ
        case "summarize" | "pdf" | "ask" | "compare":
            return Action.MODEL
        case _:
            return Action.READ


def changes(name: str, options: Mapping[str, str | int]) -> bool:
    """Does somebody rely on its effect: on the chat, or on what they keep themselves? Pure."""
    own = name in {"save", "like", "dislike"} or (name == "saved" and options.get("what") == "remove")
    decides = name in {"allow", "block", "settle"}
    return own or decides or deed(name, options) is Action.CHANGE


async def verdict(case: Case, action: Action) -> Verdict:
    """What becomes of it. The platform is asked for admins only where that matters. Raises what asking it raises."""
    means, access = case.means, case.chat.access
    without = decide(action, policy=means.policy, access=access, is_owner=case.is_owner, is_admin=True)
    if action is not Action.CHANGE or case.is_owner or without in {Verdict.BLOCKED, Verdict.OWNERS_ONLY}:
        return without
    if not await case.is_admin():
        return Verdict.ADMINS_ONLY
    return Verdict.ALLOW if case.ask.command in _NEEDS_NO_OWNER and without is Verdict.ASK_OWNERS else without


def is_for_owners(name: str) -> bool:
    """Is the whole command theirs?"""
    return BY_NAME[name].who is Who.OWNER


async def refused(case: Case, found: Verdict) -> Reply:
    """What somebody is told who may not."""
    match found:
        case Verdict.ADMINS_ONLY:
            return case.reply(line(case.language, f"cmd.admins_only.{case.ask.kind}"), private=True)
        case Verdict.OWNERS_ONLY:
            return case.reply(line(case.language, "cmd.owners_only"), private=True)
        case Verdict.ASK_OWNERS:
            return await _owners_asked(case)
        case _:
            return case.reply(line(case.language, "cmd.blocked"), private=True)


async def _owners_asked(case: Case) -> Reply:
    """The owners hear of this chat once; what was wanted is kept until they answer."""
    means = case.means
    if not means.owners.known:
        return case.reply(line(case.language, "cmd.ask_owners.nobody"), private=True)
    wanted = (case.option(option.name) for option in BY_NAME[case.ask.command].options)
    wish = command(case.ask.command, *(word for word in wanted if word))
    await means.pending.wish(case.target, wish if fits(wish) else "")
    if case.chat.access is Access.ASKED:
        return case.reply(line(case.language, "cmd.ask_owners.again"))
    await case.ensure()
    # They are told first: a crash in between has them told twice, which harms less than never.
    told = [await _told(case, owner) for owner in sorted(means.owners.known, key=str)]
    if not any(told):
        return case.reply(line(case.language, "cmd.ask_owners.unreachable"))
    await asyncio.to_thread(means.chats.set_access, case.target, Access.ASKED)
    return case.reply(line(case.language, "cmd.ask_owners.asked"))


async def _told(case: Case, owner: Actor) -> bool:
    """Could this owner be asked?"""
    language, chat, word = await _spoken_by(case, owner), str(case.target), chat_word(case.target)
    asked = document(
        language,
        line(language, f"cmd.ask_owners.question.{case.ask.kind}", chat=case.ask.title or chat, id=Code(chat)),
        row(
            button(_label(language, "allow"), "allow", word),
            button(_label(language, "no_model"), "allow", word, "no_model"),
        ),
        row(button(_label(language, "block"), "block", word)),
    )
    try:
        await case.means.notify(owner, asked)
    except BotError as exc:
        logger.warning("an owner cannot be asked: platform=%s error=%s", owner.platform, type(exc).__name__)
        return False
    return True


async def _spoken_by(case: Case, owner: Actor) -> str:
    """The language an owner has chosen in the private chat (on most platforms its id is the person's); else English."""
    chat = await asyncio.to_thread(case.means.chats.chat, Target(owner.platform, owner.id))
    return ui(chat.settings.languages[0]) if chat else "en"


def _label(language: str, which: str) -> str:
    return "".join(span.text for span in words(language, f"cmd.button.{which}"))
