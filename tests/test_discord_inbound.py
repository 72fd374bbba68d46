"""What people do on Discord comes to the core as it was meant, and its answers reach whom they are for, in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.database import StoreError
from bot.models import Paper
from bot.platforms import Actor, Ask, Place, Reply
from bot.targets import Chat, Target
from tests.fakes.discord_model import P
from tests.fakes.discord_office import Office, office, target
from tests.fakes.messenger import Core, buttons, said


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office() as made:
        yield made


def answering(*replies: Reply) -> Core:
    """A core that always says this."""
    return Core(script=lambda ask: list(replies))


async def panel(here: Office, *actions: tuple[str, str], about: Target | None = None) -> None:
    """Our message with these buttons stands in the channel."""
    document = said("what now?", buttons(*actions))
    where = target(here.channel)
    (part,) = [*here.discord.render(document, chat=Chat(target=where, kind="group"), about=about)]
    await here.discord.send(where, part, nonce="panel")


# ---------------------------------------------------------------- what is asked


async def test_a_slash_command_is_an_ask_with_its_options(here: Office) -> None:
    here.ann.locale = "zh-CN"
    await here.server.uses(here.ann, here.channel, "summarize", {"ids": "2405.17428 and 2405.00001"})
    ask = await here.heard("summarize")
    assert ask.options == {"ids": "2405.17428 and 2405.00001"}
    assert (ask.actor, ask.target, ask.kind) == (Actor("discord", here.ann.id), target(here.channel), "group")
    assert (ask.locale, ask.title, ask.pressed) == ("zh-CN", "Research · #papers", False)
    assert ask.update.startswith("discord:")
    assert abs((ask.at - datetime.now(UTC)).total_seconds()) < 60
    assert not await ask.is_admin()


async def test_who_manages_the_server_is_an_admin(here: Office) -> None:
    await here.server.uses(here.owner, here.channel, "subscribe", {"topic": "LLM"})
    assert await (await here.heard("subscribe")).is_admin()
    deputy = here.server.world.joins(here.server.world.person("Deputy"), here.guild, P.MANAGE_GUILD)
    await here.server.uses(deputy, here.channel, "pause")
    assert await (await here.heard("pause")).is_admin()


async def test_a_thread_is_a_place_of_its_own_in_its_channel(here: Office) -> None:
    thread = here.server.world.thread(here.channel, "reading club", by=here.owner)
    await here.server.uses(here.ann, thread, "list")
    assert (await here.heard("list")).target == Target("discord", here.channel.id, thread.id)


async def test_in_private_the_place_is_the_person(here: Office) -> None:
    await here.server.uses(here.ann, here.server.world.dm(here.ann), "list")
    ask = await here.heard("list")
    assert (ask.target, ask.kind) == (Target("discord", f"@{here.ann.id}"), "private")


async def test_a_message_with_a_paper_is_summarized_from_its_menu(here: Office) -> None:
    embed = {"url": "https://arxiv.org/abs/2405.00002", "description": "and [this](https://arxiv.org/abs/2405.00003)"}
    message = here.server.world.posts(here.ann, here.channel, "look: arxiv.org/abs/2405.00001", embeds=[embed])
    answer = await here.server.uses_on(here.owner, message, "Summarize paper")
    await answer.settled()
    ask = await here.heard("summarize")
    assert ask.options == {}
    assert all(f"2405.0000{n}" in ask.replied_to for n in (1, 2, 3))


async def test_who_installed_us_can_summarize_where_we_are_not(here: Office) -> None:
    elsewhere = here.server.world.guild("Elsewhere", bot=False)
    channel = here.server.world.channel(elsewhere)
    bob = here.server.world.joins(here.server.world.person("Bob", installed=True), elsewhere)
    answer = await here.server.uses(bob, channel, "summarize", {"ids": "2405.00001"})
    assert (await answer.settled()).text == "/summarize 2405.00001"
    assert (await here.heard("summarize")).target == Target("discord", channel.id)


async def test_a_button_carries_its_command_over_a_restart(here: Office) -> None:
    await panel(here, ("Five", "/settings size 5"))
    (message,) = here.server.messages(here.channel)
    await here.server.presses(here.owner, message, "Five")
    ask = await here.heard("settings")
    assert (ask.options, ask.pressed, await ask.is_admin()) == ({"what": "size", "value": "5"}, True, True)


async def test_a_button_about_another_channel_asks_who_may_change_that_one(here: Office) -> None:
    other = here.server.world.guild("Other")
    there = here.server.world.channel(other, "there")
    await here.seen(there)
    await panel(here, ("Five", "/settings size 5"), about=target(there))
    (message,) = here.server.messages(here.channel)
    await here.server.presses(here.owner, message, "Five")
    ask = await here.heard("settings")
    assert (ask.target, ask.title) == (target(there), "Other · #there")
    assert not await ask.is_admin()
    here.server.world.joins(here.owner, other, P.MANAGE_GUILD)
    assert await ask.is_admin()


async def test_a_button_of_another_version_is_answered_all_the_same(here: Office) -> None:
    connection = here.connection
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": "p0:old"}]}
    await connection.call(
        "POST",
        "/channels/{channel_id}/messages",
        json={"content": "x", "components": [row]},
        channel_id=here.channel.id,
    )
    (message,) = here.server.messages(here.channel)
    answer = await here.server.presses(here.ann, message, "Old")
    assert not answer.failed
    assert (await here.heard("help")).pressed


async def test_the_schedule_is_asked_in_a_form(here: Office) -> None:
    await panel(here, ("When", "/schedule"))
    (message,) = here.server.messages(here.channel)
    here.owner.locale = "ru"
    answer = await here.server.presses(here.owner, message, "When")
    assert answer.window.title == "Когда присылать статьи?"
    assert not here.core.asks
    await here.server.submits(answer.window, {"when": " 09:00 mon-fri ", "zone": ""})
    ask = await here.heard("schedule")
    assert (ask.options, ask.pressed) == ({"when": "09:00 mon-fri"}, True)


async def test_suggestions_come_from_what_is_stored(here: Office) -> None:
    answer = await here.server.autocompletes(here.owner, here.channel, "subscribe", option="topic", typed="cs.C")
    assert "cs.CL" in [value for _, value in answer.choices]
    assert len(answer.choices) <= 25


# ---------------------------------------------------------------- who gets the answer, and when


async def test_a_slow_answer_is_acknowledged_first_and_then_becomes_the_answer() -> None:
    gate = asyncio.Event()

    async def slow(ask: Ask) -> AsyncIterator[Reply]:
        yield Reply(said("Reading …"))
        await gate.wait()
        yield Reply(said("The answer"))

    async with office(Core(script=slow)) as here:
        answer = await here.server.uses(here.ann, here.channel, "summarize", {"ids": "1"})
        assert answer.deferred
        await answer.until(lambda each: each.text == "Reading …")
        gate.set()
        await answer.until(lambda each: each.text == "The answer")
        assert here.texts() == ["The answer"]


async def test_a_core_that_is_slow_where_it_is_not_expected_is_acknowledged_in_time() -> None:
    gate = asyncio.Event()

    async def slow(ask: Ask) -> AsyncIterator[Reply]:
        await gate.wait()
        yield Reply(said("The answer"))

    async with office(Core(script=slow)) as here:
        answer = await here.server.uses(here.ann, here.channel, "list")
        assert (answer.deferred, answer.failed) == (True, False)
        gate.set()
        await answer.until(lambda each: each.text == "The answer")


@pytest.mark.parametrize(
    ("command", "options", "private", "ephemeral"),
    [
        ("list", {}, False, False),
        ("list", {}, True, True),
        ("summarize", {"ids": "x"}, True, True),
        ("summarize", {"ids": "2405.00001"}, False, False),
        ("why", {"id": "2405.00001"}, True, True),
    ],
)
async def test_what_concerns_one_person_is_seen_by_them_alone(
    command: str, options: dict[str, str], private: bool, ephemeral: bool
) -> None:
    async with office(answering(Reply(said("hello"), private=private))) as here:
        answer = await here.server.uses(here.ann, here.channel, command, options)
        await here.until(lambda: "hello" in here.texts(seen_by=here.ann))
        assert ("hello" in here.texts()) is not ephemeral
        assert not answer.failed
        assert [text for text in here.texts(seen_by=here.ann) if text != "hello"] == []


@pytest.mark.parametrize("place", list(Place))
async def test_a_button_is_answered_where_the_core_says(place: Place) -> None:
    async with office(answering(Reply(said("one"), place=place), Reply(said("two"), place=place))) as here:
        await panel(here, ("Go", "/settings size 5"))
        (message,) = here.server.messages(here.channel)
        await here.server.presses(here.owner, message, "Go")
        await here.until(lambda: any("two" in text for text in here.texts(seen_by=here.owner)))
        seen = here.texts(seen_by=here.owner)
        if place is Place.INSTEAD:
            assert seen == ["two"]
        else:
            assert seen == ["what now?", "two"]
            assert ("two" in here.texts()) is (place is Place.BELOW)


async def test_an_answer_of_several_messages_is_whole() -> None:
    long = said(*(f"Paragraph {number}. {'word ' * 200}" for number in range(6)))
    async with office(answering(Reply(long))) as here:
        await here.server.uses(here.ann, here.channel, "list")
        await here.until(lambda: "Paragraph 5" in " ".join(here.texts()))
        assert all(f"Paragraph {number}" in " ".join(here.texts()) for number in range(6))


async def test_an_answer_that_comes_too_late_for_its_interaction_stands_in_the_channel() -> None:
    gate = asyncio.Event()

    async def slow(ask: Ask) -> AsyncIterator[Reply]:
        await gate.wait()
        yield Reply(said("At last"))

    async with office(Core(script=slow)) as here:
        answer = await here.server.uses(here.ann, here.channel, "summarize", {"ids": "1"})
        assert answer.deferred
        here.server.world.skip(901)
        gate.set()
        await here.until(lambda: "At last" in here.texts())


async def test_a_token_that_is_over_early_is_no_reason_to_lose_the_answer() -> None:
    async with office(answering(Reply(said("At last")))) as here:
        here.server.deny("PATCH /webhooks/*", 50027)
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": "1"})
        await here.until(lambda: "At last" in here.texts())


async def test_an_interaction_that_cannot_be_answered_leaves_the_others_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = "what somebody typed"
    async with office(answering(Reply(said("hello")))) as here:
        here.server.state.patience = 0.2
        here.server.fail("POST /interactions/*", "cut", times=2)
        await here.server.uses(here.ann, here.channel, "list")
        answer = await here.server.uses(here.owner, here.channel, "subscribe", {"topic": secret})
        assert (await answer.settled()).text == "hello"
    assert secret not in caplog.text
    assert "an answer did not arrive" in caplog.text


# ---------------------------------------------------------------- another channel


async def test_a_command_can_name_another_channel_and_its_buttons_remember_it() -> None:
    about = buttons(("Five", "/settings size 5"))
    async with office(answering(Reply(said("settings", about)))) as here:
        forum = here.server.world.forum(here.guild, "digests")
        where = await here.seen(forum)
        answer = await here.server.uses(here.owner, here.channel, "settings", {"channel": forum.id})
        ask = await here.heard("settings")
        assert (ask.target, ask.kind, ask.title, ask.options) == (where, "channel", "Research · #digests", {})
        assert await ask.is_admin()
        assert answer.message is not None
        here.core.asks.clear()
        await here.server.presses(here.owner, answer.message, "Five")
        pressed = await here.heard("settings")
        assert (pressed.target, pressed.options) == (where, {"what": "size", "value": "5"})
        here.core.asks.clear()
        thread = here.server.world.thread(here.channel, "club", by=here.owner)
        club = await here.seen(thread)
        await here.server.uses(here.ann, here.channel, "list", {"channel": thread.id})
        ask = await here.heard("list")
        assert ask.target == club
        assert not await ask.is_admin()


async def test_suggestions_that_cannot_be_made_are_none(here: Office) -> None:
    async def failing(words: str, *, limit: int) -> list[Paper]:
        raise StoreError("the database is locked")

    here.core.known_papers = failing  # type: ignore[method-assign] # a failing one
    answer = await here.server.autocompletes(here.ann, here.channel, "summarize", option="ids", typed="x")
    assert (answer.failed, answer.choices) == (False, [])
