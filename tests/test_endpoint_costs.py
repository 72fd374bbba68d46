"""What a model call is counted as: what the server counted; else our estimate; nothing where it did nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.costs.bill import Bill, Call
from bot.models import Usage
from bot.ports import BudgetSpent, SummaryError
from tests.fakes import openai_answers as answers
from tests.fakes.openai import MODEL, FakeOpenAI
from tests.fakes.openai_answers import Fault, Json
from tests.fakes.summarizing import PAPER, summarizer
from tests.fakes.wire import Reply


class Account:
    """Every call and its bill."""

    def __init__(self) -> None:
        self.kept: list[tuple[Call, Bill]] = []

    @asynccontextmanager
    async def __call__(self, call: Call) -> AsyncIterator[Bill]:
        bill = Bill()
        self.kept.append((call, bill))
        yield bill

    @property
    def bills(self) -> list[Bill]:
        return [bill for _, bill in self.kept]


async def ask(server: FakeOpenAI, *, deadline: float = 10) -> Account:
    """Summarize once, whatever comes of it."""
    account = Account()
    async with summarizer(server, pays=account, deadline=deadline) as model:
        try:
            await model.summarize(PAPER, language="en")
        except SummaryError:
            return account
    return account


def counted(**usage: object) -> Fault:
    """The good answer with another count."""
    return lambda good: Reply(body=json.dumps({**good, "usage": usage}).encode())


def uncounted(good: Json) -> Reply:
    return Reply(body=json.dumps({name: value for name, value in good.items() if name != "usage"}).encode())


async def test_a_call_is_what_the_server_counted() -> None:
    with FakeOpenAI() as server:
        server.faults.append(
            counted(prompt_tokens=900, completion_tokens=80, prompt_tokens_details={"cached_tokens": 640})
        )
        account = await ask(server)
    [(call, bill)] = account.kept

    assert bill == Bill(Usage(prompt_tokens=900, completion_tokens=80, cached_tokens=640), measured=True)
    assert call.model == MODEL


async def test_what_was_reserved_is_no_less_than_what_was_counted() -> None:
    with FakeOpenAI() as server:
        [(call, bill)] = (await ask(server)).kept
    assert bill.usage is not None
    assert call.prompt_tokens >= bill.usage.prompt_tokens > 0
    assert call.completion_tokens >= bill.usage.completion_tokens > 0


@pytest.mark.parametrize(
    ("usage", "cached"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 6}, 6),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 99}}, 9),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": None}, 0),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": "6"}}, 0),
    ],
)
async def test_cached_tokens_are_read_by_either_name_and_are_part_of_the_prompt(usage: Json, cached: int) -> None:
    with FakeOpenAI() as server:
        server.faults.append(counted(**usage))
        [bill] = (await ask(server)).bills
    assert bill.usage is not None
    assert bill.usage.cached_tokens == cached


@pytest.mark.parametrize("fault", [uncounted, counted(), counted(prompt_tokens=-4, completion_tokens="many")])
async def test_a_server_that_does_not_count_is_estimated(fault: Fault) -> None:
    with FakeOpenAI() as server:
        server.faults.append(fault)
        [(call, bill)] = (await ask(server)).kept
    assert bill.usage is not None
    assert not bill.measured
    assert bill.usage.prompt_tokens == call.prompt_tokens > 0
    assert 0 < bill.usage.completion_tokens < call.completion_tokens


@pytest.mark.parametrize(
    "fault", [answers.bad_key, answers.no_model, answers.no_quota, answers.html, answers.inspection]
)
async def test_an_error_costs_nothing(fault: Fault) -> None:
    with FakeOpenAI() as server:
        server.faults.append(fault)
        [bill] = (await ask(server)).bills[:1]
    assert bill == Bill(Usage(), measured=True)


async def test_an_answer_we_did_not_get_whole_may_have_cost_all() -> None:
    with FakeOpenAI() as server:
        server.faults.append(answers.hangs_up)
        first = (await ask(server)).bills[0]
        server.faults.append(answers.hang)
        hung = (await ask(server, deadline=0.3)).bills[0]
    assert (first.usage, hung.usage) == (None, None)


async def test_a_server_that_is_not_there_costs_nothing() -> None:
    with FakeOpenAI() as server:
        gone = server
    bills = (await ask(gone)).bills
    assert bills
    assert all(bill == Bill(Usage(), measured=True) for bill in bills)


async def test_every_attempt_is_paid_for() -> None:
    with FakeOpenAI() as server:
        server.faults += [answers.length, answers.invented_number]
        account = await ask(server)
        assert len(account.kept) == len(server.calls) == 3
    assert all(bill.usage and bill.usage.prompt_tokens for bill in account.bills)
    first, second, _ = (call for call, _ in account.kept)
    assert second.completion_tokens == 3 * first.completion_tokens  # a longer answer is reserved as such


async def test_without_a_budget_the_server_hears_nothing() -> None:
    @asynccontextmanager
    async def broke(call: Call) -> AsyncIterator[Bill]:
        raise BudgetSpent("no", of="day")
        yield Bill()

    with FakeOpenAI() as server:
        async with summarizer(server, pays=broke) as model:
            with pytest.raises(BudgetSpent):
                await model.summarize(PAPER, language="en")
        assert server.calls == []
