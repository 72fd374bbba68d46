"""Pictures over a real socket: from arXiv's site alone, once for all who ask, forgotten after a while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.figures import pictures as module
from bot.figures.pictures import ROOMS, Pictures, Shrink, Wall
from bot.figures.process import shrink
from bot.figures.service import Figures
from bot.fulltext.fetch import Shelf, reading_session
from bot.fulltext.service import FullTexts
from bot.ports import NoPicture, Picture, SourceError, SourceGarbled, SourceRefused
from tests.fakes.arxiv_texts import TextArxiv, numbered
from tests.fakes.gate import MemoryGate, Time
from tests.fakes.papers_html import abstract, figure, page, section
from tests.fakes.pictures import HTML, SVG, encoded, plot

PAPER = numbered()
ID = PAPER.versioned_id
PNG = encoded(plot())
PAGE = page(
    abstract("We show it."),
    section("1", "Introduction", figure(f"{ID}/x1.png", "Overview of the whole method in one figure.")),
    section("2", "Results", figure(f"{ID}/x2.png", "Performance of all the methods on GLUE.", number=2)),
    licence="CC BY-SA 4.0",
)


async def plain_shrink(body: bytes) -> Picture:
    """No process: what is to be seen here is where it comes from."""
    if not body.startswith(b"\x89PNG"):
        raise NoPicture("It is none.", code="broken")
    return Picture(body=body, media_type="image/png", width=640, height=400)


@contextmanager
def hung(
    server: TextArxiv, *, shrink: Shrink = plain_shrink, keep: float = 600, most_kept: int = 24, delay: float = 0
) -> Iterator[Pictures]:
    time = Time()
    session = reading_session(
        MemoryGate(),
        site_url=server.site_url,
        clock=time.clock,
        sleep=time.sleep,
        timeout=5,
        delay=delay,
        jitter=lambda: 0.0,
        rooms=module.ROOMS,
    )
    with session:
        made = Pictures(Wall(session, server.site_url), shrink=shrink, keep=keep, most_kept=most_kept)
        yield made
        made.close()


@pytest.fixture
def server() -> Iterator[TextArxiv]:
    with TextArxiv(pages={ID: PAGE}, pictures={f"{ID}/x1.png": PNG, f"{ID}/x2.png": PNG}) as running:
        yield running
    assert not running.violations


def at(server: TextArxiv, name: str = "x1.png") -> str:
    return f"{server.site_url}/html/{ID}/{name}"


# ---------------------------------------------------------------- where it comes from


async def test_a_picture_is_fetched_once_for_all_who_ask(server: TextArxiv) -> None:
    with hung(server) as pictures:
        assert pictures.kept(at(server)) is None
        one, other = await asyncio.gather(pictures.of(at(server)), pictures.of(at(server)))
        assert one is other is pictures.kept(at(server))
        assert one is await pictures.of(at(server))
    assert len(server.requests) == 1
    assert "image/png" in server.requests[0].headers["Accept"]


async def test_it_is_forgotten_after_a_while_and_when_there_are_too_many(server: TextArxiv) -> None:
    with hung(server, keep=0.05) as pictures:
        await pictures.of(at(server))
        await asyncio.sleep(0.1)
        assert pictures.kept(at(server)) is None
    with hung(server, most_kept=1) as pictures:
        await pictures.of(at(server))
        await pictures.of(at(server, "x2.png"))
        assert pictures.kept(at(server)) is None
        assert pictures.kept(at(server, "x2.png"))
        pictures.close()
        assert pictures.kept(at(server, "x2.png")) is None


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/html/2405.17428v2/x1.png",
        "{site}.evil.example/html/x1.png",
        "{site}/pdf/2405.17428",
        "{site}/html/../list/cs.CL/new",
        "{site}/html/%2e%2e/list",
        "file:///etc/passwd",
        "",
    ],
)
async def test_no_other_place_is_ever_asked(server: TextArxiv, address: str) -> None:
    with hung(server) as pictures, pytest.raises(NoPicture) as raised:
        await pictures.of(address.format(site=server.site_url))
    assert raised.value.code == "elsewhere"
    assert not server.requests


@pytest.mark.parametrize("location", ["{elsewhere}/html/x.png", "https://export.arxiv.org/x.png", "file:///etc/passwd"])
async def test_a_picture_that_moved_to_another_host_is_not_followed(server: TextArxiv, location: str) -> None:
    with TextArxiv(pictures={"x.png": PNG}) as elsewhere:
        server.redirect("/html", location.format(elsewhere=elsewhere.site_url))
        with hung(server) as pictures, pytest.raises(SourceGarbled):
            await pictures.of(at(server))
        assert not elsewhere.requests


async def test_what_is_not_there_is_asked_for_once(server: TextArxiv) -> None:
    with hung(server) as pictures:
        for _ in range(2):
            with pytest.raises(NoPicture) as raised:
                await pictures.of(at(server, "x9.png"))
            assert raised.value.code == "missing"
    assert len(server.requests) == 1


async def test_what_is_longer_than_any_is_stopped_while_it_comes(
    server: TextArxiv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ROOMS", {"html": ("image/png", 1000)})
    server.damage("/html", "endless", times=None)
    with hung(server) as pictures, pytest.raises(NoPicture) as raised:
        await pictures.of(at(server))
    assert raised.value.code == "too_large"
    assert len(server.requests) == 1


async def test_a_refusal_passes_and_is_not_remembered(server: TextArxiv) -> None:
    with hung(server) as pictures:
        server.fail("/html", status=403, times=2)
        with pytest.raises(SourceRefused):
            await pictures.of(at(server))
        assert (await pictures.of(at(server))).body == PNG


async def test_every_request_waits_its_turn(server: TextArxiv) -> None:
    time = Time()
    with (
        reading_session(
            MemoryGate(), site_url=server.site_url, clock=time.clock, sleep=time.sleep, delay=3, rooms=ROOMS
        ) as session,
    ):
        pictures = Pictures(Wall(session, server.site_url), shrink=plain_shrink)
        await pictures.of(at(server))
        await pictures.of(at(server, "x2.png"))
        pictures.close()
    assert sum(time.slept) >= 3


@pytest.mark.parametrize("body", [HTML, SVG, b"", PNG[:2000]])
async def test_what_is_no_picture_is_refused_whatever_it_is_called(server: TextArxiv, body: bytes) -> None:
    server.pictures[f"{ID}/x1.png"] = body
    with hung(server, shrink=shrink) as pictures, pytest.raises(NoPicture):
        await pictures.of(at(server))


# ---------------------------------------------------------------- the figures of a paper


@contextmanager
def shelf(server: TextArxiv) -> Iterator[FullTexts]:
    time = Time()
    with reading_session(
        MemoryGate(), site_url=server.site_url, clock=time.clock, sleep=time.sleep, delay=0, jitter=lambda: 0.0
    ) as session:
        texts = FullTexts(Shelf(session, server.site_url))
        yield texts
        texts.close()


async def test_the_figures_of_a_free_paper_have_their_pictures_ready(server: TextArxiv) -> None:
    with shelf(server) as texts, hung(server) as pictures:
        found = await Figures(texts, pictures).telling(PAPER, language="en")
        assert [each.picture for each in found] == [at(server), at(server, "x2.png")]
        assert all(pictures.kept(each.picture or "") for each in found)
        assert found[0].caption[-1].text == "CC BY-SA 4.0", "the page says so, and the feed did not know"


async def test_a_picture_that_cannot_be_had_leaves_the_link_and_the_other_figure(server: TextArxiv) -> None:
    server.pictures[f"{ID}/x1.png"] = HTML
    with shelf(server) as texts, hung(server) as pictures:
        first, second = await Figures(texts, pictures).telling(PAPER, language="en")
    assert (first.picture, second.picture) == (None, at(server, "x2.png"))
    assert first.url == f"https://arxiv.org/html/{ID}#S1.F1"


async def test_nothing_but_the_page_is_fetched_where_figures_are_linked_or_not_free(server: TextArxiv) -> None:
    with shelf(server) as texts, hung(server) as pictures:
        linked = await Figures(texts, None).telling(PAPER, language="en")
        ours = replace(PAPER, license="http://arxiv.org/licenses/nonexclusive-distrib/1.0/")
        others = await Figures(texts, pictures).telling(ours, language="en")
    assert [each.picture for each in (*linked, *others)] == [None] * 4
    assert [each.path for each in server.requests] == [f"/html/{ID}"]


async def test_a_paper_without_a_page_has_no_figures(server: TextArxiv) -> None:
    server.pages.clear()
    with shelf(server) as texts, hung(server) as pictures:
        assert await Figures(texts, pictures).telling(PAPER, language="en") == ()


async def test_pictures_that_take_too_long_are_links(server: TextArxiv) -> None:
    async def never(body: bytes) -> Picture:
        await asyncio.Event().wait()
        raise SourceError("never")

    with shelf(server) as texts, hung(server, shrink=never) as pictures:
        found = await Figures(texts, pictures, patience=0.3).telling(PAPER, language="en")
    assert [each.picture for each in found] == [None, None]
