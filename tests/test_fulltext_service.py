"""Full texts over a real socket: the page first, then the PDF; once for all who ask; from arXiv's site alone."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import urllib3

from bot.full import Section, SectionKind
from bot.fulltext import fetch
from bot.fulltext.fetch import Page, Shelf, reading_session
from bot.fulltext.parsed import Parsed
from bot.fulltext.process import Kind
from bot.fulltext.process import parse as parse_in_process
from bot.fulltext.service import PROGRESS, FullTexts, Parse
from bot.models import Note, Paper
from bot.ports import NoText, SourceError, SourceGarbled, SourceRefused, TextProblem
from bot.sources.wire import AnswerTooLong, read_bounded
from tests.fakes.arxiv_texts import TextArxiv, numbered
from tests.fakes.gate import MemoryGate, Time
from tests.fakes.papers_html import abstract, figure, page, section
from tests.fakes.pdfs import column, pdf

PAPER = numbered()
ID = PAPER.versioned_id
PAGE = page(abstract("We show it."), section("1", "Introduction", figure("x1.png", "How.")))
FILE = pdf([column("We show that it works, as everybody had hoped for such a long time. " * 8)])


class Parsing:
    """A parser that takes what it is given for the text, and waits if it is told to."""

    def __init__(self, *refusals: TextProblem) -> None:
        self.parsed: list[tuple[Kind, str]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.pages = 0
        self.hidden = False
        self.cancelled = 0
        self._refusals = list(refusals)

    async def __call__(self, kind: Kind, body: bytes, *, url: str = "") -> Parsed:
        self.parsed.append((kind, url))
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self._refusals:
            raise NoText("It cannot be read.", code=self._refusals.pop(0))
        text = Section(title="", kind=SectionKind.OTHER, paragraphs=(body[:40].decode("latin-1"),))
        return Parsed(title="T", sections=(text,), pages=self.pages, read=min(self.pages, 3), hidden=self.hidden)


@contextmanager
def reading(server: TextArxiv, parse: Parse, *, keep: float = 600, most_kept: int = 16) -> Iterator[FullTexts]:
    time = Time()
    session = reading_session(
        MemoryGate(), site_url=server.site_url, clock=time.clock, sleep=time.sleep, timeout=5, jitter=lambda: 0.0
    )
    with session:
        texts = FullTexts(Shelf(session, server.site_url), parse=parse, keep=keep, most_kept=most_kept)
        yield texts
        texts.close()


@pytest.fixture
def server() -> Iterator[TextArxiv]:
    with TextArxiv(pages={ID: PAGE}, files={ID: FILE}) as running:
        yield running
    assert not running.violations


def paths(server: TextArxiv) -> list[str]:
    return [each.path for each in server.requests]


async def test_the_page_is_read_and_the_pdf_not_asked_for(server: TextArxiv) -> None:
    with reading(server, parse_in_process) as texts:
        full = await texts.of(PAPER)
    assert (full.source, full.paper_id, full.version, full.title) == ("html", PAPER.id, 2, "A Paper")
    assert full.sections[0].paragraphs == ("We show it.",)
    assert full.figures[0].url == f"{server.site_url}/html/{ID}/x1.png"
    assert full.notes == ()
    assert paths(server) == [f"/html/{ID}"]


async def test_without_a_page_the_pdf_is_read_and_a_note_says_so(server: TextArxiv) -> None:
    server.pages.clear()
    with reading(server, parse_in_process) as texts:
        full = await texts.of(PAPER)
    assert full.source == "pdf"
    assert full.sections[0].paragraphs[0].startswith("We show that it works")
    assert full.notes == (Note("text_from_pdf", {"id": PAPER.id, "reason": "no_html"}),)
    assert paths(server) == [f"/html/{ID}", f"/pdf/{ID}"]


async def test_a_page_that_cannot_be_read_gives_way_to_the_pdf(server: TextArxiv) -> None:
    with reading(server, Parsing("parse_timeout")) as texts:
        full = await texts.of(PAPER)
    assert full.source == "pdf"
    assert full.notes[0].args["reason"] == "parse_timeout"


@pytest.mark.parametrize("code", ["pdf_broken", "pdf_encrypted", "pdf_scanned", "too_large", "parse_crashed"])
async def test_a_pdf_that_cannot_be_read_says_why(server: TextArxiv, code: TextProblem) -> None:
    server.pages.clear()
    with reading(server, Parsing(code)) as texts, pytest.raises(NoText) as raised:
        await texts.of(PAPER)
    assert raised.value.code == code
    assert "abstract" in str(raised.value)


@pytest.mark.parametrize("files", [{}, {ID: b"<html>PDF unavailable</html>"}])
async def test_a_withdrawn_paper_has_neither(server: TextArxiv, files: dict[str, bytes]) -> None:
    server.pages, server.files = {}, files
    with reading(server, Parsing()) as texts, pytest.raises(NoText) as raised:
        await texts.of(PAPER)
    assert raised.value.code == "no_pdf"


async def test_a_version_nobody_knows_is_arxivs_latest(server: TextArxiv) -> None:
    server.pages[PAPER.id] = PAGE
    with reading(server, Parsing()) as texts:
        await texts.of(numbered(version=None))
    assert paths(server) == [f"/html/{PAPER.id}"]


@pytest.mark.parametrize("id_", ["../list/cs.CL/new", "2405.17428?x=", "2405.17428/../../x", "", "http://evil.example"])
async def test_what_is_no_id_is_never_asked_for(server: TextArxiv, id_: str) -> None:
    with reading(server, Parsing()) as texts, pytest.raises(NoText):
        await texts.of(type(PAPER)(id=id_, title="", authors=(), abstract=""))
    assert not server.requests


# ---------------------------------------------------------------- where it may go, how much it takes


@pytest.mark.parametrize("location", ["{elsewhere}/html/x", "https://export.arxiv.org/html/1", "file:///etc/passwd"])
async def test_no_other_host_is_asked_whatever_arxiv_says(server: TextArxiv, location: str) -> None:
    with TextArxiv(pages={"x": PAGE}) as elsewhere:
        server.redirect("/html", location.format(elsewhere=elsewhere.site_url))
        with reading(server, Parsing()) as texts, pytest.raises(SourceGarbled):
            await texts.of(PAPER)
        assert not elsewhere.requests
    assert not server.asked("/pdf")


async def test_a_move_within_the_site_is_followed(server: TextArxiv) -> None:
    server.redirect("/html", f"/html/{ID}", times=1)
    with reading(server, Parsing()) as texts:
        assert (await texts.of(PAPER)).source == "html"


async def test_a_page_longer_than_any_is_asked_for_once_and_gives_way_to_the_pdf(
    server: TextArxiv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LONGEST_HTML", 100_000)
    server.damage("/html", "endless", times=None)
    with reading(server, Parsing()) as texts:
        full = await texts.of(PAPER)
    assert full.notes == (Note("text_from_pdf", {"id": PAPER.id, "reason": "too_large"}),)
    assert len(server.asked("/html")) == 1


async def test_a_page_packed_to_explode_is_stopped_while_it_unpacks(
    server: TextArxiv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LONGEST_HTML", 1 << 20)
    server.damage("/html", "gzip_bomb", times=None)
    with reading(server, Parsing()) as texts:
        assert (await texts.of(PAPER)).notes[0].args["reason"] == "too_large"


async def test_a_pdf_that_says_it_is_too_large_is_not_read(server: TextArxiv, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LONGEST_PDF", len(FILE) - 1)
    server.pages.clear()
    parsing = Parsing()
    with reading(server, parsing) as texts, pytest.raises(NoText) as raised:
        await texts.of(PAPER)
    assert raised.value.code == "too_large"
    assert not parsing.parsed


def test_an_answer_that_says_it_is_too_long_is_not_even_begun() -> None:
    body = io.BytesIO(b"x" * 9)
    raw = urllib3.HTTPResponse(body=body, headers={"Content-Length": "900"}, preload_content=False)
    with pytest.raises(AnswerTooLong):
        read_bounded(raw, 100)
    assert body.tell() == 0
    raw.close()


async def test_a_refusal_is_no_lack_of_text_and_is_not_remembered(server: TextArxiv) -> None:
    server.fail("/html", status=429, retry_after="3600")
    with reading(server, Parsing()) as texts:
        with pytest.raises(SourceRefused):
            await texts.of(PAPER)
        assert not server.asked("/pdf")
    with reading(server, Parsing()) as texts:
        assert (await texts.of(PAPER)).source == "html"


async def test_requests_keep_arxivs_pace() -> None:
    with TextArxiv(files={ID: FILE}, interval=0.05) as server:
        session = reading_session(
            MemoryGate(), site_url=server.site_url, clock=lambda: datetime.now(UTC), delay=0.06, jitter=lambda: 0.0
        )
        with session:
            full = await FullTexts(Shelf(session, server.site_url), parse=Parsing()).of(PAPER)
    assert full.source == "pdf"
    assert not server.violations
    assert "paperboy/" in server.requests[0].headers["User-Agent"]


# ---------------------------------------------------------------- once for all


async def test_a_text_is_made_once_for_all_who_ask_at_the_same_time(server: TextArxiv) -> None:
    parsing = Parsing()
    parsing.go_on.clear()
    with reading(server, parsing) as texts:
        asking = [asyncio.create_task(texts.of(PAPER)) for _ in range(5)]
        while not parsing.parsed:  # noqa: ASYNC110 - the server is a thread
            await asyncio.sleep(0.001)
        parsing.go_on.set()
        assert len({id(each) for each in await asyncio.gather(*asking)}) == 1
    assert len(server.requests) == len(parsing.parsed) == 1


async def test_a_text_is_kept_for_a_while_and_then_forgotten(server: TextArxiv) -> None:
    with reading(server, Parsing(), keep=0.05) as texts:
        first = await texts.of(PAPER)
        assert await texts.of(PAPER) is first
        assert len(server.requests) == 1
        await asyncio.sleep(0.08)
        assert not texts._kept
        assert await texts.of(PAPER) == first
    assert len(server.requests) == 2


async def test_that_there_is_no_text_is_remembered_as_long(server: TextArxiv) -> None:
    server.pages, server.files = {}, {}
    with reading(server, Parsing()) as texts:
        for _ in range(3):
            with pytest.raises(NoText):
                await texts.of(PAPER)
    assert len(server.requests) == 2


async def test_versions_are_different_texts_and_only_the_last_few_are_kept(server: TextArxiv) -> None:
    for number in range(1, 5):
        server.pages[f"{PAPER.id}v{number}"] = PAGE
    with reading(server, Parsing(), most_kept=2) as texts:
        for number in (1, 2, 3, 2, 1):
            await texts.of(numbered(version=number))
        assert len(texts._kept) == 2
    assert len(server.requests) == 4


async def test_who_leaves_does_not_take_the_text_from_the_others(server: TextArxiv) -> None:
    parsing = Parsing()
    parsing.go_on.clear()
    with reading(server, parsing) as texts:
        leaver, stayer = asyncio.create_task(texts.of(PAPER)), asyncio.create_task(texts.of(PAPER))
        while not parsing.parsed:  # noqa: ASYNC110 - the server is a thread
            await asyncio.sleep(0.001)
        leaver.cancel()
        await asyncio.wait({leaver})
        parsing.go_on.set()
        assert (await stayer).source == "html"
    assert parsing.cancelled == 0


async def test_when_the_last_one_leaves_the_work_stops(server: TextArxiv) -> None:
    parsing = Parsing()
    parsing.go_on.clear()
    with reading(server, parsing) as texts:
        leaver = asyncio.create_task(texts.of(PAPER))
        while not parsing.parsed:  # noqa: ASYNC110 - the server is a thread
            await asyncio.sleep(0.001)
        leaver.cancel()
        await asyncio.wait({leaver})
        await asyncio.sleep(0)
        assert parsing.cancelled == 1
        parsing.go_on.set()
        assert (await texts.of(PAPER)).source == "html"


async def test_all_who_wait_hear_how_far_it_is(server: TextArxiv) -> None:
    server.pages.clear()
    heard: list[tuple[str, int, int]] = []
    with reading(server, Parsing()) as texts:
        await texts.of(PAPER, progress=lambda *said: heard.append(said))
    assert [done for what, done, _ in heard if what == PROGRESS] == [0, 2, 3]


class NearShelf(Shelf):
    """A shelf at hand."""

    def __init__(self) -> None:
        """It needs no session."""

    def html(self, paper: Paper) -> Page:
        return Page("http://near/html/x", PAGE)


async def test_only_so_many_parsers_run_at_the_same_time() -> None:
    parsing = Parsing()
    parsing.go_on.clear()
    texts = FullTexts(NearShelf(), parse=parsing, parsers=2)
    asking = [asyncio.create_task(texts.of(numbered(number))) for number in range(1, 6)]
    await asyncio.sleep(0.05)
    assert len(parsing.parsed) == 2
    parsing.go_on.set()
    await asyncio.gather(*asking)
    assert len(parsing.parsed) == 5
    texts.close()


# ---------------------------------------------------------------- what readers should know, files that are sent


async def test_notes_say_what_was_cut_and_what_was_hidden(server: TextArxiv) -> None:
    parsing = Parsing()
    parsing.pages, parsing.hidden = 9, True
    with reading(server, parsing) as texts:
        full = await texts.from_pdf(FILE)
    assert full.notes == (Note("text_cut", {"read": 3, "total": 9}), Note("text_hidden"))


async def test_a_file_somebody_sent_is_read_and_kept_nowhere(server: TextArxiv) -> None:
    with reading(server, parse_in_process) as texts:
        full = await texts.from_pdf(FILE)
        assert not texts._kept
    assert (full.source, full.paper_id, full.version) == ("pdf", None, None)
    assert full.sections[0].paragraphs[0].startswith("We show that it works")
    assert not server.requests


async def test_a_file_that_is_too_large_is_not_parsed(server: TextArxiv, monkeypatch: pytest.MonkeyPatch) -> None:
    parsing = Parsing()
    with reading(server, parsing) as texts, pytest.raises(NoText) as raised:
        await texts.from_pdf(b"%PDF-" + bytes(fetch.LONGEST_PDF))
    assert raised.value.code == "too_large"
    assert not parsing.parsed


def test_no_text_is_an_error_of_the_source() -> None:
    assert issubclass(NoText, SourceError)
