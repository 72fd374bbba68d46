"""Telegram behind the port: what goes out, and the life of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from adapters.telegram import menus, polling, prompts, webhook
from adapters.telegram.answers import Asked
from adapters.telegram.api import Api, RichUnknown
from adapters.telegram.classic import captioned
from adapters.telegram.files import Files
from adapters.telegram.floods import Floods
from adapters.telegram.limits import CAPS, NAME, RICH
from adapters.telegram.pauses import Pauses
from adapters.telegram.people import People
from adapters.telegram.places import Room
from adapters.telegram.reception import Reception
from adapters.telegram.redaction import hide
from adapters.telegram.refusals import Refusals
from adapters.telegram.render import Renderer
from adapters.telegram.rights import lacking
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.wire import is_rich
from bot.document import Document, Figure
from bot.platforms import Actor, Ask, BadFormat, Caps, Core, Marks, MessageRef, Part, Reply, RetryLater, Where
from bot.ports import BotError, Clock, Picture
from bot.targets import Chat, Settings, Target

logger = logging.getLogger(__name__)

USERNAME = "telegram username"
"""Under which our user name is remembered: digests that are made before we are logged in have links with it."""


class Telegram:
    """Port `Platform`. `settings.token` must be there. For one event loop."""

    name = NAME

    def __init__(
        self, settings: TelegramSettings, *, clock: Clock, marks: Marks, pauses: Pauses | None = None, caps: Caps = CAPS
    ) -> None:
        if settings.token is None:
            raise ValueError("there is no Telegram without a token")
        token = settings.token.get_secret_value()
        hide(token, settings.secret)
        self.caps = replace(caps, forms=()) if settings.rich == "off" else caps
        self._settings = settings
        self._clock = clock
        self._marks = marks
        self._pauses = pauses or Pauses()
        self._api = Api(token, settings.api_url, self._pauses)
        self._files = Files(self._api, token, settings.api_url, silence=self._pauses.read)
        self._refusals = Refusals(clock, marks)
        self._floods = Floods()
        self._username: str | None = None
        self._renderer = Renderer(
            username=lambda: self._username, rich=lambda: not self._refusals.are_for_all(), caps=self.caps
        )
        self._reception: asyncio.Future[Reception] | None = None

    # ------------------------------------------------------------ the port: what goes out

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        """In the form the chat chose, unless the server was seen to refuse it."""
        form = chat.settings.form or (RICH if self._settings.rich == "on" else "")
        if self._settings.rich == "off" or self._refusals.are_for(document):
            form = ""
        chosen = replace(chat, settings=replace(chat.settings, form=form))
        return self._renderer.render(document, chat=chosen, about=about)

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        return self._renderer.plain(document, chat=chat, about=about)

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        """Telegram knows no nonces: what is sent twice arrives twice."""
        return await self.deliver(target, part, silent=silent)

    async def deliver(
        self, target: Target, part: Part, *, silent: bool = False, reply_to: int | None = None
    ) -> MessageRef:
        """As `send`; `reply_to` is a message there that this one answers, if it is still there."""
        async with self._calling(target.chat_id, part):
            return await self._api.send(target, part.payload, silent=silent, reply_to=reply_to)

    def depicted(self, figure: Figure) -> Mapping[str, Any]:
        """What is said below the figure's picture."""
        return captioned(figure)

    async def depict(
        self, target: Target, caption: Mapping[str, Any], picture: Picture, *, reply_to: int | None
    ) -> MessageRef:
        """Send a picture, without a sound: its answer has made one. Raises one class of DeliveryError."""
        try:
            return await self._api.depict(target, caption, picture, reply_to=reply_to)
        except RetryLater as exc:
            now = asyncio.get_running_loop().time()
            everywhere = self._floods.asked(target.chat_id, exc.after, now=now)
            raise RetryLater(exc.after, everywhere=everywhere) from None

    async def edit(self, ref: MessageRef, part: Part) -> None:
        async with self._calling(ref.chat_id, part):
            await self._api.edit(ref, part.payload)

    async def delete(self, ref: MessageRef) -> None:
        """Take back a message of ours. Raises one class of DeliveryError."""
        await self._api.delete(ref)

    async def notice(self, query: str, text: str, *, alert: bool) -> None:
        """Answer a pressed button. Raises one class of DeliveryError."""
        await self._api.notice(query, text, alert=alert)

    async def fetch(self, file: str, most: int) -> bytes:
        """What somebody sent. Raises NotFetched."""
        return await self._files.fetch(file, most)

    def shown(self, reply: Reply, room: Room, *, about: Target | None, plain: bool) -> Sequence[Part]:
        """`reply` as an answer in `room`. What waits for an answer has the usual form, whatever the chat chose."""
        chat = Chat(target=room.target, kind=room.kind, settings=Settings(form=reply.form))
        if reply.awaits and not plain:
            parts = self._renderer.render(prompts.marked(reply.document), chat=replace(chat, settings=Settings()))
            return prompts.waiting(parts, reply.awaits, kind=room.kind)
        make = self.plain if plain else self.render
        return make(reply.document, chat=chat, about=about)

    @asynccontextmanager
    async def _calling(self, chat_id: str, part: Part) -> AsyncIterator[None]:
        """What one refusal says about the calls after it."""
        if is_rich(part.payload) and self._refusals.are_for(part.slice):
            raise BadFormat("Rich Messages were refused", again=True)
        error: BadFormat | RetryLater
        try:
            yield
        except RichUnknown as exc:
            await self._remember(part.slice, everywhere=exc.everywhere)
            error = BadFormat(str(exc), again=True)
        except RetryLater as exc:
            now = asyncio.get_running_loop().time()
            error = RetryLater(exc.after, everywhere=self._floods.asked(chat_id, exc.after, now=now))
        else:
            return
        raise error

    async def _remember(self, document: Document, *, everywhere: bool) -> None:
        self._refusals.one(document)
        if not everywhere:
            return
        logger.warning("this Bot API server refuses Rich Messages; for a day the classic form is used")
        try:
            await self._refusals.all()
        except BotError as exc:
            logger.warning("a refusal is remembered until the next start only: %s", exc)

    async def check(self, target: Target) -> Sequence[str]:
        """Raises DeliveryError, Failed and LoginFailed if Telegram cannot be asked."""
        return await lacking(self._api, target)

    def private_chat(self, actor: Actor) -> Target:
        return Target(NAME, actor.id)

    def invitation(self, where: Where) -> str | None:
        if self._username is None:
            return None
        link = f"https://t.me/{self._username}"
        return {
            "private": link,
            "group": f"{link}?startgroup",
            "channel": f"{link}?startchannel&admin=post_messages",
        }[where]

    # ------------------------------------------------------------ the port: what comes in

    async def run(self, core: Core) -> None:
        """Log in and bring in what people say, until cancelled. Raises LoginFailed, and Failed to be run again."""
        self._reception = asyncio.get_running_loop().create_future()
        try:
            async with self._api.open():
                await self._recall()
                me = await self._api.me()
                await self._introduced(me.username)
                async with asyncio.TaskGroup() as tasks:
                    reception = Reception(
                        core=core,
                        people=People(self._api, me=me.id, clock=self._clock),
                        outward=self,
                        clock=self._clock,
                        bot=me.username or "",
                        tasks=tasks,
                        pauses=self._pauses,
                    )
                    self._reception.set_result(reception)
                    tasks.create_task(menus.register(self._api))
                    await self._intake(reception)
        except ExceptionGroup as group:
            error = group.exceptions[0]
        else:
            return
        finally:
            self._reception.cancel()
            self._reception = None
        raise error

    async def answer(self, ask: Ask) -> list[Reply]:
        """What the core replies to `ask`, shown where it was asked, in order. Waits until we are logged in."""
        if self._reception is None:
            raise RuntimeError("nobody listens: run it first")
        reception = await asyncio.shield(self._reception)
        room = Room(target=ask.target, kind=ask.kind, title=ask.title)
        return await reception.answer(Asked(room=room), reception.core.ask(ask), lambda: None)

    async def _intake(self, reception: Reception) -> None:
        if self._settings.webhook_url is None:
            await polling.poll(self._api, reception.take, self._pauses)
        else:
            await webhook.serve(
                self._api,
                reception.take,
                self._pauses,
                url=self._settings.webhook_url,
                listen=self._settings.listen,
                secret=self._settings.secret,
            )

    async def _recall(self) -> None:
        await self._refusals.recall()
        self._username = self._username or await self._marks.get(USERNAME)

    async def _introduced(self, username: str | None) -> None:
        logger.info("logged in to Telegram as @%s", username)
        if username is not None and username != await self._marks.get(USERNAME):
            await self._marks.set(USERNAME, username)
        self._username = username


def create(environ: Mapping[str, str], *, clock: Clock, marks: Marks) -> Telegram | None:
    """Telegram as `environ` and `.env` set it up; None: no token. Raises SettingsError."""
    settings = TelegramSettings.read(environ)
    return None if settings.token is None else Telegram(settings, clock=clock, marks=marks)
