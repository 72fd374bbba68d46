"""What was spent, as the operator sees it: tables, JSON, plots; and the commands that show it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import sqlite_utils
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from adapters import charts
from adapters.costs import Costs
from bot.app import now
from bot.chats import Chats
from bot.costs import usage_table
from bot.costs.cause import Cause
from bot.costs.commands import compared
from bot.costs.compare import Trial
from bot.costs.prices import DOLLAR, PricesError
from bot.costs.report import Report, bars, report, to_json
from bot.costs.usage_table import Allowance
from bot.models import Checks, Usage
from bot.ports import UsageError, no_progress
from bot.settings import Settings, SettingsError
from bot.stats_table import Checked
from bot.store import Store
from bot.targets import Target
from tests.fakes.openai import KEY, MODEL, FakeOpenAI
from tests.samples import DAY, NOW, summary, summary_key

ROOT = Path(__file__).parent.parent
CHAT = Target("memory", "-1")
NOTHING: Mapping[str, str] = {}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


def spend(
    store: Store,
    cost: int | None,
    *,
    day: date = DAY,
    model: str = "big",
    target: Target | None = CHAT,
    paper_id: str | None = "2405.17428",
) -> None:
    """A call of 1000 and 200 tokens, 400 of them cached."""
    usage = Usage(prompt_tokens=1000, completion_tokens=200, cached_tokens=400)

    def work(db: sqlite_utils.Database) -> None:
        id_ = usage_table.reserve(
            db,
            at=NOW.replace(year=day.year, month=day.month, day=day.day),
            cause=Cause(target=target, paper_id=paper_id, purpose="brief"),
            model=model,
            most=usage,
            cost=cost,
            allowance=Allowance(),
        )
        assert isinstance(id_, int)
        usage_table.settle(db, id_, usage=usage, measured=True, cost=cost)

    store.database.write(work)


def reported(store: Store, *, days: int = 30) -> Report:
    return store.database.read(lambda conn: report(conn, today=DAY, days=days))


def shown(made: Report, *, width: int = 100) -> str:
    page = StringIO()
    Costs(page, width=width).show(made)
    return page.getvalue()


def some(store: Store) -> None:
    Chats(store, clock=lambda: NOW).ensure(CHAT, kind="group", title="Readers \x1b[31m", languages=("en",), now=NOW)
    spend(store, DOLLAR // 4)
    spend(store, DOLLAR // 8, day=DAY - timedelta(days=2), model="dear", target=Target("memory", "-2"))
    spend(store, None, model="nameless", target=None, paper_id="2405.00001")
    spend(store, DOLLAR, day=DAY - timedelta(days=30))


# ---------------------------------------------------------------- tables and JSON


def test_a_table_tells_what_each_day_model_chat_and_paper_cost(store: Store) -> None:
    some(store)
    told = shown(reported(store))
    lines = {tuple(line.split()[:2]): line for line in told.splitlines() if line.split()}

    assert "from 2026-04-19 to 2026-05-18" in told
    assert "In all: $0.3750 + unknown, 3 calls, 3,600 tokens" in told
    assert "The price of 1 of them is unknown" in told
    assert "█" * 30 in lines["2026-05-18", "$0.25"]
    assert "█" * 15 in lines["2026-05-16", "$0.1250"]
    assert "█" * 16 not in lines["2026-05-16", "$0.1250"]
    assert "$0.00" not in told  # what is unknown is not nothing
    assert ("nameless", "unknown") in lines
    assert "Readers" in told
    assert "\x1b" not in told
    assert ("no", "chat") in lines
    assert ("2405.17428", "$0.3750") in lines


def test_days_beyond_those_asked_for_are_not_counted(store: Store) -> None:
    some(store)
    assert reported(store, days=31).total.cost == DOLLAR + DOLLAR * 3 // 8
    assert reported(store, days=1).total.cost == DOLLAR // 4


def test_without_a_call_there_is_nothing_to_tell(store: Store) -> None:
    assert "No model was called." in shown(reported(store))


def test_programs_get_the_same_figures(store: Store) -> None:
    some(store)
    told = json.loads(to_json(reported(store)))

    assert (told["schema"], told["since"], told["until"]) == (1, "2026-04-19", "2026-05-18")
    assert told["total"] == {
        "calls": 3,
        "prompt_tokens": 3000,
        "cached_tokens": 1200,
        "completion_tokens": 600,
        "cost": 0.375,
        "unpriced": 1,
    }
    assert [(day["date"], day["model"], day["cost"]) for day in told["days"]] == [
        ("2026-05-16", "dear", 0.125),
        ("2026-05-18", "big", 0.25),
        ("2026-05-18", "nameless", None),
    ]
    assert [each["chat"] for each in told["chats"]] == ["memory:-1", "memory:-2", None]
    assert [each["paper"] for each in told["papers"]] == ["2405.17428", "2405.00001"]


def kept(store: Store, paper_id: str, *, calls: int, day: date = DAY, checks: Checks = Checks()) -> None:  # noqa: B008 - frozen
    store.save_summary(
        summary_key(paper_id=paper_id),
        summary(paper_id=paper_id, checks=checks, usage=Usage(calls=calls)),
        at=NOW.replace(year=day.year, month=day.month, day=day.day),
    )


def test_what_the_checks_made_of_the_summaries_is_counted(store: Store) -> None:
    kept(store, "2405.00001", calls=1, checks=Checks(statements=7, supported=7, repaired=2))
    kept(store, "2405.00002", calls=2, checks=Checks(statements=5, supported=5, dropped=3, repaired=1))
    kept(store, "2405.00003", calls=2, day=DAY - timedelta(days=30), checks=Checks(statements=99))
    kept(store, "2405.00004", calls=1)
    store.database.write(lambda db: db.execute("UPDATE summaries SET summary = '{' WHERE paper_id = '2405.00004'"))
    spend(store, DOLLAR)

    found = reported(store)
    assert found.checked == Checked(summaries=2, retried=1, statements=12, dropped=3, repaired=3)
    assert "Summaries kept: 2, asked for again: 1. Statements: 12, left out: 3, put right: 3." in shown(found)
    assert json.loads(to_json(found))["checked"]["repaired"] == 3
    assert reported(store, days=31).checked.statements == 111


def test_without_a_summary_nothing_is_said_of_checks(store: Store) -> None:
    spend(store, DOLLAR)
    assert reported(store).checked == Checked()
    assert "Summaries" not in shown(reported(store))


@given(st.lists(st.integers(0, 10**12), max_size=40))
def test_what_is_something_is_drawn_as_something_and_the_most_as_the_highest(amounts: list[int]) -> None:
    drawn = bars(amounts)
    assert len(drawn) == len(amounts)
    for amount, bar in zip(amounts, drawn, strict=True):
        assert (bar == " ") is (amount == 0)
        assert (bar == "█") is (amount > 0 and 8 * amount > 7 * max(amounts))


# ---------------------------------------------------------------- plots


def colours(path: Path) -> dict[str, int]:
    """How many pixels of each of our colours."""
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (charts.WIDTH, charts.HEIGHT))
        found = image.convert("RGB").getcolors(image.width * image.height)
    assert found
    return {f"#{red:02x}{green:02x}{blue:02x}": n for n, (red, green, blue) in found}  # type: ignore[misc] # of RGB


def plot(path: Path, *series: Sequence[float]) -> dict[str, int]:
    named = [charts.Series(f"model {number}", values) for number, values in enumerate(series)]
    charts.bars(path, title="T", labels=["05-17", "05-18"], series=named, unit=lambda value: f"${value:g}")
    return colours(path)


def test_bars_are_as_high_as_what_they_stand_for(tmp_path: Path) -> None:
    key = plot(tmp_path / "a.png", [0.0, 0.0])[charts.COLOURS[0]]
    one = plot(tmp_path / "b.png", [0.2, 0.0])[charts.COLOURS[0]] - key
    both = plot(tmp_path / "c.png", [0.2, 0.2], [0.2, 0.0])

    assert one > 1000
    assert both[charts.COLOURS[0]] - key == pytest.approx(one, rel=0.03)  # twice as many, half as high
    assert both[charts.COLOURS[1]] - key == pytest.approx(one / 2, rel=0.03)


def test_points_stand_where_their_measures_say_and_unknown_ones_beyond_the_axis(tmp_path: Path) -> None:
    path = tmp_path / "points.png"

    def drawn(*points: charts.Point) -> Image.Image:
        charts.scatter(path, title="T", points=points, x_name="x", y_name="y", x_unit=str, y_unit=str)
        with Image.open(path) as image:
            return image.convert("RGB")

    blue, orange = ((0, 114, 178), (230, 159, 0))
    image = drawn(charts.Point(name="a", x=4.0, y=100.0, marked=True), charts.Point(name="b", x=None, y=50.0))
    middle = charts.TOP + (charts.HEIGHT - charts.TOP - charts.BOTTOM) // 2
    left_of_unknown = charts.WIDTH - charts.RIGHT - charts._BEYOND
    assert image.getpixel((left_of_unknown, charts.TOP)) == blue
    assert image.getpixel((round(left_of_unknown + 0.7 * charts._BEYOND), middle)) == orange
    image = drawn(charts.Point(name="a", x=0.0, y=0.0))
    assert image.getpixel((charts.LEFT, charts.HEIGHT - charts.BOTTOM)) == blue


@pytest.mark.parametrize("values", [[], [0.0], [1e-9, 1e9]])
def test_any_values_can_be_drawn(tmp_path: Path, values: list[float]) -> None:
    path = tmp_path / "any.png"
    labels = [str(value) for value in values]
    charts.bars(path, title="模型", labels=labels, series=[charts.Series("м" * 99, values)] * 40, unit=str)
    assert colours(path)


def test_a_plot_is_a_png_in_a_folder_that_is_there(store: Store, tmp_path: Path) -> None:
    some(store)
    made = reported(store)
    with pytest.raises(UsageError, match=r"\.png"):
        Costs.plot(tmp_path / "costs.svg", made)
    with pytest.raises(UsageError, match="There is no folder"):
        Costs.plot(tmp_path / "none" / "costs.png", made)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(charts.NotDrawn, match="cannot be written"):
        Costs.plot(tmp_path / "folder.png", made)
    Costs.plot(tmp_path / "costs.png", made)
    assert {charts.COLOURS[0], charts.COLOURS[1]} <= set(colours(tmp_path / "costs.png"))


def test_the_front_is_marked_in_table_and_plot(tmp_path: Path) -> None:
    said = Checks(statements=10, supported=9, dropped=0)
    trials = [
        Trial(model="good \x1b[0m", papers=1, checks=(said,), seconds=(1.0,), cost=DOLLAR // 100),
        Trial(model="worse", papers=1, checks=(said,), seconds=(2.0,), cost=DOLLAR // 50),
        Trial(model="mute", papers=1),
    ]
    page = StringIO()
    Costs(page, width=100).compared(trials)
    lines = {
        name: line for line in page.getvalue().splitlines() for name in ("good", "worse", "mute") if name in line[:12]
    }

    assert lines["good"].split()[0] == "*"
    assert lines["worse"].split()[0] == "worse"
    assert "90.0%" in lines["good"]
    assert "$0.01" in lines["good"]
    assert "unknown" in lines["mute"]
    assert "1 of 1" in lines["mute"]
    assert "\x1b" not in page.getvalue()
    Costs.plot_compared(tmp_path / "models.png", trials)
    assert set(charts.COLOURS[:3]) <= set(colours(tmp_path / "models.png"))


# ---------------------------------------------------------------- commands


def run(folder: Path, *args: str, code: int = 0, env: Mapping[str, str] = NOTHING) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    given = {**keep, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1", "COLUMNS": "100", **env}
    command = [sys.executable, "-m", "bot", *args]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=given, timeout=60, check=False)  # noqa: S603 - our own interpreter
    assert done.returncode == code, done.stderr
    return done


def test_models_are_compared_and_what_that_cost_is_shown(tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"models": {MODEL: {"prompt": 1, "completion": 4}}}), encoding="utf-8")
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "PAPERBOY_PRICES": str(prices)}
        args = ("compare-models", MODEL, "none-such", "--papers", "2", "--language", "en", "--plot", "models.png")
        compared = json.loads(run(tmp_path, *args, "--format", "json", env=env).stdout)
        asked = len(server.calls)
    good, missing = compared["models"]
    assert (good["front"], good["summaries"], good["failures"]) == (True, 2, {})
    assert good["quality"] > 0.5
    assert good["cost_per_paper"] > 0
    assert missing["failures"] == {"unknown_model": 2}
    assert missing["cost_per_paper"] is None
    assert colours(tmp_path / "models.png")

    spent = json.loads(run(tmp_path, "costs", "--format", "json", "--plot", "costs.png").stdout)
    assert spent["total"]["calls"] == asked
    assert spent["until"] == str(now().date())
    assert spent["total"]["cost"] == pytest.approx(2 * good["cost_per_paper"], rel=1e-6)
    assert [each["purpose"] for each in spent["purposes"]] == ["compare"]
    assert colours(tmp_path / "costs.png")
    assert f"{MODEL} " in run(tmp_path, "costs").stdout


async def test_what_is_wrong_is_said_before_a_model_is_asked(tmp_path: Path) -> None:
    async def attempt(**given: object) -> None:
        with FakeOpenAI() as server:
            base = {"OPENAI_BASE_URL": server.base_url, "PAPERBOY_DB": tmp_path / "paperboy.db"}
            settings = Settings.read(_env_file=None, **{**base, **given})
            try:
                await compared(settings, ["m"], papers=1, stored=True, language="en", progress=no_progress)
            finally:
                assert server.calls == []

    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        await attempt(OPENAI_BASE_URL=None)
    with pytest.raises(PricesError, match="PAPERBOY_PRICES"):
        await attempt(PAPERBOY_PRICES=tmp_path / "none.json")
    with pytest.raises(UsageError, match="--stored"):
        await attempt()


def test_a_plot_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert ".png" in run(tmp_path, "costs", "--plot", "costs.jpg", code=2).stderr


@pytest.mark.parametrize(("plot", "said"), [("models.jpg", ".png"), ("none/models.png", "There is no folder 'none'")])
def test_a_plot_that_cannot_be_is_refused_before_a_model_is_paid(tmp_path: Path, plot: str, said: str) -> None:
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
        done = run(tmp_path, "compare-models", MODEL, "--papers", "1", "--plot", plot, env=env, code=2)
        assert server.calls == []
    assert said in done.stderr


def test_a_plot_that_fails_takes_no_figures_along(tmp_path: Path) -> None:
    (tmp_path / "models.png").mkdir()
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
        done = run(tmp_path, "compare-models", MODEL, "--papers", "1", "--plot", "models.png", env=env, code=1)
    assert MODEL in done.stdout
    assert "models.png cannot be written" in done.stderr
