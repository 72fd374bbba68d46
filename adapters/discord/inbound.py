"""What people do on Discord, as Asks: slash commands, buttons, menus, forms, suggestions, the menu of a message.

Nothing of it is kept here: a button carries its command, so that it works after a restart. What people wrote is not
logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC
from functools import partial
from typing import Any, Protocol

import discord

from adapters.discord import asking, attached, buttons, forms, places, whereabouts
from adapters.discord.commands import ASK_MESSAGE, CHANNEL
from adapters.discord.connection import FAILURES, Connection, described
from adapters.discord.depicting import depicted
from adapters.discord.letters import Letters
from adapters.discord.shared import texts_of
from adapters.discord.suggesting import suggested
from adapters.discord.talk import Talk
from adapters.pictures import lifted
from bot.attached import Attached
from bot.commands import BY_NAME
from bot.commands.text import Said, read
from bot.document import Document, Paragraph, Text
from bot.locales import say, ui
from bot.platforms import Actor, Ask, Core, DeliveryError, Part, Place, Reply
from bot.ports import BotError, Clock, Picture, no_picture
from bot.sources.ids import find
from bot.targets import Chat, Target

logger = logging.getLogger(__name__)

AT_ONCE = 1.2
"""Seconds an answer may take before the interaction is acknowledged without it; Discord allows three."""

SLOW = frozenset(
    {"summarize", "pdf", "ask", "compare", "digest", "subscribe", "abstract", "evidence", "depth", "why", "start"}
)
"""Commands that may have to ask arXiv, a model, or much of the database: acknowledged before anything else."""

FOR_ONE = frozenset(
    {"why", "abstract", "evidence", "depth", "save", "saved", "like", "dislike", "privacy", "chats", "stats"}
)
"""Commands whose answer concerns nobody but who asked."""

KEPT: Mapping[str, frozenset[str]] = {"saved": frozenset({"bibtex"})}
"""Commands and what of them is sent by private message."""

NO_SUGGESTIONS = 2.0
"""Seconds after which suggestions come too late."""

Elsewhere = Callable[[Target, Iterable[Part]], Awaitable[None]]


class Renders(Protocol):
    """What of the platform is needed to answer."""

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]: ...
    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]: ...


class Inbound:
    """For one connection. `elsewhere` posts to a channel what came too late for its interaction."""

    def __init__(
        self,
        core: Core,
        connection: Connection,
        *,
        platform: Renders,
        letters: Letters,
        clock: Clock,
        elsewhere: Elsewhere,
    ) -> None:
        self._core = core
        self._connection = connection
        self._platform = platform
        self._letters = letters
        self._clock = clock
        self._elsewhere = elsewhere

    async def heard(self, interaction: discord.Interaction[Any]) -> None:
        """The library's event `interaction`. Never raises what the network does."""
        try:
            match interaction.type:
                case discord.InteractionType.application_command:
                    await self._command(interaction)
                case discord.InteractionType.component:
                    await self._pressed(interaction)
                case discord.InteractionType.modal_submit:
                    await self._filled_in(interaction)
                case discord.InteractionType.autocomplete:
                    await self._suggest(interaction)
                case _:
                    logger.info("an interaction of a kind we do not know")
        except FAILURES as exc:
            logger.warning("an interaction could not be answered: %s", described(exc))

    # ------------------------------------------------------------ kinds of interactions

    async def _command(self, interaction: discord.Interaction[Any]) -> None:
        data = _data(interaction)
        if data.get("type") == discord.AppCommandType.message.value:
            await self._on_message(interaction, data)
            return
        options = _options(data)
        file = attached.chosen(data, options.pop(attached.FILE, None), self._connection.direct)
        about = whereabouts.named(self._connection, options.pop(CHANNEL, None))
        await self._answer(interaction, Said(str(data.get("name", "")), options), about=about, file=file)

    async def _on_message(self, interaction: discord.Interaction[Any], data: Mapping[str, Any]) -> None:
        """The papers it names; where it names none, the PDF that is attached to it. A question is asked for first."""
        where, id_ = whereabouts.here(interaction), str(data.get("target_id", ""))
        words = await asking.named(self._core, texts_of(data), where=where, message=id_)
        if data.get("name") == ASK_MESSAGE:
            modal = await asking.form_about(self._core, words, language=interaction.locale.value)
            if modal is not None:
                await self._talk(interaction).form(modal)
            else:
                await self._answer(interaction, Said("ask"), replied_to=words)
            return
        file = None if find(words) else attached.on_message(data, self._connection.direct)
        await self._answer(interaction, Said("summarize"), replied_to=words, file=file)

    async def _pressed(self, interaction: discord.Interaction[Any]) -> None:
        data = _data(interaction)
        found = buttons.pressed(str(data.get("custom_id", "")), [str(value) for value in data.get("values", ())])
        said = read(found.command, kind=whereabouts.kind(interaction)) if found else None
        if found is None or said is None:  # of a version before us
            said = Said("help")
        elif forms.wanted(said):
            language = interaction.locale.value
            await self._talk(interaction).form(
                await asking.form(self._core, said, language=language, about=found.about)
            )
            return
        await self._answer(interaction, said, pressed=True, about=found.about if found else None)

    async def _filled_in(self, interaction: discord.Interaction[Any]) -> None:
        filled = forms.filled_in(_data(interaction))
        if filled is None:
            await self._answer(interaction, Said("help"), pressed=True)
            return
        await self._answer(interaction, filled.said, pressed=True, about=filled.about)

    async def _suggest(self, interaction: discord.Interaction[Any]) -> None:
        try:
            async with asyncio.timeout(NO_SUGGESTIONS):
                data = _data(interaction)
                about = whereabouts.named(self._connection, _options(data).get(CHANNEL))
                where = about or whereabouts.here(interaction)
                found = await suggested(self._core, data, where, language=interaction.locale.value)
        except (BotError, TimeoutError) as exc:
            logger.info("nothing can be suggested: %s", type(exc).__name__)
            found = []
        await self._talk(interaction).choices(found)

    # ------------------------------------------------------------ answering

    async def _answer(
        self,
        interaction: discord.Interaction[Any],
        said: Said,
        *,
        pressed: bool = False,
        about: Target | None = None,
        replied_to: str = "",
        file: Attached | None = None,
    ) -> None:
        talk = self._talk(interaction)
        ask = self._ask(interaction, said, pressed=pressed, about=about, replied_to=replied_to, file=file)
        here = Chat(target=whereabouts.here(interaction), kind=whereabouts.kind(interaction))
        age = max(0.0, (self._clock() - interaction.created_at).total_seconds())  # of a busy program, or another clock
        have = self._core.picture if interaction.app_permissions.attach_files else no_picture
        command = BY_NAME.get(said.command)
        instead = pressed and command is not None and command.pressed is Place.INSTEAD
        private = said.command in FOR_ONE or file is not None
        async with aclosing(_generator(self._core, ask)) as replies:
            if said.command in SLOW:
                await talk.later(private=private, instead=instead)
            coming = asyncio.ensure_future(anext(replies, None))
            try:
                await asyncio.wait({coming}, timeout=max(0.0, AT_ONCE - age))
                if not coming.done():
                    await talk.later(private=private, instead=instead)
                while (reply := await coming) is not None:
                    reply = await self._kept(interaction, said, reply)
                    await self._show(talk, reply, here, about=about, have=have)
                    coming = asyncio.ensure_future(anext(replies, None))
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        await talk.end()

    async def _show(
        self, talk: Talk, reply: Reply, here: Chat, *, about: Target | None, have: Callable[[str], Picture | None]
    ) -> None:
        """The answer with its figures as pictures, or as links where they cannot be shown."""

        async def say(document: Document) -> bool:
            parts = list(self._platform.render(document, chat=here, about=about))
            simpler = partial(self._platform.plain, document, chat=here, about=about)
            return await talk.say(reply, parts, simpler=simpler)

        document, shown = lifted(reply.document, have)
        if await say(document) and not await talk.depict([depicted(each) for each in shown]):
            await say(reply.document)

    async def _kept(self, interaction: discord.Interaction[Any], said: Said, reply: Reply) -> Reply:
        """What one wants to keep goes to the private chat, since an ephemeral message is gone when one looks away.

        What is left to say, which is all of it if they take no messages from us.
        """
        is_kept = said.options.get("what") in KEPT.get(said.command, ())
        if interaction.guild_id is None or not is_kept:
            return reply
        home = Chat(target=places.private(interaction.user.id), kind="private")
        try:
            await self._elsewhere(home.target, self._platform.render(reply.document, chat=home))
        except DeliveryError as exc:
            logger.info("somebody takes no messages from us: %s", type(exc).__name__)
            return reply
        language = reply.document.language
        told = Document((Paragraph((Text(say(ui(language), "answer.sent")),)),), language)
        return replace(reply, document=told)

    def _ask(
        self,
        interaction: discord.Interaction[Any],
        said: Said,
        *,
        pressed: bool,
        about: Target | None,
        replied_to: str,
        file: Attached | None,
    ) -> Ask:
        channel = whereabouts.channel_of(interaction) if about is None else whereabouts.seen(self._connection, about)
        return Ask(
            update=f"{places.NAME}:{interaction.id}",
            actor=Actor(places.NAME, str(interaction.user.id)),
            target=about or whereabouts.here(interaction),
            kind=whereabouts.kind(interaction) if about is None else places.kind_of(channel),
            command=said.command,
            options=said.options,
            at=interaction.created_at.astimezone(UTC),
            is_admin=lambda: whereabouts.manages(self._connection, interaction, about),
            locale=interaction.locale.value,
            title=places.title_of(channel),
            replied_to=replied_to,
            pressed=pressed,
            file=file,
        )

    def _talk(self, interaction: discord.Interaction[Any]) -> Talk:
        where = whereabouts.here(interaction)
        return Talk(
            self._connection,
            interaction,
            letters=self._letters,
            clock=self._clock,
            elsewhere=lambda parts: self._elsewhere(where, parts),
        )


async def _generator(core: Core, ask: Ask) -> Any:  # noqa: ANN401 - an async generator, so that it can be closed
    async for reply in core.ask(ask):
        yield reply


def _data(interaction: discord.Interaction[Any]) -> Mapping[str, Any]:
    return dict(interaction.data) if interaction.data is not None else {}


def _options(data: Mapping[str, Any]) -> dict[str, str | int]:
    """What was filled in, by name."""
    return {str(each["name"]): each["value"] for each in data.get("options", ()) if "value" in each}
