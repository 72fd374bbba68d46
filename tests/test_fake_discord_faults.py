"""The test server's rate limits and everything that goes wrong on demand, driven by the real discord.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.fakes.discord_client import Room, code, opened
from tests.fakes.discord_faults import How
from tests.fakes.discord_limits import Limits, Rule

SEND = "POST /channels/{channel}/messages"


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        yield made


def texts(room: Room) -> list[str]:
    return [each.text for each in room.server.messages(room.channel)]


# ---------------------------------------------------------------- limits


async def test_a_client_that_reads_the_headers_is_never_refused(room: Room) -> None:
    room.server.limits.scale(0.04)  # five in a fifth of a second
    began = room.world.now()
    for number in range(15):  # one after the other: of many at a time the library itself miscounts
        await room.says(str(number))
    assert room.server.limits.refused == []
    assert room.world.now() - began > 0.35
    assert len(texts(room)) == 15


async def test_many_at_a_time_all_arrive_refused_or_not(room: Room) -> None:
    room.server.limits.scale(0.02)  # five in a tenth of a second
    began = room.world.now()
    await asyncio.gather(*(room.says(str(number)) for number in range(15)))
    assert room.world.now() - began > 0.15
    assert sorted(texts(room)) == sorted(map(str, range(15)))


async def test_who_does_not_is_told_to_wait_in_that_channel_only(room: Room) -> None:
    other = room.world.channel(room.guild)
    headers = {"Authorization": f"Bot {room.server.state.token}", "User-Agent": "DiscordBot (x, 1)"}
    async with aiohttp.ClientSession(room.server.api_url + "/", headers=headers) as session:

        async def send(channel: str) -> aiohttp.ClientResponse:
            return await session.post(f"channels/{channel}/messages", json={"content": "x"})

        answers = [await send(room.channel.id) for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
        body = await answers[-1].json()
        assert 4 < body["retry_after"] <= 5
        assert (body["global"], answers[-1].headers["X-RateLimit-Scope"]) == (False, "user")
        assert int(answers[-1].headers["Retry-After"]) == 5
        assert answers[-1].headers["Via"]
        assert (await send(other.id)).status == 200
        room.world.skip(5.1)
        assert (await send(room.channel.id)).status == 200


async def test_there_is_a_limit_over_all_which_spares_answers_to_people(room: Room) -> None:
    room.server.limits.overall = Rule(3, 60)
    room.world.skip(60)
    for _ in range(3):
        await room.client.fetch_channel(int(room.channel.id))
    room.client.http.max_ratelimit_timeout = 30
    with pytest.raises(discord.RateLimited):
        await room.says()
    assert room.server.limits.refused == ["global"]
    with pytest.raises(discord.NotFound) as caught:
        await room.client.asks("POST", "/interactions/1/x/callback", {"type": 5})
    assert code(caught) == (404, 10062)


def test_the_window_is_fixed_and_counts_from_its_first_request() -> None:
    time = [100.0]
    limits = Limits(lambda: time[0], rules={"send": Rule(2, 10)})
    assert limits.ask("send", "1")[0] is None
    time[0] += 9
    assert limits.ask("send", "1")[0] is None
    refusal, headers = limits.ask("send", "1")
    assert refusal is not None
    assert headers["X-RateLimit-Reset-After"] == "1.000"
    time[0] += 1
    assert limits.ask("send", "1")[0] is None


async def test_too_many_invalid_requests_are_a_ban(room: Room) -> None:
    room.server.limits.ban_after = 3
    missing = room.world.channel(room.world.guild(bot=False))
    for _ in range(3):
        with pytest.raises(discord.Forbidden):
            await room.client.at(missing).send("x")
    with pytest.raises(discord.HTTPException) as caught:
        await room.says()
    assert code(caught) == (429, 0)
    room.world.skip(601)
    await room.says()


# ---------------------------------------------------------------- faults


async def test_a_storm_of_429_is_waited_out(room: Room) -> None:
    room.server.fail(SEND, "429", times=3, after=0.01)
    room.server.fail(SEND, "429", times=1, after=0.01, scope="global")
    await room.says("at last")
    assert [call.status for call in room.server.calls if call.route == SEND] == [429] * 4 + [200]
    assert room.server.limits.refused == ["user"] * 3 + ["global"]


@pytest.mark.parametrize(("via", "as_json"), [(False, True), (True, False), (False, False)])
async def test_a_429_that_is_not_discords_own_is_raised_at_once(room: Room, *, via: bool, as_json: bool) -> None:
    room.server.fail(SEND, "429", via=via, as_json=as_json)
    with pytest.raises(discord.HTTPException) as caught:
        await room.says()
    assert caught.value.status == 429
    assert texts(room) == []


@pytest.mark.parametrize(
    ("how", "arrives", "error"),
    [
        ("cut", False, aiohttp.ServerDisconnectedError),
        ("arrives, then cut", True, aiohttp.ServerDisconnectedError),
        ("hang", False, TimeoutError),
        ("arrives, then hangs", True, TimeoutError),
    ],
)
async def test_a_line_may_be_cut_or_hang_before_and_after(
    room: Room, how: How, error: type[Exception], *, arrives: bool
) -> None:
    room.server.fail(SEND, how)
    with pytest.raises(error):
        await asyncio.wait_for(room.says(), 0.5)
    assert bool(texts(room)) is arrives
    await room.says("again")


async def test_after_a_cut_answer_the_nonce_saves_from_a_second_message(room: Room) -> None:
    room.server.fail(SEND, "arrives, then cut")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await room.client.at(room.channel).send("once", nonce="n1")
    await room.client.at(room.channel).send("once", nonce="n1")
    assert texts(room) == ["once"]


@pytest.mark.parametrize("applied", [False, True])
async def test_a_server_may_fail_and_have_done_it_all_the_same(room: Room, *, applied: bool) -> None:
    room.server.fail(SEND, "status", status=503, applied=applied)
    with pytest.raises(discord.DiscordServerError) as caught:
        await room.says()
    assert caught.value.status == 503
    assert bool(texts(room)) is applied


async def test_the_librarys_own_retry_is_covered_by_the_nonce(room: Room) -> None:
    room.server.fail(SEND, "status", status=502, applied=True)
    await room.client.at(room.channel).send("once", nonce="n1")  # it waits a second by itself
    assert [call.status for call in room.server.calls if call.route == SEND] == [502, 200]
    assert texts(room) == ["once"]


async def test_a_refused_connection_is_told_apart_from_a_cut_one(room: Room) -> None:
    await room.says("before")
    await room.server.refuse()
    with pytest.raises(aiohttp.ClientConnectorError):
        await room.says("lost")
    assert room.server.gateway.connected
    await room.server.listen()
    await room.says("after")
    assert texts(room) == ["before", "after"]


async def test_a_fault_is_for_its_route_its_place_and_its_times(room: Room) -> None:
    other = room.world.channel(room.guild)
    fault = room.server.deny(SEND, 50013, times=2)
    fault.at = room.channel.id
    await room.client.at(other).send("x")
    for _ in range(2):
        with pytest.raises(discord.Forbidden) as caught:
            await room.says()
        assert code(caught) == (403, 50013)
    await room.says("third")
    assert (texts(room), fault.met) == (["third"], 2)


async def test_a_write_limit_says_how_long(room: Room) -> None:
    room.server.deny(SEND, 20028, after=0.01)
    await room.says()
    assert [(call.status, call.code) for call in room.server.calls if call.route == SEND] == [(429, 20028), (200, None)]


async def test_a_slow_answer_comes(room: Room) -> None:
    room.server.fail(SEND, "slow", seconds=0.05)
    began = asyncio.get_running_loop().time()
    await room.says()
    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_what_there_is_not_is_not_found(room: Room) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("PUT", "/users/@me", 405)):
        with pytest.raises(discord.HTTPException) as caught:
            await room.client.asks(method, path)
        assert code(caught) == (status, 0)


async def test_a_body_that_is_no_json_and_a_client_without_a_name_are_refused(room: Room) -> None:
    token = {"Authorization": f"Bot {room.server.state.token}"}
    path = f"{room.server.api_url}/channels/{room.channel.id}/messages"
    async with aiohttp.ClientSession() as session:
        unnamed = await session.post(path, json={"content": "x"}, headers=token)
        named = token | {"User-Agent": "DiscordBot (x, 1)", "Content-Type": "application/json"}
        garbled = await session.post(path, data=b"{", headers=named)
        assert (unnamed.status, (await unnamed.json())["code"]) == (403, 40333)
        assert (garbled.status, (await garbled.json())["code"]) == (400, 50109)
