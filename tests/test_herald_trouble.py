"""What people hear unasked of chats that are lost and back, and of messages that are held or dead."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from adapters.memory import Fault
from bot.delivery.incidents import Dead, Lost
from bot.engine import A_FEW
from bot.herald import FAREWELL, ModelTrouble
from bot.locales import say
from bot.models import Note
from bot.platforms import Actor, Fatal, Unknown
from bot.targets import State, Target
from tests.fakes.newsroom import HALL, MONDAY, NO_QUIET, ROOM, TUESDAY, World, announced
from tests.fakes.virtual_time import virtually
from tests.test_herald import ADMIN, ADMINS, CHANNEL, OWNERS, buttons, let_in, lose, play, world

__all__ = ["world"]


# ---------------------------------------------------------------- lost, and back


def test_the_admin_of_a_lost_chat_hears_of_it_once_and_when_it_goes_on(world: World) -> None:
    world.add(ROOM)
    world.chats.met(ROOM, kind="group", title="#papers")
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.missing[ROOM] = ("Send Messages in Threads",)

    async def scene(world: World) -> None:
        await lose(world)
        await lose(world)

    async def again(world: World) -> None:
        await asyncio.sleep(5)
        assert len(world.memory.texts(ADMINS)) == 1  # a restart does not repeat it
        await let_in(world, ROOM, title="")
        await lose(world)

    play(world, scene)
    play(world, again)
    lost, back, lost_again = world.memory.texts(ADMINS)
    assert lost_again == lost
    assert lost == (
        "I may no longer post in #papers (missing: Send Messages in Threads). "
        "The subscription is paused, not gone; it resumes when I may."
    )
    assert back == "I may post in #papers again: the digests go on."
    assert world.memory.texts(OWNERS) == []


def test_owners_hear_of_a_lost_chat_only_if_no_admin_is_known(world: World) -> None:
    world.add(ROOM)
    play(world, lose)
    (said,) = world.memory.texts(OWNERS)
    assert said.startswith("I may no longer post in memory:room (kicked).")


def test_where_no_admin_is_known_whoever_lets_us_in_again_hears_that_it_goes_on(world: World) -> None:
    world.add(ROOM)

    async def scene(world: World) -> None:
        await lose(world)
        await let_in(world, ROOM)

    play(world, scene)
    assert (len(world.memory.texts(OWNERS)), len(world.memory.texts(ADMINS))) == (1, 1)


def test_a_thread_is_called_by_its_own_name_or_else_by_its_chats(world: World) -> None:
    named, nameless = Target("memory", "room", "1"), Target("memory", "hall", "1")
    for target, title in ((ROOM, "Readers"), (named, "Papers"), (HALL, "Hall"), (nameless, "")):
        world.add(target)
        world.chats.met(target, kind="group", title=title)
        world.chats.set_admin(target, ADMIN)

    async def scene(world: World) -> None:
        for target in (named, nameless):
            world.chats.set_state(target, State.LOST)
            await world.engine.report(Lost(target, "closed"))

    play(world, scene)
    said = world.memory.texts(ADMINS)
    assert sorted(text.split(" (")[0] for text in said) == [
        "I may no longer post in Hall",
        "I may no longer post in Papers",
    ]


def test_a_send_that_is_refused_tells_the_admin_too(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.gone[ROOM] = "bot was kicked"

    async def scene(world: World) -> None:
        await world.engine.look()
        await world.engine.issue()
        await asyncio.sleep(5)
        assert len(world.memory.texts(ADMINS)) == 1
        world.memory.gone.clear()
        await let_in(world, ROOM)

    play(world, scene)
    assert "bot was kicked" in world.memory.texts(ADMINS)[0]
    assert "2605.00001" in world.texts()  # what waited goes on
    assert len(world.memory.texts(ADMINS)) == 2


def test_a_chat_we_may_write_to_again_is_found_out_about_and_not_over_and_over(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.add(HALL, kind="private")
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.missing[ROOM] = ("Send Messages",)

    async def scene(world: World) -> None:
        await lose(world)
        await lose(world, HALL)
        await world.engine.revive()
        assert states(world) == {ROOM: State.LOST, HALL: State.LOST}
        world.memory.missing.clear()
        await world.engine.revive()
        await asyncio.sleep(5)
        assert states(world) == {ROOM: State.ACTIVE, HALL: State.LOST}  # of one who left us nobody knows but they
        assert len(world.memory.texts(ADMINS)) == 2
        await lose(world)  # the platform says one thing and does another
        await world.engine.revive()
        assert states(world)[ROOM] is State.LOST
        await asyncio.sleep(86_400)
        await world.engine.revive()
        assert states(world)[ROOM] is State.ACTIVE

    play(world, scene)


def test_lost_chats_are_asked_for_a_few_at_a_time_until_all_were(world: World) -> None:
    rooms = [Target("memory", f"room {number}") for number in range(A_FEW + 10)]
    for room in rooms:
        world.add(room)
        world.chats.set_state(room, State.LOST)
        world.memory.missing[room] = ("Send Messages",)
    del world.memory.missing[rooms[-1]]

    async def scene(world: World) -> None:
        await world.engine.revive()
        assert states(world)[rooms[-1]] is State.LOST
        await world.engine.revive()
        assert states(world)[rooms[-1]] is State.ACTIVE
        del world.memory.missing[rooms[0]]
        await world.engine.revive()
        assert states(world)[rooms[0]] is State.ACTIVE

    play(world, scene)


def states(world: World) -> dict[Target, State]:
    return {chat.target: chat.state for chat in world.chats.chats(limit=1000)}


def test_nobody_is_told_of_a_lost_chat_that_follows_nothing_or_is_private_or_paused(world: World) -> None:
    world.add(ROOM, topics=())
    world.add(HALL, kind="private")
    world.add(CHANNEL)
    world.chats.set_state(CHANNEL, State.PAUSED)

    async def scene(world: World) -> None:
        for target in (ROOM, HALL, CHANNEL, Target("memory", "unknown")):
            await lose(world, target)
            await let_in(world, target, kind="channel", by=None)

    play(world, scene)
    assert world.memory.arrived == []


def test_threads_of_one_chat_are_one_piece_of_news(world: World) -> None:
    for thread in ("1", "2"):
        world.add(Target("memory", "room", thread))
        world.chats.set_admin(Target("memory", "room", thread), ADMIN)

    async def scene(world: World) -> None:
        await lose(world)
        for thread in ("1", "2"):
            await world.engine.report(Lost(Target("memory", "room", thread), "kicked"))

    play(world, scene)
    assert len(world.memory.texts(ADMINS)) == 1


def test_what_was_lost_while_nobody_told_it_is_told_by_the_next_run(world: World) -> None:
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)
    world.chats.set_state(ROOM, State.LOST, reason="kicked")  # and we died
    play(world, lambda world: asyncio.sleep(5))
    assert len(world.memory.texts(ADMINS)) == 1


def test_what_is_just_being_told_when_we_stop_is_not_told_again(world: World) -> None:
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.latency = 1.0

    async def stopped_meanwhile() -> None:
        async with world.start():
            await world.engine.target_lost(ROOM, "kicked")
            while not world.memory.arrived:  # noqa: ASYNC110 - in virtual time
                await asyncio.sleep(0.1)

    virtually(stopped_meanwhile())
    play(world, lambda world: asyncio.sleep(5))
    assert len(world.memory.texts(ADMINS)) == 1


def test_a_message_that_hangs_does_not_keep_us_from_stopping(world: World) -> None:
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.latency = 1000.0

    async def stopped_meanwhile() -> float:
        loop = asyncio.get_running_loop()
        async with world.start():
            await world.engine.target_lost(ROOM, "kicked")
            await asyncio.sleep(5)
            began = loop.time()
        return loop.time() - began

    assert virtually(stopped_meanwhile()) < FAREWELL + 10


def test_an_admin_who_cannot_be_reached_is_told_by_the_next_run(world: World) -> None:
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)
    world.memory.gone[ADMINS] = "never spoke to us"
    play(world, lose)
    assert world.memory.arrived == []
    world.memory.gone.clear()
    play(world, lambda world: asyncio.sleep(5))
    assert len(world.memory.texts(ADMINS)) == 1


def test_a_chat_an_admin_has_resumed_can_be_lost_again(world: World) -> None:
    world.add(ROOM)
    world.chats.set_admin(ROOM, ADMIN)

    async def scene(world: World) -> None:
        await lose(world)
        world.chats.set_state(ROOM, State.ACTIVE)
        await lose(world)

    play(world, scene)
    assert len(world.memory.texts(ADMINS)) == 2


def test_a_chat_is_no_person_to_be_told_anything(world: World) -> None:
    world.add(ROOM)
    world.add(HALL)
    world.chats.set_admin(ROOM, Actor("memory", "hall"))  # a group, in whose name somebody spoke
    play(world, lose)
    assert world.memory.arrived == []


def test_the_admin_is_spoken_to_in_the_language_of_their_private_chat(world: World) -> None:
    world.add(ROOM, replace(NO_QUIET, languages=("zh",)))
    world.add(ADMINS, replace(NO_QUIET, languages=("ru",)), kind="private", topics=())
    world.chats.set_admin(ROOM, ADMIN)
    play(world, lose)
    assert world.memory.texts(ADMINS) == [say("ru", "notice.lost.reason", chat="memory:room", reason="kicked")]


# ---------------------------------------------------------------- held and dead messages


def held_once(world: World) -> None:
    """The only message of ROOM's digest may have arrived."""
    world.on_unknown = "hold"
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.memory.faults.append(Fault(Unknown("cut"), ROOM))


async def digests(world: World) -> None:
    await world.engine.look()
    await world.engine.issue()
    await asyncio.sleep(10)


def test_the_admin_decides_about_a_message_that_may_have_arrived(world: World) -> None:
    held_once(world)
    world.chats.set_admin(ROOM, ADMIN)
    play(world, digests)
    play(world, lambda world: asyncio.sleep(5))  # a restart does not ask again
    (message,) = world.memory.arrived
    assert message.target == ADMINS
    assert "cannot tell whether it arrived" in message.text
    assert "LLM" in message.text  # how it begins
    number = buttons(message)[0].split()[1]
    assert buttons(message) == [f"/settle {number} send", f"/settle {number} drop"]


def test_owners_decide_where_no_admin_is_known_and_are_asked_by_the_next_run_if_they_were_not(world: World) -> None:
    held_once(world)
    world.memory.gone[OWNERS] = "away"
    play(world, digests)
    assert world.memory.arrived == []
    world.memory.gone.clear()
    play(world, lambda world: asyncio.sleep(5))
    assert [message.target for message in world.memory.arrived] == [OWNERS]


def test_the_rest_of_a_digest_does_not_wait_for_a_held_part_which_comes_after_it(world: World) -> None:
    held_once(world)
    world.chats.save_settings(ROOM, replace(NO_QUIET, layout="papers"), next_due_at=None)
    world.arxiv.days[TUESDAY] += [announced("2605.00002", TUESDAY)]

    async def scene(world: World) -> None:
        await digests(world)
        assert len(world.memory.texts(ROOM)) == 2
        (held,) = await world.outbox.held()
        assert await world.outbox.settle(held.message, resend=True)
        assert not await world.outbox.settle(held.message, resend=True)
        assert not await world.outbox.settle(held.message, resend=False)

    play(world, scene)
    first, second, late = world.memory.texts(ROOM)
    assert "2605.00002" in first + second
    assert late.startswith("LLM")


def test_a_message_that_is_left_is_never_sent_and_stops_nothing(world: World) -> None:
    held_once(world)

    async def scene(world: World) -> None:
        await digests(world)
        (held,) = await world.outbox.held()
        assert await world.outbox.settle(held.message, resend=False)
        assert await world.outbox.held() == []

    play(world, scene)
    assert world.memory.texts(ROOM) == []


def test_owners_hear_of_refused_messages_once_a_day_for_each_chat(world: World) -> None:
    for target in (ROOM, HALL):
        world.add(target)

    async def scene(world: World) -> None:
        for _ in range(3):
            for target in (ROOM, HALL):
                await world.engine.report(Dead(target=target, message=1, digest=1, part=0, error="too odd"))
        await asyncio.sleep(5)
        assert len(world.memory.texts(OWNERS)) == 2
        await asyncio.sleep(86_400)
        await world.engine.report(Dead(target=ROOM, message=2, digest=1, part=0, error="too odd"))

    play(world, scene)
    said = world.memory.texts(OWNERS)
    assert len(said) == 3
    assert "too odd" in said[0]


def test_a_message_the_platform_refuses_for_good_reaches_the_owners_by_itself(world: World) -> None:
    world.arxiv.days[TUESDAY] = [announced("2605.00001", TUESDAY)]
    world.add(ROOM)
    world.memory.faults.append(Fault(Fatal("no such method"), ROOM))
    play(world, digests)
    assert "no such method" in world.texts(OWNERS)


def test_owners_hear_of_the_feed_in_their_language(world: World) -> None:
    world.arxiv.notes = (Note("feed_stale", {"feed_day": MONDAY, "expected": TUESDAY}),)
    world.add(OWNERS, replace(NO_QUIET, languages=("zh",)), kind="private", topics=())
    play(world, digests)
    assert world.memory.texts(OWNERS) == [say("zh", "note.feed_stale", feed_day=MONDAY, expected=TUESDAY)]


def test_owners_hear_once_a_day_of_a_model_server_that_takes_no_batches(world: World) -> None:
    world.add(OWNERS, replace(NO_QUIET, languages=("ru",)), kind="private", topics=())
    note = Note("batch_not_offered", {"status": 404})

    async def scene(world: World) -> None:
        for _ in range(3):
            world.engine._herald.hear(ModelTrouble(note))
            await asyncio.sleep(5)

    play(world, scene)
    assert world.memory.texts(OWNERS) == [say("ru", "note.batch_not_offered", status=404)]
