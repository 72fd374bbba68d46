"""What a chat wants is kept as it was said, and each change is made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot import chat_tables
from bot.chats import AlreadyApplied, Chats, NotKnown
from bot.store import Store
from bot.targets import Access, At, Chat, OnArrival, Settings, State, Target
from bot.topics.catalogue import topic
from tests.chatting import HALL, LLM, MOE, RAG, ROOM, chats_of, follow, known, names
from tests.samples import NOW

SHANGHAI = Settings(schedule=At((time(9),)), zone="Asia/Shanghai", languages=("en", "zh"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paperboy.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


@pytest.fixture
def chats(store: Store) -> Chats:
    return chats_of(store)


# ---------------------------------------------------------------- chats


def test_a_new_chat_has_the_default_settings_in_its_language(chats: Chats) -> None:
    assert chats.chat(ROOM) is None
    made = chats.ensure(ROOM, kind="channel", title="Papers", languages=("zh",), now=NOW)

    assert made == Chat(target=ROOM, kind="channel", title="Papers", settings=Settings(languages=("zh",)))
    assert chats.chat(ROOM) == made
    assert chats.chat(HALL) is None


def test_a_chat_without_a_language_speaks_the_default_one(chats: Chats) -> None:
    assert chats.ensure(ROOM, kind="group", title="", languages=(), now=NOW).settings == Settings()


def test_a_chat_that_is_known_keeps_all_but_its_kind_and_title(chats: Chats) -> None:
    known(chats, ROOM, title="Old")
    chats.save_settings(ROOM, SHANGHAI, next_due_at=NOW)
    chats.set_state(ROOM, State.PAUSED, reason="holidays")
    chats.set_access(ROOM, Access.ALLOWED)
    before = chats.chat(ROOM)
    assert before is not None

    after = chats.ensure(ROOM, kind="channel", title="New", languages=("ru",), now=NOW)
    assert after == replace(before, kind="channel", title="New") == chats.chat(ROOM)
    assert chats.ensure(ROOM, kind="group", title="", languages=("ru",), now=NOW).title == "New"


def test_a_thread_is_a_target_of_its_own(chats: Chats) -> None:
    thread = Target("memory", "room", "7")
    known(chats, ROOM, thread)
    chats.save_settings(thread, SHANGHAI, next_due_at=None)

    assert [chat.target for chat in chats.chats()] == [ROOM, thread]
    assert [chat.settings for chat in chats.places(ROOM)] == [Settings(), SHANGHAI]
    assert chats.places(thread) == chats.places(ROOM)
    assert chats.places(HALL) == []


def test_a_title_is_kept_to_a_length_and_as_valid_text(chats: Chats) -> None:
    made = chats.ensure(ROOM, kind="group", title="\ud83d" + "x" * 1000, languages=(), now=NOW)
    assert made.title == "\ufffd" + "x" * 254
    assert chats.ensure(ROOM, kind="group", title="\ud83d" + "x" * 1000, languages=(), now=NOW) == made


def test_what_is_saved_is_there_after_a_restart(path: Path) -> None:
    due = datetime(2026, 5, 20, 9, tzinfo=timezone(timedelta(hours=8)))
    with Store(path) as first:
        chats = chats_of(first)
        follow(chats, ROOM, LLM, MOE)
        chats.save_settings(ROOM, SHANGHAI, next_due_at=due, update="memory:1")
        chats.set_state(ROOM, State.LOST, reason="kicked")
        chats.set_access(ROOM, Access.NO_MODEL)
        chats.set_mark("owners", "memory:ann")
    with Store(path) as second:
        chats = chats_of(second)
        assert chats.chat(ROOM) == Chat(
            target=ROOM,
            kind="group",
            settings=SHANGHAI,
            state=State.LOST,
            reason="kicked",
            access=Access.NO_MODEL,
            next_due_at=due,
        )
        assert names(chats, ROOM) == ["LLM", '"mixture of experts" OR MoE']
        assert chats.applied("memory:1")
        assert chats.mark("owners") == "memory:ann"


def test_a_state_has_its_reason_until_the_next_one(chats: Chats) -> None:
    known(chats, ROOM)
    chats.set_state(ROOM, State.LOST, reason="y" * 1000)
    lost = chats.chat(ROOM)
    assert lost is not None
    assert (lost.state, lost.reason) == (State.LOST, "y" * 500)

    chats.set_state(ROOM, State.ACTIVE)
    back = chats.chat(ROOM)
    assert back is not None
    assert (back.state, back.reason) == (State.ACTIVE, "")


def test_a_chat_its_admin_paused_stays_paused_though_we_are_shut_out(chats: Chats) -> None:
    known(chats, ROOM)
    chats.set_state(ROOM, State.PAUSED, reason="by an admin")
    chats.set_state(ROOM, State.LOST, reason="kicked")

    chat = chats.chat(ROOM)
    assert chat is not None
    assert (chat.state, chat.reason) == (State.PAUSED, "by an admin")


def test_what_owners_allow_holds_for_every_thread_even_one_to_come(chats: Chats) -> None:
    old, new = Target("memory", "room", "1"), Target("memory", "room", "2")
    known(chats, ROOM, old, HALL)
    chats.set_access(old, Access.BLOCKED)

    known(chats, new)
    found = {chat.target: chat.access for chat in chats.chats()}
    assert found == {ROOM: Access.BLOCKED, old: Access.BLOCKED, new: Access.BLOCKED, HALL: None}
    chats.set_access(new, None)
    assert {chat.access for chat in chats.places(ROOM)} == {None}


@pytest.mark.parametrize(
    "change",
    [
        lambda chats: chats.save_settings(ROOM, SHANGHAI, next_due_at=None, update="memory:1"),
        lambda chats: chats.set_state(ROOM, State.PAUSED, update="memory:1"),
        lambda chats: chats.set_access(ROOM, Access.ALLOWED, update="memory:1"),
        lambda chats: chats.subscribe(ROOM, LLM, since=NOW, update="memory:1"),
        lambda chats: chats.unsubscribe(ROOM, "catalogue:llm", update="memory:1"),
        lambda chats: chats.set_due(ROOM, NOW),
    ],
)
def test_a_chat_that_is_not_known_cannot_be_changed(chats: Chats, change: Callable[[Chats], object]) -> None:
    with pytest.raises(NotKnown, match="memory:room"):
        change(chats)
    assert not chats.applied("memory:1")
    assert chats.chats() == []


def test_a_settings_row_that_cannot_be_read_gives_the_defaults_and_stops_nobody(store: Store, chats: Chats) -> None:
    known(chats, ROOM, HALL)
    store.database.write(lambda db: db.execute("UPDATE targets SET settings = '{' WHERE chat_id = 'room'") and None)
    assert [chat.settings for chat in chats.arrivals()] == [Settings(), Settings()]


# ---------------------------------------------------------------- each update once


CHANGES: Sequence[tuple[str, Callable[[Chats, str | None], object]]] = [
    ("ensure", lambda c, u: c.ensure(HALL, kind="group", title="T", languages=("zh",), now=NOW, update=u)),
    ("save_settings", lambda c, u: c.save_settings(ROOM, SHANGHAI, next_due_at=NOW, update=u)),
    ("set_state", lambda c, u: c.set_state(ROOM, State.PAUSED, update=u)),
    ("set_access", lambda c, u: c.set_access(ROOM, Access.BLOCKED, update=u)),
    ("subscribe", lambda c, u: c.subscribe(ROOM, RAG, since=NOW, update=u)),
    ("unsubscribe", lambda c, u: c.unsubscribe(ROOM, "catalogue:llm", update=u)),
]


def everything(chats: Chats) -> object:
    return [(chat, chats.subscriptions(chat.target)) for chat in chats.chats()]


@pytest.mark.parametrize("change", [change for _, change in CHANGES], ids=[name for name, _ in CHANGES])
def test_an_update_has_its_effect_once(chats: Chats, change: Callable[[Chats, str | None], object]) -> None:
    follow(chats, ROOM, LLM)
    untouched = everything(chats)
    assert not chats.applied("memory:1")
    change(chats, "memory:1")
    assert chats.applied("memory:1")
    assert everything(chats) != untouched

    chats.forget(HALL)
    chats.save_settings(ROOM, Settings(), next_due_at=None)
    chats.set_state(ROOM, State.ACTIVE)
    chats.set_access(ROOM, None)
    chats.unsubscribe(ROOM, "catalogue:rag")
    chats.subscribe(ROOM, LLM, since=NOW)
    assert everything(chats) == untouched
    with pytest.raises(AlreadyApplied):
        change(chats, "memory:1")
    assert everything(chats) == untouched
    change(chats, "memory:2")
    assert everything(chats) != untouched


def test_an_update_without_effect_is_used_up_too(chats: Chats) -> None:
    known(chats, ROOM)
    assert not chats.unsubscribe(ROOM, "catalogue:llm", update="memory:1")
    chats.subscribe(ROOM, LLM, since=NOW)

    with pytest.raises(AlreadyApplied):
        chats.unsubscribe(ROOM, "catalogue:llm", update="memory:1")
    assert names(chats, ROOM) == ["LLM"]


def test_an_update_told_by_many_at_once_has_its_effect_once(chats: Chats) -> None:
    known(chats, ROOM)

    def told(n: int) -> bool:
        try:
            return chats.subscribe(ROOM, topic(f"word{n}"), since=NOW, update="memory:1")
        except AlreadyApplied:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(told, range(16))) == 1
    assert len(names(chats, ROOM)) == 1


def test_an_update_whose_effect_fails_is_not_used_up(chats: Chats) -> None:
    known(chats, ROOM)
    with pytest.raises(ValueError, match="aware"):
        chats.subscribe(ROOM, LLM, since=NOW.replace(tzinfo=None), update="memory:1")

    assert not chats.applied("memory:1")
    assert chats.subscribe(ROOM, LLM, since=NOW, update="memory:1")


def test_old_updates_are_forgotten(store: Store) -> None:
    at = [NOW]
    chats = Chats(store, clock=lambda: at[0])
    known(chats, ROOM, update="memory:1")
    at[0] = NOW + timedelta(days=8)
    known(chats, HALL, update="memory:2")

    assert chats.prune_updates(NOW + timedelta(days=1)) == 1
    assert (chats.applied("memory:1"), chats.applied("memory:2")) == (False, True)


def test_marks_hold_what_was_set_last(chats: Chats) -> None:
    assert chats.mark("asked") is None
    chats.set_mark("asked", "1")
    chats.set_mark("asked", "2")
    assert chats.mark("asked") == "2"


# ---------------------------------------------------------------- all of them


def test_chats_are_listed_by_state_page_by_page_the_oldest_first(chats: Chats) -> None:
    targets = [Target("memory", str(n)) for n in range(7)]
    known(chats, *targets)
    chats.set_state(targets[2], State.PAUSED)
    chats.set_state(targets[4], State.LOST)

    assert [chat.target for chat in chats.chats(offset=1, limit=3)] == targets[1:4]
    assert [chat.target for chat in chats.chats(states={State.PAUSED, State.LOST})] == [targets[2], targets[4]]
    assert chats.chats(states=()) == []
    assert (chats.count(), chats.count(states={State.ACTIVE})) == (7, 5)


def test_due_are_active_chats_whose_time_has_come_the_longest_waiting_first(chats: Chats) -> None:
    minutes = {"a": 0, "b": -5, "c": 1, "d": -9, "e": -7, "f": -60 * 24, "g": None}
    for name, after in minutes.items():
        known(chats, Target("memory", name))
        chats.set_due(Target("memory", name), None if after is None else NOW + timedelta(minutes=after))
    chats.set_state(Target("memory", "d"), State.PAUSED)
    chats.set_state(Target("memory", "e"), State.LOST)
    chats.set_access(Target("memory", "f"), Access.BLOCKED)

    assert [chat.target.chat_id for chat in chats.due(NOW, limit=9)] == ["b", "a"]
    assert [chat.target.chat_id for chat in chats.due(NOW, limit=1)] == ["b"]
    there = NOW.astimezone(timezone(timedelta(hours=-7)))
    assert chats.due(there, limit=9) == chats.due(NOW, limit=9)


def test_due_chats_are_found_by_the_index_in_order(store: Store) -> None:
    plans: list[str] = []

    class Explaining:
        def __init__(self, conn: Any) -> None:  # noqa: ANN401 - stands for a connection
            self.conn = conn

        def execute(self, sql: str, given_: object) -> list[object]:
            plans.extend(row["detail"] for row in self.conn.execute("EXPLAIN QUERY PLAN " + sql, given_))
            return []

    store.database.read(lambda conn: chat_tables.due(Explaining(conn), NOW, limit=9))  # type: ignore[arg-type]
    assert len(plans) == 1  # no sorting, no scan
    assert "targets_due (state=? AND next_due_at<?)" in plans[0]


def test_arrivals_are_active_chats_that_chose_no_hour(chats: Chats) -> None:
    known(chats, *(Target("memory", name) for name in "abcde"))
    chats.save_settings(Target("memory", "b"), SHANGHAI, next_due_at=NOW)
    chats.set_state(Target("memory", "c"), State.PAUSED)
    chats.set_access(Target("memory", "d"), Access.BLOCKED)
    chats.save_settings(Target("memory", "e"), Settings(schedule=OnArrival(), say_empty=True), next_due_at=NOW)

    assert [chat.target.chat_id for chat in chats.arrivals()] == ["a", "e"]
