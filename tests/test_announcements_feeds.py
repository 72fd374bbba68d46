"""Feeds that are cut, refused or stale, and days that can only be reconstructed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.models import Announcement, Kind, Note
from bot.ports import SourceGarbled
from bot.sources.api import Api
from bot.sources.atom import FEED_LIMIT
from bot.sources.calendar import window
from bot.topics.taxonomy import ARCHIVES
from tests.fakes import arxiv_answers
from tests.fakes.arxiv_world import (
    MONDAY,
    NOON,
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
from tests.fakes.gate import MemoryGate, asking


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path / "papers.db") as made:
        yield made


# ---------------------------------------------------------------- feeds that are cut


def test_a_feed_is_cut_where_arxiv_cuts_it() -> None:
    assert FEED_LIMIT == arxiv_answers.FEED_LIMIT == 2000


async def test_a_feed_of_two_thousand_is_asked_for_in_halves(world: World) -> None:
    many = [paper(number, "cs.CL", day=MONDAY, version=2) for number in range(22)]
    more = [paper(number, "cs.LG", day=MONDAY, version=2) for number in range(22, 42)]
    world.announce(WEDNESDAY, *many, *more, paper(99, "cs.AI", "cs.SE"), indexed=False)

    found = await world.news.on(None, ["cs.*"])

    assert len(found.items) == 43
    assert announcement(found, 99).announce_type is Kind.NEW  # new papers are what a cut feed loses
    assert (found.notes, found.complete) == ((), True)
    feeds = [path.removeprefix("/atom/") for path in world.paths()[:-1]]
    assert [len(feed.split("+")) for feed in feeds] == [1, 20, 20]
    assert sorted("+".join(feeds[1:]).split("+")) == sorted(ARCHIVES["cs"])


async def test_a_category_that_is_cut_by_itself_is_partial(world: World) -> None:
    world.announce(WEDNESDAY, *(paper(number, day=MONDAY, version=2) for number in range(41)), indexed=False)

    found = await world.news.on(None, ["cs.*"])

    assert found.notes == (Note("feed_partial", {"feeds": "cs", "reason": "garbled"}),)
    assert len(found.items) == 40
    assert not found.complete
    assert "/atom/cs.CL" in world.paths()
    assert len(world.paths()) <= 14


async def test_a_half_that_fails_leaves_a_partial_day_that_is_asked_for_again(world: World) -> None:
    many = [paper(number, "cs.CL", day=MONDAY, version=2) for number in range(20)]
    more = [paper(number, "cs.LG", day=MONDAY, version=2) for number in range(20, 42)]
    world.announce(WEDNESDAY, *many, *more, indexed=False)
    world.arxiv.fail("/atom/cs.AI+", status=404, times=1)

    found = await world.news.on(None, ["cs.*"])
    asked = len(world.arxiv.requests)
    again = await world.news.on(WEDNESDAY, ["cs.*"])

    assert len(world.arxiv.requests) > asked
    assert len(found.items) >= 40
    assert (keys(found), found.complete) == (["feed_partial"], False)
    assert (len(again.items), keys(again), again.complete) == (42, [], True)


@pytest.mark.parametrize("status", [400, 404])
async def test_an_archive_without_a_feed_is_asked_for_by_its_categories(world: World, status: int) -> None:
    world.announce(WEDNESDAY, paper(1))
    world.arxiv.fail("/atom/cs", status=status, exact=True)

    found = await world.news.on(None, ["cs.*"])

    assert (ids(found), keys(found)) == (["2605.00001"], [])
    assert world.paths()[1].startswith("/atom/cs.AI+cs.AR+")


async def test_pieces_of_another_day_are_not_put_together(world: World) -> None:
    world.announce(WEDNESDAY, *(paper(number, day=MONDAY, version=2) for number in range(41)), indexed=False)
    world.announce(THURSDAY, paper(50, "cs.SE", day=THURSDAY))
    world.arxiv.feed_days["+".join(ARCHIVES["cs"][20:])] = THURSDAY  # rebuilt at midnight, between two requests

    found = await world.news.on(None, ["cs.*"])

    assert found.date == WEDNESDAY
    assert world.store.announced(THURSDAY) == []
    assert (keys(found), found.complete) == (["feed_partial"], False)


async def test_halves_of_two_days_are_partial(world: World) -> None:
    many = [paper(number, "cs.AI", day=MONDAY, version=2) for number in range(20)]
    world.announce(WEDNESDAY, *many, *(paper(20 + each, "cs.SE", day=MONDAY, version=2) for each in range(21)))
    world.arxiv.feed_days["+".join(ARCHIVES["cs"][20:])] = THURSDAY

    found = await world.news.on(None, ["cs.*"])

    assert (keys(found), found.complete) == (["feed_partial"], False)


async def test_a_server_that_gives_the_same_to_all_is_not_asked_for_ever(world: World) -> None:
    world.announce(WEDNESDAY, *(paper(number, *ARCHIVES["cs"], day=MONDAY, version=2) for number in range(41)))

    found = await world.news.on(None, ["cs.*"])

    assert (len(found.items), keys(found), found.complete) == (40, ["feed_partial"], False)
    assert len(world.arxiv.asked("/atom/")) <= 16


async def test_after_a_piece_that_does_not_answer_no_other_is_waited_for(world: World) -> None:
    world.announce(WEDNESDAY, *(paper(number, day=MONDAY, version=2) for number in range(41)))
    world.arxiv.fail("/atom/cs.AI+", status=503, times=None)

    found = await world.news.on(None, ["cs.*"])

    assert found.notes == (Note("feed_partial", {"feeds": "cs", "reason": "refused"}),)
    assert [len(path.split("+")) for path in world.paths()[:-1]] == [1, 20, 20, 20]


def one_by_one(world: World, how: int) -> None:
    """A server that knows categories only, one at a time; of another name it has nothing, or says so."""
    names = ("/atom/cs", "/atom/" + "+".join(ARCHIVES["cs"]), "/atom/cs.CL+cs.AI", "/atom/cs.AI+cs.CL")
    for name in names:
        if how == 200:
            world.arxiv.damage(name, "empty", times=None, exact=True)
        else:
            world.arxiv.fail(name, status=how, times=None, exact=True)


@pytest.mark.parametrize("how", [200, 400, 404])
@pytest.mark.parametrize("wanted", [["cs.CL"], ["cs.CL", "cs.AI"]])
async def test_where_archives_have_no_feed_the_wanted_categories_have(
    world: World, how: int, wanted: list[str]
) -> None:
    one_by_one(world, how)
    world.announce(WEDNESDAY, paper(1, "cs.CL"), paper(2, "cs.AI", "cs.CL", day=MONDAY, version=2), indexed=False)

    found = await world.news.on(None, wanted)
    asked = len(world.arxiv.requests)
    again = await world.news.on(WEDNESDAY, wanted)

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert (keys(found), found.complete) == ([], True)
    assert announcement(found, 2).announce_type in (Kind.REPLACE, Kind.REPLACE_CROSS)
    assert (again, len(world.arxiv.requests)) == (found, asked)
    assert asked == 3 + len(wanted) + (len(wanted) > 1)


async def test_a_narrower_feed_that_is_unchanged_is_not_sent_again(world: World) -> None:
    one_by_one(world, 404)
    world.announce(WEDNESDAY, paper(1, "cs.CL"), indexed=False)
    first = await world.news.on(None, ["cs.CL"])
    world.forget_requests()

    assert await world.news.on(None, ["cs.CL"]) == first
    assert [each.status for each in world.arxiv.requests] == [404, 404, 304]


async def test_a_category_that_has_no_feed_does_not_take_the_other_with_it(world: World) -> None:
    one_by_one(world, 404)
    world.arxiv.fail("/atom/cs.CL", status=404, times=None, exact=True)
    world.announce(WEDNESDAY, paper(1, "cs.CL"), paper(2, "cs.AI"), indexed=False)

    found = await world.news.on(None, ["cs.CL", "cs.AI"])

    assert ids(found) == ["2605.00002"]
    assert found.notes == (Note("feed_partial", {"feeds": "cs.CL+cs.AI", "reason": "failed"}),)


@pytest.mark.parametrize("how", [200, 404])
async def test_where_archives_have_no_feed_their_categories_have(world: World, how: int) -> None:
    if how == 200:
        world.arxiv.damage("/atom/cs", "empty", times=None, exact=True)
    else:
        world.arxiv.fail("/atom/cs", status=how, times=None, exact=True)
    world.announce(WEDNESDAY, paper(1), indexed=False)

    found = await world.news.on(None, ["cs.*"])

    assert (ids(found), found.notes, found.complete) == (["2605.00001"], (), True)


async def test_an_empty_feed_beside_one_with_papers_is_a_quiet_archive(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))

    found = await world.news.on(None, ["cs.*", "econ.*"])

    assert (ids(found), found.notes) == (["2605.00001"], ())
    assert world.paths() == ["/atom/cs", "/atom/econ", "/api/query"]


async def test_an_empty_day_that_cannot_be_asked_about_again_is_partial(world: World) -> None:
    world.arxiv.fail("/atom/cs.AI+", status=503, times=None)

    found = await world.news.on(None, ["cs.*"])

    assert found.notes[0] == Note("feed_partial", {"feeds": "cs", "reason": "refused"})
    assert not found.complete


async def test_items_that_cannot_be_read_are_said(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), replace(paper(2), abstract="x" * 30_000), indexed=False)

    found = await world.news.on(None, ["cs.*"])

    assert ids(found) == ["2605.00001"]
    assert found.notes == (Note("feed_partial", {"feeds": "cs", "reason": "garbled"}),)


# ---------------------------------------------------------------- stale feeds


async def test_a_feed_with_an_old_date_is_stale_not_a_quiet_day(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    world.arxiv.today = TUESDAY

    found = await world.news.on(None, ())

    assert (found.date, ids(found)) == (TUESDAY, ["2605.00001"])
    assert found.notes == (Note("feed_stale", {"feed_day": TUESDAY, "expected": WEDNESDAY}),)


async def test_yesterdays_items_under_a_new_date_are_stale_and_never_delivered_again(world: World) -> None:
    world.announce(TUESDAY, *(paper(number, day=TUESDAY) for number in range(1, 20)))
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    await world.news.on(None, ["cs.*"])
    world.arxiv.today, world.time.now = WEDNESDAY, NOON
    world.arxiv.repeated["cs"] = TUESDAY
    world.arxiv.papers["2605.00030"] = paper(30)

    found = await world.news.on(None, ["cs.*"])

    assert (found.date, ids(found)) == (WEDNESDAY, ["2605.00030"])
    assert found.notes == (
        Note("feed_stale", {"feed_day": TUESDAY, "expected": WEDNESDAY}),
        Note("reconstructed", {"day": WEDNESDAY}),
    )
    assert not found.complete
    assert len(world.store.announced(TUESDAY)) == 19


async def test_a_few_papers_announced_twice_do_not_make_a_feed_stale(world: World) -> None:
    world.announce(TUESDAY, *(paper(number, day=TUESDAY) for number in range(1, 20)))
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    await world.news.on(None, ["cs.*"])
    world.announce(WEDNESDAY, *(paper(number) for number in range(15, 30)))
    world.arxiv.today, world.time.now = WEDNESDAY, NOON

    found = await world.news.on(None, ["cs.*"])

    assert (len(found.items), keys(found)) == (15, [])


async def test_what_a_sweep_found_and_the_next_feed_announces_does_not_make_that_feed_stale(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    held_up = [paper(number, day=TUESDAY) for number in range(2, 12)]  # the API has them, Tuesday's feed lacked them
    world.arxiv.papers |= {each.id: each for each in held_up}
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    swept = await world.news.on(None, ["cs.*"])
    assert [announcement(swept, number).source for number in (1, 2)] == ["feed", "sweep"]
    world.announce(WEDNESDAY, *held_up)
    world.arxiv.today, world.time.now = WEDNESDAY, NOON

    found = await world.news.on(None, ["cs.*"])

    assert (found.date, len(found.items), keys(found), found.complete) == (WEDNESDAY, 10, [], True)


async def test_feeds_of_different_days_make_the_newest_day_and_a_note(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, "stat.ML"))
    world.announce(TUESDAY, paper(3, "stat.ML", day=TUESDAY))
    world.arxiv.feed_days["stat.ML"] = TUESDAY

    found = await world.news.on(None, ())

    assert (found.date, ids(found)) == (WEDNESDAY, ["2605.00001", "2605.00002"])
    assert announcement(found, 2).source == "reconstructed"
    assert keys(found) == ["feed_stale", "reconstructed"]
    assert not found.complete


async def test_a_stale_feed_asked_for_today_is_reconstructed(world: World) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    world.arxiv.today = TUESDAY
    world.arxiv.papers["2605.00002"] = paper(2)

    found = await world.news.on(WEDNESDAY, ())

    assert ids(found) == ["2605.00002"]
    assert keys(found) == ["feed_stale", "reconstructed"]


# ---------------------------------------------------------------- reconstruction


async def test_an_earlier_day_is_reconstructed_from_first_submissions(world: World) -> None:
    world.announce(WEDNESDAY, paper(9))
    span = window(MONDAY)
    assert span
    edges = [
        replace(paper(1), published=span[0]),
        replace(paper(2), published=span[1] - timedelta(seconds=1)),
        replace(paper(3), published=span[1]),
        replace(paper(4), published=span[0] - timedelta(seconds=1)),
        replace(paper(5, "math.OC"), published=span[0]),
        replace(paper(6, version=3), published=span[0]),
    ]
    world.arxiv.papers |= {each.id: each for each in edges}

    found = await world.news.on(MONDAY, ())

    assert (found.date, ids(found)) == (MONDAY, ["2605.00001", "2605.00002", "2605.00006"])
    assert found.notes == (Note("reconstructed", {"day": MONDAY}),)
    assert not found.complete
    assert announcement(found, 6) == Announcement(paper_id="2605.00006", date=MONDAY, version=1, source="reconstructed")
    assert world.paths() == ["/atom/cs", "/api/query"]  # the first feed has moved on: the others have, too
    query = world.arxiv.requests[-1].query
    assert query["search_query"] == ("(cat:cs.* OR cat:stat.ML) AND submittedDate:[202605141800 TO 202605151800]")


def test_a_day_of_many_pages_is_read_to_its_end(world: World) -> None:
    span = window(MONDAY)
    assert span
    many = [replace(paper(number), published=span[0] + timedelta(seconds=number)) for number in range(7)]
    world.arxiv.papers = {each.id: each for each in reversed(many)}

    with asking(world.arxiv, MemoryGate(), world.time) as session:
        found = Api(session, world.arxiv.api_url, page_size=3).submitted(["cs.*"], *span)

    assert [each.id for each in found] == [each.id for each in many]
    assert [each.query["start"] for each in world.arxiv.requests] == ["0", "3", "6"]


def test_more_papers_than_we_would_read_are_no_day_with_a_silent_end(world: World) -> None:
    world.arxiv.papers = {each.id: each for each in (paper(number, day=MONDAY) for number in range(5))}
    span = window(MONDAY)
    assert span
    with asking(world.arxiv, MemoryGate(), world.time) as session:
        with pytest.raises(SourceGarbled, match="5 papers or more"):
            Api(session, world.arxiv.api_url, page_size=3, most=5).submitted(["cs.*"], *span)
        assert len(Api(session, world.arxiv.api_url, page_size=3, most=6).submitted(["cs.*"], *span)) == 5


async def test_a_paper_moderation_held_up_is_not_reconstructed_on_an_earlier_day(world: World) -> None:
    held, replaced = paper(1, day=MONDAY), paper(2, day=MONDAY, version=2)
    world.announce(WEDNESDAY, held, replaced)
    await world.news.on(None, ())

    found = await world.news.on(MONDAY, ())

    assert ids(found) == ["2605.00002"]  # its replacement was announced on Wednesday; it was new on Monday


async def test_a_settled_day_is_reconstructed_once(world: World) -> None:
    old = date(2026, 5, 11)
    world.arxiv.papers["2605.00001"] = paper(1, day=old)
    first = await world.news.on(old, ())
    world.forget_requests()

    assert await world.news.on(old, ()) == first
    assert world.paths() == []


async def test_a_recent_day_is_reconstructed_again_since_the_api_may_lag(world: World) -> None:
    assert ids(await world.news.on(MONDAY, ())) == []
    world.arxiv.papers["2605.00001"] = paper(1, day=MONDAY)

    assert ids(await world.news.on(MONDAY, ())) == ["2605.00001"]
