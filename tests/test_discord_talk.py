"""One interaction and its answers: acknowledged once, whatever the line does; each in place of the one before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.document import Document, utf16
from bot.platforms import Ask, Place, Reply
from bot.targets import Chat
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_errors import invalid
from tests.fakes.discord_faults import How
from tests.fakes.discord_model import Message
from tests.fakes.discord_office import Office, adapter, office, running, target
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core, buttons, said

CALLBACK = "POST /interactions/{interaction}/{token}/callback"
FOLLOW_UP = "POST /webhooks/{application}/{token}"
CHANGE = "PATCH /webhooks/{application}/{token}/messages/{message}"


def long(count: int, name: str = "Part") -> Document:
    """A document of that many messages."""
    return said(*(f"{name} {number}. {'word ' * 780}" for number in range(1, count + 1)))


def first_lines(here: Office, *, alone: bool = False) -> list[str]:
    """How the messages in the channel begin, as all see it, or Ann as well."""
    return [text.partition(".")[0] for text in here.texts(seen_by=here.ann if alone else None)]


def shows(here: Office, expected: list[str]) -> bool:
    return first_lines(here) == expected


@asynccontextmanager
async def quick(core: Core) -> AsyncIterator[Office]:
    """An office before a server whose limits last twenty times less long."""
    async with office(core) as here:
        here.server.limits.scale(0.05)
        yield here


class Steps:
    """A core whose answers come one by one, when a test says so."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = replies
        self._go = asyncio.Semaphore(0)
        self.core = Core(script=self._script)

    async def _script(self, _: Ask) -> AsyncIterator[Reply]:
        for reply in self._replies:
            await self._go.acquire()
            yield reply

    def next(self) -> None:
        """The next one comes."""
        self._go.release()


async def asks(here: Office, command: str = "summarize") -> Answer:
    options = {"ids": "2405.00001"} if command == "summarize" else {}
    return await here.server.uses(here.ann, here.channel, command, options)


# ---------------------------------------------------------------- each in place of the one before


async def test_answers_of_several_messages_replace_each_other_message_by_message() -> None:
    steps = Steps(Reply(said("wait")), Reply(long(3, "Old")), Reply(long(2, "New")), Reply(long(4, "Last")))
    async with quick(steps.core) as here:
        await asks(here)
        for name, count in (("wait", 0), ("Old", 3), ("New", 2), ("Last", 4)):
            steps.next()
            expected = [f"{name} {number}" for number in range(1, count + 1)] or [name]
            await here.until(partial(shows, here, expected))


async def test_what_only_one_should_see_takes_the_place_of_a_public_wait_and_of_nothing_public_more() -> None:
    steps = Steps(Reply(said("wait")), Reply(long(2, "Mine"), private=True), Reply(long(1, "Mine again"), private=True))
    async with quick(steps.core) as here:
        await asks(here)
        steps.next()
        await here.until(lambda: first_lines(here) == ["wait"])
        steps.next()
        await here.until(lambda: first_lines(here, alone=True) == ["Mine 1", "Mine 2"])
        assert first_lines(here) == []
        steps.next()
        await here.until(lambda: first_lines(here, alone=True) == ["Mine again 1"])


async def test_further_messages_of_a_private_answer_are_private() -> None:
    async with quick(Core(script=lambda _: [Reply(long(3), private=True)])) as here:
        await asks(here, "list")
        await here.until(lambda: len(first_lines(here, alone=True)) == 3)
        assert first_lines(here) == []


async def test_an_answer_instead_of_a_button_and_then_below_it() -> None:
    steps = Steps(Reply(said("changed"), place=Place.INSTEAD), Reply(said("below"), place=Place.BELOW))
    async with quick(steps.core) as here:
        message = await _panel(here)
        await here.server.presses(here.owner, message, "Go")
        steps.next()
        await here.until(lambda: here.texts() == ["changed"])
        steps.next()
        await here.until(lambda: here.texts() == ["changed", "below"])


async def _panel(here: Office) -> Message:
    where = target(here.channel)
    document = said("what now?", buttons(("Go", "/settings")))
    (part,) = here.discord.render(document, chat=Chat(target=where, kind="group"))
    await here.discord.send(where, part, nonce="panel")
    (message,) = here.server.messages(here.channel)
    return message


async def test_links_show_no_preview_even_in_an_answer_that_came_later() -> None:
    steps = Steps(Reply(said("wait")), Reply(said("https://example.org/paper")))
    async with quick(steps.core) as here:
        await asks(here)
        steps.next()
        steps.next()
        await here.until(lambda: "example" in " ".join(here.texts()))
        (message,) = here.server.messages(here.channel)
        assert message.flags & 4


# ---------------------------------------------------------------- how much


async def test_what_a_person_installed_follows_up_five_times_and_says_what_is_missing() -> None:
    async with quick(Core(script=lambda _: [Reply(said("wait")), Reply(long(9))])) as here:
        elsewhere = here.server.world.guild("Elsewhere", bot=False)
        hall = here.server.world.channel(elsewhere)
        bob = here.server.world.joins(here.server.world.person("Bob", installed=True), elsewhere)
        await here.server.uses(bob, hall, "summarize", {"ids": "2405.00001"})
        await here.until(lambda: "Messages that do not fit here: 3." in " ".join(here.texts(hall)))
        *others, last = here.texts(hall)
        assert [text.partition(".")[0] for text in others] == [f"Part {n}" for n in range(1, 6)]
        assert "Part 6." in last
        assert all(utf16(message.content) <= 2000 for message in here.server.messages(hall))


async def test_on_a_server_that_let_us_in_everything_is_shown() -> None:
    async with quick(Core(script=lambda _: [Reply(long(9))])) as here:
        await asks(here, "list")
        await here.until(lambda: first_lines(here) == [f"Part {n}" for n in range(1, 10)])


# ---------------------------------------------------------------- the first answer


@pytest.mark.parametrize("how", ["cut", "arrives, then cut", "status"])
@pytest.mark.parametrize("command", ["list", "summarize"])
async def test_a_line_that_breaks_once_costs_nobody_the_answer(how: How, command: str) -> None:
    async with quick(Core(script=lambda _: [Reply(said("hello"))])) as here:
        here.server.fail(CALLBACK, how, status=502)
        answer = await asks(here, command)
        assert not answer.failed
        await here.until(lambda: here.texts() == ["hello"])


async def test_what_could_not_be_acknowledged_in_time_is_done_and_said_in_the_channel() -> None:
    async with quick(Core(script=lambda _: [Reply(said("wait")), Reply(said("done"))])) as here:
        here.server.state.patience = 0.05
        here.server.deny(CALLBACK, 10062)
        await asks(here)
        await here.until(lambda: here.texts() == ["done"])
        assert here.core.turns == [(target(here.channel), "group")]


async def test_what_is_for_one_alone_and_comes_too_late_is_not_shown_to_all() -> None:
    async with quick(Core(script=lambda _: [Reply(said("mine"), private=True)])) as here:
        here.server.state.patience = 0.05
        here.server.deny(CALLBACK, 10062)
        await asks(here)
        await here.until(lambda: here.core.asks and not here.discord.busy)
        assert here.texts() == []


async def test_after_fifteen_minutes_only_the_last_answer_comes_to_the_channel() -> None:
    steps = Steps(*(Reply(said(text)) for text in ("wait", "still", "nearly", "done")))
    async with quick(steps.core) as here:
        await asks(here)
        steps.next()
        await here.until(lambda: here.texts() == ["wait"])
        here.server.world.skip(timedelta(minutes=15).total_seconds())
        for _ in range(3):
            steps.next()
        await here.until(lambda: here.texts() == ["wait", "done"])


async def test_a_busy_program_acknowledges_at_once_what_has_waited_already() -> None:
    gate = asyncio.Event()

    async def slow(_: Ask) -> AsyncIterator[Reply]:
        await gate.wait()
        yield Reply(said("hello"))

    async with FakeDiscord(identify_window=0) as server:
        guild = server.world.guild()
        channel = server.world.channel(guild)
        late = adapter(server, clock=lambda: datetime.fromtimestamp(server.world.now() + 2, UTC))
        async with running(late, Core(script=slow)):
            began = asyncio.get_running_loop().time()
            answer = await server.uses(guild.owner, channel, "list")
            assert answer.deferred
            assert asyncio.get_running_loop().time() - began < 1.0
            gate.set()
            await answer.until(lambda each: each.text == "hello")


# ---------------------------------------------------------------- what is refused


async def test_an_answer_whose_form_is_refused_is_said_in_plain_text() -> None:
    document = said("**hello**", buttons(("Go", "/help")))
    async with quick(Core(script=lambda _: [Reply(document)])) as here:
        here.server.fail(CALLBACK, "refused", error=invalid(("data", "components"), "BASE_TYPE_BAD_LENGTH", "no"))
        await asks(here, "list")
        await here.until(here.texts)
        (message,) = here.server.messages(here.channel)
        assert message.buttons == []
        assert "hello" in message.text


async def test_a_limit_is_waited_for_and_nothing_is_said_twice() -> None:
    async with quick(Core(script=lambda _: [Reply(said("wait")), Reply(long(4))])) as here:
        here.server.fail(CHANGE, "429", after=0.02)
        here.server.fail(FOLLOW_UP, "429", after=0.02, times=2)
        await asks(here)
        await here.until(lambda: first_lines(here) == [f"Part {n}" for n in range(1, 5)])


@pytest.mark.parametrize(("seconds", "shown"), [(0.3, "done"), (3.0, "wait")])
async def test_a_limit_is_waited_for_as_long_as_anybody_waits_for_an_answer(seconds: float, shown: str) -> None:
    steps = Steps(Reply(said("wait")), Reply(said("done")))
    async with quick(steps.core) as here:
        answer = await asks(here)
        steps.next()
        await here.until(lambda: answer.text == "wait")
        here.server.fail(CHANGE, "429", after=seconds)
        steps.next()
        await here.until(lambda: not here.discord.busy)
        assert here.texts() == [shown]


async def test_people_are_acknowledged_while_the_bots_own_limit_is_used_up() -> None:
    async with quick(Core(script=lambda _: [Reply(said("hello"))])) as here:
        here.connection.http._global_over.clear()
        answer = await asks(here, "list")
        assert not answer.failed
        here.connection.http._global_over.set()


@pytest.mark.parametrize("how", ["status", "cut"])
async def test_a_step_that_cannot_be_shown_loses_no_answer(how: How) -> None:
    steps = Steps(Reply(said("wait")), Reply(said("a step")), Reply(said("done")))
    async with quick(steps.core) as here:
        answer = await asks(here)
        steps.next()
        await here.until(lambda: answer.text == "wait")
        fault = here.server.fail(CHANGE, how, times=3)
        steps.next()
        await here.until(lambda: fault.met)
        steps.next()
        await here.until(lambda: answer.text == "done")
        assert here.texts() == ["done"]


@pytest.mark.parametrize(
    ("how", "details"),
    [
        ("status", {}),
        ("status", {"status": 200}),
        ("status", {"status": 200, "page": b'{"id":', "media_type": "application/json"}),
        ("cut", {}),
        ("arrives, then cut", {}),
    ],
)
async def test_an_edit_that_failed_on_the_way_is_tried_again(how: How, details: dict[str, Any]) -> None:
    steps = Steps(Reply(said("wait")), Reply(said("done")))
    async with quick(steps.core) as here:
        answer = await asks(here)
        steps.next()
        await here.until(lambda: answer.text == "wait")
        here.server.fail(CHANGE, how, times=2, **details)
        steps.next()
        await here.until(lambda: not here.discord.busy)
        assert here.texts() == ["done"]


async def test_a_further_message_that_may_have_arrived_is_not_said_twice() -> None:
    async with quick(Core(script=lambda _: [Reply(long(2))])) as here:
        here.server.fail(FOLLOW_UP, "arrives, then cut")
        await asks(here)
        await here.until(lambda: not here.discord.busy)
        assert first_lines(here) == ["Part 1", "Part 2"]


async def test_what_was_deleted_meanwhile_is_said_anew() -> None:
    steps = Steps(Reply(said("wait")), Reply(long(3, "Old")), Reply(long(2, "New")))
    async with quick(steps.core) as here:
        await asks(here)
        steps.next()
        await here.until(lambda: here.texts() == ["wait"])
        here.channel.messages.clear()
        steps.next()
        await here.until(partial(shows, here, ["Old 1", "Old 2", "Old 3"]))
        del here.channel.messages[here.server.messages(here.channel)[1].id]
        steps.next()
        await here.until(lambda: sorted(first_lines(here)) == ["New 1", "New 2"])


@pytest.mark.parametrize("code", [10008, 50013])
async def test_what_a_person_alone_was_shown_and_is_gone_is_said_to_them_alone(code: int) -> None:
    steps = Steps(Reply(said("wait"), private=True), Reply(said("done")))
    async with quick(steps.core) as here:
        await asks(here, "saved")
        steps.next()
        await here.until(lambda: first_lines(here, alone=True) == ["wait"])
        here.server.deny(CHANGE, code)
        steps.next()
        await here.until(lambda: not here.discord.busy)
        assert here.texts() == []
        assert first_lines(here, alone=True) == (["wait", "done"] if code == 10008 else ["wait"])


async def test_what_one_keeps_goes_to_the_private_chat_unless_it_is_closed() -> None:
    async with quick(Core(script=lambda _: [Reply(said("@misc{a}"), private=True)])) as here:
        answer = await here.server.uses(here.ann, here.channel, "saved", {"what": "bibtex"})
        await here.until(lambda: answer.text == "I have sent it to you in our private chat.")
        assert answer.private
        assert here.texts(here.server.world.dm(here.ann)) == ["@misc{a}"]
        here.ann.accepts_dms = False
        answer = await here.server.uses(here.ann, here.channel, "saved", {"what": "bibtex"})
        await here.until(lambda: answer.text == "@misc{a}")
        assert answer.private
