"""The whole bot on Discord as days go by: restarts, being thrown out and let in again, trouble of every kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.limits import CAPS
from bot.platforms import Pace
from bot.targets import State
from tests.fakes.campus import Campus, campus
from tests.fakes.discord_errors import invalid, refused
from tests.fakes.discord_faults import How
from tests.fakes.discord_model import Channel, Message, P
from tests.fakes.discord_office import Hasty
from tests.fakes.newsroom import TUESDAY, WEDNESDAY, announced

SEND = "POST /channels/{channel}/messages"
THREAD = "POST /channels/{channel}/messages/{message}/threads"
POST = "POST /channels/{channel}/threads"


async def day(c: Campus, when: date, *ids: str) -> None:
    """arXiv's announcement of that day comes, with papers of these ids."""
    await c.run.later(datetime(when.year, when.month, when.day, 5, tzinfo=UTC))
    c.bot.announce(when, *(announced(each, when) for each in ids))
    await c.run.announced()


def digests(c: Campus, where: Channel) -> list[Message]:
    """The cards that came there unasked."""
    return [each for each in c.ours(where) if "LLM · Tue" in each.text or "LLM · Wed" in each.text]


async def settled(c: Campus, true: Callable[[], object]) -> None:
    """Time goes on until something is so: what is tried again later is tried."""
    for _ in range(40):
        await c.run.later(timedelta(seconds=20))
        await c.run.delivered()
        await asyncio.sleep(0.01)
        if true():
            return
    raise AssertionError("it did not become so")


# ---------------------------------------------------------------- two days


async def test_over_two_days_and_a_restart_everything_comes_once_and_old_buttons_work(tmp_path: Path) -> None:
    async with campus(tmp_path, environ={"DISCORD_PUBLISH": "yes"}) as c:
        world = c.world
        news, forum = c.news(), world.forum(c.guild, "digests", tags=["LLM"])
        thread = world.thread(c.papers, "reading club", by=c.ann)
        places = (c.papers, news, thread)
        async with c.open():
            for where in places:
                await c.follows(c.ann, where)
            await c.follows(c.ann, c.papers, channel=forum.id)
            await c.follows(c.bob, world.dm(c.bob))
            late_offer = (await c.uses(c.ann, c.papers, "subscribe", topic="RAG")).message
            await day(c, TUESDAY, "2605.00001", "2605.00002")
        puts = c.server.counted()["PUT /applications/{application}/commands"]
        async with c.open():
            await c.run.announced()
            await day(c, WEDNESDAY, "2605.00002", "2605.00003")
            await c.run.announced()
            for where in (*places, world.dm(c.bob)):
                tuesdays, wednesdays = digests(c, where)
                assert "2 papers" in tuesdays.text
                assert "1 paper" in wednesdays.text, "what was new on Tuesday is not new on Wednesday"
            assert [len(post.messages) for post in c.server.threads(forum)] == [3, 2]
            assert all(card.published for card in digests(c, news))
            assert not any(card.silent for card in digests(c, world.dm(c.bob)))
            paper = next(each for each in c.ours(c.papers) if each.text.startswith("1. Language model"))
            saved = await c.presses(c.bob, paper, "Save")
            assert saved.private
            assert late_offer is not None
            await c.presses(c.ann, late_offer, "Subscribe")
            assert "Following RAG" in late_offer.text
        async with c.open():
            await c.run.announced()
            assert [len(digests(c, where)) for where in places] == [2, 2, 2]
        assert c.server.counted()["PUT /applications/{application}/commands"] == puts == 1
        assert c.server.pinged() == set()


async def test_a_card_that_was_not_linked_when_we_stopped_is_complete_all_the_same(tmp_path: Path) -> None:
    async with campus(tmp_path) as c:
        async with c.open():
            await c.follows(c.ann, c.papers)
            c.server.fail("PATCH /channels/*", "cut", times=None)
            await day(c, TUESDAY, "2605.00001", "2605.00002")
        c.server.faults.clear()
        async with c.open():
            await settled(c, lambda: any("discord.com/channels" in link for link in digests(c, c.papers)[0].links))
            assert len(c.ours(c.papers)) == 5


# ---------------------------------------------------------------- thrown out, let in


async def test_kicked_it_is_paused_with_a_reason_and_goes_on_when_let_in(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        other = c.founded("Elsewhere")  # Ann can still be told something
        await c.follows(c.ann, c.papers)
        c.world.kick(c.guild)
        lost = await c.sees(c.ann, "I may no longer post in Research · #papers")
        assert "The subscription is paused, not gone" in lost.text
        assert c.state(c.papers) == (State.LOST, "removed from Research")
        sent = c.server.counted()[SEND]
        await day(c, TUESDAY, "2605.00001")
        assert c.server.counted()[SEND] == sent, "nobody tries what cannot work"
        c.world.invite(c.guild, by=c.ann)
        await c.sees(c.ann, "I may post in Research · #papers again: the digests go on.")
        assert c.state(c.papers) == (State.ACTIVE, "")
        await c.run.announced()
        (digest,) = digests(c, c.papers)
        assert "2605.00001" in digest.text
        assert [text for channel in c.world.channels_of(other) for text in c.texts(channel)] == []


@pytest.mark.parametrize(
    ("happens", "reason", "over"),
    [
        (
            lambda c: c.world.deny(c.papers, P.SEND_MESSAGES),
            "missing: Send Messages",
            lambda c: c.world.deny(c.papers, P.NONE),
        ),
        (lambda c: c.world.delete(c.papers), "the channel was deleted", None),
    ],
    ids=["right taken", "channel deleted"],
)
async def test_a_place_that_is_lost_pauses_and_resumes(
    tmp_path: Path, happens: Callable[[Campus], object], reason: str, over: Callable[[Campus], object] | None
) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        happens(c)
        await c.run.until(lambda: c.state(c.papers)[0] is State.LOST)
        assert c.state(c.papers)[1] == reason
        await c.sees(c.ann, "I may no longer post in Research · #papers")
        await day(c, TUESDAY, "2605.00001")
        if over is not None:
            over(c)
            await c.run.until(lambda: c.state(c.papers)[0] is State.ACTIVE)
            await c.run.announced()
            assert len(digests(c, c.papers)) == 1


async def test_a_thread_that_is_locked_pauses_alone_and_one_that_is_archived_is_opened(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        locked = c.world.thread(c.papers, "locked", by=c.ann)
        sleeping = c.world.thread(c.papers, "sleeping", by=c.ann)
        for where in (c.papers, locked, sleeping):
            await c.follows(c.ann, where)
        c.world.archive(locked, locked=True)
        c.world.archive(sleeping)
        await c.run.until(lambda: c.state(locked) == (State.LOST, "the thread is locked"))
        await day(c, TUESDAY, "2605.00001")
        assert [len(digests(c, where)) for where in (c.papers, locked, sleeping)] == [1, 0, 1]
        assert sleeping.thread is not None
        assert not sleeping.thread.archived
        c.world.archive(locked, archived=False, locked=False)
        await c.run.until(lambda: c.state(locked)[0] is State.ACTIVE)
        await c.run.announced()
        assert len(digests(c, locked)) == 1


@pytest.mark.parametrize("how", ["deleted", "locked"])
async def test_a_digests_thread_that_somebody_deletes_or_locks_costs_nobody_the_papers(
    tmp_path: Path, how: str
) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        gone: list[Channel] = []

        def moderating(event: str, *_: object) -> None:
            threads = c.server.threads(c.papers)
            if event == "MESSAGE_CREATE" and not gone and threads and len(threads[0].messages) == 2:
                gone.append(threads[0])
                if how == "deleted":
                    c.world.delete(threads[0])
                else:
                    c.world.archive(threads[0], locked=True)

        c.world.listeners.append(moderating)
        await day(c, TUESDAY, *(f"2605.0000{n}" for n in range(1, 6)))
        assert len([text for text in c.texts(c.papers) if "TL;DR" in text]) == 3
        assert len(gone[0].messages) == 2
        assert c.state(c.papers)[0] is State.ACTIVE


async def test_an_outage_pauses_nobody_and_what_waited_comes_afterwards(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.world.outage(c.guild)
        await c.run.until(lambda: c.discord.is_ready and not c.sees_us(c.guild))
        c.server.deny(SEND, 50001, times=None)
        await day(c, TUESDAY, "2605.00001")
        assert c.state(c.papers)[0] is State.ACTIVE
        c.server.faults.clear()
        c.world.outage(c.guild, over=True)
        await settled(c, lambda: digests(c, c.papers))
        assert c.texts(c.ann) == []


async def test_a_gateway_that_is_gone_for_a_while_stops_no_digest(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.gateway.cut()
        await day(c, TUESDAY, "2605.00001")
        assert len(digests(c, c.papers)) == 1
        await c.server.connected()
        assert not (await c.server.uses(c.bob, c.papers, "help")).failed


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
        await day(c, TUESDAY, *(f"2605.0000{n}" for n in range(1, 6)))
        await settled(c, lambda: c.server.threads(c.papers) and len(c.server.threads(c.papers)[0].messages) == 5)
        (thread,) = c.server.threads(c.papers)
        assert [text.split(".")[0] for text in c.texts(thread)] == ["1", "2", "3", "4", "5"]
        assert len(digests(c, c.papers)) == 1


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
        await day(c, TUESDAY, "2605.00001")
        await settled(c, lambda: c.server.threads(forum))
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
        await day(c, TUESDAY, "2605.00001")
        state, said = c.state(c.papers)
        assert (state, reason in said) == (State.LOST, True), said
        await c.sees(c.ann, "I may no longer post in Research · #papers")


async def test_a_form_that_is_refused_comes_as_plain_text(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.fail(SEND, "refused", error=invalid(("embeds",), "BASE_TYPE_BAD_LENGTH", "Too long."))
        await day(c, TUESDAY, "2605.00001", "2605.00002")
        card = digests(c, c.papers)[0]
        assert card.embeds == []
        assert len(c.ours(c.papers)) == 5


async def test_what_is_refused_for_good_is_told_to_the_owner_and_the_rest_comes(tmp_path: Path) -> None:
    async with campus(tmp_path, owners="") as c:
        c.bot.owners = f"discord:{c.ann.id}"
        async with c.open():
            await c.follows(c.ann, c.papers)
            c.server.deny(SEND, 40033)
            await day(c, TUESDAY, "2605.00001", "2605.00002")
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
        await day(c, TUESDAY, "2605.00001")
        await settled(c, lambda: all(digests(c, where) for where in channels))
        assert storm.met == 40
        assert [len(digests(c, where)) for where in channels] == [1] * len(channels)


async def test_an_answer_that_is_acknowledged_too_late_comes_to_the_channel(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.server.deny("POST /interactions/*", 10062)
        c.server.state.patience = 0.1
        await c.server.uses(c.bob, c.papers, "list")
        await c.sees(c.papers, "Nothing is followed here")
