"""A deep summary made while arXiv was away is no deep summary: it is told for an hour, and made again then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.models import Note
from bot.ports import NoText, SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from bot.store import Store
from bot.summaries.service import Summaries
from bot.summaries.standins import AN_HOUR, MOST, StandIns
from tests.fakes.summarizers import FakeExtractive, FakeSummarizer
from tests.samples import NOW, paper, summary, summary_key

PAPER = paper()


class Time:
    """A clock that stands still until it is set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        yield opened


def without_text(code: str) -> tuple[Note, ...]:
    return (Note("text_abstract", {"id": PAPER.id, "reason": code}),)


def service(store: Store, model: FakeSummarizer, clock: Time) -> Summaries:
    return Summaries(store, extractive=FakeExtractive(), model=model, clock=clock, daily_cap=1000, concurrency=4)


@pytest.mark.parametrize("error", [SourceError, SourceRefused, SourceUnreachable, SourceGarbled])
async def test_while_the_text_cannot_be_had_a_summary_is_paid_once_an_hour(
    store: Store, error: type[SourceError]
) -> None:
    model, clock = FakeSummarizer(notes=without_text(error.code)), Time()
    summaries = service(store, model, clock)
    first = await summaries.one(PAPER, language="en", depth="deep")
    assert first.notes == without_text(error.code)
    clock.now += AN_HOUR - timedelta(seconds=1)
    assert await summaries.one(PAPER, language="en", depth="deep") == first
    assert len(model.asked) == 1
    clock.now += timedelta(seconds=1)
    model.notes = ()
    assert (await summaries.one(PAPER, language="en", depth="deep")).notes == ()
    assert len(model.asked) == 2


async def test_it_is_not_remembered_as_done(store: Store) -> None:
    clock = Time()
    await service(store, FakeSummarizer(notes=without_text("refused")), clock).one(PAPER, language="en", depth="deep")
    whole = await service(store, FakeSummarizer(), clock).one(PAPER, language="en", depth="deep")
    assert whole.notes == ()


async def test_a_paper_that_has_no_text_is_done(store: Store) -> None:
    model, clock = FakeSummarizer(notes=without_text(NoText.code)), Time()
    await service(store, model, clock).one(PAPER, language="en", depth="deep")
    clock.now += 2 * AN_HOUR
    await service(store, model, clock).one(PAPER, language="en", depth="deep")
    assert len(model.asked) == 1


def test_no_more_are_kept_than_there_is_room_for() -> None:
    kept = StandIns(lambda: NOW)
    for number in range(MOST + 1):
        kept.put(summary_key(paper_id=str(number)), summary(paper_id=str(number)))
    assert kept.get(summary_key(paper_id="0")) is None
    assert kept.get(summary_key(paper_id="1")) is not None


def test_a_clock_that_goes_back_keeps_nothing_for_longer() -> None:
    clock = Time()
    kept = StandIns(clock)
    kept.put(summary_key(), summary())
    clock.now -= timedelta(days=1)
    assert kept.get(summary_key()) is None
