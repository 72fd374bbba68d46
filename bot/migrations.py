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


@MIGRATIONS()
def m005_chats(db: Database) -> None:
    """Targets and what they asked for; what was announced to them; what is applied already; small things to remember.

    `thread_id` '' and `seen.version` 0 stand for None, since NULLs are never equal in SQL. `settings` and
    `digests.root_ref` are JSON, times ISO 8601 in UTC. A digest's `period` is the scheduled instant or `ask:<update>`.
    """
    db.execute("""
        CREATE TABLE targets (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            platform TEXT NOT NULL,
            chat_id TEXT NOT NULL,
            thread_id TEXT NOT NULL DEFAULT '',
            kind TEXT NOT NULL,
            title TEXT NOT NULL DEFAULT '',
            settings TEXT NOT NULL DEFAULT '{}',
            state TEXT NOT NULL DEFAULT 'active',
            reason TEXT NOT NULL DEFAULT '',
            access TEXT,
            next_due_at TEXT,
            created_at TEXT NOT NULL,
            UNIQUE (platform, chat_id, thread_id)
        )
    """)
    db.execute("CREATE INDEX targets_due ON targets (state, next_due_at)")
    db.execute("""
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY,
            target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            query TEXT NOT NULL,
            canonical TEXT NOT NULL,
            catalogue_id TEXT,
            since TEXT NOT NULL,
            UNIQUE (target_id, canonical)
        )
    """)
    db.execute("""
        CREATE TABLE digests (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
            period TEXT NOT NULL,
            day TEXT,
            made_at TEXT NOT NULL,
            root_ref TEXT,
            UNIQUE (target_id, period)
        )
    """)
    db.execute("""
        CREATE TABLE digest_items (
            digest_id INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
            paper_id TEXT NOT NULL,
            place INTEGER NOT NULL,
            topic TEXT NOT NULL,
            kind TEXT,
            shown INTEGER NOT NULL,
            part INTEGER,
            PRIMARY KEY (digest_id, paper_id)
        ) WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE seen (
            target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
            paper_id TEXT NOT NULL,
            version INTEGER NOT NULL DEFAULT 0,
            digest_id INTEGER REFERENCES digests (id) ON DELETE SET NULL,
            PRIMARY KEY (target_id, paper_id, version)
        ) WITHOUT ROWID
    """)
    db.execute("CREATE INDEX seen_digest ON seen (digest_id)")
    db.execute("CREATE TABLE updates (update_key TEXT PRIMARY KEY, at TEXT NOT NULL)")
    db.execute("CREATE INDEX updates_at ON updates (at)")
    db.execute("CREATE TABLE marks (key TEXT PRIMARY KEY, value TEXT NOT NULL)")


@MIGRATIONS()
def m006_outbox(db: Database) -> None:
    """What must still arrive, one row a message: `part` of its `batch`, or one `piece` of it where it was broken up.

    Within a target rows go by (batch, part, piece); `batch` is the id of the first row that was posted with it.
    `payload` is what the platform gets, `slice` the Document it was made from. `not_before` NULL: at once; but a row
    that is `unknown` without one is held until somebody decides. `unsure_since` is when the first send began whose fate
    is not known, `resent` how often it was sent again without a key's protection, `interrupted` whether it was we who
    died last. `edit` is what an arrived message should become: payload and slice.
    """
    db.execute("""
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            batch INTEGER NOT NULL,
            digest_id INTEGER REFERENCES digests (id) ON DELETE CASCADE,
            target_id INTEGER NOT NULL REFERENCES targets (id) ON DELETE CASCADE,
            part INTEGER NOT NULL,
            piece INTEGER NOT NULL DEFAULT 0,
            payload TEXT NOT NULL,
            slice TEXT NOT NULL,
            form TEXT NOT NULL DEFAULT 'best' CHECK (form IN ('best', 'plain')),
            nonce TEXT NOT NULL UNIQUE,
            silent INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL DEFAULT 'ready'
                CHECK (state IN ('ready', 'leased', 'sent', 'retry', 'unknown', 'dead')),
            attempts INTEGER NOT NULL DEFAULT 0,
            not_before TEXT,
            started_at TEXT,
            unsure_since TEXT,
            resent INTEGER NOT NULL DEFAULT 0,
            interrupted INTEGER NOT NULL DEFAULT 0,
            ref TEXT,
            sent_at TEXT,
            error TEXT,
            edit TEXT,
            edit_attempts INTEGER NOT NULL DEFAULT 0,
            edit_not_before TEXT,
            UNIQUE (batch, part, piece)
        )
    """)
    db.execute(
        "CREATE INDEX outbox_open ON outbox (target_id, batch, part, piece) "
        "WHERE state IN ('ready', 'leased', 'retry', 'unknown')"
    )
    db.execute("CREATE INDEX outbox_edits ON outbox (target_id) WHERE edit IS NOT NULL")
    db.execute("CREATE INDEX outbox_digest ON outbox (digest_id)")
    db.execute("CREATE INDEX outbox_sent ON outbox (sent_at)")


@MIGRATIONS()
def m007_people(db: Database) -> None:
    """What people keep and think of papers, by `actor` (`platform:id`); and a name by which anybody finds a digest.

    `vote` is 1 or -1. `slug` cannot be guessed: who knows it was shown the digest. NULL: it was made before there were.
    """
    db.execute("""
        CREATE TABLE saved (
            actor TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            at TEXT NOT NULL,
            PRIMARY KEY (actor, paper_id)
        ) WITHOUT ROWID
    """)
    db.execute("""
        CREATE TABLE votes (
            actor TEXT NOT NULL,
            paper_id TEXT NOT NULL,
            vote INTEGER NOT NULL CHECK (vote IN (-1, 1)),
            at TEXT NOT NULL,
            PRIMARY KEY (actor, paper_id)
        ) WITHOUT ROWID
    """)
    db.execute("ALTER TABLE digests ADD COLUMN slug TEXT")
    db.execute("CREATE UNIQUE INDEX digests_slug ON digests (slug)")


@MIGRATIONS()
def m008_admins(db: Database) -> None:
    """Who changed a chat last (`platform:id`), to be told when something is wrong with it; NULL: nobody has."""
    db.execute("ALTER TABLE targets ADD COLUMN admin TEXT")


@MIGRATIONS()
def m009_usage(db: Database) -> None:
    """What model calls cost, one row a call. `cost` is in nanodollars (1e-9 US dollars); NULL: its price is unknown.

    `open`: the call is under way, or we died meanwhile; tokens and cost are then the most it may be. `measured`: the
    server counted the tokens; `estimated`: it did not. `purpose` is what it was for (`brief`, `deep`, …). Without a
    `platform` it was for no chat, or for one that is forgotten.
    """
    db.execute("""
        CREATE TABLE usage (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            day TEXT NOT NULL,
            model TEXT NOT NULL,
            purpose TEXT NOT NULL,
            paper_id TEXT,
            platform TEXT,
            chat_id TEXT,
            thread_id TEXT,
            prompt_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost INTEGER,
            state TEXT NOT NULL CHECK (state IN ('open', 'measured', 'estimated'))
        )
    """)
    db.execute("CREATE INDEX usage_day ON usage (day)")
    db.execute("CREATE INDEX usage_chat ON usage (platform, chat_id)")


@MIGRATIONS()
def m010_batches(db: Database) -> None:
    """Summaries asked for through the provider's Batch API: what is under way, so that a restart goes on with it.

    `planned`: reserved, not sent; `creating`: its file is there, whether the batch is nobody knows; `running` and
    `cancelling` have a `batch_id`; `done`: nothing more comes of it. `mark` stands in the provider's own record of it.
    `custom_id` names a summary for ever: none is asked for in two batches. `usage_id` is its place on the account.
    """
    db.execute("""
        CREATE TABLE batches (
            id INTEGER PRIMARY KEY,
            mark TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL DEFAULT 'planned'
                CHECK (state IN ('planned', 'creating', 'running', 'cancelling', 'done')),
            made_at TEXT NOT NULL,
            deadline TEXT NOT NULL,
            file_id TEXT,
            batch_id TEXT
        )
    """)
    db.execute("CREATE INDEX batches_open ON batches (state) WHERE state <> 'done'")
    db.execute("""
        CREATE TABLE batch_items (
            custom_id TEXT PRIMARY KEY,
            batch INTEGER NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
            paper_id TEXT NOT NULL,
            depth TEXT NOT NULL,
            language TEXT NOT NULL,
            model TEXT NOT NULL,
            usage_id INTEGER NOT NULL,
            open INTEGER NOT NULL DEFAULT 1
        ) WITHOUT ROWID
    """)
    db.execute("CREATE INDEX batch_items_batch ON batch_items (batch)")


@MIGRATIONS()
def m011_messages(db: Database) -> None:
    """What stands in a message is found by its id: people answer messages."""
    db.execute(
        "CREATE INDEX outbox_messages ON outbox (target_id, json_extract(ref, '$.message_id')) WHERE ref IS NOT NULL"
    )


@MIGRATIONS()
def m012_batch_sources(db: Database) -> None:
    """The text a deep summary of a batch was asked about (JSON), until its answer is judged; NULL: the abstract."""
    db.execute("ALTER TABLE batch_items ADD COLUMN source TEXT")
