"""Who may do what, and how often: decided from what is known, counted in memory. Who the owners are is in `owners`.

`decide` and `may_use_model` are pure; `Limits` and `Admins` are for one thread, the event loop's.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Generic, Literal, TypeAlias, TypeVar

from bot.platforms import Actor
from bot.ports import Clock
from bot.targets import Access, Target

K = TypeVar("K", bound=Hashable)
_Place: TypeAlias = tuple[str, str]  # platform and chat: a thread's admins are its chat's, and so are its limits

Policy: TypeAlias = Literal["owner", "approve", "open"]
"""PAPERBOY_ACCESS: who may change what a chat follows."""


class Action(Enum):
    """What a command does, as far as it matters who may."""

    READ = "read"  # says what is there; free for everybody
    CHANGE = "change"  # changes what a chat follows, or how
    MODEL = "model"  # may cost a model call


class Verdict(Enum):
    """What becomes of it. READ is allowed or BLOCKED; MODEL may also be ALLOW_EXTRACTIVE; CHANGE all but that."""

    ALLOW = "allow"
    ALLOW_EXTRACTIVE = "allow_extractive"  # with what is cached, or sentences of the abstract: no model call
    ASK_OWNERS = "ask_owners"  # they decide about the chat first (if its access is ASKED, they were asked)
    ADMINS_ONLY = "admins_only"
    OWNERS_ONLY = "owners_only"
    BLOCKED = "blocked"  # one short answer and nothing else


def decide(action: Action, *, policy: Policy, access: Access | None, is_owner: bool, is_admin: bool) -> Verdict:
    """May somebody do this in a chat to which owners gave `access`? `is_admin` is asked for CHANGE alone.

    Owners may do everything everywhere, so that a mistaken block can be taken back where it was made.
    """
    if is_owner:
        return Verdict.ALLOW
    if access is Access.BLOCKED:
        return Verdict.BLOCKED
    match action:
        case Action.READ:
            return Verdict.ALLOW
        case Action.MODEL:
            return Verdict.ALLOW if may_use_model(policy=policy, access=access) else Verdict.ALLOW_EXTRACTIVE
        case Action.CHANGE:
            return _change(policy, access, is_admin=is_admin)


def _change(policy: Policy, access: Access | None, *, is_admin: bool) -> Verdict:
    if policy == "owner":
        return Verdict.OWNERS_ONLY
    if not is_admin:
        return Verdict.ADMINS_ONLY
    if policy == "open" or access in {Access.ALLOWED, Access.NO_MODEL}:
        return Verdict.ALLOW
    return Verdict.ASK_OWNERS


def may_use_model(*, policy: Policy, access: Access | None) -> bool:
    """May model calls be made for this chat, for its digests as for its people? Where not all may, owners said so."""
    if policy == "open":
        return access not in {Access.NO_MODEL, Access.BLOCKED}
    return access is Access.ALLOWED


# ---------------------------------------------------------------- how often


class Limits:
    """How often people may ask for summaries: so many a person and so many a chat, in any window of time."""

    def __init__(
        self, clock: Clock, *, per_user: int = 10, per_chat: int = 30, window: timedelta = timedelta(hours=1)
    ) -> None:
        self._clock = clock
        self._users: _Counted[Actor] = _Counted(per_user, window)
        self._chats: _Counted[_Place] = _Counted(per_chat, window)

    def take(self, user: Actor, chat: Target) -> datetime | None:
        """None: go on, it is counted. Else when to come back, and nothing is counted. Threads count for their chat."""
        now, place = self._clock(), (chat.platform, chat.chat_id)
        waits = [at for at in (self._users.free_at(user, now), self._chats.free_at(place, now)) if at is not None]
        if waits:
            return max(waits)
        self._users.add(user, now)
        self._chats.add(place, now)
        return None

    def remembered(self) -> int:
        """How many people and chats are held in memory: those who took something within the last window."""
        return len(self._users.taken) + len(self._chats.taken)


class _Counted(Generic[K]):
    """When each key took something, in the order of its last time."""

    def __init__(self, most: int, window: timedelta) -> None:
        if most < 1:
            raise ValueError("a limit is at least 1")
        self._most = most
        self._window = window
        self.taken: OrderedDict[K, list[datetime]] = OrderedDict()

    def free_at(self, key: K, now: datetime) -> datetime | None:
        """When `key` may take again; None: now."""
        self._drop_idle(now)
        times = [at for at in self.taken.get(key, ()) if self._counts(at, now)]
        return None if len(times) < self._most else min(times) + self._window

    def add(self, key: K, now: datetime) -> None:
        self.taken[key] = [*(at for at in self.taken.get(key, ()) if self._counts(at, now)), now]
        self.taken.move_to_end(key)

    def _drop_idle(self, now: datetime) -> None:
        while self.taken:
            key, times = next(iter(self.taken.items()))
            if self._counts(times[-1], now):
                return
            del self.taken[key]

    def _counts(self, at: datetime, now: datetime) -> bool:
        return now - self._window < at <= now  # a clock that was set back locks nobody out


# ---------------------------------------------------------------- who is an admin


class Admins:
    """Remembers for some `seconds` what the platform said of somebody; what failed is not remembered."""

    def __init__(self, clock: Clock, *, seconds: float = 30, most: int = 10_000) -> None:
        self._clock = clock
        self._fresh = timedelta(seconds=seconds)
        self._most = most
        self._known: OrderedDict[tuple[_Place, Actor], tuple[bool, datetime]] = OrderedDict()
        self._asked: dict[tuple[_Place, Actor], asyncio.Task[bool]] = {}

    async def is_admin(self, chat: Target, actor: Actor, ask: Callable[[], Awaitable[bool]]) -> bool:
        """What `ask` says, or has said; it is called once for all who want to know at the same time.

        Raises what `ask` raises, to each of them. One who is cancelled while waiting takes nothing from the others.
        """
        key = ((chat.platform, chat.chat_id), actor)
        known = self._known.get(key)
        if known is not None and timedelta() <= self._clock() - known[1] < self._fresh:
            return known[0]
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(key, ask))
            task.add_done_callback(partial(self._answered, key))
        return await asyncio.shield(task)

    async def _ask(self, key: tuple[_Place, Actor], ask: Callable[[], Awaitable[bool]]) -> bool:
        answer = await ask()
        self._known[key] = answer, self._clock()
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return answer

    def _answered(self, key: tuple[_Place, Actor], task: asyncio.Task[bool]) -> None:
        del self._asked[key]
        if not task.cancelled():
            task.exception()  # those who waited have it; if none is left, it is nobody's
