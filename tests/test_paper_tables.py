"""Papers are found by what people type; a day is what was announced on it, whoever said so first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.models import Kind, Listed
from bot.store import Store
from tests.samples import DAY, NOW, feed, listed, paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for many examples; each names its own papers."""
    with Store(tmp_path_factory.mktemp("store") / "paperboy.db") as opened:
        yield opened


# ---------------------------------------------------------------- searching


def found(store: Store, words: str, limit: int = 10) -> list[str]:
    return [each.id for each in store.search(words, limit=limit)]


def test_search_reads_titles_abstracts_and_authors_as_people_do(store: Store) -> None:
    store.save_papers(
        [
            paper("2", title=r"\textit{Mixtures} of na\"ive experts"),
            paper("1", abstract="A sparse mixture, and an expert."),
            paper("3", authors=(r"Bernhard Sch\"olkopf",)),
        ]
    )
    assert found(store, "mixture experts") == ["2", "1"]  # stems; a title says more than an abstract
    assert found(store, '"expert mixture"') == []
    assert found(store, "scholkopf") == found(store, "Schölkopf") == ["3"]
    assert found(store, "textit") == []
    assert found(store, "mixture", limit=1) == ["2"]
    assert found(store, "mixture", limit=-1) == []


def test_search_follows_the_newest_text(store: Store) -> None:
    store.save_papers([paper(version=1, title="Alpha")])
    store.save_papers([paper(version=2, title="Omega")])
    store.save_papers([paper(version=1, title="Alpha")])
    assert (found(store, "alpha"), found(store, "omega")) == ([], ["2405.17428"])


@settings(max_examples=150, deadline=None)
@given(words=st.text(st.sampled_from("\"'()*:^-+{}\0 .,aAND漢\ud800") | st.characters(exclude_categories=[])))
def test_no_search_whatever_its_text_is_an_error(lasting: Store, words: str) -> None:
    assert isinstance(lasting.search(words, limit=3), list)


@pytest.mark.parametrize("words", ["", " ", '"', '""', "*", "()", "\0", "NOT", "title:x", "a" * 100_000, '" ' * 9000])
def test_searches_that_say_nothing_find_nothing(store: Store, words: str) -> None:
    store.save_papers([paper()])
    assert found(store, words) == []


def test_operators_are_words(store: Store) -> None:
    store.save_papers([paper("1", title="cats or dogs"), paper("2", title="cats")])
    assert found(store, "cats OR dogs") == ["1"]
    assert found(store, "title:cats") == []


# ---------------------------------------------------------------- announcements and feeds


def test_a_day_is_what_was_announced_on_it_in_the_order_it_came(store: Store) -> None:
    day = [listed("2405.00003", version=1, announce_type=Kind.NEW), listed("2405.00001"), listed("2405.00002")]
    store.save_announced([*day, listed("2405.00009", day=DAY + timedelta(days=1))])

    assert store.announced(DAY) == day
    assert store.announced(DAY - timedelta(days=1)) == []
    assert store.announced_ids(["2405.00001", "2405.00009", "2405.77777"]) == {"2405.00001", "2405.00009"}


def test_saving_the_same_twice_changes_nothing(store: Store) -> None:
    day = [listed("2405.00001", version=1, announce_type=Kind.CROSS)]
    for _ in range(2):
        store.save_feed(feed(), day)
        assert store.announced(DAY) == day
        assert store.days() == [DAY]


def test_a_paper_without_an_announcement_is_kept_as_a_paper_only(store: Store) -> None:
    store.save_announced([Listed(paper=paper())])
    assert store.papers(["2405.17428"])
    assert (store.announced(DAY), store.announced_ids(["2405.17428"]), store.days()) == ([], set(), [])


def test_an_announcement_shows_the_paper_as_it_is_known_now(store: Store) -> None:
    store.save_announced([listed("2405.00001", version=1)])
    store.save_papers([paper("2405.00001", version=2, title="Newer")])

    (item,) = store.announced(DAY)
    assert item.paper.title == "Newer"
    assert item.announcement is not None
    assert item.announcement.version == 1


@pytest.mark.parametrize("ours", ["sweep", "reconstructed"])
def test_the_feeds_word_replaces_what_we_worked_out_and_not_the_other_way(
    store: Store, ours: Literal["sweep", "reconstructed"]
) -> None:
    guess, said = (
        listed("2405.00001", source=ours, version=1),
        listed("2405.00001", announce_type=Kind.REPLACE, version=2),
    )
    for batch in ([guess], [said], [guess]):
        store.save_announced(batch)
    assert store.announced(DAY) == [said]


def test_a_sweep_is_kept_over_a_guess_and_a_known_version_over_none(store: Store) -> None:
    store.save_announced([listed("2405.00001", source="reconstructed", version=1)])
    store.save_announced([listed("2405.00001", source="sweep")])
    store.save_announced([listed("2405.00001", source="reconstructed", version=9)])
    assert store.announced(DAY) == [listed("2405.00001", source="sweep", version=1)]


def test_of_two_feeds_the_papers_own_archive_says_what_it_is(store: Store) -> None:
    own = listed("2405.00001", version=1, announce_type=Kind.NEW)
    cross = listed("2405.00001", version=1, announce_type=Kind.CROSS)
    for order in ([own, cross], [cross, own]):
        for item in order:
            store.save_announced([item])
        assert store.announced(DAY) == [own]
    store.save_announced([own, cross])
    assert store.announced(DAY) == [own]


def test_a_feed_and_what_it_listed_are_stored_together_or_not_at_all(store: Store) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what makes it fail, last of all
    with pytest.raises(ValueError, match="aware"):
        store.save_feed(feed(fetched_at=naive), [listed("2405.00001")])

    assert (store.announced(DAY), store.papers(["2405.00001"]), store.feed("cs")) == ([], {}, None)


def test_a_feeds_last_answer_and_its_days_are_known(store: Store) -> None:
    later = DAY + timedelta(days=1)
    store.save_feed(feed(day=later, etag="new", last_modified="Tue"), [])
    store.save_feed(feed(day=DAY, fetched_at=NOW - timedelta(days=1), etag="old"), [])
    store.save_feed(feed("stat", fetched_at=NOW + timedelta(days=9)), [])

    assert store.feed("cs") == feed(day=later, etag="new", last_modified="Tue")
    assert store.feed("math") is None
    assert store.days() == [later, DAY]
    assert [store.has_day("cs", DAY), store.has_day("stat", DAY), store.has_day("stat", later)] == [True, True, False]


def test_a_day_counts_once_it_is_complete_and_stays_complete(store: Store) -> None:
    store.save_feed(feed(complete=False), [])
    assert not store.has_day("cs", DAY)
    store.save_feed(feed(), [])
    store.save_feed(feed(complete=False, count=7), [])
    assert store.has_day("cs", DAY)
    assert store.feed("cs") == feed(count=7)


def test_a_days_announcements_are_found_by_an_index(store: Store) -> None:
    plans = store._database.read(
        lambda conn: [
            row["detail"]
            for sql in (
                "SELECT * FROM announcements WHERE date = '2026-05-18'",
                "SELECT * FROM announcements WHERE paper_id = 'x'",
                "SELECT * FROM papers WHERE published >= '2026' AND published < '2027'",
            )
            for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")
        ]
    )
    assert len(plans) == 3
    assert all("USING INDEX" in plan for plan in plans)
