"""The engine when things go wrong: one chat's trouble is its own, and every chat gets exactly one digest a period."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import Fault, Memory
from bot.document import Document
from bot.engine import AT_ONCE
from bot.lookout import LATE_PAPERS
from bot.platforms import Part, RetryLater
from bot.targets import At, Chat, Settings, State, Target
from tests.fakes.newsroom import HALL, MONDAY, NO_QUIET, ROOM, TUESDAY, WEDNESDAY, World, announced
from tests.fakes.virtual_time import EPOCH, virtually

FRIDAY, SATURDAY = date(2026, 5, 22), date(2026, 5, 23)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "paperboy.db")
    yield made
    made.close()


def play(world: World, scene: Callable[[World], Awaitable[None]]) -> None:
    async def run() -> None:
        async with world.start():
            await scene(world)
            await asyncio.sleep(30)

    virtually(run())


async def ticks(world: World, *, until: datetime, every: timedelta = timedelta(minutes=5)) -> None:
    """The program's ticks until then, and nothing else happens."""
    while world.clock() < until:
        await world.engine.look()
        await world.engine.issue()
        await world.engine.mend_clock()
        await asyncio.sleep(every.total_seconds())


async def once(world: World) -> None:
    await world.engine.look()
    await world.engine.issue()


def at(hour: int, minute: int = 0, *, zone: str | None = None) -> Settings:
    """An hour of every day, with a line on empty days, so that every period shows."""
    return Settings(quiet=None, schedule=At(times=(time(hour, minute),)), zone=zone, say_empty=True)


# ---------------------------------------------------------------- one chat's trouble is its own


def test_a_chat_that_is_told_to_wait_delays_no_other(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    rooms = [Target("memory", f"room {n}") for n in range(20)]
    for room in rooms:
        world.add(room)
    world.memory.faults.append(Fault(RetryLater(600), rooms[7]))

    async def scene(world: World) -> None:
        await once(world)
        await asyncio.sleep(60)
        assert [len(world.memory.texts(room)) for room in rooms] == [1] * 7 + [0] + [1] * 12
        await asyncio.sleep(600)

    play(world, scene)
    assert [len(world.memory.texts(room)) for room in rooms] == [1] * 20


def test_answers_to_people_go_ahead_of_all_digests(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    for number in range(100):
        world.add(Target("memory", f"room {number}"))

    async def scene(world: World) -> None:
        await once(world)
        assert len(world.memory.arrived) < 100
        asked = asyncio.get_running_loop().time()
        async with world.engine.turn(Target("memory", "somebody"), "private"):
            assert asyncio.get_running_loop().time() - asked < 1.5

    play(world, scene)
    assert len(world.memory.arrived) == 100


@dataclass
class Picky(Memory):
    """Cannot render for some chats: a bug of an adapter."""

    cannot: set[Target] = field(default_factory=set)

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        if chat.target in self.cannot:
            raise ValueError("a bug")
        return super().render(document, chat=chat, about=about)


def test_a_digest_that_cannot_be_made_stops_no_other_and_is_tried_again(world: World) -> None:
    world.memory = memory = Picky(cannot={HALL})
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(HALL)
    world.add(ROOM)

    async def scene(world: World) -> None:
        await once(world)
        await asyncio.sleep(10)
        assert (len(memory.texts(ROOM)), len(memory.texts(HALL))) == (1, 0)
        memory.cannot.clear()
        await world.engine.issue()  # it rests
        await asyncio.sleep(10)
        assert memory.texts(HALL) == []
        await asyncio.sleep(300)
        await world.engine.issue()

    play(world, scene)
    assert (len(memory.texts(ROOM)), len(memory.texts(HALL))) == (1, 1)


def test_chats_of_a_platform_that_is_not_served_wait_for_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    elsewhere = Target("elsewhere", "1")
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(elsewhere)
    world.add(ROOM)
    play(world, once)
    assert len(world.memory.texts(ROOM)) == 1
    assert "could not be made" not in caplog.text
    other = Memory(name="elsewhere")
    world.others = {"elsewhere": other}
    play(world, once)
    assert len(other.texts(elsewhere)) == 1
    assert len(world.memory.texts(ROOM)) == 1


def test_digests_that_wait_for_the_same_late_summaries_wait_together(world: World) -> None:
    world.model.gate.clear()
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.in_hand = 8
    for number in range(40):
        world.add(Target("memory", f"room {number}"))

    async def scene(world: World) -> None:
        await once(world)
        await asyncio.sleep(30)
        assert max(message.at for message in world.memory.arrived) < 600 + 40
        world.model.gate.set()

    play(world, scene)
    assert len(world.memory.arrived) == 40


@pytest.mark.parametrize("late", [False, True])
def test_digests_are_made_a_few_at_a_time_unless_their_summaries_are_late(world: World, late: bool) -> None:
    """So that the first leaves at once, however many are due."""
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    for number in range(40):
        world.add(Target("memory", f"room {number}"))
    under_way: list[int] = []

    async def scene(world: World) -> None:
        await world.engine.look()
        if late:
            world.model.gate.clear()
        post, now = world.press.post, 0

        async def counted(*args: Any, **kwargs: Any) -> bool:  # noqa: ANN401 - whatever it takes
            nonlocal now
            now += 1
            under_way.append(now)
            try:
                return await post(*args, **kwargs)
            finally:
                now -= 1

        world.press.post = counted  # type: ignore[method-assign] # it is watched, not changed
        issuing = asyncio.create_task(world.engine.issue())
        await asyncio.sleep(60)
        world.model.gate.set()
        await issuing

    play(world, scene)
    assert len(under_way) == 40
    assert max(under_way) == (40 if late else AT_ONCE)


def test_who_is_due_now_does_not_wait_for_those_whose_summaries_are_late(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY, title="Robots", abstract="They walk.")]
    world.arxiv.days[TUESDAY] += [announced("2605.00002", TUESDAY)]
    world.model.gate.clear()
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.look()
        slow = asyncio.create_task(world.engine.issue())
        await asyncio.sleep(5)
        world.add(HALL, at(0, zone="UTC"), topics=("au:Nobody",), due=world.clock())
        world.chats.set_due(HALL, datetime(2026, 5, 19, tzinfo=UTC))
        await world.engine.issue()
        await asyncio.sleep(5)
        assert len(world.memory.texts(HALL)) == 1
        world.model.gate.set()
        await slow

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1


# ---------------------------------------------------------------- what changes while a digest is made


def making(world: World, meanwhile: Callable[[World], Awaitable[object]]) -> None:
    """ROOM's digest waits for its summaries; `meanwhile` happens; then they come."""
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.model.gate.clear()

    async def scene(world: World) -> None:
        await world.engine.look()
        issuing = asyncio.create_task(world.engine.issue())
        await asyncio.sleep(5)
        await meanwhile(world)
        world.model.gate.set()
        await issuing
        await world.engine.issue()
        await once(world)

    play(world, scene)


def test_a_chat_that_moves_while_its_digest_is_made_gets_it_once_in_the_new_place(world: World) -> None:
    world.add(ROOM)
    making(world, lambda world: world.engine.target_moved(ROOM, HALL))
    assert world.memory.texts(ROOM) == []
    assert len(world.memory.texts(HALL)) == 1


def test_a_chat_that_is_forgotten_while_its_digest_is_made_gets_nothing_and_stays_forgotten(world: World) -> None:
    world.add(ROOM)
    making(world, lambda world: asyncio.to_thread(world.chats.forget, ROOM))
    assert world.memory.arrived == []
    assert world.chats.chat(ROOM) is None


def test_a_chat_that_is_lost_while_its_digest_is_made_gets_it_when_it_is_back(world: World) -> None:
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.target_lost(ROOM, "kicked")

    making(world, scene)
    assert world.memory.texts(ROOM) == []
    play(world, lambda world: world.engine.target_back(ROOM, kind="group", title="", by=None))
    assert len(world.memory.texts(ROOM)) == 1


def test_an_hour_that_is_chosen_while_a_digest_is_made_is_kept(world: World) -> None:
    world.add(ROOM)
    tomorrow = datetime(2026, 5, 20, 9, tzinfo=UTC)

    async def choose(world: World) -> None:
        world.chats.save_settings(ROOM, at(9), next_due_at=tomorrow)

    making(world, choose)
    chat = world.chats.chat(ROOM)
    assert chat
    assert chat.next_due_at == tomorrow
    assert len(world.memory.texts(ROOM)) == 1


# ---------------------------------------------------------------- clocks


def test_a_clock_that_is_set_back_posts_nothing_again(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, at(9), due=datetime(2026, 5, 19, 9, tzinfo=UTC))
    world.add(HALL)

    async def scene(world: World) -> None:
        await ticks(world, until=datetime(2026, 5, 19, 9, 10, tzinfo=UTC))
        world.jump(-3 * 3600)
        await ticks(world, until=datetime(2026, 5, 19, 12, tzinfo=UTC))

    play(world, scene)
    assert (len(world.memory.texts(ROOM)), len(world.memory.texts(HALL))) == (1, 1)


def test_a_clock_that_is_set_ahead_posts_once_for_all_it_jumped_over(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, at(9), due=datetime(2026, 5, 19, 9, tzinfo=UTC))

    async def scene(world: World) -> None:
        await once(world)
        world.jump(5 * 86_400)
        await ticks(world, until=world.clock() + timedelta(hours=1))

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1


def test_a_restart_at_the_very_minute_posts_once(world: World) -> None:
    due = datetime(2026, 5, 19, 9, tzinfo=UTC)
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, at(9), due=due)

    async def scene(world: World) -> None:
        await ticks(world, until=due)
        await world.engine.issue()

    play(world, scene)
    world.chats.set_due(ROOM, due)  # the digest was queued, and we died before anything else was written
    world.jump(-40)
    play(world, lambda world: ticks(world, until=due + timedelta(minutes=30)))
    assert len(world.memory.texts(ROOM)) == 1


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28)], ids=["a second 02:30", "no 02:30"])
def test_an_hour_that_the_clock_shows_twice_or_skips_has_one_digest(world: World, day: date) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    settings = at(2, 30, zone="Europe/Berlin")
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)
    world.jump((midnight - EPOCH).total_seconds())
    world.add(ROOM, settings, due=midnight + timedelta(hours=6, minutes=30) if day.month == 10 else None)
    if day.month == 3:
        world.chats.set_due(ROOM, datetime(2027, 3, 28, 1, tzinfo=UTC))  # 02:30 is not there: the gap ends at 03:00

    async def scene(world: World) -> None:
        await ticks(world, until=midnight + timedelta(hours=20), every=timedelta(minutes=20))
        assert len(world.memory.texts(ROOM)) == 1
        await ticks(world, until=midnight + timedelta(hours=44), every=timedelta(minutes=20))

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 2


def test_a_due_instant_that_is_none_by_the_rules_of_today_waits_for_the_next(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, at(9), due=datetime(2026, 5, 19, 0, 1, tzinfo=UTC))  # as an older tzdata had it

    async def scene(world: World) -> None:
        await once(world)
        chat = world.chats.chat(ROOM)
        assert chat
        assert chat.next_due_at == datetime(2026, 5, 19, 9, tzinfo=UTC)

    play(world, scene)
    assert world.memory.arrived == []


# ---------------------------------------------------------------- weekends, outages, late papers


def test_a_first_run_on_a_saturday_posts_what_is_out_once_and_the_weekend_brings_nothing(world: World) -> None:
    world.arxiv.today = FRIDAY
    world.arxiv.days[FRIDAY] = [announced("2605.00001", FRIDAY)]
    world.jump(4 * 86_400)
    world.add(ROOM)
    world.add(HALL, replace(NO_QUIET, say_empty=True))

    async def scene(world: World) -> None:
        await ticks(world, until=datetime(2026, 5, 23, 12, tzinfo=UTC), every=timedelta(minutes=30))
        assert len(world.memory.texts(ROOM)) == 1
        world.arxiv.today = SATURDAY  # a feed of a day on which nothing is announced
        await ticks(world, until=datetime(2026, 5, 25, tzinfo=UTC), every=timedelta(hours=2))

    play(world, scene)
    assert (len(world.memory.texts(ROOM)), len(world.memory.texts(HALL))) == (1, 1)


def test_after_a_week_away_one_digest_has_all_of_it_and_weekends_are_not_asked_for(world: World) -> None:
    week = [date(2026, 5, day) for day in (20, 21, 22, 25, 26)]
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    for number, day in enumerate(week, 2):
        world.arxiv.days[day] = [announced(f"2605.0000{number}", day)]
    world.add(ROOM)
    world.add(HALL, at(9), due=datetime(2026, 5, 19, 9, tzinfo=UTC))
    play(world, lambda world: ticks(world, until=datetime(2026, 5, 19, 10, tzinfo=UTC)))
    world.arxiv.asked.clear()
    world.arxiv.today = week[-1]
    world.jump(7 * 86_400)
    play(world, lambda world: ticks(world, until=datetime(2026, 5, 26, 11, tzinfo=UTC)))
    for target in (ROOM, HALL):
        _, missed = world.memory.texts(target)
        assert all(f"2605.0000{number}" in missed for number in range(2, 7))
        assert "5 announcements" in missed
    assert {day for day, _ in world.arxiv.asked if day} == set(week[:-1])


def test_a_paper_that_comes_late_is_found_for_a_chat_that_had_none(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY, title="Robots", abstract="They walk.")]
    world.add(ROOM)

    async def scene(world: World) -> None:
        await once(world)
        await asyncio.sleep(70)
        world.arxiv.days[TUESDAY].append(announced("2605.00009", TUESDAY))
        await ticks(world, until=world.clock() + 2 * LATE_PAPERS)
        assert "2605.00009" in world.texts()
        world.arxiv.today = WEDNESDAY
        world.arxiv.days[WEDNESDAY] = [announced("2605.00010", WEDNESDAY)]
        await once(world)
        await asyncio.sleep(10)

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 2


def test_a_chat_that_had_nothing_gets_the_next_announcement_at_once(world: World) -> None:
    world.arxiv.days = {
        MONDAY: [announced("2605.00001", MONDAY, title="Robots", abstract="They walk.")],
        TUESDAY: [announced("2605.00002", TUESDAY)],
    }
    world.arxiv.today = MONDAY
    world.add(ROOM)

    async def scene(world: World) -> None:
        await once(world)
        world.arxiv.today = TUESDAY
        await once(world)
        await asyncio.sleep(5)
        assert len(world.memory.texts(ROOM)) == 1

    play(world, scene)


def test_who_had_the_latest_or_had_nothing_is_not_looked_at_again_at_once(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.add(HALL, topics=("au:Nobody",))

    async def scene(world: World) -> None:
        for _ in range(2):
            await once(world)
            await world.engine.look()
            assert [chat.next_due_at for chat in world.chats.chats()] == [None, None]
            await asyncio.sleep(600)

    play(world, scene)


def test_the_desk_hears_of_announcements_and_of_the_start_and_of_nothing_else(world: World) -> None:
    world.arxiv.days = {TUESDAY: [announced("2605.00001", TUESDAY)], WEDNESDAY: [announced("2605.00002", WEDNESDAY)]}

    async def scene(world: World) -> None:
        for day, expected in ((TUESDAY, 1), (TUESDAY, 1), (WEDNESDAY, 2), (WEDNESDAY, 2)):
            world.arxiv.today = day
            await world.engine.look()
            assert world.desk.told == expected

    play(world, scene)
    world.jump(-30)
    play(world, lambda world: world.engine.look(unless_lately=True))  # after a restart, although it does not look
    assert len(world.arxiv.asked) == 4
    assert world.desk.told == 3


# ---------------------------------------------------------------- what platforms ask


def test_what_is_followed_and_stored_can_be_suggested(world: World) -> None:
    world.add(ROOM, NO_QUIET, topics=("LLM", "cs.CL"))
    world.store.save_papers([one.paper for one in (announced("2605.00001", TUESDAY), announced("2605.00002", TUESDAY))])

    async def scene(world: World) -> None:
        assert [topic.name for topic in await world.engine.followed(ROOM)] == ["LLM", "cs.CL"]
        assert await world.engine.followed(HALL) == []
        found = await world.engine.known_papers("2605", limit=5)
        assert [paper.id for paper in found] == ["2605.00002", "2605.00001"]

    play(world, scene)


def test_paused_chats_get_nothing_and_nothing_twice_when_they_go_on(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, replace(at(9), say_empty=False), due=datetime(2026, 5, 19, 9, tzinfo=UTC))
    world.chats.set_state(ROOM, State.PAUSED)

    async def scene(world: World) -> None:
        await ticks(world, until=datetime(2026, 5, 20, tzinfo=UTC), every=timedelta(hours=1))
        assert world.memory.arrived == []
        world.chats.set_state(ROOM, State.ACTIVE)
        await ticks(world, until=datetime(2026, 5, 22, tzinfo=UTC), every=timedelta(hours=1))

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1
