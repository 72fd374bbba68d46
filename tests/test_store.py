"""The store keeps what it is told: nothing known is lost, nothing newer overwritten, whoever else uses the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.models import Paper
from bot.store import Store
from tests.samples import DAY, NOW, feed, listed, paper, summary, summary_key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paperboy.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


# ---------------------------------------------------------------- what comes back


def test_the_rows_name_every_field_of_a_paper(store: Store) -> None:
    full = Paper(
        id="2405.17428",
        title="NV-Embed",
        authors=("Chankyu Lee", "Wei Ping"),
        abstract="We…",
        version=3,
        categories=("cs.CL", "cs.AI"),
        primary_category="cs.CL",
        published=NOW,
        updated=NOW + timedelta(days=1, microseconds=7),
        license="http://creativecommons.org/licenses/by/4.0/",
        comment="ICLR 2025 (Spotlight)",
        doi="10.1/x",
        journal_ref="J. 1",
    )
    assert all(getattr(full, field.name) for field in fields(Paper))
    store.save_papers([full])

    assert store.papers(["2405.17428", "0000.0000"]) == {"2405.17428": full}
    assert store.papers([]) == {}


def test_text_that_utf8_cannot_hold_is_kept_with_a_replacement_character(store: Store) -> None:
    store.save_papers([paper(title="broken \ud83d emoji", authors=("\udcff",), comment="\ud800")])

    kept = store.papers(["2405.17428"])["2405.17428"]
    assert (kept.title, kept.authors, kept.comment) == ("broken \ufffd emoji", ("\ufffd",), "\ufffd")


def test_what_is_stored_is_there_after_a_restart(path: Path) -> None:
    with Store(path) as first:
        first.save_feed(feed(etag='"x"'), [listed("2405.17428")])
        assert first.take_model_call(DAY, cap=5)
    with Store(path) as second:
        assert second.announced(DAY) == [listed("2405.17428")]
        assert second.feed("cs") == feed(etag='"x"')
        assert second.model_calls(DAY) == 1
        assert [each.id for each in second.search("abstract", limit=5)] == ["2405.17428"]


def test_a_time_without_zone_is_refused_and_nothing_of_the_batch_is_stored(store: Store) -> None:
    naive = paper("2405.00002", published=datetime(2026, 1, 1))  # noqa: DTZ001 - what it is about
    with pytest.raises(ValueError, match="aware"):
        store.save_papers([paper("2405.00001"), naive])

    assert store.papers(["2405.00001", "2405.00002"]) == {}


def test_papers_submitted_are_those_of_the_half_open_span_in_order(store: Store) -> None:
    hours = {"a": 0, "b": 1, "c": 2, "d": 3}
    store.save_papers(paper(id_, published=NOW + timedelta(hours=hour)) for id_, hour in reversed(hours.items()))
    store.save_papers([paper("b2", published=NOW + timedelta(hours=1, microseconds=1)), paper("undated")])

    new_york = timezone(timedelta(hours=-4))
    found = store.papers_submitted((NOW + timedelta(hours=1)).astimezone(new_york), NOW + timedelta(hours=3))
    assert [each.id for each in found] == ["b", "b2", "c"]


# ---------------------------------------------------------------- what wins


def test_none_never_overwrites_what_is_known(store: Store) -> None:
    known = paper(version=2, categories=("cs.CL",), doi="10.1/x", comment="ICLR", updated=NOW, license="by")
    store.save_papers([known])
    store.save_papers([paper(version=2), paper()])

    assert store.papers(["2405.17428"]) == {"2405.17428": known}


def test_an_older_version_never_overwrites_a_newer_one_but_fills_what_it_did_not_say(store: Store) -> None:
    store.save_papers([paper(title="Newer", version=3, comment="v3")])
    store.save_papers([paper(title="Older", version=1, comment="v1", doi="10.1/x")])
    assert store.papers(["2405.17428"])["2405.17428"] == paper(title="Newer", version=3, comment="v3", doi="10.1/x")

    store.save_papers([paper(title="Newest", version=4)])
    assert store.papers(["2405.17428"])["2405.17428"].title == "Newest"


def test_a_version_nobody_named_does_not_overwrite_a_known_one(store: Store) -> None:
    store.save_papers([paper(title="Known", version=1)])
    store.save_papers([paper(title="Whichever")])
    assert store.papers(["2405.17428"])["2405.17428"].title == "Known"


def test_what_is_true_of_one_version_is_not_said_of_another(store: Store) -> None:
    store.save_papers([paper(version=1, updated=NOW, license="by", published=NOW)])
    store.save_papers([paper(version=2)])
    assert store.papers(["2405.17428"])["2405.17428"] == paper(version=2, published=NOW)


def test_one_batch_may_name_a_paper_twice(store: Store) -> None:
    store.save_papers([paper(title="B", version=2), paper(title="A", version=1, doi="10.1/x")])
    assert store.papers(["2405.17428"])["2405.17428"] == paper(title="B", version=2, doi="10.1/x")


# ---------------------------------------------------------------- summaries and calls


@pytest.mark.parametrize(
    "other",
    [
        {"paper_id": "2405.00001"},
        {"version": 2},
        {"version": None},
        {"depth": "deep"},
        {"language": "zh"},
        {"model": "n"},
        {"prompt_version": "2"},
        {"text_hash": "i"},
    ],
)
def test_each_part_of_the_key_makes_another_summary(store: Store, other: dict[str, Any]) -> None:
    store.save_summary(summary_key(), summary(), at=NOW)
    assert store.summary(summary_key(**other)) is None
    store.save_summary(summary_key(**other), summary(tldr="Other"), at=NOW)
    store.save_summary(summary_key(**other), summary(tldr="Later"), at=NOW)

    assert store.summary(summary_key()) == summary()
    assert store.summary(summary_key(**other)) == summary(tldr="Later")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", json.dumps({"takeaways": [], "checks": {}, "x": 1})])
def test_a_summary_that_cannot_be_read_counts_as_not_there(store: Store, text: str) -> None:
    store.save_summary(summary_key(), summary(), at=NOW)
    store._database.write(lambda db: db.execute("UPDATE summaries SET summary = ?", [text]))
    assert store.summary(summary_key()) is None


def test_model_calls_are_counted_up_to_the_cap_of_each_day(store: Store) -> None:
    assert [store.take_model_call(DAY, cap=2) for _ in range(4)] == [True, True, False, False]
    assert store.model_calls(DAY) == 2
    assert store.take_model_call(DAY, cap=3)
    assert not store.take_model_call(DAY, cap=2)
    assert not store.take_model_call(DAY + timedelta(days=1), cap=0)
    assert store.model_calls(DAY + timedelta(days=1)) == 0
    assert store.take_model_call(DAY + timedelta(days=1), cap=1)
