"""The top papers of a digest, said in depth: one call each, no digest is later for it, brief ones where it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.memory import Memory
from bot.costs.bill import Call
from bot.costs.budget import budget
from bot.costs.prices import Price, Prices
from bot.costs.usage_table import Allowance
from bot.models import Depth, Paper, Summary, SummaryPart, Takeaway, Usage
from bot.platforms import MessageRef, Part
from bot.ports import BadAnswer, Progress, ServerFailed, SummaryError, no_progress
from bot.store import Store
from bot.summaries.top import Top
from bot.targets import Chat, Settings, Target
from tests.fakes.newsroom import HALL, NO_QUIET, ROOM, TUESDAY, World, announced
from tests.fakes.summarizers import FakeSummarizer, service
from tests.fakes.virtual_time import virtually

FIRST, SECOND, THIRD = "2605.00003", "2605.00002", "2605.00001"  # of the same rank: the latest comes first
DEEP = SummaryPart("method", (Takeaway("It reads the whole paper.", "It does.", "3 Method"),))


@dataclass
class Reader(FakeSummarizer):
    """Takes so many seconds for a depth, or fails; remembers what it was asked for, and says the depth."""

    seconds: dict[Depth, float] = field(default_factory=dict)
    wrong: dict[Depth, SummaryError] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        most = Call(model="big", prompt_tokens=14_000 if depth == "deep" else 1_500, completion_tokens=0)
        async with self.spend(most) as bill:
            bill.usage, bill.measured = Usage(prompt_tokens=most.prompt_tokens), True
            self.calls.append((paper.id, depth, language))
            await asyncio.sleep(self.seconds.get(depth, 0))
        if depth in self.wrong:
            raise self.wrong[depth]
        made = await FakeSummarizer().summarize(paper, language=language, depth=depth)
        parts = (DEEP,) if depth == "deep" else ()
        statements = DEEP.statements if depth == "deep" else made.takeaways
        return replace(made, tldr=f"{depth} of {paper.id}", parts=parts, takeaways=statements)


@dataclass
class Edited(Memory):
    """Counts edits."""

    edits: int = 0

    async def edit(self, ref: MessageRef, part: Part) -> None:
        await super().edit(ref, part)
        self.edits += 1


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "paperboy.db", memory=Edited(), model=Reader(), deep_top=1)
    made.arxiv.days[TUESDAY] = [announced(id_, TUESDAY) for id_ in (FIRST, SECOND, THIRD)]
    yield made
    made.close()


def reader(world: World) -> Reader:
    assert isinstance(world.model, Reader)
    return world.model


def play(world: World, scene: Callable[[World], Awaitable[None]], *, rest: float = 3600) -> None:
    async def run() -> None:
        async with world.start():
            await world.engine.look()
            await scene(world)
            await asyncio.sleep(rest)

    virtually(run())


async def post(world: World, target: Target = ROOM, settings: Settings = NO_QUIET, **given: object) -> float:
    """The digest is made and sent; how many seconds it took."""
    began = asyncio.get_running_loop().time()
    chat: Chat = world.add(target, settings, **given)  # type: ignore[arg-type] # arguments of it
    harvest = await asyncio.to_thread(world.harvester.of, chat)
    await world.press.post(harvest, period="2026-05-19T00:00:00+00:00")
    took = asyncio.get_running_loop().time() - began
    await asyncio.sleep(30)
    return took


def test_the_top_paper_is_said_in_depth_and_each_paper_costs_one_call(world: World) -> None:
    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert sorted(reader(world).calls) == [(THIRD, "brief", "en"), (SECOND, "brief", "en"), (FIRST, "deep", "en")]
    assert f"deep of {FIRST}" in world.texts()
    assert f"brief of {SECOND}" in world.texts()
    assert "It reads the whole paper." in world.texts()


@pytest.mark.parametrize(("top", "deep"), [(0, 0), (2, 2), (50, 3)])
def test_as_many_as_the_operator_says(world: World, top: int, deep: int) -> None:
    world.deep_top = top

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert [depth for _, depth, _ in reader(world).calls].count("deep") == deep
    assert len(reader(world).calls) == 3


def test_where_the_deep_one_fails_there_is_a_brief_one(world: World) -> None:
    reader(world).wrong["deep"] = ServerFailed("down")

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert f"brief of {FIRST}" in world.texts()
    assert len(reader(world).calls) == 4
    assert "from the abstract" not in world.texts()


def test_where_both_fail_the_papers_own_sentences_stand_in(world: World) -> None:
    reader(world).wrong = {"deep": ServerFailed("down"), "brief": ServerFailed("down")}

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert world.texts().count("from the abstract") == 3


def test_a_late_one_is_said_in_brief_and_the_digest_waits_no_longer_than_ever(world: World) -> None:
    reader(world).seconds["deep"] = 2000
    took: list[float] = []

    async def scene(world: World) -> None:
        took.append(await post(world))
        assert f"brief of {FIRST}" in world.texts()
        assert (len(reader(world).calls), memory(world).edits) == (4, 0)
        await asyncio.sleep(2000)
        assert f"deep of {FIRST}" in world.texts()
        assert f"brief of {FIRST}" not in world.texts()

    play(world, scene)
    assert took == [pytest.approx(600, abs=1)]
    assert (len(reader(world).calls), memory(world).edits) == (4, 1)


def memory(world: World) -> Edited:
    assert isinstance(world.memory, Edited)
    return world.memory


def test_one_that_is_late_but_there_in_time_is_what_is_said(world: World) -> None:
    reader(world).seconds["deep"] = 300
    took: list[float] = []

    async def scene(world: World) -> None:
        took.append(await post(world))

    play(world, scene)
    assert took == [pytest.approx(300, abs=1)]
    assert f"deep of {FIRST}" in world.texts()
    assert memory(world).edits == 0


def test_where_it_is_late_and_fails_the_brief_one_is_not_asked_for_again(world: World) -> None:
    reader(world).seconds["deep"] = 300
    reader(world).wrong = {"deep": BadAnswer("no"), "brief": BadAnswer("no")}

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert [depth for id_, depth, _ in reader(world).calls if id_ == FIRST] == ["deep", "brief"]


def test_where_nothing_is_there_in_time_sentences_go_and_the_deep_one_is_edited_in(world: World) -> None:
    reader(world).seconds = {"deep": 2000, "brief": 2000}

    async def scene(world: World) -> None:
        await post(world)
        assert world.texts().count("from the abstract") == 3

    play(world, scene)
    assert f"deep of {FIRST}" in world.texts()
    assert f"brief of {SECOND}" in world.texts()
    assert "from the abstract" not in world.texts()


def test_a_budget_that_has_no_room_for_a_deep_one_still_pays_brief_ones(world: World) -> None:
    prices = Prices(known={"big": Price(Decimal(1), Decimal(1), Decimal(1))}, own={})
    allowed = Allowance(day=prices.known["big"].of(Usage(prompt_tokens=5_000)))
    reader(world).spend = budget(world.store.database, prices=prices, allowance=allowed, clock=world.clock)

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert {depth for _, depth, _ in reader(world).calls} == {"brief"}
    assert f"brief of {FIRST}" in world.texts()
    assert "budget" not in world.texts()


def test_chats_share_what_is_there_in_depth_whatever_place_it_has_for_them(world: World) -> None:
    async def scene(world: World) -> None:
        await post(world)
        world.arxiv.days[TUESDAY].append(announced("2605.00004", TUESDAY))
        await asyncio.sleep(120)
        await world.engine.look()
        await post(world, HALL)

    play(world, scene)
    assert len(reader(world).calls) == 4
    assert reader(world).calls[-1] == ("2605.00004", "deep", "en")
    assert f"deep of {FIRST}" in world.texts(HALL)


def test_who_comes_while_it_is_made_waits_for_it_and_pays_nothing(world: World) -> None:
    reader(world).seconds["deep"] = 20

    async def scene(world: World) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(post(world))
            await asyncio.sleep(5)
            group.create_task(post(world, HALL, replace(NO_QUIET, layout="titles")))

    play(world, scene)
    assert sorted(reader(world).calls) == [(THIRD, "brief", "en"), (SECOND, "brief", "en"), (FIRST, "deep", "en")]


def test_titles_need_no_depth_and_a_second_language_neither(world: World) -> None:
    async def scene(world: World) -> None:
        await post(world, ROOM, replace(NO_QUIET, layout="titles"))
        await post(world, HALL, replace(NO_QUIET, languages=("zh", "ru")))

    play(world, scene)
    asked = [(depth, language) for id_, depth, language in reader(world).calls if id_ == FIRST]
    assert sorted(asked) == [("brief", "en"), ("brief", "ru"), ("deep", "zh")]


def test_who_asks_for_a_digest_now_gets_brief_ones(world: World) -> None:
    async def scene(world: World) -> None:
        chat = world.add(ROOM)
        assert await world.press.post_now(chat, period="ask:1") == 3

    play(world, scene)
    assert {depth for _, depth, _ in reader(world).calls} == {"brief"}


async def test_who_may_not_use_the_model_is_given_what_is_there_and_costs_nothing(tmp_path: Path) -> None:
    model, of = Reader(), [announced(id_, TUESDAY).paper for id_ in (FIRST, SECOND, THIRD)]
    with Store(tmp_path / "paperboy.db") as store:
        await service(store, model).brief(of[:2], language="en", top=Top({FIRST}))
        made = await service(store, model, asks=False).brief(of, language="en", top=Top({FIRST, SECOND, THIRD}))
    assert [each.tldr.split()[0] for each in made.summaries.values()] == ["deep", "brief", "A"]
    assert [note.key for note in made.notes] == ["not_allowed"]
    assert len(model.calls) == 2


def test_who_is_stopped_leaves_nothing_behind(world: World, caplog: pytest.LogCaptureFixture) -> None:
    reader(world).seconds["deep"] = 5000

    async def scene(world: World) -> None:
        await post(world)
        await asyncio.sleep(timedelta(minutes=5).total_seconds())

    play(world, scene, rest=0)
    assert "never retrieved" not in caplog.text
    assert f"brief of {FIRST}" in world.texts()
