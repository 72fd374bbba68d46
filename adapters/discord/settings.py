"""`DISCORD_*` from the environment and `.env`; README's table is made from this class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import SettingsError

API = "https://discord.com/api/v10"


class DiscordSettings(BaseSettings):
    """Without a token there is no Discord; secrets have no repr."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment is an argument of `read`."""
        return init_settings, dotenv_settings

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """From `environ` and `.env`; raises SettingsError naming every wrong variable, never a value."""
        names = (str(field.alias) for field in cls.model_fields.values())
        given = {name: environ[name] for name in names if environ.get(name)}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as exc:
            lines = (
                f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in exc.errors(include_input=False)
            )
            raise SettingsError("Settings are wrong:\n  " + "\n  ".join(lines)) from None


def _checked(value: str, *schemes: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise ValueError(f"must begin with {schemes[0]}:// or {schemes[1]}://")
    return value
