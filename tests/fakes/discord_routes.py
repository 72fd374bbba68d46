"""From an HTTP request to a route, its parameters and its body."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import BodyPartReader, hdrs, web

from tests.fakes import (
    discord_commands,
    discord_interactions,
    discord_messages,
    discord_places,
    discord_threads,
)
from tests.fakes.discord_drafts import File
from tests.fakes.discord_errors import ApiError, refused
from tests.fakes.discord_state import Handler

ROUTES: dict[str, tuple[str, Handler]] = {
    **discord_places.ROUTES,
    **discord_messages.ROUTES,
    **discord_threads.ROUTES,
    **discord_commands.ROUTES,
    **discord_interactions.ROUTES,
}
"""Route → bucket and handler."""

MAJOR = ("channel", "guild", "application", "interaction", "token")
"""Parameters that have buckets of their own."""


def _compiled(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


_PATTERNS = [(route, *route.split(" ", 1)) for route in ROUTES]
_MATCH = {template: _compiled(template) for _, _, template in _PATTERNS}


def found(request: web.Request) -> tuple[str, dict[str, str], str]:
    """Which route, with which parameters, under which path; `404 …` and `405 …` where there is none."""
    path = request.path
    for version in ("/api/v10", "/api/v9"):
        if path.startswith(version + "/"):
            path = path.removeprefix(version)
            break
    else:
        return f"404 {request.method} {path}", {}, path
    known = False
    for route, method, template in _PATTERNS:
        if (match := _MATCH[template].fullmatch(path)) is not None:
            known = True
            if method == request.method:
                return route, match.groupdict(), path
    return f"{405 if known else 404} {request.method} {path}", {}, path


async def read(request: web.Request) -> tuple[Any, list[File]]:
    """JSON, or a form with `payload_json` and `files[n]`."""
    if request.method in (hdrs.METH_GET, hdrs.METH_DELETE) or not request.can_read_body:
        return None, []
    if request.content_type == "application/json":
        return _parsed(await request.read()), []
    if request.content_type != "multipart/form-data":
        raise ApiError(400, 50035, "Invalid Form Body")
    body: Any = None
    files: list[File] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            body = _parsed(content)
        elif match := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
            files.append(
                File(number=int(match[1]), filename=part.filename or "file", content=content, content_type=kind)
            )
    return body, files


def _parsed(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(data) if data else None
    except ValueError:
        raise refused(50109) from None
