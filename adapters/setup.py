"""What each platform needs to be set up, for `paperboy init`: where a token comes from, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.probe import Accepted, Answer, Refused, Unchecked, Verdict, get, troubled

DISCORD_PERMISSIONS = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 35 | 1 << 38
"""View Channel, Send Messages, Embed Links, Attach Files, Read Message History, Create Public Threads, Send Messages in
Threads. Without Attach Files figures are linked, which is no reason to ask anybody for anything."""

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A platform's bot account. `token` and `url` are names of settings; `shape` is what every token looks like."""

    title: str
    token: str
    hint: str
    url: str
    default_url: str
    shape: re.Pattern[str]
    who_am_i: Callable[[str, str, float], Answer | Unchecked]
    account: Callable[[Any], Accepted | None]

    def wrong(self, token: str) -> str | None:
        """Why this cannot be a token; None if it can."""
        return None if self.shape.fullmatch(token) else f"This is not a {self.title} token; {self.hint}"

    def check(self, token: str, settings: Mapping[str, str], *, timeout: float) -> Verdict:
        """Whose token it is, asked of the platform. `timeout` in seconds."""
        answer = self.who_am_i(settings.get(self.url) or self.default_url, token, timeout)
        if isinstance(answer, Unchecked):
            return answer
        if answer.status in {401, 404}:  # Telegram says 404 for a token it cannot even read
            return Refused(f"{self.title} does not accept this token. Copy it anew; {self.hint}")
        if (trouble := troubled(answer.status)) is not None:
            return trouble
        return self.account(answer.body) or Unchecked(f"this is not {self.title}'s answer; is {self.url} right?")


def create() -> tuple[Account, ...]:
    """Every platform, in the order in which they are asked about."""
    return (
        Account(
            title="Telegram",
            token="TELEGRAM_BOT_TOKEN",  # noqa: S106 - the name of a setting
            hint="@BotFather gives you one: https://t.me/BotFather, /newbot.",
            url="TELEGRAM_API_URL",
            default_url="https://api.telegram.org",
            shape=re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}"),
            who_am_i=_get_me,
            account=_telegram,
        ),
        Account(
            title="Discord",
            token="DISCORD_BOT_TOKEN",  # noqa: S106 - the name of a setting
            hint="it stands under Bot, Reset Token, at https://discord.com/developers/applications.",
            url="DISCORD_API_URL",
            default_url="https://discord.com/api/v10",
            shape=re.compile(r"[A-Za-z0-9._-]{10,200}"),
            who_am_i=_users_me,
            account=_discord,
        ),
    )


def _get_me(root: str, token: str, timeout: float) -> Answer | Unchecked:
    return get(f"{root.rstrip('/')}/bot{token}/getMe", headers={}, secret=token, timeout=timeout)


def _telegram(body: Any) -> Accepted | None:  # noqa: ANN401 - JSON of somebody else
    me = body.get("result") if isinstance(body, dict) and body.get("ok") is True else None
    name = me.get("username") if isinstance(me, dict) and me.get("is_bot") is True else None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return None
    return Accepted(
        f"@{name}",
        (
            f"Talk to it:        https://t.me/{name}",
            f"Add it to a group: https://t.me/{name}?startgroup=true",
            f"Or to a channel:   https://t.me/{name}?startchannel=true&admin=post_messages",
        ),
    )


def _users_me(root: str, token: str, timeout: float) -> Answer | Unchecked:
    headers = {
        "Authorization": f"Bot {token}",
        "User-Agent": "DiscordBot (https://discord.com, 10) Paperboy",  # without this form, Discord's proxy refuses
    }
    return get(f"{root.rstrip('/')}/users/@me", headers=headers, secret=token, timeout=timeout)


def _discord(body: Any) -> Accepted | None:  # noqa: ANN401 - JSON of somebody else
    name, id_ = (body.get("username"), body.get("id")) if isinstance(body, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(id_, str) or not _DIGITS.fullmatch(id_):
        return None
    invite = f"https://discord.com/oauth2/authorize?client_id={id_}&scope=bot+applications.commands"
    return Accepted(name, (f"Add it to a server: {invite}&permissions={DISCORD_PERMISSIONS}",))
