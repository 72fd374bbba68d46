"""The life of a chat: announcements arrive, digests go out once, in their hours, through restarts and outages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.models import Kind, Note
from bot.platforms import Actor
from bot.ports import SourceUnreachable
from bot.targets import Access, At, Settings, State, Target
from bot.topics.catalogue import topic
from tests.fakes.newsroom import (
    HALL,
    MONDAY,
    NO_QUIET,
    ROOM,
    TUESDAY,
    WEDNESDAY,
    World,
    announced,
)
from tests.fakes.summarizers import FakeSummarizer
from tests.fakes.virtual_time import EPOCH, virtually


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


def daily(*hours: int, **given: object) -> Settings:
    return Settings(quiet=None, schedule=At(times=tuple(time(hour) for hour in hours)), **given)  # type: ignore[arg-type]


def test_what_is_out_is_posted_on_arrival_and_only_once(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY), announced("2605.00002", TUESDAY)]
    world.add(ROOM)

    async def scene(world: World) -> None:
        for _ in range(3):
            await world.engine.look()
            await world.engine.issue()

    play(world, scene)
    play(world, scene)  # and after a restart
    assert len(world.memory.texts(ROOM)) == 1
    assert "Language model 2605.00001" in world.texts()
    assert "big says" in world.texts()
    assert sorted(world.model.asked) == ["2605.00001", "2605.00002"]


def test_a_subscription_leaves_out_what_is_out_already_and_gets_the_next(world: World) -> None:
    world.arxiv.days = {
        TUESDAY: [announced("2605.00001", TUESDAY)],
        WEDNESDAY: [announced("2605.00002", WEDNESDAY)],
    }

    async def scene(world: World) -> None:
        await world.engine.look()
        await asyncio.sleep(6 * 3600)  # past midnight in New York
        world.add(ROOM, since=world.clock())
        await world.engine.look()
        await world.engine.issue()
        assert world.texts() == ""
        await asyncio.sleep(86_400)
        world.arxiv.today = WEDNESDAY
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert "2605.00002" in world.texts()
    assert "2605.00001" not in world.texts()


def test_what_a_look_finds_that_began_before_the_subscription_was_out(world: World) -> None:
    far = date(2025, 8, 20)  # dates of the feed are arXiv's, the clock is ours
    world.arxiv.today = far
    world.arxiv.days[far] = [announced("2508.00001", far)]

    async def scene(world: World) -> None:
        looking = asyncio.create_task(world.engine.look())
        await asyncio.sleep(0)
        world.add(ROOM, since=world.clock() + timedelta(seconds=1))
        await looking
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert world.texts() == ""


def test_quiet_hours_hold_an_arrival_until_they_end(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, Settings(quiet=(time(22), time(8))))  # in UTC; it is 00:05

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        await asyncio.sleep(7 * 3600)
        await world.engine.issue()
        assert world.texts() == ""
        await asyncio.sleep(3600)
        await world.engine.issue()

    play(world, scene)
    assert "2605.00001" in world.texts()


def test_a_daily_hour_posts_once_and_a_machine_that_slept_posts_once_for_all(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    first = datetime(2026, 5, 19, 9, tzinfo=UTC)
    world.add(ROOM, daily(9), due=first)

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        assert world.texts() == ""
        await asyncio.sleep((first - EPOCH).total_seconds() + 3 * 86_400)
        await world.engine.issue()
        await world.engine.issue()

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1
    chat = world.chats.chat(ROOM)
    assert chat
    assert chat.next_due_at == datetime(2026, 5, 23, 9, tzinfo=UTC)


def test_after_an_outage_one_digest_says_what_was_missed(world: World) -> None:
    days = [MONDAY, TUESDAY, WEDNESDAY]
    world.arxiv.days = {day: [announced(f"2605.0000{n}", day)] for n, day in enumerate(days)}
    world.add(ROOM)

    async def scene(world: World) -> None:
        world.arxiv.today = MONDAY
        await world.engine.look()
        await world.engine.issue()

    async def later(world: World) -> None:
        world.arxiv.today = WEDNESDAY
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    play(world, later)
    assert (TUESDAY, ("cs.*",)) not in world.arxiv.asked
    assert [day for day, _ in world.arxiv.asked] == [None, None, TUESDAY]
    first, second = world.memory.texts(ROOM)
    assert "2605.00000" in first
    assert "2605.00001" in second
    assert "2605.00002" in second
    assert "2 announcements" in second


def test_a_paper_that_appears_late_is_delivered_once_with_the_next(world: World) -> None:
    world.arxiv.days = {TUESDAY: [announced("2605.00001", TUESDAY)]}
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        world.arxiv.days[TUESDAY].append(announced("2605.00009", TUESDAY))
        world.arxiv.days[WEDNESDAY] = [announced("2605.00002", WEDNESDAY)]
        await world.engine.look()
        await asyncio.sleep(86_400)
        for _ in range(2):
            world.arxiv.today = WEDNESDAY
            await world.engine.look()
            await world.engine.issue()

    play(world, scene)
    _, second = world.memory.texts(ROOM)
    assert "2605.00009" in second
    assert "2605.00002" in second
    assert "2605.00001" not in second


def test_cross_lists_and_replacements_come_as_the_chat_asks(world: World) -> None:
    world.arxiv.days[TUESDAY] = [
        announced("2605.00001", TUESDAY),
        announced("2605.00002", TUESDAY, kind=Kind.CROSS, primary_category="cs.CV", categories=("cs.CV", "cs.CL")),
        announced("2401.00003", TUESDAY, kind=Kind.REPLACE, version=2),
    ]
    world.add(ROOM, topics=("cs.CL",))
    world.add(HALL, replace(NO_QUIET, cross_lists=False, replacements=True), topics=("cs.CL",))

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert ("2605.00002" in world.texts(ROOM), "2401.00003" in world.texts(ROOM)) == (True, False)
    assert ("2605.00002" in world.texts(HALL), "2401.00003" in world.texts(HALL)) == (False, True)


def test_each_version_of_a_replaced_paper_is_news_once_and_a_new_paper_in_any_version(world: World) -> None:
    world.arxiv.days = {
        MONDAY: [announced("2605.00001", MONDAY)],
        TUESDAY: [announced("2605.00001", TUESDAY, kind=Kind.REPLACE, version=2)],
        WEDNESDAY: [announced("2605.00001", WEDNESDAY, kind=Kind.REPLACE, version=3)],
    }
    world.add(ROOM, replace(NO_QUIET, replacements=True))
    world.add(HALL)

    async def scene(world: World) -> None:
        for day in (MONDAY, TUESDAY, WEDNESDAY):
            world.arxiv.today = day
            await world.engine.look()
            await world.engine.issue()

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 3
    assert len(world.memory.texts(HALL)) == 1


def test_a_digest_waits_for_its_summaries_then_goes_with_sentences_and_is_edited(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY), announced("2605.00002", TUESDAY)]
    world.model.gate.clear()
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.look()
        issuing = asyncio.create_task(world.engine.issue())
        await asyncio.sleep(599)
        assert world.texts() == ""
        await asyncio.sleep(60)
        await issuing
        assert "big says" not in world.texts()
        assert "from the abstract" in world.texts()
        world.model.gate.set()

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1
    assert world.texts().count("big says") == 2


def test_a_chat_without_the_model_gets_sentences_and_costs_no_call(tmp_path: Path) -> None:
    world = World(tmp_path / "p.db", policy="approve")
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, access=Access.NO_MODEL)

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert "2605.00001" in world.texts()
    assert world.model.asked == []
    world.close()


def test_the_layouts_are_one_message_one_message_a_paper_and_titles(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY), announced("2605.00002", TUESDAY)]
    world.add(ROOM, replace(NO_QUIET, layout="papers", hashtags=True))
    world.add(HALL, replace(NO_QUIET, layout="titles"))

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 3
    assert "#LLM" in world.memory.texts(ROOM)[0]
    assert "big says" not in world.texts(HALL)


def test_an_empty_day_is_silence_or_a_line_for_those_who_ask(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY, title="Robots", abstract="They walk.")]
    world.add(ROOM)
    world.add(HALL, replace(NO_QUIET, say_empty=True))

    async def scene(world: World) -> None:
        for _ in range(3):
            await world.engine.look()
            await world.engine.issue()

    play(world, scene)
    assert world.memory.texts(ROOM) == []
    assert len(world.memory.texts(HALL)) == 1


@pytest.mark.parametrize("title", ["Robots", "Language models"])
def test_who_has_just_subscribed_hears_nothing_of_the_announcement_that_is_out(world: World, title: str) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY, title=title, abstract="They walk.")]

    async def scene(world: World) -> None:
        await world.engine.look()
        world.add(ROOM, replace(NO_QUIET, say_empty=True), since=world.clock())
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert world.memory.texts(ROOM) == []


def test_papers_beyond_the_size_are_behind_a_button_and_do_not_come_again(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced(f"2605.000{n:02d}", TUESDAY) for n in range(1, 8)]
    world.add(ROOM, replace(NO_QUIET, size=2))

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        assert await world.press.waiting(world.add(ROOM, replace(NO_QUIET, size=2))) == 0

    play(world, scene)
    assert "2 of 7 papers" in world.texts()
    (message,) = world.memory.arrived
    ((button,),) = message.part.payload["buttons"]
    assert button["label"] == "All 7"
    assert len(world.model.asked) == 2


def test_an_admin_gets_what_came_since_the_last_digest_now(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    chat = world.add(ROOM, daily(9), due=datetime(2026, 6, 1, tzinfo=UTC))

    async def scene(world: World) -> None:
        await world.engine.look()
        assert await world.press.waiting(chat) == 1
        assert await world.press.post_now(chat, period="ask:1") == 1
        assert await world.press.post_now(chat, period="ask:1") == 0
        assert await world.press.post_now(chat, period="ask:2") == 0
        sample = await world.press.preview(chat, [one.topic for one in world.chats.subscriptions(ROOM)], limit=3)
        assert sample.blocks

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1


def test_a_lost_chat_keeps_everything_and_goes_on_with_its_threads_when_it_is_back(world: World) -> None:
    thread = Target("memory", "room", "7")
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.add(thread)

    async def scene(world: World) -> None:
        await world.engine.target_lost(ROOM, "kicked")
        await world.engine.look()
        await world.engine.issue()
        assert world.memory.arrived == []
        assert {each.state for each in world.chats.places(ROOM)} == {State.LOST}
        await world.engine.target_back(ROOM, kind="group", title="")
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1
    assert len(world.memory.texts(thread)) == 1


def test_a_chat_that_moved_is_served_in_its_new_place(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.target_moved(ROOM, HALL)
        await world.engine.target_moved(Target("memory", "never heard of"), HALL)
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert world.memory.texts(ROOM) == []
    assert len(world.memory.texts(HALL)) == 1


def test_an_arxiv_that_fails_or_is_incomplete_makes_nothing_due(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.arxiv.complete = False
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.look()
        world.arxiv.error = SourceUnreachable("no")
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert world.memory.arrived == []


def test_a_restart_does_not_look_again_within_minutes(world: World) -> None:
    async def scene(world: World) -> None:
        await world.engine.look(unless_lately=True)
        await world.engine.look(unless_lately=True)
        assert len(world.arxiv.asked) == 1
        await asyncio.sleep(300)
        await world.engine.look(unless_lately=True)
        assert len(world.arxiv.asked) == 2

    play(world, scene)


def test_owners_hear_of_a_stale_feed_once_a_day_and_readers_never(world: World) -> None:
    world.arxiv.notes = (Note("feed_stale", {"feed_day": MONDAY, "expected": TUESDAY}),)
    world.add(ROOM)
    world.owners = frozenset({Actor("memory", "owner")})

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.look()

    play(world, scene)
    assert len(world.memory.texts(Target("memory", "owner"))) == 1
    assert world.texts() == ""


def test_a_topic_beyond_the_watched_categories_widens_what_is_asked(world: World) -> None:
    world.add(ROOM, topics=("math.CO",))

    async def scene(world: World) -> None:
        await world.engine.look()

    play(world, scene)
    assert world.arxiv.asked == [(None, ("cs.*", "math.CO"))]


def test_a_clock_that_was_far_ahead_and_came_back_keeps_nobody_waiting(world: World) -> None:
    world.add(ROOM, daily(9), due=datetime(2027, 1, 1, 9, tzinfo=UTC))

    async def scene(world: World) -> None:
        await world.engine.mend_clock()

    play(world, scene)
    chat = world.chats.chat(ROOM)
    assert chat
    assert chat.next_due_at == datetime(2026, 5, 19, 9, tzinfo=UTC)


def test_many_chats_with_the_same_topics_cost_one_summary_a_paper(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced(f"2605.000{n:02d}", TUESDAY) for n in range(1, 6)]
    rooms = [Target("memory", f"room {n}") for n in range(30)]
    for room in rooms:
        world.add(room)

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        await world.engine.issue()

    play(world, scene)
    assert len(world.model.asked) == 5
    assert [len(world.memory.texts(room)) for room in rooms] == [1] * 30


def test_a_second_tick_does_not_make_what_is_being_made(world: World) -> None:
    world.model = FakeSummarizer()
    world.model.gate.clear()
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)

    async def scene(world: World) -> None:
        await world.engine.look()
        first = asyncio.create_task(world.engine.issue())
        await asyncio.sleep(5)
        await world.engine.issue()  # returns at once
        assert asyncio.get_running_loop().time() < 6
        world.model.gate.set()
        await first

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1


def test_a_chat_of_two_languages_reads_both(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM, replace(NO_QUIET, languages=("en", "zh")))

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()

    play(world, scene)
    assert world.texts().count("big says") == 2
    assert world.model.asked == ["2605.00001", "2605.00001"]


def test_todays_can_be_had_now_by_a_chat_that_has_just_subscribed_and_only_then(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]

    async def scene(world: World) -> None:
        await world.engine.look()
        await asyncio.sleep(60)
        chat = world.add(ROOM, since=world.clock())
        assert await world.press.waiting(chat) == 0
        assert await world.press.post_now(chat, period="ask:1") == 1
        world.chats.subscribe(ROOM, topic("cs.CL"), since=world.clock())
        assert await world.press.post_now(chat, period="ask:2") == 0

    play(world, scene)
    assert len(world.memory.texts(ROOM)) == 1
