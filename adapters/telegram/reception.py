"""Whatever Telegram tells us goes to the core from here; chats beside each other, what happens in one chat in order."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial

from telegram import Update

from adapters.telegram.answers import Answer, Asked, Outward
from adapters.telegram.api import NOWHERE
from adapters.telegram.attached import File
from adapters.telegram.inbound import Heard, Let, Migrated, Removed, Stale, hear, lane
from adapters.telegram.limits import LARGEST_FILE
from adapters.telegram.pauses import Pauses
from adapters.telegram.people import Closed, People
from adapters.telegram.places import Room
from adapters.telegram.replies import Answered
from bot.attached import Attached
from bot.commands.failures import said
from bot.commands.saying import document, line
from bot.commands.text import Said
from bot.document import Document
from bot.locales import ui
from bot.platforms import Ask, Core, Place, Reply
from bot.ports import BotError, Clock
from bot.posted import papers_of
from bot.sources.ids import find

logger = logging.getLogger(__name__)


class Reception:
    """Deals with updates. `tasks` owns what is under way; `bot` is our user name."""

    def __init__(
        self,
        *,
        core: Core,
        people: People,
        outward: Outward,
        clock: Clock,
        bot: str,
        tasks: asyncio.TaskGroup,
        pauses: Pauses,
    ) -> None:
        self.core = core
        self._people = people
        self._outward = outward
        self._clock = clock
        self._bot = bot
        self._tasks = tasks
        self._pauses = pauses
        self._last: dict[int, asyncio.Event] = {}

    def take(self, update: Update) -> asyncio.Task[None]:
        """Begin with `update` when what happened in its chat before has had its first answer. Never fails."""
        place, before, begun = lane(update), self._last.get(lane(update)), asyncio.Event()
        self._last[place] = begun
        return self._tasks.create_task(self._deal(update, place, before, begun))

    async def _deal(self, update: Update, place: int, before: asyncio.Event | None, begun: asyncio.Event) -> None:
        try:
            if before is not None:
                await before.wait()
            await self._tell(update, begun.set)
        except Exception as error:  # noqa: BLE001 - whatever it was, it must not stop the others; it is logged in full
            where = "".join(traceback.format_tb(error.__traceback__))  # its text may be somebody's
            logger.error(  # noqa: TRY400 - as above
                "an update was not dealt with: update=%d error=%s\n%s", update.update_id, type(error).__name__, where
            )
        finally:
            begun.set()
            if self._last.get(place) is begun:
                del self._last[place]

    async def _tell(self, update: Update, begun: Callable[[], object]) -> None:
        news = hear(update, bot=self._bot)
        match news:
            case Heard():
                await self._heard(news, begun)
            case Stale(query=query, locale=locale):
                old = Reply(_line(locale, "cmd.old_button"), place=Place.ASIDE)
                await self.answer(Asked(room=Room(target=NOWHERE, kind="private"), query=query), _one(old), begun)
            case Removed(target=target, reason=reason):
                await self.core.target_lost(target, reason)
            case Let(room=room, by=by, locale=locale):
                await self.core.target_back(room.target, kind=room.kind, title=room.title, by=by, locale=locale)
            case Migrated(old=old_target, new=new_target):
                await self.core.target_moved(old_target, new_target)

    async def answer(self, asked: Asked, replies: AsyncIterator[Reply], begun: Callable[[], object]) -> list[Reply]:
        """Show `replies` where they belong; all of them."""
        return await Answer(outward=self._outward, core=self.core, asked=asked, pauses=self._pauses).give(
            replies, begun
        )

    async def _heard(self, heard: Heard, begun: Callable[[], object]) -> None:
        answered = await self._answered(heard)
        wanted = _meant(heard, answered)
        if wanted is None:
            return
        asked = Asked(room=heard.room, message=heard.message, query=heard.query)
        about = heard.room
        if heard.about is not None and heard.about != heard.room.target:
            try:
                found = await self._people.elsewhere(heard.about, heard.actor.id)
            except BotError as exc:
                await self.answer(asked, _one(Reply(said(exc, ui(heard.locale)), place=Place.ASIDE)), begun)
                return
            if isinstance(found, Closed):
                name = heard.about if isinstance(heard.about, str) else heard.about.chat_id
                no = Reply(_line(heard.locale, f"cmd.elsewhere.{found.value}", chat=name), place=Place.ASIDE)
                await self.answer(asked, _one(no), begun)
                return
            about, asked = found, replace(asked, about=found.target)
        await self.answer(asked, self.core.ask(self._ask(heard, wanted, about, answered)), begun)

    async def _answered(self, heard: Heard) -> Answered:
        """What it answers; where its words do not say which papers that is about, what we posted there does."""
        answered = heard.answered or Answered()
        if answered.at is None or answered.is_settled:
            return answered
        try:
            posted = await self.core.posted(*answered.at)
        except BotError as exc:
            logger.warning("what was posted cannot be looked up: error=%s", type(exc).__name__)
            return answered
        every = papers_of(posted) if posted is not None else ()
        if posted is None or not every:
            return answered
        meant = papers_of(posted, answered.quoted)
        quoted = " ".join(meant) if answered.quoted and meant != every else answered.quoted
        return replace(answered, words=" ".join(every), quoted=quoted, ours=True, about_papers=True)

    def _ask(self, heard: Heard, wanted: Said, about: Room, answered: Answered) -> Ask:
        """`heard`, about a chat: the one it was said in, or the one that was named there."""
        chat, actor = about.target.chat_id, heard.actor
        if heard.in_its_name or about.kind == "private":
            is_admin = _yes
        else:
            is_admin = partial(self._people.is_admin, chat, actor.id)
        return Ask(
            update=heard.update,
            actor=actor,
            target=about.target,
            kind=about.kind,
            command=wanted.command,
            at=heard.at or self._clock(),
            is_admin=is_admin,
            options=wanted.options,
            locale=heard.locale,
            title=about.title,
            replied_to=answered.told,
            quoted=answered.quoted,
            pressed=heard.query is not None,
            file=self._attached(heard.file),
        )

    def _attached(self, file: File | None) -> Attached | None:
        if file is None:
            return None
        return Attached(
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            most=LARGEST_FILE,
            read=partial(self._outward.fetch, file.id),
        )


def _meant(heard: Heard, answered: Answered) -> Said | None:
    """What it asks for; None: nothing."""
    question = heard.question
    if question is None:
        return heard.wanted
    of_others = question.to_us and not answered.ours and bool(find(answered.told))
    return question.said if answered.about_papers or of_others else heard.wanted


async def _yes() -> bool:
    """Whoever speaks in a chat's name is its admin, and so is everybody in their private chat."""
    return True


def _line(locale: str, key: str, **args: str) -> Document:
    return document(ui(locale), line(ui(locale), key, **args))


async def _one(reply: Reply) -> AsyncIterator[Reply]:
    yield reply
