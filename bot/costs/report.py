"""What was spent in some days: by day, model, purpose, chat and paper; what the checks made of the summaries.

For operators and owners; readers see none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Final, TypeAlias

from bot import stats_table
from bot.costs import usage_table
from bot.costs.prices import DOLLAR, Money, dollars
from bot.costs.usage_table import Sum
from bot.stats_table import Checked
from bot.targets import Target

MOST_PAPERS: Final = 20
"""Of a report; the dearest."""

_BARS: Final = " ▁▂▃▄▅▆▇█"

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Of the days from `since` to `until`, both included. `days` has every one of them that had a call."""

    since: date
    until: date
    total: Sum
    days: Sequence[tuple[date, str, Sum]]
    models: Sequence[tuple[str, Sum]]
    purposes: Sequence[tuple[str, Sum]]
    chats: Sequence[tuple[Target | None, str, Sum]]
    papers: Sequence[tuple[str, Sum]]
    checked: Checked = field(default_factory=Checked)

    def daily(self) -> list[tuple[date, Sum]]:
        """Each day from first to last, over all models; empty ones too."""
        made = {self.since + timedelta(days=n): Sum() for n in range((self.until - self.since).days + 1)}
        for day, _, spent in self.days:
            made[day] = plus(made[day], spent)
        return list(made.items())


def report(conn: sqlite3.Connection, *, today: date, days: int) -> Report:
    """Of the last `days` days, today included."""
    since = today - timedelta(days=days - 1)
    return Report(
        since=since,
        until=today,
        total=usage_table.total(conn, since, today),
        days=usage_table.by_day(conn, since, today),
        models=usage_table.by_model(conn, since, today),
        purposes=usage_table.by_purpose(conn, since, today),
        chats=usage_table.by_target(conn, since, today),
        papers=usage_table.by_paper(conn, since, today, limit=MOST_PAPERS),
        checked=stats_table.checked(conn, since, today),
    )


def to_json(found: Report) -> str:
    """`{"schema": 1, "since", "until", "total", "days", "models", "purposes", "chats", "papers", "checked"}`.

    Money is in US dollars, of the calls whose price is known; null where no call's is. `unpriced` counts the others.
    """
    made: Json = {
        "schema": 1,
        "since": str(found.since),
        "until": str(found.until),
        "total": _json(found.total),
        "days": [{"date": str(day), "model": model, **_json(spent)} for day, model, spent in found.days],
        "models": [{"model": model, **_json(spent)} for model, spent in found.models],
        "purposes": [{"purpose": purpose or None, **_json(spent)} for purpose, spent in found.purposes],
        "chats": [
            {"chat": target and str(target), "title": title or None, **_json(spent)}
            for target, title, spent in found.chats
        ],
        "papers": [{"paper": paper, **_json(spent)} for paper, spent in found.papers],
        "checked": asdict(found.checked),
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _json(spent: Sum) -> Json:
    cost = None if spent.unpriced and spent.unpriced == spent.calls else spent.cost / DOLLAR
    return {**asdict(spent), "cost": cost}


def plus(one: Sum, other: Sum) -> Sum:
    """Both together."""
    return Sum(**{name: value + getattr(other, name) for name, value in asdict(one).items()})


def tokens(spent: Sum) -> int:
    """Of prompts and answers."""
    return spent.prompt_tokens + spent.completion_tokens


def priced(spent: Sum) -> str:
    """What it cost, as far as we know: an unknown price is never nothing."""
    if not spent.unpriced:
        return dollars(spent.cost)
    return "unknown" if spent.unpriced == spent.calls else f"{dollars(spent.cost)} + unknown"


def bars(amounts: Sequence[Money]) -> str:
    """One character each, the highest for the most; what is something is never seen as nothing."""
    most = max(amounts, default=0)
    if not most:
        return _BARS[0] * len(amounts)
    return "".join(_BARS[-(-amount * (len(_BARS) - 1) // most)] for amount in amounts)
