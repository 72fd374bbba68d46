"""Updates waiting for the bot: long polling with offsets, one consumer, or a webhook. In the loop of the test."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.fakes.telegram_refusals import OTHER_POLL, WEBHOOK_ACTIVE, WEBHOOK_SET, bad, conflict

KINDS = (
    *("message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message"),
    *("edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count"),
    *("inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query"),
    *("purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request"),
    *("chat_boost", "removed_chat_boost"),
)
UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""They come only to who names them."""

_SECRET = "X-Telegram-Bot-Api-Secret-Token"
_SECRET_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Updates:
    """The queue. Update ids grow; what an offset confirms is gone for good."""

    def __init__(self, *, first: int = 700_000_001) -> None:
        self.waiting: deque[dict[str, Any]] = deque()
        self.url = ""
        self.secret = ""
        self.webhook_error: str | None = None
        self._allowed: frozenset[str] = frozenset(KINDS) - UNASKED
        self._ids = itertools.count(first)
        self._came = asyncio.Event()
        self._polls = asyncio.Event()
        self._poll: asyncio.Future[str] | None = None

    async def polling(self) -> None:
        """Wait until somebody waits for updates."""
        if self._poll is None:
            self._polls.clear()
            await self._polls.wait()

    def push(self, kind: str, payload: dict[str, Any]) -> int | None:
        """Something happened; the id of the update, None if the bot does not want such."""
        if kind not in self._allowed:
            return None
        number = next(self._ids)
        self.waiting.append({"update_id": number, kind: payload})
        self._came.set()
        return number

    def again(self, update: dict[str, Any]) -> None:
        """Deliver an update a second time, as Telegram does when a confirmation got lost."""
        self.waiting.append(update)
        self._came.set()

    async def get(self, *, offset: int, limit: int, timeout: float, allowed: object) -> list[dict[str, Any]]:  # noqa: ASYNC109 - its name in the Bot API
        """`getUpdates`: at once if something waits, else after `timeout` seconds at most. Raises Refused."""
        if self.url:
            raise conflict(WEBHOOK_ACTIVE)
        self._end_poll(OTHER_POLL)
        self._want(allowed)
        if offset > 0:
            while self.waiting and self.waiting[0]["update_id"] < offset:
                self.waiting.popleft()
        elif offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        limit = limit if 1 <= limit <= 100 else 100
        if not self.waiting and timeout > 0:
            await self._wait(min(timeout, 50))
        return list(itertools.islice(self.waiting, limit))

    def set_webhook(self, url: str, *, secret: str, allowed: object, drop: bool, connections: int) -> None:
        """`setWebhook`, of which "" is the deletion. Raises Refused."""
        if url:
            _check_webhook(url, secret, connections)
            self._end_poll(WEBHOOK_SET)
        self._want(allowed)
        self.url, self.secret, self.webhook_error = url, secret if url else "", None
        if drop:
            self.waiting.clear()

    async def deliver(self, address: str) -> Sequence[int]:
        """Post what waits to `address` (where a proxy would pass the webhook's URL on to); the statuses answered.

        As Telegram does it: one by one, in order, JSON with the secret in a header, stopping at the first refusal.
        """
        statuses = []
        headers = {_SECRET: self.secret} if self.secret else {}
        async with aiohttp.ClientSession() as session:
            while self.waiting:
                body = json.dumps(self.waiting[0]).encode()
                sent = {"Content-Type": "application/json", **headers}
                async with session.post(address, data=body, headers=sent) as answer:
                    statuses.append(answer.status)
                if not 200 <= statuses[-1] < 300:
                    self.webhook_error = f"Wrong response from the webhook: {statuses[-1]}"
                    break
                self.waiting.popleft()
        return statuses

    def webhook_info(self) -> dict[str, Any]:
        """`getWebhookInfo`."""
        said: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.waiting),
        }
        if self._allowed != frozenset(KINDS) - UNASKED:
            said["allowed_updates"] = [kind for kind in KINDS if kind in self._allowed]
        return said | ({"last_error_message": self.webhook_error} if self.webhook_error else {})

    def close(self) -> None:
        """Let everybody go who waits."""
        self._end_poll(OTHER_POLL)

    def _want(self, allowed: object) -> None:
        if allowed is None:
            return
        if not isinstance(allowed, list) or not all(isinstance(each, str) for each in allowed):
            raise bad("can't parse allowed_updates: expected an Array of String")
        named = frozenset(each.lower() for each in allowed) & frozenset(KINDS)
        self._allowed = named or frozenset(KINDS) - UNASKED

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._poll = poll
        self._polls.set()
        self._came.clear()
        came = asyncio.ensure_future(self._came.wait())
        either: set[asyncio.Future[Any]] = {came, poll}
        try:
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            came.cancel()
            if self._poll is poll:
                self._poll = None
        if poll.done():
            raise conflict(poll.result())

    def _end_poll(self, why: str) -> None:
        """Whoever polls already loses: the newer request wins, as on the real server."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(why)
        self._poll = None


def _check_webhook(url: str, secret: str, connections: int) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as exc:
        raise bad("bad webhook: invalid URL specified") from exc
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in {80, 88, 443, 8443}:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if not parts.hostname or "." not in parts.hostname:
        raise bad("bad webhook: Failed to resolve host: Name or service not known")
    if parts.hostname.startswith(("127.", "10.", "192.168.")):
        raise bad(f"bad webhook: IP address {parts.hostname} is reserved")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET_SIGNS.issuperset(secret):
        raise bad("secret token contains unallowed characters")
    if not 1 <= connections <= 100:
        raise bad("max_connections must be between 1 and 100")
