"""What a Discord's world stands on: its time, its ids, what is in it, and telling what changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from tests.fakes import discord_json as as_json
from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_model import Channel, Guild, Json, Message, P, Person

EPOCH = 1_420_070_400_000
"""Milliseconds: the first second of 2015, where Discord's ids begin."""

Listener = Callable[[str, Json, Guild | None], None]


class Ledger:
    """All ids are strings, unique, and tell their time. `clock` in seconds since 1970; `skip` moves it forward."""

    bot: Person

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._skipped = 0.0
        self._last_id = 0
        self.max_active_threads = 1000
        self.listeners: list[Listener] = []
        self.people: dict[str, Person] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}

    # ------------------------------------------------------------ time and ids

    def now(self) -> float:
        """Seconds since 1970."""
        return self._clock() + self._skipped

    def at(self) -> datetime:
        """The same as a date."""
        return datetime.fromtimestamp(self.now(), UTC)

    def skip(self, seconds: float) -> None:
        """Time goes by."""
        self._skipped += seconds

    def new_id(self) -> str:
        """A snowflake; no two share a millisecond, so that shards get their share of guilds."""
        self._last_id = max(int(self.now() * 1000) - EPOCH, self._last_id + 1)
        return str(self._last_id << 22)

    def tell(self, event: str, data: Json, guild: Guild | None) -> None:
        """A gateway event, if our bot is there to hear it."""
        if guild is None or (guild.bot_in and guild.available):
            for listener in self.listeners:
                listener(event, data, guild)

    # ------------------------------------------------------------ what is in it

    def add_message(self, message: Message) -> None:
        """It is there now; an archived thread comes back by it."""
        channel = message.channel
        channel.messages[message.id] = message
        if channel.thread is not None and channel.thread.archived and message.only_for is None:
            self.archive(channel, archived=False)
        self.tell_message("MESSAGE_CREATE", message)

    def tell_message(self, event: str, message: Message) -> None:
        """The bot gets no words of others without the Message Content intent, direct chats apart."""
        if message.only_for is not None:
            return
        guild = message.channel.guild
        whole = message.author is self.bot or guild is None
        data = as_json.message(message, self.bot, whole=whole, thread=self.thread_of(message))
        if guild is not None:
            data["guild_id"] = guild.id
            if P.VIEW_CHANNEL not in permissions.in_channel(message.channel, self.bot):
                return
        self.tell(event, data, guild)

    def thread_of(self, message: Message) -> Channel | None:
        """The thread that hangs on it."""
        found = self.channels.get(message.id)
        return found if found is not None and found.parent is message.channel else None

    def guild_json(self, guild: Guild, *, joined: bool) -> Json:
        """As GUILD_CREATE has it when we have joined it, or when it has become available."""
        found = as_json.guild(guild, self.channels_of(guild), self.bot)
        return found if joined else found | {"unavailable": False}

    def channels_of(self, guild: Guild) -> list[Channel]:
        """Its channels and threads."""
        return [each for each in self.channels.values() if each.guild is guild]

    def meet(self, person: Person) -> bool:
        """Are they and our bot in a guild together?"""
        return any(guild.bot_in and person.id in guild.members for guild in self.guilds.values())

    def has_active(self, guild: Guild) -> int:
        """How many active threads it has."""
        return sum(as_json.is_active(each) for each in self.channels_of(guild))

    def archive(self, thread: Channel, *, archived: bool = True, locked: bool | None = None) -> None:
        """It goes out of sight, or comes back; `locked` says who may write in it from now on."""
        assert thread.thread is not None
        thread.thread.archived, thread.thread.changed = archived, self.at()
        if locked is not None:
            thread.thread.locked = locked
        if permissions.in_channel(thread, self.bot):
            self.tell("THREAD_UPDATE", as_json.channel(thread, self.bot), thread.guild)
