"""The parameters of a Bot API call: query, form, multipart or JSON; numbers and objects as text or as themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.fakes.telegram_refusals import bad


@dataclass(frozen=True, slots=True)
class Params:
    """`given` as it came; `files` by field name: file name and content."""

    given: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def raw(self, name: str) -> Any:  # noqa: ANN401 - as it came
        return self.given.get(name)

    def text(self, name: str) -> str:
        """A string; "" if it is missing. Raises Refused."""
        value = self.given.get(name, "")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise bad(f'field "{name}" must be of type String')
        said = str(value)
        if not said.isprintable() and any("\ud800" <= each <= "\udfff" for each in said):
            raise bad("strings must be encoded in UTF-8")
        return said

    def number(self, name: str) -> int | None:
        """An integer, or None if it is missing or empty. Raises Refused."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError) as exc:
            raise bad(f'field "{name}" must be a Number') from exc

    def flag(self, name: str) -> bool:
        """What the server takes for yes."""
        return str(self.given.get(name, "")).lower() in {"true", "yes", "1"}

    def object(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """An object or array, JSON in a string or itself; None if it is missing. Raises Refused."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as exc:
            raise bad(f"can't parse {name} JSON object") from exc


async def read(request: web.Request) -> Params:
    """What a request carries. Raises Refused."""
    given: dict[str, Any] = dict(request.query)
    files: dict[str, tuple[str, bytes]] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError as exc:
            raise bad("can't parse JSON object") from exc
        if not isinstance(body, dict):
            raise bad("can't parse JSON: Object expected")
        return Params(given | body)
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        for name, value in (await request.post()).items():
            if isinstance(value, FileField):
                files[name] = (value.filename, value.file.read())
            else:
                given[name] = value
    return Params(given, files)
