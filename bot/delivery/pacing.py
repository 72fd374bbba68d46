"""Whose message goes next, and when: within a platform's caps, people first, then chat by chat in turn.

Exact: never more than `count` messages in any window of a `Pace`, overall, in a chat, in a group. A platform that asks
for silence gets it, in one chat or everywhere. Every step costs O(log n) in the number of chats that wait, and a chat
nobody writes to is forgotten. Time is the event loop's own: another clock comes with another loop.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from math import inf

from bot.delivery.windows import Window
from bot.platforms import Caps, Pace
from bot.targets import ChatKind

EVENLY = 0.9
"""What is not urgent is spread over the window of all chats: this much of an even distance is kept between two."""

AHEAD = 0.02
"""Seconds a turn is given before its moment, so that what must be done before sending costs none of the cap."""

SLACK = 0.01
"""Seconds every window is longer than its cap's: a message leaves a little later than we say it does."""


class Pacing:
    """The turns of every platform. To be used from one event loop."""

    def __init__(self, caps: Mapping[str, Caps]) -> None:
        """`caps` by the platform's name."""
        self._desks = {platform: _Desk(given) for platform, given in caps.items()}

    @asynccontextmanager
    async def turn(self, platform: str, chat_id: str, kind: ChatKind, *, urgent: bool = False) -> AsyncIterator[Turn]:
        """Waits until one message may go to this chat; the block sends it. Urgent ones go before all others.

        The message counts from `Turn.leaves`, or else from the end of the block. What is not urgent gets its turn a
        moment before: prepare, wait for `Turn.comes`, send.
        """
        turn = await self._desks[platform].turn(chat_id, kind, urgent=urgent)
        try:
            if urgent:
                await turn.comes()
            yield turn
        finally:
            turn.leaves()

    def wait(self, platform: str, chat_id: str, kind: ChatKind) -> float:
        """Seconds until this chat may be written to, as far as the chat itself is concerned; inf: not known."""
        return self._desks[platform].wait(chat_id, kind)

    def halt(self, platform: str, seconds: float) -> None:
        """Nothing goes to any chat for that long, whoever asks. The later end counts, here and below."""
        self._desks[platform].halt(seconds)

    def halt_chat(self, platform: str, chat_id: str, kind: ChatKind, seconds: float) -> None:
        """Nothing goes to this chat for that long."""
        self._desks[platform].halt_chat(chat_id, kind, seconds)


class Turn:
    """The right to send one message, at `at` or later (the event loop's time)."""

    __slots__ = ("_chat", "_desk", "_open", "at")

    def __init__(self, desk: _Desk, chat: _Chat, at: float) -> None:
        self._desk = desk
        self._chat = chat
        self._open = True
        self.at = at

    async def comes(self) -> None:
        """Waits for the moment."""
        await asyncio.sleep(max(0.0, self.at - asyncio.get_running_loop().time()))

    def leaves(self) -> None:
        """The message goes out at this moment. Said twice, the first counts."""
        if self._open:
            self._open = False
            self._desk.left(self._chat)

    def give_back(self) -> None:
        """There is nothing to send after all."""
        if self._open:
            self._open = False
            self._desk.given_back(self._chat)


class _Chat:
    """What one chat may get and who waits to write there. `at` is where each of its two queues stands."""

    __slots__ = ("at", "halted_until", "id", "waiting", "windows")

    def __init__(self, chat_id: str, windows: tuple[Window, ...]) -> None:
        self.id = chat_id
        self.windows = windows
        self.halted_until = -inf
        self.waiting: tuple[deque[asyncio.Future[Turn]], deque[asyncio.Future[Turn]]] = (deque(), deque())
        self.at = [False, False]  # is it in line (to be served, or until it may be)?

    def opens_at(self, now: float) -> float:
        return max(self.halted_until, *(window.opens_at(now) for window in self.windows))

    def idle_at(self, now: float) -> float:
        """When it can be forgotten; inf while somebody waits or sends."""
        if any(self.waiting):
            return inf
        return max(self.halted_until, *(window.last_until(now) for window in self.windows))


_URGENT, _NORMAL = 0, 1


@dataclass(slots=True)
class _Desk:
    """One platform. A chat's queue (urgent or not) stands in `ready`, or in `later` until its chat opens, or nowhere:
    when nobody waits in it, or until a message of that chat that was allowed has left.
    """

    caps: Caps
    overall: Window = field(init=False)
    chats: dict[str, _Chat] = field(default_factory=dict)
    ready: tuple[deque[_Chat], deque[_Chat]] = field(default_factory=lambda: (deque(), deque()))
    later: list[tuple[float, int, int, _Chat]] = field(default_factory=list)  # (when, number, urgency, chat)
    idle: list[tuple[float, int, str]] = field(default_factory=list)  # (when, number, chat id): to be forgotten then?
    halted_until: float = -inf
    evenly_at: float = -inf
    numbers: count[int] = field(default_factory=count)
    timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self.overall = _window(self.caps.overall)

    # ------------------------------------------------------------ what is asked of it

    async def turn(self, chat_id: str, kind: ChatKind, *, urgent: bool) -> Turn:
        chat = self._chat(chat_id, kind)
        future: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        urgency = _URGENT if urgent else _NORMAL
        chat.waiting[urgency].append(future)
        self._stand_in_line(chat, urgency)
        self._serve()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():  # our turn came at the moment we were cancelled
                future.result().give_back()
            raise

    def wait(self, chat_id: str, kind: ChatKind) -> float:
        now = asyncio.get_running_loop().time()
        chat = self.chats.get(chat_id)
        return 0.0 if chat is None else max(0.0, chat.opens_at(now) - now)

    def halt(self, seconds: float) -> None:
        self.halted_until = max(self.halted_until, asyncio.get_running_loop().time() + seconds)

    def halt_chat(self, chat_id: str, kind: ChatKind, seconds: float) -> None:
        chat = self._chat(chat_id, kind)
        chat.halted_until = max(chat.halted_until, asyncio.get_running_loop().time() + seconds)
        self._forget_at(chat, chat.halted_until)

    def left(self, chat: _Chat) -> None:
        now = asyncio.get_running_loop().time()
        self.overall.leave(now)
        for window in chat.windows:
            window.leave(now)
        self._came_back(chat, now)

    def given_back(self, chat: _Chat) -> None:
        self.overall.give_back()
        for window in chat.windows:
            window.give_back()
        self.evenly_at = -inf
        self._came_back(chat, asyncio.get_running_loop().time())

    # ------------------------------------------------------------ how it is done

    def _chat(self, chat_id: str, kind: ChatKind) -> _Chat:
        chat = self.chats.get(chat_id)
        if chat is None:
            paces = (self.caps.chat, self.caps.group) if kind != "private" else (self.caps.chat,)
            windows = tuple(_window(pace) for pace in paces if pace is not None)
            chat = self.chats[chat_id] = _Chat(chat_id, windows)
        return chat

    def _came_back(self, chat: _Chat, now: float) -> None:
        for urgency in (_URGENT, _NORMAL):
            self._stand_in_line(chat, urgency)
        self._forget_at(chat, chat.idle_at(now))
        self._serve()

    def _stand_in_line(self, chat: _Chat, urgency: int) -> None:
        if chat.waiting[urgency] and not chat.at[urgency]:
            chat.at[urgency] = True
            self.ready[urgency].append(chat)

    def _serve(self) -> None:
        """Give every turn whose moment is near, and come back when the next is."""
        now = asyncio.get_running_loop().time()
        near = now + AHEAD
        self._forget_idle(now)
        while self.later and self.later[0][0] <= near:
            _, _, urgency, chat = heapq.heappop(self.later)
            self.ready[urgency].append(chat)
        opens = self._opens_at(now)
        while opens <= near and self._serve_next(now, opens):
            opens = self._opens_at(now)
        self._come_back(opens)

    def _opens_at(self, now: float) -> float:
        return max(self.halted_until, self.overall.opens_at(now))

    def _serve_next(self, now: float, opens: float) -> bool:
        """Serve the first of those in line who can be served; False: nobody can."""
        near = now + AHEAD
        for urgency in (_URGENT, _NORMAL):
            line = self.ready[urgency]
            not_before = opens if urgency == _URGENT else max(opens, self.evenly_at)
            while line and not_before <= near:
                chat = line.popleft()
                chat.at[urgency] = False
                waiting = chat.waiting[urgency]
                while waiting and waiting[0].done():  # gave up
                    waiting.popleft()
                chat_opens = chat.opens_at(now)
                if not waiting:
                    self._forget_at(chat, chat.idle_at(now))
                elif chat_opens <= near:
                    self._give(chat, waiting.popleft(), max(not_before, chat_opens))
                    self._stand_in_line(chat, urgency)
                    return True
                elif chat_opens < inf:  # else it stands in line again when that message has left
                    chat.at[urgency] = True
                    heapq.heappush(self.later, (chat_opens, next(self.numbers), urgency, chat))
        return False

    def _give(self, chat: _Chat, future: asyncio.Future[Turn], at: float) -> None:
        self.overall.take()
        for window in chat.windows:
            window.take()
        self.evenly_at = at + EVENLY * self.caps.overall.seconds / self.caps.overall.count
        future.set_result(Turn(self, chat, at))

    def _come_back(self, opens: float) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.ready[_URGENT]:
            when = opens
        elif self.ready[_NORMAL]:
            when = max(opens, self.evenly_at)
        else:
            when = inf
        if self.later:
            when = min(when, max(self.later[0][0], opens))
        if when < inf:
            self.timer = asyncio.get_running_loop().call_at(when - AHEAD, self._serve)

    def _forget_at(self, chat: _Chat, when: float) -> None:
        if when < inf:
            heapq.heappush(self.idle, (when, next(self.numbers), chat.id))

    def _forget_idle(self, now: float) -> None:
        while self.idle and self.idle[0][0] <= now:
            _, _, chat_id = heapq.heappop(self.idle)
            chat = self.chats.get(chat_id)
            if chat is not None and chat.idle_at(now) <= now and not any(chat.at):
                del self.chats[chat_id]


def _window(pace: Pace) -> Window:
    return Window(Pace(pace.count, pace.seconds + SLACK))
