"""Never over a cap in any window, people first, chats in turn, silence where it was asked for; in virtual time."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.pacing import Pacing
from bot.platforms import Caps, Pace
from bot.targets import ChatKind
from tests.fakes.virtual_time import virtually

FAST = Caps(text=10, overall=Pace(1000, 1), chat=Pace(1000, 1))


@dataclass
class Post:
    """Sends through a pacing and writes down what left when. `begins` is the time between a turn and its message."""

    caps: Caps
    begins: float = 0.0
    left: list[tuple[float, str, str]] = field(default_factory=list)  # (when, chat, what)
    pacing: Pacing = field(init=False)

    def __post_init__(self) -> None:
        self.pacing = Pacing({"p": self.caps})

    async def send(self, chat: str, what: str = "", *, kind: ChatKind = "private", urgent: bool = False) -> None:
        async with self.pacing.turn("p", chat, kind, urgent=urgent) as turn:
            await asyncio.sleep(self.begins)
            await turn.comes()
            turn.leaves()
            self.left.append((now(), chat, what))

    def times(self, chat: str | None = None) -> list[float]:
        return [when for when, where, _ in self.left if chat in (None, where)]


def now() -> float:
    return asyncio.get_running_loop().time()


def soon(when: float) -> Any:  # noqa: ANN401 - pytest's own
    """At that time, or a moment later."""
    return pytest.approx(when + 0.02, abs=0.02)


def most_in_a_window(times: list[float], seconds: float) -> int:
    """The most of `times` in any half-open window."""
    return max((sum(start <= when < start + seconds - 1e-9 for when in times) for start in times), default=0)


# ---------------------------------------------------------------- caps

paces = st.builds(Pace, st.integers(1, 4), st.sampled_from([0.5, 1.0, 3.0]))
chats = st.sampled_from(["a", "b", "c", "g1", "g2"])
arrivals = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.9, 1.0, 4.0]), chats, st.booleans()), max_size=40)


def kind_of(chat: str) -> ChatKind:
    return "group" if chat.startswith("g") else "channel" if chat.startswith("c") else "private"


@given(paces, paces, st.none() | paces, arrivals, st.sampled_from([0.0, 0.05, 0.7]))
def test_no_window_ever_holds_more_than_its_cap_and_everybody_is_served(
    overall: Pace, chat: Pace, group: Pace | None, wanted: list[tuple[float, str, bool]], begins: float
) -> None:
    async def scenario() -> Post:
        post = Post(Caps(text=10, overall=overall, chat=chat, group=group), begins)
        async with asyncio.TaskGroup() as tasks:
            for pause, where, urgent in wanted:
                await asyncio.sleep(pause)
                tasks.create_task(post.send(where, kind=kind_of(where), urgent=urgent))
        return post

    post = virtually(scenario())

    assert len(post.left) == len(wanted)
    assert most_in_a_window(post.times(), overall.seconds) <= overall.count
    for where in {where for _, where, _ in wanted}:
        assert most_in_a_window(post.times(where), chat.seconds) <= chat.count
        if group is not None and kind_of(where) != "private":
            assert most_in_a_window(post.times(where), group.seconds) <= group.count


def test_the_cap_is_reached_and_spread_over_the_second() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(30, 1), chat=Pace(1, 1)))
        await asyncio.gather(*(post.send(f"chat {n}") for n in range(300)))
        return post.times()

    times = virtually(scenario())

    assert times[-1] <= 1.011 * 300 / 30
    assert most_in_a_window(times, 1) == 30
    assert most_in_a_window(times, 0.1) <= 4


def test_a_message_counts_from_when_it_leaves_not_from_when_it_might_have() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(1, 1), chat=Pace(1, 1)), begins=0.75)
        await asyncio.gather(post.send("a"), post.send("b"))
        return post.times()

    assert virtually(scenario()) == [0.75, pytest.approx(2.5, abs=0.02)]


def test_a_message_that_does_not_say_when_it_left_left_at_the_end() -> None:
    async def scenario() -> float:
        pacing = Pacing({"p": Caps(text=10, overall=Pace(1, 1), chat=Pace(1, 1))})
        async with pacing.turn("p", "a", "private"):
            await asyncio.sleep(5)
        async with pacing.turn("p", "b", "private") as turn:
            await turn.comes()
            return now()

    assert virtually(scenario()) == soon(6)


def test_a_turn_given_back_costs_nobody_anything() -> None:
    async def scenario() -> float:
        pacing = Pacing({"p": Caps(text=10, overall=Pace(2, 60), chat=Pace(1, 60))})
        for _ in range(50):
            async with pacing.turn("p", "a", "private") as turn:
                turn.give_back()
        async with pacing.turn("p", "a", "private"):
            return now()

    assert virtually(scenario()) == 0


# ---------------------------------------------------------------- whose turn it is


def test_people_go_before_everything_that_waits() -> None:
    async def scenario() -> float:
        post = Post(Caps(text=10, overall=Pace(30, 1), chat=Pace(1, 1)))
        async with asyncio.TaskGroup() as tasks:
            for n in range(3000):
                tasks.create_task(post.send(f"chat {n}"))
            await asyncio.sleep(50.01)
            asked = now()
            await post.send("asker", urgent=True)
            return now() - asked

    assert virtually(scenario()) < 0.2


def test_chats_take_turns_however_much_one_of_them_has() -> None:
    async def scenario() -> list[str]:
        post = Post(Caps(text=10, overall=Pace(1, 1), chat=Pace(1, 1)))
        async with asyncio.TaskGroup() as tasks:
            for n in range(50):
                tasks.create_task(post.send("talker", str(n)))
            await asyncio.sleep(0.1)
            for chat in ("b", "c"):
                tasks.create_task(post.send(chat))
        return [chat for _, chat, _ in post.left][:5]

    assert virtually(scenario()) == ["talker", "talker", "b", "c", "talker"]


def test_within_a_chat_who_came_first_goes_first() -> None:
    async def scenario() -> dict[str, list[str]]:
        post = Post(Caps(text=10, overall=Pace(3, 1), chat=Pace(1, 1)))
        await asyncio.gather(*(post.send(f"chat {n % 4}", str(n)) for n in range(40)))
        by_chat = defaultdict(list)
        for _, chat, what in post.left:
            by_chat[chat].append(what)
        return by_chat

    for n, order in enumerate(virtually(scenario()).values()):
        assert order == [str(number) for number in range(n, 40, 4)]


def test_a_chat_at_its_own_cap_holds_up_nobody() -> None:
    async def scenario() -> tuple[float, float]:
        post = Post(Caps(text=10, overall=Pace(30, 1), chat=Pace(1, 1), group=Pace(2, 60)))
        async with asyncio.TaskGroup() as tasks:
            for n in range(5):
                tasks.create_task(post.send("group", str(n), kind="group"))
            for n in range(30):
                tasks.create_task(post.send(f"chat {n}"))
        others = [when for when, chat, _ in post.left if chat != "group"]
        return max(others), max(post.times("group"))

    others, group = virtually(scenario())
    assert others < 1.1
    assert group == pytest.approx(120, abs=0.2)


# ---------------------------------------------------------------- silence


def test_a_chat_that_asked_for_silence_gets_it_alone() -> None:
    async def scenario() -> Post:
        post = Post(FAST)
        post.pacing.halt_chat("p", "quiet", "group", 100)
        await asyncio.gather(post.send("quiet", kind="group", urgent=True), post.send("loud"))
        return post

    post = virtually(scenario())
    assert post.times("quiet") == [100]
    assert post.times("loud") == [0]


def test_a_halt_everywhere_stops_even_answers_until_it_ends() -> None:
    async def scenario() -> list[float]:
        post = Post(FAST)
        post.pacing.halt("p", 30)
        post.pacing.halt("p", 7)  # the later end counts
        await asyncio.gather(post.send("a", urgent=True), post.send("b"))
        return post.times()

    assert virtually(scenario()) == [30, soon(30)]


def test_a_halt_reaches_those_who_wait_already() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(1, 1), chat=Pace(1, 1)))
        async with asyncio.TaskGroup() as tasks:
            for chat in ("a", "b", "c"):
                tasks.create_task(post.send(chat))
            await asyncio.sleep(0.5)
            post.pacing.halt_chat("p", "b", "private", 10)
        return post.times("b") + post.times("c")

    assert virtually(scenario()) == [10.5, soon(1)]


def test_how_long_a_chat_must_wait_is_known_beforehand() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(30, 1), chat=Pace(1, 2)))
        before = post.pacing.wait("p", "a", "private")
        await post.send("a")
        after = post.pacing.wait("p", "a", "private")
        post.pacing.halt_chat("p", "a", "private", 60)
        return [before, after, post.pacing.wait("p", "a", "private"), post.pacing.wait("p", "b", "private")]

    assert virtually(scenario()) == [0, soon(2), 60, 0]


# ---------------------------------------------------------------- giving up, forgetting, many


def test_one_who_gives_up_takes_no_turn() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(1, 10), chat=Pace(1, 1)))
        await post.send("first")
        waiting = [asyncio.create_task(post.send(f"w{n}", urgent=True)) for n in range(5)]
        await asyncio.sleep(1)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await post.send("last")
        return post.times()

    assert virtually(scenario()) == [0, soon(10)]


def test_one_who_gives_up_at_the_moment_of_its_turn_hands_it_on() -> None:
    async def scenario() -> list[float]:
        post = Post(Caps(text=10, overall=Pace(1, 10), chat=Pace(1, 1)))
        async with post.pacing.turn("p", "a", "private") as turn:
            task = asyncio.create_task(post.send("unlucky"))
            await asyncio.sleep(0)
            turn.give_back()  # the other has its turn now, and does not know yet
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await post.send("next")
        return post.times()

    assert virtually(scenario()) == [0]


def test_ten_thousand_waiting_chats_cost_little_and_are_forgotten_afterwards() -> None:
    async def scenario() -> int:
        post = Post(Caps(text=10, overall=Pace(30, 1), chat=Pace(1, 1), group=Pace(20, 60)))
        post.pacing.halt_chat("p", "chat 7", "group", 100)
        await asyncio.gather(*(post.send(f"chat {n}", kind="group") for n in range(10_000)))
        assert len(post.left) == 10_000
        await asyncio.sleep(61)
        await post.send("one more")
        return len(post.pacing._desks["p"].chats)

    started = time.process_time()
    known = virtually(scenario())

    assert known == 1
    assert time.process_time() - started < 6, "more than O(log n) a message?"
