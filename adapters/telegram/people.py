"""Who may do what in which chat, as Telegram has it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from adapters.telegram.api import Api, Failed
from adapters.telegram.places import Room, room_of
from bot.platforms import Fatal, TargetGone, TargetMoved
from bot.ports import Clock
from bot.targets import Target

KNOWN_FOR = timedelta(minutes=10)
MOST = 1000
"""Chats whose title and kind are remembered, since a button that is about one says neither."""

_ADMINS = frozenset({"creator", "administrator"})
_ABSENT = frozenset({"left", "kicked"})


class Closed(Enum):
    """Why somebody may not work on a chat from outside."""

    UNKNOWN = "unknown"  # there is none, or none that we may know of
    NOT_IN = "not_in"  # we are not in it
    ADMINS_ONLY = "admins_only"  # they are none of its admins


class People:
    """Questions about members and chats. For one event loop."""

    def __init__(self, api: Api, *, me: int, clock: Clock) -> None:
        self._api = api
        self._me = me
        self._clock = clock
        self._rooms: OrderedDict[str, tuple[Room, datetime]] = OrderedDict()

    async def is_admin(self, chat_id: str, user_id: str) -> bool:
        """Is that person an admin of that chat? Nobody is where we may not ask. Raises DeliveryError if it failed."""
        status = await self._status(chat_id, int(user_id))
        return status in _ADMINS

    async def elsewhere(self, about: str | Target, asker: str) -> Room | Closed:
        """The chat `about` (`@name`, `-100…`, `-100…:topic`), if `asker` may work on it. Raises DeliveryError."""
        room = await self._room(about)
        if room is None or room.kind == "private":
            return Closed.UNKNOWN
        if (await self._status(room.target.chat_id, self._me) or "left") in _ABSENT:
            return Closed.NOT_IN
        return room if await self.is_admin(room.target.chat_id, asker) else Closed.ADMINS_ONLY

    async def _room(self, about: str | Target) -> Room | None:
        name, _, thread = about.partition(":") if isinstance(about, str) else (about.chat_id, "", about.thread_id or "")
        known = self._rooms.get(name.casefold())
        if known is None or not timedelta() <= self._clock() - known[1] < KNOWN_FOR:
            found = await self._asked(name)
            if found is None:
                return None
            known = self._rooms[name.casefold()] = found, self._clock()
            self._rooms.move_to_end(name.casefold())
            while len(self._rooms) > MOST:
                self._rooms.popitem(last=False)
        room = known[0]
        return replace(room, target=replace(room.target, thread_id=thread)) if thread else room

    async def _asked(self, name: str) -> Room | None:
        chat_id: int | str = name if name.startswith("@") else int(name)
        try:
            return room_of(await self._api.ask(lambda bot: bot.get_chat(chat_id)))
        except Failed as exc:
            told = exc.told
        if isinstance(told, TargetMoved) and told.new.chat_id != name:
            return await self._asked(told.new.chat_id)
        if isinstance(told, TargetGone | Fatal):
            return None
        raise told

    async def _status(self, chat_id: str, user_id: int) -> str | None:
        """Somebody's standing in a chat; None: Telegram does not tell us."""
        try:
            return str((await self._api.ask(lambda bot: bot.get_chat_member(int(chat_id), user_id))).status)
        except Failed as exc:
            told = exc.told
        if isinstance(told, TargetGone | Fatal):
            return None
        raise told
