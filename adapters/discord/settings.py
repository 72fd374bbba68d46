"""`DISCORD_*` from the environment and `.env`; README's table is made from this class."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from adapters.environment import FromEnvironment

API = "https://discord.com/api/v10"


class DiscordSettings(FromEnvironment):
    """Without a token there is no Discord; secrets have no repr."""

    token: SecretStr | None = Field(None, alias="DISCORD_BOT_TOKEN", description="token of a Discord bot")
    api_url: str = Field(API, alias="DISCORD_API_URL", description="Discord's API, or a proxy of it")
    gateway_url: str | None = Field(
        None, alias="DISCORD_GATEWAY_URL", description="a gateway to use instead of the one the API names"
    )
    publish: bool = Field(
        False,
        alias="DISCORD_PUBLISH",
        description="publish what is posted in announcement channels to the servers that follow them",
    )

    @field_validator("api_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        return _checked(value, "http", "https").rstrip("/")

    @field_validator("gateway_url")
    @classmethod
    def _is_ws(cls, value: str | None) -> str | None:
        return None if value is None else _checked(value, "ws", "wss")


def _checked(value: str, *schemes: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise ValueError(f"must begin with {schemes[0]}:// or {schemes[1]}://")
    return value
