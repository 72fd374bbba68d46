"""PDF files on the test Telegram, by the whole bot: sent in private, fetched by its rules, said to their sender."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.pdf_papers import STAMP, paper
from tests.fakes.pdfs import scanned
from tests.fakes.telegram import TOKEN
from tests.fakes.telegram_faults import Fault, breaks, cuts, hangs
from tests.fakes.telegram_files import MOST
from tests.fakes.town import IMPATIENT, Town, town


async def sends(
    t: Town, content: bytes, text: str = "", name: str = "paper.pdf", media_type: str = "application/pdf"
) -> str:
    """What is answered to a file that Bob sends in private."""
    file = t.people.uploads(content, name, media_type)
    return (await t.answer(t.bob, t.bob, text, file=file)).text


def database(folder: Path) -> bytes:
    """All that is kept."""
    return b"".join(each.read_bytes() for each in folder.rglob("paperboy.db*"))


@pytest.mark.parametrize("caption", ["", "what is new in it?", "/summarize", "/pdf"])
async def test_a_pdf_sent_in_private_is_summarized_and_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, caption: str
) -> None:
    caplog.set_level(logging.DEBUG)
    async with town(tmp_path) as t, t.open():
        said = await sends(t, paper(stamp=STAMP), caption, name="a-draft-of-mine.pdf")
        assert said.startswith("FastGraph: Learning over Sparse Graphs\nthe PDF you sent · read for you alone")
        assert "TL;DR: big says" in said
        (answer,) = t.ours(t.bob)
        assert answer.buttons == [["Summarize 2405.17428"]]
        model = t.bot.model
        assert model is not None
        (read,) = model.read_
        assert read[1].source == "pdf"
        assert [call.status for call in t.server.called("file")] == [200]
    kept = database(tmp_path)
    assert kept
    for secret in ("a-draft-of-mine", "FastGraph", TOKEN):
        assert secret.encode() not in kept
        assert secret not in caplog.text


async def test_a_reply_to_a_pdf_is_about_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        sent = t.people.says(t.bob, t.bob, "", file=t.people.uploads(paper()))
        await t.quiet()
        answer = await t.answer(t.bob, t.bob, "/summarize", reply_to=sent)
        assert answer.text.startswith("FastGraph")
        assert (await t.answer(t.bob, t.bob, "/pdf", reply_to=sent)).text.startswith("FastGraph")
        assert "9999" in (await t.answer(t.bob, t.bob, "9999", reply_to=sent)).text


async def test_in_groups_and_channels_a_pdf_is_nothing_to_us(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        group = t.group()
        for caption in ("", "look at this"):
            assert await t.says(t.bob, group, caption, file=t.people.uploads(paper())) == []
        (answer,) = await t.says(t.bob, group, "/summarize", file=t.people.uploads(paper()))
        assert answer.text.startswith("Which paper?")
        assert t.server.called("getFile") == []


async def test_another_command_as_its_caption_is_that_command(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        assert (await sends(t, paper(), "/help")).startswith("What I can do")
        assert t.server.called("getFile") == []


@pytest.mark.parametrize(
    ("content", "name", "starts"),
    [
        (b"PK\x03\x04", "notes.docx", "I read PDF files only."),
        (scanned(), "paper.pdf", "This PDF has pictures of pages"),
        (b"hello", "paper.pdf", "This file is damaged or no PDF"),
    ],
)
async def test_what_cannot_be_read_is_said_with_a_next_step(
    tmp_path: Path, content: bytes, name: str, starts: str
) -> None:
    async with town(tmp_path) as t, t.open():
        media_type = "application/pdf" if name.endswith("pdf") else "application/msword"
        assert (await sends(t, content, name=name, media_type=media_type)).startswith(starts)


async def test_a_file_that_telegram_does_not_give_is_explained(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        big = t.people.uploads(b"x", says=MOST + 1)
        assert "up to 20 MB" in (await t.answer(t.bob, t.bob, "", file=big)).text
        assert t.server.called("getFile") == [], "it is not even asked for"


async def test_a_file_whose_size_telegram_did_not_say_is_refused_by_it(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        big = t.people.uploads(b"x", says=MOST + 1)
        t.people.says(t.bob, t.bob, "", file=replace(big, says=1))
        await t.quiet()
        assert "up to 20 MB" in t.ours(t.bob)[-1].text
        assert [call.status for call in t.server.called("getFile")] == [400]


async def test_a_file_longer_than_telegram_says_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with town(tmp_path) as t, t.open():
        t.server.files.endless = True
        assert "up to 20 MB" in await sends(t, paper())
        assert t.server.files.fetched < 80 << 20


@pytest.mark.parametrize("fault", [breaks(), cuts(half=True), hangs(), breaks(404)])
async def test_a_file_that_does_not_arrive_is_asked_for_again(
    tmp_path: Path, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with town(tmp_path, pauses=IMPATIENT) as t, t.open():
        t.server.fail(fault, method="file")
        assert await sends(t, paper()) == "I could not get the file. Send it again in a minute."
        assert (await sends(t, paper())).startswith("FastGraph")
    assert TOKEN not in caplog.text
