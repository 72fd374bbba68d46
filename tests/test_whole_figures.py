"""The figures of a paper as readers of both platforms get them: pictures where they are free, links elsewhere."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.models import TextSource
from tests.fakes.arxiv_texts import TextArxiv
from tests.fakes.campus import Campus, campus
from tests.fakes.discord_model import Message as Post
from tests.fakes.discord_model import P
from tests.fakes.newsroom import TUESDAY, announced
from tests.fakes.papers_html import abstract, figure, page, section
from tests.fakes.pictures import HTML, SVG, bomb, encoded, noise, plot
from tests.fakes.summarizers import FakeSummarizer
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.telegram_refusals import bad
from tests.fakes.town import Town, town

ID = "2605.00001"
OVERVIEW = "Overview of the method & its <parts>. Each reads what the other wrote."
RESULTS = "Performance of all the methods on GLUE."
CAPTION = "Figure 1 — Overview of the method & its <parts>. Each reads what the other wrote. · A, CC BY 4.0"
LINK = "Figure 1 — Overview of the method & its <parts>. Each reads what the other wrote."
PLOT = encoded(plot(2000, 1200))
PHOTO = encoded(noise())


def paper_page(licence: str = "CC BY 4.0") -> bytes:
    shown = OVERVIEW.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return page(
        abstract("We show it."),
        section("1", "Introduction", figure("x1.png", shown, alt="Two towers joined by a bridge.")),
        section("2", "Results", figure("x2.png", RESULTS, number=2)),
        licence=licence,
    )


@pytest.fixture
def arxiv() -> Iterator[TextArxiv]:
    pictures = {f"{ID}v1/x1.png": PLOT, f"{ID}v1/x2.png": PHOTO}
    with TextArxiv(pages={f"{ID}v1": paper_page()}, pictures=pictures) as running:
        yield running
    assert not running.violations


def paths(arxiv: TextArxiv) -> list[str]:
    return [each.path for each in arxiv.requests]


ALL = [f"/html/{ID}v1", f"/html/{ID}v1/x1.png", f"/html/{ID}v1/x2.png"]


@asynccontextmanager
async def telegram(folder: Path, arxiv: TextArxiv) -> AsyncIterator[Town]:
    async with town(folder) as t:
        t.bot.site_url = arxiv.site_url
        t.bot.model = FakeSummarizer(source="html")
        t.bot.announce(TUESDAY, announced(ID, TUESDAY))
        async with t.open():
            yield t


@asynccontextmanager
async def discord(folder: Path, arxiv: TextArxiv) -> AsyncIterator[Campus]:
    async with campus(folder) as c:
        c.bot.site_url = arxiv.site_url
        c.bot.model = FakeSummarizer(source="html")
        c.announce(TUESDAY, ID)
        async with c.open():
            yield c


async def asked(t: Town, where: Chat | User) -> list[Message]:
    """What the bot's answer to `/summarize` has become in the end."""
    before = len(t.ours(where))
    t.people.says(t.bob, where, f"/summarize {ID}")
    await t.quiet()
    return t.ours(where)[before:]


def addresses(message: Message) -> list[str]:
    """Where its links lead."""
    return [dict(each.more)["url"] for each in message.entities if each.type == "text_link"]


# ---------------------------------------------------------------- Telegram


async def test_telegram_shows_figures_below_the_answer(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with telegram(tmp_path, arxiv) as t:
        for where in (t.bob, t.group()):
            answer, first, second = await asked(t, where)
            assert "big says" in answer.text
            assert "Figure" not in answer.text
            assert first.text == CAPTION
            assert second.text == f"Figure 2 — {RESULTS} · A, CC BY 4.0"
            links = addresses(first)
            assert links == [f"https://arxiv.org/html/{ID}v1#S1.F1", "https://creativecommons.org/licenses/by/4.0/"]
            assert (first.photo, second.photo) == ((1280, 768), (1280, 960))
            assert [each.reply_to for each in (first, second)] == [answer, answer]
            assert first.silent
            assert second.silent
            assert not t.server.dropped
    assert paths(arxiv) == ALL, "for the second reader nothing is fetched again"


async def test_telegram_shows_a_link_where_the_licence_is_not_free(tmp_path: Path, arxiv: TextArxiv) -> None:
    arxiv.pages[f"{ID}v1"] = paper_page("arXiv.org perpetual non-exclusive license")
    async with telegram(tmp_path, arxiv) as t:
        (answer,) = await asked(t, t.bob)
    assert f"{LINK}\n" in f"{answer.text}\n"
    assert "CC BY" not in answer.text
    assert f"https://arxiv.org/html/{ID}v1#S1.F1" in addresses(answer)
    assert paths(arxiv) == ALL[:1]


@pytest.mark.parametrize("body", [HTML, SVG, bomb(), encoded(Image.effect_noise((50_000, 1), 90)), PLOT[:3000]])
async def test_a_hostile_picture_is_a_link_and_the_other_figure_is_shown(
    tmp_path: Path, arxiv: TextArxiv, body: bytes
) -> None:
    arxiv.pictures[f"{ID}v1/x1.png"] = body
    async with telegram(tmp_path, arxiv) as t:
        answer, other = await asked(t, t.bob)
    assert LINK in answer.text
    assert other.text.startswith("Figure 2")
    assert other.photo


async def test_a_picture_elsewhere_is_never_asked_for(tmp_path: Path, arxiv: TextArxiv) -> None:
    with TextArxiv(pictures={"x.png": PLOT}) as elsewhere:
        arxiv.redirect(f"/html/{ID}v1/x1.png", f"{elsewhere.site_url}/html/x.png")
        async with telegram(tmp_path, arxiv) as t:
            answer, _ = await asked(t, t.bob)
        assert LINK in answer.text
        assert not elsewhere.requests


async def test_where_photos_are_forbidden_the_figures_are_linked_and_the_chat_is_not_lost(
    tmp_path: Path, arxiv: TextArxiv
) -> None:
    async with telegram(tmp_path, arxiv) as t:
        group = t.group()
        group.takes_photos = False
        (answer,) = await asked(t, group)
        assert LINK in answer.text
        assert "Figure 2 — Performance" in answer.text
        assert not [each for each in t.run.chats.chats() if each.state != "active"]


async def test_what_was_sent_of_figures_is_taken_back_when_the_rest_is_refused(
    tmp_path: Path, arxiv: TextArxiv
) -> None:
    async with telegram(tmp_path, arxiv) as t:
        sent = t.server.writing.send_photo
        calls: list[object] = []

        def once(params: object) -> dict[str, object]:
            calls.append(params)
            if len(calls) > 1:
                raise bad("IMAGE_PROCESS_FAILED")
            return sent(params)  # type: ignore[arg-type]

        t.server._methods["sendphoto"] = once
        (answer,) = await asked(t, t.bob)
        assert LINK in answer.text
        assert len(calls) == 2


async def test_a_chat_that_wants_no_figures_gets_none_and_nothing_is_fetched(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with telegram(tmp_path, arxiv) as t:
        await t.says(t.bob, t.bob, "/settings figures off")
        (answer,) = await asked(t, t.bob)
        assert "Figure" not in answer.text
        assert not arxiv.requests
        await t.says(t.bob, t.bob, "/settings figures on")
        assert len(await asked(t, t.bob)) == 3


async def test_figures_come_with_a_rich_message_too(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with telegram(tmp_path, arxiv) as t:
        await t.says(t.bob, t.bob, "/settings form rich")
        answer, first, _ = await asked(t, t.bob)
        assert answer.text
        assert first.photo
        assert first.text == CAPTION


@pytest.mark.parametrize("source", ["abstract", "pdf"])
async def test_what_was_not_read_on_a_page_has_no_figures_and_nothing_is_fetched_for_them(
    tmp_path: Path, arxiv: TextArxiv, source: TextSource
) -> None:
    async with telegram(tmp_path, arxiv) as t:
        assert t.bot.model is not None
        t.bot.model.source = source
        (answer,) = await asked(t, t.bob)
        assert "big says" in answer.text
    assert not arxiv.requests


async def test_several_papers_have_no_figures(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with telegram(tmp_path, arxiv) as t:
        t.bot.announce(TUESDAY, announced("2605.00002", TUESDAY))
        told = await t.says(t.bob, t.bob, f"/summarize {ID} 2605.00002")
        assert told
        assert not any(each.photo for each in told)
    assert not arxiv.requests


# ---------------------------------------------------------------- Discord


def images(post: Post) -> list[tuple[str, tuple[int, int]]]:
    return [(each.description or "", Image.open(io.BytesIO(each.content)).size) for each in post.attachments]


async def test_discord_shows_figures_below_the_answer_with_words_for_those_who_do_not_see_them(
    tmp_path: Path, arxiv: TextArxiv
) -> None:
    async with discord(tmp_path, arxiv) as c:
        answer = await c.uses(c.bob, c.papers, "summarize", ids=ID)
        first, second = answer.followups
        assert "big says" in answer.text
        assert answer.message is not None
        assert not answer.message.attachments
        assert "image" not in answer.message.embeds[0]
        assert images(first) == [("Two towers joined by a bridge.", (1280, 768))]
        assert images(second) == [(f"Figure 2: {RESULTS}", (1280, 960))]
        assert first.text == CAPTION
        assert first.links == [
            f"https://arxiv.org/html/{ID}v1#S1.F1",
            "https://creativecommons.org/licenses/by/4.0/",
        ]
        assert c.server.pinged() == set()
    assert paths(arxiv) == ALL


async def test_discord_links_figures_where_files_may_not_be_attached(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with discord(tmp_path, arxiv) as c:
        for role in c.guild.roles.values():
            role.permissions &= ~P.ATTACH_FILES
        answer = await c.uses(c.bob, c.papers, "summarize", ids=ID)
        assert not answer.followups
        assert "Figure 1" in answer.text
        assert f"https://arxiv.org/html/{ID}v1#S1.F1" in (answer.message.links if answer.message else [])


async def test_discord_links_figures_whose_files_it_refuses(tmp_path: Path, arxiv: TextArxiv) -> None:
    async with discord(tmp_path, arxiv) as c:
        c.server.deny("POST /webhooks/{application}/{token}", 40005, times=None)
        answer = await c.uses(c.bob, c.papers, "summarize", ids=ID)
        assert not answer.followups
        assert "Figure 1" in answer.text


async def test_discord_links_a_figure_that_is_not_free_or_not_a_picture(tmp_path: Path, arxiv: TextArxiv) -> None:
    arxiv.pictures[f"{ID}v1/x1.png"] = SVG
    async with discord(tmp_path, arxiv) as c:
        answer = await c.uses(c.bob, c.papers, "summarize", ids=ID)
        (shown,) = answer.followups
        assert shown.text.startswith("Figure 2")
        assert "Figure 1" in answer.text
    arxiv.pages[f"{ID}v1"] = paper_page("")
    async with discord(tmp_path / "..", arxiv) as c:
        answer = await c.uses(c.bob, c.papers, "summarize", ids=ID)
        assert not answer.followups


@pytest.mark.parametrize("seconds", [0, 16 * 60])
async def test_figures_that_come_too_late_for_the_interaction_are_links_in_the_channel(
    tmp_path: Path, arxiv: TextArxiv, seconds: int
) -> None:
    async with discord(tmp_path, arxiv) as c:
        c.bot.library.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": ID})
        await answer.until(lambda each: "Reading" in each.text)
        c.world.skip(seconds)
        c.bot.clock.go(timedelta(days=1))
        c.bot.library.gate.set()
        late = await c.sees(c.papers, "big says")
        assert "Figure 1" in late.text
        await c.run.until(lambda: not c.discord.busy)
        assert not any(each.attachments for each in c.ours(c.papers))
