"""Who hears what nobody asked for: a person, a chat, a chat's admin, the owners of the bot."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable, Collection, Mapping

from bot import notices
from bot.chats import Chats, NotKnown
from bot.delivery.outbox import Outbox
from bot.delivery.voice import Voice
from bot.document import Document
from bot.locales import ui
from bot.platforms import Actor, DeliveryError, NotSent, Platform
from bot.targets import Chat, Target

logger = logging.getLogger(__name__)


def nobody() -> Collection[Actor]:
    """For a bot that has no owner yet."""
    return ()


class Hearers:
    """For one event loop. A chat's admin is whoever changed it last; `owners` are those who run the bot, as of now."""

    def __init__(self, *, chats: Chats, outbox: Outbox, voice: Voice, platforms: Mapping[str, Platform]) -> None:
        self.owners: Callable[[], Collection[Actor]] = nobody  # set by who knows: somebody may become one while we run
        self._chats = chats
        self._outbox = outbox
        self._voice = voice
        self._platforms = platforms

    # ------------------------------------------------------------ who is named

    async def notify(self, actor: Actor, document: Document, *, about: Target | None = None) -> None:
        """Tell a person something in private, with buttons about `about`. Raises DeliveryError, StoreError."""
        platform = self._platforms.get(actor.platform)
        if platform is None:
            raise NotSent(f"{actor.platform} is not running")
        place = platform.private_chat(actor)
        chat = await asyncio.to_thread(self._chats.chat, place) or Chat(target=place, kind="private")
        if chat.kind != "private":
            raise NotSent(f"{actor} is a chat, not a person")
        await self._voice.say(chat, document, about=about)

    async def tell(self, target: Target, document: Document) -> None:
        """Say something in a chat where nobody has just asked for it; of a channel, its admin hears it instead.

        Raises NotKnown, DeliveryError, StoreError.
        """
        chat = await asyncio.to_thread(self._chats.chat, target)
        platform = self._platforms.get(target.platform)
        if chat is None:
            raise NotKnown(f"{target} is not known (any more).")
        if platform is None:
            raise NotSent(f"{target.platform} is not running")
        if chat.kind != "channel":
            await self._outbox.tell(target, uuid.uuid4().hex, platform.render(document, chat=chat))
            return
        admin = await asyncio.to_thread(self._chats.admin, target)
        if admin is None:
            raise NotSent(f"nobody is known who could hear it for {target}")
        await self.notify(admin, document, about=target)

    # ------------------------------------------------------------ who is not; True: somebody heard it

    async def greet(self, chat: Chat, document: Document) -> bool:
        """Say something in a chat we need not know."""
        try:
            await self._voice.say(chat, document)
        except DeliveryError as exc:
            logger.info("a chat cannot be greeted: chat=%s error=%s", chat.target, type(exc).__name__)
            return False
        return True

    async def person(self, actor: Actor, document: Document, *, about: Target | None = None) -> bool:
        """`notify`, if that is possible."""
        try:
            await self.notify(actor, document, about=about)
        except DeliveryError as exc:
            logger.warning("somebody could not be told: platform=%s error=%s", actor.platform, type(exc).__name__)
            return False
        return True

    async def admin(
        self, target: Target, make: Callable[[str, str], Document], *, otherwise: Actor | None = None
    ) -> bool:
        """What `make` makes of a language and the chat's name goes to its admin, or to `otherwise` if none is known.

        If nobody is, the owners hear it.
        """
        name = await self.called(target)
        admin = await asyncio.to_thread(self._chats.admin, target) or otherwise
        if admin is None:
            return await self.all_owners(lambda language: make(language, name))
        return await self.person(admin, make(await self._spoken_by(admin, target), name))

    async def all_owners(self, make: Callable[[str], Document]) -> bool:
        """What `make` makes of each one's language goes to every owner."""
        owners = sorted(self.owners(), key=str)
        heard = [await self.person(owner, make(await self._spoken_by(owner))) for owner in owners]
        return any(heard)

    async def called(self, target: Target) -> str:
        """What people call that chat."""
        places = await asyncio.to_thread(self._chats.places, target)
        named = sorted(places, key=lambda place: (not place.title, place.target != target))
        return notices.called(named[0]) if named else str(target)

    async def _spoken_by(self, actor: Actor, target: Target | None = None) -> str:
        """The language somebody has chosen in the private chat; else the one of `target`; else English."""
        platform = self._platforms.get(actor.platform)
        for place in (platform.private_chat(actor) if platform else None, target):
            chat = await asyncio.to_thread(self._chats.chat, place) if place else None
            if chat is not None:
                return ui(chat.settings.languages[0])
        return "en"
