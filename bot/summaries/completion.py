"""What a server's answer to one question says: a completion, or what went wrong. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.models import Usage
from bot.summaries import failures
from bot.summaries.failures import Failure

MAX_TOKENS: Final = 100_000_000
"""Of one call: a server that counts more does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The text of the first choice, why it ends there, what it cost (tokens; calls are counted by the caller)."""

    text: str
    finish: str
    refusal: str = ""
    usage: Usage = field(default_factory=Usage)


def read(body: bytes, *, now: datetime) -> Completion | Failure:
    """The first choice of the chat completion in `body`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):  # a page, mostly: the address lacks its /v1
        return Failure(kind="foreign")
    return of(found, now=now)


def of(found: object, *, now: datetime) -> Completion | Failure:
    """The first choice of a chat completion that is parsed already."""
    garbled = Failure(kind="garbled")
    if not isinstance(found, dict):
        return garbled
    if found.get("error") and not found.get("choices"):  # some gateways say 200 and an error
        return failures.failure(status=_status(found["error"]), body=found, headers={}, now=now)
    choices = found.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return garbled
    completion = Completion(
        text=_text(message.get("content")),
        finish=str(choice.get("finish_reason") or "")[:40],
        refusal=str(message.get("refusal") or ""),
        usage=_usage(found.get("usage")),
    )
    is_empty = not completion.text.strip() and not completion.refusal
    return garbled if is_empty and completion.finish not in {"length", "content_filter"} else completion


def _status(error: object) -> int:
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 502


def _text(content: object) -> str:
    """A string, or the parts some servers give instead."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def _usage(counts: object) -> Usage:
    if not isinstance(counts, Mapping):
        return Usage()
    details = counts.get("prompt_tokens_details")
    prompt, completion, cached, hit = (
        min(value, MAX_TOKENS) if isinstance(value := found.get(name), int) and value > 0 else 0
        for found, name in (
            (counts, "prompt_tokens"),
            (counts, "completion_tokens"),
            (details if isinstance(details, Mapping) else {}, "cached_tokens"),
            (counts, "prompt_cache_hit_tokens"),  # DeepSeek's name for it
        )
    )
    return Usage(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=min(prompt, max(cached, hit)))
