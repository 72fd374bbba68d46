"""The test server's gateway, driven by the real discord.py and, for what that never does, by hand."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest

from tests.fakes.discord_client import Client, Room, logged_in, opened
from tests.fakes.discord_server import FakeDiscord


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with opened() as made:
        yield made


def ops(server: FakeDiscord) -> list[str]:
    return [what for what, _ in server.gateway.log]


@pytest.mark.parametrize("close_code", [4000, 4009, 1006])
async def test_after_a_drop_the_client_resumes_and_misses_nothing(room: Room, close_code: int) -> None:
    if close_code == 1006:
        room.server.gateway.cut()
    else:
        await room.server.gateway.drop(close_code)
    added = room.world.channel(room.guild, "while away")
    await room.server.until(lambda: room.client.get_channel(int(added.id)) is not None)
    assert "resumed" in room.client.heard
    assert ops(room.server)[-1] == "resume"


async def test_asked_to_reconnect_the_client_resumes(room: Room) -> None:
    room.server.gateway.ask_to_reconnect()
    await room.server.until(lambda: "resumed" in room.client.heard)


async def test_a_lost_session_is_started_anew(room: Room) -> None:
    room.server.gateway.forget()
    await room.server.gateway.drop()
    await room.server.until(lambda: ops(room.server)[-1] == "identify" and room.server.gateway.connected)
    added = room.world.channel(room.guild, "afterwards")
    await room.server.until(lambda: room.client.get_channel(int(added.id)) is not None)


@pytest.mark.parametrize(("resumable", "expected"), [(True, "resume"), (False, "identify")])
async def test_an_invalid_session_is_resumed_if_it_may_be(room: Room, resumable: bool, expected: str) -> None:
    count = len(room.server.gateway.log)
    room.server.gateway.invalidate(resumable=resumable)
    await room.server.until(lambda: expected in ops(room.server)[count:] and room.server.gateway.connected)


async def test_a_token_that_was_changed_ends_the_client(room: Room) -> None:
    room.server.state.token = "another"
    await room.server.gateway.drop()
    await room.server.until(room.client.is_closed)


@pytest.mark.parametrize(
    ("bit", "close_code"), [(1 << 15, discord.PrivilegedIntentsRequired), (1 << 27, discord.ConnectionClosed)]
)
async def test_intents_that_are_not_ours_are_refused(bit: int, close_code: type[Exception]) -> None:
    async with FakeDiscord(identify_window=0) as server:
        client = Client()
        client._connection._intents.value |= bit
        with pytest.raises(close_code):
            async with logged_in(server, client):
                pass


async def test_a_client_whose_heartbeats_are_not_acknowledged_comes_again() -> None:
    async with FakeDiscord(identify_window=0) as server:
        server.world.guild()
        server.gateway.heartbeat = 0.03
        async with logged_in(server, Client(heartbeat_timeout=0.2)):
            server.gateway.deaf = True
            await server.until(lambda: "resume" in ops(server))
            server.gateway.deaf = False


async def test_guilds_are_spread_over_shards() -> None:
    async with FakeDiscord(identify_window=0, shards=2) as server:
        guilds = [server.world.guild() for _ in range(6)]
        async with logged_in(server) as client:
            assert {guild.shard_id for guild in client.guilds} == {0, 1}
            assert {guild.id for guild in client.guilds} == {int(guild.id) for guild in guilds}
            assert [data["shard"] for what, data in server.gateway.log if what == "identify"] == [[0, 2], [1, 2]]
            server.world.channel(guilds[0])
            told = [each["t"] for session in server.gateway.sessions.values() for each in session.events]
            assert told.count("CHANNEL_CREATE") == 1


async def test_two_identifies_too_close_are_an_invalid_session() -> None:
    async with FakeDiscord(identify_window=5) as server:
        async with logged_in(server):
            pass
        async with raw(server) as line:
            await line.send_json({"op": 2, "d": identify(server)})
            assert (await line.receive_json())["op"] == 9
        server.world.skip(6)
        async with raw(server) as line:
            await line.send_json({"op": 2, "d": identify(server)})
            assert (await line.receive_json())["t"] == "READY"


# ---------------------------------------------------------------- by hand


def identify(server: FakeDiscord) -> dict[str, Any]:
    return {"token": server.state.token, "intents": 1, "properties": {}}


class raw:  # noqa: N801 - it is used like a function
    """A connection of our own, past its hello."""

    def __init__(self, server: FakeDiscord, query: str = "v=10&encoding=json") -> None:
        self.url = f"{server.gateway_url}?{query}"
        self.session = aiohttp.ClientSession()

    async def __aenter__(self) -> aiohttp.ClientWebSocketResponse:
        self.line = await self.session.ws_connect(self.url)
        assert (await self.line.receive_json())["op"] == 10
        return self.line

    async def __aexit__(self, *_: object) -> None:
        await self.line.close()
        await self.session.close()


@pytest.mark.parametrize(
    ("payloads", "close_code"),
    [
        (["nonsense"], 4002),
        (['{"op": 99}'], 4001),
        (['{"op": 3, "d": {}}'], 4003),
        (['{"op": 2, "d": {"token": "wrong", "intents": 1}}'], 4004),
        (['{"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [2, 2]}}'], 4010),
        (['{"op": 2, "d": {"token": "TOKEN", "intents": 1}}'] * 2, 4005),
        (['{"op": 6, "d": {"token": "wrong", "session_id": "1", "seq": 0}}'], 4004),
        (['{"op": 1, "d": null, "pad": "' + "x" * 4096 + '"}'], 4002),
        (['{"op": 1, "d": null}'] * 121, 4008),
    ],
)
async def test_who_does_not_keep_to_the_protocol_is_hung_up_on(payloads: list[str], close_code: int) -> None:
    async with FakeDiscord() as server, raw(server) as line:
        for payload in payloads:
            await line.send_str(payload.replace("TOKEN", server.state.token))
        while not line.closed:
            await line.receive()
        assert line.close_code == close_code


async def test_heartbeats_are_acknowledged_unless_it_is_deaf() -> None:
    async with FakeDiscord() as server, raw(server) as line:
        await line.send_json({"op": 1, "d": None})
        assert (await line.receive_json())["op"] == 11
        server.gateway.deaf = True
        await line.send_json({"op": 1, "d": None})
        await line.send_json({"op": 2, "d": identify(server)})
        assert (await line.receive_json())["t"] == "READY"


async def test_a_sequence_that_was_never_sent_cannot_be_resumed() -> None:
    async with FakeDiscord() as server:
        async with raw(server) as line:
            await line.send_json({"op": 2, "d": identify(server)})
            ready = await line.receive_json()
            await line.close(code=4000)
        async with raw(server) as line:
            session = ready["d"]["session_id"]
            await line.send_json({"op": 6, "d": {"token": server.state.token, "session_id": session, "seq": 99}})
            while not line.closed:
                await line.receive()
            assert line.close_code == 4007


async def test_another_version_is_not_spoken() -> None:
    async with (
        FakeDiscord() as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.gateway_url}?v=6&encoding=json") as line,
    ):
        await line.receive()
        assert line.close_code == 4012


async def test_payloads_share_one_stream_of_compression() -> None:
    async with (
        FakeDiscord() as server,
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.gateway_url}?v=10&encoding=json&compress=zlib-stream") as line,
    ):
        inflate = zlib.decompressobj()
        hello = await line.receive_bytes()
        assert hello.endswith(b"\x00\x00\xff\xff")
        assert b'"op": 10' in inflate.decompress(hello)
        await line.send_json({"op": 1, "d": None})
        assert b'"op": 11' in inflate.decompress(await line.receive_bytes())
