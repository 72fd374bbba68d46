"""What the log of a Discord that cannot be reached says: why, and when again, in one line; and nothing too often."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest
from aiohttp import web

from adapters.discord import calm
from adapters.discord.calm import Calm
from tests.fakes.discord_office import adapter
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing was told yet, and the library's loggers have the filter of this test alone."""
    mine = Calm()
    monkeypatch.setattr(calm, "_CALM", mine)
    for name in calm.LOGGERS:
        logger = logging.getLogger(name)
        for old in [each for each in logger.filters if isinstance(each, Calm)]:
            logger.removeFilter(old)
    yield
    for name in calm.LOGGERS:
        logging.getLogger(name).removeFilter(mine)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith("discord")]


async def _meanwhile(server: FakeDiscord, gateway: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is logged while `gateway` is asked for a connection."""
    task = asyncio.create_task(adapter(server, environ={"DISCORD_GATEWAY_URL": gateway}).run(Core()))
    try:
        async with asyncio.timeout(5):
            while not any("gateway" in line for line in lines(caplog)):  # noqa: ASYNC110 - the library's own log
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return lines(caplog)


async def test_a_gateway_where_nobody_listens_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with FakeDiscord(identify_window=0) as server:
        told = await _meanwhile(server, "ws://127.0.0.1:9", caplog)
    assert told == ["no connection to Discord's gateway: it cannot be reached (ClientConnectorError); again in 5 s"]
    assert not any(record.exc_info or record.exc_text for record in caplog.records)
    assert {record.levelname for record in caplog.records if record.name == "discord.shard"} == {"WARNING"}
    assert "127.0.0.1" not in caplog.text


async def test_a_proxys_page_in_its_place_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>Bad Gateway</html>")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with FakeDiscord(identify_window=0) as server:
            told = await _meanwhile(server, f"ws://127.0.0.1:{port}", caplog)
    finally:
        await runner.cleanup()
    assert told == ["no connection to Discord's gateway: it answered 502; again in 5 s"]


def _record(error: BaseException, *, at: float, wait: float = 2.5) -> logging.LogRecord:
    info = (type(error), error, None)
    made = logging.LogRecord("discord.shard", logging.ERROR, "", 1, "Attempting in %.2fs", (wait,), info)
    made.created = at
    return made


def test_the_same_again_is_told_after_a_while_with_its_number() -> None:
    filter_ = Calm()
    records = [_record(TimeoutError(), at=float(at)) for at in range(0, 605, 5)]
    told = [record.getMessage() for record in records if filter_.filter(record)]
    assert told == [
        "no connection to Discord's gateway: no answer in time; again in 2 s",
        "no connection to Discord's gateway: no answer in time; again in 2 s (120 times since the last line)",
    ]


def test_a_bug_keeps_its_traceback() -> None:
    record = _record(KeyError("op"), at=0.0)
    assert Calm().filter(record)
    assert record.exc_info is not None
    assert record.levelno == logging.ERROR


@pytest.mark.parametrize("message", ["logging in using static token"])
def test_what_is_no_news_is_not_told(message: str) -> None:
    assert not Calm().filter(logging.LogRecord("discord.client", logging.INFO, "", 1, message, (), None))
    assert Calm().filter(logging.LogRecord("discord.client", logging.INFO, "", 1, "else", (), None))
