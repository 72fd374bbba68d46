"""Discord's client as we want it: few intents, no caches, any server, waits that end; and requests of our own on it."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route

from adapters.discord.attachments import Attachment, form
from adapters.discord.calm import keep_calm
from adapters.discord.direct import Direct, understood
from adapters.discord.errors import delivery_error
from adapters.discord.secrecy import keep_quiet
from adapters.discord.settings import DiscordSettings
from bot.delivery.windows import Window
from bot.platforms import LoginFailed, Pace
from bot.ports import BotError

logger = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # that we cannot speak is no news

LONGEST_LIMIT = 30.0
"""Seconds the library may wait for a rate limit by itself, at least; longer ones are the outbox's business."""

OVERALL = Pace(50, 1.01)
"""All requests of a bot, but for answers to interactions. Messages are paced before; threads, edits, looks are not."""

FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What a request may raise."""

Listener = Callable[..., Awaitable[None]]


class Unreachable(BotError):
    """Discord cannot be reached now; trying again later makes sense."""


class Connection(discord.AutoShardedClient):
    """One login, for one `serve`.

    `ready_after` are the seconds after which guilds that have not come are not waited for; `longest_request` those one
    request may take, waits of the library for its rate limits excluded; `again` those before each further try of what
    was asked about an interaction and may be asked twice; `patience` those that a rate limit may hold up its answer.
    The library keeps addresses for the whole process, so all connections of a process go to one server.
    """

    ready_after = 2.0
    longest_request = 25.0
    again: Sequence[float] = (0.5, 2.0)
    patience = 60.0

    def __init__(self, settings: DiscordSettings, *, proxy: str | None) -> None:
        intents = discord.Intents.none()
        intents.guilds = True  # the only one; none that Discord has to approve
        super().__init__(
            intents=intents,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_LIMIT,
            proxy=proxy,
            guild_ready_timeout=self.ready_after,
        )
        self._settings = settings
        self._first: Callable[[], Awaitable[None]] | None = None
        self._window = Window(OVERALL)
        self._in_line = asyncio.Lock()
        self._at_work: set[asyncio.Task[None]] = set()
        self.direct = Direct(self.http, api_url=settings.api_url, longest=self.longest_request, patience=self.patience)
        keep_quiet()
        keep_calm()

    def listen(self, listeners: Mapping[str, Listener], *, first: Callable[[], Awaitable[None]]) -> None:
        """Call `first` when we have logged in, then a listener at each event of its name (`guild_join`, ...).

        Listeners that are at work when we stop are cancelled.
        """
        self._first = first
        for event, listener in listeners.items():
            setattr(self, f"on_{event}", self._owned(listener))

    @property
    def busy(self) -> int:
        """How many listeners are at work."""
        return len(self._at_work)

    def _owned(self, listener: Listener) -> Listener:
        async def listening(*args: object) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._at_work.add(task)
                task.add_done_callback(self._at_work.discard)
            await listener(*args)

        return listening

    async def serve(self) -> None:
        """Log in and stay, over drops and restarts of Discord's servers, until closed or cancelled.

        Raises LoginFailed, and Unreachable if there is no connection at all.
        """
        token = self._settings.token
        if token is None:
            raise LoginFailed("DISCORD_BOT_TOKEN is not set.")
        Route.BASE = self._settings.api_url
        try:
            async with self, self.direct:
                try:
                    await self.login(token.get_secret_value())
                    if self._first is not None:
                        await self._first()
                    await self._meet_gateway()
                    await self._stay()
                finally:
                    for task in tuple(self._at_work):
                        await settled(task)
        except discord.LoginFailure:
            raise LoginFailed("Discord does not accept DISCORD_BOT_TOKEN. Copy it anew, then start again.") from None
        except discord.ConnectionClosed as exc:
            if exc.code in _REFUSED:
                raise LoginFailed(f"Discord's gateway refuses us: {_REFUSED[exc.code]} (code {exc.code}).") from None
            raise Unreachable(f"Discord's gateway closed the connection (code {exc.code}).") from None
        except discord.HTTPException as exc:
            raise Unreachable(f"Discord answered {exc.status}.") from None
        except (discord.GatewayNotFound, aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise Unreachable(f"Discord cannot be reached ({type(exc).__name__}).") from None
        except discord.PrivilegedIntentsRequired:
            raise LoginFailed(f"Discord's gateway refuses us: {_REFUSED[4014]} (code 4014).") from None

    async def _stay(self) -> None:
        """On the gateway. The library swallows a cancellation while it reconnects, so it is closed instead."""
        connecting = asyncio.create_task(self.connect(reconnect=True))
        try:
            await asyncio.wait({connecting})
            connecting.result()
        finally:
            await self.close()
            await settled(connecting)
            quieted(self)  # it may have met a gateway once more

    async def _meet_gateway(self) -> None:
        """Where to connect: as the settings say, else as the API says; reconnects go there too."""
        try:
            shards, url, _ = await self.http.get_bot_gateway()
        except discord.GatewayNotFound:
            if self._settings.gateway_url is None:
                raise
            shards, url = 1, ""
        self.shard_count = shards
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(_with_path(self._settings.gateway_url or url))

    async def on_shard_connect(self, shard_id: int) -> None:
        """Where the settings name a gateway we resume there as well, not where Discord would have us."""
        shard = self.get_shard(shard_id)
        if shard is not None and self._settings.gateway_url is not None:
            shard._parent.ws.gateway = DiscordWebSocket.DEFAULT_GATEWAY  # noqa: SLF001 - the library has no setting

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        """A listener failed: what people said is in its arguments, and may be in the error, so neither is logged."""
        kind, _, trace = sys.exc_info()
        name, where = kind.__name__ if kind else "?", "".join(traceback.format_tb(trace))
        logger.error("an event could not be handled: %s error=%s\n%s", event_method, name, where)

    async def close(self) -> None:
        """Let go of everything, the heart that beats for a gateway that was not quite met included."""
        try:
            await super().close()
        finally:
            quieted(self)

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
        files: Sequence[Attachment] = (),
        **ids: int | str,
    ) -> Any:  # noqa: ANN401 - JSON
        """One request of the API, within the library's rate limits. Raises FAILURES, and DeliveryError.

        `ids` fill the path: `/channels/{channel_id}/messages`. `json` goes with its `files`, if there are any.
        """
        await self.turn()
        route = Route(method, path, metadata=None, **ids)
        given: dict[str, Any] = {"timeout": aiohttp.ClientTimeout(total=self.longest_request)}
        if files and isinstance(json, Mapping):
            given["form"] = form(json, files)
        elif json is not None:
            given["json"] = json
        if params is not None:
            given["params"] = dict(params)
        try:
            return understood(await self.http.request(route, **given))
        except ValueError as exc:
            if isinstance(exc, aiohttp.ClientError):
                raise
            raise aiohttp.ClientPayloadError("JSON that is none") from None
        except (RuntimeError, KeyError) as exc:  # of a closed session; of a limit that does not say for how long
            raise delivery_error(exc, editing=method == "PATCH") from None

    async def turn(self) -> None:
        """Waits until one more request is within the bot's limit; to be asked before each but answers to people."""
        loop = asyncio.get_running_loop()
        async with self._in_line:
            await asyncio.sleep(max(0.0, self._window.opens_at(loop.time()) - loop.time()))
            self._window.take()
            self._window.leave(loop.time())


_REFUSED: Mapping[int, str] = {
    4004: "the token is not accepted",
    4010: "the shard is not valid",
    4011: "it wants more shards",
    4012: "its version is not served any more",
    4013: "the intents are not valid",
    4014: "an intent is not allowed",
}
"""Close codes after which trying again is no use: Discord's documentation, Gateway Close Event Codes."""


def _with_path(url: str) -> str:
    return url if urlsplit(url).path else f"{url}/"


def quieted(client: discord.Client) -> None:
    """No thread of the library beats for `client` any more; it forgets those of connections that were cancelled."""
    state = client._connection  # noqa: SLF001 - what its threads know it by
    for thread in threading.enumerate():
        if isinstance(thread, KeepAliveHandler) and getattr(thread.ws, "_connection", None) is state:
            thread.stop()


def described(exc: BaseException) -> str:
    """An error without what a person said in it."""
    if isinstance(exc, discord.HTTPException):
        return f"{exc.status} (code {exc.code})"
    return type(exc).__name__


async def settled(task: asyncio.Task[None]) -> None:
    """`task` is cancelled and over."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
