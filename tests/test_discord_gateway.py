"""The connection: dropped, resumed, begun anew, on several shards, through a proxy; and what of it is in no log."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web

from adapters.discord.client import create
from adapters.discord.connection import Connection
from adapters.discord.direct import Direct
from adapters.discord.secrecy import redacted
from bot.platforms import Ask, LoginFailed, Reply
from bot.ports import BotError
from bot.settings import SettingsError
from bot.targets import Target
from tests.fakes.discord_office import Office, adapter, office, parts, running, target
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core, Memo, said

SEND = "POST /channels/{channel}/messages"


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office(Core(script=lambda _: [Reply(said("hello"))])) as made:
        yield made


async def is_heard(here: Office) -> None:
    """People are answered."""
    await here.server.connected()
    answer = await here.server.uses(here.ann, here.channel, "help")
    assert (await answer.settled()).text == "hello"


def attempts(here: Office, what: str) -> int:
    """How often a session was begun, or resumed."""
    return sum(kind == what for kind, _ in here.server.gateway.log)


# ---------------------------------------------------------------- the line


async def test_a_line_that_breaks_is_resumed_and_what_people_did_meanwhile_is_answered(here: Office) -> None:
    here.server.gateway.cut()
    answer = await here.server.uses(here.ann, here.channel, "help")
    assert (await answer.settled()).text == "hello"
    assert (attempts(here, "identify"), attempts(here, "resume")) == (1, 1)


@pytest.mark.parametrize("code", [4000, 4001, 4008, 4009])
async def test_whatever_the_gateway_hangs_up_with_we_come_back(here: Office, code: int) -> None:
    await here.server.gateway.drop(code)
    await is_heard(here)


async def test_asked_to_reconnect_we_do(here: Office) -> None:
    here.server.gateway.ask_to_reconnect()
    await here.until(lambda: attempts(here, "resume"))
    await is_heard(here)


async def test_a_session_that_is_gone_is_begun_anew_and_nothing_is_lost_by_it() -> None:
    async with office(Core(script=lambda _: [Reply(said("hello"))])) as here:
        here.server.gateway.invalidate()
        await here.until(lambda: attempts(here, "identify") == 2)
        await is_heard(here)
        (part,) = parts(here.discord, said("hello"), target(here.channel))
        await here.discord.send(target(here.channel), part, nonce="n")
        assert (here.core.lost, here.core.back) == ([], [])


async def test_messages_go_out_while_the_gateway_is_away(here: Office) -> None:
    here.server.gateway.cut()
    (part,) = parts(here.discord, said("hello"), target(here.channel))
    await here.discord.send(target(here.channel), part, nonce="n")
    assert here.texts() == ["hello"]


async def test_we_stay_with_the_gateway_that_the_settings_name() -> None:
    async with FakeDiscord(identify_window=0) as server:
        guild = server.world.guild()
        channel = server.world.channel(guild)
        server.state.gateway_url = lambda: "ws://127.0.0.1:9/"  # where Discord would have us, and nobody listens
        async with running(adapter(server), Core()):
            server.gateway.cut()
            answer = await server.uses(guild.owner, channel, "help")
            assert not answer.failed
            assert [kind for kind, _ in server.gateway.log] == ["identify", "resume"]


async def test_otherwise_we_go_where_discord_says() -> None:
    async with FakeDiscord(identify_window=0) as server:
        server.world.guild()
        async with running(adapter(server, environ={"DISCORD_GATEWAY_URL": ""}), Core()):
            assert server.gateway.connected


async def test_many_servers_are_heard_on_several_shards() -> None:
    async with FakeDiscord(identify_window=0, shards=3) as server:
        guilds = [server.world.guild(f"Server {n}") for n in range(6)]
        channels = [server.world.channel(guild) for guild in guilds]
        async with running(discord := adapter(server), Core(script=lambda _: [Reply(said("hello"))])):
            assert {session.shard for session in server.gateway.sessions.values()} == {0, 1, 2}
            for guild, channel in zip(guilds, channels, strict=True):
                answer = await server.uses(guild.owner, channel, "help")
                assert (await answer.settled()).text == "hello"
                assert await discord.check(target(channel)) == ()


@pytest.mark.parametrize(("code", "says"), [(4004, "token"), (4010, "shard"), (4013, "intents"), (4014, "intent")])
async def test_a_gateway_that_will_never_have_us_is_not_asked_again(code: int, says: str) -> None:
    async with FakeDiscord(identify_window=0) as server:
        server.world.guild()
        serving = asyncio.create_task(adapter(server).run(Core()))
        await server.connected()
        await server.gateway.drop(code)
        with pytest.raises(LoginFailed, match=says):
            await asyncio.wait_for(serving, 5)


async def test_we_ask_for_nothing_that_discord_has_to_approve(here: Office) -> None:
    ((_, identify),) = [each for each in here.server.gateway.log if each[0] == "identify"]
    assert identify["intents"] == 1, "guilds, and nothing else"
    assert list(here.connection.guilds[0].members) == [here.connection.guilds[0].me], "nobody but us is remembered"


async def test_we_can_be_stopped_while_we_reconnect() -> None:
    async with office() as here:
        await here.server.refuse()
        here.server.gateway.cut()
        await asyncio.sleep(0.05)


async def test_who_is_waiting_when_we_stop_is_let_go() -> None:
    started = asyncio.Event()

    async def forever(_: Ask) -> AsyncIterator[Reply]:
        started.set()
        await asyncio.Event().wait()
        yield Reply(said("never"))

    async with office(Core(script=forever)) as here:
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": "1"})
        await started.wait()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


# ---------------------------------------------------------------- a proxy


async def test_everything_goes_through_the_proxy_that_is_set_up() -> None:
    asked: list[str] = []

    async def refusing(request: web.BaseRequest) -> web.Response:
        asked.append(f"{request.method} {request.path_qs}" if request.method == "CONNECT" else str(request.url))
        return web.Response(status=502)

    runner = web.ServerRunner(web.Server(refusing))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    environ = {
        "DISCORD_BOT_TOKEN": "x" * 60,
        "DISCORD_API_URL": "http://discord.invalid/api/v10",
        "HTTPS_PROXY": f"http://127.0.0.1:{port}",
    }
    made = create(environ, clock=lambda: (_ for _ in ()).throw(AssertionError), marks=Memo())
    assert made is not None
    connection = Connection(made._settings, proxy=made._proxy)
    direct = Direct(connection.http, api_url="http://discord.invalid/api/v10", longest=5, patience=5)
    async with connection, direct:
        with pytest.raises(Exception, match="502"):
            await direct.answer("POST", "/interactions/1/2/callback", {})
        assert connection.http.proxy == environ["HTTPS_PROXY"]
    assert asked == ["http://discord.invalid/api/v10/interactions/1/2/callback"]
    await runner.cleanup()


def test_without_a_token_there_is_no_discord_and_a_wrong_address_is_named() -> None:
    assert create({}, clock=lambda: (_ for _ in ()).throw(AssertionError), marks=Memo()) is None
    for name, value in (("DISCORD_API_URL", "discord.com"), ("DISCORD_GATEWAY_URL", "https://gateway.discord.gg")):
        with pytest.raises(SettingsError, match=name):
            create({"DISCORD_BOT_TOKEN": "x" * 60, name: value}, clock=lambda: None, marks=Memo())  # type: ignore[arg-type,return-value] # no time is asked


# ---------------------------------------------------------------- what is in no log


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any logger says at DEBUG, with tracebacks, as a terminal would show it."""
    root, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    level, library = root.level, logging.getLogger("discord").level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("discord").setLevel(logging.NOTSET)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    logging.getLogger("discord").setLevel(library)


def failing(ask: Ask) -> list[Reply]:
    raise RuntimeError(ask.options["ids"])


async def test_no_token_and_nothing_that_people_wrote_is_logged(log: io.StringIO) -> None:
    secret = "what somebody typed"
    async with office(Core(script=failing)) as here:
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": secret})
        await here.until(lambda: here.core.asks)
        here.core.script = lambda _: [Reply(said(secret))]
        here.server.fail("POST /interactions/*", "429", after=0.01)
        here.server.fail("PATCH /webhooks/*", "status", status=403)
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": secret})
        here.server.fail("POST /webhooks/*", "cut", times=None)
        here.server.fail("PATCH /webhooks/*", "cut", times=None)
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": secret})
        here.server.gateway.cut()
        await here.server.connected()
        (part,) = parts(here.discord, said(secret), target(here.channel))
        here.server.fail(SEND, "429", after=0.01)
        await here.discord.send(target(here.channel), part, nonce="n")
        for where, route in (
            (target(here.channel), SEND),
            (Target("discord", f"@{here.ann.id}"), "POST /users/@me/channels"),
        ):
            here.server.fail(route, "cut")
            with pytest.raises(BotError):
                await here.discord.send(where, part, nonce="m")
        tokens = [here.server.state.token, *here.server.state.interactions]
    shown = log.getvalue()
    assert "429" in shown
    assert "an event could not be handled: on_interaction" in shown
    for hidden in (*tokens, secret):
        assert hidden not in shown


def test_what_the_library_says_of_addresses_loses_their_tokens() -> None:
    said_ = "POST https://discord.com/api/v10/webhooks/12/aW50ZXJh/messages/@original and /interactions/7/aW50/callback"
    assert redacted(said_) == (
        "POST https://discord.com/api/v10/webhooks/12/***/messages/@original and /interactions/7/***/callback"
    )
    assert redacted("GET /channels/1/messages/2") == "GET /channels/1/messages/2"


async def test_whatever_the_library_logs_loses_them(here: Office, log: io.StringIO) -> None:
    url = f"{here.server.api_url}/interactions/7/a-secret-token/callback"
    for name in ("discord.http", "discord.webhook.async"):
        logging.getLogger(name).warning("We are being rate limited. %s %s responded with 429.", "POST", url)
    assert log.getvalue().count("/interactions/7/***/callback") == 2
    assert "a-secret-token" not in log.getvalue()
