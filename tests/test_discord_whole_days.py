"""The whole bot on Discord as days go by: restarts, being thrown out and let in again, trouble of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.target_table import LACKING, mark_of
from bot.targets import State
from tests.fakes.campus import Campus, campus
from tests.fakes.discord_model import Channel, P
from tests.fakes.discord_office import target
from tests.fakes.newsroom import TUESDAY, WEDNESDAY

SEND = "POST /channels/{channel}/messages"
THREAD = "POST /channels/{channel}/messages/{message}/threads"
POST = "POST /channels/{channel}/threads"


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
            await c.day(TUESDAY, "2605.00001", "2605.00002")
        puts = c.server.counted()["PUT /applications/{application}/commands"]
        async with c.open():
            await c.run.announced()
            await c.day(WEDNESDAY, "2605.00002", "2605.00003")
            await c.run.announced()
            for where in (*places, world.dm(c.bob)):
                tuesdays, wednesdays = c.digests(where)
                assert "2 papers" in tuesdays.text
                assert "1 paper" in wednesdays.text, "what was new on Tuesday is not new on Wednesday"
            assert [len(post.messages) for post in c.server.threads(forum)] == [3, 2]
            assert all(card.published for card in c.digests(news))
            assert not any(card.silent for card in c.digests(world.dm(c.bob)))
            paper = next(each for each in c.ours(c.papers) if each.text.startswith("1. Language model"))
            saved = await c.presses(c.bob, paper, "Save")
            assert saved.private
            assert late_offer is not None
            await c.presses(c.ann, late_offer, "Subscribe")
            assert "Following RAG" in late_offer.text
        async with c.open():
            await c.run.announced()
            assert [len(c.digests(where)) for where in places] == [2, 2, 2]
        assert c.server.counted()["PUT /applications/{application}/commands"] == puts == 1
        assert c.server.pinged() == set()


async def test_a_card_that_was_not_linked_when_we_stopped_is_complete_all_the_same(tmp_path: Path) -> None:
    async with campus(tmp_path) as c:
        async with c.open():
            await c.follows(c.ann, c.papers)
            c.server.fail("PATCH /channels/*", "cut", times=None)
            await c.day(TUESDAY, "2605.00001", "2605.00002")
        c.server.faults.clear()
        async with c.open():
            await c.settled(lambda: any("discord.com/channels" in link for link in c.digests(c.papers)[0].links))
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
        await c.day(TUESDAY, "2605.00001")
        assert c.server.counted()[SEND] == sent, "nobody tries what cannot work"
        c.world.invite(c.guild, by=c.ann)
        await c.sees(c.ann, "I may post in Research · #papers again: the digests go on.")
        assert c.state(c.papers) == (State.ACTIVE, "")
        await c.run.announced()
        (digest,) = c.digests(c.papers)
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
        await c.day(TUESDAY, "2605.00001")
        if over is not None:
            over(c)
            await c.run.until(lambda: c.state(c.papers)[0] is State.ACTIVE)
            await c.run.announced()
            assert len(c.digests(c.papers)) == 1


async def test_a_right_that_is_missed_is_named_to_the_admin_once_and_the_digests_go_on(tmp_path: Path) -> None:
    async with campus(tmp_path) as c:
        async with c.open():
            await c.follows(c.ann, c.papers)
            c.world.deny(c.papers, P.EMBED_LINKS)
            told = await c.sees(c.ann, "In Research · #papers I may not do all that makes a digest")
            assert "(missing: Embed Links)" in told.text
            await c.day(TUESDAY, "2605.00001")
            assert [card.embeds for card in c.digests(c.papers)] == [[]]
        async with c.open():
            await c.day(WEDNESDAY, "2605.00003")
            assert len(c.digests(c.papers)) == 2
            c.world.deny(c.papers, P.NONE)
            await c.run.until(lambda: c.run.chats.mark(mark_of(LACKING, target(c.papers))) is None)
            c.world.deny(c.papers, P.EMBED_LINKS)
            await c.run.until(lambda: len(c.texts(c.ann)) == 2)
        assert all("Embed Links" in text for text in c.texts(c.ann))


async def test_what_was_said_when_somebody_subscribed_is_not_said_again(tmp_path: Path) -> None:
    async with campus(tmp_path) as c:
        async with c.open():
            c.world.deny(c.papers, P.EMBED_LINKS)
            await c.follows(c.ann, c.papers)
        async with c.open():
            await c.day(TUESDAY, "2605.00001")
            assert len(c.digests(c.papers)) == 1
        assert c.texts(c.ann) == []


async def test_a_thread_that_is_locked_pauses_alone_and_one_that_is_archived_is_opened(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        locked = c.world.thread(c.papers, "locked", by=c.ann)
        sleeping = c.world.thread(c.papers, "sleeping", by=c.ann)
        for where in (c.papers, locked, sleeping):
            await c.follows(c.ann, where)
        c.world.archive(locked, locked=True)
        c.world.archive(sleeping)
        await c.run.until(lambda: c.state(locked) == (State.LOST, "the thread is locked"))
        await c.day(TUESDAY, "2605.00001")
        assert [len(c.digests(where)) for where in (c.papers, locked, sleeping)] == [1, 0, 1]
        assert sleeping.thread is not None
        assert not sleeping.thread.archived
        c.world.archive(locked, archived=False, locked=False)
        await c.run.until(lambda: c.state(locked)[0] is State.ACTIVE)
        await c.run.announced()
        assert len(c.digests(locked)) == 1


@pytest.mark.parametrize("how", ["deleted", "locked"])
async def test_what_happens_to_a_thread_happens_to_no_other_place(tmp_path: Path, how: str) -> None:
    async with campus(tmp_path) as c, c.open():
        thread, other = (c.world.thread(c.papers, name, by=c.ann) for name in ("club", "other"))
        for where in (c.papers, thread, other):
            await c.follows(c.ann, where)
        await c.run.until(lambda: not c.discord.busy)
        if how == "deleted":
            c.world.delete(thread)
        else:
            c.world.archive(thread, locked=True)
        await c.run.until(lambda: c.state(thread)[0] is State.LOST)
        await c.run.until(lambda: not c.discord.busy)
        assert [c.state(where)[0] for where in (c.papers, other)] == [State.ACTIVE, State.ACTIVE]


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
        await c.day(TUESDAY, *(f"2605.0000{n}" for n in range(1, 6)))
        assert len([text for text in c.texts(c.papers) if "TL;DR" in text]) == 3
        assert len(gone[0].messages) == 2
        assert c.state(c.papers)[0] is State.ACTIVE


async def test_an_outage_pauses_nobody_and_what_waited_comes_afterwards(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.world.outage(c.guild)
        await c.run.until(lambda: c.discord.is_ready and not c.sees_us(c.guild))
        c.server.deny(SEND, 50001, times=None)
        await c.day(TUESDAY, "2605.00001")
        assert c.state(c.papers)[0] is State.ACTIVE
        c.server.faults.clear()
        c.world.outage(c.guild, over=True)
        await c.settled(lambda: c.digests(c.papers))
        assert c.texts(c.ann) == []


async def test_a_gateway_that_is_gone_for_a_while_stops_no_digest(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.server.gateway.cut()
        await c.day(TUESDAY, "2605.00001")
        assert len(c.digests(c.papers)) == 1
        await c.server.connected()
        assert not (await c.server.uses(c.bob, c.papers, "help")).failed
