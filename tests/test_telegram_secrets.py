"""The token is in no log line, no error and no traceback, whatever fails and however much is logged."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from adapters.telegram import redaction
from adapters.telegram.redaction import HIDDEN, Scrubber, hide
from bot.platforms import LoginFailed
from bot.ports import BotError
from tests.fakes.messenger import IMPATIENT, PAUSES, Core, Office, adapter, one, running, said, target
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import Fault, babbles, breaks, cuts, floods, hangs, refuses

OTHER = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaX"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything any logger says at DEBUG, with tracebacks, as a terminal would show it."""
    root, stream = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    factory, level = logging.getLogRecordFactory(), root.level
    levels = {name: logging.getLogger(name).level for name in (*redaction.QUIET, "asyncio", "tornado")}
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    logging.setLogRecordFactory(factory)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def loudly() -> None:
    """As an operator who wants to see everything."""
    for name in redaction.QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG)


def whole(error: BaseException) -> str:
    """All that could be shown of an error: its chain, whatever was suppressed, and every repr."""
    told = ["".join(traceback.format_exception(error)), repr(error), str(error)]
    inside = [error.__cause__, error.__context__, *(error.exceptions if isinstance(error, BaseExceptionGroup) else ())]
    told += [whole(inner) for inner in inside if inner is not None]
    return "\n".join(told)


FAULTS: dict[str, Fault] = {
    "hangs": hangs(),
    "cut": cuts(),
    "502": breaks(),
    "echo": Fault(status=502, body=f"<p>cannot reach /bot{OTHER}/sendMessage</p>"),
    "echo 400": Fault(status=400, body=f"<p>bad: /bot{OTHER}/sendMessage</p>"),
    "echo 403": Fault(status=403, body=f"<p>no: /bot{OTHER}/sendMessage</p>"),
    "echo 409": Fault(status=409, body=f"<p>busy: /bot{OTHER}/sendMessage</p>"),
    "babbles": babbles(),
    "babbles it": Fault(status=200, body=f'{{"{OTHER}'),
    "401": refuses("Unauthorized", 401),
    "404": refuses("Not Found", 404),
    "400": refuses("Bad Request: can't parse entities: x"),
    "403": refuses("Forbidden: bot was kicked from the group chat", 403),
    "429": floods(3),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_failure_of_a_message_tells_the_token(
    log: io.StringIO, capfd: pytest.CaptureFixture[str], fault: str
) -> None:
    async with FakeTelegram(token=OTHER) as server:
        pauses = IMPATIENT if fault == "hangs" else PAUSES
        group, telegram = server.people.add_supergroup(), adapter(server, pauses=pauses)
        loudly()
        server.fail(FAULTS[fault], times=None)
        for form in ("", "rich"):
            part = one(telegram, said("x"), target(group), form=form)
            with pytest.raises(BotError) as raised:
                await telegram.send(target(group), part, nonce="n")
            assert_hidden(whole(raised.value))
            logging.getLogger("test").error("it failed", exc_info=raised.value)
        try:
            assert_hidden(" ".join(await telegram.check(target(group))))
        except BotError as error:
            assert_hidden(whole(error))
    shown = log.getvalue() + "".join(capfd.readouterr())
    assert "sendMessage" in shown  # somebody did log a lot
    assert_hidden(shown)


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_failure_at_login_tells_the_token(log: io.StringIO, fault: str) -> None:
    async with FakeTelegram(token=OTHER) as server:
        telegram = adapter(server, pauses=IMPATIENT if fault == "hangs" else PAUSES)
        loudly()
        server.fail(FAULTS[fault], method="getMe", times=None)
        with pytest.raises(BotError) as raised:
            await telegram.run(Core())
        assert isinstance(raised.value, LoginFailed) == (fault in {"401", "404"})
        assert_hidden(whole(raised.value))
    assert_hidden(log.getvalue())


async def test_no_failure_of_listening_tells_the_token(log: io.StringIO) -> None:
    async with FakeTelegram(token=OTHER) as server:
        telegram = adapter(server)
        loudly()
        async with running(telegram, core := Core()):
            here = Office(server, core, telegram)
            for fault in ("cut", "502", "echo", "babbles it", "400"):
                server.fail(FAULTS[fault], method="getUpdates")
                ann = server.people.add_user()
                server.people.says(ann, ann, "/list")
                await here.said(ann, "/list")
            async with server.down():
                await asyncio.sleep(0.05)
    shown = log.getvalue()
    assert "getUpdates" in shown
    assert_hidden(shown)


async def test_a_server_that_is_not_there_tells_nothing(log: io.StringIO) -> None:
    async with FakeTelegram(token=OTHER) as server:
        telegram = adapter(server)
    loudly()
    with pytest.raises(BotError) as raised:
        await telegram.run(Core())
    assert_hidden(whole(raised.value))
    assert_hidden(log.getvalue())
    assert_hidden(repr(telegram._api._bot) + repr(telegram._settings) + str(vars(telegram)))


def test_what_others_log_is_made_without_it_too(log: io.StringIO) -> None:
    hide(OTHER)
    logger = logging.getLogger("somebody.else")
    logger.info("POST https://api.telegram.org/bot%s/sendMessage", OTHER)
    logger.info(f"POST https://api.telegram.org/bot{OTHER}/sendMessage")  # noqa: G004 - as others do
    logger.warning("%(url)s", {"url": f"https://x/bot{OTHER.replace(':', '%3A')}/x"})
    logger.debug(httpx.URL(f"https://x/bot{OTHER}/x"))
    logger.info("stack", stack_info=True)
    error = RuntimeError(f"https://api.telegram.org/bot{OTHER}/x")
    error.__cause__ = ValueError(OTHER)
    logger.error("failed", exc_info=error)
    with suppress(Exception):
        logger.info("%d", OTHER)
    shown = log.getvalue()
    assert shown.count(HIDDEN) >= 5
    assert "RuntimeError" in shown
    assert_hidden(shown)


def test_records_without_a_secret_are_left_alone(log: io.StringIO) -> None:
    hide(OTHER)
    logging.getLogger("x").error("%s is %d", "it", 5, exc_info=ValueError("fine"))
    assert "x ERROR it is 5\nValueError: fine" in log.getvalue()
    record = logging.getLogger("x").makeRecord("x", logging.INFO, "f", 1, "%s is %d", ("it", 5), None)
    assert (record.msg, record.args) == ("%s is %d", ("it", 5))


def test_hiding_again_makes_no_second_scrubber(log: io.StringIO) -> None:
    assert hide(OTHER) is hide(OTHER, "another-secret")
    assert isinstance(logging.getLogRecordFactory(), Scrubber)
    assert hide("").clean("short words stay") == "short words stay"


def test_what_people_write_is_not_logged_unless_somebody_insists(log: io.StringIO) -> None:
    hide(OTHER)
    for name in redaction.QUIET:
        assert not logging.getLogger(f"{name}.x").isEnabledFor(logging.INFO)


def assert_hidden(text: str) -> None:
    """Neither the token nor its secret half."""
    assert OTHER.partition(":")[2] not in text
