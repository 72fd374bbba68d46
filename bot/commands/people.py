"""`/start`, `/help` and `/privacy`: who we are, what we can, what we know."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import AsyncIterator

from bot.commands import BY_NAME, COMMANDS, Command, Menu, Who
from bot.commands.case import Case
from bot.commands.offers import catalogue
from bot.commands.saying import button, line, row, title, words
from bot.document import Action, Actions, Block, Code, Item, ListBlock, Text
from bot.locales import messages, say, ui
from bot.owners import Claim, remember_owner
from bot.platforms import Reply

ONE = "2405.17428"
"""A paper to try: this one has a summary worth reading in any language."""


async def start(case: Case) -> AsyncIterator[Reply]:
    """Who we are and what to do next; with the code printed at start, its sender becomes the owner."""
    code, owners = case.option("code"), case.means.owners
    if code and owners.code is not None and not owners.known:
        yield await _claimed(case, code)
        return
    followed = await asyncio.to_thread(case.means.chats.subscriptions, case.target)
    language = case.language
    hello = line(language, f"cmd.start.{case.ask.kind}")
    if case.ask.kind != "private" and not followed:
        offered = await catalogue(case)
        yield Reply(case.reply(hello, *offered.document.blocks).document)
        return
    invited = tuple(
        Action(say(language, f"cmd.button.add_{what}"), url=url)
        for what in (("group", "channel") if case.ask.kind == "private" else ())
        if (url := case.means.invite(case.ask.actor.platform, what))
    )
    yield case.reply(
        hello,
        Actions(invited),
        row(
            button(say(language, "cmd.button.catalogue"), "subscribe"),
            button(say(language, "cmd.button.list"), "list") if followed else None,
            button(say(language, "cmd.button.try"), "summarize", ONE),
            button(say(language, "cmd.button.help"), "help"),
        ),
    )


async def _claimed(case: Case, code: str) -> Reply:
    """The sender is the owner now, or the code was not it."""
    owners, language = case.means.owners, case.language
    if owners.code is None:
        return case.reply(line(language, "cmd.claim.wrong"), private=True)
    match owners.code.claim(code):
        case Claim.RIGHT:
            owners.known = await asyncio.to_thread(remember_owner, case.means.chats, case.ask.actor)
            owners.code = None
            stats = button(say(language, "cmd.button.stats"), "stats")
            return case.reply(
                line(language, "cmd.claim.right"), row(stats, button(say(language, "cmd.button.help"), "help"))
            )
        case Claim.WAIT:
            return case.reply(line(language, "cmd.claim.wait"), private=True)
        case _:
            return case.reply(line(language, "cmd.claim.wrong"), private=True)


async def help_(case: Case) -> AsyncIterator[Reply]:
    """The commands; or one of them; or, for one we do not know, the one that was meant."""
    asked = case.option("command").strip().lstrip("/").lower()
    command = BY_NAME.get(asked)
    language = case.language
    if asked and command is None:
        near = difflib.get_close_matches(asked[:32], list(BY_NAME), n=1, cutoff=0.6)
        meant = button(f"/{near[0]}", near[0]) if near and BY_NAME[near[0]].who is not Who.OWNER else None
        helped = button(say(language, "cmd.button.help"), "help")
        yield case.reply(line(language, "cmd.help.unknown", said=f"/{asked[:32]}"), row(meant, helped), private=True)
        return
    if command is not None:
        topics = button(say(language, "cmd.button.catalogue"), "subscribe") if command.name == "subscribe" else None
        yield case.reply(*_one(command, language), row(topics))
        return
    shown = [each for each in COMMANDS if each.listed and (each.who is not Who.OWNER or case.is_owner)]
    often = [each for each in shown if each.menu is not Menu.NONE]
    rare = [each for each in shown if each.menu is Menu.NONE and each.name != "start"]
    yield case.reply(
        title(language, "cmd.help.title"),
        ListBlock(tuple(_item(each, language) for each in often)),
        line(language, "cmd.help.more"),
        ListBlock(tuple(_item(each, language) for each in rare)),
        row(
            button(say(language, "cmd.button.how"), "help", "subscribe"),
            button(say(language, "cmd.button.privacy"), "privacy"),
        ),
    )


def _item(command: Command, language: str) -> Item:
    return Item((Code(command.typed), Text(" — "), *words(language, command.help_key)))


def _one(command: Command, language: str) -> tuple[Block, ...]:
    more = f"help.{command.name}.more"
    detailed = tuple(line(language, more + n) for n in ("", ".2", ".3") if f"{more}{n}" in messages(ui(language)))
    return (ListBlock((_item(command, language),)), *detailed)


# ---------------------------------------------------------------- /privacy


async def privacy(case: Case) -> AsyncIterator[Reply]:
    """What is kept about this chat and about people, and a way to delete either, which is asked twice.

    Everybody deletes what is theirs; in a private chat that is the same as the chat's.
    """
    language, do, alone = case.language, case.option("do"), case.ask.kind == "private"
    if do in {"delete", "confirm"} and not (case.is_owner or await case.is_admin()):
        yield case.reply(line(language, "cmd.privacy.admins_only"), private=True)
    elif do == "delete":
        yield _sure(case, f"cmd.privacy.sure.{case.ask.kind}", "confirm")
    elif do == "confirm":
        await asyncio.to_thread(case.means.chats.forget, case.target)
        if alone:
            await asyncio.to_thread(case.means.people.forget, case.ask.actor)
        yield case.reply(line(language, "cmd.privacy.deleted"), row(button(say(language, "cmd.button.start"), "start")))
    elif do == "mine":
        yield _sure(case, "cmd.privacy.sure.mine", "mine_now")
    elif do == "mine_now":
        gone = await asyncio.to_thread(case.means.people.forget, case.ask.actor)
        votes = gone.likes + gone.dislikes
        yield case.reply(line(language, "cmd.privacy.mine_deleted", saved=gone.saved, votes=votes), private=True)
    else:
        yield await _kept(case)


def _sure(case: Case, key: str, confirmed: str) -> Reply:
    language = case.language
    yes = button(say(language, "cmd.button.delete_now"), "privacy", confirmed)
    return case.reply(line(language, key), row(yes, button(say(language, "cmd.button.no"), "privacy")))


async def _kept(case: Case) -> Reply:
    language, alone = case.language, case.ask.kind == "private"
    lines = [words(language, f"cmd.privacy.{what}") for what in ("chat", "people", "reading", "files", "others")]
    if alone:  # in a group, how much somebody saved is not everybody's to see
        mine = await asyncio.to_thread(case.means.people.kept, case.ask.actor)
        lines.insert(2, words(language, "cmd.privacy.mine", saved=mine.saved, votes=mine.likes + mine.dislikes))
    delete = button(say(language, "cmd.button.delete" if alone else "cmd.button.delete_chat"), "privacy", "delete")
    return case.reply(
        title(language, "cmd.privacy.title"),
        ListBlock(tuple(map(Item, lines))),
        row(None if alone else button(say(language, "cmd.button.delete"), "privacy", "mine"), delete),
    )
