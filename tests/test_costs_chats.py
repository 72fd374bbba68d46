"""What a chat causes is on its account: its digests, its samples, what people ask there; and the operator is told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import Memory
from bot.costs.bill import Call
from bot.costs.budget import budget
from bot.costs.cause import cause
from bot.costs.prices import DOLLAR, read
from bot.costs.usage_table import Allowance
from bot.models import Usage
from bot.topics.catalogue import topic
from tests.fakes.desk import GROUP, front
from tests.fakes.newsroom import HALL, NO_QUIET, ROOM, TUESDAY, World, announced
from tests.fakes.summarizers import FakeSummarizer
from tests.fakes.virtual_time import virtually
from tests.fakes.whole_bot import WholeBot

EACH = Usage(prompt_tokens=1_000_000)  # 40 cents


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    model = FakeSummarizer(call=Call(model="gpt-4.1-mini", prompt_tokens=1_000_000), usage=EACH)
    made = World(tmp_path / "paperboy.db", model=model)
    made.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    limits = Allowance(calls=99, day=DOLLAR, chat=DOLLAR // 2)
    model.spend = budget(made.store.database, prices=read(), allowance=limits, clock=made.clock)
    yield made
    made.close()


def play(world: World, scene: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with world.start():
            await world.engine.look()
            await scene()
            await asyncio.sleep(60)

    virtually(run())


def account(world: World) -> list[tuple[str, str, str, int]]:
    """Chat, paper, purpose, cents of each call."""

    def work(conn: Any) -> list[tuple[str, str, str, int]]:  # noqa: ANN401 - a connection
        rows = conn.execute("SELECT chat_id, paper_id, purpose, cost FROM usage ORDER BY id").fetchall()
        return [(row["chat_id"], row["paper_id"], row["purpose"], 100 * row["cost"] // DOLLAR) for row in rows]

    return world.store.database.read(work)


def test_a_digest_is_on_the_account_of_the_chat_that_gets_it_first(world: World) -> None:
    async def scene() -> None:
        for target in (ROOM, HALL):
            harvest = await asyncio.to_thread(world.harvester.of, world.add(target, NO_QUIET))
            assert await world.press.post(harvest, period="2026-05-19T00:00:00+00:00")

    play(world, scene)
    assert account(world) == [("room", "2605.00001", "brief", 40)]


def test_a_digest_beyond_a_chats_budget_says_so_and_names_no_money(world: World) -> None:
    world.arxiv.days[TUESDAY].append(announced("2605.00002", TUESDAY))

    async def scene() -> None:
        harvest = await asyncio.to_thread(world.harvester.of, world.add(ROOM, NO_QUIET))
        await world.press.post(harvest, period="2026-05-19T00:00:00+00:00")

    play(world, scene)
    assert len(account(world)) == 1
    said = world.texts()
    assert "What this chat may use in a day is used up; until 00:00 UTC" in said
    assert "$" not in said


def test_a_sample_is_on_the_account_of_the_chat_that_looks_at_it(world: World) -> None:
    async def scene() -> None:
        await world.press.preview(world.add(HALL, NO_QUIET), [topic("LLM")], limit=1)

    play(world, scene)
    assert account(world) == [("hall", "2605.00001", "brief", 40)]


async def test_what_people_ask_is_on_the_account_of_the_chat_they_ask_in(tmp_path: Path) -> None:
    caused = []

    async def look() -> None:
        caused.append(cause().target)

    with front(tmp_path) as at:
        at.reading.wait = look
        await at.say("/summarize 2405.17428", kind="group")
    assert caused == [GROUP]
    assert cause().target is None


async def test_the_operator_hears_what_a_day_may_cost_only_where_there_is_a_model(tmp_path: Path) -> None:
    for model, lines in ((FakeSummarizer(), 1), (None, 0)):
        bot = WholeBot(tmp_path, makers=[lambda marks, clock: Memory()], model=model)
        async with bot.open():
            said = [
                line for line in bot.said_to_operator if line.startswith("Models may cost $1.00 a day and 1000 calls")
            ]
        assert len(said) == lines
