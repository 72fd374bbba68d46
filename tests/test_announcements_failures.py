"""What is left of an announcement when arXiv fails: never a crash, never a silent gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.models import Note
from bot.ports import SourceError, SourceGarbled, SourceRefused
from tests.fakes.arxiv_faults import Damage
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


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path / "papers.db") as made:
        yield made


# ---------------------------------------------------------------- failures

BAD: list[int | Damage] = [403, 406, 429, 503, "cut", "short", "bomb", "deep", "not_xml", "drop"]


def spoil(world: World, path: str, how: int | Damage) -> None:
    if isinstance(how, int):
        world.arxiv.fail(path, status=how, times=None)
    else:
        world.arxiv.damage(path, how, times=None)


@pytest.mark.parametrize("how", BAD)
async def test_a_feed_that_fails_is_reconstructed_with_a_note(world: World, how: int | Damage) -> None:
    world.announce(WEDNESDAY, paper(1))
    spoil(world, "/atom/", how)

    found = await world.news.on(None, ["cs.*"])

    assert (found.date, ids(found)) == (WEDNESDAY, ["2605.00001"])
    assert keys(found) == ["feed_failed", "reconstructed"]
    assert found.notes[0].args["reason"] in ("refused", "garbled", "unreachable")
    assert not found.complete


@pytest.mark.parametrize("how", [*BAD, "empty"])
async def test_a_sweep_that_fails_is_a_note_never_an_error(world: World, how: int | Damage) -> None:
    world.announce(WEDNESDAY, paper(1))
    spoil(world, "/api/", how)

    found = await world.news.on(None, ["cs.*"])

    assert (found.date, ids(found), keys(found)) == (WEDNESDAY, ["2605.00001"], ["sweep_failed"])
    assert not found.complete


@pytest.mark.parametrize("how", BAD)
async def test_when_nothing_answers_the_stored_day_stands_in(world: World, how: int | Damage) -> None:
    world.announce(TUESDAY, paper(1, day=TUESDAY))
    world.arxiv.today, world.time.now = TUESDAY, NOON - timedelta(days=1)
    first = await world.news.on(None, ["cs.*"])
    world.announce(TUESDAY, paper(2, day=TUESDAY))  # else "not modified" would do
    world.time.now = NOON
    spoil(world, "/", how)

    found = await world.news.on(None, ["cs.*"])

    assert (found.date, found.items, found.complete) == (TUESDAY, first.items, False)
    assert keys(found) == ["feed_failed", "stored_only"]
    assert found.notes[1].args["day"] == TUESDAY


async def test_stored_papers_submitted_for_the_day_stand_in_too(world: World) -> None:
    world.store.save_papers([paper(1), paper(2, "math.OC"), paper(3, day=TUESDAY)])
    world.arxiv.fail("/", status=503, times=None)

    found = await world.news.on(WEDNESDAY, ())

    assert (found.date, ids(found)) == (WEDNESDAY, ["2605.00001"])
    assert announcement(found, 1).source == "reconstructed"
    assert found.notes[-1] == Note("stored_only", {"day": WEDNESDAY, "reason": "refused"})
    assert world.store.announced(WEDNESDAY) == []


async def test_an_earlier_stored_day_does_not_stand_in_for_a_day_asked_for(world: World) -> None:
    world.store.save_papers([paper(1, day=TUESDAY)])
    world.arxiv.fail("/", status=503, times=None)
    with pytest.raises(SourceRefused):
        await world.news.on(WEDNESDAY, ())


async def test_with_nothing_stored_the_error_says_when_to_come_back(world: World) -> None:
    world.arxiv.fail("/atom/", status=429, retry_after="1800")

    with pytest.raises(SourceRefused) as refused:
        await world.news.on(None, ())

    assert refused.value.retry_at == NOON + timedelta(minutes=30)
    assert len(world.arxiv.requests) == 1  # while we were asked to wait, nothing was sent


async def test_one_feed_failing_does_not_lose_the_others(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, "stat.ML"))
    world.arxiv.damage("/atom/stat.ML", "cut", times=None)

    found = await world.news.on(None, ())

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert keys(found) == ["feed_failed", "reconstructed"]
    assert (announcement(found, 1).source, announcement(found, 2).source) == ("feed", "reconstructed")


async def test_when_feeds_do_not_answer_the_others_are_not_waited_for(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, "stat.ML"))
    world.arxiv.fail("/atom/cs", status=503, times=None)

    found = await world.news.on(None, ())

    assert ids(found) == ["2605.00001", "2605.00002"]
    assert keys(found) == ["feed_failed", "reconstructed"]
    assert world.paths() == ["/atom/cs"] * 3 + ["/api/query"]


async def test_a_feed_that_is_garbled_does_not_keep_us_from_the_others(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, "stat.ML"))
    world.arxiv.damage("/atom/cs", "cut", times=None)

    found = await world.news.on(None, ())

    assert (announcement(found, 1).source, announcement(found, 2).source) == ("reconstructed", "feed")


@pytest.mark.parametrize("how", BAD)
async def test_when_nothing_answers_it_takes_less_than_a_minute_and_few_requests(
    world: World, how: int | Damage
) -> None:
    spoil(world, "/", how)
    with pytest.raises(SourceError, match=r"[Aa]sk again"):
        await world.news.on(None, ())

    assert (world.time.now - NOON).total_seconds() < 60
    assert len(world.arxiv.requests) <= (6 if isinstance(how, int) else 15)


async def test_a_day_to_come_is_not_made_up_when_the_feed_fails(world: World) -> None:
    world.arxiv.papers["2605.00001"] = paper(1, day=THURSDAY)
    world.arxiv.damage("/atom/", "cut", times=None)

    found = await world.news.on(THURSDAY, ())

    assert found.items == ()
    assert keys(found) == ["feed_failed", "future"]


async def test_a_feed_that_recovers_replaces_what_was_reconstructed(world: World) -> None:
    world.announce(WEDNESDAY, paper(1), paper(2, day=MONDAY, version=2))
    world.arxiv.damage("/atom/", "cut", times=5)
    assert keys(await world.news.on(None, ["cs.*"])) == ["feed_failed", "reconstructed"]

    found = await world.news.on(None, ["cs.*"])

    assert (ids(found), found.notes, found.complete) == (["2605.00001", "2605.00002"], (), True)
    assert announcement(found, 1).source == "feed"


async def test_a_304_nobody_asked_for_is_garbled(world: World) -> None:
    world.arxiv.fail("/atom/", status=304, times=None)
    world.arxiv.fail("/api/", status=404, times=None)
    with pytest.raises(SourceGarbled):
        await world.news.on(None, ["cs.*"])


async def test_a_sweep_back_that_fails_says_so(world: World) -> None:
    world.announce(WEDNESDAY, paper(1))
    await world.news.on(None, ())
    world.arxiv.fail("/api/", status=503, times=None)
    with pytest.raises(SourceError):
        await world.news.sweep(1)
