"""The gate against answers that are garbled, hostile, endless, or lead elsewhere."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from bot.ports import SourceError, SourceGarbled, SourceUnreachable
from bot.sources import answers
from bot.sources import gate as gate_module
from bot.sources.answers import SourceRejected, back_off, check_api, check_feed, retry_after
from bot.sources.gate import Gate, Priority, session
from bot.sources.wire import Line
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_faults import Damage
from tests.fakes.gate import MemoryGate, Time, ask_api, asking, five_papers

ENTRY = (
    "<entry><id>http://arxiv.org/abs/2605.00001v1</id><title>T</title><updated>2026-05-19T00:00:00Z</updated>"
    "<published>2026-05-19T00:00:00Z</published></entry>"
)
DATA = Path(__file__).parent / "data" / "arxiv"


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with five_papers() as server:
        yield server


@pytest.fixture
def gate() -> Gate:
    return MemoryGate()


@pytest.fixture
def now() -> Time:
    return Time()


# ---------------------------------------------------------------- bad answers

DAMAGES: list[Damage] = ["cut", "short", "bomb", "deep", "not_xml"]


@pytest.mark.parametrize("how", [*DAMAGES, "empty"])
def test_a_garbled_answer_is_asked_for_again(arxiv: FakeArxiv, gate: Gate, now: Time, how: Damage) -> None:
    arxiv.damage("/api/", how, times=2)

    with asking(arxiv, gate, now) as polite:
        found = ask_api(polite, arxiv)

    assert found.content.count(b"<entry>") == 5
    assert now.slept == pytest.approx([3.0, 3.0])


@pytest.mark.parametrize("how", [*DAMAGES, "empty"])
def test_an_api_that_is_always_garbled_is_named_so(arxiv: FakeArxiv, gate: Gate, now: Time, how: Damage) -> None:
    arxiv.damage("/api/", how, times=None)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceGarbled):
        ask_api(polite, arxiv)

    assert len(arxiv.requests) == 5


def test_an_answer_of_more_elements_than_arxiv_has_is_not_parsed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_ELEMENTS", 1000)
    with pytest.raises(SourceGarbled, match="longer"):
        check_feed("http://x/atom/cs", b"<feed>" + b"<a/>" * 1000 + b"</feed>")


@pytest.mark.parametrize("how", DAMAGES)
def test_a_feed_that_is_always_garbled_is_named_so(arxiv: FakeArxiv, gate: Gate, now: Time, how: Damage) -> None:
    arxiv.damage("/atom/", how, times=None)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceGarbled):
        polite.get(f"{arxiv.feed_url}/cs.CL")


@pytest.mark.parametrize("how", ["gzip_bomb", "endless"])
def test_an_answer_without_end_is_not_read_to_its_end(
    arxiv: FakeArxiv, gate: Gate, now: Time, how: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "LONGEST_FEED", 1 << 20)
    arxiv.damage("/atom/", how, times=None)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceGarbled, match="longer"):
        polite.get(f"{arxiv.feed_url}/cs.CL")


@pytest.mark.parametrize("how", ["hang", "drip", "drip_headers"])
def test_a_server_that_hangs_or_drips_is_cut_off(arxiv: FakeArxiv, gate: Gate, how: Damage) -> None:
    """A person's time stands just before its patience ends, so that little of ours passes."""
    arxiv.damage("/atom/", how, times=None)
    now = Time()
    late = iter([now.now, *[now.now + timedelta(seconds=19.9)] * 4])
    now.clock = lambda: next(late, now.now + timedelta(seconds=21))  # type: ignore[method-assign] # a fast clock
    began = time.monotonic()

    with asking(arxiv, gate, now, priority=Priority.PEOPLE) as polite, pytest.raises(SourceUnreachable):
        polite.get(f"{arxiv.feed_url}/cs.CL")

    assert time.monotonic() - began < 15  # the server never ends
    assert len(arxiv.requests) == 1


def test_silence_ends_with_our_patience_though_an_answer_may_take_longer(arxiv: FakeArxiv, gate: Gate) -> None:
    arxiv.damage("/atom/", "hang", times=None)
    now = Time()
    late = iter([now.now, *[now.now + timedelta(seconds=21.9)] * 4])
    now.clock = lambda: next(late, now.now + timedelta(seconds=23))  # type: ignore[method-assign] # a fast clock
    began = time.monotonic()

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceUnreachable, match="in time"):
        polite.get(f"{arxiv.feed_url}/cs.CL")

    assert time.monotonic() - began < 15  # the server never ends


def test_nothing_is_asked_again_when_patience_has_ended(arxiv: FakeArxiv, gate: Gate) -> None:
    arxiv.damage("/atom/", "cut", times=None)
    now = Time()
    late = iter([now.now] * 4)
    now.clock = lambda: next(late, now.now + timedelta(seconds=23))  # type: ignore[method-assign] # a slow answer

    with asking(arxiv, gate, now, delay=0) as polite, pytest.raises(SourceGarbled):
        polite.get(f"{arxiv.feed_url}/cs.CL")

    assert len(arxiv.requests) == 1


def test_a_connection_made_after_time_was_up_is_cut_too() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Line(60) as line:
        theirs.settimeout(1)
        line.cut()
        line.hold(ours)
        assert theirs.recv(1) == b""


def test_silence_is_bounded_on_its_own(arxiv: FakeArxiv, now: Time) -> None:
    gate = MemoryGate()
    arxiv.damage("/atom/", "hang", times=None)

    with asking(arxiv, gate, now, timeout=0.02) as polite, pytest.raises(SourceUnreachable, match="network") as problem:
        polite.get(f"{arxiv.feed_url}/cs.CL")

    assert "in time" in str(problem.value)
    assert len(gate.entered) == 3


def test_a_dropped_connection_and_a_closed_port_are_unreachable(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.damage("/atom/", "drop")
    with asking(arxiv, gate, now, delay=0) as polite:
        assert polite.get(f"{arxiv.feed_url}/cs.CL").status_code == 200
    assert sum(now.slept) == pytest.approx(0.5)  # not at once, however short the delay
    with FakeArxiv() as gone:
        pass
    with asking(gone, gate, now) as polite, pytest.raises(SourceUnreachable):
        polite.get(f"{gone.feed_url}/cs.CL")


# ---------------------------------------------------------------- where it goes


def test_a_redirect_on_the_same_host_is_followed_through_the_gate(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.redirect("/atom/cs.LG", "/atom/cs.CL")

    with asking(arxiv, gate, now) as polite:
        assert b"Announce Type" in polite.get(f"{arxiv.feed_url}/cs.LG").content

    assert [each.path for each in arxiv.requests] == ["/atom/cs.LG", "/atom/cs.CL"]
    assert sum(now.slept) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "where", ["http://evil.example/atom/cs.CL", "http://arxiv.org.evil.example/", "ftp://arxiv.org/", "http://["]
)
def test_a_redirect_elsewhere_is_not_followed(arxiv: FakeArxiv, gate: Gate, now: Time, where: str) -> None:
    arxiv.redirect("/atom/", where)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceGarbled, match="sends us"):
        polite.get(f"{arxiv.feed_url}/cs.CL")


def test_redirects_in_a_circle_end(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    arxiv.redirect("/atom/", "/atom/cs.CL")

    with asking(arxiv, gate, now, priority=Priority.PEOPLE) as polite, pytest.raises(SourceError):
        polite.get(f"{arxiv.feed_url}/cs.CL")

    assert len(arxiv.requests) <= 6


def test_no_other_host_can_be_asked(arxiv: FakeArxiv, gate: Gate, now: Time) -> None:
    with asking(arxiv, gate, now) as polite, pytest.raises(requests.exceptions.InvalidSchema):
        polite.get("http://127.0.0.1:1/")


def test_the_proxy_of_the_environment_is_used(
    arxiv: FakeArxiv, gate: Gate, now: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", arxiv.site_url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    elsewhere = session(
        gate,
        priority=Priority.PEOPLE,
        api_url="http://export.example/api/query",
        feed_url="http://rss.example/atom",
        site_url="http://site.example",
        clock=now.clock,
        sleep=now.sleep,
    )
    with elsewhere:
        assert elsewhere.get("http://rss.example/atom/cs.CL").status_code == 200

    assert [each.headers["Host"] for each in arxiv.requests] == ["rss.example"]


def test_no_url_with_a_query_is_logged_above_debug(
    arxiv: FakeArxiv, gate: Gate, now: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    arxiv.fail("/api/", status=429)
    arxiv.damage("/api/", "drop")
    arxiv.damage("/api/", "cut", times=None)

    with asking(arxiv, gate, now) as polite, pytest.raises(SourceError) as problem:
        ask_api(polite, arxiv, search_query="all:secret")

    assert caplog.records
    assert "secret" not in caplog.text
    assert "secret" not in str(problem.value)


# ---------------------------------------------------------------- pure parts


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("0", 0), ("7", 7), (" 7 ", 7), ("86400", 3600), ("-5", None), ("soon", None), ("", None), ("٣", None)],
)
def test_retry_after_in_seconds(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}, now=datetime.now(UTC)) == seconds


def test_retry_after_in_the_past_is_now() -> None:
    past = {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}
    assert retry_after(past, now=datetime.now(UTC)) == 0


def test_backing_off_doubles_and_ends() -> None:
    assert [back_off(each, delay=0, jitter=0) for each in (1, 2, 3)] == [0.5, 1, 2]
    assert back_off(10_000, delay=3, jitter=0.999) < 3600


@pytest.mark.parametrize("name", ["api_search.xml", "api_one_id.xml", "api_old_id.xml", "api_unknown_id.xml"])
def test_real_answers_of_the_api_are_accepted(name: str) -> None:
    asked = {"api_search.xml": "search_query=all:testing&start=50&max_results=10"}
    check_api(f"http://x/?{asked.get(name, 'id_list=1605.08386&start=0&max_results=100')}", (DATA / name).read_bytes())


def test_a_real_answer_in_the_older_layout_is_accepted() -> None:
    check_api("http://x/?search_query=cat:cs.RO&max_results=2", (DATA / "api_older_layout.xml").read_bytes())


def test_a_real_error_is_an_error_even_with_status_200() -> None:
    with pytest.raises(SourceRejected, match="incorrect id format for abc"):
        check_api("http://x/?id_list=abc", (DATA / "api_malformed_id.xml").read_bytes())


@pytest.mark.parametrize(
    "asked",
    [
        "search_query=all:testing&start=40&max_results=10",  # another page
        "search_query=all:testing&start=50&max_results=5",  # more
    ],
)
def test_counts_that_do_not_fit_the_question_are_garbled(asked: str) -> None:
    with pytest.raises(SourceGarbled):
        check_api(f"http://x/?{asked}", (DATA / "api_search.xml").read_bytes())


def page(entries: int, *, entry: str = ENTRY, **stated: int) -> bytes:
    """An answer of the API with so many entries that states these counts."""
    counts = "".join(f"<o:{name}>{value}</o:{name}>" for name, value in stated.items())
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/"'
    return f"<feed {names}><updated>2026-05-20T00:00:00Z</updated>{counts}{entry * entries}</feed>".encode()


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        ("search_query=a&max_results=9", page(3)),  # no total, but not full: the last page
        ("search_query=a&start=9&max_results=9", page(3)),
        ("id_list=1,2&max_results=2", page(2)),
        ("id_list=1,2&max_results=2", page(1, totalResults=2)),
        ("search_query=a&max_results=9", page(3, totalResults=30, itemsPerPage=3)),  # a smaller page, said to be one
        ("search_query=a&max_results=9", page(3, totalResults=3, itemsPerPage=3)),
        ("search_query=a&max_results=9", page(3, totalResults=3, itemsPerPage=0)),
        ("search_query=a&max_results=9", page(0, totalResults=0)),
    ],
)
def test_a_page_that_leaves_nothing_out_is_accepted(asked: str, body: bytes) -> None:
    check_api(f"http://x/?{asked}", body)


@pytest.mark.parametrize(
    ("asked", "body"),
    [
        ("search_query=a&max_results=3", page(3)),  # full, and no total: is there more?
        ("search_query=a&max_results=3", page(0)),
        ("id_list=1&max_results=1", page(0)),
        ("id_list=1,2&max_results=2", page(0, totalResults=2)),
        ("search_query=a&max_results=9", page(2, totalResults=30, itemsPerPage=3)),
        ("search_query=a&max_results=9", page(0, totalResults=30, itemsPerPage=0)),
        ("search_query=a&max_results=9", page(8, totalResults=30, itemsPerPage=100)),
        ("search_query=a&max_results=9", page(3, totalResults=30)),
        ("search_query=a&max_results=9", page(3, totalResults=2)),
        ("search_query=a&start=2&max_results=9", page(3, totalResults=5, startIndex=0)),
        *(
            (
                "search_query=a&max_results=9",
                page(1, entry=ENTRY.replace(f"<{name}>", "<x>").replace(f"</{name}>", "</x>")),
            )
            for name in ("id", "title", "updated", "published")
        ),
        ("search_query=a&max_results=9", page(1, entry=ENTRY.replace("T</title>", "</title>"))),
    ],
)
def test_a_page_that_may_leave_something_out_is_garbled(asked: str, body: bytes) -> None:
    with pytest.raises(SourceGarbled):
        check_api(f"http://x/?{asked}", body)
