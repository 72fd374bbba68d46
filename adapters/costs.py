"""What models cost, for the operator: tables and bars in the terminal, plots as PNG.

Names of models and chats come from outside: nothing of them reaches the terminal but visible characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters import charts
from adapters.console_lines import visible
from bot.costs.compare import Trial, front
from bot.costs.prices import DOLLAR, dollars
from bot.costs.report import Report, plus, priced, tokens
from bot.costs.usage_table import Sum
from bot.ports import UsageError
from bot.stats_table import Checked

WIDEST = 100
_BAR = 30
"""Columns of the longest bar."""

_MOST_ROWS = 15


class Costs:
    """Where costs are shown."""

    def __init__(self, stream: IO[str] | None = None, *, width: int | None = None) -> None:
        self._rich = Console(file=stream, width=width, markup=False, emoji=False, highlight=False)
        if width is None and (not self._rich.is_terminal or self._rich.width > WIDEST):
            self._rich.width = WIDEST

    def show(self, report: Report) -> None:
        """Day by day, then by model, purpose, chat and paper."""
        print_ = self._rich.print
        print_(Text(f"What models cost from {report.since} to {report.until} (UTC)", style="bold"))
        if not report.total.calls:
            print_(Text("No model was called."))
            return
        print_(Text(f"In all: {priced(report.total)}, {_calls(report.total)}, {tokens(report.total):,} tokens"))
        if report.total.unpriced:
            print_(
                Text(
                    f"The price of {report.total.unpriced} of them is unknown, which is not nothing: "
                    "PAPERBOY_PRICES may tell it."
                )
            )
        if report.checked.summaries:
            print_(Text(_checked(report.checked)))
        print_(_days(report))
        self._table("Model", [(model, spent) for model, spent in report.models])
        self._table("Purpose", [(purpose or "-", spent) for purpose, spent in report.purposes])
        named = [
            (f"{title} ({target})" if title else str(target) if target else "no chat", spent)
            for target, title, spent in report.chats
        ]
        self._table("Chat", named)
        self._table("Paper", list(report.papers))

    def compared(self, trials: Sequence[Trial]) -> None:
        """One line a model; `*` is the Pareto front."""
        table = _table("", "Model", "Quality", "Dropped", "Retried", "Failed", "A paper", "Seconds", "Tokens")
        best = front(trials)
        for trial in trials:
            a_paper = (trial.usage.prompt_tokens + trial.usage.completion_tokens) // max(1, trial.papers)
            table.add_row(
                "*" if trial.model in best else "",
                Text(visible(trial.model)),
                f"{trial.quality:.1%}",
                str(trial.dropped),
                str(trial.retried),
                f"{trial.papers - len(trial.seconds)} of {trial.papers}",
                "unknown" if trial.per_paper is None else dollars(trial.per_paper),
                "-" if trial.latency is None else f"{trial.latency:.1f}",
                f"{a_paper:,}",
                style="bold" if trial.model in best else None,
            )
        self._rich.print(table)
        for trial in trials:
            for reason, count in trial.failures.most_common():
                why = trial.reasons.get(reason, reason)
                self._rich.print(Text(f"{visible(trial.model)}, no summary of {count} of {trial.papers} papers: {why}"))
        self._rich.print(
            Text(
                "* no other model is at least as good in quality, money and time, and better in one. "
                "Quality: the share of what was said that the paper supports."
            )
        )

    @staticmethod
    def check(path: Path) -> None:
        """Whether a plot may be written there, as far as that can be known before. Raises UsageError."""
        if path.suffix.lower() != ".png":
            raise UsageError(f"Plots are PNG files: name one that ends in .png, not {path.name!r}.")
        if not path.parent.is_dir():
            raise UsageError(f"There is no folder {str(path.parent)!r} for the plot. Make it first, or name another.")

    @staticmethod
    def plot(path: Path, report: Report) -> None:
        """Write days as bars, a colour a model. Raises UsageError, NotDrawn."""
        Costs.check(path)
        daily: defaultdict[str, dict[date, float]] = defaultdict(dict)
        for day, model, spent in report.days:
            daily[model][day] = spent.cost / DOLLAR
        days = [day for day, _ in report.daily()]
        shown = [model for model, _ in report.models]
        charts.bars(
            path,
            title=f"What models cost, US dollars a day: {priced(report.total)} in all",
            labels=[f"{day:%m-%d}" for day in days],
            series=[charts.Series(model, [daily[model].get(day, 0.0) for day in days]) for model in shown],
            unit=_unit,
        )

    @staticmethod
    def plot_compared(path: Path, trials: Sequence[Trial]) -> None:
        """Write models as points. Raises UsageError, NotDrawn."""
        Costs.check(path)
        best = front(trials)
        points = [
            charts.Point(
                name=f"{trial.model}, " + ("no summary" if trial.latency is None else f"{trial.latency:.1f} s"),
                x=None if trial.per_paper is None else trial.per_paper / DOLLAR,
                y=100 * trial.quality,
                marked=trial.model in best,
            )
            for trial in trials
        ]
        charts.scatter(
            path,
            title="Which model? * and the line: the Pareto front",
            points=points,
            x_name="US dollars a paper",
            y_name="% of what was said that the paper supports",
            x_unit=_unit,
            y_unit=lambda value: f"{value:g}",
        )

    def _table(self, name: str, rows: Sequence[tuple[str, Sum]]) -> None:
        table = _table(name, "Cost", "Calls", "Prompt", "of it cached", "Answers")
        for said, spent in rows[:_MOST_ROWS]:
            table.add_row(
                Text(visible(said)),
                priced(spent),
                f"{spent.calls:,}",
                f"{spent.prompt_tokens:,}",
                f"{spent.cached_tokens:,}",
                f"{spent.completion_tokens:,}",
            )
        if (more := rows[_MOST_ROWS:]) and name != "Paper":
            others = Sum()
            for _, spent in more:
                others = plus(others, spent)
            table.add_row(f"{len(more)} more", priced(others), f"{others.calls:,}")
        if rows:
            self._rich.print(table)


def _days(report: Report) -> Table:
    table = _table("Day", "Cost", "Calls")
    table.add_column("")
    daily = report.daily()
    most = max((spent.cost for _, spent in daily), default=0)
    for day, spent in daily:
        if spent.calls:
            bar = "█" * -(-spent.cost * _BAR // most) if most else ""
            table.add_row(str(day), priced(spent), f"{spent.calls:,}", Text(bar, style="cyan"))
    return table


def _table(*names: str) -> Table:
    """The first column that has a name holds text, the others numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    first = next(name for name in names if name)
    for name in names:
        if name in {"", first}:
            table.add_column(name, overflow="ellipsis", no_wrap=True)
        else:
            table.add_column(name, justify="right", no_wrap=True)
    return table


def _checked(found: Checked) -> str:
    return (
        f"Summaries kept: {found.summaries}, asked for again: {found.retried}. "
        f"Statements: {found.statements}, left out: {found.dropped}, put right: {found.repaired}."
    )


def _calls(spent: Sum) -> str:
    return f"{spent.calls:,} call{'' if spent.calls == 1 else 's'}"


def _unit(value: float) -> str:
    return f"${value:,.4f}".rstrip("0").rstrip(".")


create = Costs
"""The factory."""
