"""The whole bot on Discord in trouble: every row of the error table, once, and everything comes once all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.limits import CAPS
from bot.platforms import Pace
from bot.targets import State
from tests.fakes.campus import campus
from tests.fakes.discord_errors import invalid, refused
from tests.fakes.discord_faults import How
from tests.fakes.discord_office import Hasty
from tests.fakes.newsroom import TUESDAY

SEND = "POST /channels/{channel}/messages"
THREAD = "POST /channels/{channel}/messages/{message}/threads"
POST = "POST /channels/{channel}/threads"


# ---------------------------------------------------------------- every row of the error table


@pytest.mark.parametrize(
    ("route", "how", "details"),
    [
        (SEND, "cut", {}),
        (SEND, "hang", {}),
        (SEND, "arrives, then cut", {}),
        (SEND, "arrives, then hangs", {}),
        (SEND, "status", {"status": 503}),
        (SEND, "status", {"status": 503, "applied": True}),
        (SEND, "status", {"status": 403}),
        (SEND, "429", {"after": 0.05}),
        (SEND, "429", {"after": 0.3, "via": False}),
        (SEND, "429", {"after": 0.3, "via": False, "as_json": False}),
        (THREAD, "cut", {}),
        (THREAD, "arrives, then cut", {}),
        (THREAD, "status", {"status": 503, "applied": True}),
    ],
    ids=str,
)
async def test_whatever_goes_wrong_once_everything_comes_once_and_in_order(
    tmp_path: Path, route: str, how: How, details: dict[str, Any]
) -> None:
    async with campus(tmp_path, connect=Hasty) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.fail(route, how, **details)
        await c.day(TUESDAY, *(f"2605.0000{n}" for n in range(1, 6)))
        await c.settled(lambda: c.server.threads(c.papers) and len(c.server.threads(c.papers)[0].messages) == 5)
        (thread,) = c.server.threads(c.papers)
        assert [text.split(".")[0] for text in c.texts(thread)] == ["1", "2", "3", "4", "5"]
        assert len(c.digests(c.papers)) == 1


@pytest.mark.parametrize(
    ("how", "details"),
    [
        ("cut", {}),
        ("arrives, then cut", {}),
        ("arrives, then hangs", {}),
        ("status", {"status": 502}),
        ("status", {"status": 502, "applied": True}),
        ("status", {"status": 500, "applied": True}),
        ("429", {"after": 0.3}),
    ],
    ids=str,
)
async def test_a_forum_post_comes_once_whatever_goes_wrong(tmp_path: Path, how: How, details: dict[str, Any]) -> None:
    async with campus(tmp_path, settles=10.0, connect=Hasty) as c, c.open():
        forum = c.world.forum(c.guild, "digests")
        await c.follows(c.ann, c.papers, channel=forum.id)
        c.server.fail(POST, how, **details)
        await c.day(TUESDAY, "2605.00001")
        await c.settled(lambda: c.server.threads(forum))
        for _ in range(5):
            await c.run.later(timedelta(minutes=2))
            await c.run.delivered()
        (post,) = c.server.threads(forum)
        assert len(post.messages) == 2
        assert c.state(forum)[0] is State.ACTIVE


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (10003, "gone"),
        (10004, "no longer on that server"),
        (40058, "posts only"),
        (50001, "may not see"),
        (50008, "nobody can write"),
        (50013, "lack a permission"),
        (160005, "locked"),
    ],
)
async def test_a_refusal_of_the_place_pauses_it_and_its_admin_hears_why(tmp_path: Path, code: int, reason: str) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.fail(SEND, "refused", at=c.papers.id, times=None, error=refused(code))
        await c.day(TUESDAY, "2605.00001")
        state, said = c.state(c.papers)
        assert (state, reason in said) == (State.LOST, True), said
        await c.sees(c.ann, "I may no longer post in Research · #papers")


async def test_a_form_that_is_refused_comes_as_plain_text(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.fail(SEND, "refused", error=invalid(("embeds",), "BASE_TYPE_BAD_LENGTH", "Too long."))
        await c.day(TUESDAY, "2605.00001", "2605.00002")
        card = c.digests(c.papers)[0]
        assert card.embeds == []
        assert len(c.ours(c.papers)) == 5


async def test_what_is_refused_for_good_is_told_to_the_owner_and_the_rest_comes(tmp_path: Path) -> None:
    async with campus(tmp_path, owners="") as c:
        c.bot.owners = f"discord:{c.ann.id}"
        async with c.open():
            await c.follows(c.ann, c.papers)
            c.server.deny(SEND, 40033)
            await c.day(TUESDAY, "2605.00001", "2605.00002")
            await c.sees(c.ann, "was refused for good")
            assert len([text for text in c.texts(c.papers) if "TL;DR" in text]) == 2


async def test_a_storm_of_limits_delays_and_loses_nothing(tmp_path: Path) -> None:
    caps = replace(CAPS, overall=Pace(100_000, 1))
    async with campus(tmp_path, caps=caps) as c, c.open():
        channels = [c.papers, *(c.world.channel(c.guild, f"hall {n}") for n in range(12))]
        for where in channels:
            await c.follows(c.ann, where)
        storm = c.server.fail(SEND, "429", after=0.02, times=40)
        c.server.fail(SEND, "429", after=0.05, scope="global", times=5)
        await c.day(TUESDAY, "2605.00001")
        await c.settled(lambda: all(c.digests(where) for where in channels))
        assert storm.met == 40
        assert [len(c.digests(where)) for where in channels] == [1] * len(channels)


async def test_an_answer_that_is_acknowledged_too_late_comes_to_the_channel(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.server.deny("POST /interactions/*", 10062)
        c.server.state.patience = 0.1
        await c.server.uses(c.bob, c.papers, "list")
        await c.sees(c.papers, "Nothing is followed here")
