"""Settings from the environment and `.env`; no platform is named here. README's table is made from this class."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.ports import UsageError


class SettingsError(UsageError):
    """Something in the environment or `.env` is wrong; the text names each at once."""


class Settings(BaseSettings):
    """Every field is optional; secrets have no repr."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        populate_by_name=True,
    )

    openai_api_key: SecretStr | None = Field(
        None,
        alias="OPENAI_API_KEY",
        description="key of an OpenAI-compatible server; without one, extractive",
    )
    openai_base_url: str | None = Field(
        None, alias="OPENAI_BASE_URL", description="root of another OpenAI-compatible server, with its /v1"
    )
    model: str = Field("gpt-4.1-mini", alias="PAPERBOY_MODEL", description="the model that writes brief summaries")
    deep_model: str | None = Field(
        None, alias="PAPERBOY_DEEP_MODEL", description="the model for `/summarize`; else the same"
    )
    deep_top: int = Field(
        3,
        alias="PAPERBOY_DEEP_TOP",
        ge=0,
        le=50,
        description="papers of a digest that are summarized in depth, from their whole text: with the default model "
        "0.8 cents each, where a brief summary costs 0.2; once for all chats",
    )
    daily_calls: int = Field(
        1000, alias="PAPERBOY_DAILY_CALLS", ge=0, description="model calls a day (UTC), then extractive"
    )
    daily_budget: Decimal = Field(
        Decimal(1),
        alias="PAPERBOY_DAILY_BUDGET",
        ge=0,
        le=1_000_000,
        description="US dollars a day (UTC) for models whose price is known, then extractive",
    )
    chat_budget: Decimal | None = Field(
        None,
        alias="PAPERBOY_CHAT_BUDGET",
        ge=0,
        le=1_000_000,
        description="US dollars of them one chat may cost; else all",
    )
    batch: bool = Field(
        default=False,
        alias="PAPERBOY_BATCH",
        description="ask for summaries of digests that are due in an hour or later through the provider's Batch API, "
        "where it has one: at half the price, and no digest waits for it",
    )
    prices: Path | None = Field(
        None,
        alias="PAPERBOY_PRICES",
        description="JSON file of dollars per million tokens by model, before the bundled ones: "
        '`{"models": {"my-model": {"prompt": 0.2, "cached": 0.02, "completion": 0.6, "batch": 0.5}, "local-*": 0}}`',
    )
    model_concurrency: int = Field(
        16, alias="PAPERBOY_MODEL_CONCURRENCY", ge=1, le=256, description="model calls at the same time"
    )
    model_timeout: float = Field(
        60, alias="PAPERBOY_MODEL_TIMEOUT", gt=0, description="seconds one model call may take"
    )

    glossary: Path | None = Field(
        None,
        alias="PAPERBOY_GLOSSARY",
        description="a file with terms of your own: language, term, rendering, also right, wrong, by tabs",
    )

    figures: Literal["on", "links", "off"] = Field(
        "on",
        alias="PAPERBOY_FIGURES",
        description="figures below `/summarize`: shown where the paper's licence is free, else linked (`on`); "
        "`links` only; or none, and nothing fetched for them (`off`)",
    )

    arxiv_api_url: str = Field("https://export.arxiv.org/api/query", alias="ARXIV_API_URL", description="arXiv's API")
    arxiv_feed_url: str = Field(
        "https://rss.arxiv.org/atom",
        alias="ARXIV_FEED_URL",
        description="arXiv's feeds; the category is appended",
    )
    arxiv_site_url: str = Field("https://arxiv.org", alias="ARXIV_SITE_URL", description="arXiv's pages")
    arxiv_delay: float = Field(
        3,
        alias="ARXIV_DELAY_SECONDS",
        ge=0,
        le=3600,
        description="seconds between two requests to arXiv",
    )
    arxiv_timeout: float = Field(
        20, alias="ARXIV_TIMEOUT_SECONDS", gt=0, description="seconds arXiv may stay silent within one answer"
    )
    contact: str | None = Field(
        None, alias="PAPERBOY_CONTACT", description="an address arXiv can write to, sent in the User-Agent"
    )
    categories: Annotated[tuple[str, ...], NoDecode] = Field(
        ("cs.*", "stat.ML", "eess.*"),
        alias="PAPERBOY_CATEGORIES",
        description="which categories are watched; a topic that names another one widens it",
    )

    db: Path = Field(Path("paperboy.db"), alias="PAPERBOY_DB", description="the SQLite database")
    owners: str = Field("", alias="PAPERBOY_OWNERS", description="who runs this: `telegram:ID,discord:ID`")
    access: Literal["owner", "approve", "open"] = Field(
        "approve", alias="PAPERBOY_ACCESS", description="who may subscribe chats"
    )
    on_unknown: Literal["resend", "hold"] = Field(
        "resend", alias="PAPERBOY_ON_UNKNOWN", description="what to do with a message that may have arrived"
    )

    @field_validator("categories", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("openai_base_url", "arxiv_api_url", "arxiv_feed_url", "arxiv_site_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            whole = value.startswith(("http://", "https://")) and urlsplit(value).hostname and urlsplit(value).port != 0
        except ValueError:  # a bracket or a port that is none
            whole = False
        if not whole or not value.isprintable() or " " in value:
            raise ValueError("must be an address such as https://example.org/path")
        return value.rstrip("/")

    @property
    def has_model(self) -> bool:
        """A key, or a server that needs none."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @classmethod
    def read(cls, **given: object) -> Self:
        """From the environment and `.env`; raises SettingsError naming every wrong variable, never a value."""
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as exc:
            lines = (
                f"{'.'.join(map(str, e['loc'])) or 'settings'}: {_wanted(e['type'], e['msg'])}"
                for e in exc.errors(include_input=False)
            )
            raise SettingsError("Settings are wrong:\n  " + "\n  ".join(lines)) from None


_WANTED: Mapping[str, str] = MappingProxyType(
    {
        "bool_parsing": "must be true or false",
        "decimal_parsing": "must be a number, such as 0.5",
        "float_parsing": "must be a number, such as 0.5",
        "finite_number": "must be a number that is not infinite",
        "int_parsing": "must be a whole number",
    }
)


def _wanted(kind: str, said: str) -> str:
    """What an operator is to write, in a few words."""
    return _WANTED.get(kind) or said.removeprefix("Value error, ").replace("Input should be", "must be", 1)
