"""Answers to people: sent at once, then edited into what replaces them; every pressed button gets its notice, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from adapters.pictures import Shown, lifted
from adapters.plain_text import text_of
from adapters.telegram.pauses import Pauses
from adapters.telegram.places import Room
from bot.document import Figure, utf16
from bot.platforms import (
    BadFormat,
    Core,
    DeliveryError,
    Fatal,
    MessageRef,
    NotSent,
    Part,
    Place,
    Reply,
    RetryLater,
    TargetGone,
    TargetMoved,
    Unknown,
)
from bot.ports import Picture
from bot.targets import Target

logger = logging.getLogger(__name__)

NOTICE = 200
"""Characters of a notice: https://core.telegram.org/bots/api#answercallbackquery."""

GLANCE = 70
"""A notice longer than this stays until it is closed."""

LONGEST_WAIT = 60.0
"""Seconds of silence asked for that somebody may wait for an answer."""

T = TypeVar("T")


class Outward(Protocol):
    """What an answer is sent with: `adapters.telegram.client`."""

    def shown(self, reply: Reply, room: Room, *, about: Target | None, plain: bool) -> Sequence[Part]:
        """`reply` as messages in `room`."""
        ...

    async def deliver(self, target: Target, part: Part, *, silent: bool, reply_to: int | None) -> MessageRef:
        """Send one. Raises one class of DeliveryError, as all of these."""
        ...

    def depicted(self, figure: Figure) -> Mapping[str, Any]:
        """What is said below the figure's picture."""
        ...

    async def depict(
        self, target: Target, caption: Mapping[str, Any], picture: Picture, *, reply_to: int | None
    ) -> MessageRef:
        """Send a picture, without a sound."""
        ...

    async def edit(self, ref: MessageRef, part: Part) -> None: ...

    async def delete(self, ref: MessageRef) -> None: ...

    async def notice(self, query: str, text: str, *, alert: bool) -> None: ...

    async def fetch(self, file: str, most: int) -> bytes:
        """A file of that id. Raises NotFetched."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where an answer goes. `message` is the command, or stands above the button; `query` waits for a notice.

    `about`: what the answer's buttons are about, if that is not `room`.
    """

    room: Room
    message: int | None = None
    query: str | None = None
    about: Target | None = None


@dataclass(kw_only=True)
class Answer:
    """One answer on its way."""

    outward: Outward
    core: Core
    asked: Asked
    pauses: Pauses
    _standing: list[tuple[MessageRef, Part | None]] = field(default_factory=list, init=False)
    _depicted: list[tuple[MessageRef, Mapping[str, Any]]] = field(default_factory=list, init=False)
    _aside: str = field(default="", init=False)
    _notified: asyncio.Task[None] | None = field(default=None, init=False)

    async def give(self, replies: AsyncIterator[Reply], begun: Callable[[], object]) -> list[Reply]:
        """Show each reply in place of the one before. `begun` is called when the first is there.

        What cannot be delivered is logged: whoever asked will ask again.
        """
        given: list[Reply] = []
        # Telegram forgets a pressed button after a while, so whoever pressed it gets what there is.
        timer = asyncio.get_running_loop().call_later(self.pauses.spinner, lambda: self._notice(self._aside))
        try:
            async for reply in replies:
                given.append(reply)
                begun()
                await self._guarded(reply, moved=False)
        except asyncio.CancelledError:
            if self._notified is not None:
                self._notified.cancel()
            raise
        except Exception:
            self._notice(self._aside)
            raise
        finally:
            begun()
            timer.cancel()
            aclose = getattr(replies, "aclose", None)
            if aclose is not None:
                await aclose()
            if self._notified is not None:
                await asyncio.wait({self._notified})
        self._notice(self._aside)
        if self._notified is not None:
            await self._notified
        return given

    async def _guarded(self, reply: Reply, *, moved: bool) -> None:
        try:
            await self._show(reply)
        except TargetMoved as exc:
            if await self._moved(exc.new) and not moved:
                await self._guarded(reply, moved=True)
        except TargetGone as exc:
            logger.info("an answer has nowhere to go: chat=%s", self.asked.room.target)
            await self.core.target_lost(self.asked.room.target, exc.reason)
        except DeliveryError as exc:
            logger.warning("an answer was not delivered: chat=%s error=%s", self.asked.room.target, type(exc).__name__)

    async def _moved(self, new: Target) -> bool:
        """From here on the answer goes to `new`, where nothing of it stands. False: that is no other place."""
        old = self.asked.room.target
        await self.core.target_moved(old, new)
        if new != old:
            self.asked = replace(self.asked, room=replace(self.asked.room, target=new), message=None)
            self._standing.clear()
            self._depicted.clear()
        return new != old

    async def _show(self, reply: Reply) -> None:
        public = self.asked.room.kind != "private"
        if self.asked.query is not None and self._notified is None:
            if reply.place is Place.ASIDE or (reply.private and public and not reply.apart):
                self._aside = text_of(reply.document.blocks, buttons=False)  # the last of them is the notice
                return
            self._notice("")
            if reply.place is Place.INSTEAD and self.asked.message is not None and not reply.awaits:
                target = self.asked.room.target
                ref = MessageRef(target.chat_id, str(self.asked.message), target.thread_id)
                self._standing.append((ref, None))
        if reply.awaits:  # no edit makes a message wait for an answer
            await self._leave(0)
        document, shown = lifted(reply.document, self.core.picture)
        await self._say(replace(reply, document=document))
        if not await self._depict(shown):
            await self._say(reply)

    async def _say(self, reply: Reply) -> None:
        plain = False
        for _ in range(3):
            parts = self.outward.shown(reply, self.asked.room, about=self.asked.about, plain=plain)
            try:
                await self._lay(parts)
            except BadFormat as exc:
                plain = not exc.again
                continue
            return
        raise Fatal("refused in every form")

    async def _depict(self, shown: Sequence[Shown], *, moved: bool = False) -> bool:
        """What is shown below the answer becomes these pictures. False: none of them can be, for whatever reason.

        A chat that moves takes its messages with it, so the answer is not said again.
        """
        wanted = [(self.outward.depicted(each.figure), each.picture) for each in shown]
        if [caption for caption, _ in wanted] == [caption for _, caption in self._depicted]:
            return True
        try:
            await self._take_back()
            for caption, picture in wanted:
                self._depicted.append((await self._sent(caption, picture), caption))
        except TargetMoved as exc:
            return not moved and await self._moved(exc.new) and await self._depict(shown, moved=True)
        except DeliveryError as exc:  # pictures may be forbidden where words are not
            logger.info("a picture was not delivered: chat=%s error=%s", self.asked.room.target, type(exc).__name__)
            await self._take_back()
            return False
        return True

    async def _take_back(self) -> None:
        while self._depicted:
            ref, _ = self._depicted.pop()
            await self._gone(ref)

    async def _sent(self, caption: Mapping[str, Any], picture: Picture) -> MessageRef:
        answer = int(self._standing[-1][0].message_id) if self._standing else self.asked.message
        return await self._tried(
            lambda: self.outward.depict(self.asked.room.target, caption, picture, reply_to=answer),
            again=False,
            doubts=0,  # its link says as much as a picture that comes twice
        )

    async def _lay(self, parts: Sequence[Part]) -> None:
        """What stands there becomes `parts`, one message each."""
        for number, part in enumerate(parts):
            if number < len(self._standing):
                await self._replace(number, part)
            else:
                self._standing.append((await self._send(part), part))
        await self._leave(max(1, len(parts)))

    async def _leave(self, count: int) -> None:
        """So many messages stay; the others are taken back."""
        while len(self._standing) > count:
            ref, _ = self._standing.pop()
            await self._gone(ref)

    async def _gone(self, ref: MessageRef) -> None:
        try:
            await self._tried(lambda: self.outward.delete(ref), again=True)
        except DeliveryError as exc:
            logger.info("a message too many stays: error=%s", type(exc).__name__)

    async def _replace(self, number: int, part: Part) -> None:
        ref, there = self._standing[number]
        if there is not None and there.payload == part.payload:
            return
        try:
            await self._tried(lambda: self.outward.edit(ref, part), again=True)
        except Fatal:  # it was deleted, or is too old
            ref = await self._send(part)
        self._standing[number] = (ref, part)

    async def _send(self, part: Part) -> MessageRef:
        room = self.asked.room
        reply_to = self.asked.message if room.kind != "private" and not self._standing else None
        return await self._tried(
            lambda: self.outward.deliver(room.target, part, silent=room.kind == "channel", reply_to=reply_to),
            again=False,
        )

    async def _tried(self, call: Callable[[], Awaitable[T]], *, again: bool, doubts: int = 1) -> T:
        """`call`'s result, in its turn. `again`: doing it twice does no harm; else what may have arrived is sent again
        `doubts` times: once, since an answer that comes twice is better than none."""
        room = self.asked.room
        for wait in (*self.pauses.answers, None):
            try:
                async with self.core.turn(room.target, room.kind):
                    return await call()
            except RetryLater as exc:
                if wait is None or exc.after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(exc.after)
            except (NotSent, Unknown) as exc:
                doubts -= isinstance(exc, Unknown)
                if wait is None or (doubts < 0 and not again):
                    raise
                await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    def _notice(self, text: str) -> None:
        """Whoever pressed the button gets its notice, once."""
        if self.asked.query is not None and self._notified is None:
            self._notified = asyncio.create_task(self._notify(self.asked.query, short(text)))

    async def _notify(self, query: str, text: str) -> None:
        try:
            await self.outward.notice(query, text, alert=len(text) > GLANCE)
        except DeliveryError as exc:
            logger.info("a notice was not delivered: error=%s", type(exc).__name__)


def short(text: str) -> str:
    """As much of `text` as a notice has room for, cut between words."""
    text = text.strip()
    if utf16(text) <= NOTICE:
        return text
    while utf16(text) >= NOTICE:
        text = text[: max(1, text.rfind(" ", 0, len(text) - 1))] if " " in text[NOTICE // 2 :] else text[:-1]
    return f"{text.rstrip()}…"
