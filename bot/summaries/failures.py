"""What a model server's failure means: which named error, and how long to wait. Pure.

Providers differ in words more than in numbers, so a failure is read from status, code and message together; of these
only status and a well-formed code are repeated, since a message may hold the key or the paper's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from bot.ports import (
    BadAnswer,
    BadKey,
    Filtered,
    RateLimited,
    ServerFailed,
    SummaryError,
    TimedOut,
    TooLong,
    UnknownModel,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An HTTP call that gave no completion. `status` is None where there was no answer at all.

    `message` is what the server said, lower-case and bounded: to be searched, never shown. `after` is in seconds.
    `arrived` False: the server got nothing of our call.
    """

    status: int | None = None
    code: str = ""
    param: str = ""
    message: str = field(default="", repr=False)
    after: float | None = None
    arrived: bool = True
    kind: Literal["status", "unreachable", "timeout", "foreign", "garbled"] = "status"

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether code, parameter or message match."""
        return pattern.search(f"{self.code} {self.param} {self.message}") is not None


_FILTERED: Final = re.compile(
    r"content[ _]?(filter|policy|management)|data_?inspection|sensitive|moderation|inappropriate"
)
_TOO_LONG: Final = re.compile(
    r"context[ _](length|size|window)|maximum context|max(imum)? (input|prompt) (tokens|length)"
    r"|(prompt|input|request) (is )?too (long|large)|string_above_max_length|too many (input )?tokens|reduce the length"
)
_NO_MODEL: Final = re.compile(
    r"model_not_found|invalid_model|unknown model|no such model|not a valid model"
    r"|model\b.{0,80}\b(not found|does not exist|not exist|is not supported|not available)"
)
_NO_QUOTA: Final = re.compile(r"insufficient_quota|billing|credit|payment|exceeded your current quota|balance")


def failure(*, status: int, body: object, headers: Mapping[str, str], now: datetime) -> Failure:
    """A Failure from an answer; `body` is the parsed JSON (or anything else)."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    fields = error if isinstance(error, Mapping) else {"message": error}
    said = " ".join(str(fields.get(name) or "") for name in ("type", "message"))
    return Failure(
        status=status,
        code=str(fields.get("code") or "")[:80].lower(),
        param=str(fields.get("param") or "")[:80].lower(),
        message=said[:2000].lower(),
        after=wait(headers, now=now),
    )


def error(failure: Failure) -> SummaryError:
    """The named error a failure ends in; its text says what to do and holds nothing a server chose freely."""
    for applies, kind, text in _MEANINGS:
        if applies(failure):
            message = f"{text} ({said})." if (said := _said(failure)) else f"{text}."
            return RateLimited(message, after=failure.after) if kind is RateLimited else kind(message)
    return BadAnswer(f"The model server does not take our request ({_said(failure)}).")


def _is(*statuses: int, pattern: re.Pattern[str] | None = None) -> Callable[[Failure], bool]:
    return lambda failure: failure.status in statuses and (pattern is None or failure.says(pattern))


_MEANINGS: Final[tuple[tuple[Callable[[Failure], bool], type[SummaryError], str], ...]] = (
    (lambda f: f.kind == "timeout", TimedOut, "The model did not answer in time; PAPERBOY_MODEL_TIMEOUT may be raised"),
    (lambda f: f.kind == "unreachable", ServerFailed, "The model server cannot be reached; check OPENAI_BASE_URL"),
    (lambda f: f.kind == "foreign", ServerFailed, "What answers at OPENAI_BASE_URL is no OpenAI-compatible server"),
    (lambda f: f.kind == "garbled", BadAnswer, "The model server answered, but not with a chat completion"),
    (_is(402, 429, pattern=_NO_QUOTA), RateLimited, "The quota of the model server is used up"),
    (_is(429), RateLimited, "The model server asks for fewer calls"),
    (_is(400, 403, 422, 451, pattern=_FILTERED), Filtered, "The provider's content filter stopped this paper"),
    (_is(413), TooLong, "The paper does not fit the model"),
    (_is(400, 422, 500, pattern=_TOO_LONG), TooLong, "The paper does not fit the model's context"),
    (_is(400, 403, 404, 422, pattern=_NO_MODEL), UnknownModel, "The server has no such model; check PAPERBOY_MODEL"),
    (_is(401, 403), BadKey, "The model server does not accept the key; check OPENAI_API_KEY"),
    (_is(404), UnknownModel, "The server knows no such address or model; check OPENAI_BASE_URL and PAPERBOY_MODEL"),
    (_is(408), TimedOut, "The model server gave up waiting for the model"),
    (lambda f: (f.status or 0) >= 500, ServerFailed, "The model server failed"),
)
"""The first that applies is what a failure means."""


def has_no_quota(failure: Failure) -> bool:
    """Whether waiting a little cannot help."""
    return failure.says(_NO_QUOTA)


def is_passing(failure: Failure) -> bool:
    """Whether asking again in a moment may help: the server stumbled, or the line did, or it said nothing."""
    return failure.kind in {"unreachable", "garbled"} or failure.status in {500, 502, 503, 504, 520, 522, 524, 529}


def wait(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Seconds the server asks us to wait; None if it does not say. `headers` has lower-case names.

    Retry-After in both forms (RFC 9110 §10.2.3), `retry-after-ms`, and the usual `x-ratelimit-reset*`: a span such as
    `6m0s`, seconds, or an epoch in seconds or milliseconds.
    """
    if (value := _number(headers.get("retry-after-ms"))) is not None:
        return value / 1000
    if (text := headers.get("retry-after")) is not None:
        if (value := _number(text)) is not None:
            return value
        try:
            when = parsedate_to_datetime(text)
        except ValueError:
            return None
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - now).total_seconds())
    resets = [
        seconds
        for name in ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset")
        if (seconds := _span(headers.get(name), now=now)) is not None
    ]
    return max(resets, default=None)


_UNITS: Final[Mapping[str, float]] = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[smhd])")


def _span(text: str | None, *, now: datetime) -> float | None:
    if text is None:
        return None
    if (value := _number(text)) is not None:
        epoch = value / 1000 if value > 1e11 else value  # milliseconds until the year 5138
        return max(0.0, epoch - now.timestamp()) if epoch > 1e9 else value
    parts = _SPAN.findall(text[:40])
    return sum(float(amount) * _UNITS[unit] for amount, unit in parts) if parts else None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"\s*\d{1,15}(\.\d{0,9})?\s*", text) else None


def _said(failure: Failure) -> str:
    """Status and code; a code is repeated only if it looks like one, since the server chose it."""
    code = failure.code if re.fullmatch(r"[a-z]{2,24}(_[a-z]{2,24}){0,4}", failure.code) else ""
    return " ".join(part for part in (str(failure.status or ""), code) if part)
