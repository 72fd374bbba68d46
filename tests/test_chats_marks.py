"""What is remembered about a chat goes where it goes, and with it: offers, wishes, admin, title, what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chats import Chats, NotKnown
from bot.commands.pending import Pending
from bot.people import People
from bot.platforms import Actor
from bot.store import Store
from bot.target_table import MARKS, WISH, mark_of
from bot.targets import Chat, Target
from bot.topics.catalogue import topic
from tests.chatting import HALL, LLM, MOE, RAG, ROOM, chats_of, follow
from tests.samples import NOW

ADMIN, ANOTHER = Actor("memory", "1"), Actor("memory", "2")
THREAD = Target("memory", ROOM.chat_id, "7")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


@pytest.fixture
def chats(store: Store) -> Chats:
    return chats_of(store)


def stored(chats: Chats, target: Target) -> Chat:
    found = chats.chat(target)
    assert found is not None
    return found


def marks(store: Store) -> list[str]:
    return store.database.read(lambda conn: [row["key"] for row in conn.execute("SELECT key FROM marks ORDER BY key")])


# ---------------------------------------------------------------- moving


async def test_what_buttons_offer_still_works_after_a_move_whether_the_chat_is_known_or_not(chats: Chats) -> None:
    pending = Pending(chats)
    moe = await pending.keep(ROOM, MOE)
    await pending.wish(ROOM, "/subscribe ~llm yes")
    chats.move(ROOM, HALL)
    assert await pending.topic(HALL, moe) == MOE
    assert await pending.topic(ROOM, moe) is None
    assert await pending.wished(HALL) == "/subscribe ~llm yes"
    assert await pending.wished(ROOM) == ""


async def test_the_offers_of_two_places_that_become_one_are_united(chats: Chats) -> None:
    pending = Pending(chats)
    old = await pending.keep(ROOM, MOE)
    cats = topic("cats -survey")
    new = await pending.keep(HALL, cats)
    await pending.wish(ROOM, "old")
    await pending.wish(HALL, "new")
    chats.move(ROOM, HALL)
    assert (await pending.topic(HALL, old), await pending.topic(HALL, new)) == (MOE, cats)
    assert await pending.wished(HALL) == "new"


async def test_an_offer_kept_twice_is_kept_once_more_after_a_move(chats: Chats) -> None:
    pending = Pending(chats)
    await pending.keep(ROOM, MOE)
    moe = await pending.keep(HALL, MOE)
    chats.move(ROOM, HALL)
    assert await pending.keep(HALL, MOE) == moe
    assert await pending.topic(HALL, moe) == MOE


async def test_a_move_to_itself_loses_nothing(chats: Chats) -> None:
    pending = Pending(chats)
    moe = await pending.keep(ROOM, MOE)
    chats.move(ROOM, ROOM)
    assert await pending.topic(ROOM, moe) == MOE


@pytest.mark.parametrize(
    ("old", "new", "after"), [(ADMIN, None, ADMIN), (None, ANOTHER, ANOTHER), (ADMIN, ANOTHER, ANOTHER)]
)
@pytest.mark.parametrize("new_follows", [True, False])
def test_the_admin_moves_too_unless_the_new_place_has_one(
    chats: Chats, old: Actor | None, new: Actor | None, after: Actor, new_follows: bool
) -> None:
    follow(chats, ROOM, LLM)
    follow(chats, HALL, *([RAG] if new_follows else []))
    for target, admin in ((ROOM, old), (HALL, new)):
        if admin is not None:
            chats.set_admin(target, admin)
    chats.move(ROOM, HALL)
    assert chats.admin(HALL) == after


def test_the_admin_moves_to_a_place_that_is_new(chats: Chats) -> None:
    follow(chats, ROOM, LLM)
    chats.set_admin(ROOM, ADMIN)
    chats.move(ROOM, HALL)
    assert chats.admin(HALL) == ADMIN
    assert chats.admin(ROOM) is None


# ---------------------------------------------------------------- forgetting


def test_what_is_remembered_about_a_forgotten_chat_is_gone_and_nothing_else(store: Store, chats: Chats) -> None:
    near = Target("memory", f"{ROOM.chat_id}1")
    for what in MARKS:
        for target in (ROOM, THREAD, near, HALL):
            chats.set_mark(mark_of(what, target), "1")
    chats.set_mark("arrived", "1")
    chats.forget(ROOM)
    assert marks(store) == sorted(["arrived", *(mark_of(what, each) for what in MARKS for each in (near, HALL))])


def test_of_a_forgotten_thread_its_own_is_gone(store: Store, chats: Chats) -> None:
    other = Target("memory", ROOM.chat_id, "71")
    for target in (ROOM, THREAD, other):
        chats.set_mark(mark_of(WISH, target), "1")
    chats.forget(THREAD)
    assert marks(store) == sorted(mark_of(WISH, each) for each in (ROOM, other))


def test_a_mark_is_dropped_once(chats: Chats) -> None:
    chats.set_mark("key", "value")
    assert chats.drop_mark("key")
    assert not chats.drop_mark("key")
    assert chats.mark("key") is None


# ---------------------------------------------------------------- who, what it is called, what is due


def test_only_a_chat_that_is_known_has_an_admin(chats: Chats) -> None:
    with pytest.raises(NotKnown):
        chats.set_admin(ROOM, ADMIN)
    assert chats.admin(ROOM) is None


def test_an_admin_who_is_forgotten_as_a_person_is_forgotten_in_their_chats(store: Store, chats: Chats) -> None:
    follow(chats, ROOM, LLM)
    follow(chats, HALL, LLM)
    chats.set_admin(ROOM, ADMIN)
    chats.set_admin(HALL, ANOTHER)
    People(store, clock=lambda: NOW).forget(ADMIN)
    assert (chats.admin(ROOM), chats.admin(HALL)) == (None, ANOTHER)


def test_a_chat_whose_admins_id_has_a_colon_in_it_finds_them(chats: Chats) -> None:
    follow(chats, ROOM, LLM)
    chats.set_admin(ROOM, Actor("memory", "server:1"))
    assert chats.admin(ROOM) == Actor("memory", "server:1")


def test_meeting_a_chat_tells_its_kind_and_title_and_stores_nobody(chats: Chats) -> None:
    assert chats.met(ROOM, kind="channel", title="Papers") is None
    follow(chats, ROOM, LLM)
    met = chats.met(ROOM, kind="channel", title="Papers of \ud800all kinds")
    assert met
    assert met == stored(chats, ROOM)
    assert met.kind == "channel"
    assert "\ud800" not in met.title
    assert met.title.startswith("Papers")
    again = chats.met(ROOM, kind="channel", title="")
    assert again
    assert again.title == met.title


def test_what_is_due_moves_only_where_nobody_changed_it_meanwhile(chats: Chats) -> None:
    follow(chats, ROOM, LLM)
    follow(chats, HALL, LLM)
    read = [stored(chats, ROOM), stored(chats, HALL)]
    chats.set_due(HALL, NOW)
    chats.move_due((chat, NOW + timedelta(hours=1)) for chat in read)
    assert stored(chats, ROOM).next_due_at == NOW + timedelta(hours=1)
    assert stored(chats, HALL).next_due_at == NOW
    chats.forget(HALL)
    chats.move_due([(read[1], NOW)])
    assert chats.chat(HALL) is None
