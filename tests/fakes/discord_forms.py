"""Bodies of requests, judged as Discord judges them: what is wrong is said by the path of the field. Pure.

Limits: resources/message of Discord's documentation. Lengths are in UTF-16 units: never less than Discord counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from bot.document import utf16
from tests.fakes.discord_errors import Problems

Json = dict[str, Any]
Path = tuple[str | int, ...]

CONTENT = 2000
EMBEDS = 10
EMBED_TEXT = 6000
NONCE = 25
_ID = re.compile(r"\d{1,20}")


@dataclass
class Form:
    """One object of a body; what is not as it must be is added to `problems`, at `path`."""

    given: object
    problems: Problems
    path: Path = ()
    data: Json = field(init=False)

    def __post_init__(self) -> None:
        self.data = self.given if isinstance(self.given, dict) else {}
        if self.data is not self.given:
            self.wrong((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")

    def wrong(self, path: Path, code: str, message: str) -> None:
        """Something is wrong there."""
        self.problems.add(self.path + path, code, message)

    def has(self, key: str) -> bool:
        """Is it given and not null?"""
        return self.data.get(key) is not None

    def missing(self, key: str) -> None:
        """It must be given."""
        self.wrong((key,), "BASE_TYPE_REQUIRED", "This field is required")

    def text(self, key: str, *, least: int = 0, most: int, required: bool = False) -> str:
        """A string of `least` to `most` units; blank counts as none where one is needed."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.missing(key)
            return ""
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.wrong((key,), "BASE_TYPE_STRING", "Could not interpret value as string.")
            return ""
        value = str(value)
        if least and required and not value.strip():
            self.missing(key)
        elif not least <= utf16(value) <= most:
            if least:
                self.wrong((key,), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            else:
                self.wrong((key,), "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
        return value

    def integer(self, key: str, *, least: int, most: int, default: int = 0) -> int:
        """A number within bounds."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong((key,), "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return default
        if value < least:
            self.wrong((key,), "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        if value > most:
            self.wrong((key,), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
        return value

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong((key,), "BOOLEAN_TYPE_CONVERT", 'Must be either "true" or "false".')
        return bool(value)

    def choice(self, key: str, choices: Sequence[object], *, default: object = None, required: bool = False) -> Any:  # noqa: ANN401 - whatever the choices are
        """One of them."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.missing(key)
            return default
        if isinstance(value, bool) or value not in choices:
            names = ", ".join(map(repr, choices)) + ("," if len(choices) == 1 else "")
            self.wrong((key,), "BASE_TYPE_CHOICES", f"Value must be one of ({names}).")
            return default
        return value

    def items(self, key: str, *, least: int = 0, most: int, required: bool = False) -> list[Any]:
        """A list of that many; what is in it is not looked at."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.missing(key)
            return []
        if not isinstance(value, list):
            self.wrong((key,), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            code, words = ("BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
            if not least:
                code, words = ("BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")
            self.wrong((key,), code, words)
        return value

    def ids(self, key: str, *, most: int) -> list[str]:
        """A list of snowflakes."""
        found = self.items(key, most=most)
        for number, each in enumerate(found):
            if not _ID.fullmatch(str(each)):
                self.wrong((key, number), "NUMBER_TYPE_COERCE", f'Value "{each}" is not snowflake.')
        return [str(each) for each in found]

    def url(
        self, key: str, *, schemes: Collection[str] = ("http", "https"), most: int = 2048, required: bool = False
    ) -> str:
        """A well-formed address."""
        value = self.text(key, least=1 if required else 0, most=most, required=required)
        if not value:
            return ""
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in schemes:
            named = ", ".join(f"'{scheme}'" for scheme in schemes)
            message = f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({named}).'
            self.wrong((key,), "URL_TYPE_INVALID_SCHEME", message)
        elif parts.scheme != "attachment" and (not host or re.search(r"[\s<>]", value) or "." not in host):
            self.wrong((key,), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return value

    def inner(self, key: str | int, *, of: object = None) -> Form:
        """The object at `key`, or `of` if that is at hand."""
        return Form(self.data.get(str(key)) if of is None else of, self.problems, (*self.path, key))

    def each(self, key: str, *, least: int = 0, most: int, required: bool = False) -> list[Form]:
        """The objects of a list."""
        found = self.items(key, least=least, most=most, required=required)
        return [Form(one, self.problems, (*self.path, key, number)) for number, one in enumerate(found)]


def embeds(form: Form) -> list[Json]:
    """Ten at most, each within its limits, and 6000 units of text over all."""
    found = form.each("embeds", most=EMBEDS)
    total = sum(map(_embed, found))
    if total > EMBED_TEXT:
        form.wrong(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {EMBED_TEXT}")
    return [each.data for each in found]


def _embed(form: Form) -> int:
    """How much text it has."""
    total = utf16(form.text("title", most=256)) + utf16(form.text("description", most=4096))
    fields = form.each("fields", most=25)
    for each in fields:
        total += utf16(each.text("name", least=1, most=256, required=True))
        total += utf16(each.text("value", least=1, most=1024, required=True))
        each.boolean("inline")
    if form.has("footer"):
        total += utf16(form.inner("footer").text("text", least=1, most=2048, required=True))
    if form.has("author"):
        author = form.inner("author")
        total += utf16(author.text("name", least=1, most=256, required=True))
        author.url("url")
    form.url("url")
    form.integer("color", least=0, most=0xFFFFFF)
    for picture in ("image", "thumbnail"):
        if form.has(picture):
            form.inner(picture).url("url", schemes=("http", "https", "attachment"), required=True)
    if form.has("timestamp"):
        try:
            datetime.fromisoformat(str(form.data["timestamp"]))
        except ValueError:
            form.wrong(("timestamp",), "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601.")
    if not total and not form.has("image") and not form.has("thumbnail"):
        form.missing("description")
    return total


def allowed_mentions(form: Form) -> Json | None:
    """As given; None: not given."""
    if not form.has("allowed_mentions"):
        return None
    allowed = form.inner("allowed_mentions")
    parse = allowed.items("parse", most=3)
    for number, each in enumerate(parse):
        if each not in ("users", "roles", "everyone"):
            allowed.wrong(
                ("parse", number), "BASE_TYPE_CHOICES", "Value must be one of ('users', 'everyone', 'roles')."
            )
    for key in ("users", "roles"):
        if allowed.ids(key, most=100) and key in parse:
            message = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
            allowed.wrong((), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    allowed.boolean("replied_user")
    return allowed.data
