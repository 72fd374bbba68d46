"""What Discord refuses, and what fails on the way, is exactly one class of the port's errors."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import discord
import pytest

from adapters.discord.errors import delivery_error
from bot.platforms import BadFormat, DeliveryError, Fatal, NotSent, RetryLater, TargetGone, Unknown
from tests.fakes.discord_errors import REFUSALS


@dataclass(frozen=True)
class Answer:
    """As much of aiohttp's response as discord.py's errors keep."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = "said so"


def answer(status: int, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - stands for aiohttp's own
    return Answer(status, headers or {})


def refused(code: int, *, status: int | None = None, message: str | None = None) -> discord.HTTPException:
    """As discord.py raises the refusal with that code."""
    known = REFUSALS.get(code, (400, "Something else"))
    status = status or known[0]
    body: dict[str, Any] = {"code": code, "message": known[1] if message is None else message}
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    return kind(answer(status, {"Via": "1.1 google"}), body)


def connection_key() -> Any:  # noqa: ANN401 - aiohttp's own, of which only the host is looked at
    return aiohttp.client_reqrep.ConnectionKey("discord.com", 443, True, True, None, None, None)


NETWORK: tuple[tuple[BaseException, type[DeliveryError]], ...] = (
    (aiohttp.ClientConnectorError(connection_key(), OSError(111, "refused")), NotSent),
    (aiohttp.ClientConnectorDNSError(connection_key(), OSError(-2, "no such host")), NotSent),
    (aiohttp.ClientConnectorSSLError(connection_key(), ssl.SSLError(1, "handshake")), NotSent),
    (aiohttp.ClientProxyConnectionError(connection_key(), OSError(111, "refused")), NotSent),
    (aiohttp.ClientHttpProxyError(answer(407), (), status=407), NotSent),
    (aiohttp.ConnectionTimeoutError("connecting"), NotSent),
    (aiohttp.InvalidURL("x"), NotSent),
    (ConnectionRefusedError(111, "refused"), NotSent),
    (RuntimeError("Session is closed"), NotSent),
    (discord.LoginFailure("Improper token has been passed."), NotSent),
    (aiohttp.ServerDisconnectedError(), Unknown),
    (aiohttp.SocketTimeoutError("reading"), Unknown),
    (aiohttp.ClientOSError(104, "reset"), Unknown),
    (aiohttp.ClientPayloadError("cut"), Unknown),
    (TimeoutError(), Unknown),
    (ConnectionResetError(104, "reset"), Unknown),
    (OSError(5, "Input/output error"), Unknown),
    (discord.DiscordServerError(answer(502), "Bad Gateway"), Unknown),
    (discord.HTTPException(answer(520), "?"), Unknown),
    (discord.RateLimited(77.0), RetryLater),
    (KeyError("retry_after"), RetryLater),
    (ValueError("a mistake of ours"), Fatal),
)


@pytest.mark.parametrize(("error", "kind"), NETWORK, ids=lambda each: getattr(each, "__name__", type(each).__name__))
def test_what_failed_on_the_way_did_not_arrive_or_may_have(error: BaseException, kind: type[DeliveryError]) -> None:
    assert type(delivery_error(error)) is kind


GONE = (10003, 10004, 10013, 40058, 40067, 50001, 50007, 50008, 50013, 50024, 50033, 50083, 50278, 160005)
FORM = (40005, 50006, 50035, 50109)
FATAL = (10008, 10015, 10062, 20012, 30015, 40033, 40060, 50005, 50021, 160004)


@pytest.mark.parametrize("code", GONE)
def test_where_we_may_not_write_the_admin_is_told_why(code: int) -> None:
    error = delivery_error(refused(code))
    assert isinstance(error, TargetGone)
    assert error.reason
    assert str(code) not in error.reason, "in words"


@pytest.mark.parametrize("code", FORM)
def test_a_form_that_is_refused_can_be_simpler(code: int) -> None:
    assert type(delivery_error(refused(code))) is BadFormat


@pytest.mark.parametrize("code", FATAL)
def test_the_rest_is_fatal_and_says_its_code(code: int) -> None:
    editing = code in {20012, 50005, 50021}
    error = delivery_error(refused(code), editing=editing)
    assert type(error) is Fatal
    assert str(code) in str(error)


def test_every_refusal_we_know_of_is_one_class() -> None:
    for code in REFUSALS:
        for editing in (False, True):
            assert type(delivery_error(refused(code), editing=editing)).__base__ is DeliveryError


@pytest.mark.parametrize("code", [10008, 30046, 50083])
def test_a_message_that_cannot_be_edited_stays_and_its_chat_too(code: int) -> None:
    assert type(delivery_error(refused(code), editing=True)) is Fatal


def test_a_token_that_is_not_accepted_loses_no_message() -> None:
    assert type(delivery_error(refused(0, status=401, message="401: Unauthorized"))) is NotSent


def test_a_proxys_refusal_pauses_nobody() -> None:
    """Only Discord's own word may do that; what is no JSON of Discord's comes from something on the way."""
    for status in (400, 403, 404, 407):
        page = discord.HTTPException(answer(status), "<html>Blocked by your network</html>")
        assert type(delivery_error(page)) is NotSent
    assert type(delivery_error(refused(0, status=404, message="404: Not Found"))) is Fatal


def test_a_right_we_have_no_word_for_is_named_as_discord_does() -> None:
    error = delivery_error(refused(50099, status=403, message="Something new is not allowed"))
    assert isinstance(error, TargetGone)
    assert error.reason == "Discord says: “Something new is not allowed”"


@pytest.mark.parametrize(
    ("headers", "after", "everywhere"),
    [
        ({"Retry-After": "7", "Via": "1.1 google", "X-RateLimit-Scope": "user"}, 7.0, False),
        ({"Retry-After": "7", "Via": "1.1 google", "X-RateLimit-Scope": "shared"}, 7.0, False),
        ({"Retry-After": "7", "Via": "1.1 google", "X-RateLimit-Scope": "global"}, 7.0, True),
        ({"Retry-After": "7", "Via": "1.1 google", "X-RateLimit-Global": "true"}, 7.0, True),
        ({"Retry-After": "600"}, 600.0, True),
        ({"X-RateLimit-Reset-After": "1.5", "X-RateLimit-Scope": "user"}, 1.5, False),
        ({"Retry-After": "soon", "Via": "1.1 google"}, 30.0, False),
        ({}, 30.0, True),
    ],
)
def test_a_limit_says_how_long_and_for_whom(headers: Mapping[str, str], after: float, everywhere: bool) -> None:
    error = delivery_error(discord.HTTPException(answer(429, headers), "slow down"))
    assert isinstance(error, RetryLater)
    assert (error.after, error.everywhere) == (after, everywhere)


def test_the_librarys_own_limit_is_that_of_a_chat() -> None:
    error = delivery_error(discord.RateLimited(77.0))
    assert isinstance(error, RetryLater)
    assert (error.after, error.everywhere) == (77.0, False)


def test_too_many_threads_end_some_time() -> None:
    error = delivery_error(refused(160006))
    assert isinstance(error, RetryLater)
    assert error.after > 60


def test_an_error_of_the_port_is_itself() -> None:
    error = NotSent("no connection")
    assert delivery_error(error) is error


def test_what_the_server_says_is_kept_short() -> None:
    assert len(str(delivery_error(refused(50035, message="x " * 5000)))) < 300
