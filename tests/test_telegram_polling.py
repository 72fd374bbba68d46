"""How updates come in: asked for, each once, in order within a chat, confirmed when dealt with; or brought to us."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from adapters.telegram.client import Telegram
from adapters.telegram.settings import TelegramSettings
from adapters.telegram.webhook import SECRET, CannotListen
from bot.platforms import Ask, LoginFailed, Reply
from bot.ports import BotError
from bot.settings import SettingsError
from tests.fakes.messenger import PAUSES, Core, Memo, Office, adapter, office, running, said
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import breaks, floods, refuses
from tests.samples import NOW


def offsets(server: FakeTelegram) -> list[int]:
    """What was asked for, as far as it says from where on."""
    return [int(call.params["offset"]) for call in server.called("getUpdates") if call.params.get("offset")]


class Gate:
    """A core whose answers to /summarize wait until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.core = Core(self._told)
        self.order: list[str] = []

    async def _told(self, ask: Ask) -> AsyncIterator[Reply]:
        if ask.command == "summarize":
            await self.open.wait()
        self.order.append(ask.command)
        yield Reply(said(ask.command))


# ---------------------------------------------------------------- polling


async def test_an_update_is_confirmed_only_after_it_was_dealt_with() -> None:
    gate = Gate()
    async with office(gate.core, pauses=replace(PAUSES, batch=30)) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/summarize 1")
        await here.heard()
        (waiting,) = here.server.people.updates.waiting
        await asyncio.sleep(0.05)
        assert offsets(here.server) == []
        gate.open.set()
        await here.quiet()
        assert offsets(here.server) == [waiting["update_id"] + 1]


async def test_what_is_slow_holds_up_the_others_for_a_moment_only() -> None:
    gate = Gate()
    async with office(gate.core) as here:
        ann, bob = here.server.people.add_user(), here.server.people.add_user()
        here.server.people.says(ann, ann, "/summarize 1")
        here.server.people.says(bob, bob, "/list")
        await here.said(bob, "list")  # beside it, at once
        here.server.people.says(bob, bob, "/help")
        await here.said(bob, "help")  # and after the pause in the next batch
        gate.open.set()
        await here.said(ann, "summarize")


async def test_what_happens_in_one_chat_happens_in_order() -> None:
    gate = Gate()
    async with office(gate.core) as here:
        ann = here.server.people.add_user()
        for text in ("/summarize 1", "/list", "/help"):
            here.server.people.says(ann, ann, text)
        await here.heard()
        await asyncio.sleep(0.05)
        assert gate.order == []
        gate.open.set()
        await here.said(ann, "help")
        assert gate.order == ["summarize", "list", "help"]
        assert here.texts(ann) == gate.order


async def test_an_answer_that_is_still_being_made_holds_up_nobody_in_its_chat() -> None:
    done = asyncio.Event()

    async def told(ask: Ask) -> AsyncIterator[Reply]:
        yield Reply(said(f"at once {ask.command}"))
        if ask.command == "summarize":
            await done.wait()
            yield Reply(said("made"))

    async with office(Core(told)) as here:
        ann = here.server.people.add_user()
        for text in ("/summarize 1", "/list"):
            here.server.people.says(ann, ann, text)
        await here.said(ann, "at once list")
        done.set()
        await here.said(ann, "made")


async def test_nothing_is_asked_for_but_what_we_understand() -> None:
    async with office() as here:
        await here.until(lambda: here.server.called("getUpdates"))
        params = here.server.called("getUpdates")[0].params
        assert "edited_message" not in str(params["allowed_updates"])
        assert int(params["timeout"]) >= 25


async def test_an_update_nobody_can_read_holds_up_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        here.server.people.updates.push("message", {"message_id": "no message at all"})
        here.server.people.says(ann, ann, "/list")
        here.server.people.updates.push("callback_query", {"id": 1})
        await here.said(ann, "/list")
        await here.quiet()
    assert caplog.text.count("an update cannot be read") == 2


@pytest.mark.parametrize(
    "fault", [breaks(), floods(1), refuses("Internal Server Error", 500)], ids=["502", "429", "500"]
)
async def test_polling_goes_on_after_a_failure(fault: Any) -> None:  # noqa: ANN401 - any fault
    async with office() as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/help")
        await here.said(ann, "/help")
        here.server.fail(fault, method="getUpdates", times=1)
        for text in ("/list", "/pause"):
            here.server.people.says(ann, ann, text)
        await here.said(ann, "/pause")
        assert here.texts(ann) == ["/help", "/list", "/pause"]


async def test_a_proxys_pages_are_one_line_of_ours_without_their_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with office() as here:
        await here.until(lambda: here.server.called("getUpdates"))
        here.server.fail(breaks(), method="getUpdates", times=2)
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        await here.said(ann, "/list")
        await here.until(lambda: caplog.text.count("no updates, again in") == 2)
    ours = [record for record in caplog.records if not record.name.startswith("aiohttp")]  # the test's own server
    told = [record for record in ours if record.levelno >= logging.WARNING]
    assert [record.name for record in told] == ["adapters.telegram.polling"]
    assert "something answered in the Bot API's place" in told[0].getMessage()
    assert not any(record.exc_info or record.exc_text for record in ours)
    assert not any("html" in record.getMessage() for record in ours)


async def test_polling_goes_on_after_the_server_was_away() -> None:
    async with office() as here:
        ann = here.server.people.add_user()
        await here.until(lambda: here.server.called("getUpdates"))
        async with here.server.down():
            await asyncio.sleep(0.05)
        here.server.people.says(ann, ann, "/list")
        await here.said(ann, "/list")


async def test_two_processes_with_one_token_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    async with office() as here:
        await here.until(lambda: here.server.called("getUpdates"))
        async with running(adapter(here.server), Core()):
            await here.until(lambda: "another process" in caplog.text)
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/list")
        await here.said(ann, "/list")
    assert here.server.token not in caplog.text


@pytest.mark.parametrize("token", ["110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaX", "1:short"])
async def test_a_token_that_is_not_accepted_ends_it(token: str) -> None:
    async with FakeTelegram() as server:
        right, server.token = server.token, token
        telegram = adapter(server)
        server.token = right
        with pytest.raises(LoginFailed) as raised:
            await telegram.run(Core())
    assert token not in str(raised.value)


async def test_a_token_that_is_revoked_ends_it_too() -> None:
    async with FakeTelegram() as server:
        telegram = adapter(server)
        task = asyncio.create_task(telegram.run(Core()))
        here = Office(server, Core(), telegram)
        await here.until(lambda: server.called("getUpdates"))
        server.fail(refuses("Unauthorized", 401), method="getUpdates", times=None)
        server.people.says(ann := server.people.add_user(), ann, "/list")
        with pytest.raises(LoginFailed):
            await asyncio.wait_for(task, 5)


async def test_stopping_leaves_no_task_and_no_connection_behind() -> None:
    gate = Gate()
    async with FakeTelegram() as server:
        before = asyncio.all_tasks()
        telegram = adapter(server)
        async with running(telegram, gate.core) as task:
            here = Office(server, gate.core, telegram)
            ann, bob = server.people.add_user(), server.people.add_user()
            server.people.says(ann, ann, "/summarize 1")
            server.people.says(bob, bob, "/list")
            await here.said(bob, "list")
        assert task.cancelled()
        assert all(request._client.is_closed for request in telegram._api._requests)
        ours = {each for each in asyncio.all_tasks() - before if "adapters" in repr(each) or "httpx" in repr(each)}
        assert ours == set()


async def test_after_a_restart_what_was_not_done_comes_again_and_what_was_done_does_not() -> None:
    gate = Gate()
    async with FakeTelegram() as server:
        ann, bob = server.people.add_user(), server.people.add_user()
        telegram = adapter(server, pauses=replace(PAUSES, batch=30))
        async with running(telegram, gate.core):
            here = Office(server, gate.core, telegram)
            server.people.says(bob, bob, "/list")
            server.people.says(ann, ann, "/summarize 1")
            await here.said(bob, "list")
            await here.heard(2)
            await asyncio.sleep(0.02)
        (waiting,) = server.people.updates.waiting
        gate.open.set()
        async with running(adapter(server), again := Core()):
            await Office(server, again, telegram).heard()
            await Office(server, again, telegram).quiet()
        assert [(ask.command, ask.update) for ask in again.asks] == [("summarize", f"telegram:{waiting['update_id']}")]


async def test_a_webhook_that_was_set_before_is_taken_away() -> None:
    async with FakeTelegram() as server:
        server.people.updates.url = "https://bot.example.org/hook"
        telegram = adapter(server)
        async with running(telegram, core := Core()):
            ann = server.people.add_user()
            server.people.says(ann, ann, "/list")
            await Office(server, core, telegram).said(ann, "/list")


# ---------------------------------------------------------------- webhook


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def hooked(server: FakeTelegram, port: int, **environ: str) -> Telegram:
    given = {
        "TELEGRAM_BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.root,
        "TELEGRAM_WEBHOOK_URL": "https://bot.example.org/hook",
        "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}",
        **environ,
    }
    return Telegram(TelegramSettings.read(given), clock=lambda: NOW, marks=Memo(), pauses=PAUSES)


async def post(port: int, path: str, body: bytes, secret: str | None) -> int:
    headers = {} if secret is None else {SECRET: secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as answer,
    ):
        return answer.status


@pytest.mark.parametrize("secret", ["", "a-secret_of_ours"])
async def test_telegram_brings_updates_and_is_told_when_they_are_taken(secret: str) -> None:
    port = free_port()
    async with FakeTelegram() as server:
        telegram = hooked(server, port, TELEGRAM_WEBHOOK_SECRET=secret)
        here = Office(server, Core(), telegram)
        async with running(telegram, here.core):
            await here.until(lambda: server.people.updates.url)
            assert server.people.updates.url == "https://bot.example.org/hook"
            assert len(server.people.updates.secret) >= 16
            ann = server.people.add_user()
            for text in ("/list", "/help"):
                server.people.says(ann, ann, text)
            assert await server.people.updates.deliver(f"http://127.0.0.1:{port}/hook") == [200, 200]
            await here.said(ann, "/help")
            assert server.called("getUpdates") == []
        server.people.says(ann, ann, "/pause")
        with pytest.raises(aiohttp.ClientError):
            await server.people.updates.deliver(f"http://127.0.0.1:{port}/hook")
        assert server.people.updates.url  # what happens meanwhile waits there


async def test_whoever_does_not_know_the_secret_is_sent_away() -> None:
    port = free_port()
    async with FakeTelegram() as server:
        telegram = hooked(server, port)
        here = Office(server, Core(), telegram)
        async with running(telegram, here.core):
            await here.until(lambda: server.people.updates.url)
            secret = server.people.updates.secret
            ann = server.people.add_user()
            update = {"update_id": 1, "message": server.people.says(ann, ann, "/list").json()}
            body = json.dumps(update).encode()
            assert await post(port, "/hook", body, None) == 403
            assert await post(port, "/hook", body, secret[:-1]) == 403
            assert await post(port, "/other", body, secret) == 404
            assert here.core.asks == []
            assert await post(port, "/hook", body, secret) == 200
            for junk in (b"", b"[]", b"{", b'{"update_id": "x"}', b'{"update_id": 2, "message": 5}', b"\xff"):
                assert await post(port, "/hook", junk, secret) == 200
            assert len(here.core.asks) == 1


async def test_an_update_that_is_being_dealt_with_when_we_stop_is_brought_again() -> None:
    port, gate = free_port(), Gate()
    async with FakeTelegram() as server:
        telegram = hooked(server, port)
        telegram._pauses = replace(PAUSES, batch=30)
        here = Office(server, gate.core, telegram)
        async with running(telegram, gate.core):
            await here.until(lambda: server.people.updates.url)
            ann = server.people.add_user()
            server.people.says(ann, ann, "/summarize 1")
            bringing = asyncio.create_task(server.people.updates.deliver(f"http://127.0.0.1:{port}/hook"))
            await here.heard()
        assert await bringing == [503]
        assert len(server.people.updates.waiting) == 1


async def test_a_place_where_somebody_else_listens_is_named() -> None:
    async with FakeTelegram() as server:
        port = int(server.root.rpartition(":")[2])
        with pytest.raises(CannotListen, match=str(port)):
            await hooked(server, port).run(Core())


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "no token: secretsecret"),
        ("TELEGRAM_API_URL", "ftp://secretsecret"),
        ("TELEGRAM_API_URL", "https://[secretsecret"),
        ("TELEGRAM_RICH", "secretsecret"),
        ("TELEGRAM_WEBHOOK_URL", "http://secretsecret.example/x"),
        ("TELEGRAM_WEBHOOK_LISTEN", "secretsecret"),
        ("TELEGRAM_WEBHOOK_LISTEN", "secretsecret:99999"),
        ("TELEGRAM_WEBHOOK_SECRET", "secret secret"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_its_value_is_not(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as raised:
        TelegramSettings.read({name: value})
    assert name in str(raised.value)
    assert "secret" not in str(raised.value).replace("TELEGRAM_WEBHOOK_SECRET", "")


def test_settings_have_sensible_defaults_and_hide_what_is_secret() -> None:
    read = TelegramSettings.read({"TELEGRAM_BOT_TOKEN": "1:abc", "TELEGRAM_API_URL": "http://localhost:8081/"})
    assert (read.api_url, read.rich, read.webhook_url, read.listen) == (
        *("http://localhost:8081", "auto", None, ("127.0.0.1", 8443)),
    )
    assert "abc" not in repr(read)
    assert read.secret == TelegramSettings.read({"TELEGRAM_BOT_TOKEN": "1:abc"}).secret
    assert read.secret != TelegramSettings.read({"TELEGRAM_BOT_TOKEN": "1:abd"}).secret
    assert TelegramSettings.read({"TELEGRAM_WEBHOOK_LISTEN": "[::1]:80"}).listen == ("::1", 80)
    assert TelegramSettings.read({"TELEGRAM_BOT_TOKEN": ""}).token is None


async def test_failures_at_login_are_tried_again_by_whoever_runs_us() -> None:
    async with FakeTelegram() as server:
        telegram = adapter(server)
        for fault in (breaks(), floods(1), refuses("Bad Request: x")):
            server.fail(fault, method="getMe")
            with pytest.raises(BotError) as raised:
                await telegram.run(Core())
            assert not isinstance(raised.value, LoginFailed)
        here: Sequence[object] = [each for each in asyncio.all_tasks() if "menus" in repr(each)]
        assert here == []
