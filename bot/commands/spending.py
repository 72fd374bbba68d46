"""What `/stats` says of money, to owners in private: today, day by day, the dearest models and chats."""

from __future__ import annotations

import asyncio
from datetime import UTC

from bot.commands.case import Case
from bot.commands.saying import words
from bot.costs.prices import dollars
from bot.costs.report import Report, bars, report, tokens
from bot.costs.usage_table import Sum
from bot.document import Code, Spans
from bot.locales import say
from bot.wording import clean

DAYS = 30
SHOWN = 14
"""Days that are drawn: a line of a phone."""

MOST = 3


async def spending(case: Case) -> tuple[Spans, ...]:
    """Lines; where others read along, that it is said elsewhere. Raises StoreError."""
    language, means = case.language, case.means
    if case.ask.kind != "private":
        return (words(language, "cmd.stats.money_private"),)
    today = means.clock().astimezone(UTC).date()
    found = await asyncio.to_thread(means.store.database.read, lambda conn: report(conn, today=today, days=DAYS))
    daily = [spent for _, spent in found.daily()]
    budget = means.allowance.day
    lines = [
        words(
            language,
            "cmd.stats.spent",
            today=dollars(daily[-1].cost),
            budget="∞" if budget is None else dollars(budget),
            month=dollars(found.total.cost),
        )
    ]
    drawn = [spent.cost for spent in daily[-SHOWN:]]
    if any(drawn):
        most = dollars(max(drawn))
        lines.append(words(language, "cmd.stats.days", bars=Code(bars(drawn)), most=most))
    if found.total.unpriced:
        lines.append(words(language, "cmd.stats.unpriced", count=found.total.unpriced))
    return (*lines, *_dearest(found, language))


def _dearest(found: Report, language: str) -> list[Spans]:
    lines = [
        words(
            language,
            "cmd.stats.model",
            model=Code(clean(model, 60)),
            cost=_cost(spent, language),
            calls=spent.calls,
            tokens=f"{tokens(spent):,}",
        )
        for model, spent in found.models[:MOST]
    ]
    for target, title, spent in found.chats[:MOST]:
        name = clean(title, 60) or str(target) if target else say(language, "cmd.stats.no_chat")
        lines.append(words(language, "cmd.stats.chat", chat=name, cost=_cost(spent, language), calls=spent.calls))
    return lines


def _cost(spent: Sum, language: str) -> str:
    if not spent.unpriced:
        return dollars(spent.cost)
    if spent.unpriced == spent.calls:
        return say(language, "cmd.stats.no_price")
    return say(language, "cmd.stats.some_price", cost=dollars(spent.cost), count=spent.unpriced)
