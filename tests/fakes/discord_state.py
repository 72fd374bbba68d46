"""What the routes of the test server share: the world, the application, and how a handler is asked and answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_drafts import File
from tests.fakes.discord_errors import ApiError, Json, refused
from tests.fakes.discord_limits import Rule
from tests.fakes.discord_model import Channel, Guild, Kind, Message, P, Permission
from tests.fakes.discord_world import World

if TYPE_CHECKING:
    from tests.fakes.discord_interactions import Interaction

OLD_EDITS = Rule(5, 3600)
"""Discord does not say how many edits of old messages it allows."""

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.test.0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request that was let through: parameters of its route, query, body (JSON), uploads."""

    params: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: Sequence[File] = ()

    @property
    def form(self) -> Json:
        """The body, which must be an object."""
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body


@dataclass(frozen=True, slots=True)
class Told:
    """What to answer; None: 204."""

    json: Any = None
    status: int = 200


@dataclass
class State:
    """`patience`: seconds until people are told that we did not respond; `token_life` of an interaction; `nonce_window`
    in which one nonce is one message in one channel; `old_edits`: edits of messages older than an hour, per channel.
    """

    world: World
    token: str = TOKEN
    patience: float = 3.0
    token_life: float = 900.0
    nonce_window: float = 180.0
    old_edits: Rule = OLD_EDITS
    shards: int = 1
    identify_window: float = 5.0
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """Global ones under '', a guild's under its id."""
    interactions: dict[str, Interaction] = field(default_factory=dict)
    """By token."""
    nonces: dict[tuple[str, str], tuple[float, Message]] = field(default_factory=dict)
    edits: dict[str, deque[float]] = field(default_factory=dict)
    command_creates: deque[float] = field(default_factory=deque)
    gateway_url: Callable[[], str] = lambda: ""
    sessions_left: int = 1000

    # ------------------------------------------------------------ what a bot may touch

    def channel(self, identifier: str, needs: Permission = P.NONE) -> Channel:
        """A channel, thread or direct chat, if the bot sees it and may do that. Raises 10003, 50001, 50013."""
        channel = self.world.channels.get(identifier)
        if channel is None:
            raise refused(10003)
        may = self.may(channel)
        if P.VIEW_CHANNEL not in may:
            raise refused(50001)
        if needs & ~may:
            raise refused(50013)
        return channel

    def may(self, channel: Channel) -> Permission:
        """What the bot may do there."""
        if channel.guild is not None and not channel.guild.bot_in:
            return P.NONE
        return permissions.in_channel(channel, self.world.bot)

    def guild(self, identifier: str) -> Guild:
        """A guild that the bot is in. Raises 10004; 50001 where it is not (any more)."""
        guild = self.world.guilds.get(identifier)
        if guild is None:
            raise refused(10004)
        if not guild.bot_in:
            raise refused(50001)
        return guild

    def writable(self, channel: Channel) -> None:
        """May the bot write there? Raises 50007, 50278, 40058, 50008, 50013, 160005."""
        may = self.may(channel)
        if channel.kind is Kind.DM:
            self._reachable(channel)
            return
        if channel.kind is Kind.FORUM:
            raise refused(40058)
        if channel.kind is Kind.CATEGORY:
            raise refused(50008)
        if channel.thread is not None:
            if channel.thread.locked and P.MANAGE_THREADS not in may:
                raise refused(160005)
            if P.SEND_MESSAGES_IN_THREADS not in may:
                raise refused(50013)
        elif P.SEND_MESSAGES not in may:
            raise refused(50013)

    def _reachable(self, channel: Channel) -> None:
        person = channel.recipient
        assert person is not None
        if not person.accepts_dms:
            raise refused(50007)
        if not self.world.meet(person) and not person.installed:
            raise refused(50278)

    def message(self, channel: Channel, identifier: str) -> Message:
        """A message that all can see. Raises 10008."""
        message = channel.messages.get(identifier)
        if message is None or message.only_for is not None:
            raise refused(10008)
        return message


Handler = Callable[[State, Ask], Told]
