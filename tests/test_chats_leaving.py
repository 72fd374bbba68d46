"""What is forgotten is gone, and what moves loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import target_table
from bot.chats import Chats
from bot.store import Store
from bot.targets import Access, At, Chat, Settings, State, Target
from tests.chatting import HALL, LLM, MOE, RAG, ROOM, chats_of, digest, follow, known, names
from tests.samples import NOW

SHANGHAI = Settings(schedule=At((time(9),)), zone="Asia/Shanghai", languages=("en", "zh"))
TABLES = ("targets", "subscriptions", "digests", "digest_items", "seen", "outbox")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


@pytest.fixture
def chats(store: Store) -> Chats:
    return chats_of(store)


def rows_in(store: Store) -> dict[str, int]:
    return store.database.read(
        lambda conn: {table: conn.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES}  # noqa: S608 - our own names
    )


def filled(store: Store, chats: Chats, target: Target) -> None:
    follow(chats, target, LLM, MOE)
    digest(store, target, "p", ("2405.00001", 1))

    def work(db: Any) -> None:  # noqa: ANN401 - sqlite_utils is barely typed
        id_ = target_table.id_of(db.conn, target)
        db.execute(
            "INSERT INTO outbox (batch, digest_id, target_id, part, payload, slice, nonce) "
            "SELECT 1, id, target_id, target_id, '{}', '{}', 'n' || id FROM digests WHERE target_id = ?",
            [id_],
        )

    store.database.write(work)


# ---------------------------------------------------------------- forgetting


def test_forgetting_leaves_nothing_of_a_chat_and_its_threads_and_all_of_others(store: Store, chats: Chats) -> None:
    filled(store, chats, HALL)
    only_hall = rows_in(store)
    assert all(only_hall.values())
    filled(store, chats, ROOM)
    filled(store, chats, Target("memory", "room", "7"))
    filled(store, chats, Target("another", "room"))

    assert chats.forget(Target("another", "room"))
    assert chats.forget(ROOM)
    assert rows_in(store) == only_hall
    assert not chats.forget(ROOM)
    assert names(chats, HALL)


def test_forgetting_a_thread_leaves_its_chat(store: Store, chats: Chats) -> None:
    filled(store, chats, ROOM)
    only_room = rows_in(store)
    filled(store, chats, Target("memory", "room", "7"))

    assert chats.forget(Target("memory", "room", "7"))
    assert rows_in(store) == only_room
    assert names(chats, ROOM)


def test_a_chat_that_was_forgotten_begins_anew(store: Store, chats: Chats) -> None:
    filled(store, chats, ROOM)
    chats.save_settings(ROOM, SHANGHAI, next_due_at=NOW)
    chats.forget(ROOM)
    known(chats, ROOM)

    assert chats.chat(ROOM) == Chat(target=ROOM, kind="group")
    assert chats.subscriptions(ROOM) == []
    assert chats.seen(ROOM, ["2405.00001"]) == set()


# ---------------------------------------------------------------- moving

TOPICS = (LLM, RAG, MOE)
PAPERS = (("2405.00001", 1), ("2405.00001", 2), ("2405.00002", None))
several = st.tuples(
    st.sets(st.sampled_from(range(len(TOPICS)))),
    st.sets(st.sampled_from(PAPERS)),
    st.sampled_from([State.ACTIVE, State.PAUSED, State.LOST]),
    st.sampled_from([None, *Access]),
)
numbers = count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("chats") / "paperboy.db") as opened:
        yield opened


def seen_marks(chats: Chats, target: Target) -> set[str]:
    return chats.seen(target, ["2405.00001v1", "2405.00001v2", "2405.00001v3", "2405.00002", "2405.00003"])


@settings(deadline=None)  # a disk may be slow
@given(before=st.none() | several, there=st.none() | several)
def test_moving_loses_nothing(shared: Store, before: Any, there: Any) -> None:  # noqa: ANN401 - several, or None
    chats, number = chats_of(shared), next(numbers)
    old, new = Target("memory", f"old{number}"), Target("memory", f"new{number}", "7")
    for target, given_, chosen in ((old, before, SHANGHAI), (new, there, Settings(size=20))):
        if given_ is not None:
            follow(chats, target, *(TOPICS[n] for n in given_[0]))
            digest(shared, target, "the same period", *given_[1])
            chats.save_settings(target, chosen, next_due_at=NOW if target == old else None)
            chats.set_access(target, given_[3])
            chats.set_state(target, given_[2])
    is_before, is_there = chats.chat(old), chats.chat(new)
    topics = set(names(chats, old)) | set(names(chats, new))
    marks = seen_marks(chats, old) | seen_marks(chats, new)
    stays = is_there is not None and (is_before is None or bool(chats.subscriptions(new)))

    chats.move(old, new)

    assert chats.chat(old) is None
    after = chats.chat(new)
    assert set(names(chats, new)) == topics
    assert len(names(chats, new)) == len(topics)
    assert seen_marks(chats, new) == marks
    assert chats.subscriptions(old) == []
    assert chats.seen(old, ["2405.00001"]) == set()
    if is_before is None or is_there is None:
        kept = is_before or is_there
        assert (after and (after.settings, after.next_due_at)) == (kept and (kept.settings, kept.next_due_at))
    else:
        kept = is_there if stays else is_before
        assert after is not None
        assert (after.settings, after.next_due_at) == (kept.settings, kept.next_due_at)
        assert (after.access is Access.BLOCKED) == (Access.BLOCKED in {is_before.access, is_there.access})
    chats.move(old, new)
    assert chats.chat(new) == after


def test_what_waits_and_what_was_sent_moves_along(store: Store, chats: Chats) -> None:
    filled(store, chats, ROOM)
    filled(store, chats, HALL)
    before = rows_in(store)
    chats.move(ROOM, HALL)

    assert rows_in(store) == {**before, "targets": 1, "subscriptions": 2, "seen": 1}
    assert store.database.read(lambda conn: [tuple(row) for row in conn.execute("SELECT target_id FROM outbox")]) == [
        (2,),
        (2,),
    ]
