"""A batch as the provider takes it and gives it back: JSON lines. Pure.

What comes back is a stranger's file: lines may be garbage, twice there, or about what nobody asked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, TypeAlias

from bot import rows
from bot.models import Note, SummaryKey
from bot.summaries import completion
from bot.summaries.completion import Completion
from bot.summaries.failures import Failure
from bot.summaries.prompt import Source

ENDPOINT: Final = "/v1/chat/completions"

MOST_BYTES: Final = 50_000_000
"""Of one input file; OpenAI takes 200 MB."""

MOST_REQUESTS: Final = 2_000
"""Of one batch; OpenAI takes 50,000, of which nobody needs so many papers before breakfast."""


MOST_DEEP: Final = 60
"""Deep ones of a batch: each text is fetched first, some seconds apart."""


@dataclass(frozen=True, slots=True)
class NeverRun:
    """The provider did not get to it: it costs nothing."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The provider tried, and has no answer: it costs nothing. `status` None: it did not say."""

    status: int | None = None


Outcome: TypeAlias = Completion | Failed | NeverRun


def custom_id(key: SummaryKey) -> str:
    """The name of a request: the same for the same summary, always."""
    named = json.dumps(rows.summary_key_row(key), sort_keys=True)
    return hashlib.blake2s(named.encode(), digest_size=16).hexdigest()


def source_text(source: Source) -> str:
    """What was asked about, exactly (ASCII, so that even text that is no valid Unicode comes back as it was)."""
    return json.dumps(asdict(source))


def source_of(text: str) -> Source:
    """The other way round."""
    found = json.loads(text)
    return Source(
        marker=found["marker"],
        title=found["title"],
        sentences=tuple(found["sentences"]),
        sections=tuple(found["sections"]),
        heads={int(place): tuple(lines) for place, lines in found["heads"].items()},
        origin=found["origin"],
        notes=tuple(Note(**note) for note in found.get("notes", ())),
    )


def line(name: str, body: Mapping[str, object]) -> bytes:
    """One request of the input file."""
    said = {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body}
    return json.dumps(said).encode() + b"\n"  # ASCII: a lone surrogate is no reason to lose a file


def outcomes(file: bytes, asked: Collection[str], *, now: datetime) -> dict[str, Outcome]:
    """What became of each of `asked`, as far as the output or error file says. Of two lines about one the first."""
    found: dict[str, Outcome] = {}
    for each in _objects(file):
        name = each.get("custom_id")
        if isinstance(name, str) and name in asked and name not in found:
            found[name] = _outcome(each, now)
    return found


def _objects(file: bytes) -> Iterable[Mapping[str, object]]:
    for raw in file.split(b"\n"):
        try:
            found = json.loads(raw) if raw.strip() else None
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found


def _outcome(line: Mapping[str, object], now: datetime) -> Outcome:
    """Read from OpenAI's `{"custom_id", "response": {"status_code", "body"} | null, "error": {"code"} | null}`."""
    response, error = line.get("response"), line.get("error")
    if not isinstance(response, dict):
        code = error.get("code") if isinstance(error, dict) else None
        return NeverRun() if isinstance(code, str) and code in _NEVER_RUN else Failed()
    status = response.get("status_code")
    if not isinstance(status, int) or status != 200:
        return Failed(status if isinstance(status, int) else None)
    found = completion.of(response.get("body"), now=now)
    return Failed(status) if isinstance(found, Failure) else found


_NEVER_RUN: Final = frozenset({"batch_expired", "batch_cancelled"})
