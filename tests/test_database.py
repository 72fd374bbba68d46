"""One file, many users: bad files are explained, threads and processes do not get in each other's way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.database import explained
from bot.migrations import known_names
from bot.store import Store, StoreError
from tests.fakes.processes import together
from tests.samples import DAY, listed, paper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paperboy.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


# ---------------------------------------------------------------- files that are no good


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match=r"not a Paperboy database.*PAPERBOY_DB"):
        Store(path)
    assert path.read_text() == "Dear diary, " * 100


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    assert tables(path) == {"bookmarks"}


def test_a_newer_paperboys_database_is_refused(path: Path) -> None:
    with Store(path) as store:
        store._database.write(
            lambda db: db.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('paperboy', 'm999_x', '')"
            )
        )
    with pytest.raises(StoreError, match="newer Paperboy"):
        Store(path)


def test_a_path_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "such" / "folder.db"):
        with pytest.raises(StoreError, match="PAPERBOY_DB"):
            Store(path)


def test_a_file_that_may_not_be_written_is_explained(path: Path) -> None:
    Store(path).close()
    readonly = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as raised:
        readonly.execute("DELETE FROM papers")
    readonly.close()
    assert "may not be written. Give" in str(explained(raised.value, path))


def test_any_name_a_file_can_have_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a b#c?mode=memory&%41 文.db"
    with Store(path) as store:
        store.save_papers([paper()])
        assert store.papers(["2405.17428"])
    assert path.exists()


def test_a_full_disk_is_explained_and_the_store_lives_on(store: Store) -> None:
    store.save_papers([paper()])
    limit(store, "max_page_count = 1")
    big = [paper(f"2406.{number:05}", abstract="word " * 2000) for number in range(50)]
    with pytest.raises(StoreError, match="disk is full"):
        store.save_papers(big)

    assert set(store.papers(["2405.17428", "2406.00000"])) == {"2405.17428"}
    limit(store, "max_page_count = 1000000")
    store.save_papers(big)
    assert len(store.papers(each.id for each in big)) == 50


def test_a_database_held_by_another_program_is_explained(store: Store, path: Path) -> None:
    limit(store, "busy_timeout = 1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program has held it"):
        store.save_papers([paper()])
    assert store.papers(["2405.17428"]) == {}  # readers do not wait
    other.execute("ROLLBACK")
    other.close()
    store.save_papers([paper()])


def limit(store: Store, pragma: str) -> None:
    store._database._writer.submit(lambda: store._database._db.execute(f"PRAGMA {pragma}").fetchall()).result()


def test_the_file_is_in_the_mode_we_promise(store: Store) -> None:
    def asked(conn: sqlite3.Connection) -> list[object]:
        return [
            conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]

    assert store._database.write(lambda db: asked(db.conn)) == ["wal", 1, 5000]
    with pytest.raises(StoreError):
        store._database.read(lambda conn: conn.execute("DELETE FROM papers"))


def test_a_closed_store_says_so(path: Path) -> None:
    store = Store(path)
    store.days()
    store.close()
    store.close()
    for use in (store.days, lambda: store.save_papers([paper()])):
        with pytest.raises(StoreError, match="closed"):
            use()
    assert [each.name for each in path.parent.iterdir()] == [path.name]  # the WAL is folded in


# ---------------------------------------------------------------- several at once


def test_threads_may_read_and_write_at_the_same_time(store: Store) -> None:
    def work(number: int) -> int:
        store.save_announced([listed(f"2405.{number:05}")])
        return len(store.papers([f"2405.{number:05}"]))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(64))) == [1] * 64
    assert len(store.announced(DAY)) == 64
    assert len(store._database._idle) <= 8


def test_two_processes_that_make_the_same_database_both_succeed(path: Path) -> None:
    together(path, "store.take_model_call(date(2026, 5, 18), cap=9)", opened_early=False)

    with Store(path) as store:
        assert store.model_calls(DAY) == 3
    with sqlite3.connect(path) as conn:
        applied = [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
    conn.close()
    assert applied == list(known_names())


def test_processes_share_one_cap(path: Path) -> None:
    Store(path).close()
    printed = together(path, "print(sum(store.take_model_call(date(2026, 5, 18), cap=50) for _ in range(40)))")
    assert sum(map(int, printed)) == 50


def tables(path: Path) -> set[str]:
    conn = sqlite3.connect(path)
    names = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    conn.close()
    return names
