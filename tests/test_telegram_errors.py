"""The error table of Telegram: what the server and the line do, and the one class of DeliveryError it is for us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from adapters.telegram.client import Telegram
from adapters.telegram.errors import delivery_error
from adapters.telegram.floods import Floods
from bot.platforms import (
    BadFormat,
    DeliveryError,
    Fatal,
    MessageRef,
    NotSent,
    RetryLater,
    TargetGone,
    TargetMoved,
    Unknown,
)
from bot.targets import Target
from tests.fakes.messenger import IMPATIENT, PAUSES, Memo, adapter, one, said, target
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import Fault, babbles, breaks, closes, cuts, floods, hangs, refuses

HERE = Target("telegram", "-100123", "7")


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as made:
        yield made


async def send(telegram: Telegram, to: Target, text: str = "x", *, form: str = "") -> MessageRef:
    return await telegram.send(to, one(telegram, said(text), to, form=form), nonce="n")


async def failure(telegram: Telegram, to: Target, **given: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await send(telegram, to, **given)
    return raised.value


# ---------------------------------------------------------------- the table, by the server's texts


GONE = (
    "Bad Request: chat not found",
    "Bad Request: user not found",
    "Bad Request: not enough rights to send text messages to the chat",
    "Bad Request: have no rights to send a message",
    "Bad Request: need administrator rights in the channel chat",
    "Bad Request: CHAT_WRITE_FORBIDDEN",
    "Bad Request: CHAT_RESTRICTED",
    "Bad Request: CHAT_ADMIN_REQUIRED",
    "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN",
    "Bad Request: USER_IS_BLOCKED",
    "Bad Request: PEER_ID_INVALID",
    "Bad Request: CHANNEL_PRIVATE",
    "Bad Request: group chat was deactivated",
    "Bad Request: message thread not found",
    "Bad Request: TOPIC_CLOSED",
    "Bad Request: TOPIC_DELETED",
)
BAD = (
    'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 3',
    "Bad Request: message is too long",
    "Bad Request: Text is too long",
    "Bad Request: MESSAGE_TOO_LONG",
    "Bad Request: Entity begins in a middle of a UTF-16 symbol at byte offset 4",
    "Bad Request: ENTITY_BOUNDS_INVALID",
    "Bad Request: ENTITIES_TOO_LONG",
    "Bad Request: BUTTON_DATA_INVALID",
    "Bad Request: BUTTON_URL_INVALID",
    "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL",
    "Bad Request: reply markup is too long",
    "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    "Bad Request: Wrong HTTP URL",
    "Bad Request: text must be non-empty",
    "Bad Request: message text is empty",
    "Bad Request: strings must be encoded in UTF-8",
)
FATAL = (
    "Bad Request: message to edit not found",
    "Bad Request: message can't be edited",
    "Bad Request: MESSAGE_ID_INVALID",
    "Bad Request: chat_id is empty",
    "Bad Request: something nobody has thought of",
)


def test_whatever_says_that_we_may_not_write_there_is_a_place_that_is_gone() -> None:
    for text in GONE:
        assert type(delivery_error(BadRequest(text), HERE)) is TargetGone, text


def test_whatever_is_wrong_with_the_form_is_the_form() -> None:
    for text in BAD:
        assert type(delivery_error(BadRequest(text), HERE)) is BadFormat, text


def test_everything_else_that_is_refused_is_never_sent_again() -> None:
    for text in FATAL:
        assert type(delivery_error(BadRequest(text), HERE)) is Fatal, text


def test_letter_case_does_not_matter() -> None:
    for text in (*GONE, *BAD, *FATAL):
        for told in (text.upper(), text.lower(), text.removeprefix("Bad Request: ").capitalize()):
            assert type(delivery_error(BadRequest(told), HERE)) is type(delivery_error(BadRequest(text), HERE)), told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Forbidden: bot was kicked from the supergroup chat", "I was removed"),
        ("Forbidden: bot was blocked by the user", "I was blocked"),
        ("Forbidden: user is deactivated", "the account was deleted"),
        ("Forbidden: bot can't initiate conversation with a user", "this person has not written to me yet"),
        ("Forbidden: something new", "Telegram says: “something new”"),
        ("Forbidden: ", "Telegram does not say why"),
    ],
)
def test_a_reason_is_told_in_peoples_words_or_quoted(text: str, words: str) -> None:
    error = delivery_error(Forbidden(text), HERE)
    assert type(error) is TargetGone
    assert error.reason == words


def test_what_only_telegram_can_explain_is_quoted() -> None:
    assert str(delivery_error(BadRequest("Bad Request: some new thing"), HERE)) == "Telegram says: “Some new thing”"
    assert str(delivery_error(BadRequest("CHAT_WRITE_FORBIDDEN"), HERE)) == "I lack the right to post there"


@pytest.mark.filterwarnings("ignore:.*PTB_TIMEDELTA")
@pytest.mark.parametrize("as_span", ["0", "1"])
def test_silence_is_asked_for_in_seconds_or_as_a_span(as_span: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", as_span)  # how the library is told which of the two it should give
    error = delivery_error(RetryAfter(3), HERE)
    assert isinstance(error, RetryLater)
    assert (error.after, error.everywhere) == (3.0, False)


def test_silence_without_the_parameter_is_understood_from_the_text() -> None:
    for text, after in (("Too Many Requests: retry after 17", 17), ("Too Many Requests (429)", 30)):
        error = delivery_error(NetworkError(text), HERE)
        assert isinstance(error, RetryLater)
        assert error.after == after


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.PoolTimeout("busy"),
        httpx.ProxyError("403"),
        RuntimeError("This HTTPXRequest is not initialized!"),
    ],
)
def test_what_never_left_was_not_sent(cause: Exception) -> None:
    for error in (NetworkError("x"), TimedOut()):
        assert type(delivery_error(caused(error, cause), HERE)) is NotSent


@pytest.mark.parametrize(
    "cause",
    [
        httpx.ReadTimeout("slow"),
        httpx.WriteTimeout("slow"),
        httpx.ReadError("reset"),
        httpx.WriteError("reset"),
        httpx.RemoteProtocolError("closed"),
    ],
)
def test_what_was_on_its_way_may_have_arrived(cause: Exception) -> None:
    for error in (NetworkError("x"), TimedOut()):
        assert type(delivery_error(caused(error, cause), HERE)) is Unknown


def test_a_server_that_fails_may_have_done_it() -> None:
    for text in ("Bad Gateway", "Internal Server Error", "Gateway Timeout (504)"):
        assert type(delivery_error(NetworkError(text), HERE)) is Unknown
    assert type(delivery_error(TelegramError("Invalid server response"), HERE)) is Unknown


def test_what_somebody_on_the_way_refuses_says_nothing_of_the_chat() -> None:
    """A proxy's page with status 403 must not cost anybody their subscription."""
    page = TelegramError("Invalid server response")
    for error in (Forbidden("Forbidden (403)"), BadRequest("Bad Request (400)"), Conflict("Conflict (409)")):
        assert type(delivery_error(error, HERE)) is NotSent
        text = f"{error.message}. Parsing the server response b'<p>http://x/bot110201543:secret</p>' failed"
        told = delivery_error(caused(type(error)(text), page), HERE)
        assert type(told) is NotSent
        assert "secret" not in str(told)


def test_a_token_that_is_not_accepted_any_more_loses_no_message() -> None:
    assert type(delivery_error(InvalidToken("Unauthorized"), HERE)) is NotSent


def test_three_chats_that_must_wait_at_the_same_time_are_all_of_us() -> None:
    seen = Floods()
    assert [seen.asked(chat, 10, now=0) for chat in "aabbc"] == [False, False, False, False, True]
    assert not seen.asked("d", 10, now=10)
    assert [seen.asked(chat, 10, now=11) for chat in "ef"] == [False, True]


# ---------------------------------------------------------------- the table, over a line


CASES: dict[str, tuple[Fault, type[DeliveryError]]] = {
    "hangs": (hangs(), Unknown),
    "closes": (closes(), Unknown),
    "cut": (cuts(), Unknown),
    "cut in the middle": (cuts(half=True), Unknown),
    "500": (breaks(500), Unknown),
    "502": (breaks(502), Unknown),
    "503": (breaks(503), Unknown),
    "504": (breaks(504), Unknown),
    "babbles": (babbles(), Unknown),
    "another's 200": (Fault(status=200, body='{"hello": 1}'), Unknown),
    "another's result": (Fault(status=200, body='{"ok": true, "result": {"x": 1}}'), Unknown),
    "413": (Fault(status=413, body="<h1>413</h1>"), BadFormat),
    "429 of a proxy": (Fault(status=429, body="<h1>429</h1>"), RetryLater),
    "403 of a proxy": (Fault(status=403, body="<h1>403</h1>"), NotSent),
    "400 of a proxy": (Fault(status=400, body="<h1>400</h1>"), NotSent),
    "404 of a proxy": (Fault(status=404, body="<h1>404</h1>"), NotSent),
    "429": (floods(3), RetryLater),
    "401": (refuses("Unauthorized", 401), NotSent),
    "parse": (refuses("Bad Request: can't parse entities: x"), BadFormat),
    "too long": (refuses("Bad Request: message is too long"), BadFormat),
    "thread": (refuses("Bad Request: message thread not found"), TargetGone),
    "rights": (refuses("Bad Request: not enough rights to send text messages to the chat"), TargetGone),
    "kicked": (refuses("Forbidden: bot was kicked from the group chat", 403), TargetGone),
    "other": (refuses("Bad Request: who knows"), Fatal),
}


@pytest.mark.parametrize("case", CASES)
async def test_every_row_of_the_table_happens_on_a_line(server: FakeTelegram, case: str) -> None:
    fault, expected = CASES[case]
    group = server.people.add_supergroup()
    server.fail(fault, method="sendMessage")
    telegram = adapter(server, pauses=IMPATIENT if fault.line == "hang" else PAUSES)
    assert type(await failure(telegram, target(group))) is expected
    assert (await send(telegram, target(group))).chat_id == str(group.id)  # and the next one arrives


async def test_nobody_who_listens_was_sent_nothing(server: FakeTelegram) -> None:
    group = server.people.add_supergroup()
    telegram = adapter(server)
    async with server.down():
        assert type(await failure(telegram, target(group))) is NotSent
    await send(telegram, target(group))


async def test_a_group_that_migrated_says_where_it_is_now(server: FakeTelegram) -> None:
    ann = server.people.add_user()
    group = server.people.add_group(admins=[ann])
    new = server.people.migrates(ann, group)
    error = await failure(adapter(server), target(group))
    assert isinstance(error, TargetMoved)
    assert error.new == target(new)


async def test_a_blocked_bot_a_closed_topic_and_a_lost_right_are_places_that_are_gone(server: FakeTelegram) -> None:
    people, telegram = server.people, adapter(server)
    ann = people.add_user(started=True)
    people.blocks(ann)
    forum = people.add_forum(topics=["Papers"], admins=[ann])
    (topic,) = forum.topics.values()
    people.closes(ann, forum, topic)
    channel = people.add_channel(admins=[ann])
    people.admits(ann, channel, rights=frozenset({"can_manage_chat"}))
    for place in (target(ann), target(forum, topic.id), target(channel), Target("telegram", "-1009999999999")):
        assert type(await failure(telegram, place)) is TargetGone


async def test_an_edit_that_changes_nothing_is_done(server: FakeTelegram) -> None:
    group, telegram = server.people.add_supergroup(), adapter(server)
    ref = await send(telegram, target(group))
    await telegram.edit(ref, one(telegram, said("x"), target(group)))
    (message,) = server.people.messages(group)
    assert (message.text, message.edits) == ("x", 0)


async def test_what_was_deleted_cannot_be_edited(server: FakeTelegram) -> None:
    group, telegram = server.people.add_supergroup(), adapter(server)
    ref = await send(telegram, target(group))
    server.people.deletes(server.people.messages(group)[0])
    with pytest.raises(Fatal):
        await telegram.edit(ref, one(telegram, said("y"), target(group)))


async def test_many_chats_that_must_wait_make_everybody_wait(server: FakeTelegram) -> None:
    places = [server.people.add_supergroup(str(n)) for n in range(3)]
    server.fail(floods(5), method="sendMessage", times=None)
    telegram = adapter(server)
    errors = [await failure(telegram, target(place)) for place in places]
    assert [getattr(error, "everywhere", None) for error in errors] == [False, False, True]


# ---------------------------------------------------------------- rich messages


async def test_a_server_without_rich_messages_is_remembered_for_a_day(caplog: pytest.LogCaptureFixture) -> None:
    marks, now = Memo(), [datetime(2026, 5, 19, tzinfo=UTC)]
    async with FakeTelegram(rich=False) as server:
        group = target(server.people.add_supergroup())
        telegram = adapter(server, marks=marks, clock=lambda: now[0])
        part = one(telegram, said("x"), group, form="rich")
        for _ in range(2):
            with pytest.raises(BadFormat) as raised:
                await telegram.send(group, part, nonce="n")
            assert type(raised.value) is BadFormat
            assert raised.value.again
        assert len(server.called("sendRichMessage")) == 1
        assert one(telegram, said("other"), group, form="rich").payload["kind"] == "classic"
        later = adapter(server, marks=marks, clock=lambda: now[0])
        await later._recall()
        assert one(later, said("other"), group, form="rich").payload["kind"] == "classic"
        now[0] += timedelta(days=1)
        assert one(later, said("other"), group, form="rich").payload["kind"] == "rich"
    assert "refuses Rich Messages" in caplog.text


@pytest.mark.parametrize("known", [False, True])
async def test_content_that_is_refused_is_remembered_for_that_content_alone(server: FakeTelegram, known: bool) -> None:
    group, telegram = target(server.people.add_supergroup()), adapter(server)
    text = "RICH_MESSAGE_URL_INVALID" if known else "can't parse rich message: who knows"
    server.fail(refuses(f"Bad Request: {text}"), method="sendRichMessage")
    error = await failure(telegram, group, form="rich")
    assert isinstance(error, BadFormat)
    assert error.again
    assert one(telegram, said("x"), group, form="rich").payload["kind"] == "classic"
    assert one(telegram, said("y"), group, form="rich").payload["kind"] == ("rich" if known else "classic")
    await send(telegram, group, form="rich")


async def test_a_place_that_is_gone_and_a_line_that_is_cut_say_nothing_of_rich_messages(server: FakeTelegram) -> None:
    group, telegram = target(server.people.add_supergroup()), adapter(server)
    for fault, expected in (
        (refuses("Bad Request: chat not found"), TargetGone),
        (refuses("Forbidden: bot was kicked from the group chat", 403), TargetGone),
        (refuses("Unauthorized", 401), NotSent),
        (Fault(status=404, body="<h1>404</h1>"), NotSent),
        (cuts(), Unknown),
        (floods(2), RetryLater),
    ):
        server.fail(fault, method="sendRichMessage")
        assert type(await failure(telegram, group, form="rich")) is expected
    assert one(telegram, said("x"), group, form="rich").payload["kind"] == "rich"


async def test_an_older_server_that_finds_no_text_in_a_rich_edit_is_remembered() -> None:
    async with FakeTelegram(rich=False) as server:
        group = target(server.people.add_supergroup())
        telegram = adapter(server)
        ref = await send(telegram, group)
        with pytest.raises(BadFormat) as raised:
            await telegram.edit(ref, one(telegram, said("y"), group, form="rich"))
        assert raised.value.again
        assert one(telegram, said("z"), group, form="rich").payload["kind"] == "classic"


async def test_a_rich_message_is_sent_edited_and_becomes_a_classic_one(server: FakeTelegram) -> None:
    place = server.people.add_supergroup()
    group, telegram = target(place), adapter(server)
    ref = await send(telegram, group, form="rich")
    (message,) = server.people.messages(place)
    assert message.rich is not None
    for text, form in (("y", "rich"), ("z", ""), ("y", "rich")):
        await telegram.edit(ref, one(telegram, said(text), group, form=form))
        assert text in message.text
        assert (message.rich is not None) == (form == "rich")
    await telegram.edit(ref, one(telegram, said("y"), group, form="rich"))
    for call in server.called("editMessageText"):
        assert ("text" in call.params) != ("rich_message" in call.params)


async def test_errors_carry_nothing_that_was_raised_on_the_way(server: FakeTelegram) -> None:
    """What the libraries raise has our token in it; nobody must find it behind what we raise."""
    group, telegram = server.people.add_supergroup(), adapter(server, pauses=IMPATIENT)
    for fault in (hangs(), breaks(), refuses("Forbidden: bot was kicked from the group chat", 403)):
        server.fail(fault, method="sendMessage")
        error = await failure(telegram, target(group))
        assert error.__cause__ is None
        assert error.__context__ is None


async def test_a_send_leaves_no_connection_behind_when_nobody_runs(server: FakeTelegram) -> None:
    group, telegram = server.people.add_supergroup(), adapter(server)
    refs = await asyncio.gather(*(send(telegram, target(group), str(n)) for n in range(5)))
    assert len({ref.message_id for ref in refs}) == 5
    assert all(request._client.is_closed for request in telegram._api._requests)
    assert logging.getLogger("httpx").level == logging.WARNING
