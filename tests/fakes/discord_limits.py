"""Rate limits as Discord has them: a bucket per route and top-level resource, one limit over all, and bans.

Discord publishes no numbers but the global 50 a second and 10,000 invalid requests in ten minutes; those of the routes
are what people see. Change `rules` (or `scale` them) in a test.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tests.fakes.discord_errors import Json

VIA = "1.1 google"


@dataclass(frozen=True, slots=True)
class Rule:
    """`count` requests in `seconds`, counted from the first; the window is fixed."""

    count: int
    seconds: float


RULES: Mapping[str, Rule] = {
    "send": Rule(5, 5),
    "edit": Rule(5, 5),
    "delete": Rule(5, 1),
    "read": Rule(10, 5),
    "publish": Rule(10, 3600),
    "thread": Rule(50, 300),
    "channel": Rule(5, 15),
    "typing": Rule(5, 5),
    "dm": Rule(10, 10),
    "commands": Rule(5, 20),
    "webhook": Rule(5, 2),
    "callback": Rule(30, 1),
    "other": Rule(20, 1),
}
"""By the name of a bucket."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes to send."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Window:
    began: float
    used: int = 0


@dataclass
class Limits:
    """`overall` is for the bot; None: no such limit. `on` False: nothing is limited, headers are sent all the same."""

    now: Callable[[], float]
    rules: dict[str, Rule] = field(default_factory=lambda: dict(RULES))
    overall: Rule | None = Rule(50, 1)
    on: bool = True
    ban_after: int = 10_000
    ban_window: float = 600
    refused: list[str] = field(default_factory=list)
    """The scope of every 429 we gave: user, shared, global, ban."""

    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict, init=False)
    _overall: _Window = field(default_factory=lambda: _Window(-math.inf), init=False)
    _invalid: deque[float] = field(default_factory=deque, init=False)

    def scale(self, factor: float) -> None:
        """All windows of routes become that much longer or shorter."""
        self.rules = {name: replace(rule, seconds=rule.seconds * factor) for name, rule in self.rules.items()}

    def ask(self, bucket: str, major: str, *, exempt: bool = False) -> tuple[Answer | None, dict[str, str]]:
        """A request comes: what to refuse it with, if so, and the headers its answer carries. `exempt` from overall."""
        now = self.now()
        while self._invalid and self._invalid[0] <= now - self.ban_window:
            self._invalid.popleft()
        if len(self._invalid) >= self.ban_after:
            self.refused.append("ban")
            return Answer(429, b"error code: 1015", {"Content-Type": "text/html", "Retry-After": "600"}), {}
        if self.overall is not None and not exempt:
            if now >= self._overall.began + self.overall.seconds:
                self._overall = _Window(now)
            if self._overall.used >= self.overall.count and self.on:
                after = self._overall.began + self.overall.seconds - now
                return self.refuse(after, scope="global"), {}
            self._overall.used += 1
        rule = self.rules[bucket]
        window = self._windows.get((bucket, major))
        if window is None or now >= window.began + rule.seconds:
            window = self._windows[bucket, major] = _Window(now)
        after = window.began + rule.seconds - now
        over = window.used >= rule.count and self.on
        window.used += self.on and not over
        headers = {
            "X-RateLimit-Limit": str(rule.count),
            "X-RateLimit-Remaining": str(max(0, rule.count - window.used)),
            "X-RateLimit-Reset": f"{now + after:.3f}",
            "X-RateLimit-Reset-After": f"{math.ceil(after * 1000) / 1000:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(bucket.encode()).hexdigest()[:32],
        }
        return (self.refuse(after, headers=headers) if over else None), headers

    def refuse(
        self,
        after: float,
        *,
        scope: str = "user",
        headers: Mapping[str, str] | None = None,
        via: bool = True,
        as_json: bool = True,
    ) -> Answer:
        """A 429 of that scope; without `via` or JSON it comes from Cloudflare, not from Discord."""
        after = math.ceil(after * 1000) / 1000
        self.refused.append(scope)
        whole = scope == "global"
        shared = "The resource is being rate limited."
        body: Json = {
            "message": shared if scope == "shared" else "You are being rate limited.",
            "retry_after": after,
            "global": whole,
        }
        given = {
            "Content-Type": "application/json",
            "Retry-After": str(math.ceil(after)),
            **(headers or {}),
            "X-RateLimit-Scope": scope,
            **({"X-RateLimit-Global": "true"} if whole else {}),
            **({"Via": VIA} if via else {}),
        }
        if not as_json:
            return Answer(429, b"<html><h1>429 Too Many Requests</h1></html>", {**given, "Content-Type": "text/html"})
        return Answer(429, json.dumps(body).encode(), given)

    def answered(self, status: int, scope: str | None) -> None:
        """An answer went out: invalid ones are counted; too many are a ban."""
        if status in (401, 403) or (status == 429 and scope != "shared"):
            self._invalid.append(self.now())
