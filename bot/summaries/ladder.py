"""How we ask a server that may not know everything: the best form first, then what it does know. Pure.

A Plan is left only when the server says it does not know a part of it, or fails without a word on a form that has not
worked yet (as llama-cpp-python does on `json_schema`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from bot.summaries.failures import Failure
from bot.summaries.prompt import JsonSchema, Message


class Rung(IntEnum):
    """How strictly a server is asked for JSON; a smaller one is stricter."""

    SCHEMA = 0
    JSON = 1
    TEXT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What we ask of a server. `limit` is the number of tokens an answer may have, under the name the server knows."""

    rung: Rung = Rung.SCHEMA
    temperature: float | None = 0.2
    limit: int = 3000
    limit_name: str = "max_tokens"
    system: bool = True


def parameters(plan: Plan, messages: Sequence[Message], schema: JsonSchema) -> dict[str, object]:
    """The body of the request, without the model."""
    body: dict[str, object] = {
        "messages": list(messages) if plan.system else _without_system(messages),
        plan.limit_name: plan.limit,
    }
    if plan.temperature is not None:
        body["temperature"] = plan.temperature
    if plan.rung is Rung.SCHEMA:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "summary", "strict": True, "schema": schema},
        }
    elif plan.rung is Rung.JSON:
        body["response_format"] = {"type": "json_object"}
    return body


_FORMAT: Final = re.compile(
    r"response_?format|json_?schema|json_?object|structured|guided|grammar|\bschema\b|additionalproperties"
)
_UNSUPPORTED: Final = re.compile(
    r"unsupported|not support|n't support|not (?:allowed|permitted|implemented|recogni[sz]ed|known)|unrecogni[sz]ed"
    r"|unknown|unexpected|extra (?:inputs|fields)|invalid|only the default|deprecated|must be|should be"
)
_LIMITS: Final = re.compile(r"\bmax_(?:completion_)?tokens\b")
_TEMPERATURE: Final = re.compile(r"\btemperature\b")
_SYSTEM: Final = re.compile(r"\bsystem\b.{0,40}\b(?:role|message|prompt|instruction)|\brole\b.{0,40}\bsystem\b")
_REFUSING: Final = frozenset({400, 404, 415, 422, 500, 501})


def adapted(plan: Plan, failure: Failure, *, proven: bool) -> Plan | None:
    """The Plan to try instead; None if the failure is not about the form of our request.

    `proven` says that this form has worked before: then a server that fails without a word is simply failing.
    """
    if failure.status not in _REFUSING:
        return None
    if failure.says(_UNSUPPORTED):
        if failure.says(_TEMPERATURE) and plan.temperature is not None:
            return replace(plan, temperature=None)
        # `max_tokens` refused in favour of `max_completion_tokens` (reasoning models), or the reverse (older servers).
        refused = _LIMITS.search(f"{failure.param} {failure.message}")
        if refused and refused[0] == plan.limit_name and not _too_large(failure):
            other = "max_completion_tokens" if plan.limit_name == "max_tokens" else "max_tokens"
            return replace(plan, limit_name=other)
        if failure.says(_SYSTEM) and plan.system:
            return replace(plan, system=False)
    if plan.rung is Rung.TEXT:
        return None
    silent = failure.status in {500, 501} and not proven
    if failure.says(_FORMAT) or silent:
        return replace(plan, rung=Rung(plan.rung + 1))
    return None


def difference(plan: Plan, other: Plan) -> str:
    """What of `plan` was given up for `other`, for a log line."""
    if plan.rung != other.rung:
        return f"answers of the form {plan.rung.name}"
    if plan.temperature != other.temperature:
        return "temperature"
    return plan.limit_name if plan.limit_name != other.limit_name else "system messages"


def _too_large(failure: Failure) -> bool:
    return "too large" in failure.message or "context" in failure.message


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The instructions at the head of the first question, for models whose template has no system role."""
    system = [message["content"] for message in messages if message["role"] == "system"]
    rest = [message for message in messages if message["role"] != "system"]
    first = {"role": "user", "content": "\n\n".join((*system, rest[0]["content"]))}
    return [first, *rest[1:]]
