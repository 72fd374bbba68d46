"""What arXiv announced on a day: ordinary ones, those without, papers that appear late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.models import Announcement, Kind, Note
from tests.fakes.arxiv_world import (
    MONDAY,
    NOON,
    SATURDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    World,
    announcement,
    ids,
    keys,
    paper,
    world_at,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path / "papers.db") as made:
        yield made


# ---------------------------------------------------------------- an ordinary day


async def test_the_latest_day_is_the_feeds_own(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, "stat.ML", "cs.LG"), paper(3, "cs.CV"))

    found = await world.news.on(None, ())

    assert found.date == WEDNESDAY
    assert ids(found) == ["2605.00001", "2605.00002", "2605.00003"]
    assert (found.notes, found.complete) == ((), True)
    assert world.paths() == ["/atom/cs", "/atom/stat.ML", "/api/query"]


async def test_only_feeds_that_carry_the_categories_are_asked(world: World) -> None:
    world.announce(WEDNESDAY, paper(1, "cs.CL"), paper(2, "cs.CV"))

    found = await world.news.on(None, ["cs.CL"])

    assert ids(found) == ["2605.00001"]
    assert world.paths() == ["/atom/cs", "/api/query"]


async def test_a_category_nobody_watches_widens_what_is_asked(world: World) -> None:
    world.announce(WEDNESDAY, paper(1, "cs.CL"), paper(2, "hep-th"))

    found = await world.news.on(None, ["hep-th", "cs.CL"])

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert world.paths()[:2] == ["/atom/hep-th", "/atom/cs"]
    assert ids(await world.news.on(None, ())) == ["2605.00001"]


async def test_a_paper_in_two_feeds_is_one_and_new_where_it_is_at_home(world: World) -> None:
    world.announce(WEDNESDAY, paper(1, "stat.ML", "cs.LG"), paper(2, "cs.LG", "stat.ML"))

    found = await world.news.on(None, ())

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert announcement(found, 1).announce_type is Kind.NEW
    assert announcement(found, 2).announce_type is Kind.NEW


async def test_cross_lists_and_replacements_are_announced_as_such(world: World) -> None:
    crossed, replaced = paper(1, "math.OC", "cs.LG"), paper(2, "cs.CL", day=MONDAY, version=2)
    both = paper(3, "hep-th", "cs.LG", day=MONDAY, version=3)
    world.announce(WEDNESDAY, crossed, replaced, both)

    found = await world.news.on(None, ["cs.*"])

    assert announcement(found, 1).announce_type is Kind.CROSS
    assert (announcement(found, 2).announce_type, announcement(found, 2).version) == (Kind.REPLACE, 2)
    assert announcement(found, 3).announce_type is Kind.REPLACE_CROSS
    assert keys(found) == []


async def test_the_sweep_tells_what_the_feed_does_not(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, day=MONDAY, version=2))

    items = {item.paper.id: item.paper for item in (await world.news.on(None, ())).items}

    assert items["2605.00001"] == paper(1)
    assert items["2605.00002"].published is None  # its first submission is none of this day's, so nobody said


async def test_the_api_knowing_nothing_yet_is_no_fault(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), indexed=False)

    found = await world.news.on(None, ())

    assert (ids(found), keys(found), found.complete) == (["2605.00001"], [], True)


async def test_progress_is_told_on_the_loop(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    steps: list[tuple[str, int, int]] = []

    await world.news.on(None, (), progress=lambda *step: steps.append(step))

    assert steps == [("feeds", 0, 2), ("feeds", 1, 2), ("feeds", 2, 2), ("sweep", 0, 0), ("sweep", 1, 1)]


# ---------------------------------------------------------------- asked again


async def test_a_stored_day_needs_no_network(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    first = await world.news.on(None, ())
    world.forget_requests()

    again = await world.news.on(WEDNESDAY, ["cs.CL"])

    assert (again.items, again.notes, again.complete) == (first.items, (), True)
    assert world.paths() == []


async def test_an_unchanged_feed_is_not_sent_again_nor_the_day_swept_twice(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    first = await world.news.on(None, ())
    world.forget_requests()

    again = await world.news.on(None, ())

    assert again == first
    assert [(each.path, each.status) for each in world.arxiv.requests] == [("/atom/cs", 304), ("/atom/stat.ML", 304)]


async def test_a_feed_that_grew_is_read_again(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    await world.news.on(None, ())
    world.announce(WEDNESDAY, paper(2))

    assert ids(await world.news.on(None, ())) == ["2605.00001", "2605.00002"]


# ---------------------------------------------------------------- days without


async def test_a_weekend_is_nothing_and_never_friday_again(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    await world.news.on(None, ())
    world.arxiv.today, world.time.now = SATURDAY, datetime(2026, 5, 23, 16, tzinfo=UTC)
    world.forget_requests()

    found = await world.news.on(None, ())

    assert (found.date, found.items, found.complete) == (SATURDAY, (), True)
    assert found.notes == (Note("nothing_announced", {"day": SATURDAY}),)
    assert world.paths() == ["/atom/cs", "/atom/stat.ML"]


@pytest.mark.parametrize("day", [SATURDAY - timedelta(days=7), SATURDAY])
async def test_a_weekend_asked_for_by_date_is_nothing_after_one_question(world: World, day: date) -> None:
    world.announce(WEDNESDAY, paper(1))
    world.time.now = datetime(2026, 5, 24, 16, tzinfo=UTC)

    found = await world.news.on(day, ())

    assert (found.date, found.items, keys(found)) == (day, (), ["nothing_announced"])
    assert world.paths() == ["/atom/cs"]


async def test_a_weekend_is_believed_if_the_feed_has_papers(world: World) -> None:
    world.arxiv.today = SATURDAY
    world.announce(SATURDAY, paper(1))

    found = await world.news.on(SATURDAY, ())

    assert (ids(found), keys(found), found.complete) == (["2605.00001"], [], True)
    assert "/api/query" not in world.paths()


async def test_a_holiday_asked_for_is_no_stale_feed(world: World) -> None:
    before, holiday = date(2026, 11, 26), date(2026, 11, 27)
    world.arxiv.today, world.time.now = before, datetime(2026, 11, 27, 16, tzinfo=UTC)
    world.announce(before, paper(1, day=before))

    found = await world.news.on(holiday, ())

    assert (found.date, found.items, keys(found)) == (holiday, (), ["nothing_announced"])


async def test_a_monday_on_which_the_feed_is_still_sundays_is_no_quiet_day(world: World) -> None:
    sunday, monday = SATURDAY + timedelta(days=1), SATURDAY + timedelta(days=2)
    world.arxiv.today, world.time.now = sunday, datetime(2026, 5, 25, 16, tzinfo=UTC)

    found = await world.news.on(None, ())

    assert found.notes[0] == Note("feed_stale", {"feed_day": sunday, "expected": monday})


async def test_a_day_before_arxiv_is_nothing(world: World) -> None:
    found = await world.news.on(date.min, ())
    assert (found.items, keys(found)) == ((), ["nothing_announced"])


async def test_a_holiday_is_nothing_and_not_the_day_before(world: World) -> None:
    before, holiday = date(2026, 11, 26), date(2026, 11, 27)
    world.arxiv.today, world.time.now = before, datetime(2026, 11, 26, 16, tzinfo=UTC)
    world.announce(before, paper(1, day=before))
    assert ids(await world.news.on(None, ())) == ["2605.00001"]
    world.arxiv.today, world.time.now = holiday, datetime(2026, 11, 27, 16, tzinfo=UTC)

    found = await world.news.on(None, ())

    assert (found.date, found.items, keys(found)) == (holiday, (), ["nothing_announced"])


async def test_a_holiday_nobody_told_us_of_is_nothing_too(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))

    found = await world.news.on(None, ())

    assert (found.date, found.items, keys(found)) == (WEDNESDAY, (), ["nothing_announced"])


async def test_a_day_arxiv_said_it_skips_is_believed_if_the_feed_has_papers(world: World) -> None:
    holiday = date(2026, 11, 27)
    world.arxiv.today, world.time.now = holiday, datetime(2026, 11, 27, 16, tzinfo=UTC)
    world.announce(holiday, paper(1, day=date(2026, 11, 30)))

    found = await world.news.on(holiday, ())

    assert (ids(found), keys(found)) == (["2605.00001"], [])


async def test_a_quiet_day_of_one_category_is_not_a_day_without_announcement(world: World) -> None:
    world.announce(WEDNESDAY, paper(1, "cs.CV"))

    found = await world.news.on(None, ["cs.CL"])

    assert (found.items, found.notes) == ((), ())


async def test_a_day_to_come_is_said_without_asking_the_api(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))

    found = await world.news.on(THURSDAY, ())

    assert found.items == ()
    assert found.notes == (Note("future", {"day": THURSDAY, "feed_day": WEDNESDAY}),)
    assert "/api/query" not in world.paths()


async def test_the_feeds_date_counts_whatever_our_clock_says(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    world.time.now = datetime(2024, 1, 1, tzinfo=UTC)

    found = await world.news.on(WEDNESDAY, ())

    assert (found.date, ids(found), keys(found)) == (WEDNESDAY, ["2605.00001"], [])


# ---------------------------------------------------------------- late papers


async def test_a_paper_the_feed_lacks_is_found_by_the_sweep(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    world.arxiv.papers |= {each.id: each for each in (paper(2), paper(3, "math.OC"), paper(4, day=THURSDAY))}

    found = await world.news.on(None, ())

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert announcement(found, 2) == Announcement(paper_id="2605.00002", date=WEDNESDAY, version=1, source="sweep")
    assert found.notes == (Note("late", {"count": 1, "day": WEDNESDAY}),)
    assert found.complete


async def test_only_late_papers_that_are_wanted_are_counted(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    world.arxiv.papers |= {each.id: each for each in (paper(2, "cs.CV"), paper(3, "cs.CL"))}

    found = await world.news.on(None, ["cs.CL"])

    assert (ids(found), found.notes) == (
        ["2605.00001", "2605.00003"],
        (Note("late", {"count": 1, "day": WEDNESDAY}),),
    )


async def test_a_paper_that_appears_late_is_delivered_once(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    await world.news.on(None, ())
    late = paper(2, day=TUESDAY)
    world.announce(WEDNESDAY, paper(3))
    world.arxiv.today, world.time.now = WEDNESDAY, NOON
    before = await world.news.on(None, ())
    world.arxiv.papers[late.id] = late

    first, second = await world.news.sweep(3), await world.news.sweep(3)
    after = await world.news.on(None, ())

    assert ids(before) == ["2605.00003"]
    assert [(item.paper.id, item.announcement and item.announcement.date) for item in first] == [(late.id, WEDNESDAY)]
    assert second == []
    assert ids(after) == ["2605.00002", "2605.00003"]
    assert ids(await world.news.on(TUESDAY, ())) == ["2605.00001"]


async def test_the_latest_day_brings_what_appeared_late_in_the_days_before(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    await world.news.on(None, ())
    unseen, elsewhere = paper(4, day=MONDAY), paper(5, "math.OC", day=TUESDAY)
    world.arxiv.papers |= {each.id: each for each in (paper(2, day=TUESDAY), unseen, elsewhere)}
    world.announce(WEDNESDAY, paper(3))
    world.arxiv.today, world.time.now = WEDNESDAY, NOON
    world.forget_requests()

    found = await world.news.on(None, ())

    assert ids(found) == ["2605.00002", "2605.00003"]  # Monday was never seen: who knows what its feed had
    late = Announcement(paper_id="2605.00002", date=WEDNESDAY, version=1, source="sweep")
    assert announcement(found, 2) == late
    assert (found.notes, found.complete) == ((Note("late", {"count": 1, "day": WEDNESDAY}),), True)
    assert world.paths().count("/api/query") == 1
    assert await world.news.sweep(3) == []
    assert ids(await world.news.on(TUESDAY, ())) == ["2605.00001"]


async def test_looking_back_ends_after_three_days(world: World) -> None:
    days = [date(2026, 5, 14), date(2026, 5, 15), MONDAY, TUESDAY]
    for number, day in enumerate(days):
        world.announce(day, paper(number, day=day))
        world.arxiv.today, world.time.now = day, datetime(2026, 5, day.day, 16, tzinfo=UTC)
        await world.news.on(None, ())
    world.arxiv.papers |= {each.id: each for each in (paper(10 + number, day=day) for number, day in enumerate(days))}
    world.announce(WEDNESDAY, paper(9))
    world.arxiv.today, world.time.now = WEDNESDAY, NOON

    assert ids(await world.news.on(None, ())) == ["2605.00009", "2605.00011", "2605.00012", "2605.00013"]


async def test_looking_back_finds_nothing_late_in_days_we_never_saw(world: World) -> None:
    world.arxiv.papers |= {each.id: each for each in (paper(1, day=MONDAY), paper(2, day=TUESDAY))}
    assert await world.news.sweep(5) == []
    assert world.paths() == []
    world.announce(WEDNESDAY, paper(3))
    await world.news.on(None, ())

    assert await world.news.sweep(5) == []
