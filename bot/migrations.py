"""The database's shape, step by step. Append-only: a step is never edited after a release, only followed by another."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

MIGRATIONS = Migrations("paperboy")


def known_names() -> tuple[str, ...]:
    """Every step this Paperboy knows, in order."""
    return tuple(migration.name for migration in MIGRATIONS._migrations)  # noqa: SLF001 - it has no public list


def applied_names(db: Database) -> tuple[str, ...]:
    """Every step applied to `db`, in order, whether known here or not."""
    return tuple(migration.name for migration in MIGRATIONS.applied(db))


@MIGRATIONS()
def m001_papers(db: Database) -> None:
    """Papers as the source has them (LaTeX included), and beside them their readable text for searching.

    `authors` and `categories` are JSON lists, times ISO 8601 in UTC. `pk` ties a paper to its row in `paper_texts`:
    without an INTEGER PRIMARY KEY, VACUUM may renumber rows.
    """
    db.execute("""
        CREATE TABLE papers (
            pk INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            version INTEGER,
            title TEXT NOT NULL,
            authors TEXT NOT NULL,
            abstract TEXT NOT NULL,
            categories TEXT NOT NULL,
            primary_category TEXT,
            published TEXT,
            updated TEXT,
            license TEXT,
            comment TEXT,
            doi TEXT,
            journal_ref TEXT
        )
    """)
    db.execute("CREATE INDEX papers_published ON papers (published)")
    db.execute("""
        CREATE VIRTUAL TABLE paper_texts USING fts5 (
            title, abstract, authors, tokenize = 'porter unicode61 remove_diacritics 2'
        )
    """)


@MIGRATIONS()
def m002_announcements(db: Database) -> None:
    """What was announced on which day, and each feed's answer of each day. Dates are ISO 8601, of arXiv's feed."""
    db.execute("""
        CREATE TABLE announcements (
            date TEXT NOT NULL,
            paper_id TEXT NOT NULL REFERENCES papers (id) ON DELETE CASCADE,
            version INTEGER,
            announce_type TEXT,
            source TEXT NOT NULL,
            PRIMARY KEY (date, paper_id)
        )
    """)
    db.execute("CREATE INDEX announcements_paper ON announcements (paper_id)")
    db.execute("""
        CREATE TABLE feeds (
            name TEXT NOT NULL,
            day TEXT NOT NULL,
            count INTEGER NOT NULL,
            fetched_at TEXT NOT NULL,
            etag TEXT,
            last_modified TEXT,
            complete INTEGER NOT NULL,
            PRIMARY KEY (name, day)
        )
    """)
    db.execute("CREATE INDEX feeds_day ON feeds (day)")


@MIGRATIONS()
def m003_summaries(db: Database) -> None:
    """Summaries by everything that makes two the same (version 0: not known), and the model calls of each day (UTC)."""
    db.execute("""
        CREATE TABLE summaries (
            paper_id TEXT NOT NULL,
            version INTEGER NOT NULL,
            depth TEXT NOT NULL,
            language TEXT NOT NULL,
            model TEXT NOT NULL,
            prompt_version TEXT NOT NULL,
            text_hash TEXT NOT NULL,
            summary TEXT NOT NULL,
            created_at TEXT NOT NULL,
            PRIMARY KEY (paper_id, version, depth, language, model, prompt_version, text_hash)
        )
    """)
    db.execute("CREATE TABLE model_calls (day TEXT PRIMARY KEY, calls INTEGER NOT NULL)")


@MIGRATIONS()
def m004_gate(db: Database) -> None:
    """The politeness gate all processes share: one row says who holds it, the queue says who waits.

    Times are seconds since the epoch. Each stands beside the moment it was written (`written_at`, `seen_at`), so that
    a clock that was set back is noticed.
    """
    db.execute("""
        CREATE TABLE gate (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            holder TEXT,
            lease_until REAL NOT NULL,
            free_at REAL NOT NULL,
            written_at REAL NOT NULL
        )
    """)
    db.execute("INSERT INTO gate VALUES (1, NULL, 0, 0, 0)")
    db.execute("""
        CREATE TABLE gate_queue (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            ticket TEXT NOT NULL UNIQUE,
            priority INTEGER NOT NULL,
            seen_at REAL NOT NULL,
            waits_until REAL NOT NULL
        )
    """)
