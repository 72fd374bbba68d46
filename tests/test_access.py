"""Who may do what in which chat, how often, and whom the platform calls an admin."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.access import Action, Admins, Limits, Policy, Verdict, decide, may_use_model
from bot.platforms import Actor
from bot.targets import Access, Target

START = datetime(2026, 5, 19, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BOB = Actor("memory", "ann"), Actor("memory", "bob")
ROOM, HALL = Target("memory", "room"), Target("memory", "hall")


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


# ---------------------------------------------------------------- the table

A, X, Q, D, O, B = (  # noqa: E741 - one letter a cell
    Verdict.ALLOW,
    Verdict.ALLOW_EXTRACTIVE,
    Verdict.ASK_OWNERS,
    Verdict.ADMINS_ONLY,
    Verdict.OWNERS_ONLY,
    Verdict.BLOCKED,
)
ACCESS = (None, Access.ASKED, Access.ALLOWED, Access.NO_MODEL, Access.BLOCKED)
TABLE: dict[tuple[Policy, Action, bool], tuple[Verdict, ...]] = {
    # (policy, action, is_admin):         None  ASKED ALLOWED NO_MODEL BLOCKED
    ("owner", Action.READ, False): (A, A, A, A, B),
    ("owner", Action.READ, True): (A, A, A, A, B),
    ("owner", Action.MODEL, False): (X, X, A, X, B),
    ("owner", Action.MODEL, True): (X, X, A, X, B),
    ("owner", Action.CHANGE, False): (O, O, O, O, B),
    ("owner", Action.CHANGE, True): (O, O, O, O, B),
    ("approve", Action.READ, False): (A, A, A, A, B),
    ("approve", Action.READ, True): (A, A, A, A, B),
    ("approve", Action.MODEL, False): (X, X, A, X, B),
    ("approve", Action.MODEL, True): (X, X, A, X, B),
    ("approve", Action.CHANGE, False): (D, D, D, D, B),
    ("approve", Action.CHANGE, True): (Q, Q, A, A, B),
    ("open", Action.READ, False): (A, A, A, A, B),
    ("open", Action.READ, True): (A, A, A, A, B),
    ("open", Action.MODEL, False): (A, A, A, X, B),
    ("open", Action.MODEL, True): (A, A, A, X, B),
    ("open", Action.CHANGE, False): (D, D, D, D, B),
    ("open", Action.CHANGE, True): (A, A, A, A, B),
}
CELLS = [
    pytest.param(policy, action, is_admin, access, verdict, id=f"{policy}-{action.value}-{is_admin}-{access}")
    for (policy, action, is_admin), row in TABLE.items()
    for access, verdict in zip(ACCESS, row, strict=True)
]
POLICIES: tuple[Policy, ...] = ("owner", "approve", "open")


def test_the_table_has_every_case() -> None:
    assert set(TABLE) == set(product(POLICIES, Action, (False, True)))
    assert set(ACCESS) == {None, *Access}


@pytest.mark.parametrize(("policy", "action", "is_admin", "access", "verdict"), CELLS)
def test_what_somebody_may(
    policy: Policy, action: Action, is_admin: bool, access: Access | None, verdict: Verdict
) -> None:
    assert decide(action, policy=policy, access=access, is_owner=False, is_admin=is_admin) is verdict


@pytest.mark.parametrize(("policy", "action", "is_admin", "access", "verdict"), CELLS)
def test_owners_may_do_everything_everywhere(
    policy: Policy, action: Action, is_admin: bool, access: Access | None, verdict: Verdict
) -> None:
    assert decide(action, policy=policy, access=access, is_owner=True, is_admin=is_admin) is Verdict.ALLOW


@pytest.mark.parametrize(("policy", "access"), list(product(POLICIES, ACCESS)))
def test_a_chats_digests_may_cost_what_its_peoples_questions_may(policy: Policy, access: Access | None) -> None:
    verdict = decide(Action.MODEL, policy=policy, access=access, is_owner=False, is_admin=False)
    assert may_use_model(policy=policy, access=access) is (verdict is Verdict.ALLOW)


# ---------------------------------------------------------------- how often


def test_a_person_may_ask_ten_times_an_hour_and_is_told_when_to_come_back() -> None:
    clock = Clock()
    limits = Limits(clock)
    for _ in range(10):
        assert limits.take(ANN, ROOM) is None
        clock.pass_(60)

    assert limits.take(ANN, HALL) == START + HOUR
    assert limits.take(BOB, ROOM) is None
    clock.now = START + HOUR - timedelta(microseconds=1)
    assert limits.take(ANN, ROOM) == START + HOUR
    clock.now = START + HOUR
    assert limits.take(ANN, ROOM) is None
    assert limits.take(ANN, ROOM) == START + HOUR + timedelta(minutes=1)


def test_a_chat_may_ask_thirty_times_an_hour_whoever_asks_and_in_whatever_thread() -> None:
    limits = Limits(Clock())
    for n in range(30):
        assert limits.take(Actor("memory", str(n)), Target("memory", "room", str(n % 3))) is None

    assert limits.take(ANN, Target("memory", "room", "new")) == START + HOUR
    assert limits.take(ANN, Target("another", "room")) is None


def test_who_must_wait_for_two_reasons_is_told_the_later_time() -> None:
    clock = Clock()
    limits = Limits(clock, per_user=1, per_chat=1)
    assert limits.take(ANN, HALL) is None
    clock.pass_(600)
    assert limits.take(BOB, ROOM) is None

    assert limits.take(ANN, ROOM) == START + HOUR + timedelta(minutes=10)
    assert limits.take(BOB, HALL) == START + HOUR + timedelta(minutes=10)


def test_a_refused_question_counts_for_nobody() -> None:
    limits = Limits(Clock(), per_user=1, per_chat=2)
    assert limits.take(ANN, ROOM) is None
    for _ in range(5):
        assert limits.take(ANN, ROOM) is not None

    assert limits.take(BOB, ROOM) is None


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    clock = Clock()
    limits = Limits(clock, per_user=1)
    assert limits.take(ANN, ROOM) is None
    clock.pass_(-86_400)
    assert limits.take(ANN, ROOM) is None
    assert limits.take(ANN, ROOM) == clock.now + HOUR


def test_the_idle_are_forgotten() -> None:
    clock = Clock()
    limits = Limits(clock)
    for n in range(1000):
        limits.take(Actor("memory", str(n)), Target("memory", str(n)))
        clock.pass_(60)

    assert limits.remembered() <= 2 * 60


def test_one_who_asks_all_the_time_keeps_nobody_else_in_memory() -> None:
    clock = Clock()
    limits = Limits(clock, per_user=1000, per_chat=1000)
    for n in range(1000):
        limits.take(ANN, ROOM)
        limits.take(Actor("memory", str(n)), Target("memory", str(n)))
        clock.pass_(60)

    assert limits.remembered() <= 2 * 61


def test_the_refused_leave_no_trace() -> None:
    limits = Limits(Clock(), per_chat=1)
    limits.take(ANN, ROOM)
    for n in range(1000):
        limits.take(Actor("memory", str(n)), ROOM)

    assert limits.remembered() == 2


@given(st.lists(st.tuples(st.sampled_from([ANN, BOB]), st.sampled_from([ROOM, HALL]), st.integers(0, 40)), max_size=60))
def test_in_no_hour_more_than_allowed_and_the_time_told_is_right(asked: list[tuple[Actor, Target, int]]) -> None:
    clock = Clock()
    limits = Limits(clock, per_user=2, per_chat=3)
    taken: list[tuple[Actor, Target, datetime]] = []
    for actor, target, minutes in asked:
        clock.pass_(60 * minutes)
        back = limits.take(actor, target)
        if back is None:
            taken.append((actor, target, clock.now))
        within = [one for one in taken if one[2] > clock.now - HOUR]
        assert all(sum(one[0] == who for one in within) <= 2 for who in (ANN, BOB))
        assert all(sum(one[1] == where for one in within) <= 3 for where in (ROOM, HALL))
        if back is not None:
            assert clock.now < back <= clock.now + HOUR
            later = [one for one in taken if one[2] > back - HOUR]
            assert sum(one[0] == actor for one in later) < 2
            assert sum(one[1] == target for one in later) < 3


def test_a_limit_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limits(Clock(), per_user=0)


# ---------------------------------------------------------------- admins


@dataclass
class Asked:
    """A platform's answer, which waits for `go`; `times` says how often it was asked."""

    answer: bool | Exception = True
    times: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> bool:
        self.times += 1
        await self.go.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def at_once(answer: bool | Exception = True) -> Asked:
    asked = Asked(answer)
    asked.go.set()
    return asked


@pytest.mark.parametrize("answer", [True, False])
async def test_an_answer_is_good_for_thirty_seconds(answer: bool) -> None:
    clock = Clock()
    admins, asked = Admins(clock), at_once(answer)

    assert await admins.is_admin(ROOM, ANN, asked) is answer
    clock.pass_(29.9)
    assert await admins.is_admin(ROOM, ANN, asked) is answer
    assert asked.times == 1
    asked.answer = not answer
    clock.pass_(0.1)
    assert await admins.is_admin(ROOM, ANN, asked) is not answer


async def test_an_answer_is_for_one_person_in_one_chat_and_its_threads() -> None:
    admins = Admins(Clock())
    assert await admins.is_admin(ROOM, ANN, at_once(True))

    assert not await admins.is_admin(ROOM, BOB, at_once(False))
    assert not await admins.is_admin(HALL, ANN, at_once(False))
    assert not await admins.is_admin(Target("another", "room"), ANN, at_once(False))
    assert await admins.is_admin(Target("memory", "room", "7"), ANN, at_once(False))


async def test_a_failure_is_not_remembered() -> None:
    admins = Admins(Clock())
    with pytest.raises(TimeoutError):
        await admins.is_admin(ROOM, ANN, at_once(TimeoutError()))

    assert await admins.is_admin(ROOM, ANN, at_once(True))


async def test_those_who_ask_at_once_share_one_question() -> None:
    admins, asked = Admins(Clock()), Asked()
    waiting = [asyncio.create_task(admins.is_admin(ROOM, ANN, asked)) for _ in range(5)]
    await asyncio.sleep(0)
    asked.go.set()

    assert await asyncio.gather(*waiting) == [True] * 5
    assert asked.times == 1


async def test_a_failure_reaches_all_who_waited() -> None:
    admins, asked = Admins(Clock()), Asked(TimeoutError())
    waiting = [asyncio.create_task(admins.is_admin(ROOM, ANN, asked)) for _ in range(3)]
    await asyncio.sleep(0)
    asked.go.set()

    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [TimeoutError] * 3
    assert asked.times == 1


async def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    admins, asked = Admins(Clock()), Asked()
    first = asyncio.create_task(admins.is_admin(ROOM, ANN, asked))
    await asyncio.sleep(0)
    second = asyncio.create_task(admins.is_admin(ROOM, ANN, asked))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    asked.go.set()

    assert await second
    assert first.cancelled()
    assert asked.times == 1


async def test_a_failure_nobody_waits_for_any_more_is_no_noise() -> None:
    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    admins, asked = Admins(Clock()), Asked(TimeoutError())
    only = asyncio.create_task(admins.is_admin(ROOM, ANN, asked))
    await asyncio.sleep(0)
    only.cancel()
    await asyncio.sleep(0)
    asked.go.set()
    for _ in range(3):
        await asyncio.sleep(0)
    del only
    gc.collect()  # a task tells of its error when it goes

    assert not heard
    assert await admins.is_admin(ROOM, ANN, at_once(True))


async def test_an_answer_from_a_clock_that_was_ahead_is_not_trusted() -> None:
    clock = Clock()
    admins = Admins(clock)
    assert await admins.is_admin(ROOM, ANN, at_once(True))
    clock.pass_(-3600)

    assert not await admins.is_admin(ROOM, ANN, at_once(False))


async def test_no_more_answers_are_kept_than_wanted() -> None:
    admins, again = Admins(Clock(), most=2), at_once(False)
    for chat in ("1", "2", "3"):
        await admins.is_admin(Target("memory", chat), ANN, at_once(True))

    assert await admins.is_admin(Target("memory", "3"), ANN, again)
    assert not await admins.is_admin(Target("memory", "1"), ANN, again)
