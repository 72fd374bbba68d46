"""Forum posts, which take no nonce: one each, whatever the library or the line does, and looked for before a second."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.platforms import DeliveryError, MessageRef, NotSent, Part, RetryLater, TargetGone, Unknown
from bot.targets import Target
from tests.fakes.discord_faults import How
from tests.fakes.discord_model import Channel, P
from tests.fakes.discord_office import Office, adapter, office, parts, running
from tests.fakes.messenger import Core
from tests.test_discord_client import digest

POST = "POST /channels/{channel}/threads"
ACTIVE = "GET /guilds/{guild}/threads/active"


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


async def forum_of(here: Office) -> tuple[Channel, Target, Part]:
    """A forum, and the head of a digest for it."""
    forum = here.server.world.forum(here.guild, "digests")
    where = await here.seen(forum)
    return forum, where, parts(here.discord, digest(), where)[0]


async def tried(here: Office, where: Target, part: Part) -> MessageRef | DeliveryError:
    """What became of one try."""
    try:
        return await here.discord.send(where, part, nonce="n")
    except DeliveryError as exc:
        return exc


@pytest.mark.parametrize(("status", "applied"), [(500, True), (502, True), (504, True), (503, True), (502, False)])
async def test_the_library_does_not_repeat_a_post_by_itself(here: Office, status: int, applied: bool) -> None:
    forum, where, part = await forum_of(here)
    here.server.fail(POST, "status", status=status, applied=applied)
    assert type(await tried(here, where, part)) is Unknown
    assert here.routes(POST) == [POST]
    assert len(here.server.threads(forum)) == applied


@pytest.mark.parametrize("how", ["cut", "arrives, then cut"])
async def test_what_was_made_is_found_and_what_was_not_is_not(here: Office, how: How) -> None:
    forum, where, part = await forum_of(here)
    began = here.discord._clock()
    here.server.fail(POST, how)
    assert isinstance(await tried(here, where, part), Unknown)
    found = await here.discord.find(where, part, since=began, root=None)
    posts = here.server.threads(forum)
    assert ([found.message_id] if found else []) == [post.id for post in posts]


async def test_one_of_the_same_name_that_says_something_else_is_another(here: Office) -> None:
    forum, where, part = await forum_of(here)
    began = here.discord._clock()
    payload = {**part.payload, "embeds": [{**part.payload["embeds"][0], "description": "something else"}]}
    await here.discord.send(where, replace(part, payload=payload), nonce="m")
    assert await here.discord.find(where, part, since=began, root=None) is None
    assert len(here.server.threads(forum)) == 1


async def test_one_of_somebody_else_is_not_ours(here: Office) -> None:
    forum, where, part = await forum_of(here)
    began = here.discord._clock()
    here.server.world.thread(forum, part.payload["title"], by=here.ann)
    assert await here.discord.find(where, part, since=began, root=None) is None


async def test_one_that_is_archived_by_now_is_found(here: Office) -> None:
    forum, where, part = await forum_of(here)
    began = here.discord._clock()
    here.server.fail(POST, "arrives, then cut")
    await tried(here, where, part)
    (post,) = here.server.threads(forum)
    here.server.world.archive(post)
    found = await here.discord.find(where, part, since=began, root=None)
    assert found is not None
    assert found.thread_id == post.id
    here.server.world.deny(forum, P.READ_MESSAGE_HISTORY)
    assert await here.discord.find(where, part, since=began, root=None) is None


async def test_what_was_asked_for_a_moment_ago_may_still_come() -> None:
    async with office() as here:
        second = adapter(here.server, settles=10)
        async with running(second, Core()):
            _, where, part = await forum_of(here)
            began = second._clock()
            with pytest.raises(RetryLater) as caught:
                await second.find(where, part, since=began, root=None)
            assert 9 < caught.value.after <= 10
            here.server.world.skip(11)
            assert await second.find(where, part, since=began, root=None) is None
            here.server.fail(POST, "cut")
            with pytest.raises(Unknown):
                await second.send(where, part, nonce="n")
            with pytest.raises(RetryLater):
                await second.find(where, part, since=began, root=None)
            here.server.world.skip(11)
            assert await second.find(where, part, since=began, root=None) is None


@pytest.mark.parametrize("how", ["cut", "status"])
async def test_nothing_is_posted_while_nobody_can_look(here: Office, how: How) -> None:
    _, where, part = await forum_of(here)
    here.server.fail(ACTIVE, how, status=503, times=None)
    with pytest.raises(NotSent):
        await here.discord.find(where, part, since=here.discord._clock(), root=None)


async def test_a_forum_we_may_not_post_in_is_lost(here: Office) -> None:
    forum, where, part = await forum_of(here)
    here.server.world.deny(forum, P.SEND_MESSAGES)
    assert isinstance(await tried(here, where, part), TargetGone)


async def test_a_limit_of_threads_is_kept_by_the_outbox(here: Office) -> None:
    _, where, part = await forum_of(here)
    here.server.fail(POST, "429", after=7.0)
    error = await tried(here, where, part)
    assert isinstance(error, RetryLater)
    assert error.after == 7.0


async def test_of_a_post_that_is_deleted_meanwhile_the_rest_is_a_post_of_its_own(here: Office) -> None:
    forum, where, part = await forum_of(here)
    root = await here.discord.send(where, part, nonce="n0")
    (post,) = here.server.threads(forum)
    here.server.world.delete(post)
    paper = parts(here.discord, digest(), where)[1]
    ref = await here.discord.send(where, paper, nonce="n1", root=root)
    (another,) = here.server.threads(forum)
    assert (ref.thread_id, another.name) == (another.id, "Paper 2405.00001")
