"""The gate is held by one at a time, fairly, whoever dies and whatever the clock does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.fakes.processes import together


class Gate:
    """The store's gate with the arguments a test does not speak of left out."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def enter(self, ticket: str, now: float, *, priority: int = 1, lease: float = 60) -> float:
        return self.store.gate_enter(ticket=ticket, priority=priority, now=now, lease=lease)

    def leave(self, ticket: str, now: float, *, free_at: float | None = None) -> None:
        self.store.gate_leave(ticket=ticket, now=now, free_at=now if free_at is None else free_at)

    def forget(self, ticket: str) -> None:
        self.store.gate_forget(ticket=ticket)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with Store(tmp_path / "paperboy.db") as store:
        yield Gate(store)


T0 = 1_800_000_000.0


def test_one_is_in_at_a_time_and_the_next_waits_for_the_pause(gate: Gate) -> None:
    assert gate.enter("a", T0) == 0
    assert 0 < gate.enter("b", T0 + 1) <= 1
    gate.leave("a", T0 + 2, free_at=T0 + 5)
    assert gate.enter("b", T0 + 2) == 3
    assert gate.enter("b", T0 + 4.5) == 0.5
    assert gate.enter("b", T0 + 5) == 0
    assert gate.enter("a", T0 + 5) > 0


def test_the_urgent_go_first_then_who_came_first(gate: Gate) -> None:
    assert gate.enter("holder", T0) == 0
    for ticket, priority in [("fill", 2), ("first", 1), ("second", 1), ("person", 0)]:
        assert gate.enter(ticket, T0 + 1, priority=priority) > 0
    order, now = [], T0 + 2
    gate.leave("holder", now)
    waiting = {"second": 1, "fill": 2, "person": 0, "first": 1}
    while waiting:
        entered = [t for t, priority in waiting.items() if gate.enter(t, now, priority=priority) == 0]
        assert len(entered) <= 1
        now += 1
        for ticket in entered:
            gate.leave(ticket, now)
            del waiting[ticket]
            order.append(ticket)
    assert order == ["person", "first", "second", "fill"]


def test_a_dead_holders_lease_expires(gate: Gate) -> None:
    assert gate.enter("dead", T0, lease=30) == 0
    assert gate.enter("b", T0 + 29.95) == pytest.approx(0.05)
    assert gate.enter("b", T0 + 31) == 0
    assert gate.enter("c", T0 + 31) > 0


def test_a_holder_that_asks_again_renews_its_lease(gate: Gate) -> None:
    assert gate.enter("a", T0, lease=30) == 0
    assert gate.enter("a", T0 + 20, lease=30) == 0
    assert gate.enter("b", T0 + 40) > 0


def test_a_waiter_that_died_does_not_hold_up_the_others_for_long(gate: Gate) -> None:
    gate.enter("holder", T0)
    gate.enter("dead", T0, priority=0)
    gate.leave("holder", T0 + 1)
    assert gate.enter("b", T0 + 1) > 0
    assert gate.enter("b", T0 + 7) == 0


def test_a_waiter_told_to_wait_long_keeps_its_place_meanwhile(gate: Gate) -> None:
    gate.enter("holder", T0)
    gate.leave("holder", T0, free_at=T0 + 600)
    assert gate.enter("a", T0) == 600
    assert gate.enter("b", T0 + 500) == 100
    assert gate.enter("b", T0 + 600) > 0
    assert gate.enter("a", T0 + 601) == 0


def test_who_gave_up_neither_waits_nor_holds(gate: Gate) -> None:
    gate.enter("holder", T0)
    gate.enter("gone", T0, priority=0)
    gate.forget("gone")
    gate.forget("nobody")
    gate.leave("holder", T0)
    assert gate.enter("b", T0) == 0
    gate.forget("b")
    assert gate.enter("c", T0) == 0


def test_a_cooldown_is_never_shortened_and_never_longer_than_an_hour(gate: Gate) -> None:
    gate.enter("a", T0)
    gate.leave("a", T0, free_at=T0 + 900)
    gate.leave("late", T0 + 1, free_at=T0 + 4)
    assert gate.enter("b", T0 + 1) == 899
    gate.leave("late", T0 + 1, free_at=T0 + 1e9)
    assert gate.enter("b", T0 + 1) == 3700


def test_a_holder_whose_lease_ran_out_does_not_take_the_gate_from_the_next(gate: Gate) -> None:
    gate.enter("slow", T0, lease=10)
    assert gate.enter("b", T0 + 10) == 0
    gate.leave("slow", T0 + 11, free_at=T0 + 11)
    assert gate.enter("c", T0 + 11.5) > 0
    gate.leave("slow", T0 + 12, free_at=T0 + 15)
    gate.leave("b", T0 + 12, free_at=T0 + 13)
    assert gate.enter("c", T0 + 13) == 2


def test_a_clock_that_was_set_back_blocks_nobody_for_longer_than_before(gate: Gate) -> None:
    gate.enter("a", T0)
    gate.enter("dead", T0, priority=0)
    gate.leave("a", T0, free_at=T0 + 3)
    back = T0 - 86_400
    assert gate.enter("b", back) == 3
    assert gate.enter("b", back + 3) > 0  # the dead one's grace
    assert gate.enter("b", back + 9) == 0


def test_a_caller_that_waited_to_write_shortens_no_pause(gate: Gate) -> None:
    gate.enter("a", T0)
    gate.leave("a", T0 + 1, free_at=T0 + 4)
    assert gate.enter("b", T0 + 0.5) == 3.5
    assert gate.enter("b", T0 + 3.75) == 0.25


def test_a_lease_of_a_future_that_never_came_runs_out_too(gate: Gate) -> None:
    gate.enter("dead", T0, lease=30)
    assert gate.enter("b", T0 - 86_400) > 0
    assert gate.enter("b", T0 - 86_400 + 30) == 0


def test_processes_take_turns_at_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "paperboy.db"
    Store(path).close()
    code = """
for turn in range(4):
    ticket = f"{os.getpid()}-{turn}"
    while wait := store.gate_enter(ticket=ticket, priority=1, now=time.time(), lease=60):
        time.sleep(min(wait, 0.005))
    start = time.time()
    time.sleep(0.003)
    end = time.time()
    store.gate_leave(ticket=ticket, now=end, free_at=end + 0.01)
    print(start, end)
"""
    printed = together(path, code)
    visits = sorted(tuple(map(float, line.split())) for lines in printed for line in lines.splitlines())

    assert len(visits) == 12
    assert all(after[0] >= before[1] + 0.01 for before, after in itertools.pairwise(visits))
