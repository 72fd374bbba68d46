"""What `paperboy costs` and `paperboy compare-models` are made of."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC

from bot.app import now
from bot.bundle import bundled
from bot.costs.budget import allowance, budget
from bot.costs.compare import Trial, compare
from bot.costs.prices import read
from bot.costs.report import Report, report
from bot.models import Listed, Paper
from bot.ports import Progress, UsageError
from bot.settings import Settings, SettingsError
from bot.store import Store


def spent(settings: Settings, *, days: int) -> Report:
    """Of the last `days` days. Raises StoreError."""
    today = now().astimezone(UTC).date()
    with Store(settings.db) as store:
        return store.database.read(lambda conn: report(conn, today=today, days=days))


async def compared(
    settings: Settings, models: Sequence[str], *, papers: int, stored: bool, language: str, progress: Progress
) -> list[Trial]:
    """The same papers through each model. Raises SettingsError, PricesError, StoreError, UsageError."""
    if not settings.has_model:
        raise SettingsError("There is no model server to ask: set OPENAI_API_KEY, or OPENAI_BASE_URL.")
    from bot.summaries.llm import create  # noqa: PLC0415 - heavy, and not needed to say what is wrong

    prices = read(settings.prices)
    with Store(settings.db) as store:
        given = _papers(_announced(store) if stored else bundled(), most=papers)
        return await compare(
            models,
            given,
            language=language,
            maker=lambda model, spend: create(settings.model_copy(update={"model": model}), spend),
            spend=budget(store.database, prices=prices, allowance=allowance(settings), clock=now),
            prices=prices,
            timer=time.monotonic,
            progress=progress,
        )


def _announced(store: Store) -> Sequence[Listed]:
    days = store.days()
    found = store.announced(days[0]) if days else []
    if not found:
        raise UsageError("No announcement is stored yet. Leave out --stored, and the bundled papers are taken.")
    return found


def _papers(listed: Sequence[Listed], *, most: int) -> list[Paper]:
    """The first ones that have something to summarize, each once."""
    unique = {each.paper.id: each.paper for each in listed if each.paper.abstract.strip()}
    return list(unique.values())[:most]
