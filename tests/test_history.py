"""What a chat has seen, its latest digest, and what became of a paper there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import outbox_table, target_table
from bot.chats import Chats, Fate, Sending
from bot.digest_table import DigestItem, put_digest, put_messages
from bot.models import Kind
from bot.outbox_table import Message
from bot.platforms import MessageRef, Part
from bot.posted import papers_of
from bot.store import Store
from tests.chatting import HALL, ROOM, chats_of, digest, known
from tests.fakes.chats import parts_of, say
from tests.samples import DAY, NOW

LATER = NOW + timedelta(days=1)
HERE = MessageRef("room", "17", url="https://chat.example/17")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


@pytest.fixture
def chats(store: Store) -> Chats:
    opened = chats_of(store)
    known(opened, ROOM, HALL)
    return opened


# ---------------------------------------------------------------- seen


def test_a_paper_is_seen_in_the_version_that_was_sent(store: Store, chats: Chats) -> None:
    digest(store, ROOM, "p", ("2405.00001", 2), ("hep-th/9901001", 1))

    asked = ["2405.00001", "2405.00001v1", "2405.00001v2", "2405.00001v22", "2405.0000", "hep-th/9901001v1", "nonsense"]
    assert chats.seen(ROOM, asked) == {"2405.00001", "2405.00001v2", "hep-th/9901001v1"}
    assert chats.seen(ROOM, ["solv-int/9901001", "hep-th/9901001"]) == {"hep-th/9901001"}
    assert chats.seen(HALL, asked) == set()
    assert chats.seen(ROOM, []) == set()


def test_a_paper_sent_without_a_version_is_seen_in_every_one(store: Store, chats: Chats) -> None:
    digest(store, ROOM, "p", ("2405.00001", None))
    assert chats.seen(ROOM, iter(["2405.00001", "2405.00001v3"])) == {"2405.00001", "2405.00001v3"}


@settings(deadline=None)  # a disk may be slow
@given(st.text(max_size=20))
def test_whatever_is_asked_as_an_id_is_answered(shared: Chats, text: str) -> None:
    assert shared.seen(ROOM, [text]) == set()
    assert not shared.explain(ROOM, text.encode(errors="replace").decode()).seen


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chats]:
    with Store(tmp_path_factory.mktemp("history") / "paperboy.db") as opened:
        made = chats_of(opened)
        known(made, ROOM)
        yield made


def test_a_thousand_ids_may_be_asked_at_once(store: Store, chats: Chats) -> None:
    ids = [f"2405.{n:05}" for n in range(5000)]
    digest(store, ROOM, "p", *((id_, 1) for id_ in ids[::2]))
    assert chats.seen(ROOM, ids) == set(ids[::2])


# ---------------------------------------------------------------- digests


def sent(store: Store, period: str, *items: DigestItem, parts: list[Part], made_at: Any = NOW) -> list[Message]:  # noqa: ANN401 - a time
    """A digest in ROOM, and its messages."""

    def work(db: Any) -> list[Message]:  # noqa: ANN401 - sqlite_utils is barely typed
        target_id = target_table.id_of(db.conn, ROOM)
        assert target_id is not None
        versions = [(item.paper_id, 2) for item in items]
        id_ = put_digest(db, target_id, period, day=DAY, made_at=made_at, items=items, parts=parts, seen=versions)
        assert id_ is not None
        put_messages(db, target_id, parts, key=period, digest_id=id_)
        return outbox_table.messages(db.conn, "digest_id = ?", [id_])

    return store.database.write(work)


def becomes(store: Store, message: Message, fate: str) -> None:
    """What the outbox would write of it."""

    def work(db: Any) -> None:  # noqa: ANN401 - likewise
        match fate:
            case "sent":
                outbox_table.arrived(db, message, HERE, LATER)
            case "failed":
                outbox_table.dead(db, message, error="too long")
            case "unsure":
                outbox_table.in_doubt(db, message, at=LATER, error="cut")
            case "held":
                outbox_table.in_doubt(db, message, at=None, error="cut")
            case "retried":
                outbox_table.not_arrived(db, message, at=LATER, error="503")

    store.database.write(work)


def test_the_last_digest_is_the_one_made_last_with_its_first_message(store: Store, chats: Chats) -> None:
    assert chats.last_digest(ROOM) is None
    sent(store, "p1", parts=parts_of("one"))
    (message,) = sent(store, "p2", parts=parts_of("two"), made_at=LATER)
    sent(store, "p0", parts=parts_of("none"))

    assert chats.last_digest(ROOM) == (DAY, None, LATER)
    becomes(store, message, "sent")
    found = chats.last_digest(ROOM)
    assert found is not None
    assert (found.day, found.ref, found.when) == (DAY, HERE, LATER)
    assert chats.last_digest(HALL) is None


def test_a_digest_on_demand_has_no_day(store: Store, chats: Chats) -> None:
    digest(store, ROOM, "ask:1", day=None)
    assert chats.last_digest(ROOM) == (None, None, NOW)


SHOWN = DigestItem(paper_id="2405.00001", topic="LLM", kind=Kind.NEW)
BY_TITLE = DigestItem(paper_id="2405.00002", topic="RAG", shown=False)
PARTS = [Part({}, say("intro")), Part({}, say("one", "2405.00001")), Part({}, say("rest"))]


def test_a_paper_is_explained_by_every_digest_that_had_it_the_latest_first(store: Store, chats: Chats) -> None:
    sent(store, "p1", SHOWN, BY_TITLE, parts=PARTS)
    sent(store, "p2", BY_TITLE, SHOWN, parts=PARTS, made_at=LATER)

    explained = chats.explain(ROOM, "2405.00001")
    assert explained.seen
    assert [(one.period, one.made_at, one.place) for one in explained.sendings] == [("p2", LATER, 1), ("p1", NOW, 0)]
    assert explained.sendings[1] == Sending(
        day=DAY,
        period="p1",
        made_at=NOW,
        version=2,
        place=0,
        total=2,
        topic="LLM",
        kind=Kind.NEW,
        shown=True,
        ref=None,
        fate="waiting",
        error=None,
        sent_at=None,
    )


def test_a_paper_nobody_sent_is_explained_by_nothing(store: Store, chats: Chats) -> None:
    sent(store, "p", SHOWN, parts=PARTS)
    for explained in (chats.explain(ROOM, "2405.99999"), chats.explain(HALL, "2405.00001")):
        assert not explained.seen
        assert explained.sendings == ()


@pytest.mark.parametrize(
    ("becoming", "fate", "error"),
    [
        ("nothing", "waiting", None),
        ("retried", "waiting", "503"),
        ("unsure", "unsure", "cut"),
        ("held", "held", "cut"),
        ("failed", "failed", "too long"),
        ("sent", "sent", None),
    ],
)
def test_a_papers_fate_is_that_of_its_own_message(
    store: Store, chats: Chats, becoming: str, fate: Fate, error: str | None
) -> None:
    intro, one, rest = sent(store, "p", SHOWN, BY_TITLE, parts=PARTS)
    becomes(store, intro, "sent" if becoming == "failed" else "failed")
    becomes(store, one, becoming)

    (found,) = chats.explain(ROOM, "2405.00001").sendings
    assert (found.fate, found.error) == (fate, error)
    assert found.sent_at == (LATER if fate == "sent" else None)
    becomes(store, rest, "sent")
    assert chats.explain(ROOM, "2405.00001").sendings[0].fate == fate


def test_a_title_shares_the_worst_fate_of_its_digest(store: Store, chats: Chats) -> None:
    messages = sent(store, "p", SHOWN, BY_TITLE, parts=PARTS)
    fates = []
    for becoming in ("sent", "unsure", "failed"):
        becomes(store, messages.pop(0), becoming)
        (found,) = chats.explain(ROOM, "2405.00002").sendings
        assert not found.shown
        fates.append(found.fate)
    assert fates == ["waiting", "unsure", "failed"]


def test_a_paper_is_where_its_message_is_and_a_title_where_the_digest_begins(store: Store, chats: Chats) -> None:
    intro, one, _ = sent(store, "p", SHOWN, BY_TITLE, parts=PARTS)
    becomes(store, intro, "sent")
    there = MessageRef("room", "18")
    assert chats.explain(ROOM, "2405.00001").sendings[0].ref == HERE
    store.database.write(lambda db: outbox_table.arrived(db, one, there, LATER))

    assert chats.explain(ROOM, "2405.00001").sendings[0].ref == there
    assert chats.explain(ROOM, "2405.00002").sendings[0].ref == HERE


def test_a_paper_whose_message_was_cleared_away_was_sent(store: Store, chats: Chats) -> None:
    for message in sent(store, "p", SHOWN, BY_TITLE, parts=PARTS):
        becomes(store, message, "sent")
    assert store.database.write(lambda db: outbox_table.prune(db, LATER + timedelta(days=1))) == 3

    for paper_id in ("2405.00001", "2405.00002"):
        (found,) = chats.explain(ROOM, paper_id).sendings
        assert (found.fate, found.ref, found.sent_at) == ("sent", HERE, None)


def test_a_title_is_where_the_digest_begins_even_if_only_that_was_cleared_away(store: Store, chats: Chats) -> None:
    intro, _, rest = sent(store, "p", SHOWN, BY_TITLE, parts=PARTS)
    becomes(store, intro, "sent")
    store.database.write(lambda db: outbox_table.arrived(db, rest, MessageRef("room", "19"), LATER + timedelta(days=2)))
    assert store.database.write(lambda db: outbox_table.prune(db, LATER + timedelta(days=1))) == 1

    assert chats.explain(ROOM, "2405.00002").sendings[0].ref == HERE


def test_a_paper_only_marked_as_seen_has_no_fate(store: Store, chats: Chats) -> None:
    digest(store, ROOM, "quiet", ("2405.00001", None))

    explained = chats.explain(ROOM, "2405.00001")
    assert explained.seen
    assert [(one.fate, one.version, one.ref) for one in explained.sendings] == [(None, None, None)]


# ---------------------------------------------------------------- what stands in a message


def test_what_was_said_in_a_message_is_found_by_it(store: Store, chats: Chats) -> None:
    intro, one, _ = sent(store, "p", SHOWN, parts=PARTS)
    becomes(store, one, "sent")
    becomes(store, intro, "failed")
    assert chats.posted(ROOM, HERE.message_id) == PARTS[1].slice
    assert chats.posted(replace(ROOM, thread_id="9"), HERE.message_id) == PARTS[1].slice, "ids are the chat's"
    for place, message in ((ROOM, "1"), (HALL, HERE.message_id), (replace(ROOM, platform="x"), HERE.message_id)):
        assert chats.posted(place, message) is None


def test_a_message_that_names_no_paper_stands_for_what_its_digest_shows(store: Store, chats: Chats) -> None:
    other = DigestItem(paper_id="2405.00003", topic="RAG")
    intro, *_ = sent(store, "p", other, SHOWN, BY_TITLE, parts=PARTS)
    becomes(store, intro, "sent")
    found = chats.posted(ROOM, HERE.message_id)
    assert found is not None
    assert found.blocks[:-1] == PARTS[0].slice.blocks
    assert papers_of(found) == ("2405.00003", "2405.00001")
    store.database.write(lambda db: db.execute("UPDATE outbox SET digest_id = NULL"))
    assert chats.posted(ROOM, HERE.message_id) == PARTS[0].slice


def test_messages_are_found_by_an_index(store: Store) -> None:
    plan = store.database.read(
        lambda conn: [
            row["detail"]
            for row in conn.execute(
                "EXPLAIN QUERY PLAN SELECT slice FROM outbox WHERE target_id IN (SELECT id FROM targets WHERE platform "
                "= 'a' AND chat_id = 'b') AND ref IS NOT NULL AND json_extract(ref, '$.message_id') = '1'"
            )
        ]
    )
    assert any("USING INDEX outbox_messages (target_id=? AND <expr>=?)" in each for each in plan), plan
