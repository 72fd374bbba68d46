"""Digests through the real outbox to a Telegram that fails: what is tried again and when, what is given up."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.telegram.reasons import reason
from adapters.telegram.redaction import QUIET
from bot.targets import Settings, State, Target
from bot.topics.catalogue import topic
from tests.fakes.messenger import target
from tests.fakes.newsroom import LONG_AGO, MONDAY, announced
from tests.fakes.telegram_faults import Fault, babbles, breaks, closes, cuts, floods, hangs, refuses, resets
from tests.fakes.telegram_places import Chat, Message
from tests.fakes.town import IMPATIENT, Town, town

MOMENTS = (timedelta(0), timedelta(seconds=10), timedelta(seconds=61), timedelta(hours=1))
"""At once, when what was not sent was tried again, when what may have arrived was, and long after."""


@dataclass(frozen=True)
class Row:
    """`copies` of the digest that stand in the chat at each of MOMENTS; `plain`: made from the source."""

    fault: Fault
    copies: tuple[int, int, int, int]
    state: str = "sent"
    plain: bool = False
    resent: int = 0
    lost: str = ""


def gone(text: str, code: int = 400) -> Row:
    """A place where we may not write."""
    said = reason(text)
    assert said is not None
    return Row(refuses(text, code), (0, 0, 0, 0), state="retry", lost=said)


ERRORS = {
    "no fault": Row(Fault(applied=True), (1, 1, 1, 1)),
    "a proxy says no": Row(Fault(status=403, body="<h1>403 Forbidden</h1>"), (0, 1, 1, 1)),
    "the token was revoked for a moment": Row(refuses("Unauthorized", 401), (0, 1, 1, 1)),
    "a page that is not found": Row(Fault(status=404, body="<h1>404</h1>"), (0, 1, 1, 1)),
    "no answer, not done": Row(hangs(), (0, 0, 1, 1), resent=1),
    "no answer, but done": Row(hangs(applied=True), (1, 1, 2, 2), resent=1),
    "hung up, not done": Row(closes(), (0, 0, 1, 1), resent=1),
    "cut, but done": Row(cuts(), (1, 1, 2, 2), resent=1),
    "cut in the middle": Row(cuts(half=True), (1, 1, 2, 2), resent=1),
    "reset": Row(resets(), (0, 0, 1, 1), resent=1),
    "502, not done": Row(breaks(), (0, 0, 1, 1), resent=1),
    "504, but done": Row(breaks(504, applied=True), (1, 1, 2, 2), resent=1),
    "500 in its own words": Row(refuses("Internal Server Error", 500), (0, 0, 1, 1), resent=1),
    "no JSON": Row(babbles(), (1, 1, 2, 2), resent=1),
    "too many": Row(floods(1), (0, 1, 1, 1)),
    "entities": Row(refuses("Bad Request: can't parse entities: unsupported start tag"), (1, 1, 1, 1), plain=True),
    "too long": Row(refuses("Bad Request: message is too long"), (1, 1, 1, 1), plain=True),
    "a button": Row(refuses("Bad Request: BUTTON_URL_INVALID"), (1, 1, 1, 1), plain=True),
    "a topic": gone("Bad Request: message thread not found"),
    "kicked": gone("Forbidden: bot was kicked from the supergroup chat", 403),
    "blocked": gone("Forbidden: bot was blocked by the user", 403),
    "rights": gone("Bad Request: not enough rights to send text messages to the chat"),
    "write forbidden": gone("Bad Request: CHAT_WRITE_FORBIDDEN"),
    "no chat": gone("Bad Request: chat not found"),
    "anything else": Row(refuses("Bad Request: WHO_KNOWS"), (0, 0, 0, 0), state="dead"),
}


def reader(t: Town, title: str) -> Chat:
    """A group that follows LLM and has had no digest."""
    group = t.group(title)
    here = target(group)
    t.run.chats.ensure(here, kind="group", title=title, languages=("en",), now=LONG_AGO)
    t.run.chats.save_settings(here, Settings(quiet=None), next_due_at=None)
    t.run.chats.subscribe(here, topic("LLM"), since=LONG_AGO)
    return group


async def post(t: Town, where: Chat, period: str = "p1") -> None:
    """Its digest goes into the outbox, and out as far as it can."""
    chat = t.run.chats.chat(target(where))
    assert chat is not None
    assert await t.run.staff.press.post_now(chat, period=period) == 1
    await t.run.delivered()


def copies(t: Town, where: Chat) -> list[Message]:
    return [each for each in t.ours(where) if "2605.00001" in each.text]


def row(t: Town, where: Target) -> tuple[str, str]:
    """State and error of the last message to that chat."""
    query = (
        "SELECT outbox.state, COALESCE(outbox.error, '') FROM outbox JOIN targets ON targets.id = target_id "
        "WHERE chat_id = ? ORDER BY outbox.id DESC LIMIT 1"
    )
    state, error = t.run.store.database.read(lambda conn: tuple(conn.execute(query, [where.chat_id]).fetchone()))
    return state, error


def stored(folder: Path) -> bytes:
    """All that the bot wrote."""
    return b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())


async def test_every_row_of_the_error_table_goes_its_way_and_the_token_is_told_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with town(tmp_path, owners="telegram:1003", pauses=IMPATIENT) as t:
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        caplog.set_level(logging.DEBUG)
        async with t.open():
            for name in QUIET:
                caplog.set_level(logging.DEBUG, logger=name)
            for name, expected in ERRORS.items():
                await _goes_its_way(t, name, expected)
            dead = await t.sees(t.eve, "A message to anything else was refused for good")
            assert "the others go on. why: telegram says: “who_knows”" in dead.text.casefold()
            assert len([each for each in t.texts(t.eve) if "refused for good" in each]) == 1
        assert t.server.called("sendMessage")
        secret = t.server.token.partition(":")[2]
        assert "api.telegram.org" in caplog.text or "127.0.0.1" in caplog.text, "the loud loggers were heard"
        assert secret not in caplog.text
        assert secret.encode() not in stored(tmp_path)


async def _goes_its_way(t: Town, name: str, expected: Row) -> None:
    group = reader(t, name)
    resent = (await t.run.staff.outbox.counts())["resent"]
    t.server.fail(expected.fault, method="sendMessage", chat=group.id)
    seen = []
    for number, moment in enumerate(MOMENTS):
        if number == 0:
            await post(t, group)
        else:
            await t.run.later(moment)
            await t.run.delivered()
        seen.append(len(copies(t, group)))
    assert tuple(seen) == expected.copies, name
    state, error = row(t, target(group))
    assert state == expected.state, (name, error)
    assert (await t.run.staff.outbox.counts())["resent"] - resent == expected.resent, name
    chat = t.run.chats.chat(target(group))
    assert chat is not None
    assert (chat.state is State.LOST) == bool(expected.lost), name
    assert chat.reason.casefold() == expected.lost.casefold(), name
    if expected.plain:
        (only,) = copies(t, group)
        assert only.entities == (), name
    t.server.heal()


async def test_while_nobody_is_there_everything_waits_and_then_comes_once(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        await t.run.announced()
        groups = [reader(t, f"Group {n}") for n in range(3)]
        async with t.server.down():
            for group in groups:
                chat = t.run.chats.chat(target(group))
                assert chat is not None
                await t.run.staff.press.post_now(chat, period="p1")
            await t.run.delivered()
            assert [len(copies(t, group)) for group in groups] == [0, 0, 0]
        await t.run.later(timedelta(seconds=10))
        for group in groups:
            await t.sees(group, "2605.00001")
        await t.run.delivered()
        assert [len(copies(t, group)) for group in groups] == [1, 1, 1]
        assert (await t.run.staff.outbox.counts())["resent"] == 0
        assert "I am Paperboy" in (await t.answer(t.bob, t.bob, "/start")).text


async def test_one_chat_that_must_wait_holds_up_no_other(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        await t.run.announced()
        slow, quick = reader(t, "Slow"), reader(t, "Quick")
        t.server.fail(floods(600), method="sendMessage", chat=slow.id, times=None)
        await post(t, slow)
        await post(t, quick)
        assert (len(copies(t, slow)), len(copies(t, quick))) == (0, 1)
        assert row(t, target(slow))[0] == "retry"
        assert len([each for each in t.server.called("sendMessage") if each.status == 429]) == 1


async def test_what_may_have_arrived_is_held_until_its_admin_has_looked(tmp_path: Path) -> None:
    async with town(tmp_path, on_unknown="hold") as t:
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        async with t.open():
            arrived, missing = t.group("Arrived"), t.group("Missing")
            for group, fault in ((arrived, cuts()), (missing, closes())):
                await t.follows(t.ann, group)
                t.server.fail(fault, method="sendMessage", chat=group.id)
                await post(t, group)
            for group in (arrived, missing):
                question = await t.sees(t.ann, f"The line was cut while I sent a message to {group.title}")
                assert "It begins: “LLM · Mon 18 May" in question.text
                assert question.buttons == [["Send it again", "Leave it"]]
            assert [len(copies(t, each)) for each in (arrived, missing)] == [1, 0]
            await t.run.until(lambda: len(json.loads(t.run.chats.mark("asked about held") or "[]")) == 2)
        async with t.open():
            await t.run.later(timedelta(hours=1))
            await t.run.delivered()
            assert [len(copies(t, each)) for each in (arrived, missing)] == [1, 0], "it waits for an answer"
            settle = (t.ours(t.ann)[-1].button("Send it again").data or "").partition("/")[2]
            answer = await t.answer(t.bob, missing, f"/{settle}")
            assert answer.text == "Only an admin of that chat decides about it."
            first, second = (each for each in t.ours(t.ann) if "The line was cut" in each.text)
            await t.presses(t.ann, first, "Leave it")
            assert first.text == "It stays as it is, and is not sent again."
            await t.presses(t.ann, second, "Send it again")
            assert second.text == "It is sent again."
            await t.sees(missing, "2605.00001")
            await t.run.delivered()
            assert [len(copies(t, each)) for each in (arrived, missing)] == [1, 1]
            assert len([each for each in t.texts(t.ann) if "line was cut" in each]) == 0, "nobody is asked twice"


async def test_a_summary_that_is_late_is_written_into_the_digest_in_spite_of_failures(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        t.bot.announce(MONDAY, announced("2605.00001", MONDAY))
        await t.run.announced()
        model = t.bot.model
        assert model is not None
        model.gate.clear()
        group = reader(t, "Readers")
        chat = t.run.chats.chat(target(group))
        assert chat is not None
        t.server.fail(cuts(), method="editMessageText", chat=group.id)
        harvest = t.run.staff.press._first_or_next(chat)
        assert await t.run.staff.press.post(harvest, period="p1", patience=0.05)
        digest = await t.sees(group, "2605.00001")
        assert "from the abstract" in digest.text
        model.gate.set()
        await t.run.until(lambda: "big says" in digest.text)
        await t.run.later(timedelta(seconds=10))
        await t.run.delivered()
        assert (len(copies(t, group)), digest.edits) == (1, 1)
