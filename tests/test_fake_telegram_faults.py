"""The test Telegram fails on demand as the real one does, and slows down who writes too fast."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.fakes import telegram_faults as faults
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_bot import Clock, client
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_limits import BURST, Limits
from tests.fakes.telegram_places import User

pytestmark = pytest.mark.filterwarnings("ignore:.*PTB_TIMEDELTA")  # it warns of its own type of retry_after


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running:
        yield running


@pytest.fixture
def ann(server: FakeTelegram) -> User:
    return server.people.add_user("Ann", started=True)


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with client(server, read=0.05) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "error", "cause"),
    [
        (faults.hangs(), TimedOut, "ReadTimeout"),
        (faults.hangs(applied=True), TimedOut, "ReadTimeout"),
        (faults.slow(0.3), TimedOut, "ReadTimeout"),
        (faults.closes(), NetworkError, "RemoteProtocolError"),
        (faults.cuts(), NetworkError, "RemoteProtocolError"),
        (faults.cuts(half=True), NetworkError, "RemoteProtocolError"),
        (faults.resets(), NetworkError, "ReadError"),
        (faults.resets(applied=True), NetworkError, "ReadError"),
        (faults.breaks(500), NetworkError, ""),
        (faults.breaks(502), NetworkError, ""),
        (faults.breaks(504, applied=True), NetworkError, ""),
        (faults.babbles(), TelegramError, ""),
        (faults.floods(7), RetryAfter, ""),
        (faults.refuses("Bad Request: MESSAGE_TOO_LONG"), BadRequest, ""),
        (faults.refuses("Forbidden: bot was kicked from the group chat", 403), Forbidden, ""),
    ],
)
async def test_what_goes_wrong_looks_to_the_library_as_it_does(
    server: FakeTelegram, bot: Bot, fault: Fault, error: type[Exception], cause: str
) -> None:
    ann = server.people.add_user("Ann", started=True)
    server.fail(fault, method="sendMessage")

    with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is what is asked below
        await bot.send_message(ann.id, "x")

    assert type(raised.value) is error
    if cause:
        assert type(raised.value.__cause__).__name__ == cause
    assert len(server.people.messages(ann)) == fault.applied
    (call,) = server.calls
    assert (call.applied, call.heard) == (fault.applied, fault.line == "answer" and not fault.delay)
    await bot.send_message(ann.id, "y")
    assert server.people.messages(ann)[-1].text == "y"


async def test_nobody_listens_while_the_server_is_down(server: FakeTelegram, ann: User, bot: Bot) -> None:
    await bot.send_message(ann.id, "x")
    async with server.down():
        with pytest.raises(NetworkError) as raised:
            await bot.send_message(ann.id, "y")
    assert type(raised.value.__cause__).__name__ == "ConnectError"
    await bot.send_message(ann.id, "z")

    assert [message.text for message in server.people.messages(ann)] == ["x", "z"]


async def test_a_fault_meets_only_its_method_chat_and_number_of_times(
    server: FakeTelegram, ann: User, bot: Bot
) -> None:
    bob = server.people.add_user("Bob", started=True)
    server.fail(faults.breaks(), method="sendMessage", chat=bob.id, times=2)
    server.fail(faults.floods(3), times=None)

    async def outcome(user: User) -> str:
        try:
            await bot.send_message(user.id, "x")
        except NetworkError:
            return "broken"
        except RetryAfter:
            return "flood"
        return "sent"

    met = [await outcome(each) for each in (ann, bob, bob, bob, ann)]
    assert met == ["flood", "broken", "broken", "flood", "flood"]
    assert await bot.get_updates() == ()
    server.heal()
    assert await outcome(bob) == "sent"


async def test_a_chat_takes_a_burst_and_then_one_a_second() -> None:
    clock = Clock()
    async with FakeTelegram(limits="on", clock=clock) as server, client(server) as bot:
        ann = server.people.add_user("Ann", started=True)
        sent = await bot.send_message(ann.id, "1")
        await bot.edit_message_text("2", ann.id, sent.message_id)
        await bot.send_message(ann.id, "3")

        with pytest.raises(RetryAfter, match="1") as told:
            await bot.send_message(ann.id, "4")

        assert told.value.retry_after == 1
        assert [message.text for message in server.people.messages(ann)] == ["2", "3"]
        assert server.calls[-1].description == "Too Many Requests: retry after 1"
        clock.time += 1
        await bot.send_message(ann.id, "4")
        assert [(each.rule, each.wait) for each in server.limits.exceeded] == [("chat", 1.0)]


def test_a_group_takes_twenty_a_minute_and_the_bot_sends_thirty_a_second() -> None:
    clock = Clock()
    group = Limits(clock)
    for _ in range(20):
        assert group.take(-5, is_group=True) is None
        clock.time += 1
    assert group.take(-5, is_group=True) == 40
    assert group.take(6, is_group=False) is None
    clock.time += 40
    assert group.take(-5, is_group=True) is None

    overall = Limits(clock)
    assert [overall.take(chat, is_group=False) for chat in range(31)] == [None] * 30 + [1]
    clock.time += 0.99
    assert overall.take(40, is_group=False) == 1
    clock.time += 0.01
    assert overall.take(40, is_group=False) is None


def test_limits_can_be_counted_or_switched_off_or_leave_some_room() -> None:
    clock = Clock()
    counting, off, roomy = Limits(clock, "count"), Limits(clock, "off"), Limits(clock, "on", tolerance=0.1)

    assert [counting.take(1, is_group=False) for _ in range(5)] == [None] * 5
    assert [each.rule for each in counting.exceeded] == ["chat", "chat"]
    assert [off.take(1, is_group=False) for _ in range(50)] == [None] * 50
    assert off.exceeded == []
    assert [roomy.take(each, is_group=False) for each in range(30)] == [None] * 30
    clock.time += 0.9
    assert roomy.take(99, is_group=False) is None


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from([0.0, 0.02, 0.3, 1.0, 5.0])), max_size=150))
def test_what_is_let_through_keeps_every_rule(asked: list[tuple[int, float]]) -> None:
    clock = Clock()
    limits = Limits(clock)
    passed: list[tuple[int, float]] = []
    for chat, pause in asked:
        clock.time += pause
        wait = limits.take(-chat, is_group=True)
        if wait is None:
            passed.append((chat, clock.time))
        else:
            assert wait >= 1

    for number, (chat, at) in enumerate(passed):
        before = passed[: number + 1]
        assert len([each for each in before if at - each[1] < 1]) <= 30
        here = [when for place, when in before if place == chat]
        assert len([when for when in here if at - when < 60]) <= 20
        for first, when in enumerate(here):
            assert len(here) - first <= BURST + (at - when) + 1e-6
