"""Which model? Each gets the same papers; what it did is measured, and the front is what no other beats."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.costs import Costs
from bot.costs import usage_table
from bot.costs.bill import Call, Spend
from bot.costs.budget import budget
from bot.costs.compare import AT_ONCE, PURPOSE, Trial, compare, front, to_json
from bot.costs.prices import DOLLAR, Price, Prices
from bot.costs.usage_table import Allowance
from bot.models import Checks, Depth, Paper, Summary, Usage
from bot.ports import BadKey, Progress, Refused, ServerFailed, Summarizer, SummaryError, no_progress
from bot.store import Store
from bot.summaries.endpoint import free
from bot.summaries.patience import PATIENCE
from tests.samples import DAY, NOW, paper, summary

PAPERS = [paper(f"2405.{number:05}") for number in range(4)]
PRICES = Prices(known={"good": Price(Decimal(1), Decimal(1), Decimal(1))}, own={})
EACH = Usage(prompt_tokens=1000, completion_tokens=500)


@dataclass
class Model:
    """Asks as often as `calls` says for each paper; `fails` says on which papers it does."""

    model: str
    spend: Spend
    calls: int = 1
    checks: Checks = field(default_factory=lambda: Checks(statements=4, supported=4))
    fails: dict[str, SummaryError] = field(default_factory=dict)
    prompt_version: str = "1"
    asked: list[str] = field(default_factory=list)

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        self.asked.append(paper.id)
        for _ in range(self.calls):
            async with self.spend(Call(model=self.model, prompt_tokens=2000, completion_tokens=2000)) as bill:
                bill.usage, bill.measured = EACH, True
        if paper.id in self.fails:
            raise self.fails[paper.id]
        return summary(paper_id=paper.id, checks=self.checks, usage=Usage(calls=self.calls))


async def trial(spend: Spend = free, papers: Sequence[Paper] = PAPERS, **given: object) -> Trial:
    @asynccontextmanager
    async def maker(model: str, spend: Spend) -> AsyncIterator[Summarizer]:
        yield Model(model, spend, **given)  # type: ignore[arg-type] # those of Model

    [made] = await compare(
        ["good"], papers, language="en", maker=maker, spend=spend, prices=PRICES, timer=count().__next__
    )
    return made


async def test_what_a_model_did_is_measured() -> None:
    made = await trial(calls=2, checks=Checks(statements=4, supported=3, dropped=2))

    assert made.quality == 0.5  # what was dropped counts as said
    assert (made.dropped, made.retried, made.failures) == (8, 4, {})
    assert made.usage == Usage(calls=8, prompt_tokens=8000, completion_tokens=4000)
    assert made.per_paper == DOLLAR * 3 // 1000
    assert made.latency is not None
    assert made.latency > 0


async def test_a_paper_without_a_summary_counts_as_nothing_but_its_calls_do() -> None:
    made = await trial(fails={PAPERS[1].id: Refused("no")})

    assert (made.quality, made.failures) == (0.75, {"refused": 1})
    assert len(made.seconds) == 3
    assert made.usage.calls == 4


async def test_a_failure_every_paper_would_meet_ends_the_asking() -> None:
    asked: list[str] = []
    many = [paper(f"2405.{number:05}") for number in range(12)]
    made = await trial(papers=many, fails={each.id: BadKey("no") for each in many}, asked=asked)
    assert made.failures == {"bad_key": 12}
    assert made.seconds == ()
    assert made.quality == 0
    assert len(asked) <= 4
    assert made.reasons == {"bad_key": "no"}


async def test_a_server_that_is_down_is_not_asked_about_every_paper_and_what_to_do_is_said() -> None:
    asked: list[str] = []
    many = [paper(f"2405.{number:05}") for number in range(30)]
    down = ServerFailed("It cannot be reached; check OPENAI_BASE_URL.")
    made = await trial(papers=many, fails={each.id: down for each in many}, asked=asked)
    assert made.failures == {"server_failed": 30}
    assert len(asked) <= PATIENCE + AT_ONCE
    page = io.StringIO()
    Costs(page, width=100).compared([made])
    assert "good, no summary of 30 of 30 papers: It cannot be reached; check OPENAI_BASE_URL." in page.getvalue()


async def test_a_server_that_stumbles_now_and_then_is_asked_about_every_paper() -> None:
    asked: list[str] = []
    many = [paper(f"2405.{number:05}") for number in range(30)]
    made = await trial(papers=many, fails={each.id: ServerFailed("no") for each in many[::3]}, asked=asked)
    assert (len(asked), made.failures) == (30, {"server_failed": 10})


async def test_each_model_gets_the_same_papers_once_however_often_it_is_named() -> None:
    made: list[Model] = []

    @asynccontextmanager
    async def maker(model: str, spend: Spend) -> AsyncIterator[Summarizer]:
        made.append(Model(model, spend))
        yield made[-1]

    trials = await compare(
        ["good", "other", "good"], PAPERS, language="en", maker=maker, spend=free, prices=PRICES, timer=count().__next__
    )
    assert [each.model for each in trials] == ["good", "other"]
    assert [sorted(each.asked) for each in made] == [[paper.id for paper in PAPERS]] * 2
    assert trials[1].cost is None  # nobody told us


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


async def test_a_comparison_is_on_the_account_and_within_the_budget(store: Store) -> None:
    cost = DOLLAR * 15 // 10_000  # of one paper
    spend = budget(
        store.database,
        prices=PRICES,
        allowance=Allowance(day=2 * cost + DOLLAR * 4 // 1000),
        clock=lambda: NOW,
    )
    made = await trial(spend)
    assert made.failures == {"day_spent": 1}
    purposes = store.database.read(lambda conn: usage_table.by_purpose(conn, DAY, NOW.date()))
    assert [(purpose, spent.calls) for purpose, spent in purposes] == [(PURPOSE, 3)]


# ---------------------------------------------------------------- the front


def tried(model: str, quality: float, cost: int | None, seconds: float) -> Trial:
    said = Checks(statements=1000, supported=round(1000 * quality))
    return Trial(model=model, papers=1, checks=(said,), seconds=(seconds,), cost=cost)


def test_the_front_is_what_no_other_model_beats() -> None:
    trials = [
        tried("best", 0.99, 900, 9.0),
        tried("cheap", 0.9, 100, 2.0),
        tried("fast", 0.9, 200, 1.0),
        tried("beaten", 0.9, 200, 2.0),
        Trial(model="silent", papers=1, cost=0),
    ]
    assert front(trials) == {"best", "cheap", "fast"}


def test_a_model_whose_price_is_unknown_is_not_taken_for_a_cheap_one() -> None:
    trials = [tried("known", 0.9, 100, 1.0), tried("unknown", 0.9, None, 1.0), tried("worse", 0.8, None, 1.0)]
    assert front(trials) == {"known", "unknown"}


def test_models_that_are_equal_are_both_on_the_front() -> None:
    assert front([tried("a", 0.9, 100, 1.0), tried("b", 0.9, 100, 1.0)]) == {"a", "b"}


_trials = st.lists(
    st.builds(
        lambda quality, cost, seconds: (quality, cost, seconds),
        st.sampled_from([0.5, 0.8, 0.9, 1.0]),
        st.sampled_from([None, 1, 2, 3]),
        st.sampled_from([1.0, 2.0, 3.0]),
    ),
    min_size=1,
    max_size=8,
)


@given(_trials)
def test_who_is_not_on_the_front_is_beaten_by_somebody_who_is(made: list[tuple[float, int | None, float]]) -> None:
    trials = [tried(str(number), *each) for number, each in enumerate(made)]
    best = front(trials)
    assert best
    for number, (quality, cost, seconds) in enumerate(made):
        beaten = any(
            other != (quality, cost, seconds)
            and other[0] >= quality
            and (other[1] or 0) <= (cost or 0)
            and (other[1] is None) is (cost is None)
            and other[2] <= seconds
            for n, other in enumerate(made)
            if str(n) in best
        )
        assert beaten is (str(number) not in best)


def test_programs_read_what_people_see() -> None:
    told = json.loads(to_json([tried("good", 0.9, 100, 1.0), tried("other", 0.8, None, 2.0)], language="zh"))
    assert (told["schema"], told["language"]) == (1, "zh")
    good, other = told["models"]
    assert (good["model"], good["front"], good["quality"], good["cost_per_paper"]) == ("good", True, 0.9, 1e-7)
    assert (other["front"], other["cost_per_paper"], other["latency"]) == (True, None, 2.0)
