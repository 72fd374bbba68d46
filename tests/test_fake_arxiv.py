"""The fake arXiv refuses what arXiv refuses, so that what passes against it may be let at the real one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import requests
from requests import Session

from bot.models import Paper
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_query import BadQuery, BadRange, matcher
from tests.fakes.gate import five_papers, paper

POLITE = {"User-Agent": "paperboy/1 (+me@example.org)", "Accept": "application/atom+xml, text/html"}


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with five_papers() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Session]:
    with requests.Session() as session:
        session.headers.clear()
        session.headers.update(POLITE)
        yield session


def ask(client: Session, server: FakeArxiv, **query: str) -> requests.Response:
    return client.get(server.api_url, params=query, timeout=5)


def ids(response: requests.Response) -> list[str]:
    return [each.split("v1<")[0] for each in response.text.split("<id>http://arxiv.org/abs/")[1:]]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Accept": ""}, 406),
        ({"Accept": "application/json"}, 406),
        ({"User-Agent": ""}, 403),
        ({"User-Agent": "python-requests/2.32"}, 403),
        ({"User-Agent": "arxiv.py/4.0.2"}, 403),
        ({"User-Agent": "me"}, 403),
    ],
)
def test_odd_headers_are_refused_and_remembered(
    arxiv: FakeArxiv, client: Session, headers: Mapping[str, str], status: int
) -> None:
    client.headers.update(headers)
    assert ask(client, arxiv, id_list="2605.00001").status_code == status
    assert len(arxiv.violations) == 1


def test_who_comes_too_soon_is_refused_and_remembered(arxiv: FakeArxiv, client: Session) -> None:
    arxiv.interval = 5
    assert [ask(client, arxiv, id_list="2605.00001").status_code for _ in range(2)] == [200, 429]
    assert len(arxiv.violations) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"id_list": "abc"}, 400),
        ({"max_results": "2001"}, 400),
        ({"max_results": "-1"}, 400),
        ({"start": "29000", "max_results": "1001"}, 400),
        ({"search_query": "(cat:cs.CL"}, 400),
        ({"search_query": "submittedDate:[2026 TO 2027]"}, 500),
        ({"search_query": "submittedDate:[202613010000 TO 202613020000]"}, 500),
        ({"id_list": "2605.99999"}, 200),
    ],
)
def test_wrong_questions_are_answered_as_arxiv_does(
    arxiv: FakeArxiv, client: Session, query: Mapping[str, str], status: int
) -> None:
    assert ask(client, arxiv, **query).status_code == status


def test_ten_results_are_the_default_and_pages_follow_each_other(arxiv: FakeArxiv, client: Session) -> None:
    arxiv.papers = {each.id: each for each in map(paper, range(1, 26))}
    search = {"search_query": "all:paper", "sortBy": "submittedDate", "sortOrder": "ascending"}

    assert len(ids(ask(client, arxiv, **search))) == 10
    assert ids(ask(client, arxiv, **search, start="20", max_results="10")) == [f"2605.{n:05}" for n in range(21, 26)]


def finds(query: str, **given: object) -> bool:
    fields = {
        "id": "1",
        "title": "Mixture of Experts",
        "authors": ("Ada Lovelace",),
        "abstract": "Deep things",
        "categories": ("cs.CL", "stat.ML"),
    }
    return matcher(query)(Paper(**{**fields, **given}))  # type: ignore[arg-type] # any field of it


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cat:cs.CL", True),
        ("cat:cs.*", True),
        ("cat:math.*", False),
        ('ti:"mixture of experts"', True),
        ('ti:"experts of mixture"', False),
        ("au:lovelace", True),
        ("abs:mixture", False),
        ("all:mixture", True),
        ("nothing deep", True),  # words side by side are joined by OR
        ("cat:cs.CL ANDNOT abs:deep", False),
        ("cat:math.AG AND cat:cs.CL OR cat:stat.ML", False),  # a AND (b OR c)
        ("(cat:math.AG AND cat:cs.CL) OR cat:stat.ML", True),
        ("cat:stat.ML OR cat:cs.CL AND cat:math.AG", True),  # a OR (b AND c)
        ("cat:stat.ML ANDNOT cat:cs.CL AND cat:math.AG", True),  # a ANDNOT (b AND c)
    ],
)
def test_operators_group_right_to_left(query: str, *, found: bool) -> None:
    assert finds(query) is found


@pytest.mark.parametrize("query", ["", "AND", "a AND", "(a", "a)", "xx:a"])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        matcher(query)


def test_a_date_that_is_none_is_a_servers_error() -> None:
    with pytest.raises(BadRange):
        matcher("submittedDate:[now TO then]")


def test_a_feed_of_what_does_not_exist_is_refused(arxiv: FakeArxiv, client: Session) -> None:
    assert client.get(f"{arxiv.feed_url}/cs.XX", timeout=5).status_code == 400


def test_an_unchanged_feed_is_not_sent_twice(arxiv: FakeArxiv, client: Session) -> None:
    first = client.get(f"{arxiv.feed_url}/cs.CL", timeout=5)
    again = client.get(f"{arxiv.feed_url}/cs.CL", headers={"If-None-Match": first.headers["ETag"]}, timeout=5)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(("path", "status"), [("abs/2605.00001v1", 200), ("pdf/2605.00001", 200), ("html/2605.9", 404)])
def test_pages_are_there_or_not(arxiv: FakeArxiv, client: Session, path: str, status: int) -> None:
    assert client.get(f"{arxiv.site_url}/{path}", timeout=5).status_code == status
