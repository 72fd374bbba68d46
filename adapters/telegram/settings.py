"""`TELEGRAM_*` from the environment and `.env`; README's table is made from this class."""

from __future__ import annotations

import hashlib
import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from adapters.environment import FromEnvironment

_LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^\s:\[\]]+):(?P<port>[0-9]{1,5})")


class TelegramSettings(FromEnvironment):
    """Without a token there is no Telegram; secrets have no repr."""

    token: SecretStr | None = Field(
        None, alias="TELEGRAM_BOT_TOKEN", description="token of a Telegram bot, from @BotFather"
    )
    api_url: str = Field(
        "https://api.telegram.org",
        alias="TELEGRAM_API_URL",
        description="root of another Bot API server; `/bot` and the token are appended",
    )
    rich: Literal["auto", "on", "off"] = Field(
        "auto",
        alias="TELEGRAM_RICH",
        description="Rich Messages: for chats that choose them (`auto`), for all (`on`), for none (`off`)",
    )
    webhook_url: str | None = Field(
        None,
        alias="TELEGRAM_WEBHOOK_URL",
        description="where Telegram should bring updates (https); without it we ask for them",
    )
    webhook_listen: str = Field(
        "127.0.0.1:8443",
        alias="TELEGRAM_WEBHOOK_LISTEN",
        description="host and port we wait for them at, behind a proxy that ends TLS",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        alias="TELEGRAM_WEBHOOK_SECRET",
        description="by which we know that Telegram brings them; else one is made from the token",
    )

    @field_validator("token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}", value.get_secret_value()):
            raise ValueError("is no token; @BotFather's look like 123456789:AAE…")
        return value

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.query
        except ValueError:  # a bracket or a port that is none
            whole = False
        if not whole or not value.isprintable() or " " in value:
            raise ValueError("must be an address such as https://example.org/path")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _is_https(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("https://"):
            raise ValueError("must begin with https://, since Telegram brings updates to nothing else")
        return value

    @field_validator("webhook_listen")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        found = _LISTEN.fullmatch(value)
        if found is None or int(found["port"]) > 65_535:
            raise ValueError("must be a host and a port, such as 127.0.0.1:8443")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("may have up to 256 letters, digits, _ and -")
        return value

    @property
    def listen(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.webhook_listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def secret(self) -> str:
        """What every update from Telegram carries with it: the one that was set, or the same one after each start."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        token = self.token.get_secret_value() if self.token else ""
        return hashlib.blake2b(token.encode(), digest_size=32, person=b"webhook").hexdigest()
