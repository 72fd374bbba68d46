"""What is followed comes back as it was, and a topic of the catalogue as it is there today."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.chats import MOST_SUBSCRIPTIONS, Chats, TooManySubscriptions
from bot.models import Topic
from bot.store import Store
from bot.targets import Access, State, Subscription, Target
from bot.topics.catalogue import Named, entries, topic
from bot.topics.query import parse
from tests.chatting import HALL, LLM, MOE, RAG, ROOM, chats_of, follow, known, names
from tests.samples import NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


@pytest.fixture
def chats(store: Store) -> Chats:
    return chats_of(store)


def test_what_is_followed_comes_back_as_it_was(chats: Chats) -> None:
    mine = Topic(name="Mine", query=parse("cs.CL ti:agents -survey"))
    follow(chats, ROOM, LLM, mine)

    assert chats.subscriptions(ROOM) == [Subscription(target=ROOM, topic=one, since=NOW) for one in (LLM, mine)]
    assert chats.subscriptions(HALL) == []


def test_a_topic_is_followed_once_however_it_is_spelled_or_called(chats: Chats) -> None:
    follow(chats, ROOM, MOE, LLM)

    assert not chats.subscribe(ROOM, Topic(name="X", query=parse('moe | "Mixture of Experts"')), since=NOW)
    assert not chats.subscribe(ROOM, Topic(name="Y", query=LLM.query), since=NOW)
    assert len(names(chats, ROOM)) == 2
    follow(chats, HALL, MOE)
    assert chats.canonical(topic('MoE OR "mixture of experts"')) == chats.canonical(MOE)
    assert chats.canonical(LLM) == "catalogue:llm"


def test_unsubscribing_is_by_what_the_topic_is(chats: Chats) -> None:
    follow(chats, ROOM, LLM, MOE)
    follow(chats, HALL, MOE)

    assert chats.unsubscribe(ROOM, chats.canonical(topic('"mixture of experts" | MoE')))
    assert not chats.unsubscribe(ROOM, chats.canonical(MOE))
    assert names(chats, ROOM) == ["LLM"]
    assert len(names(chats, HALL)) == 1


def test_a_name_of_the_chats_own_stays_and_the_topic_is_still_the_catalogues(chats: Chats) -> None:
    follow(chats, ROOM, Topic(name="大模型", query=LLM.query))

    (found,) = chats.subscriptions(ROOM)
    assert found.topic == Topic(name="大模型", query=LLM.query)
    assert found.topic.called("ru") == "大模型"
    assert chats.unsubscribe(ROOM, "catalogue:llm")


def better(old: Named, query: str) -> Named:
    return replace(old, topic=replace(old.topic, query=parse(query)))


def test_a_topic_of_the_catalogue_follows_the_catalogue(store: Store) -> None:
    old = chats_of(store)
    follow(old, ROOM, LLM, Topic(name="Mine", query=RAG.query), MOE)
    llm, rag = entries()[:2]
    new = chats_of(store, catalogue=[better(llm, "LLM OR GPT*"), better(rag, "RAG OR retrieval")])

    found = [one.topic for one in new.subscriptions(ROOM)]
    assert [str(one.query) for one in found] == ["LLM OR GPT*", "RAG OR retrieval", str(MOE.query)]
    assert [one.called("zh") for one in found] == ["大语言模型", "Mine", MOE.name]
    assert not new.subscribe(ROOM, found[0], since=NOW)
    assert new.unsubscribe(ROOM, new.canonical(found[0]))
    assert new.unsubscribe(ROOM, new.canonical(found[1]))


def test_a_topic_the_catalogue_has_dropped_stays_what_it_was(store: Store) -> None:
    follow(chats_of(store), ROOM, LLM)
    new = chats_of(store, catalogue=[])

    (found,) = new.subscriptions(ROOM)
    assert (found.topic.name, found.topic.query) == ("LLM", LLM.query)
    assert not new.subscribe(ROOM, found.topic, since=NOW)
    assert new.unsubscribe(ROOM, new.canonical(found.topic))
    assert new.subscriptions(ROOM) == []


def test_a_button_made_before_the_catalogue_changed_still_unsubscribes(store: Store) -> None:
    follow(chats_of(store), ROOM, LLM)
    new = chats_of(store, catalogue=[])

    assert new.unsubscribe(ROOM, "catalogue:llm")
    assert new.subscriptions(ROOM) == []


def test_a_query_that_cannot_be_read_any_more_is_reported_and_stops_no_other(
    store: Store, chats: Chats, caplog: pytest.LogCaptureFixture
) -> None:
    follow(chats, ROOM, MOE, LLM)
    store.database.write(
        lambda db: db.execute("UPDATE subscriptions SET query = 'a OR', canonical = '(' WHERE id = 1") and None
    )

    with caplog.at_level(logging.WARNING):
        assert names(chats, ROOM) == ["LLM"]
    assert "memory:room subscription=1" in caplog.text
    assert "a OR" not in caplog.text


def test_a_query_that_cannot_be_read_as_typed_is_read_by_its_spelling(store: Store, chats: Chats) -> None:
    follow(chats, ROOM, MOE)
    store.database.write(lambda db: db.execute("UPDATE subscriptions SET query = 'a OR'") and None)

    (found,) = chats.subscriptions(ROOM)
    assert chats.canonical(found.topic) == chats.canonical(MOE)


def test_a_chat_follows_no_more_than_it_may(chats: Chats) -> None:
    follow(chats, ROOM, *(topic(f"word{n}") for n in range(MOST_SUBSCRIPTIONS)))

    assert not chats.subscribe(ROOM, topic("word0"), since=NOW)
    with pytest.raises(TooManySubscriptions, match="/unsubscribe"):
        chats.subscribe(ROOM, LLM, since=NOW, update="memory:1")
    assert not chats.applied("memory:1")
    assert len(names(chats, ROOM)) == MOST_SUBSCRIPTIONS


def test_followed_is_what_active_chats_follow(chats: Chats) -> None:
    targets = [Target("memory", name) for name in "abcd"]
    for target in reversed(targets):
        follow(chats, target, LLM, MOE)
    chats.set_state(targets[0], State.PAUSED)
    chats.set_state(targets[1], State.LOST)
    chats.set_access(targets[2], Access.BLOCKED)

    assert chats.followed() == chats.subscriptions(targets[3])
    chats.set_access(targets[2], Access.NO_MODEL)
    assert chats.followed() == [*chats.subscriptions(targets[3]), *chats.subscriptions(targets[2])]


def test_since_is_kept_to_the_instant_in_utc(chats: Chats) -> None:
    known(chats, ROOM)
    since = datetime(2026, 5, 19, 8, 0, 0, 7, tzinfo=timezone(timedelta(hours=8)))
    chats.subscribe(ROOM, LLM, since=since)

    (found,) = chats.subscriptions(ROOM)
    assert found.since == since
    assert found.since.utcoffset() == timedelta()
