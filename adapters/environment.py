"""Settings of a platform, from an environment that is an argument and from `.env`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.settings import SettingsError


class FromEnvironment(BaseSettings):
    """Every field is optional and known by its alias; secrets have no repr."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

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
            return cls(**given)
        except ValidationError as exc:
            lines = (
                f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in exc.errors(include_input=False)
            )
            raise SettingsError("Settings are wrong:\n  " + "\n  ".join(lines)) from None
