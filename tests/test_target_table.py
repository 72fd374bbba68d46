"""Shut out, let back in, moved: what becomes of a target's row and of everything that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import target_table
from bot.database import Database
from bot.targets import Target
from tests.fakes.chats import A, B, C, add_targets

NEW = Target("memory", "new")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "paperboy.db") as opened:
        add_targets(opened, A, B)
        yield opened


def run(database: Database, *statements: str) -> None:
    for statement in statements:
        database.write(lambda db, sql=statement: db.execute(sql) and None)  # type: ignore[misc]


def found(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return database.read(lambda conn: [tuple(row) for row in conn.execute(sql)])


def subscribe(database: Database, target_id: int, *queries: str) -> None:
    for query in queries:
        run(
            database,
            "INSERT INTO subscriptions (target_id, name, query, canonical, since) "  # noqa: S608 - a test's own words
            f"VALUES ({target_id}, '{query}', '{query}', '{query}', '2026-05-19')",
        )


def states(database: Database) -> list[tuple[Any, ...]]:
    return found(database, "SELECT chat_id, state, reason FROM targets ORDER BY id")


def test_a_thread_is_another_target_than_its_chat(database: Database) -> None:
    thread = Target("memory", "A", "7")
    add_targets(database, thread)
    ids = database.read(lambda conn: [target_table.id_of(conn, target) for target in (A, thread, C)])
    assert ids == [1, 3, None]
    rows = database.read(lambda conn: [target_table.target_of(row) for row in conn.execute("SELECT * FROM targets")])
    assert rows == [A, B, thread]


def test_a_lost_target_has_its_reason_until_we_are_back(database: Database) -> None:
    database.write(lambda db: target_table.lose(db, 1, "kicked"))
    assert states(database) == [("A", "lost", "kicked"), ("B", "active", "")]
    assert database.write(lambda db: target_table.back(db, A)) == 1
    assert states(database) == [("A", "active", ""), ("B", "active", "")]
    assert database.write(lambda db: target_table.back(db, C)) is None


def test_what_an_admin_paused_stays_paused_whatever_the_platform_says(database: Database) -> None:
    run(database, "UPDATE targets SET state = 'paused', reason = 'by an admin' WHERE id = 1")
    database.write(lambda db: target_table.lose(db, 1, "kicked"))
    database.write(lambda db: target_table.back(db, A))
    assert states(database)[0] == ("A", "paused", "by an admin")


def test_a_target_that_moves_keeps_its_row(database: Database) -> None:
    run(database, "UPDATE targets SET state = 'lost', reason = 'x', settings = '{\"size\": 5}' WHERE id = 1")
    assert database.write(lambda db: target_table.move(db, A, NEW)) == 1
    assert found(database, "SELECT chat_id, state, reason, settings FROM targets WHERE id = 1") == [
        ("new", "active", "", '{"size": 5}')
    ]


def test_moving_what_is_not_known_or_nowhere_changes_nothing(database: Database) -> None:
    assert database.write(lambda db: target_table.move(db, C, B)) == 2
    assert database.write(lambda db: target_table.move(db, C, NEW)) is None
    assert database.write(lambda db: target_table.move(db, A, A)) == 1
    assert states(database) == [("A", "active", ""), ("B", "active", "")]


def test_two_that_become_one_have_everything_of_both(database: Database) -> None:
    subscribe(database, 1, "LLM", "RAG")
    subscribe(database, 2, "RAG", "MoE")
    run(
        database,
        "INSERT INTO digests (target_id, period, made_at) VALUES (1, 'p1', ''), (2, 'p1', ''), (1, 'p2', '')",
        "INSERT INTO seen (target_id, paper_id, digest_id) VALUES (1, 'x', 1), (2, 'x', 2), (1, 'y', 3)",
        "INSERT INTO outbox (batch, digest_id, target_id, part, payload, slice, nonce) "
        "VALUES (1, 1, 1, 0, '', '', 'n')",
    )
    assert database.write(lambda db: target_table.move(db, A, B)) == 2

    assert found(database, "SELECT id FROM targets") == [(2,)]
    assert found(database, "SELECT canonical FROM subscriptions WHERE target_id = 2 ORDER BY 1") == [
        ("LLM",),
        ("MoE",),
        ("RAG",),
    ]
    assert found(database, "SELECT id, period FROM digests WHERE target_id = 2 ORDER BY id") == [
        (1, "p1 moved:1"),
        (2, "p1"),
        (3, "p2"),
    ]
    assert found(database, "SELECT paper_id, digest_id FROM seen WHERE target_id = 2 ORDER BY 1") == [
        ("x", 2),
        ("y", 3),
    ]
    assert found(database, "SELECT target_id, digest_id FROM outbox") == [(2, 1)]


@pytest.mark.parametrize(("new_has_topics", "size"), [(False, 5), (True, 7)])
def test_the_settings_of_the_one_with_subscriptions_stay(database: Database, new_has_topics: bool, size: int) -> None:
    subscribe(database, 1, "LLM")
    if new_has_topics:
        subscribe(database, 2, "MoE")
    run(
        database,
        "UPDATE targets SET settings = '5', state = 'lost', reason = 'moved', next_due_at = 'due' WHERE id = 1",
        "UPDATE targets SET settings = '7' WHERE id = 2",
    )
    database.write(lambda db: target_table.move(db, A, B))
    due = None if new_has_topics else "due"
    assert found(database, "SELECT settings, state, reason, next_due_at FROM targets") == [
        (str(size), "active", "", due)
    ]


@pytest.mark.parametrize("blocked", [1, 2])
def test_moving_does_not_unblock(database: Database, blocked: int) -> None:
    subscribe(database, 1, "LLM")
    run(database, "UPDATE targets SET access = 'allowed'")
    run(database, f"UPDATE targets SET access = 'blocked' WHERE id = {blocked}")  # noqa: S608 - a test's own words
    database.write(lambda db: target_table.move(db, A, B))
    assert found(database, "SELECT access FROM targets") == [("blocked",)]
