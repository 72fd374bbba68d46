"""The politeness gate: one at a time, in turn, and how refusals are waited out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.ports import SourceError, SourceRefused, SourceUnreachable
from bot.sources.answers import SourceRejected
from bot.sources.gate import Gate, Priority, session, user_agent
from bot.sources.turns import Turns
from bot.store import Store
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.gate import MemoryGate, Time, ask_api, asking, five_papers


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with five_papers() as server:
        yield server


@pytest.fixture(params=["memory", "sqlite"])
def gate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gate]:
    if request.param == "memory":
        yield MemoryGate()
        return
    with Store(tmp_path / "gate.db") as store:
        yield store


@pytest.fixture
def now() -> Time:
    return Time()


# ---------------------------------------------------------------- manners


def test_feed_api_and_pages_are_answered_and_no_rule_is_broken(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    with asking(arxiv, gate, now) as polite:
        feed = polite.get(f"{arxiv.feed_url}/cs.CL")
        found = ask_api(polite, arxiv)
        page = polite.get(f"{arxiv.site_url}/html/2605.00001")
        listing = polite.get(f"{arxiv.site_url}/list/cs.CL/new")
        pdf = polite.get(f"{arxiv.site_url}/pdf/2605.00001v1")

    assert b"Announce Type: new" in feed.content
    assert found.content.count(b"<entry>") == 5
    assert b"Paper 1" in page.content
    assert b"showing 5 of 5 entries" in listing.content
    assert pdf.content.startswith(b"%PDF")
    assert arxiv.violations == []


def test_two_requests_are_the_delay_apart_from_the_end_of_one_to_the_start_of_the_next(
    arxiv: FakeArxiv, gate: Gate, now: Time
) -> None:
    with asking(arxiv, gate, now, delay=3.0) as polite:
        ask_api(polite, arxiv)
        assert now.slept == []
        ask_api(polite, arxiv)

    assert sum(now.slept) == pytest.approx(3.0)


def test_many_threads_and_sessions_never_come_too_soon_or_together(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.interval = 0.03

    def client(store: Store, priority: Priority) -> None:
        polite = session(
            store,
            priority=priority,
            api_url=arxiv.api_url,
            feed_url=arxiv.feed_url,
            site_url=arxiv.site_url,
            clock=lambda: datetime.now(UTC),
            delay=0.035,
        )
        with polite:
            ask_api(polite, arxiv)
            polite.get(f"{arxiv.feed_url}/cs.CL")

    with Store(tmp_path / "one.db") as one, Store(tmp_path / "one.db") as other:
        threads = [
            threading.Thread(target=client, args=(store, priority))
            for store, priority in zip((one, other, one, other), (Priority.PEOPLE, *Priority), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(arxiv.requests) == 8
    assert arxiv.violations == []


def test_people_go_before_announcements_and_backfill(arxiv: FakeArxiv) -> None:
    gate, now = MemoryGate(), Time()
    gate.gate_enter(ticket="busy", priority=2, now=now.clock().timestamp(), lease=60)
    waiting = threading.Barrier(4, timeout=5)
    let_go = threading.Event()

    def client(priority: Priority) -> None:
        first = True

        def sleep(seconds: float) -> None:
            nonlocal first
            if first:
                first = False
                waiting.wait()
                let_go.wait(5)
            time.sleep(0.001)

        own_time = Time(now.now)
        own_time.sleep = sleep  # type: ignore[method-assign] # a thread's own way of waiting
        with asking(arxiv, gate, own_time, priority=priority, delay=0.0) as polite:
            ask_api(polite, arxiv)

    threads = [threading.Thread(target=client, args=(each,)) for each in reversed(Priority)]
    for thread in threads:
        thread.start()
    waiting.wait()
    gate.gate_leave(ticket="busy", now=0.0, free_at=0.0)
    let_go.set()
    for thread in threads:
        thread.join()

    assert gate.entered == [2, 0, 1, 2]


def test_who_gives_up_waiting_leaves_the_line(arxiv: FakeArxiv, now: Time) -> None:
    gate = MemoryGate()
    gate.gate_enter(ticket="busy", priority=2, now=now.now.timestamp(), lease=60)

    with asking(arxiv, gate, now, priority=Priority.PEOPLE) as polite, pytest.raises(SourceRefused, match="yet"):
        ask_api(polite, arxiv)

    assert gate.waiting == {}
    assert arxiv.requests == []
    assert sum(now.slept) == pytest.approx(20, abs=0.2)


def test_the_user_agent_names_us_and_the_contact(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    with asking(arxiv, gate, now, contact="ops@example.org") as polite:
        polite.get(f"{arxiv.feed_url}/cs.CL", headers={"User-Agent": "arxiv.py/4", "Accept": "*/*"})

    said = arxiv.requests[0].headers
    assert said["User-Agent"].startswith("paperboy/")
    assert said["User-Agent"].endswith(" (+ops@example.org)")
    assert said["Accept"].startswith("application/atom+xml")
    assert said["Connection"] == "close"


def test_a_contact_cannot_smuggle_a_header() -> None:
    assert user_agent("me\r\nX-Evil: ü1").endswith("(+meX-Evil: 1)")
    assert user_agent("\r\n") == user_agent(None)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("status", [403, 406, 429, 500, 503])
def test_a_refusal_is_asked_again_after_a_pause_that_doubles(
    arxiv: FakeArxiv, gate: Gate, now: Time, status: int
) -> None:
    arxiv.fail("/atom/", status=status, times=2)

    with asking(arxiv, gate, now, delay=3.0) as polite:
        answer = polite.get(f"{arxiv.feed_url}/cs.CL")

    assert answer.status_code == 200
    assert now.slept == pytest.approx([3.0, 6.0])


def test_retry_after_in_seconds_is_obeyed(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.fail("/api/", status=429, retry_after="17")

    with asking(arxiv, gate, now) as polite:
        ask_api(polite, arxiv)

    assert now.slept == pytest.approx([17.0])


def test_retry_after_as_a_date_is_measured_by_the_servers_clock(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    then = datetime.now(UTC) + timedelta(seconds=21)
    arxiv.fail("/api/", status=503, retry_after=format_datetime(then, usegmt=True))

    with asking(arxiv, gate, now) as polite:
        ask_api(polite, arxiv)

    assert len(now.slept) == 1
    assert 18 <= now.slept[0] <= 22


def test_a_wait_beyond_our_patience_is_refused_at_once_with_the_time_to_come_back(
    arxiv: FakeArxiv, gate: Gate, now: Time
) -> None:
    arxiv.fail("/api/", status=429, retry_after="600")

    with asking(arxiv, gate, now) as polite:
        with pytest.raises(SourceRefused) as first:
            ask_api(polite, arxiv)
        with pytest.raises(SourceRefused) as second:
            ask_api(polite, arxiv)

    assert first.value.status == 429
    assert first.value.retry_at == second.value.retry_at == now.clock() + timedelta(seconds=600)
    assert len(arxiv.requests) == 1
    assert now.slept == []


def test_another_process_waits_out_the_same_refusal(arxiv: FakeArxiv, tmp_path: Path, now: Time) -> None:
    arxiv.fail("/api/", status=403, retry_after="600")

    with Store(tmp_path / "one.db") as one, Store(tmp_path / "one.db") as other:
        with asking(arxiv, one, now) as polite, pytest.raises(SourceRefused):
            ask_api(polite, arxiv)
        with asking(arxiv, other, now, priority=Priority.PEOPLE) as polite, pytest.raises(SourceRefused):
            ask_api(polite, arxiv)
        now.sleep(601)
        with asking(arxiv, other, now, priority=Priority.PEOPLE) as polite:
            assert ask_api(polite, arxiv).status_code == 200

    assert len(arxiv.requests) == 2


def test_no_refusal_leaves_us_dark_for_longer_than_an_hour(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.fail("/api/", status=429, retry_after="99999999")

    with asking(arxiv, gate, now) as polite:
        with pytest.raises(SourceRefused) as refused:
            ask_api(polite, arxiv)
        assert refused.value.retry_at == now.clock() + timedelta(hours=1)
        now.sleep(3601)
        assert ask_api(polite, arxiv).status_code == 200


@pytest.mark.parametrize(("priority", "bounds"), [(Priority.PEOPLE, (3, 20)), (Priority.ANNOUNCEMENTS, (3, 22))])
def test_a_server_that_always_refuses_is_given_up_within_bounds(
    arxiv: FakeArxiv, gate: Gate, now: Time, priority: Priority, bounds: tuple[int, int]
) -> None:
    arxiv.fail("/", status=503, times=None)
    began = now.now

    with asking(arxiv, gate, now, priority=priority) as polite, pytest.raises(SourceRefused) as refused:
        ask_api(polite, arxiv)

    tries, seconds = bounds
    assert len(arxiv.requests) == tries
    assert (now.now - began).total_seconds() <= seconds
    assert refused.value.retry_at is not None
    assert refused.value.retry_at > now.now
    assert str(refused.value).endswith(f"(503). Ask again after {refused.value.retry_at:%H:%M} UTC.")


def test_while_the_feeds_refuse_for_hours_the_api_is_asked(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.fail("/atom/", status=403, times=None)
    with asking(arxiv, gate, now) as polite:
        for _ in range(12):
            with pytest.raises(SourceRefused):
                polite.get(f"{arxiv.feed_url}/cs.CL")
            assert ask_api(polite, arxiv).status_code == 200
            now.sleep(60)

    assert len(arxiv.asked("/atom/")) < 12  # which is asked less and less often
    assert len(arxiv.asked("/api/")) == 12


def test_an_announcement_that_keeps_coming_may_take_longer_than_one_that_does_not(gate: Gate, now: Time) -> None:
    turns = Turns(gate=gate, priority=Priority.ANNOUNCEMENTS, delay=3, clock=now.clock, jitter=float, sleep=now.sleep)
    with turns.turn(deadline=now.now.timestamp() + 22, not_before=0, problem=None) as turn:
        assert turn.seconds == 45
        assert turn.silence == pytest.approx(22)
        waiting = gate.gate_enter(ticket="other", priority=0, now=now.now.timestamp() + 46, lease=1)
    assert waiting > 0  # the gate stays ours as long


def test_refusals_over_many_questions_make_the_pause_longer_until_one_is_answered(
    arxiv: FakeArxiv, gate: Gate, now: Time
) -> None:
    arxiv.fail("/", status=429, times=8)
    pauses = []
    with asking(arxiv, gate, now, priority=Priority.PEOPLE) as polite:
        for _ in range(4):
            with pytest.raises(SourceRefused) as refused:
                ask_api(polite, arxiv)
            assert refused.value.retry_at
            pauses.append((refused.value.retry_at - now.now).total_seconds())
            now.now = refused.value.retry_at
        now.now += timedelta(hours=1)
        while arxiv.requests[-1].status != 200:
            try:
                ask_api(polite, arxiv)
            except SourceRefused:
                now.now += timedelta(hours=1)
        arxiv.fail("/", status=429)
        now.now += timedelta(hours=1)
        now.slept.clear()
        ask_api(polite, arxiv)

    assert pauses == sorted(pauses)
    assert pauses[-1] >= 4 * pauses[0]
    assert now.slept == pytest.approx([3.0])


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_wrong_question_is_not_asked_again(arxiv: FakeArxiv, gate: Gate, now: Time, status: int) -> None:
    arxiv.fail("/html/", status=status, times=None)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceRejected) as rejected:
        polite.get(f"{arxiv.site_url}/html/2605.00001")

    assert rejected.value.status == status
    assert len(arxiv.requests) == 1


def test_an_error_entry_of_the_api_becomes_a_clear_error(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    with (
        asking(arxiv, gate, now) as polite,
        pytest.raises(SourceRejected, match="incorrect id format for abc") as rejected,
    ):
        polite.get(arxiv.api_url, params={"id_list": "abc"})

    assert rejected.value.detail == "incorrect id format for abc"


def test_closing_the_session_ends_what_is_under_way_and_frees_the_gate(arxiv: FakeArxiv, tmp_path: Path) -> None:
    arxiv.damage("/atom/", "hang")
    problems: list[SourceError] = []
    with Store(tmp_path / "gate.db") as store:
        now = Time()
        with asking(arxiv, store, now) as polite:

            def hang() -> None:
                try:
                    polite.get(f"{arxiv.feed_url}/cs.CL")
                except SourceError as exc:
                    problems.append(exc)

            thread = threading.Thread(target=hang)
            thread.start()
            while not arxiv.requests:
                time.sleep(0.001)
            polite.close()
            thread.join(5)
            with pytest.raises(SourceUnreachable, match="stopping"):
                polite.get(f"{arxiv.feed_url}/cs.CL")
        now.sleep(5)
        with asking(arxiv, store, now) as polite:
            assert polite.get(f"{arxiv.feed_url}/cs.CL").status_code == 200

    assert [type(each) for each in problems] == [SourceUnreachable]
